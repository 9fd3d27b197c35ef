"""Sobol indices of the exact recursion over random points, beside which the README shows those of the simulation. Needs numpy.

Saltelli's scheme for the first order (Computer Physics Communications 181, 2010) and Jansen's for the total (1999), on the bias of the root of a tree:
mu <- rho gamma mu + (1 - rho) maj_b(gamma mu), with maj_b the bias of a majority of b independent votes of bias x.
"""

from math import comb

import numpy as np

POINTS = 2**19
NAMES = ["fidelity", "correlation", "leaf bias", "fan-in", "depth"]


def majority(x, b):
    p = (1 + x) / 2
    return 2 * sum(comb(b, k) * p**k * (1 - p) ** (b - k) for k in range((b + 1) // 2, b + 1)) - 1


def root(u):
    fidelity, correlation, bias = 0.5 + 0.5 * u[0], 0.5 * u[1], 0.05 + 0.25 * u[2]
    fan_in = np.array([3, 5, 7, 9])[np.minimum((4 * u[3]).astype(int), 3)]
    depth = 2 + np.minimum((7 * u[4]).astype(int), 6)
    for layer in range(8):
        x = fidelity * bias
        votes = np.select([fan_in == b for b in (3, 5, 7, 9)], [majority(x, b) for b in (3, 5, 7, 9)])
        bias = np.where(layer < depth, correlation * x + (1 - correlation) * votes, bias)
    return bias


a, b = np.random.default_rng(1).random((2, len(NAMES), POINTS))
at_a, at_b = root(a), root(b)
variance = np.var(np.concatenate([at_a, at_b]))
for i, name in enumerate(NAMES):
    mixed = a.copy()
    mixed[i] = b[i]
    at_mixed = root(mixed)
    first = np.mean(at_b * (at_mixed - at_a)) / variance
    total = np.mean((at_a - at_mixed) ** 2) / 2 / variance
    print(f"{name:12} first order {first:.3f}, total {total:.3f}")

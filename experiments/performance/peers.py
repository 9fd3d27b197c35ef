"""The Python peers of the speed comparison.

Started by the driver, which runs them in turn with the Rust kernels. Protocol, one line each way:

    in   KERNEL b L mu gamma rho trials seed
    out  CORRECT SECONDS

CORRECT is the number of trials in which the root is right, SECONDS the processor time of this thread around the
computation. The first line out is `ready` with the versions and the kernels. `error SENTENCE` answers what cannot
be done.

Leaf: right with probability (1 + mu)/2. Channel: flips with probability (1 - gamma)/2. Node: with probability rho the
vote received from its first child, else the majority of all b received votes. The root's own vote is not flipped.
"""

import os

# Before numpy is loaded: one thread, like every other side.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import platform
import sys
import time
from dataclasses import dataclass

import numpy as np

try:
    import numba
except ImportError:
    numba = None


@dataclass(frozen=True)
class Tree:
    fan_in: int
    depth: int
    mu: float
    gamma: float
    rho: float


def numpy_natural(tree, trials, seed):
    """All trials of a chunk at once, one array per level, every node evaluated.

    The chunk keeps the leaves' random numbers at about 4 MiB; of the sizes from 32 to 2000 trials at b = 3, L = 8
    this is the fastest.
    """
    rng = np.random.default_rng(seed)
    leaves = tree.fan_in**tree.depth
    chunk = max(1, 2**19 // leaves)
    right = 0
    for start in range(0, trials, chunk):
        n = min(chunk, trials - start)
        votes = rng.random((n, leaves)) < (1 + tree.mu) / 2
        for _ in range(tree.depth):
            flips = rng.random(votes.shape) < (1 - tree.gamma) / 2
            children = (votes ^ flips).reshape(n, -1, tree.fan_in)
            majority = children.sum(axis=2) > tree.fan_in // 2
            copies = rng.random(majority.shape) < tree.rho
            votes = np.where(copies, children[:, :, 0], majority)
        right += votes.sum()
    return int(right)


def numpy_tuned(tree, trials, seed):
    """The same with what numpy does best.

    The fastest generator, its raw words compared as 32-bit integers (half the memory of float32, no conversion), a
    leaf and its channel as one coin, trials along the contiguous axis so that the children are whole slices,
    majorities of three by bit operations, and chunks that fit the cache.
    """
    words = np.random.SFC64(seed)
    b = tree.fan_in
    leaves = b**tree.depth
    chunk = max(1, min(512, 2**20 // leaves))

    def threshold(p):
        return np.uint32(min(round(p * 2**32), 2**32 - 1))

    leaf = threshold((1 + tree.mu * tree.gamma) / 2)
    flip = threshold((1 - tree.gamma) / 2)
    copy = threshold(tree.rho)

    def coins(nodes, n, below):
        raw = words.random_raw((nodes * n + 1) // 2).view(np.uint32)
        return (raw[: nodes * n] < below).reshape(nodes, n)

    right = 0
    for start in range(0, trials, chunk):
        n = min(chunk, trials - start)
        votes = coins(leaves, n, leaf)
        for level in range(tree.depth - 1, -1, -1):
            nodes = b**level
            # Which leaf is whose child is free to choose: child k of all nodes is one block.
            children = votes.reshape(b, nodes, n)
            if b == 3:
                x, y, z = children
                majority = (x & y) | (z & (x | y))
            else:
                majority = children.sum(axis=0, dtype=np.uint8) > b // 2
            majority ^= (majority ^ children[0]) & coins(nodes, n, copy)
            if level > 0:
                majority ^= coins(nodes, n, flip)
            votes = majority
        right += int(np.count_nonzero(votes))
    return right


def compile_numba():
    """Scalar loops over one trial's votes, level by level, compiled here and not in the measurement.

    The generator is passed in: twice as fast as `numpy.random.random()` inside the loop, and the loops are twice as
    fast as a compiled recursion.
    """

    @numba.njit
    def count(rng, trials, fan_in, depth, leaf, flip, rho):
        votes = np.empty(fan_in**depth, np.bool_)
        right = 0
        for _ in range(trials):
            nodes = votes.size
            for i in range(nodes):
                votes[i] = rng.random() < leaf
            while nodes > 1:
                nodes //= fan_in
                for i in range(nodes):
                    first = False
                    agree = 0
                    for child in range(fan_in):
                        received = votes[i * fan_in + child] ^ (rng.random() < flip)
                        if child == 0:
                            first = received
                        agree += received
                    votes[i] = first if rng.random() < rho else 2 * agree > fan_in
            right += votes[0]
        return right

    def numba_loops(tree, trials, seed):
        rng = np.random.default_rng(seed)
        leaf, flip = (1 + tree.mu) / 2, (1 - tree.gamma) / 2
        return int(count(rng, trials, tree.fan_in, tree.depth, leaf, flip, tree.rho))

    numba_loops(Tree(3, 1, 0.4, 0.9, 0.1), 1, 0)
    return numba_loops


def answer(line, kernels):
    """The answer to one line of the driver."""
    name, *numbers = line.split()
    if name not in kernels:
        return f"error no kernel named {name}; there are {', '.join(kernels)}"
    try:
        b, depth, mu, gamma, rho, trials, seed = numbers
        tree = Tree(int(b), int(depth), float(mu), float(gamma), float(rho))
        trials, seed = int(trials), int(seed)
    except ValueError:
        return f"error not `KERNEL b L mu gamma rho trials seed`: {line.strip()}"
    start = time.thread_time()
    correct = kernels[name](tree, trials, seed)
    return f"{correct} {time.thread_time() - start!r}"


def main():
    kernels = {"numpy-natural": numpy_natural, "numpy-tuned": numpy_tuned}
    versions = [f"python={platform.python_version()}", f"numpy={np.__version__}"]
    if numba is not None:
        kernels["numba"] = compile_numba()
        versions.append(f"numba={numba.__version__}")
    print("ready", *versions, f"kernels={','.join(kernels)}", flush=True)
    for line in sys.stdin:
        print(answer(line, kernels), flush=True)


if __name__ == "__main__":
    main()

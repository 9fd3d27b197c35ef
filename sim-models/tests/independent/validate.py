#!/usr/bin/env python3
"""exact.py against simulate.py on random organizations: z scores of right and missing votes.

    python3 validate.py --count 300 --trials 500000
"""

import argparse
import math

import exact
import organization as files
import simulate
from random_organizations import organization


def z_score(count, trials, p):
    spread = math.sqrt(trials * max(0.0, p * (1.0 - p)))
    gap = count - trials * p
    return gap / spread if spread > 1e-3 else (0.0 if abs(gap) < 1e-3 else math.inf)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--trials", type=int, default=500_000)
    arguments = parser.parse_args()
    scores = []
    for seed in range(arguments.first, arguments.first + arguments.count):
        org = files.from_document(organization(seed))
        try:
            expected = exact.evaluate(org, limit=50_000)
        except exact.Unavailable as reason:
            print(f"seed {seed}: {reason}")
            continue
        for name, counts in simulate.simulate(org, arguments.trials, seed).items():
            law = expected[name]
            for key, count in (("accuracy", counts["right"]), ("abstention", counts["missing"])):
                z = z_score(count, arguments.trials, law[key])
                if z != 0.0:
                    scores.append(z)
                if abs(z) > 4.0:
                    print(f"seed {seed}, {name}, {key}: exact {law[key]}, found {count / arguments.trials}, z {z:.1f}")
    square = math.fsum(z * z for z in scores)
    n = len(scores)
    print(f"{n} scores, mean {math.fsum(scores) / n:.3f}, mean square {square / n:.3f}, largest {max(map(abs, scores)):.2f}")


if __name__ == "__main__":
    main()

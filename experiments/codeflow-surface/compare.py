"""Compares a simulated surface of completion probabilities with the published one.

    synergy export results/codeflow-surface --format csv --out surface.csv
    python3 experiments/codeflow-surface/compare.py surface.csv

Prints the root mean square and the largest difference, where the simulated surface falls over the budget or the deadline, and how much the
budget matters at the shortest deadline. All in points of a hundred.
"""

import csv
import math
import pathlib
import sys


def read(path, budget, deadline, value, scale):
    """The surface in a file, in percent: {(budget, deadline): value}."""
    with open(path, newline="", encoding="utf-8") as file:
        return {
            (float(row[budget]), float(row[deadline])): scale * float(row[value])
            for row in csv.DictReader(file)
        }


def largest_fall(lines):
    """The largest fall from a value to a later one of the same line."""
    return max(
        (first - later for line in lines for at, first in enumerate(line) for later in line[at + 1 :]),
        default=0.0,
    )


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        found = read(sys.argv[1], "budget", "deadline", "completion_probability", 100.0)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"{sys.argv[1]} is no exported surface: {error!r}")
    beside = pathlib.Path(__file__).with_name("published.csv")
    published = read(beside, "budget_usd", "deadline_s", "completion_percent", 1.0)
    if found.keys() != published.keys():
        sys.exit(f"{sys.argv[1]} has {len(found.keys() & published.keys())} of the {len(published)} published cells")
    differences = {cell: found[cell] - published[cell] for cell in published}
    root = math.sqrt(sum(x * x for x in differences.values()) / len(differences))
    worst = max(differences, key=lambda cell: abs(differences[cell]))
    print(f"root mean square difference  {root:.2f}")
    print(f"largest difference           {differences[worst]:+.2f} at {worst[0]:g} USD, {worst[1]:g} s")
    budgets, deadlines = (sorted({cell[axis] for cell in found}) for axis in (0, 1))
    over_deadline = [[found[budget, deadline] for deadline in deadlines] for budget in budgets]
    over_budget = [list(line) for line in zip(*over_deadline)]
    print(f"largest fall                 {largest_fall(over_budget):.2f} over the budget, "
          f"{largest_fall(over_deadline):.2f} over the deadline")
    shortest = over_budget[0]
    print(f"spread over the budget       {max(shortest) - min(shortest):.2f} at {deadlines[0]:g} s")


if __name__ == "__main__":
    main()

"""Completion probability of the workflow in work.json, from its numbers and without the program: sums over the ways in which three
subtasks can end, and a dynamic programme over the money left for the best policy. Money is in tenths of a millidollar."""

ENDINGS = {  # probability, right, cost
    "small": [(0.7, True, 4), (0.3, False, 4)],
    "large": [(0.85, True, 48), (0.15, False, 48)],
    # Three students at 0.7, wrong in three ways: of one mind with 0.343 + 3 * 0.1^3, else a teacher at 0.85.
    "cascade": [(0.343, True, 12), (0.003, False, 12), (0.654 * 0.85, True, 60), (0.654 * 0.15, False, 60)],
}


def completed(choose, budget, subtasks=3):
    """Probability that all subtasks are right before a launch costs more than is left."""
    if subtasks == 0:
        return 1.0
    ways = [ENDINGS[name] for name in choose]
    after = lambda cost: completed(choose, budget - cost, subtasks - 1) if cost <= budget else 0.0
    return max(sum(p * after(cost) for p, right, cost in endings if right) for endings in ways)


if __name__ == "__main__":
    for budget in (40, 80, 120, 140, 150, 180, 200):
        alone = {name: round(completed([name], budget), 6) for name in ENDINGS}
        print(f"{budget / 1e4:.4f} USD", alone, "best", round(completed(ENDINGS, budget), 6))

"""Accuracy of a tree of races to a margin, and the votes that a node hears, by enumeration of the five votes of a node. The map of one
node is applied once per layer, after a channel that replaces a vote by a coin's with probability 1 - fidelity."""

from itertools import product


def node(p, margin=2, votes=5):
    """Accuracy of a node whose inputs are right with probability p, and the mean number of votes until it is decided."""
    accuracy = heard = 0.0
    for outcome in product((1, -1), repeat=votes):
        chance = 1.0
        for vote in outcome:
            chance *= p if vote > 0 else 1 - p
        lead = count = 0
        for vote in outcome:
            lead, count = lead + vote, count + 1
            if abs(lead) >= margin:
                break
        accuracy += chance * (1.0 if lead > 0 else 0.5 if lead == 0 else 0.0)
        heard += chance * count
    return accuracy, heard


def root(bias, fidelity, margin=2, layers=2):
    accuracy, heard = (1 + bias) / 2, []
    for _ in range(layers):
        accuracy, votes = node(fidelity * accuracy + (1 - fidelity) / 2, margin)
        heard.append(votes)
    return accuracy, heard


def gain(margin, step=1e-6):
    """Slope of a node's bias over that of its inputs at no bias."""
    return (node(0.5 + step, margin)[0] - node(0.5 - step, margin)[0]) / (2 * step)


if __name__ == "__main__":
    print("gain of a margin of two", gain(2), "of the majority", gain(5))
    for fidelity in (1.0, 0.8, 0.5):
        for bias in (0.1, 0.2, 0.4, 0.6):
            race, heard = root(bias, fidelity)
            majority = root(bias, fidelity, margin=5)[0]
            print(fidelity, bias, f"accuracy {race:.9f} bias {2 * race - 1:.9f} heard {heard[0]:.3f} {heard[1]:.3f} majority {majority:.6f}")

"""Success of a race to a margin of three among as many voters as the budget pays, by enumeration: a call takes 1000 tokens of input at 0.1
and 500 of output at 0.4 USD per million, 0.0003 USD, and is right with probability 0.7 unless a fault makes it wrong."""

from itertools import product


def success(votes, fault, margin=3):
    p, total = 0.7 * (1 - fault), 0.0
    for outcome in product((1, -1), repeat=votes):
        chance = 1.0
        for vote in outcome:
            chance *= p if vote > 0 else 1 - p
        lead = 0
        for vote in outcome:
            lead += vote
            if abs(lead) >= margin:
                break
        total += chance * (1.0 if lead > 0 else 0.5 if lead == 0 else 0.0)
    return total


if __name__ == "__main__":
    for fault in (0.0, 0.1, 0.2):
        for tenths in (4, 10, 16, 22, 28):
            votes = min(9, tenths // 3)
            print(fault, f"{tenths / 1e4:.4f} USD: {votes} votes, success {success(votes, fault):.6f}")
    print("majority of nine", success(9, 0.1, margin=9))

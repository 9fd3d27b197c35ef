#!/usr/bin/env python3
"""Estimates of accuracy, bias and abstention of an organization's outputs by sampling every vote (numpy).

    python3 simulate.py --trials 1000000 --seed 1 FILE.json …

One array per agent: the vote of each trial, 0 right, 1, 2, … wrong, -1 missing. The rules are those of the
specification, written a second time; the only numbers taken from exact.py are the accuracies that a Gaussian coupling
and log-odds weights are defined by.
"""

import argparse
import math

import numpy as np

import exact
import organization as files

MISSING = -1
NUMBER = np.int8
CHUNK = 500_000

# Wichura's algorithm AS 241 (PPND16) for the normal quantile.
A = [2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080]
B = [5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0]
C = [7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734]
D = [1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1.0]
E = [2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720]
F = [2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0]


def normal_quantile(p):
    p = np.asarray(p, dtype=float)
    q = p - 0.5
    central = np.abs(q) <= 0.425
    x = np.empty_like(p)
    r = 0.180625 - q[central] ** 2
    x[central] = q[central] * np.polyval(A, r) / np.polyval(B, r)
    tail = ~central
    r = np.sqrt(-np.log(np.minimum(p[tail], 1.0 - p[tail])))
    near = np.polyval(C, r - 1.6) / np.polyval(D, r - 1.6)
    far = np.polyval(E, r - 5.0) / np.polyval(F, r - 5.0)
    x[tail] = np.copysign(np.where(r <= 5.0, near, far), q[tail])
    return x


class Sampler:
    def __init__(self, organization, seed):
        self.org = organization
        self.random = np.random.Generator(np.random.PCG64(seed))
        self.answers = 1 + organization.wrong
        self.cumulative = np.cumsum(organization.wrong_shares)[:-1]
        self.order = self.topological()
        self.oracle = exact.Evaluator(organization)
        self.received_accuracies, self.log_odds = {}, {}
        for name, channels in organization.inputs.items():
            agent = organization.agents[name]
            coupled = organization.couplings.get(name, ("", 0.0))[0] == "gaussian"
            by_odds = agent.rule == "weighted-majority" and agent.weights is None
            if channels and (coupled or by_odds):
                self.received_accuracies[name] = [self.oracle.received_accuracy(c) for c in channels]

    def topological(self):
        waiting = {name: len(channels) for name, channels in self.org.inputs.items()}
        ready = [name for name, count in waiting.items() if count == 0]
        order = []
        while ready:
            name = ready.pop()
            order.append(name)
            for channel in self.org.channels:
                if channel.sender == name:
                    waiting[channel.receiver] -= 1
                    if waiting[channel.receiver] == 0:
                        ready.append(channel.receiver)
        return order

    def happens(self, p, n):
        return self.random.random(n) < p

    def wrong_answers(self, n):
        if self.org.wrong == 1:
            return np.ones(n, NUMBER)
        return (1 + np.searchsorted(self.cumulative, self.random.random(n), side="right")).astype(NUMBER)

    def answers_with(self, p, n):
        """Fresh answers, right with probability p (a number or one per trial)."""
        return np.where(self.random.random(n) < p, NUMBER(0), self.wrong_answers(n))

    def any_answer(self, n):
        return self.random.integers(0, self.answers, n, dtype=NUMBER)

    # -- common causes: all fresh votes first

    def fresh_votes(self, n):
        votes = {}
        for cause in self.org.causes:
            accuracies = {name: self.org.agents[name].accuracy for name in cause.members}
            first = accuracies[cause.members[0]]
            rho = cause.correlation
            if cause.model in ("shared-vote", "copying"):
                common = self.answers_with(first, n)
                all_alike = self.happens(rho, n)
                for name, p in accuracies.items():
                    takes = all_alike if cause.model == "shared-vote" else self.happens(math.sqrt(rho), n)
                    votes[name] = np.where(takes, common, self.answers_with(p, n))
            elif cause.model == "difficulty":
                if rho == 0.0 or first in (0.0, 1.0):
                    drawn = np.full(n, first)
                elif rho == 1.0:
                    drawn = self.happens(first, n).astype(float)
                else:
                    t = (1.0 - rho) / rho
                    drawn = self.random.beta(first * t, (1.0 - first) * t, n)
                for name in cause.members:
                    votes[name] = self.answers_with(drawn, n)
            elif cause.model == "gaussian-factor":
                r = math.sin(math.pi * rho / 2.0)
                factor = self.random.standard_normal(n)
                for name, p in accuracies.items():
                    level = math.sqrt(r) * factor + math.sqrt(1.0 - r) * self.random.standard_normal(n)
                    right = exact.quantile(p) + level > 0.0
                    votes[name] = np.where(right, NUMBER(0), self.wrong_answers(n))
            else:
                raise ValueError(cause.model)
        for name, agent in self.org.agents.items():
            if agent.accuracy is not None and name not in votes:
                votes[name] = self.answers_with(agent.accuracy, n)
        return votes

    def through(self, channel, sent):
        n = len(sent)
        got = np.where(self.happens(channel.fidelity, n), sent, self.any_answer(n))
        lost = self.happens(channel.erasure, n)
        got = np.where(lost, MISSING if channel.detected else self.any_answer(n), got).astype(NUMBER)
        return np.where(sent == MISSING, NUMBER(MISSING), got)

    # -- couplings of received votes, in place of the rows of `got` (inputs x trials)

    def couple(self, name, got):
        if name not in self.org.couplings:
            return got
        model, rho = self.org.couplings[name]
        present = got != MISSING
        k, n = got.shape
        number = present.sum(axis=0)
        trials = np.arange(n)
        if model == "mixture":
            # A random one of the present: the largest of random marks.
            marks = np.where(present, self.random.random((k, n)), -1.0)
            chosen = got[marks.argmax(axis=0), trials]
            return np.where(present & self.happens(rho, n), chosen, got)
        if model == "copying":
            copies = present & (self.random.random((k, n)) < math.sqrt(rho))
            first = got[copies.argmax(axis=0), trials]
            return np.where(copies, first, got)
        if model == "beta-binomial":
            if rho == 0.0:
                return got
            t = (1.0 - rho) / rho
            coupled = got.copy()
            rank = np.cumsum(present, axis=0) - 1
            for i in range(1, k):
                marks = np.where(present[:i], self.random.random((i, n)), -1.0)
                earlier = coupled[marks.argmax(axis=0), trials]
                keeps = self.random.random(n) * (t + rank[i]) < t
                coupled[i] = np.where(present[i] & (rank[i] > 0) & ~keeps, earlier, got[i])
            return coupled
        if model == "gaussian":
            r = math.sin(math.pi * rho / 2.0)
            factor = self.random.standard_normal(n)
            coupled = got.copy()
            for i, p in enumerate(self.received_accuracies[name]):
                if p in (0.0, 1.0):
                    continue
                u = self.random.random(n)
                level = np.where(got[i] == 0, p * u, p + (1.0 - p) * u)
                latent = exact.quantile(p) + math.sqrt(r) * factor - math.sqrt(1.0 - r) * normal_quantile(level)
                coupled[i] = np.where(present[i], np.where(latent > 0.0, 0, 1), MISSING)
            return coupled
        raise ValueError(model)

    # -- decisions over rows of votes, an own vote last

    def first_present(self, votes):
        return votes[(votes != MISSING).argmax(axis=0), np.arange(votes.shape[1])]

    def first_or_coin(self, votes):
        nobody = (votes == MISSING).all(axis=0)
        return np.where(nobody, self.random.integers(0, 2, votes.shape[1]), self.first_present(votes))

    def decide(self, agent, votes):
        n = votes.shape[1]
        channels = self.org.inputs[agent.id]
        own = agent.accuracy is not None
        if agent.rule == "weighted-majority" and agent.weights is None:
            weights = [math.log(p) - math.log1p(-p) for p in self.received_accuracies[agent.id]]
            if own:
                weights.append(float(agent.own_weight))
            slack = 1e-11 * sum(map(abs, weights))
        else:
            named = agent.weights if agent.rule == "weighted-majority" else {}
            weights = [named.get(c.sender, 1) for c in channels] + ([agent.own_weight] if own else [])
            common = math.lcm(*(files.Fraction(w).denominator for w in weights))
            weights = [int(w * common) for w in weights]
            slack = 0
        weights = np.array(weights)[:, None]
        if agent.rule in ("majority", "weighted-majority"):
            margin = (weights * ((votes == 0) * 1 - (votes == 1) * 1)).sum(axis=0)
            tie = {
                "fair": lambda: self.random.integers(0, 2, n),
                "wrong": lambda: 1,
                "abstain": lambda: MISSING,
                "first": lambda: self.first_or_coin(votes),
            }[agent.tie]()
            return np.where(margin > slack, 0, np.where(margin < -slack, 1, tie)).astype(NUMBER)
        if agent.rule in ("supermajority", "plurality"):
            totals = np.stack([(weights * (votes == a)).sum(axis=0) for a in range(self.answers)])
            if agent.rule == "supermajority":
                present = totals.sum(axis=0)
                share = totals.max(axis=0) / np.maximum(present, 1)
                reached = (present > 0) & (share >= agent.threshold)
                return np.where(reached, totals.argmax(axis=0), MISSING).astype(NUMBER)
            leads = totals == totals.max(axis=0)
            marks = np.where(leads, self.random.random(leads.shape), -1.0)
            return marks.argmax(axis=0).astype(NUMBER)
        if agent.rule == "first":
            return self.first_present(votes)
        if agent.rule == "best-of":
            chance = np.where(votes == 0, agent.true_positive, agent.false_positive)
            passes = (votes != MISSING) & (self.random.random(votes.shape) < chance)
            accepted = votes[passes.argmax(axis=0), np.arange(n)]
            marks = np.where(votes != MISSING, self.random.random(votes.shape), -1.0)
            any_of_them = votes[marks.argmax(axis=0), np.arange(n)]
            return np.where(passes.any(axis=0), accepted, any_of_them)
        raise ValueError(agent.rule)

    def run(self, n):
        fresh = self.fresh_votes(n)
        votes = {}
        for name in self.order:
            channels = self.org.inputs[name]
            if not channels:
                votes[name] = fresh[name]
                continue
            got = np.stack([self.through(c, votes[c.sender]) for c in channels])
            got = self.couple(name, got)
            if name in fresh:
                got = np.concatenate([got, fresh[name][None, :]])
            votes[name] = self.decide(self.org.agents[name], got)
        return {name: votes[name] for name in self.org.outputs}


def simulate(organization, trials, seed):
    """{output: {right, wrong, missing, trials}}, counts."""
    sampler = Sampler(organization, seed)
    counts = {name: {"right": 0, "wrong": 0, "missing": 0, "trials": trials} for name in organization.outputs}
    left = trials
    while left > 0:
        n = min(CHUNK, left)
        left -= n
        for name, votes in sampler.run(n).items():
            counts[name]["right"] += int((votes == 0).sum())
            counts[name]["wrong"] += int((votes > 0).sum())
            counts[name]["missing"] += int((votes == MISSING).sum())
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for path in arguments.files:
        for name, c in simulate(files.read(path), arguments.trials, arguments.seed).items():
            accuracy = c["right"] / c["trials"]
            error = math.sqrt(accuracy * (1.0 - accuracy) / c["trials"])
            print(
                f"{path}: {name}: accuracy {accuracy:.6f} ± {error:.6f}, "
                f"bias {(c['right'] - c['wrong']) / c['trials']:.6f}, abstention {c['missing'] / c['trials']:.6f}"
            )


if __name__ == "__main__":
    main()

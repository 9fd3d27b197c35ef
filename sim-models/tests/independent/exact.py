#!/usr/bin/env python3
"""Exact accuracy, bias and abstention of an organization's outputs, by enumeration.

    python3 exact.py FILE.json …

The joint law of everything that is still needed (sent votes, received votes, what is known of a common cause) is a
dictionary from states to probabilities. Agents are taken depth first; every random event (a fresh vote, the noise of a
channel, a coupling, a decision) splits each state into its branches, and what no later event looks at is summed out.
The factor of a Gaussian cause and of a Gaussian coupling is integrated numerically (`--tolerance`, checked by halving
the step); everything else is a finite sum. Standard library only.
"""

import argparse
import math
import sys
from collections import defaultdict
from fractions import Fraction
from itertools import product
from statistics import NormalDist

import organization as files

NORMAL = NormalDist()
MISSING = None
RIGHT = 0


class Unavailable(Exception):
    """Too many states to enumerate."""


def phi(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def quantile(p):
    return -math.inf if p <= 0.0 else math.inf if p >= 1.0 else NORMAL.inv_cdf(p)


def legendre(n):
    """Nodes and weights of Gauss and Legendre on (-1, 1), by Newton's method."""
    rule = []
    for i in range(n):
        x = math.cos(math.pi * (i + 0.75) / (n + 0.5))
        for _ in range(100):
            before, value = 1.0, x
            for k in range(2, n + 1):
                before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
            slope = n * (x * value - before) / (x * x - 1.0)
            step = value / slope
            x -= step
            if abs(step) < 1e-16:
                break
        rule.append((x, 2.0 / ((1.0 - x * x) * slope * slope)))
    return rule


LEGENDRE = legendre(16)
REACH = 8.5  # beyond it the normal law has 2e-17


def normal_nodes(centers, width, refine):
    """Nodes and weights for E[f(S)], S normal, where f varies near `centers` over `width` and has its kinks there."""
    cuts = {-REACH, REACH}
    cuts.update(c for c in centers if -REACH < c < REACH)
    marks = sorted(cuts)
    unit = 1.0 / refine
    nodes = []
    for low, high in zip(marks, marks[1:]):
        edges = [low]
        # Panels grow with their distance from the nearest center.
        while edges[-1] < high:
            x = edges[-1]
            near = min((abs(x - c) for c in centers), default=math.inf)
            ahead = min((c - x for c in centers if c > x), default=math.inf)
            size = unit * min(1.0, max(1.5 * width, min(near, 0.5 * ahead)))
            edges.append(min(high, x + max(size, 1e-9)))
        for a, b in zip(edges, edges[1:]):
            for x, w in LEGENDRE:
                s = 0.5 * (a + b) + 0.5 * (b - a) * x
                nodes.append((s, 0.5 * (b - a) * w * phi(s)))
    total = math.fsum(w for _, w in nodes)
    return [(s, w / total) for s, w in nodes]


# ---- decisions ------------------------------------------------------------------------------------------------------


def uniform(answers):
    answers = list(answers)
    return {a: 1.0 / len(answers) for a in answers}


def leaders(totals):
    top = max(totals.values())
    return [a for a, total in totals.items() if total == top]


def totals_of(votes, weights):
    totals = defaultdict(Fraction)
    for vote, weight in zip(votes, weights):
        if vote is not MISSING:
            totals[vote] += weight
    return totals


def decide(agent, votes, weights, answers):
    """Law of the decision: {answer or MISSING: probability}. `votes` in order, an own vote last."""
    present = [v for v in votes if v is not MISSING]
    if agent.rule in ("majority", "weighted-majority"):
        margin = sum((w if v == RIGHT else -w) for v, w in zip(votes, weights) if v is not MISSING)
        scale = sum(abs(w) for w in weights)
        if isinstance(margin, float) and abs(margin) <= 1e-12 * scale:
            margin = 0
        if margin != 0:
            return {RIGHT if margin > 0 else 1: 1.0}
        if agent.tie == "fair" or (agent.tie == "first" and not present):
            return {RIGHT: 0.5, 1: 0.5}
        if agent.tie == "wrong":
            return {1: 1.0}
        if agent.tie == "abstain":
            return {MISSING: 1.0}
        if agent.tie == "first":
            return {present[0]: 1.0}
        raise ValueError(f"tie {agent.tie}")
    if agent.rule == "supermajority":
        totals = totals_of(votes, weights)
        all_present = sum(totals.values())
        for answer, total in totals.items():
            if all_present > 0 and total >= files.decimal(agent.threshold) * all_present:
                return {answer: 1.0}
        return {MISSING: 1.0}
    if agent.rule == "plurality":
        totals = totals_of(votes, weights)
        # Nothing that counts: any answer.
        return uniform(leaders(totals) if any(totals.values()) else range(answers))
    if agent.rule == "first":
        return {present[0] if present else MISSING: 1.0}
    if agent.rule == "best-of":
        if not present:
            return {MISSING: 1.0}
        law = defaultdict(float)
        none_so_far = 1.0
        for vote in present:
            accepted = agent.true_positive if vote == RIGHT else agent.false_positive
            law[vote] += none_so_far * accepted
            none_so_far *= 1.0 - accepted
        # No candidate passes: a random one stands.
        for vote in present:
            law[vote] += none_so_far / len(present)
        return dict(law)
    raise ValueError(f"rule {agent.rule}")


# ---- couplings ------------------------------------------------------------------------------------------------------


def mixture(votes, rho):
    law = defaultdict(float)
    law[tuple(votes)] += 1.0 - rho
    for vote in votes:
        law[(vote,) * len(votes)] += rho / len(votes)
    return law


def copying(votes, rho):
    copy = math.sqrt(rho)
    law = defaultdict(float)
    for copies in product((False, True), repeat=len(votes)):
        mass = math.prod(copy if c else 1.0 - copy for c in copies)
        copied = next((v for v, c in zip(votes, copies) if c), None)
        law[tuple(copied if c else v for v, c in zip(votes, copies))] += mass
    return law


def urn(votes, rho):
    if rho == 0.0:
        return {tuple(votes): 1.0}
    t = (1.0 - rho) / rho
    law = {(): 1.0}
    for i, own in enumerate(votes):
        longer = defaultdict(float)
        for so_far, mass in law.items():
            keeps = 1.0 if i == 0 else t / (t + i)
            longer[so_far + (own,)] += mass * keeps
            for earlier in so_far:
                longer[so_far + (earlier,)] += mass * (1.0 - keeps) / i
        law = longer
    return law


def gaussian(votes, rho, accuracies, refine):
    """Law of the coupled votes; `accuracies` of the votes received given that they are present."""
    r = math.sin(math.pi * rho / 2.0)
    if rho == 0.0 or len(votes) < 1:
        return {tuple(votes): 1.0}
    if rho == 1.0:
        # Only the factor decides: vote i is right where a common uniform level is below its accuracy.
        cuts = sorted({0.0, 1.0, *accuracies})
        law = defaultdict(float)
        for a, b in zip(cuts, cuts[1:]):
            law[tuple(RIGHT if b <= p else 1 for p in accuracies)] += b - a
        return law
    thresholds = [quantile(p) for p in accuracies]
    finite = [t for t in thresholds if math.isfinite(t)]
    spread = math.sqrt(1.0 - r)
    kinks = [t * (spread - 1.0) / math.sqrt(r) for t in finite]
    steps = [-t / math.sqrt(r) for t in finite]
    law = defaultdict(float)
    for s, weight in normal_nodes(kinks + steps, spread / math.sqrt(r) / math.sqrt(len(votes)), refine):
        becomes_right = []
        for vote, p, t in zip(votes, accuracies, thresholds):
            if not math.isfinite(t):
                becomes_right.append(1.0 if vote == RIGHT else 0.0)
                continue
            shifted = cdf((t + math.sqrt(r) * s) / spread)
            becomes_right.append(
                min(1.0, shifted / p) if vote == RIGHT else max(0.0, (shifted - p) / (1.0 - p))
            )
        branches = {(): weight}
        for q in becomes_right:
            longer = {}
            for so_far, mass in branches.items():
                if q > 0.0:
                    longer[so_far + (RIGHT,)] = mass * q
                if q < 1.0:
                    longer[so_far + (1,)] = mass * (1.0 - q)
            branches = longer
        for coupled, mass in branches.items():
            law[coupled] += mass
    return law


# ---- the joint law --------------------------------------------------------------------------------------------------


class Evaluator:
    def __init__(self, organization, refine=1.0, limit=400_000):
        self.org = organization
        self.refine = refine
        self.limit = limit
        self.answers = 1 + organization.wrong
        self.laws = {}
        self.decisions = {}

    def law(self, target):
        """Law of one agent's vote: {answer or MISSING: probability}."""
        if target not in self.laws:
            self.laws[target] = self.enumerate(target)
        return self.laws[target]

    def received_accuracy(self, channel):
        """P(the vote received is right | it is present)."""
        law = self.law(channel.sender)
        present = 1.0 - law.get(MISSING, 0.0)
        fair = 1.0 / self.answers
        # A sender that never votes: any value will do, it is never looked at.
        right = law.get(RIGHT, 0.0) / present if present > 0.0 else fair
        sent = channel.fidelity * right + (1.0 - channel.fidelity) * fair
        if channel.detected:
            return sent
        return channel.erasure * fair + (1.0 - channel.erasure) * sent

    # -- single events: the law of what happens, given what it depends on

    def answer_law(self, p):
        """Law of a fresh answer of accuracy p."""
        law = {RIGHT: p}
        for k, share in enumerate(self.org.wrong_shares):
            law[k + 1] = (1.0 - p) * share
        return law

    def fresh(self, name, cause, index, known):
        """[(vote, what is known of the cause afterwards, probability)] of the index-th member asked."""
        p = self.org.agents[name].accuracy
        own = self.answer_law(p)
        if cause is None:
            return [(vote, None, mass) for vote, mass in own.items()]
        rho = cause.correlation
        if cause.model == "shared-vote":
            if index == 0:
                first = self.org.agents[cause.members[0]].accuracy
                branches = [("apart", 1.0 - rho)]
                branches += [(("all", vote), rho * mass) for vote, mass in self.answer_law(first).items()]
            else:
                branches = [(known, 1.0)]
            result = []
            for state, weight in branches:
                if state == "apart":
                    result += [(vote, state, weight * mass) for vote, mass in own.items()]
                else:
                    result.append((state[1], state, weight))
            return result
        if cause.model == "copying":
            copies = math.sqrt(rho)
            if index == 0:
                first = self.org.agents[cause.members[0]].accuracy
                branches = list(self.answer_law(first).items())
            else:
                branches = [(known, 1.0)]
            result = []
            for common, weight in branches:
                result.append((common, common, weight * copies))
                result += [(vote, common, weight * (1.0 - copies) * mass) for vote, mass in own.items()]
            return result
        if cause.model == "difficulty":
            # Beta(p t, (1 - p) t) summed out: an urn that has given `known` right votes out of `index`.
            before = known or 0
            if rho == 0.0:
                right = p
            elif rho == 1.0 and index > 0:
                right = before / index
            elif rho == 1.0:
                right = p
            else:
                t = (1.0 - rho) / rho
                right = (p * t + before) / (t + index)
            law = self.answer_law(right)
            return [(vote, before + (vote == RIGHT), mass) for vote, mass in law.items()]
        if cause.model == "gaussian-factor":
            branches = self.factor_nodes(cause) if index == 0 else [(known, 1.0)]
            result = []
            for node, weight in branches:
                law = self.answer_law(self.accuracy_given(p, rho, node))
                result += [(vote, node, weight * mass) for vote, mass in law.items()]
            return result
        raise ValueError(f"cause {cause.model}")

    def factor_nodes(self, cause):
        rho = cause.correlation
        accuracies = sorted({self.org.agents[name].accuracy for name in cause.members})
        if rho == 0.0:
            return [(0.0, 1.0)]
        if rho == 1.0:
            # Right where a uniform level is below p: the node is the middle of each piece.
            cuts = sorted({0.0, 1.0, *accuracies})
            return [(0.5 * (a + b), b - a) for a, b in zip(cuts, cuts[1:])]
        r = math.sin(math.pi * rho / 2.0)
        steps = [-quantile(p) / math.sqrt(r) for p in accuracies if 0.0 < p < 1.0]
        width = math.sqrt((1.0 - r) / r / len(cause.members))
        return normal_nodes(steps, width, self.refine)

    @staticmethod
    def accuracy_given(p, rho, node):
        if p in (0.0, 1.0) or rho == 0.0:
            return p
        if rho == 1.0:
            return 1.0 if node < p else 0.0
        r = math.sin(math.pi * rho / 2.0)
        return cdf((quantile(p) + math.sqrt(r) * node) / math.sqrt(1.0 - r))

    def sent_through(self, channel, vote):
        """Law of what the receiver gets."""
        if vote is MISSING:
            return {MISSING: 1.0}
        law = defaultdict(float)
        intact = (1.0 - channel.erasure) * channel.fidelity
        drawn = (1.0 - channel.erasure) * (1.0 - channel.fidelity)
        law[vote] += intact
        if channel.detected:
            law[MISSING] += channel.erasure
        else:
            drawn += channel.erasure
        for answer in range(self.answers):
            law[answer] += drawn / self.answers
        return {v: mass for v, mass in law.items() if mass > 0.0}

    def weights_at(self, name):
        agent = self.org.agents[name]
        channels = self.org.inputs[name]
        own = [] if agent.accuracy is None else [agent.own_weight]
        if agent.rule != "weighted-majority":
            return [Fraction(1)] * len(channels) + own
        if agent.weights is not None:
            return [agent.weights.get(c.sender, Fraction(1)) for c in channels] + own

        def log_odds(p):
            return math.log(p / (1.0 - p))

        received = [log_odds(self.received_accuracy(c)) for c in channels]
        return received + [float(w) for w in own]

    def decision(self, name, votes):
        """Law of an agent's decision given the votes received and, for a worker, its own."""
        key = (name, votes)
        if key in self.decisions:
            return self.decisions[key]
        agent = self.org.agents[name]
        channels = self.org.inputs[name]
        weights = self.weights_at(name)
        received, own = list(votes[: len(channels)]), list(votes[len(channels) :])
        here = [i for i, v in enumerate(received) if v is not MISSING]
        present = [received[i] for i in here]
        model, rho = self.org.couplings.get(name, ("mixture", 0.0))
        if not present or rho == 0.0:
            coupled = {tuple(present): 1.0}
        elif model == "mixture":
            coupled = mixture(present, rho)
        elif model == "copying":
            coupled = copying(present, rho)
        elif model == "beta-binomial":
            coupled = urn(present, rho)
        elif model == "gaussian":
            accuracies = [self.received_accuracy(channels[i]) for i in here]
            coupled = gaussian(present, rho, accuracies, self.refine)
        else:
            raise ValueError(f"coupling {model}")
        law = defaultdict(float)
        for outcome, mass in coupled.items():
            if mass == 0.0:
                continue
            full = [MISSING] * len(received)
            for i, vote in zip(here, outcome):
                full[i] = vote
            for vote, share in decide(agent, full + own, weights, self.answers).items():
                law[vote] += mass * share
        self.decisions[key] = dict(law)
        return self.decisions[key]

    # -- the order of events and the sum over their branches

    def events(self, target):
        """Depth-first list of (kind, subject)."""
        done, events = set(), []

        def visit(name):
            done.add(name)
            for channel in self.org.inputs[name]:
                if channel.sender not in done:
                    visit(channel.sender)
                events.append(("channel", channel))
            if self.org.agents[name].accuracy is not None:
                events.append(("fresh", name))
            if self.org.inputs[name]:
                events.append(("decide", name))

        sys.setrecursionlimit(10_000)
        visit(target)
        return events

    def enumerate(self, target):
        events = self.events(target)
        uses = defaultdict(int)
        asked = defaultdict(int)
        for kind, subject in events:
            if kind == "channel":
                uses[subject.sender] += 1
            if kind == "fresh" and subject in self.org.cause_of:
                asked[id(self.org.cause_of[subject])] += 1
        uses[target] += 1
        indices = defaultdict(int)
        slots = []  # names of the state's entries
        law = {(): 1.0}

        def step(keep, branches, names):
            """Splits every state; `keep` lists positions that stay, `branches(state)` gives [(new entries, mass)]."""
            nonlocal law, slots
            new = defaultdict(float)
            for state, mass in law.items():
                kept = tuple(state[i] for i in keep)
                for entries, share in branches(state):
                    if share > 0.0:
                        new[kept + entries] += mass * share
            if len(new) > self.limit:
                raise Unavailable(f"{target}: more than {self.limit} states")
            slots = [slots[i] for i in keep] + names
            law = new

        for kind, subject in events:
            where = {slot: i for i, slot in enumerate(slots)}
            if kind == "fresh":
                cause = self.org.cause_of.get(subject)
                mark = ("cause", id(cause))
                index = indices[id(cause)] if cause else 0
                indices[id(cause)] += 1
                goes_on = cause is not None and index + 1 < asked[id(cause)]
                at = where.get(mark)
                keep = [i for i in range(len(slots)) if i != at]
                slot = ("vote", subject) if self.org.is_leaf(subject) else ("own", subject)
                cached = {}

                def branches(state):
                    known = state[at] if at is not None else None
                    if known not in cached:
                        found = self.fresh(subject, cause, index, known)
                        cached[known] = [((v, k) if goes_on else (v,), mass) for v, k, mass in found]
                    return cached[known]

                step(keep, branches, [slot] + ([mark] if goes_on else []))
            elif kind == "channel":
                sender = ("vote", subject.sender)
                at = where[sender]
                uses[subject.sender] -= 1
                keep = [i for i in range(len(slots)) if i != at or uses[subject.sender] > 0]
                through = {v: self.sent_through(subject, v) for v in [MISSING, *range(self.answers)]}
                step(
                    keep,
                    lambda state: [((v,), mass) for v, mass in through[state[at]].items()],
                    [("received", id(subject))],
                )
            else:
                inputs = [where[("received", id(c))] for c in self.org.inputs[subject]]
                if ("own", subject) in where:
                    inputs.append(where[("own", subject)])
                keep = [i for i in range(len(slots)) if i not in inputs]
                step(
                    keep,
                    lambda state: [
                        ((v,), mass) for v, mass in self.decision(subject, tuple(state[i] for i in inputs)).items()
                    ],
                    [("vote", subject)],
                )
        at = slots.index(("vote", target))
        result = defaultdict(float)
        for state, mass in law.items():
            result[state[at]] += mass
        total = math.fsum(result.values())
        assert abs(total - 1.0) < 1e-11, total
        return dict(result)


def summary(law):
    right = law.get(RIGHT, 0.0)
    missing = law.get(MISSING, 0.0)
    wrong = math.fsum(mass for vote, mass in law.items() if vote is not MISSING and vote != RIGHT)
    return {"accuracy": right, "bias": right - wrong, "abstention": missing}


def needs_integration(organization):
    models = [m for m, _ in organization.couplings.values()] + [c.model for c in organization.causes]
    return any(model.startswith("gaussian") for model in models)


def evaluate(organization, tolerance=1e-10, limit=400_000):
    """{output: {accuracy, bias, abstention}}; where there is a quadrature, it is repeated with half the step."""
    evaluator = Evaluator(organization, 1.0, limit)
    result = {name: summary(evaluator.law(name)) for name in organization.outputs}
    if needs_integration(organization):
        finer = Evaluator(organization, 2.0, 4 * limit)
        again = {name: summary(finer.law(name)) for name in organization.outputs}
        for name in organization.outputs:
            for key, value in result[name].items():
                gap = abs(value - again[name][key])
                assert gap < tolerance, f"quadrature of {name}: {gap}"
        result = again
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-10)
    parser.add_argument("--limit", type=int, default=400_000, help="largest number of states")
    arguments = parser.parse_args()
    for path in arguments.files:
        for name, numbers in evaluate(files.read(path), arguments.tolerance, arguments.limit).items():
            words = ", ".join(f"{key} {value:.12f}" for key, value in numbers.items())
            print(f"{path}: {name}: {words}")


if __name__ == "__main__":
    main()

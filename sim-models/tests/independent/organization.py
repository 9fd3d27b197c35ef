"""Reads an organization file into plain objects; no judgement, no computation beyond single numbers.

What the file means is written in exact.py and simulate.py, twice and differently.
"""

import json
import math
from dataclasses import dataclass, field
from fractions import Fraction


def decimal(number):
    """The number that a person wrote: 0.1 is one tenth, so that 0.1 + 0.2 against 0.3 is a tie."""
    return Fraction(repr(number))


@dataclass
class Agent:
    id: str
    accuracy: float | None
    family: str | None
    own_weight: Fraction
    rule: str
    tie: str
    weights: dict | None
    threshold: float
    true_positive: float
    false_positive: float


@dataclass
class Channel:
    sender: str
    receiver: str
    fidelity: float
    erasure: float
    detected: bool


@dataclass
class Cause:
    model: str
    correlation: float
    members: list


@dataclass
class Organization:
    agents: dict
    channels: list
    outputs: list
    wrong: int
    zipf: float
    couplings: dict = field(default_factory=dict)
    causes: list = field(default_factory=list)

    def __post_init__(self):
        self.inputs = {name: [] for name in self.agents}
        for channel in self.channels:
            self.inputs[channel.receiver].append(channel)
        masses = [1.0 / (k + 1.0) ** self.zipf for k in range(self.wrong)]
        # Answer 0 is right; answers 1, 2, … are wrong, the frequent ones first.
        self.wrong_shares = [mass / math.fsum(masses) for mass in masses]
        self.cause_of = {}

    def is_leaf(self, name):
        return not self.inputs[name]


def accuracy(entry):
    if "compute" in entry:
        law = entry["compute"]
        bias = min(law.get("cap", 1.0), law["coefficient"] * law["tokens"] ** law["exponent"])
    elif "bias" in entry:
        bias = entry["bias"]
    else:
        return None
    return (1.0 + bias) / 2.0


def binomial_majority(n, fidelity):
    """Bias of the majority of n votes of one bias, fair ties."""
    p = (1.0 + fidelity) / 2.0
    mass = [math.comb(n, k) * p**k * (1.0 - p) ** (n - k) for k in range(n + 1)]
    return math.fsum(m * ((2 * k > n) - (2 * k < n)) for k, m in enumerate(mass))


def fidelity(entry):
    if "curve" not in entry:
        return float(entry.get("fidelity", 1.0))
    curve, tokens = entry["curve"], entry["tokens"]
    law = curve["law"]
    if law == "exponential":
        return 1.0 - math.exp(-tokens / curve["scale"])
    if law == "saturating":
        return tokens / (tokens + curve["scale"])
    if law == "power":
        return 1.0 - (1.0 + tokens / curve["scale"]) ** -curve["exponent"]
    if law == "repetition":
        return binomial_majority(tokens, curve["token_fidelity"])
    raise ValueError(f"unknown curve {law}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return from_document(json.load(file))


def from_document(document):
    answers = document.get("answers", {})
    wrong = answers.get("wrong", 1)
    agents = {}
    for entry in document["agents"]:
        rule = entry.get("aggregator", "majority" if wrong == 1 else "plurality")
        rule = {"rule": rule} if isinstance(rule, str) else rule
        weights = rule.get("weights")
        if rule["rule"] == "weighted-majority" and weights in (None, "log-odds"):
            weights = None
        elif weights is not None:
            weights = {name: decimal(w) for name, w in weights.items()}
        agents[entry["id"]] = Agent(
            id=entry["id"],
            accuracy=accuracy(entry),
            family=entry.get("family"),
            own_weight=decimal(entry.get("own_weight", 1)),
            rule=rule["rule"],
            tie=rule.get("tie", "fair"),
            weights=weights,
            threshold=rule.get("threshold"),
            true_positive=rule.get("true_positive"),
            false_positive=rule.get("false_positive"),
        )
    channels = [
        Channel(c["from"], c["to"], fidelity(c), float(c.get("erasure", 0.0)), c.get("detected", False))
        for c in document.get("channels", [])
    ]
    senders = {c.sender for c in channels}
    outputs = document.get("outputs") or [name for name in agents if name not in senders]
    organization = Organization(agents, channels, outputs, wrong, float(answers.get("zipf", 0.0)))

    for entry in document.get("dependence", []):
        model, rho = entry["model"], float(entry["correlation"])
        if "at" in entry:
            organization.couplings[entry["at"]] = (model, rho)
            continue
        also_workers = entry.get("votes", "leaves") == "all"
        members = [
            name
            for name, agent in agents.items()
            if agent.accuracy is not None
            and (also_workers or organization.is_leaf(name))
            and (entry.get("everyone") or agent.family == entry["family"])
        ]
        model = {"mixture": "shared-vote", "beta-binomial": "difficulty", "gaussian": "gaussian-factor"}.get(model, model)
        cause = Cause(model, rho, members)
        organization.causes.append(cause)
        for name in members:
            if name in organization.cause_of:
                raise ValueError(f"{name} has two causes")
            organization.cause_of[name] = cause
    return organization

"""Random organization files, small enough for exact.py: the material of `validate.py`."""

import random


def biased(draw):
    return draw.choice([-1.0, 0.0, 1.0] + 12 * [None]) or round(draw.uniform(-0.6, 0.95), 3)


def maybe(draw, chance, make):
    return make() if draw.random() < chance else None


def rule_of(draw, senders, many, own):
    names = ["plurality", "supermajority", "first", "best-of"]
    if not many:
        names += ["majority"] * 4 + ["weighted-majority"] * 2
    rule = {"rule": draw.choice(names)}
    if rule["rule"] in ("majority", "weighted-majority") and draw.random() < 0.6:
        rule["tie"] = draw.choice(["fair", "abstain", "first", "wrong"])
    if rule["rule"] == "supermajority":
        rule["threshold"] = draw.choice([0.6, 2 / 3, 0.75, 1.0])
    if rule["rule"] == "best-of":
        rule["true_positive"], rule["false_positive"] = round(draw.random(), 2), round(draw.random(), 2)
    if rule["rule"] == "weighted-majority":
        rule["weights"] = {s: draw.choice([0.5, 1.0, 1.5, 2.0, 3.0]) for s in set(senders)}
        if draw.random() < 0.3:
            rule["weights"] = "log-odds"
    return rule


def channel_of(draw, sender, receiver, many):
    channel = {"from": sender, "to": receiver}
    if draw.random() < 0.6:
        channel["fidelity"] = draw.choice([0.0, 1.0, 0.9, 0.8, round(draw.random(), 3)])
    elif draw.random() < 0.3:
        channel["tokens"] = draw.choice([3, 5, 7, 50])
        channel["curve"] = draw.choice(
            [
                {"law": "exponential", "scale": 20.0},
                {"law": "saturating", "scale": 10.0},
                {"law": "power", "scale": 10.0, "exponent": 1.5},
                {"law": "repetition", "token_fidelity": 0.3},
            ]
        )
    if draw.random() < 0.35:
        channel["erasure"] = draw.choice([1.0, 0.1, 0.3, 0.3, 0.5])
        channel["detected"] = draw.random() < 0.7
    return channel


def organization(seed, size=9, widest=5):
    """An acyclic graph in which every agent reaches an output; votes, rules, noise and dependence of every kind."""
    draw = random.Random(seed)
    many = draw.random() < 0.25
    leaves = draw.randint(2, max(2, size // 2 + 1))
    names = [f"n{i}" for i in range(draw.randint(leaves + 1, size + 1))]
    equal = biased(draw)
    agents, channels, inputs = [], [], {}
    for i, name in enumerate(names):
        agent = {"id": name}
        fan_in = 0 if i < leaves else draw.randint(1, min(widest, i))
        senders = draw.sample(names[:i], fan_in)
        inputs[name] = senders
        own = fan_in == 0 or draw.random() < 0.3
        if own:
            agent["bias"] = equal if draw.random() < 0.5 else biased(draw)
            if draw.random() < 0.6:
                agent["family"] = draw.choice(["x", "y"])
            if fan_in and draw.random() < 0.5:
                agent["own_weight"] = draw.choice([0.0, 0.5, 2.0, 1.0, 3.0])
        if fan_in:
            agent["aggregator"] = rule_of(draw, senders, many, own)
        agents.append(agent)
        channels += [channel_of(draw, s, name, many) for s in senders]
    sent = {c["from"] for c in channels}
    outputs = [n for n in names if n not in sent and inputs[n]]
    # Every leaf must be heard.
    for name in names[:leaves]:
        if name not in sent:
            receiver = draw.choice(names[leaves:])
            channels.append(channel_of(draw, name, receiver, many))
            inputs[receiver].append(name)
            rule = next(a for a in agents if a["id"] == receiver)["aggregator"]
            if isinstance(rule.get("weights"), dict):
                rule["weights"][name] = 1.0
    outputs += [n for n in names[leaves:] if n not in outputs and draw.random() < 0.2]
    dependence = []
    couplings = ["mixture", "copying", "beta-binomial"] + ([] if many else ["gaussian"])
    for name in names[leaves:]:
        if len(inputs[name]) > 1 and draw.random() < 0.5:
            dependence.append({"at": name, "model": draw.choice(couplings), "correlation": correlation(draw)})
    causes = ["shared-vote", "copying", "difficulty", "gaussian-factor"]
    scopes = draw.choice([[], [{"everyone": True}], [{"family": "x"}], [{"family": "x"}, {"family": "y"}]])
    for scope in scopes:
        votes = draw.choice(["leaves", "all"])
        members = [
            a
            for a in agents
            if "bias" in a
            and (votes == "all" or not inputs[a["id"]])
            and ("everyone" in scope or a.get("family") == scope["family"])
        ]
        if not members:
            continue
        model = draw.choice(causes)
        if model != "gaussian-factor":
            for member in members:
                member["bias"] = members[0]["bias"]
        rho = correlation(draw)
        dependence.append({**scope, "model": model, "correlation": rho, "votes": votes})
    document = {"agents": agents, "channels": channels, "dependence": dependence, "outputs": outputs}
    if many:
        document["answers"] = {"wrong": draw.randint(2, 3), "zipf": draw.choice([0.0, 1.0, 1.7])}
    for agent in agents:
        rule = agent.get("aggregator", {})
        if rule.get("weights") == "log-odds":
            # Infinite odds are refused.
            for sender in inputs[agent["id"]]:
                for channel in channels:
                    if channel["from"] == sender and channel["to"] == agent["id"]:
                        channel.pop("curve", None)
                        channel["fidelity"] = 0.875
    return document


def correlation(draw):
    return draw.choice([0.0, 1.0, 0.05, 0.2, 0.2, 0.5, round(draw.random(), 3)])

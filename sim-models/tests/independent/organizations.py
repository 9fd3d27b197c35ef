"""The organizations of tests/data/organizations, by name. `python3 expected.py` writes them with their values."""

import random

ORGANIZATIONS = {}


def add(name, agents, channels, dependence=(), **rest):
    assert name not in ORGANIZATIONS, name
    document = {"agents": agents, "channels": channels}
    if dependence:
        document["dependence"] = list(dependence)
    ORGANIZATIONS[name] = document | rest


def agent(name, bias=None, **rest):
    return {"id": name} | ({} if bias is None else {"bias": bias}) | rest


def channel(sender, receiver, fidelity=None, **rest):
    return {"from": sender, "to": receiver} | ({} if fidelity is None else {"fidelity": fidelity}) | rest


def at(name, model, correlation):
    return {"at": name, "model": model, "correlation": correlation}


def star(biases, fidelity=None, aggregator=None, **rest):
    """Leaves a0, a1, … heard by v."""
    head = agent("v") if aggregator is None else agent("v", aggregator=aggregator)
    agents = [agent(f"a{i}", bias) for i, bias in enumerate(biases)] + [head]
    return agents, [channel(f"a{i}", "v", fidelity, **rest) for i in range(len(biases))]


def tree(fan_in, depth, bias, fidelity=None, **rest):
    """Agents by their path; the root is r."""
    agents, channels = [], []

    def grow(name, left):
        agents.append(agent(name, bias, **rest) if left == 0 else agent(name))
        for i in range(fan_in if left else 0):
            channels.append(channel(f"{name}{i}", name, fidelity))
            grow(f"{name}{i}", left - 1)

    grow("r", depth)
    return agents, channels


FAIR, ABSTAIN, FIRST, WRONG = ({"rule": "majority", "tie": tie} for tie in ("fair", "abstain", "first", "wrong"))

# ---- stars, ties, weights -------------------------------------------------------------------------------------------

add("star-of-three", *star([0.2, 0.2, 0.2], 0.9))
add("star-of-two", *star([0.3, 0.3]))
add("star-of-four-fair", *star([0.3] * 4, aggregator="majority"))
add("star-of-four-wrong", *star([0.3] * 4, aggregator=WRONG))
add("star-of-four-abstaining", *star([0.3] * 4, aggregator=ABSTAIN))
add("star-of-four-first", *star([0.6, 0.3, -0.2, 0.1], 0.95, aggregator=FIRST))
add("unlike-five", *star([0.1, 0.2, 0.0, -0.1, 0.4]))
add("twelve-unlike", *star([1.0, -1.0, 0.0, 0.9, 0.05, -0.3, 0.4, 0.4, 0.7, 0.2, -0.6, 0.01], 0.85))
for model in ("mixture", "copying", "beta-binomial", "gaussian"):
    add(f"star-of-five-{model}", *star([0.2] * 5), [at("v", model, 0.2)])
    add(f"unlike-four-{model}", *star([0.7, 0.1, -0.2, 0.4], 0.9, aggregator=FIRST), [at("v", model, 0.35)])
    # A missing vote takes no part, and the counts of votes are odd and even.
    agents, channels = star([0.7, 0.1, 0.5, 0.3], aggregator=ABSTAIN)
    for i, c in enumerate(channels):
        c |= {"erasure": [0.3, 0.0, 0.5, 0.9][i], "detected": i != 1}
    add(f"erased-four-{model}", agents, channels, [at("v", model, 0.4)])
add(
    "weights",
    *star([0.2, 0.6, 0.1, 0.3], aggregator={"rule": "weighted-majority", "weights": {"a0": 1, "a1": 2.5, "a2": 0.5, "a3": 1}}),
)
add(
    "weights-of-tenths",
    *star([0.5, 0.2, 0.8], aggregator={"rule": "weighted-majority", "weights": {"a0": 0.1, "a1": 0.2, "a2": 0.3}}),
)
add(
    "log-odds",
    *star([0.2, 0.6, 0.4, 0.4, 0.1], 0.9, aggregator={"rule": "weighted-majority", "weights": "log-odds"}),
)
agents, channels = star([0.9, 0.5, 0.5, 0.2], aggregator={"rule": "weighted-majority"})
for i, c in enumerate(channels):
    c |= {"fidelity": [0.5, 0.9, 0.9, 0.8][i], "erasure": [0.2, 0.1, 0.1, 0.3][i], "detected": i > 0}
add("log-odds-of-received-votes", agents, channels)
agents, channels = star([0.6, 0.3, 0.3], 0.9)
agents[-1] |= {"bias": 0.5, "own_weight": 0.4, "aggregator": {"rule": "weighted-majority"}}
add("log-odds-beside-an-own-vote", agents, channels)
add("two-thirds-of-six", *star([0.4] * 6, aggregator={"rule": "supermajority", "threshold": 2 / 3}))
add("eleven-of-twenty", *star([0.1] * 20, aggregator={"rule": "supermajority", "threshold": 0.55}))
add("unanimity-of-the-present", *star([0.5, 0.3, 0.1], aggregator={"rule": "supermajority", "threshold": 1.0}, erasure=0.3, detected=True))
add("first-of-the-present", *star([0.1, 0.5, 0.9], 0.95, aggregator="first", erasure=0.4, detected=True))
add(
    "best-of-four",
    *star([0.1] * 4, aggregator={"rule": "best-of", "true_positive": 0.9, "false_positive": 0.2}),
)
add(
    "best-of-unlike",
    *star([0.8, -0.5, 0.3], 0.9, aggregator={"rule": "best-of", "true_positive": 0.7, "false_positive": 0.4}),
)

# ---- chains and trees -----------------------------------------------------------------------------------------------

chain = [agent("a0", 0.8)] + [agent(f"a{i}") for i in range(1, 13)]
add("relays", chain, [channel(f"a{i}", f"a{i + 1}", 0.97 - 0.01 * i) for i in range(12)])
chain = [agent("w0", 0.3)] + [agent(f"w{i}", 0.3, own_weight=1.0, aggregator=FAIR) for i in range(1, 25)]
add("chain-of-workers", chain, [channel(f"w{i}", f"w{i + 1}", 0.9) for i in range(24)])
chain = [agent("w0", 0.1)] + [agent(f"w{i}", 0.1 * (-1) ** i + 0.2, own_weight=0.5 + i % 3) for i in range(1, 8)]
skips = [channel(f"w{i}", f"w{j}", 0.9) for i in range(8) for j in (i + 1, i + 2) if j < 8]
add("chain-with-skips", chain, skips)
add("tree-of-nine", *tree(3, 2, 0.4, 0.9))
add("tree-of-27", *tree(3, 3, 0.2, 0.95))
add("tree-of-halves", *tree(2, 3, 0.4, 0.9))
agents, channels = tree(3, 2, 0.4, 0.9)
add("tree-with-a-law-per-node", agents, channels,
    [at("r0", "mixture", 0.1), at("r1", "copying", 0.3), at("r2", "beta-binomial", 0.5), at("r", "gaussian", 0.2)])
agents, channels = tree(3, 2, 0.4, 0.9)
add("tree-of-mixtures", agents, channels, [at(n, "mixture", 0.1) for n in ("r", "r0", "r1", "r2")])

# ---- paths that split and meet again --------------------------------------------------------------------------------

add("diamond",
    [agent("s", 0.5), agent("l"), agent("r", 0.2), agent("t", 0.1)],
    [channel("s", "l", 0.9), channel("s", "r", 0.8), channel("l", "t", 0.9), channel("r", "t")])
add("one-source-three-ways",
    [agent("s", 0.4), agent("x"), agent("y"), agent("z"), agent("v")],
    [channel("s", n, 0.8) for n in "xyz"] + [channel(n, "v", 0.9) for n in "xyz"])
names = ["s", "a", "b", "m", "c", "d", "t"]
add("two-diamonds",
    [agent("s", 0.6)] + [agent(n, 0.1 if n in "ac" else None, own_weight=2.0 if n == "a" else 1.0) for n in names[1:]],
    [channel("s", "a", 0.9), channel("s", "b"), channel("a", "m"), channel("b", "m", 0.7),
     channel("m", "c", 0.95), channel("m", "d", 0.9), channel("c", "t"), channel("d", "t"), channel("s", "t", 0.5)])
grid = [agent(f"g{i}{j}", 0.3 if i + j == 0 or (i + j) % 2 else None) for i in range(3) for j in range(4)]
add("grid", grid,
    [channel(f"g{i}{j}", f"g{i + 1}{j}", 0.9) for i in range(2) for j in range(4)]
    + [channel(f"g{i}{j}", f"g{i}{j + 1}", 0.95) for i in range(3) for j in range(3)])
add("butterfly-coupled",
    [agent(f"a{i}", [0.6, 0.2, 0.1, 0.4][i]) for i in range(4)] + [agent(f"b{i}", aggregator=FIRST) for i in range(4)] + [agent("v")],
    [channel(f"a{i}", f"b{j}", 0.9) for j in range(4) for i in sorted((j, j ^ 1, (j + 2) % 4))]
    + [channel(f"b{i}", "v", 0.95, erasure=0.1, detected=True) for i in range(4)],
    [at("b0", "gaussian", 0.3), at("b1", "copying", 0.3), at("b2", "beta-binomial", 0.3), at("b3", "mixture", 0.3),
     at("v", "gaussian", 0.25)])

# ---- debates, blackboards, orchestrators ----------------------------------------------------------------------------

rounds = [agent(f"p{i}q{t}", 0.3, family=f"p{i}", aggregator=FAIR) if t else agent(f"p{i}q0", 0.3, family=f"p{i}") for t in range(3) for i in range(3)]
talk = [channel(f"p{i}q{t}", f"p{j}q{t + 1}", 0.9) for t in range(2) for j in range(3) for i in range(3)]
close = [channel(f"p{i}q2", "judge", 1.0) for i in range(3)]
add("debate", rounds + [agent("judge")], talk + close)
# The same agent in every round: its fresh votes share a cause.
add("debate-of-the-same-agents", rounds + [agent("judge")], talk + close,
    [{"family": f"p{i}", "model": model, "correlation": 0.5, "votes": "all"}
     for i, model in enumerate(("shared-vote", "copying", "difficulty"))])
ring = [agent(f"p{i}q{t}", 0.1 + 0.1 * i) if t == 0 else agent(f"p{i}q{t}", aggregator=FIRST) for t in range(4) for i in range(4)]
talk = [channel(f"p{i}q{t}", f"p{j}q{t + 1}", 0.95) for t in range(3) for j in range(4) for i in (j, (j + 1) % 4)]
add("debate-on-a-ring", ring + [agent("judge", 0.5)], talk + [channel(f"p{i}q3", "judge") for i in range(4)])
board = [agent("c0", 0.2)] + [agent(f"c{i}", 0.2, own_weight=1.5) for i in range(1, 6)] + [agent("reader")]
add("blackboard", board,
    [channel(f"c{i}", f"c{j}", 0.98) for j in range(1, 6) for i in range(j)] + [channel(f"c{i}", "reader", 0.98) for i in range(6)])
hybrid = (
    [agent("plan", 0.4)]
    + [agent(f"w{i}", 0.2 + 0.05 * i, family="small") for i in range(4)]
    + [agent(f"peer{i}", 0.1, family="large", own_weight=0.5) for i in range(3)]
    + [agent("check", aggregator={"rule": "supermajority", "threshold": 0.75}), agent("chief", 0.6, own_weight=2.0, family="large")]
)
add("orchestrator", hybrid,
    [channel("plan", f"w{i}", 0.9) for i in range(4)]
    + [channel(f"w{i}", f"peer{(i + k) % 3}", 0.95) for i in range(4) for k in range(2)]
    + [channel(f"peer{i}", "check") for i in range(3)]
    + [channel(f"peer{i}", "chief", 0.9) for i in range(3)]
    + [channel("check", "chief"), channel("plan", "chief", 0.7)],
    [at("chief", "copying", 0.2), {"family": "large", "model": "gaussian-factor", "correlation": 0.3, "votes": "all"}],
    outputs=["check", "chief"])

# ---- abstention -----------------------------------------------------------------------------------------------------

add("abstention-goes-on",
    [agent(f"a{i}", 0.3) for i in range(6)]
    + [agent("u", aggregator={"rule": "supermajority", "threshold": 1.0}), agent("x", aggregator=ABSTAIN),
       agent("y", aggregator="first"), agent("z", 0.1, aggregator=ABSTAIN), agent("v", aggregator=ABSTAIN)],
    [channel("a0", "u"), channel("a1", "u"), channel("a2", "u", 0.9), channel("a3", "x"), channel("a4", "x"),
     # A lost message becomes a coin, but there is none where nobody spoke.
     channel("u", "y", 0.9, erasure=0.5), channel("u", "z"), channel("x", "z", 0.8), channel("y", "v"),
     channel("z", "v"), channel("x", "v"), channel("a5", "v", erasure=0.5, detected=True)],
    outputs=["u", "x", "y", "z", "v"])
add("nobody-is-heard",
    [agent("a", 0.5), agent("b", 0.5), agent("f", aggregator=FAIR), agent("w", aggregator=WRONG), agent("x", aggregator=ABSTAIN),
     agent("s", aggregator={"rule": "supermajority", "threshold": 0.6}), agent("g", aggregator="first"), agent("p", aggregator="plurality"),
     agent("o", aggregator={"rule": "best-of", "true_positive": 1.0, "false_positive": 0.0})],
    [channel(a, n, erasure=1.0, detected=True) for n in "fwxsgpo" for a in "ab"],
    outputs=list("fwxsgpo"))
add("erasures-of-two-kinds",
    [agent(f"a{i}", 0.4) for i in range(5)] + [agent("m"), agent("v", 0.2, own_weight=0.5)],
    [channel(f"a{i}", "m", 0.9, erasure=0.4, detected=i % 2 == 0) for i in range(5)]
    + [channel("m", "v", 0.9, erasure=0.2, detected=True), channel("a0", "v", erasure=0.6, detected=True)],
    [at("m", "beta-binomial", 0.25)], outputs=["m", "v"])
agents, channels = star([0.001] * 5, erasure=0.4, detected=True)
add("small-signal-with-erasures", agents, channels)

# ---- workers --------------------------------------------------------------------------------------------------------

for weight in (0.0, 0.5, 2.0, 3.0):
    agents, channels = star([0.2, 0.5, 0.1], 0.9, erasure=0.3, detected=True)
    agents[-1] |= {"bias": 0.4, "own_weight": weight, "aggregator": FAIR}
    add(f"worker-of-weight-{weight}", agents, channels, [at("v", "mixture", 0.3)])
add("own-vote-stands-last",
    [agent("a", 0.2), agent("b", -0.3), agent("f", 0.9, aggregator="first"), agent("t", 0.9, aggregator=FIRST),
     agent("o", 0.9, aggregator={"rule": "best-of", "true_positive": 0.8, "false_positive": 0.3})],
    [channel(a, n, 0.9, erasure=0.3, detected=True) for n in "fto" for a in "ab"],
    outputs=["f", "t", "o"])

# ---- common causes --------------------------------------------------------------------------------------------------

add("everyone-shares-a-vote", *star([0.2] * 5, 0.9), [{"everyone": True, "model": "shared-vote", "correlation": 0.1}])
agents, channels = tree(5, 2, 0.2, 0.9)
add("everyone-has-a-difficulty", agents, channels, [{"everyone": True, "model": "difficulty", "correlation": 1 / 11}])
agents, channels = tree(3, 2, 0.3, 0.9)
add("everyone-copies", agents, channels, [{"everyone": True, "model": "copying", "correlation": 0.2}])
agents, channels = tree(3, 2, 0.3, 0.9)
add("everyone-has-a-factor", agents, channels,
    [{"everyone": True, "model": "gaussian-factor", "correlation": 0.3}, at("r", "gaussian", 0.3)])
for model, correlation in (("shared-vote", 1.0), ("copying", 1.0), ("difficulty", 1.0), ("gaussian-factor", 1.0), ("gaussian-factor", 0.999)):
    add(f"certain-{model}-{correlation}", *star([0.3] * 4, 0.8), [{"everyone": True, "model": model, "correlation": correlation}])
add("unlike-factor", *star([0.8, 0.1, -0.3, 0.5, 1.0], 0.9), [{"everyone": True, "model": "gaussian-factor", "correlation": 0.4}])
families = [agent(f"s{i}", 0.2, family="small") for i in range(4)] + [agent(f"l{i}", 0.5, family="large") for i in range(3)]
heads = [agent("x"), agent("y", 0.2, family="small"), agent("v", 0.5, family="large", own_weight=1.0)]
wires = ([channel(f"s{i}", "x", 0.9) for i in range(4)] + [channel(f"l{i}", "x", 0.9) for i in range(2)]
         + [channel(f"s{i}", "y", 0.9) for i in (0, 2)] + [channel("l2", "y")] + [channel("x", "v"), channel("y", "v"), channel("l0", "v")])
for votes in ("leaves", "all"):
    add(f"two-families-{votes}", families + heads, wires,
        [{"family": "small", "model": "shared-vote", "correlation": 0.2, "votes": votes},
         {"family": "large", "model": "difficulty", "correlation": 0.3, "votes": votes}, at("x", "mixture", 0.1)])
    add(f"two-families-of-factors-{votes}", families + heads, wires,
        [{"family": "small", "model": "copying", "correlation": 0.4, "votes": votes},
         {"family": "large", "model": "gaussian-factor", "correlation": 0.25, "votes": votes}, at("v", "gaussian", 0.2)])
add("easier-than-a-coin", *star([-0.4] * 3, 0.9), [{"everyone": True, "model": "difficulty", "correlation": 0.3}])

# ---- several wrong answers ------------------------------------------------------------------------------------------

MANY = {"wrong": 5, "zipf": 1.0}
add("plurality-of-five", *star([-0.2] * 5, 0.9), answers=MANY)
add("plurality-of-equally-wrong", *star([0.0, 0.1, -0.4, 0.3]), answers={"wrong": 3, "zipf": 0.0})
agents, channels = tree(3, 2, -0.1, 0.95)
add("plurality-tree", agents, channels, answers={"wrong": 2, "zipf": 1.5})
for model in ("mixture", "copying", "beta-binomial"):
    add(f"plurality-{model}", *star([0.2, -0.3, 0.0, 0.1], 0.9, erasure=0.2, detected=True), [at("v", model, 0.3)], answers={"wrong": 3, "zipf": 1.0})
for model in ("shared-vote", "copying", "difficulty", "gaussian-factor"):
    add(f"plurality-everyone-{model}", *star([-0.1] * 4, 0.9), [{"everyone": True, "model": model, "correlation": 0.3}], answers={"wrong": 2, "zipf": 1.0})
add("plurality-of-certain-difficulty", *star([-0.2] * 4), [{"everyone": True, "model": "difficulty", "correlation": 1.0}], answers={"wrong": 3, "zipf": 0.0})
add("rules-of-several-answers",
    [agent(f"a{i}", -0.1) for i in range(4)]
    + [agent("s", aggregator={"rule": "supermajority", "threshold": 0.6}), agent("f", aggregator="first"),
       agent("b", 0.2, aggregator={"rule": "best-of", "true_positive": 0.9, "false_positive": 0.3}),
       agent("v", 0.0, own_weight=2.0)],
    [channel(f"a{i}", n, 0.9, erasure=0.2, detected=i > 1) for n in "sfb" for i in range(4)] + [channel(n, "v", 0.95) for n in "sfb"],
    outputs=["s", "f", "b", "v"], answers={"wrong": 2, "zipf": 1.0})

# ---- numbers from laws, windows, outputs ----------------------------------------------------------------------------

add("curves-and-compute",
    [agent("a", compute={"tokens": 400, "coefficient": 0.01, "exponent": 0.5, "cap": 0.9}),
     agent("b", compute={"tokens": 10000, "coefficient": 0.01, "exponent": 0.5, "cap": 0.9}), agent("c", 0.3),
     agent("d", 0.2), agent("v", compute={"tokens": 100, "coefficient": 0.02, "exponent": 0.4, "cap": 1.0})],
    [channel("a", "v", tokens=50, curve={"law": "exponential", "scale": 20.0}),
     channel("b", "v", tokens=50, curve={"law": "saturating", "scale": 20.0}, erasure=0.1),
     channel("c", "v", tokens=30, curve={"law": "power", "scale": 20.0, "exponent": 1.5}),
     channel("d", "v", tokens=5, curve={"law": "repetition", "token_fidelity": 0.3})],
    window=135)
add("example-of-the-specification",
    [agent("a1", 0.2, family="small"), agent("a2", 0.2, family="small"), agent("a3", 0.1),
     agent("w", 0.1, own_weight=1.0, aggregator="majority"),
     agent("v", aggregator={"rule": "weighted-majority", "weights": {"a1": 1.5, "a2": 1.0, "w": 1.0}})],
    [channel("a1", "v", 0.9, tokens=200), channel("a2", "v", erasure=0.1, detected=True), channel("a2", "w"), channel("a3", "w"), channel("w", "v")],
    [at("v", "mixture", 0.1), {"family": "small", "model": "shared-vote", "correlation": 0.2}], window=4000, outputs=["v"])
add("every-agent-is-an-output",
    [agent("a", 0.25), agent("b", -0.5), agent("m", aggregator=ABSTAIN), agent("v", 0.1)],
    [channel("a", "m", 0.9), channel("b", "m"), channel("m", "v"), channel("a", "v", 0.5)],
    outputs=["v", "m", "a", "b"])

# ---- near the ends of the correlations, where the laws of unlike votes are told apart ------------------------------

add("gaussian-close-to-one", *star([0.8, 0.0, -0.4]), [at("v", "gaussian", 0.99)])
add("gaussian-of-one", *star([0.8, 0.0, -0.4]), [at("v", "gaussian", 1.0)])
add("urn-of-one", *star([0.8, 0.0, -0.4]), [at("v", "beta-binomial", 1.0)])
add("urn-close-to-one", *star([0.8, 0.0, -0.4]), [at("v", "beta-binomial", 0.99)])
for model in ("difficulty", "gaussian-factor"):
    # All are wrong together, each in its own way.
    add(f"wrong-together-{model}", *star([-0.5] * 3, aggregator={"rule": "supermajority", "threshold": 1.0}),
        [{"everyone": True, "model": model, "correlation": 1.0}], answers={"wrong": 3, "zipf": 0.0})
for model in ("shared-vote", "copying"):
    # All give one wrong answer.
    add(f"wrong-alike-{model}", *star([-0.5] * 3, aggregator={"rule": "supermajority", "threshold": 1.0}),
        [{"everyone": True, "model": model, "correlation": 0.9}], answers={"wrong": 3, "zipf": 0.0})
for model in ("shared-vote", "copying"):
    # Votes that are certainly wrong still have an answer to share.
    add(f"certainly-wrong-alike-{model}", *star([-1.0] * 3, aggregator={"rule": "supermajority", "threshold": 1.0}),
        [{"everyone": True, "model": model, "correlation": 0.5}], answers={"wrong": 3, "zipf": 0.0})

# ---- odd corners ----------------------------------------------------------------------------------------------------

add("two-channels-from-one-sender",
    [agent("a", 0.3), agent("b", 0.8), agent("v", aggregator={"rule": "weighted-majority", "weights": {"a": 2, "b": 3}})],
    [channel("a", "v", 0.5), channel("b", "v", 0.9), channel("a", "v", 0.6)])
# ln 4 = 2 ln 2: the sums of log-odds are even.
add("log-odds-that-tie",
    [agent("a", 0.6), agent("b", 1 / 3), agent("c", 1 / 3), agent("v", aggregator={"rule": "weighted-majority", "tie": "wrong"})],
    [channel(a, "v") for a in "abc"])
# Votes that are coins have the log-odds 0: whatever they say is a tie.
add("log-odds-of-a-coin", [agent("a", 0.0), agent("v", aggregator={"rule": "weighted-majority", "tie": "abstain"}), agent("x", aggregator="first")],
    [channel("a", "v"), channel("v", "x")], outputs=["v", "x"])
add("log-odds-of-three-coins",
    [agent(a, 0.0) for a in "abc"] + [agent("v", aggregator={"rule": "weighted-majority", "tie": "abstain"}), agent("x", aggregator="first")],
    [channel(a, "v") for a in "abc"] + [channel("v", "x")], outputs=["v", "x"])
add("tenths-with-an-own-vote",
    [agent("a", 0.3), agent("b", 0.1), agent("c", 0.2),
     agent("v", 0.5, own_weight=0.3, aggregator={"rule": "weighted-majority", "tie": "wrong", "weights": {"a": 0.1, "b": 0.2, "c": 0}})],
    [channel(a, "v") for a in "abc"])
add("votes-of-no-weight",
    [agent("a", 0.3)] + [agent(n, 0.5, own_weight=0.0, aggregator=rule) for n, rule in
     (("m", "majority"), ("p", "plurality"), ("s", {"rule": "supermajority", "threshold": 0.55}), ("f", "first"))],
    [channel("a", n, erasure=0.5, detected=True) for n in "mpsf"], outputs=list("mpsf"))
add("supermajority-with-a-light-own-vote",
    [agent("a", 0.3), agent("b", 0.1), agent("v", 0.5, own_weight=0.1, aggregator={"rule": "supermajority", "threshold": 0.55})],
    [channel("a", "v"), channel("b", "v")])
add("verifier-that-accepts-nothing",
    *star([0.3, 0.1, -0.2], aggregator={"rule": "best-of", "true_positive": 0.0, "false_positive": 0.0}, erasure=0.2, detected=True))
add("nearly-independent-difficulty", *star([0.9] * 5), [{"everyone": True, "model": "difficulty", "correlation": 0.001}])

# ---- too large to enumerate -----------------------------------------------------------------------------------------


def layers(widths, fan_in, seed):
    """Agents in layers, each hearing `fan_in` of the layer below and sometimes one further down."""
    draw = random.Random(seed)
    rows, channels, agents = [], [], []
    for depth, width in enumerate(widths):
        row = [f"l{depth}n{i}" for i in range(width)]
        for i, name in enumerate(row):
            if depth == 0:
                agents.append(agent(name, 0.3, family="xyz"[i % 3]))
                continue
            worker = draw.random() < 0.3
            agents.append(agent(name, 0.2 if worker else None, aggregator=draw.choice([FAIR, FIRST, ABSTAIN])))
            # Everyone is heard: the next ones around the row, and a random one of any row below.
            below = rows[-1]
            heard = [below[(i * fan_in + k) % len(below)] for k in range(fan_in)]
            if depth > 1:
                heard.append(draw.choice(rows[draw.randrange(depth - 1)]))
            for sender in dict.fromkeys(heard):
                lost = draw.choice([0.0, 0.0, 0.2])
                channels.append(channel(sender, name, round(draw.uniform(0.8, 1.0), 2), erasure=lost, detected=draw.random() < 0.5))
        rows.append(row)
    return agents, channels


agents, channels = layers([12, 9, 6, 2, 1], 4, 1)
add("thirty-in-layers", agents, channels,
    [{"family": "x", "model": "shared-vote", "correlation": 0.2}, {"family": "y", "model": "difficulty", "correlation": 0.3},
     {"family": "z", "model": "gaussian-factor", "correlation": 0.4},
     at("l1n0", "mixture", 0.2), at("l1n1", "copying", 0.2), at("l1n2", "beta-binomial", 0.3), at("l2n0", "mixture", 0.2),
     at("l2n1", "copying", 0.3), at("l2n2", "beta-binomial", 0.3)])
agents, channels = layers([10, 8, 8, 3], 5, 2)
for a in agents:
    a.pop("aggregator", None)
add("crowd-of-several-answers", agents, channels,
    [{"everyone": True, "model": "copying", "correlation": 0.2}, at("l3n0", "beta-binomial", 0.3), at("l2n0", "copying", 0.3)],
    answers={"wrong": 4, "zipf": 1.0}, outputs=["l3n0", "l3n1", "l3n2"])
for seed in (3, 4):
    agents, channels = layers([8, 8, 7, 5, 2], 5, seed)
    add(f"paths-that-meet-{seed}", agents, channels,
        [{"everyone": True, "model": "gaussian-factor", "correlation": 0.3}, at("l1n3", "mixture", 0.4), at("l3n1", "beta-binomial", 0.3)],
        outputs=["l4n0", "l4n1"])

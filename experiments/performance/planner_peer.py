"""The published planner in plain Python: `planner_peer.py SEED`, the problem as JSON on standard input.

Prints SECONDS SIMULATIONS SCORE of one decision at the beginning of the workflow: the processor time of this process around it, and the
mean of the pair of action and continuation that was chosen.
"""

import heapq
import itertools
import json
import math
import random
import sys
import time


class Problem:
    def __init__(self, given):
        self.needs = given["needs"]
        self.receivers = [[] for _ in self.needs]
        for node, needs in enumerate(self.needs):
            for needed in needs:
                self.receivers[needed].append(node)
        self.laws = given["laws"]  # by node and model
        self.counts = given["counts"]
        self.simulations = given["simulations"]
        self.budget = given["budget"]
        self.deadline = given["deadline"]
        self.portfolio = [(model, count) for model in range(len(self.laws[0])) for count in self.counts]


def draw_batch(problem, node, model, count, rng):
    """Duration, cost and success of parallel samples."""
    law = problem.laws[node][model]
    longest = cost = 0.0
    success = False
    for _ in range(count):
        tokens = math.ceil(rng.lognormvariate(law["log_mean"], law["log_deviation"]))
        longest = max(longest, tokens / law["speed"])
        cost += tokens * law["price"]
        if rng.random() < law["success"]:
            success = True
    return longest, cost, success


def rollout(problem, action, continuation, rng):
    """Whether the workflow is complete within its limits, when `action` is launched now and `continuation` from then on."""
    now, budget = 0.0, problem.budget
    missing = [len(needs) for needs in problem.needs]
    ready = [node for node, count in enumerate(missing) if count == 0]
    left = len(missing)
    running = []
    launches = action
    while True:
        for node, (model, count) in launches:
            duration, cost, success = draw_batch(problem, node, model, count, rng)
            budget -= cost
            if budget < 0 or now + duration > problem.deadline:
                return 0
            heapq.heappush(running, (now + duration, node, success))
        now, node, success = heapq.heappop(running)
        ready = []
        if success:
            left -= 1
            if left == 0:
                return 1
            for receiver in problem.receivers[node]:
                missing[receiver] -= 1
                if missing[receiver] == 0:
                    ready.append(receiver)
        else:
            ready.append(node)
        launches = [(node, continuation) for node in ready]


def candidates(problem, ready):
    """All ready nodes alike, then all combinations, without repetitions."""
    actions = [[(node, launch) for node in ready] for launch in problem.portfolio]
    for combination in itertools.product(problem.portfolio, repeat=len(ready)):
        action = list(zip(ready, combination))
        if action not in actions:
            actions.append(action)
    return actions


def plan(problem, rng):
    """The best action, its score, and how many simulations were made."""
    best, best_score, simulations = None, -math.inf, 0
    ready = [node for node, needs in enumerate(problem.needs) if not needs]
    for action in candidates(problem, ready):
        for continuation in problem.portfolio:
            done = sum(rollout(problem, action, continuation, rng) for _ in range(problem.simulations))
            simulations += problem.simulations
            score = done / problem.simulations
            if score > best_score + 1e-12:
                best, best_score = action, score
    return best, best_score, simulations


def main():
    rng = random.Random(int(sys.argv[1]))
    problem = Problem(json.load(sys.stdin))
    begin = time.process_time()
    _, score, simulations = plan(problem, rng)
    print(time.process_time() - begin, simulations, score)


if __name__ == "__main__":
    main()

"""Rollouts of a workflow in SimPy: `rollouts_peer.py WORKERS RUNS SEED`, the workflow as JSON on standard input.

Prints SECONDS COMPLETED, then mean and variance of the makespan and of the cost. SECONDS is the processor time of this process around
the runs. With WORKERS 0 there are as many as are wanted.
"""

import json
import math
import random
import statistics
import sys
import time

import simpy


def rollout(work, workers, rng):
    """One run: a process per subtask, which waits for those it needs."""
    env = simpy.Environment()
    done = [env.event() for _ in work["subtasks"]]
    # A free worker takes the ready subtask of the lowest position.
    pool = simpy.PriorityResource(env, capacity=workers) if workers else None
    cost = 0.0

    def attempts(subtask):
        nonlocal cost
        while True:
            tokens = [
                math.ceil(rng.lognormvariate(subtask["log_mean"], subtask["log_deviation"]))
                for _ in range(subtask["samples"])
            ]
            cost += sum(tokens) * work["price"]
            yield env.timeout(max(tokens) * work["seconds_per_token"])
            if any(rng.random() < subtask["success"] for _ in tokens):
                return

    def process(position, subtask):
        yield env.all_of([done[needed] for needed in subtask["needs"]])
        if pool is None:
            yield from attempts(subtask)
        else:
            with pool.request(priority=position) as request:
                yield request
                yield from attempts(subtask)
        done[position].succeed()

    for position, subtask in enumerate(work["subtasks"]):
        env.process(process(position, subtask))
    env.run()
    return env.now, cost


def main():
    workers, runs, seed = map(int, sys.argv[1:])
    work = json.load(sys.stdin)
    rng = random.Random(seed)
    begin = time.process_time()
    results = [rollout(work, workers, rng) for _ in range(runs)]
    seconds = time.process_time() - begin
    completed = sum(time <= work["deadline"] and cost <= work["budget"] for time, cost in results)
    numbers = [seconds, completed]
    for column in zip(*results):
        numbers += [statistics.fmean(column), statistics.pvariance(column)]
    print(*numbers)


if __name__ == "__main__":
    main()

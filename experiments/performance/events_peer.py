"""SimPy as an event engine: `events_peer.py hold PENDING EVENTS SEED` or `events_peer.py mm1 EVENTS SEED`.

Prints EVENTS SECONDS MEAN_WAIT, the processor time of this process around the run; the mean wait is `nan` for the hold model. Hold: as
many processes as events are pending, each waits exponential times without end. M/M/1: customers of rate 0.8 for a resource of capacity 1
with exponential service of mean 1; two events per customer are counted, as for the other engines.
"""

import random
import sys
import time

import simpy


def hold(pending, events, seed):
    rng = random.Random(seed)
    env = simpy.Environment()
    count = 0

    def token():
        nonlocal count
        while True:
            yield env.timeout(rng.expovariate(1.0))
            count += 1

    for _ in range(pending):
        env.process(token())
    begin = time.process_time()
    env.run(until=max(events / pending, 1e-3))
    return count, time.process_time() - begin, float("nan")


def mm1(events, seed):
    rng = random.Random(seed)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    waits = [0, 0.0]

    def customer():
        came = env.now
        with server.request() as request:
            yield request
            waits[0] += 1
            waits[1] += env.now - came
            yield env.timeout(rng.expovariate(1.0))

    def source():
        for _ in range(events // 2):
            yield env.timeout(rng.expovariate(0.8))
            env.process(customer())

    env.process(source())
    begin = time.process_time()
    env.run()
    return 2 * waits[0], time.process_time() - begin, waits[1] / max(waits[0], 1)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    print(*{"hold": hold, "mm1": mm1}[sys.argv[1]](*numbers))

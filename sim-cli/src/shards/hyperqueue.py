"""Runs the chunks of a list on HyperQueue workers of this machine: WORKERS LIST COMMAND..., where COMMAND ends in `--chunk`, which takes a number of the list.

`pip install hyperqueue` brings server and workers, but no `hq`; with `hq` on the PATH synergy submits to the server that it knows.
"""

import contextlib
import io
import sys

try:
    from hyperqueue import Job, LocalCluster
    from hyperqueue.client import FailedJobsException
    from hyperqueue.cluster import WorkerConfig
except ImportError as error:
    sys.exit(f"HyperQueue needs its Python package, `pip install hyperqueue`, or `hq` on the PATH: {error}")


def run(workers, numbers, command):
    with LocalCluster() as cluster:
        for _ in range(workers):
            cluster.start_worker(WorkerConfig(cores=1))
        client = cluster.client()
        job = Job()
        for number in numbers:
            job.program([*command, number], stdout=None, stderr=None)
        # synergy shows how far it is.
        with contextlib.redirect_stderr(io.StringIO()):
            client.wait_for_jobs([client.submit(job)])


with open(sys.argv[2]) as lines:
    numbers = lines.read().split()
try:
    run(int(sys.argv[1]), numbers, sys.argv[3:])
except FailedJobsException as failed:
    # What did not come back is given to the engine again.
    print(failed, file=sys.stderr)
except KeyboardInterrupt:
    sys.exit(130)

"""Runs the chunks of a list on HyperQueue workers of this machine: WORKERS LIST COMMAND..., where COMMAND takes a number after its `--chunk`.

`pip install hyperqueue` brings server and workers, but no `hq`; with `hq` on the PATH synergy submits to the server that it knows.
"""

import contextlib
import io
import sys

try:
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig
    from hyperqueue.client import FailedJobsException
except ImportError as error:
    sys.exit(f"HyperQueue needs its Python package, `pip install hyperqueue`, or `hq` on the PATH: {error}")

workers, chunks, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
place = command.index("--chunk") + 1
with open(chunks) as lines:
    numbers = lines.read().split()

with LocalCluster() as cluster:
    for _ in range(workers):
        cluster.start_worker(WorkerConfig(cores=1))
    client = cluster.client()
    job = Job()
    for number in numbers:
        job.program([*command[:place], number, *command[place:]], stdout=None, stderr=None)
    try:
        # synergy shows how far it is.
        with contextlib.redirect_stderr(io.StringIO()):
            client.wait_for_jobs([client.submit(job)])
    except FailedJobsException as failed:
        # What did not come back is given to the engine again.
        print(failed, file=sys.stderr)

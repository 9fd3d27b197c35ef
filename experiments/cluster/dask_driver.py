"""A planned sweep on Dask: one task per chunk, the bytes of one process in the end.

    pip install "dask[distributed]==2026.8.0"
    synergy shards plan study.toml --out results/study
    python dask_driver.py results/study [SYNERGY]

Uses the scheduler in DASK_SCHEDULER_ADDRESS, or two worker processes on this machine. All machines must see the directory, and have the same synergy. Dask
runs a chunk again whose worker died; a chunk that is run twice does no harm.
"""

import json
import os
import pathlib
import subprocess
import sys

from dask.distributed import Client

directory = pathlib.Path(sys.argv[1]).resolve()
synergy = sys.argv[2] if len(sys.argv) > 2 else "synergy"
CELLS_FAILED = 3  # the exit code of a chunk whose rows are there, some with an error


def run(chunk: int) -> None:
    command = [synergy, "shards", "run", directory / "shards.json", "--chunk", str(chunk), "--threads", "1", "--quiet"]
    code = subprocess.run(command).returncode
    if code not in (0, CELLS_FAILED):
        raise RuntimeError(f"chunk {chunk} ended with {code}")


if __name__ == "__main__":
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    here = dict(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with Client(address) if address else Client(**here) as client:
        chunks = json.loads((directory / "shards.json").read_text())["chunks"]
        client.gather(client.map(run, range(chunks), pure=False, retries=3))
    sys.exit(subprocess.run([synergy, "shards", "merge", directory]).returncode)

"""A planned sweep on Ray: one task per chunk, the bytes of one process in the end.

    pip install ray==2.60.0
    synergy shards plan study.toml --out results/study
    python ray_driver.py results/study [SYNERGY]

Uses the cluster in RAY_ADDRESS, or processes on this machine. All machines must see the directory, and have the same synergy. Ray runs a chunk again whose
worker or machine died (`max_retries`); a chunk that is run twice does no harm.
"""

import json
import pathlib
import subprocess
import sys

import ray

directory = pathlib.Path(sys.argv[1]).resolve()
synergy = sys.argv[2] if len(sys.argv) > 2 else "synergy"
CELLS_FAILED = 3  # the exit code of a chunk whose rows are there, some with an error


@ray.remote(num_cpus=1, max_retries=3)
def run(chunk: int) -> None:
    command = [synergy, "shards", "run", directory / "shards.json", "--chunk", str(chunk), "--threads", "1", "--quiet"]
    code = subprocess.run(command).returncode
    if code not in (0, CELLS_FAILED):
        raise RuntimeError(f"chunk {chunk} ended with {code}")


ray.init()
chunks = json.loads((directory / "shards.json").read_text())["chunks"]
ray.get([run.remote(chunk) for chunk in range(chunks)])
ray.shutdown()
sys.exit(subprocess.run([synergy, "shards", "merge", directory]).returncode)

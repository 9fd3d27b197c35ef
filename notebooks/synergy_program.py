"""Starts the program `synergy` and reads what it writes; the science is in the program, none of it here.

The program is looked for in `SYNERGY`, on the PATH, and in this repository's `target/release`.
`SYNERGY_TRIALS` divides all numbers of trials: with 50 a notebook runs in seconds and its figures are rough.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent


def program() -> str:
    """Path of the program."""
    built = HERE.parent / "target" / "release" / "synergy"
    for candidate in (os.environ.get("SYNERGY"), shutil.which("synergy"), str(built)):
        if candidate and Path(candidate).exists():
            return candidate
    raise FileNotFoundError("there is no `synergy`: run `cargo build --release`, or name the program in SYNERGY")


def trials(number: int) -> int:
    """`number` trials, or as many as `SYNERGY_TRIALS` leaves of them, at least 20."""
    return max(20, number // int(os.environ.get("SYNERGY_TRIALS", "1")))


def command(*arguments) -> str:
    """What `synergy ARGUMENTS` prints; its message is the error if it fails."""
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def run(model: str, trials: int, **parameters) -> dict:
    """One cell: `synergy run` as a dictionary with `estimates` and `predictions`."""
    return json.loads(command("run", model, *_set(parameters), "--trials", trials, "--format", "json", "--quiet"))


def sweep(scenario: dict, trials: int) -> pl.DataFrame:
    """Every cell of a scenario, a row each: parameters, estimates with their intervals, predictions."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "scenario.json"), Path(folder, "results")
        file.write_text(json.dumps(scenario))
        command("sweep", file, "--trials", trials, "--out", out, "--quiet")
        return pl.read_parquet(out / "data.parquet")


def compare(workflow: dict, policies: list[str], budget: str, deadline: str, trials: int) -> dict:
    """Policies on a workflow under the same draws: `synergy compare` as a dictionary."""
    with _file(workflow) as file:
        limits = ["--budget", budget, "--deadline", deadline, "--trials", trials]
        return json.loads(command("compare", file, "--policies", ",".join(policies), *limits, "--format", "json", "--quiet"))


def plan(workflow: dict, budget: str, deadline: str, trials: int) -> dict:
    """What to launch first and what may come of it: `synergy plan` as a dictionary."""
    with _file(workflow) as file:
        return json.loads(command("plan", file, "--budget", budget, "--deadline", deadline, "--trials", trials, "--json"))


def trace(model: str, *arguments, **parameters) -> pl.DataFrame:
    """What happened in one trial, a row per record; times in seconds."""
    lines = command("trace", model, *_set(parameters), *arguments, "--format", "jsonl")
    records = pl.DataFrame([json.loads(line) for line in lines.splitlines()])
    times = [name for name in ("start", "end", "time") if name in records.columns]
    return records.with_columns(pl.col(name) / 1e9 for name in times)


def _set(parameters: dict) -> list[str]:
    return [part for key, value in parameters.items() for part in ("--set", f"{key}={value}")]


class _file:
    """A temporary file with a workflow."""

    def __init__(self, content: dict):
        self.folder, self.content = tempfile.TemporaryDirectory(), content

    def __enter__(self) -> Path:
        path = Path(self.folder.name, "workflow.json")
        path.write_text(json.dumps(self.content))
        return path

    def __exit__(self, *_):
        self.folder.cleanup()

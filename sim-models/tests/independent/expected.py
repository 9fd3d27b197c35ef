#!/usr/bin/env python3
"""Writes tests/data/organizations: every organization of organizations.py and expected.json.

    python3 expected.py [--sampled-trials 10000000] [NAME …]

Without names all are written, else those named; the others keep their values.

Values are those of exact.py where it can (12 digits), else those of simulate.py with their trials and seed.
"""

import argparse
import json
import math
import pathlib

import exact
import organization as files
from organizations import ORGANIZATIONS

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "organizations"
SEED = 1


def text(document):
    """JSON with one agent, channel or group on a line."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("    " + json.dumps(row) for row in value)
            parts.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def estimates(counts):
    result = {}
    for name, c in counts.items():
        n = c["trials"]
        accuracy = c["right"] / n
        result[name] = {
            "accuracy": accuracy,
            "accuracy_error": float(f"{math.sqrt(accuracy * (1.0 - accuracy) / n):.3g}"),
            "bias": (c["right"] - c["wrong"]) / n,
            "abstention": c["missing"] / n,
        }
    return result


def value_of(document, trials):
    organization = files.from_document(document)
    try:
        outputs = exact.evaluate(organization, limit=1_500_000)
    except exact.Unavailable:
        import simulate

        outputs = estimates(simulate.simulate(organization, trials, SEED))
        return {"method": "simulated", "trials": trials, "seed": SEED, "outputs": outputs}
    rounded = {
        name: {key: round(value, 12) + 0.0 for key, value in numbers.items()} for name, numbers in outputs.items()
    }
    return {"method": "exact", "outputs": rounded}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sampled-trials", type=int, default=10_000_000)
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    before = FOLDER / "expected.json"
    kept = json.loads(before.read_text(encoding="utf-8")) if arguments.names else {}
    values = {}
    for name, document in ORGANIZATIONS.items():
        if arguments.names and name not in arguments.names:
            values[name] = kept[name]
            continue
        (FOLDER / f"{name}.json").write_text(text(document), encoding="utf-8")
        values[name] = value_of(document, arguments.sampled_trials)
        print(name, json.dumps(values[name]), flush=True)
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in values.items())
    before.write_text("{\n" + rows + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

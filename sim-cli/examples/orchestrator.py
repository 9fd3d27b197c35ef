"""Completes a workflow against a simulated provider, asking `synergy plan --follow` what to launch.

    python3 sim-cli/examples/orchestrator.py target/release/synergy

Only the standard library is needed. A real orchestrator would call its language models where this one draws random numbers.
"""

import json
import random
import subprocess
import sys
import tempfile

BUDGET, DEADLINE = 0.008, 30.0  # USD, seconds
MODELS = {"small": 0.42, "large": 2.40}  # USD per million tokens
NEEDS = {"parse": [], "search": [], "solve": ["parse", "search"], "check": ["solve"]}
SUCCESS = {"small": 0.35, "large": 0.75}
SECONDS = {"small": (6.0, 2.0), "large": (14.0, 5.0)}
TOKENS = {"small": 900, "large": 2200}


def workflow():
    """The workflow as `synergy` reads it."""
    options = {
        model: {
            "success": SUCCESS[model],
            "latency_seconds": {"mean": SECONDS[model][0], "deviation": SECONDS[model][1]},
            "output_tokens": TOKENS[model],
        }
        for model in MODELS
    }
    return {
        "models": {name: {"price_per_million_output_tokens": price} for name, price in MODELS.items()},
        "subtasks": [{"id": name, "needs": needs, "options": options} for name, needs in NEEDS.items()],
    }


class Provider:
    """Answers after a while, rightly or not, and knows nothing of the planner."""

    def __init__(self, seed):
        self.draws = random.Random(seed)

    def batch(self, model, samples):
        """Seconds until all samples have ended, and whether one was right."""
        mean, deviation = SECONDS[model]
        seconds = max(max(0.5, self.draws.gauss(mean, deviation)) for _ in range(samples))
        right = any(self.draws.random() < SUCCESS[model] for _ in range(samples))
        return seconds, right


class Planner:
    """`synergy plan --follow`: a state in, a decision out."""

    def __init__(self, program, path):
        command = [program, "plan", path, "--follow", "--rules", "mcpp-ref", "--set", "deadline_rule=at-deadline"]
        command += ["--budget", f"{BUDGET} USD", "--deadline", f"{DEADLINE} s"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def decide(self, state):
        print(json.dumps(state), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["launch"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def complete(planner, provider):
    """Runs the workflow once; how it ended, what it cost and how long it took."""
    now, spent, done, failed, running = 0.0, 0.0, [], [], []
    while len(done) < len(NEEDS):
        seen = [
            {"subtask": b["subtask"], "model": b["model"], "samples": b["samples"], "elapsed": now - b["start"]}
            for b in running
        ]
        state = {"time": now, "spent": spent, "done": done, "running": seen, "failed": failed}
        for launch in planner.decide(state):
            cost = launch["samples"] * TOKENS[launch["model"]] * MODELS[launch["model"]] * 1e-6
            if spent + cost > BUDGET:
                return "budget", spent, now
            seconds, right = provider.batch(launch["model"], launch["samples"])
            spent += cost
            running.append({**launch, "start": now, "end": now + seconds, "right": right})
        if not running:
            return "stalled", spent, now
        batch = min(running, key=lambda batch: batch["end"])
        running.remove(batch)
        now = batch["end"]
        if now > DEADLINE:
            return "deadline", spent, DEADLINE
        if batch["right"]:
            done.append(batch["subtask"])
        else:
            failed.append({key: batch[key] for key in ("subtask", "model", "samples")})
    return "done", spent, now


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "synergy"
    runs = 20
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(workflow(), file)
        file.flush()
        planner = Planner(program, file.name)
        ends = [complete(planner, Provider(seed)) for seed in range(runs)]
        planner.close()
    for name in ("done", "budget", "deadline", "stalled"):
        print(f"{name:9} {sum(end == name for end, _, _ in ends):3} of {runs} runs")
    print(f"mean cost {sum(cost for _, cost, _ in ends) / runs:.4f} USD of {BUDGET} USD")
    print(f"mean time {sum(time for _, _, time in ends) / runs:.1f} s of {DEADLINE} s")


if __name__ == "__main__":
    main()

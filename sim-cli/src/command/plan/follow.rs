//! States in, decisions out, a line of JSON each.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use sim_core::events::Duration;
use sim_core::graph::Node;
use sim_models::registry::nearest;
use sim_models::workflow::policy::Decision;
use sim_models::workflow::{Budget, Launch, Problem, Situation};

use super::Planner;
use crate::problem::{Exit, Outcome, Problem as Trouble};

/// Longest line that is read, in bytes: a state of a hundred thousand subtasks is shorter.
const LONGEST_LINE: u64 = 64 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    #[serde(default)]
    time: f64,
    #[serde(default)]
    spent: f64,
    #[serde(default)]
    done: Vec<String>,
    #[serde(default)]
    running: Vec<Running>,
    #[serde(default)]
    failed: Vec<Batch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Running {
    subtask: String,
    model: String,
    samples: u32,
    #[serde(default)]
    elapsed: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    subtask: String,
    model: String,
    samples: u32,
}

#[derive(Serialize)]
struct Answer {
    launch: Vec<Batch>,
    simulations: u64,
    /// By the policy's own simulations, if it made any.
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_probability: Option<f64>,
}

/// Answers every line until the input ends.
pub(super) fn follow(planner: &mut Planner) -> Outcome<Exit> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line);
        match read {
            Ok(0) => return Ok(Exit::Success),
            Ok(_) => {}
            Err(error) => return Err(Trouble::failure(format!("cannot read the standard input: {error}"))),
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let answer = match decide(planner, &text) {
            Ok(decision) => serde_json::to_string(&answer(&planner.problem, decision)),
            Err(error) => serde_json::to_string(&serde_json::json!({ "error": error })),
        };
        let answer = answer.map_err(|error| Trouble::failure(format!("cannot write JSON: {error}")))?;
        let written = writeln!(output, "{answer}").and_then(|()| output.flush());
        if written.is_err() {
            // Nobody reads any more.
            return Ok(Exit::Success);
        }
    }
}

fn decide(planner: &mut Planner, line: &str) -> Result<Decision, String> {
    let state: State = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let situation = situation(&planner.problem, &state)?;
    planner.problem.decide(planner.policy.as_mut(), &situation).map_err(|error| error.to_string())
}

fn answer(problem: &Problem, decision: Decision) -> Answer {
    let workflow = problem.workflow();
    let batch = |(node, launch): (Node, Launch)| Batch {
        subtask: workflow.graph().name(node).to_owned(),
        model: workflow.models()[launch.model].name.clone(),
        samples: launch.count,
    };
    Answer {
        launch: decision.launches.into_iter().map(batch).collect(),
        simulations: decision.simulations,
        completion_probability: decision.score,
    }
}

fn situation(problem: &Problem, state: &State) -> Result<Situation, String> {
    let graph = problem.workflow().graph();
    let models = problem.workflow().models();
    let node = |name: &String| {
        graph.find(name).ok_or_else(|| {
            let near = nearest(name, (0..graph.len()).map(|node| graph.name(node)));
            format!("there is no subtask `{name}`{}", hint(near))
        })
    };
    let launch = |model: &String, samples: u32| {
        let position = models.iter().position(|known| &known.name == model).ok_or_else(|| {
            let near = nearest(model, models.iter().map(|known| known.name.as_str()));
            format!("there is no model `{model}`{}", hint(near))
        })?;
        if samples == 0 {
            return Err("a batch has at least one sample; found 0".to_owned());
        }
        Ok(Launch { model: position, count: samples })
    };
    let time = |key: &str, seconds: f64| {
        Duration::from_seconds(seconds).map_err(|error| format!("`{key}`: {error}"))
    };
    if !(state.spent >= 0.0 && state.spent.is_finite()) {
        return Err(format!("`spent` is a finite number from 0; found {}", state.spent));
    }
    let unit = match problem.budget() {
        Budget::Money(_) => 1e9,
        Budget::Tokens(_) => 1.0,
    };
    let running = state.running.iter().map(|batch| {
        Ok((node(&batch.subtask)?, launch(&batch.model, batch.samples)?, time("elapsed", batch.elapsed)?))
    });
    let failed =
        state.failed.iter().map(|batch| Ok((node(&batch.subtask)?, launch(&batch.model, batch.samples)?)));
    Ok(Situation {
        time: time("time", state.time)?,
        spent: (state.spent * unit).ceil() as u64,
        done: state.done.iter().map(node).collect::<Result<_, String>>()?,
        running: running.collect::<Result<_, String>>()?,
        failed: failed.collect::<Result<_, String>>()?,
    })
}

fn hint(near: Option<String>) -> String {
    near.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

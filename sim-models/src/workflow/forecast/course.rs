//! One run, with what each subtask has to do with its cost and its end.

use sim_core::events::Time;
use sim_core::graph::Node;

use super::Limits;
use crate::workflow::{Attempt, Ending, Problem, RunResult};

/// How a run went.
pub(super) struct Course {
    pub(super) ending: Ending,
    /// In the order of [`super::Measure::ALL`].
    pub(super) measures: [f64; 3],
    pub(super) over_budget: bool,
    pub(super) past_deadline: bool,
    /// By subtask, if that is asked for.
    pub(super) parts: Vec<Part>,
}

/// What a subtask has to do with it.
#[derive(Clone, Default)]
pub(super) struct Part {
    /// By model: cost in units of the budget, and tokens.
    pub(super) spent: Vec<(u64, u64)>,
    pub(super) tries: u32,
    pub(super) retry_cost: u64,
    pub(super) is_critical: bool,
    /// In seconds.
    pub(super) critical_time: f64,
    pub(super) retry_time: f64,
}

/// When a subtask was tried.
#[derive(Clone, Copy)]
struct Span {
    first_end: Time,
    end: Time,
}

impl Course {
    pub(super) fn of(
        problem: &Problem,
        limits: &Limits,
        result: &RunResult,
        history: &[Attempt],
        in_parts: bool,
    ) -> Self {
        let tokens = history.iter().map(|attempt| attempt.tokens).fold(0, u64::saturating_add);
        Self {
            ending: result.ending,
            measures: [result.cost as f64, tokens as f64, result.makespan.as_seconds()],
            over_budget: result.ending == Ending::Budget || result.cost > limits.budget,
            past_deadline: result.ending == Ending::Deadline
                || result.makespan > Time::START + limits.deadline,
            parts: if in_parts { parts(problem, result, history) } else { Vec::new() },
        }
    }
}

fn parts(problem: &Problem, result: &RunResult, history: &[Attempt]) -> Vec<Part> {
    let workflow = problem.workflow();
    let empty = Part { spent: vec![(0, 0); workflow.models().len()], ..Part::default() };
    let mut parts = vec![empty; workflow.len()];
    let mut spans: Vec<Option<Span>> = vec![None; workflow.len()];
    // In the order of their ends, which is that of the tries at one subtask.
    for attempt in history {
        let part = &mut parts[attempt.node];
        let (cost, tokens) = &mut part.spent[attempt.launch.model];
        *cost = cost.saturating_add(attempt.cost);
        *tokens = tokens.saturating_add(attempt.tokens);
        part.tries += 1;
        if part.tries > 1 {
            part.retry_cost = part.retry_cost.saturating_add(attempt.cost);
        }
        let span = spans[attempt.node].get_or_insert(Span { first_end: attempt.ended, end: attempt.ended });
        span.end = attempt.ended;
    }
    // From the end of the run backward: what it waited for, what that waited for, and so on. The pieces add up to the whole time.
    let mut until = result.makespan;
    let mut next = latest(&spans, 0..workflow.len());
    while let Some(node) = next {
        let before = latest(&spans, workflow.graph().senders(node));
        let since = before.and_then(|parent| spans[parent]).map_or(Time::START, |span| span.end);
        let part = &mut parts[node];
        part.is_critical = true;
        part.critical_time = until.since(since).as_seconds();
        if part.tries > 1 {
            let first_end = spans[node].map_or(until, |span| span.first_end);
            part.retry_time = until.since(first_end).as_seconds();
        }
        (until, next) = (since, before);
    }
    parts
}

/// The subtask whose last try ended last, of those that were tried; of several the first one.
fn latest(spans: &[Option<Span>], nodes: impl IntoIterator<Item = Node>) -> Option<Node> {
    let tried = nodes.into_iter().filter_map(|node| Some((node, spans[node]?.end)));
    tried.reduce(|first, other| if other.1 > first.1 { other } else { first }).map(|(node, _)| node)
}

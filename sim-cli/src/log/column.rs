//! What columns mean.

use std::collections::HashMap;

use crate::problem::{Outcome, Problem};

/// What a column of a log means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Column {
    Question,
    Agent,
    Model,
    Family,
    Parent,
    Attempt,
    Stratum,
    Subtask,
    Correct,
    Score,
    Budget,
    InputTokens,
    CachedTokens,
    OutputTokens,
    ThinkingTokens,
    Latency,
    Cost,
    Time,
    MessageTokens,
    Sent,
    Received,
    Accepted,
}

/// Number of columns.
pub(super) const COUNT: usize = 22;

/// Every column with the names under which it is found without a mapping, its own name first, then what it is.
const COLUMNS: [(Column, &[&str], &str); COUNT] = [
    (
        Column::Question,
        &[
            "question",
            "question_id",
            "instance",
            "instance_id",
            "task",
            "task_id",
            "problem",
            "problem_id",
            "traceId",
        ],
        "the question, task or instance; what is drawn anew for intervals",
    ),
    (
        Column::Agent,
        &["agent", "agent_id", "agent_name", "worker", "gen_ai.agent.name", "gen_ai.agent.id"],
        "who answered",
    ),
    (
        Column::Model,
        &["model", "model_name", "model_id", "gen_ai.response.model", "gen_ai.request.model"],
        "which language model",
    ),
    (Column::Family, &["family", "model_family"], "which agents err alike; the model if not given"),
    (
        Column::Parent,
        &["parent", "parent_id", "group", "run", "run_id", "parentSpanId"],
        "which votes met: siblings have the same parent",
    ),
    (
        Column::Attempt,
        &["attempt", "sample", "repetition", "attempt_id", "spanId"],
        "which repetition; without parents, equal numbers are siblings",
    ),
    (Column::Stratum, &["stratum", "difficulty"], "known difficulty class of the question"),
    (Column::Subtask, &["subtask", "step", "stage"], "step of a workflow"),
    (
        Column::Correct,
        &["correct", "is_correct", "right", "success", "passed", "gen_ai.evaluation.score.label"],
        "whether the answer is right",
    ),
    (
        Column::Score,
        &["score", "reward", "gen_ai.evaluation.score.value"],
        "a score in place of it; right from --threshold",
    ),
    (
        Column::Budget,
        &["budget", "token_budget", "thinking_budget"],
        "tokens that the answer was allowed, chosen beforehand",
    ),
    (
        Column::InputTokens,
        &["input_tokens", "tokens_in", "prompt_tokens", "gen_ai.usage.input_tokens"],
        "tokens read",
    ),
    (
        Column::CachedTokens,
        &["cached_tokens", "tokens_cached", "cache_read_tokens", "gen_ai.usage.cache_read.input_tokens"],
        "those of them that came from a cache",
    ),
    (
        Column::OutputTokens,
        &["output_tokens", "tokens_out", "completion_tokens", "gen_ai.usage.output_tokens"],
        "tokens written",
    ),
    (Column::ThinkingTokens, &["thinking_tokens", "tokens_thinking", "reasoning_tokens"], "tokens thought"),
    (
        Column::Latency,
        &["latency", "latency_s", "latency_seconds", "latency_ms", "duration", "duration_ms"],
        "seconds from request to answer; milliseconds if the name ends in _ms",
    ),
    (Column::Cost, &["cost", "cost_usd"], "dollars"),
    (
        Column::Time,
        &["time", "timestamp", "created_at"],
        "when: RFC 3339, or seconds, milliseconds, ... since 1970",
    ),
    (Column::MessageTokens, &["message_tokens"], "length of a relayed message"),
    (Column::Sent, &["sent"], "the bit that was sent, or whether what was sent is right"),
    (Column::Received, &["received"], "the same as received"),
    (Column::Accepted, &["accepted", "verdict"], "verdict of a checker on the answer"),
];

impl Column {
    /// Its own name.
    pub fn name(self) -> &'static str {
        COLUMNS[self as usize].1[0]
    }

    /// All of them with what they are, for help.
    pub fn help() -> String {
        let lines = COLUMNS.map(|(_, names, what)| format!("  {:<16}{what}\n", names[0]));
        lines.concat()
    }
}

/// Which names of a log mean which columns.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    given: HashMap<Column, String>,
}

impl Mapping {
    /// From `column=name` texts.
    ///
    /// # Errors
    /// A text is no such pair, or names a column that does not exist.
    pub fn parse(texts: &[String]) -> Outcome<Self> {
        let mut given = HashMap::new();
        for text in texts {
            let pair = text.split_once('=').map(|(column, name)| (column.trim(), name.trim()));
            let Some((column, name)) = pair.filter(|(_, name)| !name.is_empty()) else {
                return Err(Problem::input(format!("--map takes column=name; found `{text}`")));
            };
            let known = COLUMNS.iter().find(|(_, names, _)| names[0] == column);
            let Some((known, ..)) = known else {
                let names: Vec<&str> = COLUMNS.iter().map(|(_, names, _)| names[0]).collect();
                let problem = Problem::input(format!("--map {text}: there is no column `{column}`"));
                return Err(problem.among(column, &names));
            };
            if given.insert(*known, name.to_owned()).is_some() {
                return Err(Problem::input(format!("--map {text}: `{column}` is mapped twice")));
            }
        }
        Ok(Self { given })
    }

    /// The names under which a column may be found, in order.
    pub(super) fn names(&self, column: Column) -> Vec<&str> {
        match self.given.get(&column) {
            Some(name) => vec![name],
            None => COLUMNS[column as usize].1.to_vec(),
        }
    }

    /// For a table with a header: the position of every column that it has.
    ///
    /// # Errors
    /// A name given by `--map` is not in the header.
    pub(super) fn locate(&self, header: &[String]) -> Result<Vec<(Column, usize)>, String> {
        let mut places = Vec::new();
        for (column, ..) in COLUMNS {
            let position = |name: &&str| header.iter().position(|head| head == name);
            match self.names(column).iter().find_map(position) {
                Some(place) => places.push((column, place)),
                None if self.given.contains_key(&column) => return Err(self.given[&column].clone()),
                None => {}
            }
        }
        Ok(places)
    }

    /// The name that was given for a column.
    pub(super) fn given(&self, column: Column) -> Option<&str> {
        self.given.get(&column).map(String::as_str)
    }

    /// All columns.
    pub(super) fn columns() -> impl Iterator<Item = Column> {
        COLUMNS.iter().map(|(column, ..)| *column)
    }
}

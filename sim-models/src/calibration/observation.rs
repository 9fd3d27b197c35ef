//! One record of a log.

/// What one record says. Everything but the question may be missing; what is missing narrows what can be estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observation<'a> {
    /// Which question (task, instance, conversation) the record belongs to. Records of one question are dependent.
    pub question: &'a str,
    /// Who answered. The model if not given.
    pub agent: Option<&'a str>,
    /// Which language model the agent runs.
    pub model: Option<&'a str>,
    /// Which agents are expected to err alike. The model if not given.
    pub family: Option<&'a str>,
    /// Which votes met: those of one question with the same parent are siblings.
    pub parent: Option<&'a str>,
    /// Which repetition; where no parent is given, answers of several agents with the same number are siblings.
    pub attempt: Option<&'a str>,
    /// Known difficulty class of the question.
    pub stratum: Option<&'a str>,
    /// Which step of a workflow.
    pub subtask: Option<&'a str>,
    /// Whether the answer is right.
    pub correct: Option<bool>,
    /// Tokens that the answer was allowed to take, chosen before it was known.
    pub budget: Option<f64>,
    /// Tokens read.
    pub input_tokens: Option<f64>,
    /// Tokens read from a cache, part of those read.
    pub cached_tokens: Option<f64>,
    /// Tokens written.
    pub output_tokens: Option<f64>,
    /// Tokens thought, where they are counted beside those written.
    pub thinking_tokens: Option<f64>,
    /// Seconds from request to answer.
    pub latency: Option<f64>,
    /// Dollars.
    pub cost: Option<f64>,
    /// Seconds since any fixed instant.
    pub time: Option<f64>,
    /// Length of a relayed message.
    pub message_tokens: Option<f64>,
    /// Whether what was sent was right (or any bit that was sent).
    pub sent: Option<bool>,
    /// The same after it was received.
    pub received: Option<bool>,
    /// Verdict of a checker on the answer.
    pub accepted: Option<bool>,
}

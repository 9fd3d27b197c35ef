//! What is laid over an organization so that it happens in time: calls, messages, limits, faults.

use sim_core::events::Duration;
use sim_core::events::resource::Backoff;
use sim_core::graph::Node;

use super::{Endpoint, Fault, Meters};
use crate::law::Law;

/// What is laid over an organization so that it happens in time. By default nothing takes time or costs anything: the organization is
/// then the one that the other evaluators know.
#[derive(Clone, Debug, Default)]
pub struct Timing {
    /// Where calls are served.
    pub endpoints: Vec<Endpoint>,
    /// By agent: its call; `None` for one that decides at once and for nothing.
    pub services: Vec<Option<Service>>,
    /// By agent: when it has heard enough.
    pub waiting: Vec<Waiting>,
    /// What happens to calls that take too long.
    pub calls: CallPolicy,
    /// What happens to messages on their way.
    pub delivery: Delivery,
    /// The context window.
    pub context: Context,
    /// What may be spent.
    pub allowance: Allowance,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// A call: what an agent does to answer or to judge. It makes one request to its endpoint per turn, and uses a tool between turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Position of its endpoint in [`Timing::endpoints`].
    pub endpoint: usize,
    /// Duration of a request in seconds, where it does not follow from tokens and the speed of the endpoint.
    pub duration: Option<Law>,
    /// Input of the first turn, apart from messages received.
    pub prompt_tokens: u64,
    /// Output of a turn, in tokens, rounded up (mechanisms B0.3).
    pub output_tokens: Law,
    /// Output after which a turn is cut off, which makes the vote wrong.
    pub output_limit: Option<u64>,
    /// How much shorter right answers are: their log-length is shifted by `-kappa` deviations, that of wrong ones by
    /// `kappa p / (1 - p)`, so that the mean shift is 0.
    pub length_coupling: f64,
    /// Thinking before the output of a turn, in tokens, billed as output.
    pub thinking_tokens: Law,
    /// Turns, at least 1. The input of a turn has that of the one before, its output, and what the tool returned.
    pub turns: u32,
    /// The tool between turns.
    pub tool: Tool,
}

/// What is used between the turns of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Time that it takes, in seconds.
    pub latency: Law,
    /// Tokens that it returns.
    pub tokens: u64,
    /// Price of a use, in nanodollars.
    pub price: u64,
}

impl Tool {
    /// A tool that takes no time, says nothing and costs nothing.
    pub const NONE: Self = Self { latency: Law::ZERO, tokens: 0, price: 0 };
}

impl Service {
    /// A call whose one request takes this long, without tokens.
    pub fn lasting(duration: Law) -> Self {
        Self {
            endpoint: 0,
            duration: Some(duration),
            prompt_tokens: 0,
            output_tokens: Law::ZERO,
            output_limit: None,
            length_coupling: 0.0,
            thinking_tokens: Law::ZERO,
            turns: 1,
            tool: Tool::NONE,
        }
    }
}

impl Service {
    /// Price in nanodollars of a call that reads messages of this many tokens, if its lengths are constant.
    pub fn constant_cost(&self, endpoint: &Endpoint, heard: u64) -> Option<u64> {
        if self.output_tokens.deviation() > 0.0 || self.thinking_tokens.deviation() > 0.0 {
            return None;
        }
        let written = (libm::ceil(self.output_tokens.mean()) as u64)
            .saturating_add(libm::ceil(self.thinking_tokens.mean()) as u64);
        let fixed = self.prompt_tokens.saturating_add(heard);
        let turn = |turn: u64| {
            let more = written.saturating_add(self.tool.tokens).saturating_mul(turn);
            let input = fixed.saturating_add(more);
            endpoint.prices.cost(&Meters { input, output: written, ..Meters::default() })
        };
        let turns = (0..u64::from(self.turns)).map(turn).fold(0, u64::saturating_add);
        Some(turns.saturating_add(u64::from(self.turns - 1).saturating_mul(self.tool.price)))
    }
}

/// When an agent has heard enough, and what becomes of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// When it stops to wait.
    pub until: Until,
    /// Longest wait after the first message; `None` waits without end.
    pub patience: Option<Duration>,
    /// Whether calls that nobody waits for any more are cancelled.
    pub cancel_rest: bool,
}

/// When an agent stops to wait for messages. In any case it stops when none can come any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// When all messages are there or known to be lost.
    #[default]
    All,
    /// When this many votes are there.
    First(u32),
    /// When no message that is missing can change the vote: the lead of an answer is larger than the weight of all votes that are missing.
    /// Where votes are coupled, those that are there are coupled then.
    Decided,
}

/// What happens to calls that take too long or are not served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallPolicy {
    /// Time after which a call is given up, its retries apart.
    pub timeout: Option<Duration>,
    /// How often a call is tried again after a timeout, and a request after a refusal.
    pub retries: u32,
    /// Waits before retries.
    pub backoff: Backoff,
    /// Time after which a second, equal call is started beside one that is not answered yet; the first answer counts.
    pub hedge_after: Option<Duration>,
    /// What a call costs that is given up.
    pub billing: CancelledBilling,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            timeout: None,
            retries: 3,
            backoff: Backoff::default(),
            hedge_after: None,
            billing: CancelledBilling::Generated,
        }
    }
}

/// What a request costs that is cancelled or times out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CancelledBilling {
    /// Its input, and the output that was generated so far.
    #[default]
    Generated,
    /// As if it had ended.
    All,
    /// Nothing: refunded.
    Nothing,
}

/// What happens to messages on their way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// Time that a message takes, in seconds.
    pub latency: Law,
    /// How often a message is sent again that was lost noticeably, or in a burst.
    pub retransmissions: u32,
    /// Time after which a lost message is sent again.
    pub retransmit_after: Duration,
    /// Whether a message that arrives twice is recognized; if not, it fills the context twice and counts twice where an agent waits for
    /// the first few.
    pub deduplicate: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { latency: Law::ZERO, retransmissions: 0, retransmit_after: Duration::SECOND, deduplicate: true }
    }
}

/// The context window and the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context {
    /// Tokens that fit into the context of any agent, input and largest output of a turn together; `None` where there is no limit.
    pub window: Option<u64>,
    /// What happens to what does not fit.
    pub overflow: Overflow,
    /// The cache of inputs; `None` where every turn reads its whole input anew.
    pub cache: Option<Cache>,
}

/// What happens when messages and turns do not fit into the window (mechanisms B0.4).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Overflow {
    /// The call fails.
    #[default]
    Fail,
    /// The messages that came first are left out, until the rest fits; their votes are missing. Later turns forget what came first.
    Truncate,
    /// All messages are summarized by one more request into this many tokens; every vote goes through a channel of this fidelity.
    Summarize {
        /// Length of the summary.
        tokens: u64,
        /// Its fidelity, in [0, 1].
        fidelity: f64,
    },
}

/// A cache of inputs: a turn finds the input of the one before in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cache {
    /// Probability that it does, in [0, 1].
    pub hit: f64,
    /// How long an input stays.
    pub time_to_live: Duration,
}

/// What may be spent in a run. Nothing is limited by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// Time until the answer must be there; an answer at that very moment is in time.
    pub deadline: Option<Duration>,
    /// Money of the run, in nanodollars.
    pub money: Option<u64>,
    /// Tokens of the run, input and output.
    pub tokens: Option<u64>,
    /// Money of every agent, in nanodollars, split off that of the run.
    pub money_per_agent: Option<u64>,
    /// Output that is reserved for a turn, as a multiple of the mean length, where the output has no limit of its own. A turn that
    /// reaches it is cut off: a reservation is never exceeded.
    pub reservation: f64,
    /// Most events in a trial.
    pub events: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            deadline: None,
            money: None,
            tokens: None,
            money_per_agent: None,
            reservation: 2.0,
            events: 10_000_000,
        }
    }
}

impl Timing {
    /// Nothing takes time or costs anything in an organization of this many agents.
    pub fn instant(agents: usize) -> Self {
        Self { services: vec![None; agents], waiting: vec![Waiting::default(); agents], ..Self::default() }
    }

    /// The same timing, in which these agents make this call.
    #[must_use]
    pub fn serving(mut self, agents: impl IntoIterator<Item = Node>, service: &Service) -> Self {
        for agent in agents {
            self.services[agent] = Some(service.clone());
        }
        self
    }

    /// The same timing, in which all agents wait like this.
    #[must_use]
    pub fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting.fill(waiting);
        self
    }
}

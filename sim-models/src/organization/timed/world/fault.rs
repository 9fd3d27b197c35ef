//! Faults in one trial.

use sim_core::events::{Duration, Time};
use sim_core::graph::{Edge, Node};
use sim_core::random::{Address, Coin, Entity, Family, Purpose, Stream, Streams, TrialStreams};

use super::alternating::Alternating;
use crate::law::Law;
use crate::organization::timed::build::Faults;
use crate::organization::timed::{Fault, FaultMode, TimedOrganization, draws};

/// Channels of the faults' streams.
mod channel {
    use super::draws::FAULTS;

    pub const CRASH: u64 = FAULTS;
    pub const SILENT_WRONG: u64 = FAULTS + 1;
    pub const HANG: u64 = FAULTS + 2;
    pub const STRAGGLER: u64 = FAULTS + 3;
    pub const OUTAGE: u64 = FAULTS + 4;
    pub const BURST: u64 = FAULTS + 5;
    pub const MESSAGE_LOSS: u64 = FAULTS + 6;
    pub const DUPLICATE: u64 = FAULTS + 7;
    pub const LATE: u64 = FAULTS + 8;
    pub const DRIFT: u64 = FAULTS + 9;
    pub const INCONSISTENCY: u64 = FAULTS + 10;
    pub const FULL_CONTEXT: u64 = FAULTS + 11;
    pub const TOOL_ERROR: u64 = FAULTS + 12;
    pub const VERSION_DRIFT: u64 = FAULTS + 13;
    pub const VERSION_VOTE: u64 = FAULTS + 14;
    pub const DOWNGRADE: u64 = FAULTS + 15;
}

/// A probability that can befall some agents.
#[derive(Clone, Copy, Debug)]
struct Risk<'a> {
    coin: Coin,
    targets: &'a [bool],
}

impl Risk<'_> {
    #[inline]
    fn strikes(risk: Option<&Self>, agent: Node, open: impl FnOnce() -> Stream) -> bool {
        risk.is_some_and(|risk| risk.targets[agent] && open().toss(&risk.coin))
    }
}

/// When an agent crashes, and what it loses.
#[derive(Clone, Copy, Debug)]
pub(super) struct CrashRule<'a> {
    law: Law,
    targets: &'a [bool],
    pub(super) restart: Option<Duration>,
    pub(super) checkpoint: Option<(Duration, Duration)>,
}

/// The faults of a trial.
pub(super) struct FaultState<'a> {
    plan: &'a TimedOrganization,
    pub(super) crash: Option<CrashRule<'a>>,
    silent_wrong: Option<Risk<'a>>,
    hang: Option<Risk<'a>>,
    straggler: Option<(Risk<'a>, f64)>,
    outage: Option<(Alternating, &'a [bool])>,
    burst: Option<(Alternating, Coin, Coin, &'a [bool])>,
    duplicate: Option<Risk<'a>>,
    late: Option<(Risk<'a>, Law)>,
    drift: Option<(Risk<'a>, f64)>,
    inconsistency: Option<Risk<'a>>,
    full_context: Option<(f64, f64, &'a [bool])>,
    tool_visible: Option<Risk<'a>>,
    tool_silent: Option<Risk<'a>>,
    version_drift: Option<(Jumps, &'a [bool])>,
    downgrade: Option<(f64, f64, f64, &'a [bool])>,
    /// Whether any of them can change votes.
    touch_votes: bool,
    struck: bool,
}

impl<'a> FaultState<'a> {
    pub(super) fn new(plan: &'a TimedOrganization, faults: &'a Faults) -> Self {
        let mut state = Self {
            plan,
            crash: None,
            silent_wrong: None,
            hang: None,
            straggler: None,
            outage: None,
            burst: None,
            duplicate: None,
            late: None,
            drift: None,
            inconsistency: None,
            full_context: None,
            tool_visible: None,
            tool_silent: None,
            version_drift: None,
            downgrade: None,
            touch_votes: false,
            struck: false,
        };
        faults.0.iter().for_each(|fault| state.add(fault));
        state.touch_votes = state.silent_wrong.is_some()
            || state.drift.is_some()
            || state.inconsistency.is_some()
            || state.full_context.is_some()
            || state.version_drift.is_some()
            || state.downgrade.is_some();
        state
    }

    fn add(&mut self, fault: &'a Fault) {
        let targets = fault.targets.as_slice();
        // Probabilities were checked.
        let coin = |probability| Coin::new(probability).unwrap_or(Coin::FAIR);
        let risk = |probability| Risk { coin: coin(probability), targets };
        // Any stream: every trial brings its own.
        let stream = || Streams::new(0, Purpose::World, Family::common()).open(Address::trial(0));
        match fault.mode {
            FaultMode::Crash { rate, restart, checkpoint } => {
                if rate > 0.0 {
                    let law = Law::exponential(1.0 / rate).unwrap_or(Law::ZERO);
                    self.crash = Some(CrashRule { law, targets, restart, checkpoint });
                }
            }
            FaultMode::SilentWrong { probability } => self.silent_wrong = Some(risk(probability)),
            FaultMode::Hang { probability } => self.hang = Some(risk(probability)),
            FaultMode::Straggler { probability, factor } => {
                self.straggler = Some((risk(probability), factor))
            }
            FaultMode::Outage { rate, length } => {
                self.outage = Some((Alternating::new(rate, length, stream()), targets));
            }
            // Endpoints ask for it.
            FaultMode::RateLimit { .. } => {}
            FaultMode::MessageLoss { rate, length, in_burst, outside } => {
                let state = Alternating::new(rate, length, stream());
                self.burst = Some((state, coin(in_burst), coin(outside), targets));
            }
            FaultMode::Duplicate { probability } => self.duplicate = Some(risk(probability)),
            FaultMode::Late { probability, delay } => self.late = Some((risk(probability), delay)),
            FaultMode::Drift { hazard, loss } => self.drift = Some((risk(hazard), loss)),
            FaultMode::Inconsistency { probability } => self.inconsistency = Some(risk(probability)),
            FaultMode::FullContext { slope, free } => self.full_context = Some((slope, free, targets)),
            FaultMode::ToolError { visible, silent } => {
                self.tool_visible = Some(risk(visible));
                self.tool_silent = Some(risk(silent));
            }
            FaultMode::VersionDrift { rate, deviation } => {
                self.version_drift = Some((Jumps::new(rate, deviation, stream()), targets));
            }
            FaultMode::Downgrade { share, loss, price } => {
                self.downgrade = Some((share, loss, price, targets));
            }
        }
    }

    /// A new trial begins.
    pub(super) fn reset(&mut self, streams: &TrialStreams) {
        self.struck = false;
        let common = self.plan.common;
        if let Some((outage, _)) = &mut self.outage {
            outage.reset(streams.open(common, 0, channel::OUTAGE));
        }
        if let Some((burst, ..)) = &mut self.burst {
            burst.reset(streams.open(common, 0, channel::BURST));
        }
        if let Some((jumps, _)) = &mut self.version_drift {
            jumps.reset(streams.open(common, 0, channel::VERSION_DRIFT));
        }
    }

    /// Whether something happened that can keep an output waiting forever.
    pub(super) fn struck(&self) -> bool {
        self.struck
    }

    pub(super) fn strike(&mut self) {
        self.struck = true;
    }

    fn entity(&self, agent: Node) -> Entity {
        self.plan.agents[agent].entity
    }

    /// Time until an agent crashes that works from now on, after this many crashes.
    pub(super) fn time_to_crash(
        &self,
        agent: Node,
        crashes: u32,
        streams: &TrialStreams,
    ) -> Option<Duration> {
        let rule = self.crash.as_ref().filter(|rule| rule.targets[agent])?;
        let mut stream = streams.open(self.entity(agent), u64::from(crashes), channel::CRASH);
        Some(Duration::from_seconds_saturating(rule.law.draw(&mut stream)))
    }

    /// Whether a turn of a request is never answered.
    pub(super) fn hangs(&self, agent: Node, index: u64, streams: &TrialStreams) -> bool {
        Risk::strikes(self.hang.as_ref(), agent, || streams.open(self.entity(agent), index, channel::HANG))
    }

    /// Factor of the duration of a turn.
    pub(super) fn slowness(&self, agent: Node, index: u64, streams: &TrialStreams) -> f64 {
        let Some((risk, factor)) = &self.straggler else { return 1.0 };
        let open = || streams.open(self.entity(agent), index, channel::STRAGGLER);
        if Risk::strikes(Some(risk), agent, open) { *factor } else { 1.0 }
    }

    /// Whether endpoints refuse the requests of an agent now.
    pub(super) fn is_out(&mut self, agent: Node, now: Time) -> bool {
        self.outage.as_mut().is_some_and(|(outage, targets)| targets[agent] && outage.is_on(now))
    }

    /// Whether a message is lost on its way, at this time.
    pub(super) fn loses(
        &mut self,
        sender: Node,
        edge: Edge,
        transmission: u32,
        time: Time,
        streams: &TrialStreams,
    ) -> bool {
        let Some((burst, inside, outside, targets)) = &mut self.burst else { return false };
        if !targets[sender] {
            return false;
        }
        let coin = if burst.is_on(time) { inside } else { outside };
        let entity = self.plan.channels[edge].entity;
        let lost = streams.open(entity, u64::from(transmission), channel::MESSAGE_LOSS).toss(coin);
        self.struck |= lost;
        lost
    }

    /// How late a message is, and whether it arrives twice.
    pub(super) fn disturbs(&self, sender: Node, edge: Edge, streams: &TrialStreams) -> (Duration, bool) {
        let entity = self.plan.channels[edge].entity;
        let mut delay = Duration::ZERO;
        if let Some((risk, law)) = &self.late
            && risk.targets[sender]
        {
            let mut stream = streams.open(entity, 0, channel::LATE);
            if stream.toss(&risk.coin) {
                delay = Duration::from_seconds_saturating(law.draw(&mut stream));
            }
        }
        let open = || streams.open(entity, 0, channel::DUPLICATE);
        (delay, Risk::strikes(self.duplicate.as_ref(), sender, open))
    }

    /// How often a tool is used until it does not fail visibly, and whether it fails silently then.
    pub(super) fn tool_uses(&self, agent: Node, index: u64, streams: &TrialStreams) -> (u32, bool) {
        let (Some(visible), Some(silent)) = (&self.tool_visible, &self.tool_silent) else {
            return (1, false);
        };
        if !visible.targets[agent] {
            return (1, false);
        }
        let mut stream = streams.open(self.entity(agent), index, channel::TOOL_ERROR);
        let mut uses = 1;
        while stream.toss(&visible.coin) && uses < u32::MAX {
            uses += 1;
        }
        (uses, stream.toss(&silent.coin))
    }

    /// Factor of the price of a turn that begins now, and whether it is downgraded.
    pub(super) fn downgrade(&self, agent: Node, spent: u64, budget: Option<u64>) -> Option<f64> {
        let (share, _, price, targets) = self.downgrade.as_ref()?;
        let budget = budget?;
        (targets[agent] && spent as f64 > share * budget as f64).then_some(*price)
    }

    /// Whether a vote that is right stays right, and one that is wrong becomes right. `accuracy` is that of the agent.
    pub(super) fn corrupts(
        &mut self,
        agent: Node,
        right: bool,
        call: &CallCourse,
        now: Time,
        streams: &TrialStreams,
    ) -> bool {
        let entity = self.entity(agent);
        let accuracy = self.plan.agents[agent].accuracy;
        let open = |channel| streams.open(entity, call.index, channel);
        // A loss of accuracy `p -> p - loss` takes it from right votes: each becomes wrong with probability `loss / p`.
        let taken = |loss: f64| Coin::new((loss / accuracy).clamp(0.0, 1.0)).unwrap_or(Coin::FAIR);
        let mut now_right = right;
        if let Some((jumps, targets)) = &mut self.version_drift
            && targets[agent]
            && accuracy > 0.0
            && accuracy < 1.0
        {
            let shifted = shifted_accuracy(accuracy, jumps.at(now));
            let change = if right && shifted < accuracy {
                (accuracy - shifted) / accuracy
            } else if !right && shifted > accuracy {
                (shifted - accuracy) / (1.0 - accuracy)
            } else {
                0.0
            };
            let coin = Coin::new(change.clamp(0.0, 1.0)).unwrap_or(Coin::FAIR);
            now_right ^= open(channel::VERSION_VOTE).toss(&coin);
        }
        if let Some((risk, loss)) = &self.drift
            && risk.targets[agent]
        {
            let mut stream = open(channel::DRIFT);
            let on_track = (0..call.turns).all(|_| !stream.toss(&risk.coin));
            now_right &= on_track || !stream.toss(&taken(*loss));
        }
        if let Some((slope, free, targets)) = self.full_context
            && targets[agent]
        {
            let kept = (1.0 - slope * (call.fill - free).max(0.0)).max(0.0);
            let coin = Coin::new(1.0 - kept).unwrap_or(Coin::FAIR);
            now_right &= !open(channel::FULL_CONTEXT).toss(&coin);
        }
        if call.downgraded
            && let Some((_, loss, ..)) = self.downgrade
        {
            now_right &= !open(channel::DOWNGRADE).toss(&taken(loss));
        }
        now_right ^= Risk::strikes(self.inconsistency.as_ref(), agent, || open(channel::INCONSISTENCY));
        now_right &= !Risk::strikes(self.silent_wrong.as_ref(), agent, || open(channel::SILENT_WRONG));
        now_right &= !call.wrong;
        now_right != right
    }

    /// Whether any fault can change what becomes of a request before it is served.
    pub(super) fn touch_requests(&self) -> bool {
        self.outage.is_some() || self.downgrade.is_some()
    }

    /// Whether any fault can change votes.
    #[inline]
    pub(super) fn touch_votes(&self) -> bool {
        self.touch_votes
    }
}

/// What about a call bears on its vote.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallCourse {
    /// Of its streams.
    pub(super) index: u64,
    pub(super) turns: u32,
    /// Share of the window that was full in the end.
    pub(super) fill: f64,
    pub(super) downgraded: bool,
    /// Whether it was cut off, or misled by a tool.
    pub(super) wrong: bool,
}

/// An accuracy after a shift on the scale of log-odds.
fn shifted_accuracy(accuracy: f64, shift: f64) -> f64 {
    let odds = accuracy / (1.0 - accuracy) * libm::exp(shift);
    if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
}

/// Normal jumps at the points of a Poisson process, summed up, drawn as far as somebody looks.
#[derive(Clone, Debug)]
struct Jumps {
    rate: f64,
    deviation: f64,
    stream: Stream,
    /// When the sum changed, and to what.
    sums: Vec<(Time, f64)>,
}

impl Jumps {
    fn new(rate: f64, deviation: f64, stream: Stream) -> Self {
        Self { rate, deviation, stream, sums: Vec::new() }
    }

    fn reset(&mut self, stream: Stream) {
        self.stream = stream;
        self.sums.clear();
    }

    /// The sum at a time.
    fn at(&mut self, time: Time) -> f64 {
        if self.rate == 0.0 {
            return 0.0;
        }
        while self.sums.last().is_none_or(|&(last, _)| last <= time) {
            let (last, sum) = self.sums.last().copied().unwrap_or((Time::START, 0.0));
            let wait = Duration::from_seconds_saturating(-libm::log(self.stream.uniform()) / self.rate);
            let jump = self.deviation * self.stream.normal();
            self.sums.push((last + wait + Duration::from_nanoseconds(1), sum + jump));
        }
        let passed = self.sums.partition_point(|&(jump, _)| jump <= time);
        passed.checked_sub(1).map_or(0.0, |last| self.sums[last].1)
    }
}

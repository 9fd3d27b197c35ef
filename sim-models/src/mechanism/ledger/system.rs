//! A fleet and its ledger as a discrete-event system.

use sim_core::budget::{Budget, Ledger, NanoDollars, Reservation};
use sim_core::events::{Calendar, Duration, Record, System, Time, Trace, TrackId};
use sim_core::random::{Coin, Entity, Stream, TrialStreams};

use super::{Fleet, Guard, LedgerResult};

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A child tries its next call.
    Try { child: u32 },
    /// A call ends and is debited.
    End { call: u32 },
    /// All children tell what they spent and learn what others spent.
    Synchronize,
}

/// A call that is made.
#[derive(Debug)]
struct Call {
    child: u32,
    /// What it costs.
    cost: u64,
    failed: bool,
    cancelled: bool,
    started: Time,
    /// What is set aside for it, under ledgers that reserve.
    reservation: Option<Reservation<NanoDollars>>,
}

/// What changes about a child.
#[derive(Clone, Copy, Debug, Default)]
struct Child {
    tried: u32,
    /// Whether its last call failed, so that the next one is a retry.
    retries: bool,
    /// What it knows to be spent, without its own calls since the last synchronization.
    seen: u64,
    /// What its calls since then were debited with.
    own: u64,
}

/// State of one trial.
pub(super) struct LedgerSystem<'a> {
    fleet: &'a Fleet,
    stream: Stream,
    failure: Coin,
    cancellation: Coin,
    children: Vec<Child>,
    calls: Vec<Call>,
    /// Calls that are made and have not ended.
    open: u32,
    ledger: Ledger<NanoDollars>,
    common: Budget<NanoDollars>,
    /// By child, where the cap is split.
    parts: Vec<Budget<NanoDollars>>,
    /// What the provider reported and was debited, in all.
    debited: u64,
    /// True costs since the last reconciliation that were not reported.
    hidden: u64,
    ended: u64,
    spent: u64,
    result: LedgerResult,
    teller: Option<(Trace, Vec<TrackId>)>,
}

impl<'a> LedgerSystem<'a> {
    pub(super) fn new(
        fleet: &'a Fleet,
        streams: TrialStreams,
        entity: Entity,
        calendar: &mut Calendar<Event>,
    ) -> Self {
        let mut stream = streams.open(entity, 0, 0);
        let drawn = if fleet.random_children {
            stream.below(u64::from(fleet.children)) as u32 + 1
        } else {
            fleet.children
        };
        let ledger = Ledger::new();
        let mut common = ledger.grant(fleet.cap);
        let part = fleet.cap / u64::from(drawn);
        let split = fleet.guard == Guard::Split;
        // Each part is there: they are at most the cap together.
        let parts = (0..if split { drawn } else { 0 }).filter_map(|_| common.split(part).ok()).collect();
        for child in 0..drawn {
            calendar.schedule(Duration::ZERO, Event::Try { child });
        }
        if let Guard::Cached { every } = fleet.guard {
            calendar.schedule(every, Event::Synchronize);
        }
        let coin = |probability: f64| Coin::new(probability).unwrap_or(Coin::FAIR);
        Self {
            fleet,
            stream,
            failure: coin(fleet.failure),
            cancellation: coin(fleet.cancellation),
            children: vec![Child::default(); drawn as usize],
            calls: Vec::new(),
            open: 0,
            ledger,
            common,
            parts,
            debited: 0,
            hidden: 0,
            ended: 0,
            spent: 0,
            result: LedgerResult::default(),
            teller: None,
        }
    }

    pub(super) fn telling(mut self) -> Self {
        let mut trace = Trace::new();
        let tracks = (1..=self.children.len()).map(|child| trace.track(format!("child {child}"))).collect();
        self.teller = Some((trace, tracks));
        self
    }

    pub(super) fn into_trace(self) -> Trace {
        self.teller.map(|(trace, _)| trace).unwrap_or_default()
    }

    /// Whether a ledger that only looks lets a call pass.
    fn passes(&self, child: usize) -> bool {
        let within = |seen: u64| seen + self.fleet.estimate <= self.fleet.cap;
        match self.fleet.guard {
            Guard::Racy => within(self.debited),
            Guard::Cached { .. } => within(self.children[child].seen + self.children[child].own),
            Guard::RetryLoop => self.children[child].retries || within(self.debited),
            Guard::Absent | Guard::Split | Guard::Reserve => true,
        }
    }

    fn try_call(&mut self, child: u32, calendar: &mut Calendar<Event>) {
        let position = child as usize;
        self.children[position].tried += 1;
        if let Some(interval) = self.fleet.interval
            && self.children[position].tried < self.fleet.calls
        {
            // Scheduled last, so that what ends at that moment has ended before.
            self.start_call(child, calendar);
            calendar.schedule(interval, Event::Try { child });
            return;
        }
        if !self.start_call(child, calendar) {
            self.go_on(child, calendar);
        }
    }

    /// A child's next call follows the one before, if calls have no times of their own.
    fn go_on(&mut self, child: u32, calendar: &mut Calendar<Event>) {
        if self.fleet.interval.is_none() && self.children[child as usize].tried < self.fleet.calls {
            calendar.schedule(Duration::ZERO, Event::Try { child });
        }
    }

    /// Makes a call, if the ledger allows it.
    fn start_call(&mut self, child: u32, calendar: &mut Calendar<Event>) -> bool {
        let position = child as usize;
        // What a call does is drawn whether it is made or not, so that ledgers can be compared call by call.
        let drawn = self.fleet.cost.draw(&mut self.stream);
        let seconds = self.fleet.duration.draw(&mut self.stream);
        let failed = self.stream.toss(&self.failure);
        let cancelled = self.stream.toss(&self.cancellation);
        let share = self.stream.uniform();
        let share = if cancelled { share } else { 1.0 };
        let reservation = match self.fleet.guard {
            Guard::Split => self.parts[position].reserve(self.fleet.estimate).ok(),
            Guard::Reserve => self.common.reserve(self.fleet.estimate).ok(),
            _ => None,
        };
        let reserves = matches!(self.fleet.guard, Guard::Split | Guard::Reserve);
        if reserves && reservation.is_none() || !self.passes(position) {
            self.result.refused += 1;
            self.mark(position, calendar.now(), "refused");
            return false;
        }
        let whole = libm::round(drawn) as u64;
        let limited = if self.fleet.truncated && reserves { whole.min(self.fleet.estimate) } else { whole };
        let cost = libm::round(limited as f64 * share) as u64;
        self.result.admitted += 1;
        self.result.underestimated += u64::from(whole > self.fleet.estimate);
        self.result.reserved += self.fleet.estimate;
        let length = Duration::from_seconds_saturating(seconds * share);
        let call = Call { child, cost, failed, cancelled, started: calendar.now(), reservation };
        self.calls.push(call);
        self.open += 1;
        calendar.schedule(length, Event::End { call: self.calls.len() as u32 - 1 });
        true
    }

    fn end_call(&mut self, number: u32, calendar: &mut Calendar<Event>) {
        let call = &mut self.calls[number as usize];
        let (child, cost) = (call.child, call.cost);
        let answered = !call.failed && !call.cancelled;
        let reservation = call.reservation.take();
        let started = call.started;
        self.open -= 1;
        self.spent += cost;
        self.ended += 1;
        self.result.completed += u64::from(answered);
        // Rounded to the nearest, as an invoice is.
        let reported = (cost + self.fleet.under_report / 2) / self.fleet.under_report;
        self.hidden += cost - reported.min(cost);
        let mut debit = reported;
        if self.fleet.reconcile_every.is_some_and(|every| self.ended.is_multiple_of(every)) {
            debit += std::mem::take(&mut self.hidden);
        }
        self.debited += debit;
        self.children[child as usize].own += debit;
        self.children[child as usize].retries = !answered;
        if let Some(reservation) = reservation {
            let budget = self.parts.get_mut(child as usize).unwrap_or(&mut self.common);
            let payable = debit.min(reservation.amount());
            let paid = reservation.commit(payable, budget);
            debug_assert!(paid.is_ok());
            // What was found out afterwards is taken from what is left; what is not there was overspent.
            let rest = (debit - payable).min(budget.amount());
            if let Ok(late) = budget.reserve(rest) {
                let paid = late.commit(rest, budget);
                debug_assert!(paid.is_ok());
            }
            debug_assert!(self.ledger.is_conserved());
        }
        self.tell(child as usize, (started, calendar.now()), cost, answered);
        self.go_on(child, calendar);
    }

    fn synchronize(&mut self, calendar: &mut Calendar<Event>) {
        for child in &mut self.children {
            (child.seen, child.own) = (self.debited, 0);
        }
        let Guard::Cached { every } = self.fleet.guard else { return };
        let unfinished = self.children.iter().any(|child| child.tried < self.fleet.calls);
        if self.open > 0 || unfinished {
            calendar.schedule(every, Event::Synchronize);
        }
    }

    pub(super) fn result(&self) -> LedgerResult {
        let totals = self.ledger.totals();
        LedgerResult {
            spent: self.spent,
            overshoot: self.spent.saturating_sub(self.fleet.cap),
            unspent: totals.held,
            ..self.result
        }
    }

    fn mark(&mut self, child: usize, time: Time, name: &str) {
        if let Some((trace, tracks)) = &mut self.teller {
            let (track, name) = (tracks[child], name.to_owned());
            trace.push(Record::Mark { track, name, time, details: Vec::new() });
        }
    }

    fn tell(&mut self, child: usize, (start, end): (Time, Time), cost: u64, answered: bool) {
        let spent = self.spent;
        let Some((trace, tracks)) = &mut self.teller else { return };
        let kind = if answered { "call" } else { "failed" };
        let details = vec![("cost", format!("{cost} nUSD"))];
        trace.push(Record::Span { track: tracks[child], name: "call".into(), kind, start, end, details });
        trace.push(Record::Level { name: "spent".into(), time: end, value: spent as f64 });
    }
}

impl System for LedgerSystem<'_> {
    type Event = Event;

    fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
        match event {
            Event::Try { child } => self.try_call(child, calendar),
            Event::End { call } => self.end_call(call, calendar),
            Event::Synchronize => self.synchronize(calendar),
        }
    }
}

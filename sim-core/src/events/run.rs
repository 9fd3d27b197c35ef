//! A run: events are handled one after the other until there are no more, or a limit is reached.

use super::{Calendar, Duration, Time};

/// A simulated system: its state, and what its events do to it.
pub trait System {
    /// What can happen.
    type Event;

    /// Handles an event that happens at [`Calendar::now`]. It may change the state, and schedule, cancel and reschedule events.
    fn handle(&mut self, event: Self::Event, calendar: &mut Calendar<Self::Event>);
}

/// What bounds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events after this time stay pending.
    pub time: Time,
    /// Most events that are handled.
    pub events: u64,
}

impl Limits {
    /// No limit.
    pub const NONE: Self = Self { time: Time::END, events: u64::MAX };

    /// Events up to this long after the beginning, that moment included.
    pub fn until(length: Duration) -> Self {
        Self { time: Time::START + length, ..Self::NONE }
    }

    /// The same limits, and at most this many events.
    #[must_use]
    pub fn events(self, events: u64) -> Self {
        Self { events, ..self }
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Nothing is pending.
    NoEvents,
    /// What is pending lies after the time limit. The calendar's clock shows the limit.
    TimeLimit,
    /// The largest number of events was handled. The run can go on with another call.
    EventLimit,
    /// The handler stopped the run with [`Calendar::stop`].
    Stopped,
}

/// Handles events until there are no more, a limit is reached, or the handler stops the run.
pub fn run<S: System>(system: &mut S, calendar: &mut Calendar<S::Event>, limits: &Limits) -> Ending {
    for _ in 0..limits.events {
        let Some(event) = calendar.next_until(limits.time) else {
            if calendar.is_empty() {
                return Ending::NoEvents;
            }
            calendar.advance(limits.time);
            return Ending::TimeLimit;
        };
        system.handle(event, calendar);
        if calendar.take_stop() {
            return Ending::Stopped;
        }
    }
    if calendar.is_empty() { Ending::NoEvents } else { Ending::EventLimit }
}

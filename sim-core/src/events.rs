//! Simulated time: a calendar of pending events and the run that handles them one after the other.
//!
//! A simulated *system* is one state type with one handler. Its events are of one type, usually an enumeration; the [`Calendar`] holds
//! those that are pending, and [`run`] takes them out in order of time and hands each to the system, which may schedule others.
//!
//! ```
//! use sim_core::events::{Calendar, Duration, Ending, Limits, System, run};
//!
//! /// A lamp that is switched every second.
//! struct Lamp {
//!     on: bool,
//!     switched: u32,
//! }
//!
//! struct Switch;
//!
//! impl System for Lamp {
//!     type Event = Switch;
//!
//!     fn handle(&mut self, _: Switch, calendar: &mut Calendar<Switch>) {
//!         self.on = !self.on;
//!         self.switched += 1;
//!         calendar.schedule(Duration::SECOND, Switch);
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut lamp = Lamp { on: false, switched: 0 };
//! let mut calendar = Calendar::new();
//! calendar.schedule(Duration::SECOND, Switch);
//! let ending = run(&mut lamp, &mut calendar, &Limits::until(Duration::from_seconds(10.5)?));
//! assert_eq!((ending, lamp.switched, lamp.on), (Ending::TimeLimit, 10, false));
//! assert_eq!(calendar.now().as_seconds(), 10.5);
//! # Ok(())
//! # }
//! ```
//!
//! | part | what it is for |
//! |---|---|
//! | [`Calendar`], [`run`] | events, their order, cancelling and rescheduling them; runs with limits |
//! | [`resource`] | what is waited for: servers, processor sharing, token buckets, stocks, backoff, timeouts |
//! | [`statistics`] | what is collected while a run goes on, in bounded memory |
//! | [`Trace`] | what happened, for a person: JSON lines, Perfetto, Gantt |
//!
//! # Order
//! Events are handled in order of time. Simultaneous events are handled in the order in which they were scheduled: first in, first out. An
//! event that is rescheduled counts as scheduled anew. Time is a whole number of nanoseconds, so that whether two events are simultaneous
//! does not depend on rounding.
//!
//! # One run, many replications
//! One run is single-threaded and depends on nothing but the system, the events that are pending at its beginning and the random streams that
//! the handler draws from. Replications are trials of a [`Simulation`](crate::monte_carlo::Simulation), which run in parallel and reproduce
//! exactly.

mod calendar;
pub mod resource;
mod run;
pub mod statistics;
mod time;
mod trace;

pub use calendar::{Calendar, Handle, InThePast};
pub use run::{Ending, Limits, System, run};
pub use time::{Duration, InvalidDuration, Time};
pub use trace::{Record, Trace, TrackId};

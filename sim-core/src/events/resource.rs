//! Resources: what customers of a simulated system wait for.
//!
//! | resource | what it is |
//! |---|---|
//! | [`Servers`] | some identical servers with a line, priorities, preemption, and a capacity |
//! | [`ProcessorSharing`] | a server that works on all jobs at once, more slowly the more there are |
//! | [`TokenBucket`] | a limit per time, with a burst |
//! | [`Backoff`] | waits between tries, with jitter |
//! | [`Container`] | a stock of something that is counted |
//! | [`Store`] | a stock of things |
//!
//! A resource lives in the state of a system. It keeps who is served and who waits; where service takes time it schedules the event of
//! its end in the system's calendar, made by the system from the customer. Lines are first in, first out.
//!
//! # Timeouts
//! A customer that does not wait without end has a second event, which is cancelled when it is served, and which takes it out of the
//! resource otherwise:
//!
//! ```
//! use sim_core::events::resource::Servers;
//! use sim_core::events::{Calendar, Duration, Limits, System, run};
//!
//! #[derive(Clone, Copy)]
//! enum Event {
//!     Arrive(u32),
//!     Done(u32),
//!     GiveUp(u32),
//! }
//!
//! struct Desk {
//!     clerk: Servers<u32>,
//!     helped: Vec<u32>,
//!     left: Vec<u32>,
//! }
//!
//! impl System for Desk {
//!     type Event = Event;
//!     fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
//!         match event {
//!             Event::Arrive(who) => {
//!                 self.clerk.arrive(who, 0, Duration::from_nanoseconds(10), calendar, Event::Done);
//!                 calendar.schedule(Duration::from_nanoseconds(15), Event::GiveUp(who));
//!             }
//!             Event::Done(who) => {
//!                 self.clerk.complete(who, calendar, Event::Done);
//!                 self.helped.push(who);
//!             }
//!             // Who is served in the meantime stays: only those in line leave.
//!             Event::GiveUp(who) => {
//!                 if self.clerk.leave_line(who).is_some() {
//!                     self.left.push(who);
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut desk = Desk { clerk: Servers::new(1)?, helped: Vec::new(), left: Vec::new() };
//! let mut calendar = Calendar::new();
//! for who in 0..3 {
//!     calendar.schedule(Duration::ZERO, Event::Arrive(who));
//! }
//! run(&mut desk, &mut calendar, &Limits::NONE);
//! assert_eq!((desk.helped, desk.left), (vec![0, 1], vec![2]));
//! # Ok(())
//! # }
//! ```

mod backoff;
mod servers;
mod sharing;
mod stock;
mod token_bucket;

pub use backoff::{Backoff, InvalidBackoff};
pub use servers::{Arrival, Servers};
pub use sharing::{ProcessorSharing, SpeedLaw};
pub use stock::{Container, Store};
pub use token_bucket::{Refusal, TokenBucket};

use thiserror::Error;

/// A resource that could never serve anybody.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NeverServes {
    /// No servers, or no place.
    #[error("a resource with {what} of 0 never serves anybody")]
    Nothing {
        /// What there is none of.
        what: &'static str,
    },
    /// A rate or speed that is not positive, or not a number.
    #[error("{what} is a finite number above 0; found {found}")]
    Rate {
        /// Which rate.
        what: &'static str,
        /// What was found.
        found: f64,
    },
    /// More is asked for than there can be at any time.
    #[error("{asked} were asked of a resource that holds {most} at most")]
    TooMuch {
        /// What was asked for.
        asked: u64,
        /// What there can be.
        most: u64,
    },
}

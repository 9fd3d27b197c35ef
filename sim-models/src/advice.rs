//! Which organization to use: candidates sized within a budget, a deadline and a window, ranked by exact evaluation, checked by simulation.
//!
//! A [`Fleet`] says what is known: the models with their skill, prices and times, how errors are shared, what channels lose, and how good a
//! checker is. A [`Plan`] is one way to answer a question with it. [`Fleet::outlook`] gives a plan's accuracy, cost and time by closed forms
//! and recursions; [`choose`] sizes all plans within [`Limits`] and ranks them; [`contest`] simulates the best ones on common draws; and
//! [`sensitivity`] says what would change the answer and what is worth measuring.
//!
//! ```
//! use sim_models::advice::{Fleet, Limits, choose};
//!
//! let fleet = Fleet::from_toml(
//!     "[question]\ncorrelation = 0\n\
//!      [[models]]\nname = \"small\"\naccuracy = 0.7\noutput_tokens = 100\nprice_per_million_output_tokens = 1",
//! )?;
//! // For five answers: five votes are right with probability 0.83692, votes until one side is two ahead with 0.49 / (0.49 + 0.09), and these
//! // take 3.4 answers on average.
//! let choice = choose(&fleet, &Limits { budget: Some(fleet.dollars(0.0005)), ..Limits::default() });
//! let best = choice.best().unwrap();
//! assert_eq!(best.plan.describe(&fleet), "vote of small to a margin of 2");
//! assert!((best.outlook.accuracy - 0.49 / 0.58).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candidates;
mod choice;
pub mod contest;
mod file;
mod fleet;
mod known;
mod latency;
mod outlook;
mod parameter;
mod plan;
mod reasons;
pub mod sensitivity;
pub mod situations;
mod skill;
mod trial;

pub use choice::{Choice, Scored, budget_for, choose};
pub use file::{InvalidFleet, MOST_MODELS};
pub use fleet::{AgentModel, Checker, Fleet, Limits, MessageLaw, SharedErrors, Skill, Spend, Unit};
pub use known::{Absent, Part};
pub use outlook::Outlook;
pub use parameter::{Interval, Parameter};
pub use plan::{Kind, Plan, Team};
pub use reasons::reasons;
pub use skill::Profile;
pub use trial::{SimulatedPlan, TrialOutcome};

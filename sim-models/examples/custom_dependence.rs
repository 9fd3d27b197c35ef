//! A dependence that has no name: herding, in which every vote that arrives may give way to the majority of those before it.
//!
//! What is demonstrated:
//! - a coupling of one's own: [`VoteCoupling::couple`] changes the votes that reach one agent,
//! - it works with every evaluator that samples; where it draws numbers there is no exact law, and the reason is said,
//! - what herding costs, compared with independent votes and with a mixture.
//!
//! ```text
//!  a1 ─┐
//!  a2 ─┤  herding
//!  .. ─┼────────────► judge
//!  a7 ─┘
//! ```
//!
//! Run it: `cargo run --release -p sim-models --example custom_dependence`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Coin, Family, Purpose, Streams};
use sim_models::organization::graph::shapes::{Shape, Star};
use sim_models::organization::graph::{Answer, Coupling, Draws, Organization, VoteCoupling};
use sim_models::organization::{Bias, Correlation, Dependence, LaneOrganization};

/// With some probability a vote joins the majority of the votes before it; an even lead moves nobody.
#[derive(Debug)]
struct Herding {
    joins: Coin,
}

impl VoteCoupling for Herding {
    fn couple(&self, votes: &mut [Option<Answer>], draws: &mut Draws<'_>) {
        let mut lead = 0;
        for vote in votes.iter_mut().flatten() {
            if lead != 0 && draws.toss(&self.joins) {
                *vote = Answer::of(lead > 0);
            }
            lead += if vote.is_right() { 1 } else { -1 };
        }
    }
}

fn judge(coupling: Option<Coupling>) -> Result<Organization, Box<dyn Error>> {
    Ok(Star { coupling, ..Star::new(7, Bias::new(0.3)?) }.organization()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mixture = Coupling::model(Dependence::Mixture, Correlation::new(0.3)?);
    let herding = Coupling::custom(Herding { joins: Coin::new(0.5)? });
    for (name, coupling) in
        [("independent", None), ("mixture 0.3", Some(mixture)), ("herding 1/2", Some(herding))]
    {
        let organization = judge(coupling)?;
        let lanes = LaneOrganization::new(&organization)?;
        let streams = Streams::new(1, Purpose::World, Family::common());
        let run = monte_carlo::run(&lanes, &streams, &Stop::after(500_000)?, &Control::default());
        let accuracy = run.estimates[0];
        let exact = match organization.exact() {
            Ok(laws) => format!("exact {:.4}", laws[0].accuracy()),
            Err(reason) => format!("not exact: {reason}"),
        };
        println!("{name}  {:.4} [{:.4}, {:.4}]  {exact}", accuracy.value, accuracy.low, accuracy.high);
    }
    Ok(())
}

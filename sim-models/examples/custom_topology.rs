//! A topology that has no name, built agent by agent.
//!
//! What is demonstrated:
//! - building an organization: leaves, a worker with an opinion of its own, aggregators, channels that lose,
//! - errors shared by a model family, and at one agent,
//! - the same graph evaluated exactly and on lanes.
//!
//! ```text
//!  scout-1 ──┬───────────────► analyst ──┐
//!  scout-2 ──┤ (family small)   ▲        ├──► chief ──► answer
//!  scout-3 ──┴──────► deputy ───┼────────┤
//!  archive ─────────────────────┴────────┘
//! ```
//!
//! Run it: `cargo run --release -p sim-models --example custom_topology`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::organization::graph::{Agent, Cause, CauseLaw, Coupling, Organization, Rule, Tie};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity, LaneOrganization};

fn newsroom() -> Result<Organization, Box<dyn Error>> {
    let scout = |id: &str| Ok::<_, Box<dyn Error>>(Agent::leaf(id, Bias::new(0.2)?).in_family("small"));
    let short = Channel::new(100.0, Fidelity::new(0.8)?);
    let lossy = Channel::new(400.0, Fidelity::new(0.95)?).losing_noticeably(Erasure::new(0.2)?);
    let organization = Organization::builder()
        .agents([scout("scout-1")?, scout("scout-2")?, scout("scout-3")?])
        .agent(Agent::leaf("archive", Bias::new(0.4)?))
        .agent(
            Agent::worker("analyst", Bias::new(0.3)?, Rule::majority().with_tie(Tie::First)).own_weight(2.0),
        )
        .agent(Agent::aggregator("deputy", Rule::supermajority(2.0 / 3.0)))
        .agent(Agent::aggregator("chief", Rule::weighted([("analyst", 2.0)]).with_tie(Tie::Fair)))
        .channels(["scout-1", "scout-2", "archive"], "analyst", short)
        .channels(["scout-1", "scout-2", "scout-3"], "deputy", short)
        .channels(["analyst", "deputy", "archive"], "chief", lossy)
        .cause(Cause::family("small", CauseLaw::SharedVote, Correlation::new(0.3)?))
        .couple("analyst", Coupling::model(Dependence::Mixture, Correlation::new(0.1)?))
        .window(2000.0)
        .output("chief")
        .build()?;
    Ok(organization)
}

fn main() -> Result<(), Box<dyn Error>> {
    let newsroom = newsroom()?;
    let exact = &newsroom.exact()?[0];
    let lanes = LaneOrganization::new(&newsroom)?;
    let streams = Streams::new(1, Purpose::World, Family::common());
    let run = monte_carlo::run(&lanes, &streams, &Stop::after(2_000_000)?, &Control::default());
    let accuracy = run.estimates[0];
    println!("accuracy, exact    {:.6}", exact.accuracy());
    println!("accuracy, sampled  {:.6} [{:.6}, {:.6}]", accuracy.value, accuracy.low, accuracy.high);
    println!("\n{}", newsroom.to_dot());
    Ok(())
}

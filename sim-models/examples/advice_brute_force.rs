//! How far the choice of an organization is from brute force: in 200 random situations all plans of an enumeration of their own that keep the
//! limits are simulated on common draws, 4096 questions each, and the best of them is compared with the one that was chosen by exact evaluation.
//!
//! `cargo run --release -p sim-models --example advice_brute_force`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::contest::contest;
use sim_models::advice::sensitivity::near;
use sim_models::advice::situations::{draw, every_plan};
use sim_models::advice::{InvalidFleet, Plan, SimulatedPlan, Unit, choose};

const SITUATIONS: u64 = 200;
const QUESTIONS: u64 = 4096;

fn main() -> Result<(), InvalidFleet> {
    let streams = Streams::new(9, Purpose::World, Family::common());
    let (mut losses, mut kinds) = (Vec::new(), std::collections::BTreeMap::new());
    let (mut brute, mut used) = (0, 0);
    for number in 0..SITUATIONS {
        let (fleet, limits) = draw(number)?;
        let choice = choose(&fleet, &limits);
        let Some(best) = choice.best() else { continue };
        *kinds.entry(best.plan.kind().name()).or_insert(0) += 1;
        let right = |plan: &Plan| {
            let simulated = SimulatedPlan::new(&fleet, plan)?;
            Some((0..QUESTIONS).filter(|&trial| simulated.ask(&streams.trial(trial)).right).count())
        };
        let mut plans = every_plan(&fleet);
        plans.retain(|plan| limits.allow(&fleet.outlook(plan)));
        brute += QUESTIONS * plans.len() as u64;
        let found = plans.par_iter().max_by_key(|plan| right(plan));
        let theirs = found.map_or(0.0, |plan| fleet.outlook(plan).accuracy);
        losses.push(theirs - best.outlook.accuracy);
        let rivals: Vec<Plan> = near(&choice, 0.05, 12).iter().map(|scored| scored.plan).collect();
        used += contest(&fleet, &rivals, Unit::Dollars, QUESTIONS, &streams, &Control::default()).trials;
    }
    losses.sort_by(f64::total_cmp);
    let count = losses.len();
    let within = losses.iter().filter(|loss| **loss <= 0.01).count();
    println!("situations with a choice      {count}");
    println!("within a point of brute force {within}");
    println!("largest loss                  {:.5}", losses.last().copied().unwrap_or(0.0));
    println!("questions by brute force      {brute}");
    println!("questions of the contests     {used} ({:.0} times fewer)", brute as f64 / used.max(1) as f64);
    println!("choices                       {kinds:?}");
    Ok(())
}

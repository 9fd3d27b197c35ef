//! How far the choice of an organization is from brute force: in 200 random situations all plans within the limits are simulated on common
//! draws, 4096 questions each, and the best of them is compared with the one that was chosen by exact evaluation.
//!
//! `cargo run --release -p sim-models --example advice_brute_force`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use sim_core::monte_carlo::Control;
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::advice::contest::contest;
use sim_models::advice::sensitivity::near;
use sim_models::advice::{Fleet, InvalidFleet, Limits, Plan, SimulatedPlan, Unit, all_plans, choose};

const SITUATIONS: u64 = 200;
const QUESTIONS: u64 = 4096;

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// A random fleet of two models within random limits.
fn draw(number: u64) -> Result<(Fleet, Limits), InvalidFleet> {
    let mut stream = Streams::new(5, Purpose::SamplingPlan, Family::common()).open(Address::trial(number));
    let s = &mut stream;
    let law = ["mixture", "copying", "beta-binomial"][s.below(3) as usize];
    let mut text = format!(
        "[question]\ncorrelation = {}\nacross = {}\ndependence = \"{law}\"\ncountable = {}\n[channel]\nfidelity = {}\nmessage_tokens = {}\n",
        between(s, 0.0, 0.6),
        between(s, 0.0, 1.0),
        s.fair(),
        between(s, 0.5, 1.0),
        between(s, 10.0, 200.0)
    );
    if s.fair() {
        text += &format!(
            "[checker]\ntrue_positive = {}\nfalse_positive = {}\nseconds = 1\n",
            between(s, 0.6, 1.0),
            between(s, 0.0, 0.5)
        );
    }
    for (name, price) in [("small", 1.0), ("large", 8.0)] {
        text += &format!(
            "[[models]]\nname = \"{name}\"\naccuracy = {}\noutput_tokens = {}\nprice_per_million_output_tokens = {price}\n\
             latency_seconds = {{ mean = 5, deviation = 2 }}\n",
            between(s, 0.5, 0.85),
            between(s, 200.0, 1000.0)
        );
    }
    let limits = Limits {
        budget: Some((between(s, 0.002, 0.03), Unit::Dollars)),
        deadline: Some(between(s, 15.0, 60.0)),
        window: Some(between(s, 100.0, 2000.0)),
        accuracy: None,
    };
    Ok((Fleet::from_toml(&text)?, limits))
}

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
        let plans = all_plans(&fleet, &limits);
        brute += QUESTIONS * plans.len() as u64;
        let found = plans.iter().max_by_key(|plan| right(plan));
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

//! The choice against brute force: all plans simulated at length, without theory.

use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::advice::{Fleet, Limits, SimulatedPlan, Unit, all_plans, choose};

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// A random fleet of two models within random limits.
fn draw(number: u64) -> (Fleet, Limits) {
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
            "[[models]]\nname = \"{name}\"\naccuracy = {}\noutput_tokens = {}\nprice_per_million_output_tokens = {price}\nlatency_seconds = {{ mean = 5, deviation = 2 }}\n",
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
    (Fleet::from_toml(&text).unwrap(), limits)
}

/// In 12 random situations the choice is within one point of what simulation of all plans finds, 1000 questions each on common draws. Both are
/// compared by their exact accuracies, which another test holds against simulation. `cargo run --release -p sim-models --example
/// advice_brute_force` does the same for 200 situations.
#[test]
fn choices_are_within_a_point_of_brute_force() {
    let streams = Streams::new(9, Purpose::World, Family::common());
    for number in 0..12 {
        let (fleet, limits) = draw(number);
        let best = choose(&fleet, &limits).best().copied().unwrap();
        let found = all_plans(&fleet, &limits)
            .into_iter()
            .map(|plan| {
                let simulated = SimulatedPlan::new(&fleet, &plan).unwrap();
                let questions = if plan.agents().0 > 100.0 { 200 } else { 1000 };
                let right =
                    (0..questions).filter(|&trial| simulated.ask(&streams.trial(trial)).right).count();
                (right as f64 / questions as f64, plan)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap();
        let theirs = fleet.outlook(&found.1).accuracy;
        assert!(
            best.outlook.accuracy >= theirs - 0.01,
            "situation {number}: {best:?} and {found:?} {theirs}"
        );
    }
}

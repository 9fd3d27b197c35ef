//! Random situations, on which the choice is compared with brute force by a test and by an example.

use sim_core::random::{Address, Family, Purpose, Stream, Streams};

use super::{Fleet, InvalidFleet, Limits, Plan, Unit};

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// A random fleet of two models within random limits; each number is always the same.
///
/// # Errors
/// None that is known: the text is a fleet's.
pub fn draw(number: u64) -> Result<(Fleet, Limits), InvalidFleet> {
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

/// Every plan up to generous sizes, whatever its cost: all odd votes and fan-ins up to 301, margins up to 30, retries up to 60, cascades up to 9
/// answers, votes of two models up to 15, trees up to a million leaves, debates of up to 21
/// agents and 4 exchanges, chains of up to 3 relays. It knows nothing of how [`super::choose`]
/// searches. Lengths of answers, where they are free, are of a grid of 24.
pub fn every_plan(fleet: &Fleet) -> Vec<Plan> {
    let mut plans = Vec::new();
    let models = 0..fleet.models.len();
    for model in models.clone() {
        let lengths = match fleet.models[model].known_tokens() {
            Some(tokens) => vec![tokens],
            None => (0..24).map(|at| libm::pow(10.0, f64::from(at) / 4.0)).collect(),
        };
        for tokens in lengths {
            plans.push(Plan::Single { model, tokens });
            if fleet.countable {
                plans.extend((3..=301).step_by(2).map(|votes| Plan::Vote { model, tokens, votes }));
                plans.extend((2..=30).map(|margin| Plan::Margin { model, tokens, margin }));
            }
            plans.extend((2..=60).map(|tries| Plan::Retry { model, tokens, tries }));
            let message = fleet.channel.tokens.unwrap_or(50.0);
            for fan_in in (3..=301).step_by(2) {
                let trees = (1..=12).map(|depth| Plan::Tree { model, tokens, fan_in, depth, message });
                plans.extend(trees.filter(|tree| tree.agents().0 <= 1e6));
            }
            for agents in (3..=21).step_by(2) {
                let debate = |exchanges| Plan::Debate { model, tokens, agents, exchanges, message };
                plans.extend((1..=4).map(debate));
            }
            plans.extend((1..=3).map(|relays| Plan::Chain { model, tokens, relays, message }));
        }
        for other in models.clone().filter(|&other| other != model) {
            let votes = if fleet.countable { 1..=9 } else { 1..=1 };
            plans.extend(votes.map(|votes| Plan::Cascade { student: model, votes, teacher: other }));
            if fleet.countable {
                let pairs = (1..15).flat_map(|a| (1..15).map(move |b| (a, b)));
                let odd = pairs.filter(|(a, b)| (a + b) % 2 == 1 && a + b <= 15);
                plans.extend(odd.map(|(a, b)| Plan::Mixed {
                    first: (model, a),
                    second: (other, b),
                    third: None,
                }));
            }
        }
    }
    plans
}

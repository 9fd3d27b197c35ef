//! What would change the answer, and what is worth measuring.

use sim_core::random::{Address, Streams};

use super::{Choice, Fleet, Limits, Parameter, Plan, Scored, choose};

/// The smallest change of a parameter that changes the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Which.
    pub parameter: Parameter,
    /// Its value.
    pub value: f64,
    /// The nearest value at which another plan is chosen.
    pub at: f64,
    /// That plan.
    pub plan: Plan,
}

/// Steps in each direction, and halvings after that.
const STEPS: usize = 8;
const HALVINGS: usize = 7;
/// A parameter that is no fraction is multiplied or divided by up to this.
const LARGEST_FACTOR: f64 = 8.0;

/// The nearest value of a parameter at which a plan of another kind or of other models is chosen; `None` where there is none in its range, or
/// within a factor of 8. A change that is undone by a larger one may be missed between the steps.
pub fn flip(fleet: &Fleet, limits: &Limits, best: &Plan, parameter: Parameter) -> Option<Flip> {
    let value = parameter.get(fleet)?;
    let chosen = |value: f64| {
        let choice = choose(&parameter.set(fleet, value), limits);
        let other = choice.best().map(|scored| scored.plan);
        other.filter(|plan| !plan.is_like(best))
    };
    // Positions in [0, 1] between the value and the end of its range.
    let toward = |up: bool, share: f64| match (parameter.is_fraction(), up) {
        (true, true) => value + share * (1.0 - value),
        (true, false) => value - share * value,
        (false, true) => value * libm::pow(LARGEST_FACTOR, share),
        (false, false) => value * libm::pow(LARGEST_FACTOR, -share),
    };
    let search = |up: bool| {
        let mut low = 0.0;
        for step in 1..=STEPS {
            // Finer near the value, where a flip matters most.
            let share = libm::pow(step as f64 / STEPS as f64, 2.0);
            if let Some(mut plan) = chosen(toward(up, share)) {
                let mut high = share;
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (low + high);
                    match chosen(toward(up, middle)) {
                        Some(other) => (high, plan) = (middle, other),
                        None => low = middle,
                    }
                }
                return Some(Flip { parameter, value, at: toward(up, high), plan });
            }
            low = share;
        }
        None
    };
    let distance = |flip: &Flip| {
        if parameter.is_fraction() { (flip.at - value).abs() } else { libm::log(flip.at / value).abs() }
    };
    [search(true), search(false)].into_iter().flatten().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// How sure the choice is, given the intervals of the fleet's parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Confidence {
    /// Of every contender: the probability that it is the best of them.
    pub best: Vec<f64>,
    /// Mean loss of accuracy by taking the first one although another may be better.
    pub regret: f64,
    /// By parameter: by how much that mean falls if the parameter is measured exactly, the largest first.
    pub worth: Vec<(Parameter, f64)>,
    /// Draws of the parameters.
    pub draws: usize,
}

/// Parts of a parameter's draws over which a decision after its measurement is averaged.
const PARTS: usize = 10;

/// Draws the uncertain parameters, each on its own from the normal law of its interval, and evaluates the contenders, the first of which is
/// recommended. A plan that breaks a limit is worth nothing. The worth of a measurement is the expected value of partial perfect
/// information, by averages over tenths of the parameter's draws (M. Strong and J. Oakley, Medical Decision Making 33 (2013), 755-766).
/// `None` without intervals or contenders.
pub fn confidence(
    fleet: &Fleet,
    limits: &Limits,
    contenders: &[Scored],
    draws: usize,
    streams: &Streams,
) -> Option<Confidence> {
    if fleet.intervals.is_empty() || contenders.is_empty() || draws < 2 * PARTS {
        return None;
    }
    let mut values: Vec<(Vec<f64>, Vec<f64>)> = Vec::with_capacity(draws);
    for draw in 0..draws {
        let mut stream = streams.open(Address::trial(draw as u64));
        let mut varied = fleet.clone();
        let mut drawn = Vec::with_capacity(fleet.intervals.len());
        for interval in &fleet.intervals {
            let center = interval.parameter.get(fleet)?;
            // An interval of 95 % is 1.96 standard errors to either side, which need not be alike.
            let z = stream.normal();
            let arm = if z > 0.0 { interval.high - center } else { center - interval.low };
            let value = center + z * arm.max(0.0) / 1.959_963_984_540_054;
            drawn.push(value);
            varied = interval.parameter.set(&varied, value);
        }
        let worth = |scored: &Scored| {
            let outlook = varied.outlook(&scored.plan);
            if limits.allow(&outlook) { outlook.accuracy } else { 0.0 }
        };
        values.push((drawn, contenders.iter().map(worth).collect()));
    }
    let count = contenders.len();
    let mut best = vec![0.0; count];
    let (mut means, mut largest) = (vec![0.0; count], 0.0);
    for (_, worth) in &values {
        // Of equal ones the first.
        let top = (0..count).reduce(|top, at| if worth[at] > worth[top] + 1e-12 { at } else { top })?;
        best[top] += 1.0 / draws as f64;
        largest += worth[top] / draws as f64;
        means.iter_mut().zip(worth).for_each(|(mean, worth)| *mean += worth / draws as f64);
    }
    let now = means.iter().copied().fold(0.0, f64::max);
    let mut worth: Vec<(Parameter, f64)> = fleet
        .intervals
        .iter()
        .enumerate()
        .map(|(at, interval)| {
            values.sort_by(|a, b| a.0[at].total_cmp(&b.0[at]));
            let informed: f64 = values
                .chunks(draws.div_ceil(PARTS))
                .map(|part| {
                    let total = |plan: usize| part.iter().map(|(_, worth)| worth[plan]).sum::<f64>();
                    (0..count).map(total).fold(0.0, f64::max)
                })
                .sum();
            (interval.parameter, (informed / draws as f64 - now).max(0.0))
        })
        .collect();
    worth.sort_by(|a, b| b.1.total_cmp(&a.1));
    let regret = largest - means.first().copied().unwrap_or(0.0);
    Some(Confidence { best, regret: regret.max(0.0), worth, draws })
}

/// The plans that a contest and a confidence are about: the best one of every kind and models, near enough to the best to matter.
pub fn near(choice: &Choice, margin: f64, most: usize) -> Vec<Scored> {
    let top = choice.best().map_or(0.0, |best| best.outlook.accuracy);
    let contenders = choice.contenders().into_iter();
    let near = contenders.enumerate().filter(|(at, it)| *at < 3 || it.outlook.accuracy >= top - margin);
    near.map(|(_, scored)| scored).take(most).collect()
}

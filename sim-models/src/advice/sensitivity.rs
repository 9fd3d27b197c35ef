//! What would change the answer, and what is worth measuring.

use sim_core::random::{Address, Stream, Streams};

use super::candidates::Trees;
use super::choice::{EQUAL, choose_among};
use super::outlook::Evaluator;
use super::{Choice, Fleet, Limits, Outlook, Parameter, Plan, Scored};

/// The smallest change of a parameter that changes the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Which.
    pub parameter: Parameter,
    /// Its value.
    pub value: f64,
    /// The nearest value at which another plan is chosen.
    pub at: f64,
    /// That plan; `None` where no plan keeps the limits any more.
    pub plan: Option<Plan>,
}

/// Steps in each direction, and halvings after that.
const STEPS: usize = 8;
const HALVINGS: usize = 7;
/// A parameter that is no fraction is multiplied or divided by up to this.
const LARGEST_FACTOR: f64 = 8.0;
/// Where two plans are equally accurate, one that is cheaper by less than this share is no reason to change.
const CHEAPER: f64 = 0.01;

/// Whether another plan is better than the best one like the recommended: not only by rounding.
fn is_gain(other: &Scored, alike: &Scored, limits: &Limits) -> bool {
    let cost = |it: &Scored| it.outlook.spend.in_unit(limits.unit());
    let cheaper = cost(other) < (1.0 - CHEAPER) * cost(alike);
    match (limits.suffices(&other.outlook), limits.suffices(&alike.outlook)) {
        (true, true) => cheaper,
        (true, false) => true,
        (false, true) => false,
        (false, false) => {
            let gain = other.outlook.accuracy - alike.outlook.accuracy;
            gain > EQUAL || (gain > -EQUAL && cheaper)
        }
    }
}

/// The nearest value of a parameter at which a plan of another kind or of other models is better, or no plan keeps the limits; `None` where
/// there is none in its range, or within a factor of 8. A change that is undone by a larger one may be missed between the steps.
pub fn flip(fleet: &Fleet, limits: &Limits, best: &Plan, parameter: Parameter) -> Option<Flip> {
    let value = parameter.get(fleet)?;
    let trees =
        if matches!(best, Plan::Tree { .. } | Plan::Debate { .. }) { Trees::All } else { Trees::Useful };
    // The other plan, if there is a change.
    let chosen = |value: f64| -> Option<Option<Plan>> {
        let choice = choose_among(&parameter.set(fleet, value), limits, trees);
        let Some(other) = choice.best() else { return Some(None) };
        let alike = choice.ranking.iter().find(|scored| scored.plan.is_like(best));
        let changes = !other.plan.is_like(best) && alike.is_none_or(|alike| is_gain(other, alike, limits));
        changes.then_some(Some(other.plan))
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
    /// Probability that none of them keeps the limits.
    pub none: f64,
    /// Probability that the first one, which is recommended, breaks a limit.
    pub breaks: f64,
    /// What not knowing costs: how much more the best of each draw is worth than the one that is best on average.
    pub regret: f64,
    /// By parameter: by how much that falls if the parameter is measured exactly, the largest first.
    pub worth: Vec<(Parameter, f64)>,
    /// Whether the last two are probabilities to reach the accuracy that suffices, rather than accuracies.
    pub of_target: bool,
    /// Draws of the parameters.
    pub draws: usize,
}

/// Parts of a parameter's draws over which a decision after its measurement is averaged.
const PARTS: usize = 10;

/// Draws the uncertain parameters, each on its own from the normal law of its interval, and evaluates the contenders, the first of which is
/// recommended. The best one is the one that would be chosen; a plan that breaks a limit is worth nothing. The worth of a measurement is the
/// expected value of partial perfect information, by averages over tenths of the parameter's draws (M. Strong and J. Oakley, Medical Decision
/// Making 33 (2013), 755-766). `None` without contenders, or where nothing is uncertain.
pub fn confidence(
    fleet: &Fleet,
    limits: &Limits,
    contenders: &[Scored],
    draws: usize,
    streams: &Streams,
) -> Option<Confidence> {
    let first = contenders.first()?;
    let uncertain = Uncertain::of(fleet);
    if uncertain.is_empty() || draws < 2 * PARTS {
        return None;
    }
    let of_target = limits.suffices(&first.outlook);
    let count = contenders.len();
    let mut found = Confidence {
        best: vec![0.0; count],
        none: 0.0,
        breaks: 0.0,
        regret: 0.0,
        worth: Vec::new(),
        of_target,
        draws,
    };
    let share = 1.0 / draws as f64;
    // The drawn values, and what each contender is worth with them.
    let mut drawn: Vec<(Vec<f64>, Vec<f64>)> = Vec::with_capacity(draws);
    for draw in 0..draws {
        let (values, varied) = vary(fleet, &uncertain, &mut streams.open(Address::trial(draw as u64)));
        let evaluator = Evaluator::new(&varied);
        let outlooks: Vec<Option<Outlook>> = contenders
            .iter()
            .map(|scored| Some(evaluator.outlook(&scored.plan)).filter(|outlook| limits.allow(outlook)))
            .collect();
        found.breaks += if outlooks[0].is_none() { share } else { 0.0 };
        match best_of(&outlooks, limits) {
            Some(best) => found.best[best] += share,
            None => found.none += share,
        }
        let worth = |outlook: &Option<Outlook>| match outlook {
            Some(outlook) if of_target => f64::from(u8::from(limits.suffices(outlook))),
            Some(outlook) => outlook.accuracy,
            None => 0.0,
        };
        drawn.push((values, outlooks.iter().map(worth).collect()));
    }
    let total =
        |part: &[(Vec<f64>, Vec<f64>)], plan: usize| part.iter().map(|(_, worth)| worth[plan]).sum::<f64>();
    let best_total =
        |part: &[(Vec<f64>, Vec<f64>)]| (0..count).map(|plan| total(part, plan)).fold(0.0, f64::max);
    let largest: f64 = drawn.iter().map(|(_, worth)| worth.iter().copied().fold(0.0, f64::max)).sum();
    let unknowing = best_total(&drawn);
    found.regret = share * (largest - unknowing).max(0.0);
    for (at, known) in uncertain.iter().enumerate() {
        drawn.sort_by(|a, b| a.0[at].total_cmp(&b.0[at]));
        let informed: f64 = drawn.chunks(draws.div_ceil(PARTS)).map(best_total).sum();
        found.worth.push((known.parameter, share * (informed - unknowing).max(0.0)));
    }
    found.worth.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(found)
}

/// A parameter that is known up to an interval.
struct Uncertain {
    parameter: Parameter,
    value: f64,
    /// How far the interval reaches below and above the value.
    below: f64,
    above: f64,
}

impl Uncertain {
    /// Those of a fleet: the intervals whose parameter has a value. One that says nothing (a price of 0) stays as it is.
    fn of(fleet: &Fleet) -> Vec<Self> {
        let known = fleet.intervals.iter().filter_map(|interval| {
            let value = interval.parameter.get(fleet)?;
            let (below, above) = ((value - interval.low).max(0.0), (interval.high - value).max(0.0));
            Some(Self { parameter: interval.parameter, value, below, above })
        });
        known.collect()
    }
}

/// A draw of the uncertain parameters, and the fleet with them.
fn vary(fleet: &Fleet, uncertain: &[Uncertain], stream: &mut Stream) -> (Vec<f64>, Fleet) {
    let mut varied = fleet.clone();
    let mut values = Vec::with_capacity(uncertain.len());
    for known in uncertain {
        // An interval of 95 % is 1.96 standard errors to either side, which need not be alike.
        let z = stream.normal();
        let arm = if z > 0.0 { known.above } else { known.below };
        let value = known.value + z * arm / 1.959_963_984_540_054;
        values.push(value);
        varied = known.parameter.set(&varied, value);
    }
    (values, varied)
}

/// The plan that would be chosen, of those that keep the limits: the cheapest that suffices, else the most accurate; of equal ones the first.
fn best_of(outlooks: &[Option<Outlook>], limits: &Limits) -> Option<usize> {
    let cost = |outlook: &Outlook| outlook.spend.in_unit(limits.unit());
    let better = |a: &Outlook, b: &Outlook| match (limits.suffices(a), limits.suffices(b)) {
        (true, true) => cost(a) < cost(b),
        (suffices, other) => suffices || (!other && a.accuracy > b.accuracy + 1e-12),
    };
    let keeping = outlooks.iter().enumerate().filter_map(|(at, outlook)| Some((at, outlook.as_ref()?)));
    keeping.reduce(|best, next| if better(next.1, best.1) { next } else { best }).map(|best| best.0)
}

/// The plans that a contest and a confidence are about: the best one of every kind and models, near enough to the best to matter.
pub fn near(choice: &Choice, margin: f64, most: usize) -> Vec<Scored> {
    let top = choice.best().map_or(0.0, |best| best.outlook.accuracy);
    let contenders = choice.contenders().into_iter();
    let near = contenders.enumerate().filter(|(at, it)| *at < 3 || it.outlook.accuracy >= top - margin);
    near.map(|(_, scored)| scored).take(most).collect()
}

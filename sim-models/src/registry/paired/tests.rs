use std::collections::BTreeMap;

use sim_core::random::{Family, Purpose};

use super::super::{AnyModel, Registry, Value, Values};
use super::*;

/// A tree with these values in the place of the defaults.
fn values(model: &dyn AnyModel, given: &[(&str, Value)]) -> Values {
    let given: BTreeMap<String, Value> =
        given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Values::resolve(&model.parameters(), &given).unwrap()
}

fn leaf_bias(bias: f64) -> [(&'static str, Value); 2] {
    [("depth", Value::Integer(2)), ("leaf_bias", Value::Real(bias))]
}

fn after(paired: &Paired<'_>, trials: u64, seed: u64) -> Outcome {
    let streams = Streams::new(seed, Purpose::World, Family::common());
    AnyPlan::run(paired, &streams, &Stop::after(trials).unwrap(), &Control::default()).unwrap()
}

fn named(paired: &Paired<'_>, outcome: &Outcome, name: &str) -> Estimate {
    let place = paired.metrics.iter().position(|metric| metric.name == name).unwrap();
    outcome.estimates[place]
}

/// The exact recursion says what the difference is. Of 400 intervals at 95 % more than 44 miss it with probability 1e-6 (SciPy, `binom.isf(1e-6, 400, 0.05)`); they
/// are narrower than those of independent simulations, whose variances would add up.
#[test]
fn intervals_hold_and_are_narrower() {
    let registry = Registry::builtin();
    let tree = registry.find("tree").unwrap();
    let [own, baseline] = [0.2, 0.15].map(|bias| values(tree, &leaf_bias(bias)));
    let predicted = |values: &Values| tree.predict(values).unwrap().get("root_accuracy").unwrap();
    let truth = predicted(&own) - predicted(&baseline);
    for trials in [1000, 10_000] {
        let paired =
            Paired::new(tree.prepare(&own).unwrap(), tree.prepare(&baseline).unwrap(), false).unwrap();
        let (mut misses, mut width, mut apart) = (0, 0.0, 0.0);
        for seed in 0..400 {
            let outcome = after(&paired, trials, seed);
            let difference = named(&paired, &outcome, "root_accuracy_difference");
            let own = named(&paired, &outcome, "root_accuracy");
            assert_eq!(difference.trials, trials);
            misses += usize::from(difference.low > truth || difference.high < truth);
            width += difference.high - difference.low;
            apart += std::f64::consts::SQRT_2 * (own.high - own.low);
        }
        assert!(misses <= 44, "{misses} of 400 intervals after {trials} trials miss");
        assert!(width < 0.6 * apart, "{width} and {apart}");
    }
}

/// Own estimates are those of the plan alone, and the value of a difference is that of two estimates.
#[test]
fn values_are_those_of_both_alone() {
    let registry = Registry::builtin();
    let tree = registry.find("tree").unwrap();
    let [own, baseline] = [0.2, 0.1].map(|bias| values(tree, &leaf_bias(bias)));
    let paired = Paired::new(tree.prepare(&own).unwrap(), tree.prepare(&baseline).unwrap(), false).unwrap();
    let outcome = after(&paired, 7000, 3);
    let streams = Streams::new(3, Purpose::World, Family::common());
    let alone = |values: &Values| {
        let plan = tree.prepare(values).unwrap();
        plan.run(&streams, &Stop::after(7000).unwrap(), &Control::default()).unwrap().estimates
    };
    let (one, other) = (alone(&own), alone(&baseline));
    assert_eq!(outcome.estimates[..one.len()], one);
    for (place, difference) in outcome.estimates[one.len()..].iter().enumerate() {
        assert_eq!(difference.value, one[place].value - other[place].value);
    }
}

#[test]
fn more_trials_extend_a_run() {
    let registry = Registry::builtin();
    let tree = registry.find("tree").unwrap();
    let [own, baseline] = [0.2, 0.1].map(|bias| values(tree, &leaf_bias(bias)));
    let paired = Paired::new(tree.prepare(&own).unwrap(), tree.prepare(&baseline).unwrap(), false).unwrap();
    let streams = Streams::new(1, Purpose::World, Family::common());
    let whole = after(&paired, 9000, 1);
    for first in [512, 1000, 8192] {
        let begun = after(&paired, first, 1);
        let stop = Stop::after(9000).unwrap();
        let grown =
            AnyPlan::extend(&paired, &begun.tally, first, &streams, &stop, &Control::default()).unwrap();
        assert_eq!((&grown.tally, &grown.estimates), (&whole.tally, &whole.estimates));
    }
    let wrong =
        AnyPlan::extend(&paired, "{}", 512, &streams, &Stop::after(9000).unwrap(), &Control::default());
    assert!(matches!(wrong, Err(Failure::Tally(_))), "{wrong:?}");
}

/// 10 000 trials without a difference do not exclude one in a share of 1 - 0.05^(1/10000) = 2.9953e-4 of all trials; a cell that is its own baseline has none.
#[test]
fn what_was_never_seen_is_not_excluded() {
    let registry = Registry::builtin();
    let tree = registry.find("tree").unwrap();
    let one = values(tree, &leaf_bias(0.2));
    for (identical, reach) in [(false, 2.9953e-4), (true, 0.0)] {
        let paired =
            Paired::new(tree.prepare(&one).unwrap(), tree.prepare(&one).unwrap(), identical).unwrap();
        let difference = named(&paired, &after(&paired, 10_000, 1), "root_accuracy_difference");
        assert_eq!(difference.value, 0.0);
        assert!(
            (difference.high - reach).abs() < 1e-8 && difference.low == -difference.high,
            "{difference:?}"
        );
    }
}

#[test]
fn batches_cover_a_block() {
    for trials in [0..512, 4096..4608, 0..100, 3584..3585, 100..400] {
        let block = Block::cover(trials.clone()).next().unwrap();
        let parts: Vec<Range<u64>> = batches(&block).map(|part| part.trials()).collect();
        let longest = if trials.start < TRIALS_IN_SHORT { SHORT } else { TRIALS_PER_BLOCK };
        assert!(parts.iter().all(|part| part.end - part.start <= longest), "{parts:?}");
        assert_eq!((parts[0].start, parts[parts.len() - 1].end), (trials.start, trials.end));
        assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].end % SHORT == 0));
    }
}

#[test]
fn unlike_models_have_no_difference() {
    let registry = Registry::builtin();
    let plan = |name: &str| {
        let model = registry.find(name).unwrap();
        model.prepare(&values(model, &[])).unwrap()
    };
    let error = Paired::new(plan("tree"), plan("queue"), false).err().unwrap().to_string();
    assert!(error.contains("have no metric in common"), "{error}");
}

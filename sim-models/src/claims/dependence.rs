//! Equal correlation, unlike fates: what pairwise correlation leaves open (section 5).

use super::claim::Claim;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer_with, theory_with, tree};
use crate::organization::Dependence;
use crate::theory::dependence::{decision_range, proxy_gain};

pub(super) fn claims() -> Vec<Claim> {
    vec![
        decisions(),
        mixture_is_best(),
        gain("gain-mixture", Dependence::Mixture),
        gain("gain-copying", Dependence::Copying),
        gain("gain-beta-binomial", Dependence::BetaBinomial),
        gain("gain-gaussian", Dependence::Gaussian),
        best_fan_in_of_copies(),
        many_copies(),
        proxy(),
        range(),
    ]
}

fn name(model: Dependence) -> &'static str {
    match model {
        Dependence::Mixture => "mixture",
        Dependence::Copying => "copying",
        Dependence::BetaBinomial => "beta-binomial",
        Dependence::Gaussian => "gaussian",
    }
}

/// Bias of the agents whose votes are decided on.
const VOTES: f64 = 0.2;

/// Fan-in and correlation at which the models are compared.
const COMPARED: (u32, f64) = (5, 0.2);

fn decided(
    sampler: &mut Sampler<'_>,
    model: Dependence,
    (b, rho): (u32, f64),
    half_width: f64,
) -> Result<Measured, NotMeasured> {
    sampler.tree(&tree(layer_with(model, b, rho, 1.0)?, VOTES, 1)?, half_width)
}

fn decided_exactly(model: Dependence, (b, rho): (u32, f64)) -> f64 {
    theory_with(model, b, rho, 1.0).map(VOTES)
}

const OTHERS: [Dependence; 3] = [Dependence::Copying, Dependence::BetaBinomial, Dependence::Gaussian];

fn decisions() -> Claim {
    Claim::equality(
        "equal-correlation-unlike-decisions",
        "Five votes of bias 0.2 and correlation 0.2 decide with a bias that depends on how they are correlated.",
        "derived (5)",
        0.005,
    )
    .over("", Dependence::ALL.map(name))
    .predicting(|| Dependence::ALL.iter().map(|&model| decided_exactly(model, COMPARED)).collect())
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        Dependence::ALL.iter().map(|&model| decided(sampler, model, COMPARED, half_width)).collect()
    })
}

fn mixture_is_best() -> Claim {
    let ahead = |&model: &Dependence| {
        decided_exactly(Dependence::Mixture, COMPARED) - decided_exactly(model, COMPARED)
    };
    Claim::at_least(
        "mixture-most-favorable",
        "Of the four models the paper's mixture is the most favorable to amplification at equal correlation.",
        "derived (5)",
        0.01,
    )
    .with_slack(OTHERS.iter().map(ahead).fold(f64::INFINITY, f64::min))
    .over("", OTHERS.map(name))
    .predicting(|| vec![0.0; 3])
    .measuring(|sampler| {
        let half_width = 0.2 * sampler.margin();
        let mixture = decided(sampler, Dependence::Mixture, COMPARED, half_width)?;
        let other = |model| Ok(mixture.minus(decided(sampler, model, COMPARED, half_width)?));
        OTHERS.into_iter().map(other).collect()
    })
}

/// A signal at which saturation costs fifteen votes less than a percent of their gain.
const WEAK: f64 = 0.05;

fn sampled_gain(
    sampler: &mut Sampler<'_>,
    model: Dependence,
    (b, rho): (u32, f64),
    error: f64,
) -> Result<Measured, NotMeasured> {
    let layer = layer_with(model, b, rho, 1.0)?;
    Ok(sampler.tree(&tree(layer, WEAK, 1)?, error * WEAK)?.scaled(1.0 / WEAK))
}

const CASES: [(u32, f64); 3] = [(3, 0.1), (5, 0.3), (15, 0.3)];

fn gain(id: &'static str, model: Dependence) -> Claim {
    Claim::relative_equality(
        id,
        "A weak signal grows by the gain of this model of dependence.",
        "derived (5)",
        0.05,
    )
    .over("fan-in", CASES.map(|(b, rho)| format!("{b}, correlation {rho}")))
    .predicting(move || CASES.iter().map(|&(b, rho)| theory_with(model, b, rho, 1.0).gain()).collect())
    .measuring(move |sampler| {
        let error = 0.35 * sampler.margin();
        CASES.iter().map(|&case| sampled_gain(sampler, model, case, error)).collect()
    })
}

/// Fewer and more children than the fan-in with the largest gain.
const OTHER_FAN_INS: [u32; 2] = [5, 51];
const BEST_FAN_IN: u32 = 15;

fn copied_gain(b: u32) -> f64 {
    theory_with(Dependence::Copying, b, 0.1, 1.0).gain()
}

fn best_fan_in_of_copies() -> Claim {
    let ahead = |b: u32| copied_gain(BEST_FAN_IN) - copied_gain(b);
    Claim::at_least(
        "copying-has-best-fan-in",
        "Under copying a larger fan-in is not always better: 15 copying children have a larger gain than 5, and than 51.",
        "derived (5)",
        0.1,
    )
    .with_slack(OTHER_FAN_INS.map(ahead).into_iter().fold(f64::INFINITY, f64::min))
    .over("ahead of fan-in", OTHER_FAN_INS)
    .predicting(|| vec![0.0; OTHER_FAN_INS.len()])
    .measuring(|sampler| {
        let error = 0.25 * sampler.margin();
        let mut gain = |b| sampled_gain(sampler, Dependence::Copying, (b, 0.1), error);
        let best = gain(BEST_FAN_IN)?;
        OTHER_FAN_INS.into_iter().map(|b| Ok(best.minus(gain(b)?))).collect()
    })
}

/// Beyond the best fan-in.
const LARGE_FAN_INS: [u32; 3] = [21, 51, 151];

fn many_copies() -> Claim {
    Claim::limit(
        "copying-gain-tends-to-one",
        "Very many copying children are as good as the one whom they copy: the gain falls to 1.",
        "derived (5)",
        0.1,
    )
    .approached_from_above()
    .over("fan-in", LARGE_FAN_INS)
    .predicting(|| vec![1.0; LARGE_FAN_INS.len()])
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        let gain = |b| sampled_gain(sampler, Dependence::Copying, (b, 0.1), error);
        LARGE_FAN_INS.into_iter().map(gain).collect()
    })
}

fn proxy() -> Claim {
    Claim::relative_equality(
        "effective-votes-proxy",
        "The gain of many votes with a Gaussian factor is about sqrt(2 n_eff/pi).",
        "derived (5)",
        0.06,
    )
    .predicting(|| vec![proxy_gain(31, 0.1)])
    .measuring(|sampler| {
        let error = 0.35 * sampler.margin();
        Ok(vec![sampled_gain(sampler, Dependence::Gaussian, (31, 0.1), error)?])
    })
}

/// Fan-in and correlation at which correlation leaves little open.
const NARROW: (u32, f64) = (3, 0.9);

fn range() -> Claim {
    let (b, rho) = NARROW;
    let ends = move || decision_range(b, VOTES, rho).unwrap_or((f64::NAN, f64::NAN));
    let distances = move || {
        let (low, high) = ends();
        let decided = Dependence::ALL.map(|model| decided_exactly(model, NARROW));
        decided.into_iter().flat_map(move |bias| [high - bias, bias - low])
    };
    let places = |side: &'static str| Dependence::ALL.map(|model| format!("{side} {}", name(model)));
    Claim::at_most(
        "correlation-bounds-decisions",
        "Mean and pairwise correlation bound the decision of three votes by a linear programme: no model is above its upper end, and \
         minus the bias of none above minus its lower end.",
        "derived (5)",
        0.005,
    )
    .with_slack(distances().fold(f64::INFINITY, f64::min))
    .over("", places("above").into_iter().chain(places("below")))
    .predicting(move || {
        let (low, high) = ends();
        [vec![high; 4], vec![-low; 4]].concat()
    })
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let biases = Dependence::ALL.iter().map(|&model| decided(sampler, model, NARROW, half_width));
        let biases = biases.collect::<Result<Vec<_>, _>>()?;
        Ok(biases.iter().copied().chain(biases.iter().map(|bias| bias.scaled(-1.0))).collect())
    })
}

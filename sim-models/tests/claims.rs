//! The claims of the theory: unperturbed all of them hold, and an error planted in any prediction is noticed.
//!
//! A run over all claims has a false-alarm rate of 1e-6, shared out over its intervals; the seed is fixed.

#![allow(clippy::panic, reason = "helpers fail the test, too")]

use std::collections::BTreeSet;

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_models::claims::{self, Claim, Effort, NotMeasured, Relation, Verdict};
use sim_models::organization::Sharing;
use sim_models::theory::fixed_point::{fixed_point, three_children};
use sim_models::theory::layer::Layer;
use sim_models::theory::majority::{majority, majority_gain};
use sim_models::theory::recursion::uniform_bias;

fn claim(id: &str) -> Claim {
    claims::all().into_iter().find(|claim| claim.id() == id).unwrap_or_else(|| panic!("no claim {id}"))
}

/// What is wrong with a claim's verdicts over right and wrong predictions on the same votes.
fn complaints(claim: &Claim) -> Result<Vec<String>, NotMeasured> {
    let measured = claim.measure(Effort::Fast, 1, &Control::default())?;
    let found = claim.compare(&measured, &claim.predictions())?;
    let mut complaints = Vec::new();
    let expected = match claim.known_false() {
        Some(_) => found.verdict == Verdict::OutsideItsDomain,
        None => found.verdict.is_good(),
    };
    if !expected {
        complaints.push(format!("{:?} without an error, at {:?}", found.verdict, found.decisive));
    }
    let is_equality = matches!(claim.relation(), Relation::Equal | Relation::RelativelyEqual);
    let should_hold = found.cases.iter().filter(|case| case.verdict != Some(Verdict::OutsideItsDomain));
    let too_wide = should_hold.filter(|case| is_equality && case.half_width() > WIDEST);
    complaints.extend(too_wide.map(|case| format!("{:.2} margins wide: {case:?}", case.half_width())));
    for (what, wrong) in claim.planted(Effort::Fast) {
        if !wrong.iter().all(|value| value.is_finite()) {
            complaints.push(format!("predicts {wrong:?}"));
        }
        let verdict = claim.compare(&measured, &wrong)?.verdict;
        if verdict != Verdict::Fails {
            complaints.push(format!("{verdict:?} with an error in {what}"));
        }
    }
    Ok(complaints)
}

/// Half the width of an interval, in margins. A wider one may hold with one seed and fail with the next although the claim is true.
const WIDEST: f64 = 0.5;

#[test]
fn all_claims_come_to_what_they_should_whatever_the_seed_and_planted_errors_turn_every_verdict() {
    let of = |claim: &Claim| complaints(claim).unwrap_or_else(|error| vec![error.to_string()]);
    let complaints: Vec<String> = claims::all()
        .par_iter()
        .flat_map_iter(|claim| of(claim).into_iter().map(|said| format!("{}: {said}", claim.id())))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Formulas as they are easily mistaken, and the claims that must notice.
#[test]
fn a_plausible_mistake_in_a_formula_turns_the_claims_that_rest_on_it() {
    let depths = |map: Layer, leaf| (1..=3).map(|depth| uniform_bias(&map, depth, leaf)).collect::<Vec<_>>();
    let mixture = |b, rho, gamma| Layer::new(b, rho, gamma);
    let before = |rho, gamma| Layer { sharing: Sharing::BeforeChannel, ..mixture(5, rho, gamma) };
    let gain = |b: u32| majority_gain(b);
    // Gain 1 of the layer of `boundary-b5`, with gamma = 0.6: rho gamma + (1 - rho) gamma f'(0) = 1.
    let critical = |gamma: f64, slope: f64| (gamma * slope - 1.0) / (gamma * (slope - 1.0));
    let star = |rho: f64, own: f64, noise: f64| [3.0, 27.0].map(|n: f64| rho + own / n + noise / n).to_vec();
    let right = [
        ("finite-depth-mixture", depths(mixture(5, 0.2, 0.9), 0.2)),
        ("finite-depth-shared-before-channel", depths(before(0.3, 0.6), 0.2)),
        ("boundary-b5", vec![critical(0.6, gain(5))]),
        ("averaging-star", star(0.2, 0.8, 0.05)),
        ("fixed-point-b3", vec![fixed_point(&mixture(3, 0.1, 0.9)).unwrap()]),
    ];
    let mutants = [
        ("finite-depth-mixture", "votes shared before the channel", depths(before(0.2, 0.9), 0.2)),
        ("finite-depth-mixture", "gamma^2 for gamma", depths(mixture(5, 0.2, 0.81), 0.2)),
        ("finite-depth-mixture", "b - 1 for b", depths(mixture(4, 0.2, 0.9), 0.2)),
        ("finite-depth-mixture", "no correlation", depths(mixture(5, 0.0, 0.9), 0.2)),
        ("finite-depth-shared-before-channel", "votes shared after it", depths(mixture(5, 0.3, 0.6), 0.2)),
        ("finite-depth-shared-before-channel", "gamma^2 for gamma", depths(before(0.3, 0.36), 0.2)),
        ("boundary-b5", "gamma^2 for gamma", vec![critical(0.36, gain(5))]),
        ("boundary-b5", "b - 2 for b", vec![critical(0.6, gain(3))]),
        ("averaging-star", "no 1 - rho", star(0.2, 1.0, 0.05)),
        ("averaging-star", "channel noise that no average shrinks", star(0.25, 0.8, 0.0)),
        ("averaging-star", "no channel noise", star(0.2, 0.8, 0.0)),
        ("relay-loses-by-power", "a hop too many", [2, 6, 11].map(|hops| 0.4 * 0.9_f64.powi(hops)).to_vec()),
        (
            "relay-loses-by-power",
            "gamma^2 for gamma",
            [2, 10, 20].map(|hops| 0.4 * 0.9_f64.powi(hops)).to_vec(),
        ),
        ("even-fan-in-lost-ties", "fair ties", vec![majority(4, 0.3)]),
        ("fixed-point-b3", "gamma^2 for gamma", vec![three_children(0.1, 0.81).unwrap()]),
        ("fixed-point-b3", "no correlation", vec![three_children(0.0, 0.9).unwrap()]),
        (
            "fixed-point-b3",
            "votes shared before the channel",
            vec![fixed_point(&Layer { sharing: Sharing::BeforeChannel, ..mixture(3, 0.1, 0.9) }).unwrap()],
        ),
        (
            "organization-exponent",
            "logarithm of b - 1",
            vec![
                mixture(5, 0.1, 0.9).gain().ln() / 4_f64.ln(),
                mixture(3, 0.0, 0.9).gain().ln() / 2_f64.ln(),
            ],
        ),
    ];
    for (id, predictions) in right {
        let claim = claim(id);
        for (ours, theirs) in predictions.iter().zip(claim.predictions()) {
            assert!(
                (ours - theirs).abs() < 1e-9,
                "{id}: {ours} is not {theirs}: what is mistaken below is not its formula"
            );
        }
    }
    for mutants in mutants.chunk_by(|a, b| a.0 == b.0) {
        let claim = claim(mutants[0].0);
        let measured = claim.measure(Effort::Fast, 1, &Control::default()).unwrap();
        for (id, mistake, predictions) in mutants {
            let found = claim.compare(&measured, predictions).unwrap();
            assert_eq!(found.verdict, Verdict::Fails, "{id} with {mistake}");
        }
    }
}

#[test]
fn where_copying_is_bistable_the_weak_start_vanishes_and_the_strong_one_stays() {
    let claim = claim("copying-is-bistable");
    let [strong, weak, mixture] = claim.predictions()[..] else { panic!("three starts") };
    assert!(strong > 0.8 && weak < 0.01 && mixture < 0.06, "{strong} {weak} {mixture}");
    // The start was 0.1, and the margin keeps what is measured surely below half of it.
    let found = claim.check(&claim.predictions(), Effort::Fast, 1, &Control::default()).unwrap();
    let [_, weak, _] = &found.cases[..] else { panic!("three cases") };
    assert!(weak.predicted + weak.high < 0.05, "{weak:?}");
}

#[test]
fn claims_hold_with_every_seed() {
    for id in ["copying-is-bistable", "averaging-tree-local", "scaling-function"] {
        let claim = claim(id);
        for seed in 2..=6 {
            let found = claim.check(&claim.predictions(), Effort::Fast, seed, &Control::default()).unwrap();
            assert!(found.verdict.is_good(), "{id} with seed {seed}: {:?}", found.decisive);
        }
    }
}

#[test]
fn claims_have_names_of_their_own_and_say_what_they_are() {
    let claims = claims::all();
    let names: BTreeSet<&str> = claims.iter().map(Claim::id).collect();
    assert_eq!(names.len(), claims.len(), "a name is used twice");
    assert!(claims.len() >= 60, "{} claims", claims.len());
    for claim in &claims {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(claim.id().chars().all(kebab), "{}", claim.id());
        assert!(claim.sentence().ends_with('.') && !claim.source().is_empty(), "{}", claim.id());
        assert!(claim.margin(Effort::Full) > 0.0, "{}", claim.id());
        let (numbers, places) = (claim.predictions().len(), claim.places().len());
        assert!(numbers == places || numbers == 1 && places == 0, "{}: {numbers} at {places}", claim.id());
        assert!(!claim.relation().is_limit() || numbers >= 3, "{}: {numbers} scales", claim.id());
    }
}

#[test]
fn a_claim_that_is_false_somewhere_is_judged_by_its_own_margin_and_says_where() {
    let knee = claim("clipped-predictor");
    assert_eq!(knee.margin(Effort::Fast), knee.margin(Effort::Full));
    let found = knee.check(&knee.predictions(), Effort::Fast, 1, &Control::default()).unwrap();
    assert_eq!(found.verdict, Verdict::OutsideItsDomain);
    assert_eq!(found.places(Verdict::OutsideItsDomain).collect::<Vec<_>>(), ["depth 8", "depth 9"]);
    // What a sentence says in numbers is not another number with less effort.
    let eighth = claim("smooth-predictor");
    assert_eq!((eighth.margin(Effort::Fast), eighth.margin(Effort::Full)), (0.125, 0.125));
    let relaxed = claim("threshold-relaxed");
    assert_eq!(relaxed.margin(Effort::Fast), relaxed.margin(Effort::Full));
    assert!(claims::all().iter().filter(|claim| claim.known_false().is_some()).count() >= 5);
}

#[test]
fn an_inequality_is_planted_with_an_error_just_beyond_its_slack() {
    // The nearest of these organizations has s = 0.4516 (specification 3.1), 0.0484 below the bound.
    let half = claim("exponent-at-most-half");
    let error = 0.5 - half.planted(Effort::Full)[0].1[0];
    assert!((error - 1.25 * half.margin(Effort::Full) - 0.0484).abs() < 1e-4, "{error}");
}

#[test]
fn a_check_is_repeated_to_the_bit_and_another_seed_draws_anew() {
    let claim = claim("boundary-b31");
    let once = |seed| claim.check(&claim.predictions(), Effort::Fast, seed, &Control::default()).unwrap();
    let effects = [once(1), once(1), once(2)].map(|found| found.decisive.effect.to_bits());
    assert_eq!(effects[0], effects[1]);
    assert_ne!(effects[0], effects[2]);
}

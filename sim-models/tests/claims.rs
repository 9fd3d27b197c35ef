//! The claims of the theory: unperturbed all of them hold, and an error planted in any prediction is noticed.
//!
//! A run over all claims has a false-alarm rate of 1e-6, shared out over its intervals; the seed is fixed.

#![allow(clippy::panic, reason = "helpers fail the test, too")]

use std::collections::BTreeSet;

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_models::claims::{self, Claim, Effort, Relation, Verdict};

fn claim(id: &str) -> Claim {
    claims::all().into_iter().find(|claim| claim.id() == id).unwrap_or_else(|| panic!("no claim {id}"))
}

/// What is wrong with a claim's verdicts over right and wrong predictions on the same votes.
fn complaint(claim: &Claim) -> Option<String> {
    let (right, wrong) = (claim.predictions(), claim.planted(Effort::Fast));
    if !right.iter().chain(&wrong).all(|value| value.is_finite()) {
        return Some(format!("predicts {right:?}"));
    }
    let measured = match claim.measure(Effort::Fast, 1, &Control::default()) {
        Ok(measured) => measured,
        Err(error) => return Some(error.to_string()),
    };
    let verdict = |predictions: &[f64]| claim.compare(&measured, predictions).map(|found| found.verdict);
    let expected_if_right = |verdict: Verdict| match claim.known_false() {
        Some(_) => verdict == Verdict::OutsideItsDomain,
        None => verdict.is_good(),
    };
    match (verdict(&right), verdict(&wrong)) {
        (Ok(right), Ok(Verdict::Fails)) if expected_if_right(right) => None,
        verdicts => Some(format!("verdicts without and with an error: {verdicts:?}")),
    }
}

#[test]
fn all_claims_come_to_what_they_should_and_a_planted_error_turns_every_verdict() {
    let complaints: Vec<String> = claims::all()
        .par_iter()
        .filter_map(|claim| complaint(claim).map(|complaint| format!("{}: {complaint}", claim.id())))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
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
        assert!(claim.relation() != Relation::Tends || numbers >= 3, "{}: {numbers} scales", claim.id());
    }
}

#[test]
fn a_claim_that_is_false_somewhere_is_judged_by_its_own_margin_and_says_where() {
    let knee = claim("clipped-predictor");
    assert_eq!(knee.margin(Effort::Fast), knee.margin(Effort::Full));
    let found = knee.check(&knee.predictions(), Effort::Fast, 1, &Control::default()).unwrap();
    assert_eq!(found.verdict, Verdict::OutsideItsDomain);
    assert_eq!(found.places(Verdict::OutsideItsDomain).collect::<Vec<_>>(), ["depth 8", "depth 9"]);
    let relaxed = claim("threshold-relaxed");
    assert_eq!(relaxed.margin(Effort::Fast), relaxed.margin(Effort::Full));
    assert!(claims::all().iter().filter(|claim| claim.known_false().is_some()).count() >= 5);
}

#[test]
fn an_inequality_is_planted_with_an_error_just_beyond_its_slack() {
    // The nearest of these organizations has s = 0.4516 (specification 3.1), 0.0484 below the bound.
    let half = claim("exponent-at-most-half");
    let error = 0.5 - half.planted(Effort::Full)[0];
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

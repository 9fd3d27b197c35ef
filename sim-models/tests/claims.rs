//! The claims of the theory: unperturbed all of them hold, and an error planted in any prediction is noticed.
//!
//! A run over all claims has a false-alarm rate of 1e-6, shared out over its intervals; the seed is fixed.

use std::collections::BTreeSet;

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_models::claims::{self, Claim, Effort};

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// A planted error is told from the truth on the same votes.
#[test]
fn all_claims_hold_and_a_planted_error_turns_every_verdict() {
    let failures: Vec<String> = claims::all()
        .par_iter()
        .flat_map(|claim| {
            let (right, wrong) = (claim.predictions(), claim.planted(Effort::Fast));
            assert!(right.iter().chain(&wrong).all(|value| value.is_finite()), "{}: {right:?}", claim.id());
            let measured = claim.measure(Effort::Fast, 1, &Control::default());
            let measured = measured.unwrap_or_else(|error| panic!("{}: {error}", claim.id()));
            let found = claim.compare(&measured, &right).unwrap();
            let planted = claim.compare(&measured, &wrong).unwrap();
            let fails = (!found.verdict.is_good()).then(|| format!("{} fails: {found:?}", claim.id()));
            let unnoticed = claim.known_false().is_none() && planted.verdict.is_good()
                || planted.verdict == found.verdict;
            let unnoticed = unnoticed.then(|| format!("{}: unnoticed {wrong:?}: {planted:?}", claim.id()));
            [fails, unnoticed].into_iter().flatten().collect::<Vec<_>>()
        })
        .collect();
    assert_none(&failures);
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
    }
}

#[test]
fn a_check_is_repeated_to_the_bit_and_another_seed_draws_anew() {
    let claims = claims::all();
    let claim = claims.iter().find(|claim| claim.id() == "boundary-b3").unwrap();
    let once = |seed| claim.check(&claim.predictions(), Effort::Fast, seed, &Control::default()).unwrap();
    let (first, again, other) = (once(1), once(1), once(2));
    assert_eq!(first.effect.to_bits(), again.effect.to_bits());
    assert_ne!(first.effect.to_bits(), other.effect.to_bits());
}

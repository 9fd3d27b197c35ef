//! How the models of a fleet share errors: within a model and across models.
//!
//! `synergy advise` takes the correlation of two answers of *one* model to one question, and the share of it that two models have, too. A log
//! that does not show one of them leaves a choice; it is made so that votes are not promised more than the log can hold.

use sim_core::estimate::Estimate;
use sim_models::calibration::{ACROSS_MODELS, CROSS_MODEL, Calibration, SAME_MODEL};
use sim_models::theory::dependence::Dependence;

use super::{Range, given, number};
use crate::command::calibrate::answer::law_name;
use crate::command::calibrate::replay::best_law;
use crate::command::calibrate::scenario::comment;
use crate::output::estimate_text;

/// The table `[question]`.
pub(super) fn question(text: &mut String, calibration: &Calibration, models: usize) {
    text.push_str("\n[question]\n");
    let of = |name: &str| calibration.finding(name).and_then(|finding| finding.result.as_ref().ok());
    match (of(SAME_MODEL), of(CROSS_MODEL)) {
        (Some(same), cross) => {
            number(text, calibration.finding(SAME_MODEL), "correlation", Range::Fraction);
            across(text, calibration, same, cross, models);
        }
        (None, cross) => unseen(text, calibration, cross),
    }
    let fits = calibration.model_dependence.as_ref().or(calibration.dependence.as_ref());
    // Votes under the Gaussian factor are almost those of the beta-binomial law.
    let law = match best_law(fits) {
        Dependence::Gaussian => Dependence::BetaBinomial,
        law => law,
    };
    text.push_str(&format!("dependence = \"{}\"\n", law_name(Some(law))));
}

/// The share across models, where the correlation within them is known.
fn across(
    text: &mut String,
    calibration: &Calibration,
    same: &Estimate,
    cross: Option<&Estimate>,
    models: usize,
) {
    if models < 2 {
        return;
    }
    let Some(cross) = cross else {
        comment(text, "across: assumed, all of it, as no question was answered by two models");
        given(text, "across", [1.0, 0.0, 1.0]);
        return;
    };
    let of_two = format!("of answers of two models {}", estimate_text(cross));
    if same.low <= 0.0 {
        let why = "across: assumed, all of it, as answers of one model may not be correlated at all";
        comment(text, &format!("{why}; {of_two}"));
        given(text, "across", [1.0, 0.0, 1.0]);
        return;
    }
    comment(text, &of_two);
    number(text, calibration.finding(ACROSS_MODELS), "across", Range::Fraction);
}

/// Where no model answered a question twice: errors of one model may be the same ones every time, which leaves a vote of one model nothing to
/// win. What two models share is known, and stays what it is.
fn unseen(text: &mut String, calibration: &Calibration, cross: Option<&Estimate>) {
    let finding = calibration.finding(SAME_MODEL).or(calibration.finding("correlation"));
    let reason =
        finding.and_then(|finding| finding.result.as_ref().err()).map_or("not in the log", String::as_str);
    let Some(cross) = cross else {
        comment(text, &format!("correlation: assumed, errors of one model are all the same: {reason}"));
        given(text, "correlation", [1.0, 0.0, 1.0]);
        comment(text, "across: assumed, all of it, as no question was answered by two models");
        given(text, "across", [1.0, 0.0, 1.0]);
        return;
    };
    let [value, low] = [cross.value, cross.low].map(|x| x.clamp(0.0, 1.0));
    let least = "at least what two models share";
    comment(
        text,
        &format!("correlation: assumed, errors of one model are all the same: {reason}; it is {least}"),
    );
    given(text, "correlation", [1.0, low, 1.0]);
    comment(
        text,
        &format!("across, with that assumption: of answers of two models {}", estimate_text(cross)),
    );
    given(text, "across", [value, low, 1.0]);
}

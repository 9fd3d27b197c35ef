//! What came of a check.

use std::fmt;

use serde::Serialize;

use super::measured::Measured;

/// How measured numbers relate to predicted ones if a claim is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They are equal.
    Equal,
    /// They are equal; the margin is a share of the prediction.
    RelativelyEqual,
    /// They tend to it: the errors shrink and the last is within the margin.
    Tends,
    /// They do not exceed it.
    AtMost,
    /// They are no less.
    AtLeast,
}

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The prediction is inside the interval, and the interval inside the margin.
    Holds,
    /// The prediction is missed, by less than the margin.
    HoldsWithinMargin,
    /// It is missed by more, or it was not shown to be missed by less.
    Fails,
    /// It is missed where the claim is known to be false.
    OutsideItsDomain,
}

impl Verdict {
    /// Whether this is what a claim should come to.
    pub fn is_good(self) -> bool {
        self != Self::Fails
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Holds => "holds",
            Self::HoldsWithinMargin => "holds within margin",
            Self::Fails => "fails",
            Self::OutsideItsDomain => "outside its domain",
        })
    }
}

/// What a check found. Of several numbers it shows the one that is worst off.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Finding {
    /// Whether the claim holds.
    pub verdict: Verdict,
    /// What was predicted.
    pub predicted: f64,
    /// Effect size: what was measured minus what was predicted.
    pub effect: f64,
    /// Lower end of the effect's interval.
    pub low: f64,
    /// Upper end of the effect's interval.
    pub high: f64,
    /// The margin, in the unit of the effect.
    pub margin: f64,
    /// Trials of the whole check.
    pub trials: u64,
}

impl Finding {
    /// Trials at which the interval is half the margin on either side: then a true claim fails with no greater probability than a
    /// false one holds.
    pub fn trials_needed(&self) -> f64 {
        let half_width = 0.5 * (self.high - self.low);
        let ratio = 2.0 * half_width / self.margin;
        self.trials as f64 * ratio * ratio
    }

    /// What the finding means for a claim that is known to be false here, if it is: it should be missed, and by more than the margin.
    pub(super) fn known_false(self, known: bool) -> Self {
        let refuted = self.low > self.margin || self.high < -self.margin;
        let verdict = match known {
            true if refuted => Verdict::OutsideItsDomain,
            true => Verdict::Fails,
            false => self.verdict,
        };
        Self { verdict, ..self }
    }

    /// How far the interval reaches, in margins.
    fn reach(&self, relation: Relation) -> f64 {
        let reach = match relation {
            Relation::Equal | Relation::RelativelyEqual | Relation::Tends => self.high.max(-self.low),
            Relation::AtMost => self.high,
            Relation::AtLeast => -self.low,
        };
        // What is not a number reaches beyond everything.
        if reach.is_nan() { f64::INFINITY } else { reach / self.margin }
    }

    fn judged(self, relation: Relation) -> Self {
        let reach = self.reach(relation);
        let meets = match relation {
            Relation::Equal | Relation::RelativelyEqual | Relation::Tends => {
                self.low <= 0.0 && self.high >= 0.0
            }
            Relation::AtMost | Relation::AtLeast => reach <= 0.0,
        };
        let verdict = match reach {
            reach if reach >= 1.0 => Verdict::Fails,
            _ if meets => Verdict::Holds,
            _ => Verdict::HoldsWithinMargin,
        };
        Self { verdict, ..self }
    }
}

/// Compares measured with predicted numbers, of which there are as many.
pub(super) fn judge(relation: Relation, margin: f64, measured: &[Measured], predicted: &[f64]) -> Finding {
    let findings = measured.iter().zip(predicted).map(|(measured, &predicted)| {
        let margin = if relation == Relation::RelativelyEqual { margin * predicted.abs() } else { margin };
        let Measured { value, low, high, trials } = *measured;
        let (effect, low, high) = (value - predicted, low - predicted, high - predicted);
        Finding { verdict: Verdict::Fails, predicted, effect, low, high, margin, trials }.judged(relation)
    });
    let findings: Vec<Finding> = findings.collect();
    let none = Finding {
        verdict: Verdict::Fails,
        predicted: f64::NAN,
        effect: f64::NAN,
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        margin,
        trials: 0,
    };
    if relation == Relation::Tends {
        return tendency(&findings).unwrap_or(none);
    }
    let worst = |a: &Finding, b: &Finding| a.reach(relation).total_cmp(&b.reach(relation));
    findings.into_iter().max_by(worst).unwrap_or(none)
}

/// The last finding, unless the errors before it were smaller for certain.
fn tendency(findings: &[Finding]) -> Option<Finding> {
    let (last, first) = (*findings.last()?, *findings.first()?);
    let most = |finding: &Finding| finding.high.max(-finding.low);
    let least = |finding: &Finding| finding.low.max(-finding.high).max(0.0);
    let grows = findings.len() > 1 && least(&last) > most(&first);
    Some(if grows { Finding { verdict: Verdict::Fails, ..last } } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(relation: Relation, predicted: f64, low: f64, high: f64) -> Verdict {
        let measured = Measured { value: 0.5 * (low + high), low, high, trials: 1 };
        judge(relation, 0.1, &[measured], &[predicted]).verdict
    }

    #[test]
    fn an_equality_is_shown_and_not_merely_not_refuted() {
        assert_eq!(of(Relation::Equal, 1.0, 0.95, 1.05), Verdict::Holds);
        assert_eq!(of(Relation::Equal, 1.0, 1.01, 1.05), Verdict::HoldsWithinMargin);
        assert_eq!(of(Relation::Equal, 1.0, 0.5, 1.5), Verdict::Fails, "too few trials");
        assert_eq!(of(Relation::Equal, 1.0, 1.2, 1.3), Verdict::Fails);
        assert_eq!(of(Relation::Equal, f64::NAN, 0.95, 1.05), Verdict::Fails);
        assert_eq!(of(Relation::RelativelyEqual, 10.0, 9.5, 10.9), Verdict::Holds);
    }

    #[test]
    fn a_bound_holds_on_its_side() {
        assert_eq!(of(Relation::AtMost, 1.0, 0.1, 0.2), Verdict::Holds);
        assert_eq!(of(Relation::AtMost, 1.0, 0.9, 1.05), Verdict::HoldsWithinMargin);
        assert_eq!(of(Relation::AtMost, 1.0, 0.9, 1.2), Verdict::Fails);
        assert_eq!(of(Relation::AtLeast, 1.0, 1.1, 1.2), Verdict::Holds);
        assert_eq!(of(Relation::AtLeast, 1.0, 0.8, 1.2), Verdict::Fails);
    }

    #[test]
    fn the_worst_number_decides_and_a_limit_looks_at_the_last() {
        let near = Measured { value: 1.0, low: 0.99, high: 1.01, trials: 1 };
        let far = Measured { value: 1.3, low: 1.29, high: 1.31, trials: 1 };
        assert_eq!(judge(Relation::Equal, 0.1, &[near, far], &[1.0; 2]).verdict, Verdict::Fails);
        assert_eq!(judge(Relation::Tends, 0.1, &[far, near], &[1.0; 2]).verdict, Verdict::Holds);
        assert_eq!(judge(Relation::Tends, 0.1, &[near, far], &[1.0; 2]).verdict, Verdict::Fails);
        assert_eq!(
            judge(Relation::Tends, 1.0, &[near, far], &[1.0; 2]).verdict,
            Verdict::Fails,
            "the error grows"
        );
    }

    #[test]
    fn what_is_known_to_be_false_must_be_refuted() {
        let far = Measured { value: 1.3, low: 1.29, high: 1.31, trials: 1 };
        let finding = |predicted| judge(Relation::Equal, 0.1, &[far], &[predicted]).known_false(true).verdict;
        assert_eq!(finding(1.0), Verdict::OutsideItsDomain);
        assert_eq!(finding(1.3), Verdict::Fails);
    }
}

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
    /// They tend to it from scale to scale: every error is surely smaller than the one before, and the last is within the margin.
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
    /// It is surely missed by more where the claim is known to be false, and holds where it is not.
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

/// One measured number beside its prediction.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Where it was measured, such as `depth 3`; empty if the claim has one number.
    pub place: String,
    /// What is said of it; nothing for a scale of a limit, which is judged by all of them.
    pub verdict: Option<Verdict>,
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
}

impl Case {
    fn new(relation: Relation, margin: f64, place: String, measured: &Measured, predicted: f64) -> Self {
        let margin = if relation == Relation::RelativelyEqual { margin * predicted.abs() } else { margin };
        Self {
            place,
            verdict: None,
            predicted,
            effect: measured.value - predicted,
            low: measured.low - predicted,
            high: measured.high - predicted,
            margin,
        }
    }

    /// How far the interval reaches on the sides that count, in margins.
    fn reach(&self, relation: Relation) -> f64 {
        let reach = match relation {
            Relation::Equal | Relation::RelativelyEqual | Relation::Tends => self.high.max(-self.low),
            Relation::AtMost => self.high,
            Relation::AtLeast => -self.low,
        };
        // What is not a number reaches beyond everything.
        if reach.is_nan() { f64::INFINITY } else { reach / self.margin }
    }

    /// What its own interval says: two one-sided tests, or one where only one side counts.
    fn equivalence(&self, relation: Relation) -> Verdict {
        let reach = self.reach(relation);
        let meets = match relation {
            Relation::AtMost | Relation::AtLeast => reach <= 0.0,
            _ => self.low <= 0.0 && self.high >= 0.0,
        };
        match reach {
            reach if reach >= 1.0 => Verdict::Fails,
            _ if meets => Verdict::Holds,
            _ => Verdict::HoldsWithinMargin,
        }
    }

    /// Whether the claim is surely false here: missed by more than the margin.
    fn is_refuted(&self, relation: Relation) -> bool {
        match relation {
            Relation::AtMost => self.low > self.margin,
            Relation::AtLeast => self.high < -self.margin,
            _ => self.low > self.margin || self.high < -self.margin,
        }
    }

    /// The most and the least that the error can be.
    fn error(&self) -> (f64, f64) {
        (self.high.max(-self.low), self.low.max(-self.high).max(0.0))
    }
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Whether the claim holds.
    pub verdict: Verdict,
    /// The case that decides: the one that is worst off, or the last scale of a limit.
    pub decisive: Case,
    /// Every measured number.
    pub cases: Vec<Case>,
    /// Trials of the whole check.
    pub trials: u64,
}

impl Finding {
    /// Trials at which the interval is half the margin on either side: then a true claim fails with no greater probability than a
    /// false one holds.
    pub fn trials_needed(&self) -> f64 {
        let half_width = 0.5 * (self.decisive.high - self.decisive.low);
        let ratio = 2.0 * half_width / self.decisive.margin;
        self.trials as f64 * ratio * ratio
    }

    /// The places with this verdict.
    pub fn places(&self, verdict: Verdict) -> impl Iterator<Item = &str> {
        self.cases.iter().filter(move |case| case.verdict == Some(verdict)).map(|case| case.place.as_str())
    }
}

/// Compares measured with predicted numbers, of which there are as many as places. At the places `outside` the claim is known to be
/// false.
pub(super) fn judge(
    relation: Relation,
    margin: f64,
    outside: &[usize],
    compared: impl Iterator<Item = (String, Measured, f64)>,
    trials: u64,
) -> Option<Finding> {
    let mut cases: Vec<Case> = compared
        .map(|(place, measured, predicted)| Case::new(relation, margin, place, &measured, predicted))
        .collect();
    if relation == Relation::Tends {
        let decisive = cases.last()?.clone();
        return Some(Finding { verdict: tendency(&cases), decisive, cases, trials });
    }
    for (index, case) in cases.iter_mut().enumerate() {
        case.verdict = Some(match outside.contains(&index) {
            true if case.is_refuted(relation) => Verdict::OutsideItsDomain,
            true => Verdict::Fails,
            false => case.equivalence(relation),
        });
    }
    // The first of these that any case has is the verdict, and the case that reaches farthest among those decides.
    let order = [Verdict::Fails, Verdict::OutsideItsDomain, Verdict::HoldsWithinMargin, Verdict::Holds];
    let verdict =
        order.into_iter().find(|&verdict| cases.iter().any(|case| case.verdict == Some(verdict)))?;
    let farthest = |a: &&Case, b: &&Case| a.reach(relation).total_cmp(&b.reach(relation));
    let decisive = cases.iter().filter(|case| case.verdict == Some(verdict)).max_by(farthest)?.clone();
    Some(Finding { verdict, decisive, cases, trials })
}

/// A limit needs at least this many scales.
pub(super) const SCALES: usize = 3;

/// Every error is surely smaller than the one before, and the last within the margin.
fn tendency(cases: &[Case]) -> Verdict {
    let shrinks = cases.windows(2).all(|pair| match pair {
        [before, after] => before.error().1 > after.error().0,
        _ => false,
    });
    match cases.last() {
        Some(last) if shrinks && cases.len() >= SCALES => last.equivalence(Relation::Tends),
        _ => Verdict::Fails,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(low: f64, high: f64) -> Measured {
        Measured { value: 0.5 * (low + high), low, high, trials: 1 }
    }

    fn judged(relation: Relation, outside: &[usize], predicted: f64, intervals: &[(f64, f64)]) -> Finding {
        let compared = intervals
            .iter()
            .enumerate()
            .map(|(i, &(low, high))| (i.to_string(), number(low, high), predicted));
        judge(relation, 0.1, outside, compared, 1).unwrap()
    }

    fn of(relation: Relation, predicted: f64, low: f64, high: f64) -> Verdict {
        judged(relation, &[], predicted, &[(low, high)]).verdict
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
    fn the_worst_number_decides() {
        let found = judged(Relation::Equal, &[], 1.0, &[(0.99, 1.01), (1.29, 1.31), (1.0, 1.05)]);
        assert_eq!((found.verdict, found.decisive.place.as_str()), (Verdict::Fails, "1"));
        assert_eq!(found.places(Verdict::Holds).collect::<Vec<_>>(), ["0", "2"]);
    }

    #[test]
    fn the_errors_of_a_limit_surely_shrink_from_scale_to_scale() {
        let tends = |intervals: &[(f64, f64)]| judged(Relation::Tends, &[], 1.0, intervals).verdict;
        assert_eq!(tends(&[(1.5, 1.6), (1.2, 1.3), (0.95, 1.05)]), Verdict::Holds);
        assert_eq!(tends(&[(1.5, 1.6), (0.7, 0.8), (1.02, 1.08)]), Verdict::HoldsWithinMargin);
        assert_eq!(tends(&[(1.2, 1.3), (1.5, 1.6), (0.95, 1.05)]), Verdict::Fails, "it grows at first");
        assert_eq!(tends(&[(1.5, 1.6), (1.08, 1.2), (0.95, 1.09)]), Verdict::Fails, "it may have grown");
        assert_eq!(tends(&[(1.5, 1.6), (0.95, 1.05)]), Verdict::Fails, "two scales are no trend");
        assert_eq!(tends(&[(1.9, 2.0), (1.5, 1.6), (1.2, 1.3)]), Verdict::Fails, "it ends too far away");
    }

    #[test]
    fn what_is_known_to_be_false_must_be_refuted_there_and_hold_elsewhere() {
        let (near, far) = ((0.99, 1.01), (1.29, 1.31));
        let found = |outside: &[usize]| judged(Relation::Equal, outside, 1.0, &[near, far]);
        assert_eq!(found(&[1]).verdict, Verdict::OutsideItsDomain);
        assert_eq!(found(&[1]).places(Verdict::OutsideItsDomain).collect::<Vec<_>>(), ["1"]);
        assert_eq!(found(&[0, 1]).verdict, Verdict::Fails, "it holds at the first");
        assert_eq!(found(&[0]).verdict, Verdict::Fails);
    }
}

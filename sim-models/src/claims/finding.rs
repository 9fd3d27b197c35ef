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
    /// Their quotient with it tends to 1 in the same sense.
    RelativelyTends,
    /// They do not exceed it.
    AtMost,
    /// They are no less.
    AtLeast,
}

impl Relation {
    /// Whether it is about a trend over several scales, which is judged as a whole.
    pub fn is_limit(self) -> bool {
        matches!(self, Self::Tends | Self::RelativelyTends)
    }

    /// Whether only one side counts.
    pub fn is_inequality(self) -> bool {
        matches!(self, Self::AtMost | Self::AtLeast)
    }
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
    /// Effect size: what was measured minus what was predicted; as a share of the prediction for a quotient that tends to 1.
    pub effect: f64,
    /// Lower end of the effect's interval.
    pub low: f64,
    /// Upper end of the effect's interval.
    pub high: f64,
    /// The margin, in the unit of the effect.
    pub margin: f64,
    /// Whether more trials would make the interval narrower: it is not that of a search, or of the steps of a grid.
    pub sampled: bool,
}

impl Case {
    fn new(relation: Relation, margin: f64, place: String, measured: &Measured, predicted: f64) -> Self {
        let margin = if relation == Relation::RelativelyEqual { margin * predicted.abs() } else { margin };
        let unit = if relation == Relation::RelativelyTends { predicted } else { 1.0 };
        Self {
            place,
            verdict: None,
            predicted,
            effect: (measured.value - predicted) / unit,
            low: (measured.low - predicted) / unit,
            high: (measured.high - predicted) / unit,
            margin,
            sampled: measured.sampled,
        }
    }

    /// Half the width of the interval, in margins.
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low) / self.margin
    }

    /// How far the interval reaches on the sides that count, in margins.
    fn reach(&self, relation: Relation) -> f64 {
        let reach = match relation {
            Relation::AtMost => self.high,
            Relation::AtLeast => -self.low,
            _ => self.high.max(-self.low),
        };
        // What is not a number reaches beyond everything.
        if reach.is_nan() { f64::INFINITY } else { reach / self.margin }
    }

    /// What its own interval says: two one-sided tests, or one where only one side counts.
    fn equivalence(&self, relation: Relation) -> Verdict {
        let reach = self.reach(relation);
        let meets = match relation {
            relation if relation.is_inequality() => reach <= 0.0,
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
    /// The widest interval of those that matter for the verdict where the claim should hold, as half its width in margins; nothing if
    /// one of them is none of sampling.
    #[serde(skip)]
    widest: Option<f64>,
}

impl Finding {
    /// Trials at which no interval is wider than half the margin on either side: then a true claim fails with no greater probability
    /// than a false one holds. Nothing where the width of an interval is that of a search or of a grid's steps, which more trials do
    /// not change.
    pub fn trials_needed(&self) -> Option<f64> {
        let ratio = 2.0 * self.widest?;
        Some(self.trials as f64 * ratio * ratio)
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
    if relation.is_limit() {
        let decisive = cases.last()?.clone();
        let widest = widest(std::iter::once(&decisive));
        return Some(Finding { verdict: tendency(&cases), decisive, cases, trials, widest });
    }
    let inside = cases.iter().enumerate().filter(|(index, _)| !outside.contains(index));
    let widest = widest(inside.map(|(_, case)| case));
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
    Some(Finding { verdict, decisive, cases, trials, widest })
}

/// Half the width, in margins, of the widest of these intervals; nothing if one is none of sampling.
fn widest<'a>(cases: impl Iterator<Item = &'a Case>) -> Option<f64> {
    let widths = cases.map(|case| case.sampled.then(|| case.half_width()));
    widths.collect::<Option<Vec<_>>>()?.into_iter().reduce(f64::max)
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
        Measured { value: 0.5 * (low + high), low, high, trials: 1, sampled: true }
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
    fn a_quotient_that_tends_to_one_is_judged_as_a_share() {
        let near = |shares: [f64; 3]| {
            let predicted = [4.0, 2.0, 1.0];
            let compared = shares.iter().zip(predicted).map(|(share, p)| {
                (String::new(), number(p * (1.0 + share - 0.01), p * (1.0 + share + 0.01)), p)
            });
            judge(Relation::RelativelyTends, 0.1, &[], compared, 1).unwrap()
        };
        assert_eq!(near([-0.4, -0.2, -0.05]).verdict, Verdict::HoldsWithinMargin);
        assert!((near([-0.4, -0.2, -0.05]).cases[0].effect + 0.4).abs() < 1e-12);
        // These errors shrink, too, but only because what they are errors of does.
        assert_eq!(near([-0.05, -0.07, -0.09]).verdict, Verdict::Fails);
    }

    #[test]
    fn the_trials_needed_are_those_of_the_widest_interval_where_the_claim_should_hold() {
        let needed = |outside: &[usize], intervals: &[(f64, f64)]| {
            judged(Relation::Equal, outside, 1.0, intervals).trials_needed()
        };
        // A half-width of half the margin, 0.05, needs as many trials as there were.
        let close = |needed: Option<f64>, expected: f64| (needed.unwrap() - expected).abs() < 1e-9;
        assert!(close(needed(&[], &[(0.99, 1.01), (0.95, 1.05)]), 1.0));
        assert!(
            close(needed(&[1], &[(0.95, 1.05), (2.0, 3.0)]), 1.0),
            "where it is false nothing is to be shown"
        );
        let found = Measured { sampled: false, ..number(0.95, 1.05) };
        let cases = [number(0.95, 1.05), found].map(|measured| (String::new(), measured, 1.0));
        assert_eq!(judge(Relation::Equal, 0.1, &[], cases.into_iter(), 1).unwrap().trials_needed(), None);
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

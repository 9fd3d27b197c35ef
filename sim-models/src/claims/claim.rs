//! A claim: what is said, what is predicted, what is measured.

use std::fmt::Display;

use sim_core::monte_carlo::Control;

use super::finding::{Finding, Relation, judge};
use super::measured::{Measured, NotMeasured};
use super::sampler::{Effort, Sampler};

type Predict = Box<dyn Fn() -> Vec<f64> + Send + Sync>;
type Measure = Box<dyn Fn(&mut Sampler) -> Result<Vec<Measured>, NotMeasured> + Send + Sync>;

/// Where a claim is known to be false.
struct Outside {
    why: &'static str,
    /// Indices of its numbers.
    numbers: Vec<usize>,
    /// What is true of them.
    truth: Predict,
}

/// One claim of the theory.
pub struct Claim {
    id: String,
    group: &'static str,
    sentence: &'static str,
    source: &'static str,
    relation: Relation,
    margin: f64,
    slack: f64,
    /// From which side a limit is approached, or on which side of an approximate prediction the truth is: -1 below, 1 above.
    approach: f64,
    places: Vec<String>,
    outside: Option<Outside>,
    /// Whether its margin is the same at every effort.
    own_margin: bool,
    /// A wrong prediction that is not wrong by a number.
    opposite: Option<Predict>,
    predict: Predict,
    measure: Measure,
}

impl Claim {
    fn new(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        relation: Relation,
        margin: f64,
    ) -> Self {
        Self {
            id: id.into(),
            group: "",
            sentence,
            source,
            relation,
            margin,
            slack: 0.0,
            approach: -1.0,
            places: Vec::new(),
            outside: None,
            own_margin: false,
            opposite: None,
            predict: Box::new(Vec::new),
            measure: Box::new(|_| Ok(Vec::new())),
        }
    }

    /// A claim that measured numbers equal predicted ones, up to `margin` in their unit.
    pub(super) fn equality(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::Equal, margin)
    }

    /// A claim of equality whose margin is a share of the predicted number.
    pub(super) fn relative_equality(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::RelativelyEqual, margin)
    }

    /// A claim that measured numbers, from scale to scale, tend to predicted ones: errors surely shrink, and the last is within the
    /// margin.
    pub(super) fn limit(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::Tends, margin)
    }

    /// A claim that the quotient of measured and predicted numbers tends to 1 in this sense, although both may vanish.
    pub(super) fn relative_limit(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::RelativelyTends, margin)
    }

    /// A claim that measured numbers do not exceed predicted ones by more than `margin`.
    pub(super) fn at_most(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::AtMost, margin)
    }

    /// A claim that measured numbers are less than predicted ones by no more than `margin`.
    pub(super) fn at_least(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self::new(id, sentence, source, Relation::AtLeast, margin)
    }

    /// How far the truth keeps from an inequality's bound at the nearest place: an error in the bound is noticed from here on.
    #[must_use]
    pub(super) fn with_slack(self, slack: f64) -> Self {
        Self { slack, ..self }
    }

    /// A limit that is approached from above, or a prediction that is known to be somewhat below the truth.
    #[must_use]
    pub(super) fn approached_from_above(self) -> Self {
        Self { approach: 1.0, ..self }
    }

    /// Where its numbers are measured, if there are several.
    #[must_use]
    pub(super) fn over(self, what: &str, values: impl IntoIterator<Item = impl Display>) -> Self {
        let places = values.into_iter().map(|value| format!("{what} {value}").trim().to_owned()).collect();
        Self { places, ..self }
    }

    /// What the theory says: one number per measured one.
    #[must_use]
    pub(super) fn predicting(self, predict: impl Fn() -> Vec<f64> + Send + Sync + 'static) -> Self {
        Self { predict: Box::new(predict), ..self }
    }

    /// What a simulation says.
    #[must_use]
    pub(super) fn measuring(
        self,
        measure: impl Fn(&mut Sampler) -> Result<Vec<Measured>, NotMeasured> + Send + Sync + 'static,
    ) -> Self {
        Self { measure: Box::new(measure), ..self }
    }

    /// The claim is known to be false for some of its numbers: why, which, and what is true of them instead.
    #[must_use]
    pub(super) fn false_where(
        self,
        why: &'static str,
        numbers: impl Into<Vec<usize>>,
        truth: impl Fn() -> Vec<f64> + Send + Sync + 'static,
    ) -> Self {
        Self { outside: Some(Outside { why, numbers: numbers.into(), truth: Box::new(truth) }), ..self }
    }

    /// The sentence names the margin: it is the same at any effort.
    #[must_use]
    pub(super) fn with_own_margin(self) -> Self {
        Self { own_margin: true, ..self }
    }

    /// What the contrary would predict: the error that must turn the verdict where numbers stand for something else, such as a sign.
    #[must_use]
    pub(super) fn contrary_to(self, opposite: impl Fn() -> Vec<f64> + Send + Sync + 'static) -> Self {
        Self { opposite: Some(Box::new(opposite)), ..self }
    }

    pub(super) fn in_group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// Its name, in kebab-case.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The group it belongs to.
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// What is claimed.
    pub fn sentence(&self) -> &'static str {
        self.sentence
    }

    /// Who claims it, or from where it follows; section numbers are those of the specification.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// How measured and predicted numbers relate.
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// By how much they may miss it: in their unit, or a share of the prediction if [`Relation::RelativelyEqual`].
    pub fn margin(&self, effort: Effort) -> f64 {
        self.margin * self.coarser(effort)
    }

    /// By which factor intervals may be wider. A claim that is false somewhere must be refuted there by its own margin, whatever the
    /// effort, and one whose sentence names the margin is another claim with another one.
    fn coarser(&self, effort: Effort) -> f64 {
        if self.outside.is_some() || self.own_margin { 1.0 } else { effort.margin_factor() }
    }

    /// Where its numbers are measured, such as `depth 3`; empty if there is one number.
    pub fn places(&self) -> &[String] {
        &self.places
    }

    /// Why it is false in a part of its domain, if it is.
    pub fn known_false(&self) -> Option<&'static str> {
        self.outside.as_ref().map(|outside| outside.why)
    }

    /// What the theory predicts.
    pub fn predictions(&self) -> Vec<f64> {
        (self.predict)()
    }

    /// Indices of the numbers where it should hold.
    fn inside(&self, numbers: usize) -> Vec<usize> {
        let outside = self.outside.as_ref().map_or(&[][..], |outside| &outside.numbers);
        (0..numbers).filter(|number| !outside.contains(number)).collect()
    }

    /// Wrong predictions, each of which must turn the verdict, with what is wrong about them.
    ///
    /// Where the claim should hold, the error is a quarter of the margin more than the margin, and for an inequality beyond the slack
    /// of its bound: at all places together, and for an equality at each alone. Where it is known to be false, the error is to predict
    /// what is true. Of a sign, it is the opposite.
    pub fn planted(&self, effort: Effort) -> Vec<(String, Vec<f64>)> {
        let right = self.predictions();
        if let Some(opposite) = &self.opposite {
            return vec![("the contrary".to_owned(), opposite())];
        }
        let wrong_at = |numbers: &[usize]| {
            let mut wrong = right.clone();
            for &number in numbers {
                if let Some(value) = wrong.get_mut(number) {
                    *value = self.wrong(*value, effort);
                }
            }
            wrong
        };
        let inside = self.inside(right.len());
        let mut planted = vec![("all places".to_owned(), wrong_at(&inside))];
        if matches!(self.relation, Relation::Equal | Relation::RelativelyEqual) {
            planted.extend(inside.iter().map(|&number| (format!("number {number}"), wrong_at(&[number]))));
        }
        if let Some(outside) = &self.outside {
            let truths = (outside.truth)();
            planted.extend(outside.numbers.iter().zip(&truths).map(|(&number, &truth)| {
                let mut wrong = right.clone();
                if let Some(value) = wrong.get_mut(number) {
                    *value = truth;
                }
                (format!("the truth as number {number}"), wrong)
            }));
        }
        planted
    }

    /// A prediction with an error of a quarter of the margin more than the margin, where that counts.
    fn wrong(&self, value: f64, effort: Effort) -> f64 {
        let error = 1.25 * self.margin(effort);
        match self.relation {
            Relation::AtMost => value - self.slack - error,
            Relation::AtLeast => value + self.slack + error,
            // A wrong prediction on the side of the truth would be nearer, such as a limit on the side from which it is approached.
            Relation::Equal | Relation::Tends => value - self.approach * error,
            Relation::RelativelyEqual | Relation::RelativelyTends => value * (1.0 - self.approach * error),
        }
    }

    /// Measures and compares with `predictions`. The draws depend on `seed` and the claim's id alone.
    ///
    /// # Errors
    /// What the measurement needs cannot be built: a mistake in the claim.
    pub fn check(
        &self,
        predictions: &[f64],
        effort: Effort,
        seed: u64,
        control: &Control,
    ) -> Result<Finding, NotMeasured> {
        self.compare(&self.measure(effort, seed, control)?, predictions)
    }

    /// Measures only, for several predictions to be compared with the same numbers.
    ///
    /// # Errors
    /// As [`Claim::check`].
    pub fn measure(&self, effort: Effort, seed: u64, control: &Control) -> Result<Measurement, NotMeasured> {
        let margin = self.margin(effort);
        let mut sampler = Sampler::new(seed, &self.id, margin, self.coarser(effort), control);
        let numbers = (self.measure)(&mut sampler)?;
        sampler.within_share()?;
        Ok(Measurement { numbers, trials: sampler.trials(), margin })
    }

    /// Compares what was measured with `predictions`.
    ///
    /// # Errors
    /// There are more or fewer predictions than measured numbers.
    pub fn compare(&self, measurement: &Measurement, predictions: &[f64]) -> Result<Finding, NotMeasured> {
        let Measurement { numbers, trials, margin } = measurement;
        let unpaired = NotMeasured::Unpaired { measured: numbers.len(), predicted: predictions.len() };
        if numbers.len() != predictions.len() {
            return Err(unpaired);
        }
        let place = |index: usize| self.places.get(index).cloned().unwrap_or_default();
        let compared = numbers.iter().zip(predictions).enumerate();
        let compared = compared.map(|(index, (&number, &predicted))| (place(index), number, predicted));
        let outside = self.outside.as_ref().map_or(&[][..], |outside| &outside.numbers);
        judge(self.relation, *margin, outside, compared, *trials).ok_or(unpaired)
    }
}

/// What a claim's simulation found.
#[derive(Clone, Debug)]
pub struct Measurement {
    numbers: Vec<Measured>,
    trials: u64,
    margin: f64,
}

//! A claim: what is said, what is predicted, what is measured.

use sim_core::monte_carlo::Control;

use super::finding::{Finding, Relation, judge};
use super::measured::{Measured, NotMeasured};
use super::sampler::{Effort, Sampler};

type Predict = Box<dyn Fn() -> Vec<f64> + Send + Sync>;
type Measure = Box<dyn Fn(&mut Sampler) -> Result<Vec<Measured>, NotMeasured> + Send + Sync>;

/// One claim of the theory.
pub struct Claim {
    id: String,
    group: &'static str,
    sentence: &'static str,
    source: &'static str,
    relation: Relation,
    margin: f64,
    planted: f64,
    false_where: Option<&'static str>,
    predict: Predict,
    measure: Measure,
}

impl Claim {
    fn new(id: impl Into<String>, sentence: &'static str, source: &'static str, relation: Relation) -> Self {
        Self {
            id: id.into(),
            group: "",
            sentence,
            source,
            relation,
            margin: 0.0,
            planted: f64::NAN,
            false_where: None,
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
        Self { margin, planted: 1.25 * margin, ..Self::new(id, sentence, source, Relation::Equal) }
    }

    /// A claim of equality whose margin is a share of the predicted number.
    pub(super) fn relative_equality(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self { relation: Relation::RelativelyEqual, ..Self::equality(id, sentence, source, margin) }
    }

    /// A claim that measured numbers, one after the other, tend to predicted ones: errors shrink, and the last is within the margin.
    pub(super) fn limit(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
    ) -> Self {
        Self { relation: Relation::Tends, ..Self::equality(id, sentence, source, margin) }
    }

    /// A claim that measured numbers do not exceed predicted ones. A prediction wrong by `planted` would be noticed.
    pub(super) fn at_most(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
        planted: f64,
    ) -> Self {
        Self { margin, planted: -planted, ..Self::new(id, sentence, source, Relation::AtMost) }
    }

    /// A claim that measured numbers are no less than predicted ones. A prediction wrong by `planted` would be noticed.
    pub(super) fn at_least(
        id: impl Into<String>,
        sentence: &'static str,
        source: &'static str,
        margin: f64,
        planted: f64,
    ) -> Self {
        Self { margin, planted, ..Self::new(id, sentence, source, Relation::AtLeast) }
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

    /// The claim is used outside of its domain here, and known to be false: where. The planted error is one that makes it true.
    #[must_use]
    pub(super) fn false_where(self, place: &'static str, planted: f64) -> Self {
        Self { false_where: Some(place), planted, ..self }
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
        self.margin * effort.margin_factor()
    }

    /// Where it is known to be false, if it is used there.
    pub fn known_false(&self) -> Option<&'static str> {
        self.false_where
    }

    /// What the theory predicts.
    pub fn predictions(&self) -> Vec<f64> {
        (self.predict)()
    }

    /// Predictions with an error that must turn the verdict. Each claim states its own; for an equality it is a quarter more than the
    /// margin.
    pub fn planted(&self, effort: Effort) -> Vec<f64> {
        let scale = match self.relation {
            Relation::Equal | Relation::RelativelyEqual | Relation::Tends if self.false_where.is_none() => {
                effort.margin_factor()
            }
            _ => 1.0,
        };
        let shift = |value: f64| match self.relation {
            Relation::RelativelyEqual => value * (1.0 + self.planted * scale),
            _ => value + self.planted * scale,
        };
        self.predictions().into_iter().map(shift).collect()
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
        let mut sampler = Sampler::new(seed, &self.id, self.margin(effort), effort, control);
        let numbers = (self.measure)(&mut sampler)?;
        sampler.within_share()?;
        Ok(Measurement { numbers, trials: sampler.trials(), effort })
    }

    /// Compares what was measured with `predictions`.
    ///
    /// # Errors
    /// There are more or fewer predictions than measured numbers.
    pub fn compare(&self, measurement: &Measurement, predictions: &[f64]) -> Result<Finding, NotMeasured> {
        let Measurement { numbers, trials, effort } = measurement;
        if numbers.is_empty() || numbers.len() != predictions.len() {
            return Err(NotMeasured::Unpaired { measured: numbers.len(), predicted: predictions.len() });
        }
        let finding = judge(self.relation, self.margin(*effort), numbers, predictions);
        Ok(Finding { trials: *trials, ..finding.known_false(self.false_where.is_some()) })
    }
}

/// What a claim's simulation found.
#[derive(Clone, Debug)]
pub struct Measurement {
    numbers: Vec<Measured>,
    trials: u64,
    effort: Effort,
}

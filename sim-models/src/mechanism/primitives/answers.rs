//! Answers to one question, right or wrong in one of several ways (mechanisms B0.2 b and d).

use sim_core::random::Stream;

use crate::registry::{Form, ParameterError, integer, real};
use crate::theory::dependence::beta_binomial;
use crate::theory::quadrature::focused;

/// The law of the answers that agents of one group give to a question.
///
/// Whether they are right is beta-binomial: the accuracy on this question is drawn from a Beta law with mean `accuracy`, so that two
/// answers have the pairwise correlation `correlation`. Wrong answers fall on `wrong_answers` values with probabilities in proportion to
/// `j^-concentration`, the same values for all: agents that are wrong may agree.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerLaw {
    accuracy: f64,
    correlation: f64,
    /// Probability of each wrong answer, given that the answer is wrong.
    wrong: Vec<f64>,
}

impl AnswerLaw {
    /// A law; `accuracy` and `correlation` lie in [0, 1], and there is at least one wrong answer.
    pub fn new(accuracy: f64, correlation: f64, wrong_answers: u32, concentration: f64) -> Self {
        let weight = |j: u32| libm::pow(f64::from(j), -concentration);
        let total: f64 = (1..=wrong_answers.max(1)).map(weight).sum();
        let wrong = (1..=wrong_answers.max(1)).map(|j| weight(j) / total).collect();
        Self { accuracy, correlation, wrong }
    }

    /// Asks for the law: `accuracy`, `correlation`, `wrong_answers`, `concentration`.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read(form: &mut Form, accuracy: f64) -> Result<Self, ParameterError> {
        let accuracy =
            real("accuracy", accuracy).between(0.0, 1.0).help("probability that an answer is right");
        let correlation = real("correlation", 0.0)
            .between(0.0, 1.0)
            .help("pairwise correlation of being right on one question, beta-binomial");
        let wrong = integer("wrong_answers", 1)
            .between(1, MOST_WRONG_ANSWERS)
            .help("different wrong answers, the same for all");
        let concentration = real("concentration", 0.0)
            .between(0.0, 10.0)
            .help("Zipf exponent of the wrong answers; 0: all are equally likely");
        Ok(Self::new(
            form.read(accuracy)?,
            form.read(correlation)?,
            form.read(wrong)?,
            form.read(concentration)?,
        ))
    }

    /// Probability that one answer is right.
    pub fn accuracy(&self) -> f64 {
        self.accuracy
    }

    /// Pairwise correlation of being right.
    pub fn correlation(&self) -> f64 {
        self.correlation
    }

    /// Probability of each wrong answer, given that the answer is wrong.
    pub fn wrong(&self) -> &[f64] {
        &self.wrong
    }

    /// Probability that the next answer is right after `right` of `given` were: the urn of Polya.
    #[inline]
    pub fn next_is_right(&self, right: u32, given: u32) -> f64 {
        if given == 0 || self.correlation == 0.0 {
            return self.accuracy;
        }
        let t = (1.0 - self.correlation) / self.correlation;
        (self.accuracy * t + f64::from(right)) / (t + f64::from(given))
    }

    /// Probability of `k = 0, ..., n` right answers among `n`.
    pub fn count_law(&self, n: u32) -> Vec<f64> {
        beta_binomial::law(n, 2.0 * self.accuracy - 1.0, self.correlation)
    }

    /// Probability that `k` wrong answers are all the same one.
    pub fn same_wrong(&self, k: u32) -> f64 {
        self.wrong.iter().map(|&q| crate::theory::numeric::power(q, k)).sum()
    }

    /// Mean of a bounded function over the accuracies of questions, on each of which answers are independent.
    ///
    /// The accuracy is Beta with parameters `a = p t` and `b = (1-p) t`, `t = (1-rho)/rho`; in `x = ln(p/(1-p))` the density times
    /// `dp/dx` is `p^a (1-p)^b` up to a factor, analytic and falling at both ends.
    pub fn mean_over_accuracies(&self, of: impl Fn(f64) -> f64) -> f64 {
        let p = self.accuracy;
        if self.correlation == 0.0 || p == 0.0 || p == 1.0 {
            return of(p);
        }
        let t = (1.0 - self.correlation) / self.correlation;
        let (a, b) = (p * t, (1.0 - p) * t);
        if a.min(b) < LEAST_SHAPE {
            return (1.0 - p) * of(0.0) + p * of(1.0);
        }
        let logarithm = |x: f64| -a * softplus(-x) - b * softplus(x);
        let mode = libm::log(p / (1.0 - p));
        // Tails fall like e^(a x) and e^(-b x), near the mode like a normal law of variance 1/a + 1/b.
        let near = 10.0 * libm::sqrt(1.0 / a + 1.0 / b);
        let (low, high) = (mode - near - NEGLIGIBLE / a, mode + near + NEGLIGIBLE / b);
        let top = logarithm(mode);
        // Functions of interest change where right and wrong are level, the density about its mode.
        let foci = [(mode, (0.1 * near).min(1.0)), (0.0, 0.1)];
        let mut sums = [0.0; 2];
        for (x, weight) in focused(low, high, &foci, STEP) {
            let density = weight * libm::exp(logarithm(x) - top);
            sums[0] += density;
            sums[1] += density * of(libm::exp(-softplus(-x)));
        }
        sums[1] / sums[0]
    }

    /// Answers to one question.
    pub fn answers(&self) -> Answers<'_> {
        Answers { law: self, right: 0, given: 0 }
    }
}

/// Logarithm of the density, below its top, from which on it is neglected.
const NEGLIGIBLE: f64 = 40.0;
/// Step of the rule, a tenth of the width of a focus.
const STEP: f64 = 0.1;
/// Parameter of the Beta law below which accuracies are 0 or 1: the rest has a probability of this order.
const LEAST_SHAPE: f64 = 1e-9;

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// Most different wrong answers.
pub const MOST_WRONG_ANSWERS: u32 = 32;

/// Answers to one question, drawn one after the other. An answer is a number: 0 is right, `j` the wrong one `j`.
#[derive(Clone, Debug)]
pub struct Answers<'a> {
    law: &'a AnswerLaw,
    right: u32,
    given: u32,
}

impl Answers<'_> {
    /// The next answer.
    #[inline]
    pub fn next(&mut self, draws: &mut Stream) -> usize {
        let right = draws.uniform() < self.law.next_is_right(self.right, self.given);
        self.given += 1;
        if right {
            self.right += 1;
            return 0;
        }
        let last = self.law.wrong.len();
        if last == 1 {
            return 1;
        }
        let mut left = draws.uniform();
        let found = self.law.wrong.iter().position(|&q| {
            left -= q;
            left < 0.0
        });
        found.map_or(last, |j| j + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::estimate::{Mean, Proportion};
    use sim_core::random::{Address, Family, Purpose, Streams};

    /// The golden numbers of mechanisms B0.2: majority of 5 at accuracy 0.7, from the law to the digits shown and from 10^5 draws within
    /// 5 standard errors (false-alarm rate 3e-6 for all five).
    #[test]
    fn majorities_of_an_urn() {
        for (rho, majority) in
            [(0.0, 0.83692), (0.1, 0.79398), (0.2, 0.76486), (0.5, 0.71864), (0.9, 0.70056)]
        {
            let law = AnswerLaw::new(0.7, rho, 1, 0.0);
            assert!((law.count_law(5)[3..].iter().sum::<f64>() - majority).abs() < 5e-6, "{rho}");
            let mut draws = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
            let mut found = Proportion::default();
            for _ in 0..100_000 {
                let mut answers = law.answers();
                found.record((0..5).filter(|_| answers.next(&mut draws) == 0).count() >= 3);
            }
            let error = (majority * (1.0 - majority) / 1e5f64).sqrt();
            assert!((found.value() - majority).abs() < 5.0 * error, "{rho}: {}", found.value());
        }
    }

    /// Two wrong answers agree with probability sum of q^2; the correlation of being right is the parameter. 10^5 pairs within 5 standard
    /// errors (false-alarm rate 1.2e-6 for both).
    #[test]
    fn wrong_answers_agree_as_their_law_says() {
        let law = AnswerLaw::new(0.4, 0.3, 3, 1.0);
        // Weights 1, 1/2, 1/3: shares 6/11, 3/11, 2/11.
        assert!((law.same_wrong(2) - 49.0 / 121.0).abs() < 1e-15);
        let mut draws = Streams::new(2, Purpose::World, Family::common()).open(Address::trial(0));
        let (mut same, mut product) = (Proportion::default(), Mean::default());
        for _ in 0..100_000 {
            let mut answers = law.answers();
            let (a, b) = (answers.next(&mut draws), answers.next(&mut draws));
            let score = |answer: usize| if answer == 0 { 0.6 } else { -0.4 };
            product.record(score(a) * score(b) / 0.24);
            if a != 0 && b != 0 {
                same.record(a == b);
            }
        }
        let error = (0.405 * 0.595 / same.trials() as f64).sqrt();
        assert!((same.value() - 49.0 / 121.0).abs() < 5.0 * error);
        assert!((product.value() - 0.3).abs() < 5.0 * product.standard_error());
    }
}

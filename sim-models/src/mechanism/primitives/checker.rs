//! A checker that accepts right answers, mostly, and wrong ones, sometimes (mechanisms B0.7).

use crate::registry::{Form, ParameterError, real};

/// How often a checker accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checker {
    /// Probability that a right answer is accepted.
    pub true_positive: f64,
    /// Probability that a wrong answer is accepted.
    pub false_positive: f64,
}

impl Checker {
    /// Asks for the checker: `true_positive`, `false_positive`, and `label_noise`, which is worked into both.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let right =
            probability("true_positive", 0.95, "probability that the checker accepts a right answer")?;
        let wrong =
            probability("false_positive", 0.05, "probability that the checker accepts a wrong answer")?;
        let noise =
            probability("label_noise", 0.0, "probability that the checker's verdict is turned around")?;
        Ok(Self { true_positive: right, false_positive: wrong }.noisy(noise))
    }

    /// The checker whose verdict is turned around with probability `noise`.
    #[must_use]
    pub fn noisy(self, noise: f64) -> Self {
        let flipped = |accepts: f64| accepts * (1.0 - noise) + (1.0 - accepts) * noise;
        Self { true_positive: flipped(self.true_positive), false_positive: flipped(self.false_positive) }
    }

    /// Probability that an answer is accepted which is right with probability `accuracy`.
    pub fn accepts(&self, accuracy: f64) -> f64 {
        accuracy * self.true_positive + (1.0 - accuracy) * self.false_positive
    }

    /// Probability that an accepted answer is right; NaN where none is accepted.
    pub fn right_if_accepted(&self, accuracy: f64) -> f64 {
        accuracy * self.true_positive / self.accepts(accuracy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The golden numbers of mechanisms B0.7.
    #[test]
    fn retries_until_accepted() {
        let checker = Checker { true_positive: 0.95, false_positive: 0.05 };
        assert!((checker.right_if_accepted(0.4) - 0.926829).abs() < 5e-7);
        assert!((1.0 / checker.accepts(0.4) - 2.439024).abs() < 5e-7);
        assert!((1.0 / (0.4 * checker.true_positive) - 2.631579).abs() < 5e-7);
        let coin = checker.noisy(0.5);
        assert!((coin.true_positive - 0.5).abs() < 1e-15 && (coin.false_positive - 0.5).abs() < 1e-15);
    }
}

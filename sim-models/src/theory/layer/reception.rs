//! What one node makes of votes that are independent given a conditional bias: channel noise, losses it
//! can see, and the majority of what arrived.

use crate::theory::dependence::binomial;
use crate::theory::majority::{majority, majority_gain, majority_slope};
use crate::theory::numeric::one_minus_square_to;

/// The reception of `fan_in` votes, each shrunk by `fidelity` and lost with probability `lost`.
#[derive(Clone, Debug)]
pub(crate) struct Reception {
    fan_in: u32,
    fidelity: f64,
    lost: f64,
    arrivals: Option<Arrivals>,
}

/// Law of the number `R` of received votes; entry `j` belongs to the odd number `2j + 1`.
#[derive(Clone, Debug)]
struct Arrivals {
    /// `P(R >= 2j+1)`.
    at_least: Vec<f64>,
    /// `P(R = 2j+1 or 2j+2)`: a fair tie makes both decide like `2j + 1` votes.
    decided_by: Vec<f64>,
}

impl Reception {
    pub(crate) fn new(fan_in: u32, fidelity: f64, lost: f64) -> Self {
        let arrivals = (lost > 0.0).then(|| Arrivals::new(fan_in, lost));
        Self { fan_in, fidelity, lost, arrivals }
    }

    /// Bias of the decision when the votes were sent with conditional bias `sent`:
    /// `sum_R P(R) f_R(gamma sent)`, an odd function (spec 1.2; derived).
    pub(crate) fn bias(&self, sent: f64) -> f64 {
        let u = self.fidelity * sent;
        let Some(arrivals) = &self.arrivals else { return majority(self.fan_in, u) };
        // f_R(u) = u sum_j C(2j, j) ((1-u^2)/4)^j over 2j + 1 <= R, all terms positive.
        let w = (1.0 - u) * (1.0 + u);
        let (mut term, mut sum) = (1.0, 0.0);
        for (j, at_least) in (0_u32..).zip(&arrivals.at_least) {
            if j > 0 {
                term *= w * (2.0 * f64::from(j) - 1.0) / (2.0 * f64::from(j));
            }
            sum += term * at_least;
        }
        u * sum
    }

    /// Derivative of [`bias`](Self::bias) with respect to `sent`.
    pub(crate) fn slope(&self, sent: f64) -> f64 {
        let u = self.fidelity * sent;
        let Some(arrivals) = &self.arrivals else {
            return self.fidelity * majority_slope(self.fan_in, u);
        };
        let decided = (0_u32..).zip(&arrivals.decided_by);
        let sum: f64 =
            decided.map(|(j, mass)| mass * majority_gain(2 * j + 1) * one_minus_square_to(u, j)).sum();
        self.fidelity * sum
    }

    /// Bias of the decision given that exactly `k` of the sent votes are correct, `k = 0, ..., b`.
    ///
    /// One more correct vote changes the decision by `(1-e) gamma [2 P(S=0) + P(S=1) + P(S=-1)]`, `S` the
    /// sum of the other received votes; those probabilities come from the characteristic function of `S`,
    /// by a discrete Fourier sum that is exact because |S| < b (derived). O(b^2).
    pub(crate) fn given_correct(&self) -> Vec<f64> {
        let b = self.fan_in as usize;
        let mut bias = vec![0.0; b + 1];
        if self.lost == 0.0 && self.fidelity == 1.0 {
            for (k, bias) in bias.iter_mut().enumerate() {
                *bias = (2.0 * k as f64 - b as f64).clamp(-1.0, 1.0);
            }
            return bias;
        }
        // From the middle outward; the bias is odd about k = b/2.
        let steps = self.steps();
        let mut reached = 0.0;
        for (i, step) in steps.iter().enumerate() {
            let k = b / 2 + 1 + i;
            reached += if b % 2 == 1 && i == 0 { 0.5 * step } else { *step };
            bias[k] = reached;
            bias[b - k] = -reached;
        }
        bias
    }

    /// Changes of the decision from `k` to `k + 1` correct votes, for `k = b/2 rounded down, ..., b - 1`.
    fn steps(&self) -> Vec<f64> {
        let b = self.fan_in;
        let kept = 1.0 - self.lost;
        let points = b + 1;
        let first = b / 2;
        let mut steps = vec![0.0; (b - first) as usize];
        // Half the circle: the summand is even in the angle.
        for m in 0..=points / 2 {
            let angle = std::f64::consts::TAU * f64::from(m) / f64::from(points);
            let (cosine, sine) = (libm::cos(angle), libm::sin(angle));
            let (real, imaginary) = (self.lost + kept * cosine, kept * self.fidelity * sine);
            let modulus = libm::hypot(real, imaginary);
            let copies = if m == 0 || 2 * m == points { 1.0 } else { 2.0 };
            let weight = copies * (2.0 + 2.0 * cosine) * libm::pow(modulus, f64::from(b - 1));
            if weight < 1e-22 {
                continue;
            }
            // cos((2k - b + 1) phase) by rotation through twice the phase.
            let phase = libm::atan2(imaginary, real);
            let (turn_cos, turn_sin) = (libm::cos(2.0 * phase), libm::sin(2.0 * phase));
            let start = f64::from(2 * first + 1 - b) * phase;
            let (mut x, mut y) = (libm::cos(start), libm::sin(start));
            for step in &mut steps {
                *step += weight * x;
                (x, y) = (x * turn_cos - y * turn_sin, x * turn_sin + y * turn_cos);
            }
        }
        let scale = kept * self.fidelity / f64::from(points);
        steps.iter_mut().for_each(|step| *step *= scale);
        steps
    }
}

impl Arrivals {
    fn new(fan_in: u32, lost: f64) -> Self {
        let law = binomial::law(fan_in, 1.0 - 2.0 * lost);
        let mut decided_by: Vec<f64> = law[1..].chunks(2).map(|pair| pair.iter().sum()).collect();
        // The votes that are surely lost would only add zeros to every sum.
        while decided_by.last().is_some_and(|&mass| mass < 1e-300) {
            decided_by.pop();
        }
        let mut at_least = decided_by.clone();
        for j in (1..at_least.len()).rev() {
            at_least[j - 1] += at_least[j];
        }
        Self { at_least, decided_by }
    }
}

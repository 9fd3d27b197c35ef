//! One layer of a tree: how the bias of the children becomes the bias of their parent (spec 3.2).
//!
//! The map is exact at every depth, not asymptotic, because subtrees are independent given the truth and
//! the shared errors are drawn anew at every node.

mod reception;

use super::dependence::{Dependence, beta_binomial, copied_biases, gaussian::Factor, one_minus_root};
use super::numeric::{is_bias, is_fraction};
use reception::Reception;

/// Where the siblings' errors become dependent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sharing {
    /// The received votes are dependent (the paper's model).
    #[default]
    AfterChannel,
    /// The sent votes are dependent; the channels then err independently.
    BeforeChannel,
}

/// A layer of nodes that each take a majority over their children's messages; ties are fair.
///
/// Every field is public; a value outside its range makes every result NaN.
///
/// ```
/// use sim_models::theory::layer::{Layer, Sharing};
/// let layer = Layer::new(5, 0.1, 0.9);
/// assert!((layer.map(0.4) - 0.59305273344).abs() < 1e-14);
/// let before = Layer { sharing: Sharing::BeforeChannel, ..layer };
/// assert!((before.map(0.4) - 0.59696008344).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Children per node, `b >= 1`, odd or even.
    pub fan_in: u32,
    /// Channel fidelity `gamma` in [0, 1].
    pub fidelity: f64,
    /// Pairwise correlation `rho` of siblings' votes, in [0, 1].
    pub correlation: f64,
    /// The law of dependent votes with that correlation.
    pub dependence: Dependence,
    /// Where the dependence arises.
    pub sharing: Sharing,
    /// Probability `e` in [0, 1] that a message is lost.
    pub erasure: f64,
    /// Whether the node sees that a message is lost and votes over the others. If not, a lost message is
    /// a fair coin, and the fidelity is `(1-e) gamma`.
    pub detected: bool,
}

impl Layer {
    /// The paper's layer (b, rho, gamma): mixture after the channel, no erasure.
    pub const fn new(fan_in: u32, correlation: f64, fidelity: f64) -> Self {
        Self {
            fan_in,
            fidelity,
            correlation,
            dependence: Dependence::Mixture,
            sharing: Sharing::AfterChannel,
            erasure: 0.0,
            detected: false,
        }
    }

    /// Whether every field is in its range.
    pub fn is_valid(&self) -> bool {
        self.fan_in >= 1
            && is_fraction(self.fidelity)
            && is_fraction(self.correlation)
            && is_fraction(self.erasure)
    }

    /// The map `T(u)`: bias of a node whose children have bias `u` in [-1, 1], before the channel.
    ///
    /// `T(u) = rho gamma u + (1-rho) f_b(gamma u)` for the paper's layer (quoted, spec 3.2); the mean of
    /// the map for independent votes over the hidden bias in general (derived, spec 5).
    pub fn map(&self, u: f64) -> f64 {
        self.prepare().map(u)
    }

    /// The derivative `T'(u)`.
    pub fn slope(&self, u: f64) -> f64 {
        self.prepare().slope(u)
    }

    /// The small-signal gain `alpha = T'(0)`; `gamma [rho + (1-rho) f_b'(0)]` for the paper's layer.
    pub fn gain(&self) -> f64 {
        self.prepare().slope(0.0)
    }

    /// The variant in which the node's own vote passes the channel, `gamma f(u)` with `f` the layer
    /// without a channel: conjugate to the map, with the same gain and a fixed point `gamma` times as
    /// large (spec 3.2, derived). An erasure, seen or not, is then a lost decision.
    pub fn gate_map(&self, u: f64) -> f64 {
        let silent = Self { fidelity: 1.0, erasure: 0.0, ..*self };
        if self.is_valid() { (1.0 - self.erasure) * self.fidelity * silent.map(u) } else { f64::NAN }
    }

    /// The map with everything that does not depend on `u` computed once.
    pub fn prepare(&self) -> LayerMap {
        let valid = self.is_valid();
        let lost = if self.detected && valid { self.erasure } else { 0.0 };
        let kept = if self.detected { 1.0 } else { 1.0 - self.erasure };
        let (outer, inner) = match self.sharing {
            Sharing::AfterChannel => (self.fidelity * kept, 1.0),
            Sharing::BeforeChannel => (1.0, self.fidelity * kept),
        };
        let reception = Reception::new(if valid { self.fan_in } else { 0 }, inner, lost);
        let rho = self.correlation;
        let law = match self.dependence {
            _ if !valid => Law::Invalid,
            _ if rho == 0.0 => Law::Independent,
            // Fully correlated votes are all equal in each of the models.
            Dependence::Mixture => Law::Mixture,
            _ if rho == 1.0 => Law::Mixture,
            Dependence::Copying => Law::Copying,
            Dependence::BetaBinomial => Law::BetaBinomial(reception.given_correct()),
            Dependence::Gaussian => Law::Gaussian(Factor::from_sign_correlation(rho)),
        };
        LayerMap { fan_in: self.fan_in, correlation: rho, outer, reception, law }
    }
}

/// A [`Layer`] made ready for many evaluations.
#[derive(Clone, Debug)]
pub struct LayerMap {
    fan_in: u32,
    correlation: f64,
    /// Fidelity before the dependence.
    outer: f64,
    reception: Reception,
    law: Law,
}

#[derive(Clone, Debug)]
enum Law {
    Invalid,
    Independent,
    Mixture,
    Copying,
    /// With the bias of the decision for each number of correct votes.
    BetaBinomial(Vec<f64>),
    Gaussian(Factor),
}

impl LayerMap {
    /// `T(u)`; see [`Layer::map`].
    pub fn map(&self, u: f64) -> f64 {
        if !is_bias(u) {
            return f64::NAN;
        }
        let (v, rho) = (self.outer * u, self.correlation);
        let given = |hidden: f64| self.reception.bias(hidden);
        match &self.law {
            Law::Invalid => f64::NAN,
            Law::Independent => given(v),
            Law::Mixture => rho * v * given(1.0) + (1.0 - rho) * given(v),
            Law::Copying => {
                let (up, down) = copied_biases(v, rho);
                0.5 * (given(up) + given(down)) + 0.5 * v * (given(up) - given(down))
            }
            Law::BetaBinomial(decision) => {
                let differences = beta_binomial::differences(self.fan_in, v, rho);
                let upper = &decision[decision.len() - differences.len()..];
                differences.iter().zip(upper).map(|(mass, bias)| mass * bias).sum()
            }
            Law::Gaussian(factor) => factor.mean(f64::from(self.fan_in), v, given),
        }
    }

    /// `T'(u)`; see [`Layer::slope`].
    pub fn slope(&self, u: f64) -> f64 {
        if !is_bias(u) {
            return f64::NAN;
        }
        let (v, rho) = (self.outer * u, self.correlation);
        let (given, rate) = (|hidden| self.reception.bias(hidden), |hidden| self.reception.slope(hidden));
        let slope = match &self.law {
            Law::Invalid => f64::NAN,
            Law::Independent => rate(v),
            Law::Mixture => rho * given(1.0) + (1.0 - rho) * rate(v),
            Law::Copying => {
                let (up, down) = copied_biases(v, rho);
                let own = one_minus_root(rho);
                0.5 * own * ((1.0 + v) * rate(up) + (1.0 - v) * rate(down)) + 0.5 * (given(up) - given(down))
            }
            Law::BetaBinomial(decision) => {
                let rates = beta_binomial::slope(self.fan_in, v, rho);
                rates.iter().zip(decision).map(|(rate, bias)| rate * bias).sum()
            }
            Law::Gaussian(factor) => factor.mean_slope(f64::from(self.fan_in), v, given(1.0), rate),
        };
        self.outer * slope
    }

    /// The small-signal gain `alpha = T'(0)`.
    pub fn gain(&self) -> f64 {
        self.slope(0.0)
    }

    /// Whether `T` is proved concave on [0, 1] (spec 3.3): a sum of majority maps and a line.
    pub(crate) fn is_concave(&self) -> bool {
        matches!(self.law, Law::Independent | Law::Mixture)
    }

    /// Whether `T` is known not to be concave for some parameters: once the own votes outweigh the copied
    /// ones, many copying children decide right even against a wrong common draw.
    pub(crate) fn may_bend(&self) -> bool {
        matches!(self.law, Law::Copying)
    }
}

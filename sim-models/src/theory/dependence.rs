//! How the votes received at one node share their errors: four exchangeable laws with the same pairwise
//! correlation (spec 3.2 and 5).
//!
//! Each law is a mixture of independent votes: a hidden conditional bias `V` with mean `v` is drawn, then
//! every vote has bias `V` on its own. Hence the votes that remain when some are lost follow the same law,
//! the pairwise correlation is `Var(V)/(1 - v^2)`, and a node's map is the mean over `V` of the map for
//! independent votes. The pairwise correlation alone does not determine that map.

pub mod beta_binomial;
pub mod binomial;
pub mod gaussian;

use super::numeric::{is_bias, is_fraction};

/// The law of the votes received at one node, given their bias `v` and pairwise correlation `rho`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dependence {
    /// With probability `rho` all votes equal one draw, else they are independent: `V = +-1` or `V = v`
    /// (the paper's model).
    #[default]
    Mixture,
    /// Each vote copies a common draw with probability `c = sqrt(rho)`: `V = (1-c) v +- c` (spec 5, COPY).
    Copying,
    /// `(1+V)/2` follows Beta(p t, (1-p) t) with `p = (1+v)/2` and `t = (1-rho)/rho`, a Polya urn.
    BetaBinomial,
    /// Signs of Gaussian variables with one common factor; `rho` is the correlation of the signs at zero
    /// bias, so that the latent correlation is `r = sin(pi rho/2)` at every bias.
    Gaussian,
}

impl Dependence {
    /// The four laws.
    pub const ALL: [Self; 4] = [Self::Mixture, Self::Copying, Self::BetaBinomial, Self::Gaussian];

    /// Probability of `k = 0, ..., b` correct votes among `b` with bias `v` and correlation `rho`.
    ///
    /// NaN everywhere outside -1 <= v <= 1, 0 <= rho <= 1.
    ///
    /// ```
    /// use sim_models::theory::dependence::Dependence;
    /// let law = Dependence::Mixture.count_law(2, 0.2, 0.5);
    /// assert!((law[2] - (0.5 * 0.6 + 0.5 * 0.36)).abs() < 1e-15);
    /// ```
    pub fn count_law(self, b: u32, v: f64, rho: f64) -> Vec<f64> {
        let (p, q) = (0.5 * (1.0 + v), 0.5 * (1.0 - v));
        if !is_bias(v) || !is_fraction(rho) {
            return vec![f64::NAN; b as usize + 1];
        }
        match self {
            _ if rho == 0.0 => binomial::law(b, v),
            _ if rho == 1.0 => with_ends(vec![0.0; b as usize + 1], q, p),
            Self::Mixture => {
                let independent = binomial::law(b, v).into_iter().map(|mass| (1.0 - rho) * mass).collect();
                with_ends(independent, rho * q, rho * p)
            }
            Self::Copying => {
                let (up, down) = copied_biases(v, rho);
                let pairs = binomial::law(b, up).into_iter().zip(binomial::law(b, down));
                pairs.map(|(right, wrong)| p * right + q * wrong).collect()
            }
            Self::BetaBinomial => beta_binomial::law(b, v, rho),
            Self::Gaussian => gaussian::Factor::from_sign_correlation(rho).count_law(b, v),
        }
    }

    /// Derivative of [`count_law`](Self::count_law) with respect to `v` at `v = 0`.
    ///
    /// The gain of any rule that decides on the number of correct votes is the mean of the rule under it.
    pub fn count_slope(self, b: u32, rho: f64) -> Vec<f64> {
        if !is_fraction(rho) {
            return vec![f64::NAN; b as usize + 1];
        }
        match self {
            _ if rho == 0.0 => binomial::slope(b, 0.0),
            _ if rho == 1.0 => with_ends(vec![0.0; b as usize + 1], -0.5, 0.5),
            Self::Mixture => {
                let independent = binomial::slope(b, 0.0).into_iter().map(|rate| (1.0 - rho) * rate);
                with_ends(independent.collect(), -0.5 * rho, 0.5 * rho)
            }
            Self::Copying => {
                let (c, others) = (rho.sqrt(), one_minus_root(rho));
                let (law, slope) = (binomial::law(b, c), binomial::slope(b, c));
                // The common draw moves by 1/2 per unit of v, the own votes by 1 - c; both are odd.
                let last = b as usize;
                (0..=last)
                    .map(|k| 0.5 * (law[k] - law[last - k]) + 0.5 * others * (slope[k] - slope[last - k]))
                    .collect()
            }
            Self::BetaBinomial => beta_binomial::slope(b, 0.0, rho),
            Self::Gaussian => gaussian::Factor::from_sign_correlation(rho).count_slope(b),
        }
    }
}

/// Effective number of independent votes among `k` with pairwise correlation `rho`: `k/(1+(k-1) rho)`,
/// which tends to `1/rho` (spec 2.1 and 5).
///
/// ```
/// assert!((sim_models::theory::dependence::effective_votes(9, 0.2) - 9.0 / 2.6).abs() < 1e-15);
/// ```
pub fn effective_votes(k: u32, rho: f64) -> f64 {
    if !is_fraction(rho) {
        return f64::NAN;
    }
    let k = f64::from(k);
    if k == 0.0 { 0.0 } else { k / (1.0 + (k - 1.0) * rho) }
}

/// Gaussian proxy of the gain, `sqrt(2 n_eff/pi)`, which saturates at `sqrt(2/(pi rho))` (spec 5).
pub fn proxy_gain(b: u32, rho: f64) -> f64 {
    (effective_votes(b, rho) * std::f64::consts::FRAC_2_PI).sqrt()
}

/// Least and greatest bias of a majority of `b` received votes over *all* exchangeable laws with bias `v`
/// and pairwise correlation `rho`: how little the correlation alone determines (spec 5, derived).
///
/// A linear program in the law of the number of correct votes with three constraints (total, mean,
/// variance), so the extremes have at most three possible numbers; all triples are tried, O(b^3). `None` if
/// no law has these moments, for a value out of range, and for `b` above 1000.
///
/// ```
/// let (least, greatest) = sim_models::theory::dependence::decision_range(5, 0.2, 0.2).unwrap();
/// assert!((least + 0.312).abs() < 1e-12 && (greatest - 0.712).abs() < 1e-12);
/// ```
pub fn decision_range(b: u32, v: f64, rho: f64) -> Option<(f64, f64)> {
    if !is_bias(v) || !is_fraction(rho) || b > 1000 {
        return None;
    }
    if b < 2 {
        let decision = if b == 1 { v } else { 0.0 };
        return Some((decision, decision));
    }
    let n = f64::from(b);
    let mean = 0.5 * n * (1.0 + v);
    let square = mean * mean + 0.25 * n * (1.0 - v * v) * (1.0 + (n - 1.0) * rho);
    let decision = |k: f64| (2.0 * k - n).clamp(-1.0, 1.0);
    // Mass of `i` when only `i`, `j` and `k` are possible: E[(K-j)(K-k)]/((i-j)(i-k)).
    let mass = |i: f64, j: f64, k: f64| (square - (j + k) * mean + j * k) / ((i - j) * (i - k));
    let mut range: Option<(f64, f64)> = None;
    for i in 0..=b {
        for j in i + 1..=b {
            for k in j + 1..=b {
                let (i, j, k) = (f64::from(i), f64::from(j), f64::from(k));
                let masses = [mass(i, j, k), mass(j, i, k), mass(k, i, j)];
                if masses.iter().all(|&mass| mass >= -1e-12) {
                    let bias = masses[0] * decision(i) + masses[1] * decision(j) + masses[2] * decision(k);
                    let (least, greatest) = range.unwrap_or((bias, bias));
                    range = Some((least.min(bias), greatest.max(bias)));
                }
            }
        }
    }
    range
}

/// The conditional biases of a copying node, after a correct and after a wrong common draw.
pub(crate) fn copied_biases(v: f64, rho: f64) -> (f64, f64) {
    let (c, own) = (rho.sqrt(), one_minus_root(rho) * v);
    ((own + c).min(1.0), (own - c).max(-1.0))
}

/// `1 - sqrt(rho)`, without cancellation near 1.
pub(crate) fn one_minus_root(rho: f64) -> f64 {
    (1.0 - rho) / (1.0 + rho.sqrt())
}

fn with_ends(mut law: Vec<f64>, first: f64, last: f64) -> Vec<f64> {
    if let Some(mass) = law.first_mut() {
        *mass += first;
    }
    if let Some(mass) = law.last_mut() {
        *mass += last;
    }
    law
}

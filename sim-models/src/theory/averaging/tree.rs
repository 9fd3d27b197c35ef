//! Trees that average at every node (spec 2.2).

use super::Averaging;

impl Averaging {
    /// Risk of a tree whose leaves are all equally correlated:
    /// `s2 [rho + (1-rho)/N] + c (1 - 1/N)/(b-1)`, `N = b^L`, `b >= 2`.
    pub fn tree(&self, fan_in: u32, depth: u32) -> f64 {
        let (b, leaves) = (f64::from(fan_in), leaves(fan_in, depth));
        let noise = self.noise * (1.0 - 1.0 / leaves) / (b - 1.0);
        self.checked(fan_in >= 2, self.common() + self.own() / leaves + noise)
    }

    /// Limit of a deep [`tree`](Self::tree): `rho s2 + c/(b-1)`.
    pub fn tree_floor(&self, fan_in: u32) -> f64 {
        self.checked(fan_in >= 2, self.common() + self.noise / (f64::from(fan_in) - 1.0))
    }

    /// Factor per layer `lam = rho + (1-rho)/b` of the variance at a node whose inputs have correlation
    /// `rho`.
    pub fn contraction(&self, fan_in: u32) -> f64 {
        let shrunk = self.correlation + (1.0 - self.correlation) / f64::from(fan_in);
        self.checked(fan_in >= 1, shrunk)
    }

    /// Risk of a tree in which the sibling estimates at every node have correlation `rho` before the
    /// channel: `v_{l+1} = lam v_l + c/b` gives `v* + lam^L (s2 - v*)`.
    ///
    /// ```
    /// use sim_models::theory::averaging::Averaging;
    /// let setting = Averaging { variance: 1.0, correlation: 0.2, noise: 0.05 };
    /// assert!((setting.tree_local(3, 4) - 0.0771950617283951).abs() < 1e-15);
    /// assert!((setting.tree_local_floor(3) - 0.03125).abs() < 1e-16);
    /// ```
    pub fn tree_local(&self, fan_in: u32, depth: u32) -> f64 {
        self.relaxed(fan_in, depth, self.noise / f64::from(fan_in))
    }

    /// Limit of a deep [`tree_local`](Self::tree_local), pure channel noise: `v* = c/((b-1)(1-rho))` (the
    /// paper's equation 13). Infinite at `rho = 1`.
    pub fn tree_local_floor(&self, fan_in: u32) -> f64 {
        let floor = self.noise / ((f64::from(fan_in) - 1.0) * (1.0 - self.correlation));
        self.checked(fan_in >= 2, floor)
    }

    /// The variant with the correlation imposed after the channel: `v' = lam (v + c)`.
    pub fn tree_local_after_channel(&self, fan_in: u32, depth: u32) -> f64 {
        self.relaxed(fan_in, depth, self.contraction(fan_in) * self.noise)
    }

    /// Limit of a deep [`tree_local_after_channel`](Self::tree_local_after_channel):
    /// `c (1 + (b-1) rho)/((1-rho)(b-1))`.
    pub fn tree_local_after_channel_floor(&self, fan_in: u32) -> f64 {
        let others = f64::from(fan_in) - 1.0;
        let floor = self.noise * (1.0 + others * self.correlation) / ((1.0 - self.correlation) * others);
        self.checked(fan_in >= 2, floor)
    }

    /// Layers until [`tree_local`](Self::tree_local) is within `eps` above its floor:
    /// `L_mix = ln((s2 - v*)/eps)/ln(1/lam)` (the name is a guess). 0 if it already is; NaN for `eps <= 0`.
    pub fn mixing_depth(&self, fan_in: u32, eps: f64) -> f64 {
        let gap = self.variance - self.tree_local_floor(fan_in);
        let depth = libm::log(gap.max(eps) / eps) / -libm::log(self.contraction(fan_in));
        self.checked(eps > 0.0 && !gap.is_nan(), depth)
    }

    /// Covariance of two leaves whose lowest common ancestor is `level >= 1` layers up, without channel
    /// noise: `rho lam^(level-1) s2`, an ultrametric law.
    pub fn leaf_covariance(&self, fan_in: u32, level: u32) -> f64 {
        let shrunk = libm::pow(self.contraction(fan_in), f64::from(level) - 1.0);
        self.checked(level >= 1, self.common() * shrunk)
    }

    /// `depth` steps of `v' = lam v + added` from the leaf's variance.
    fn relaxed(&self, fan_in: u32, depth: u32, added: f64) -> f64 {
        let (rate, levels) = (self.contraction(fan_in), f64::from(depth));
        let kept = libm::pow(rate, levels);
        // At rho = 1 nothing shrinks, and the noise only adds up.
        let sum = if rate == 1.0 { levels } else { (1.0 - kept) / (1.0 - rate) };
        self.checked(fan_in >= 1, kept * self.variance + added * sum)
    }
}

fn leaves(fan_in: u32, depth: u32) -> f64 {
    libm::pow(f64::from(fan_in), f64::from(depth))
}

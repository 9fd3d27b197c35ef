//! Chains: four ways to pass an estimate along (spec 2.3; the paper's version is not known).

use super::Averaging;

impl Averaging {
    /// Risk of one estimate relayed over `hops` channels: `s2 + L c`.
    pub fn relay(&self, hops: u32) -> f64 {
        self.checked(true, self.variance + f64::from(hops) * self.noise)
    }

    /// Risk of a running mean passed along `n >= 1` agents, each averaging its own estimate in with equal
    /// weight: `s2 [rho + (1-rho)/n] + c (n-1)(2n-1)/(6n)`, which diverges like `c n/3`.
    pub fn running_mean(&self, agents: u32) -> f64 {
        let n = f64::from(agents);
        let noise = self.noise * (n - 1.0) * (2.0 * n - 1.0) / (6.0 * n);
        self.checked(agents >= 1, self.common() + self.own() / n + noise)
    }

    /// Length of the best running mean, `n* = sqrt(3 (1-rho) s2/c + 1/2)`, a real number; infinite without
    /// channel noise.
    pub fn best_chain_length(&self) -> f64 {
        self.checked(true, (3.0 * self.own() / self.noise + 0.5).sqrt())
    }

    /// Risk of a chain of `n >= 1` agents that weigh by inverse variance: `rho s2 + q_n`, `q_1 = se`,
    /// `1/q_k = 1/se + 1/(q_{k-1} + c)`, `se = (1-rho) s2`.
    pub fn kalman(&self, agents: u32) -> f64 {
        let own = self.own();
        let mut own_risk = own;
        // Without noise the chain is a star: `q_n = se / n`.
        let steps = if self.noise == 0.0 { 0 } else { agents.saturating_sub(1) };
        if self.noise == 0.0 {
            own_risk /= f64::from(agents.max(1));
        }
        for _ in 0..steps {
            let received = own_risk + self.noise;
            let next = if own == 0.0 { 0.0 } else { own * received / (own + received) };
            if next == own_risk {
                break;
            }
            own_risk = next;
        }
        self.checked(agents >= 1, self.common() + own_risk)
    }

    /// Limit of a long [`kalman`](Self::kalman) chain: `rho s2 + [-c + sqrt(c^2 + 4 se c)]/2`.
    pub fn kalman_floor(&self) -> f64 {
        let (c, product) = (self.noise, 4.0 * self.own() * self.noise);
        let root = (c * c + product).sqrt();
        let own_risk = if product == 0.0 { 0.0 } else { 0.5 * product / (c + root) };
        self.checked(true, self.common() + own_risk)
    }

    /// Risk of a chain of `n >= 1` agents that give their own estimate the weight `w` in (0, 1]:
    /// `rho s2 + q_n`, `q_1 = se`, `q' = (1-w)^2 (q + c) + w^2 se`.
    pub fn constant_weight(&self, agents: u32, weight: f64) -> f64 {
        let kept = (1.0 - weight) * (1.0 - weight);
        let floor = self.own_floor(weight);
        let own_risk = floor + libm::pow(kept, f64::from(agents) - 1.0) * (self.own() - floor);
        self.checked(agents >= 1 && weight > 0.0 && weight <= 1.0, self.common() + own_risk)
    }

    /// Limit of a long [`constant_weight`](Self::constant_weight) chain:
    /// `rho s2 + [(1-w)^2 c + w^2 se]/(1 - (1-w)^2)`.
    pub fn constant_weight_floor(&self, weight: f64) -> f64 {
        self.checked(weight > 0.0 && weight <= 1.0, self.common() + self.own_floor(weight))
    }

    fn own_floor(&self, weight: f64) -> f64 {
        let kept = (1.0 - weight) * (1.0 - weight);
        (kept * self.noise + weight * weight * self.own()) / (weight * (2.0 - weight))
    }
}

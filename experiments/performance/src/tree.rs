//! The noisy b-ary majority tree that every kernel simulates, and its exact law.

/// Parameters of the tree: what a leaf knows, what a channel loses, how often a node copies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeCase {
    /// Children per node, odd.
    pub fan_in: u32,
    /// Layers of channels between the leaves and the root; the tree has `fan_in^depth` leaves.
    pub depth: u32,
    /// Bias `mu` of a leaf: it is right with probability `(1 + mu)/2`.
    pub leaf_bias: f64,
    /// Fidelity `gamma` of a channel: a message from child to parent is flipped with probability `(1 -
    /// gamma)/2`.
    pub fidelity: f64,
    /// Correlation `rho`: a node copies the vote received from its first child with this probability, else it
    /// takes the majority of all that it received.
    pub correlation: f64,
}

impl TreeCase {
    /// The point at which the speed is compared: b = 3, mu = 0.4, gamma = 0.9, rho = 0.1.
    pub const fn reference(depth: u32) -> Self {
        Self { fan_in: 3, depth, leaf_bias: 0.4, fidelity: 0.9, correlation: 0.1 }
    }

    /// Logical nodes of the full tree, leaves and root included: `(b^(L+1) - 1)/(b - 1)`.
    pub fn nodes(&self) -> u64 {
        (0..=self.depth).map(|level| u64::from(self.fan_in).pow(level)).sum()
    }

    /// Probability that a leaf is right.
    pub fn leaf_right(&self) -> f64 {
        (1.0 + self.leaf_bias) / 2.0
    }

    /// Probability that a channel flips its message.
    pub fn flip(&self) -> f64 {
        (1.0 - self.fidelity) / 2.0
    }

    /// Probability that a leaf's vote is right when it arrives: the leaf and its channel as one coin.
    pub fn received_leaf_right(&self) -> f64 {
        (1.0 + self.leaf_bias * self.fidelity) / 2.0
    }

    /// Probability that the root is right, by the recursion of the biases over the levels:
    /// `m' = rho x + (1 - rho)(2 P[Bin(b, (1+x)/2) > b/2] - 1)`, `x = gamma m`. The root's own vote goes
    /// through no channel.
    pub fn exact_accuracy(&self) -> f64 {
        let root = (0..self.depth).fold(self.leaf_bias, |bias, _| {
            let received = self.fidelity * bias;
            let majority = 2.0 * majority_right(self.fan_in, (1.0 + received) / 2.0) - 1.0;
            self.correlation * received + (1.0 - self.correlation) * majority
        });
        (1.0 + root) / 2.0
    }
}

/// `P[Bin(b, p) > b/2]` for an odd `b`, term by term.
fn majority_right(b: u32, p: f64) -> f64 {
    let mut ways = 1.0;
    let mut sum = 0.0;
    for wrong in 0..=b / 2 {
        sum += ways * p.powi((b - wrong).cast_signed()) * (1.0 - p).powi(wrong.cast_signed());
        ways = ways * f64::from(b - wrong) / f64::from(wrong + 1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::TreeCase;

    /// Nodes of the trees of the table.
    #[test]
    fn nodes() {
        assert_eq!(TreeCase::reference(8).nodes(), 9_841);
        assert_eq!(TreeCase::reference(12).nodes(), 797_161);
    }

    /// Fan-in 3, one layer, by enumeration of the three received votes by hand: with p = 0.68,
    /// `0.1 p + 0.9 (3 p^2 - 2 p^3)`.
    #[test]
    fn one_layer_by_hand() {
        let p: f64 = 0.68;
        let by_hand = 0.1 * p + 0.9 * (3.0 * p * p - 2.0 * p * p * p);
        assert!((TreeCase::reference(1).exact_accuracy() - by_hand).abs() < 1e-15);
    }

    /// A second implementation: the product's theory.
    #[test]
    fn agrees_with_the_theory_of_the_product() {
        use sim_models::theory::majority::majority;
        for (fan_in, rho) in [(3, 0.1), (5, 0.4), (9, 0.0)] {
            let case = TreeCase { fan_in, depth: 6, leaf_bias: 0.3, fidelity: 0.85, correlation: rho };
            let mut bias = case.leaf_bias;
            for _ in 0..case.depth {
                let x = case.fidelity * bias;
                bias = rho * x + (1.0 - rho) * majority(fan_in, x);
            }
            assert!((case.exact_accuracy() - (1.0 + bias) / 2.0).abs() < 1e-13);
        }
    }
}

//! The tree as a researcher writes it down: one recursive function, one trial at a time, every node
//! evaluated.

use crate::tree::TreeCase;
use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// How many of `trials` roots are right.
pub fn run(case: &TreeCase, trials: u64, seed: u64) -> u64 {
    let tree = Tree {
        fan_in: case.fan_in,
        leaf_right: case.leaf_right(),
        flip: case.flip(),
        correlation: case.correlation,
    };
    let mut rng = SmallRng::seed_from_u64(seed);
    (0..trials).filter(|_| tree.vote(case.depth, &mut rng)).count() as u64
}

struct Tree {
    fan_in: u32,
    leaf_right: f64,
    flip: f64,
    correlation: f64,
}

impl Tree {
    /// The vote of a node `level` layers above the leaves; true is right.
    fn vote(&self, level: u32, rng: &mut SmallRng) -> bool {
        if level == 0 {
            return rng.random_bool(self.leaf_right);
        }
        let mut first = false;
        let mut right = 0;
        for child in 0..self.fan_in {
            let received = self.vote(level - 1, rng) ^ rng.random_bool(self.flip);
            if child == 0 {
                first = received;
            }
            right += u32::from(received);
        }
        if rng.random_bool(self.correlation) { first } else { 2 * right > self.fan_in }
    }
}

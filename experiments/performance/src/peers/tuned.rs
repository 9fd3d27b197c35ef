//! The natural recursion without its constant factors; every node is still evaluated.
//!
//! A leaf and its channel are one coin, a coin is one integer comparison, and the fan-in is known to the
//! compiler.

use super::coin::Coin;
use crate::tree::TreeCase;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// How many of `trials` roots are right.
pub fn run(case: &TreeCase, trials: u64, seed: u64) -> u64 {
    match case.fan_in {
        3 => run_with::<3>(case, trials, seed),
        5 => run_with::<5>(case, trials, seed),
        7 => run_with::<7>(case, trials, seed),
        _ => run_with::<0>(case, trials, seed),
    }
}

fn run_with<const B: u32>(case: &TreeCase, trials: u64, seed: u64) -> u64 {
    let tree = Tree::<B> {
        fan_in: case.fan_in,
        received_leaf: Coin::new(case.received_leaf_right()),
        flip: Coin::new(case.flip()),
        copy: Coin::new(case.correlation),
    };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..trials).filter(|_| tree.vote(case.depth, &mut rng)).count() as u64
}

/// A tree of fan-in `B`; 0 stands for a fan-in that is known at run time only.
struct Tree<const B: u32> {
    fan_in: u32,
    received_leaf: Coin,
    flip: Coin,
    copy: Coin,
}

impl<const B: u32> Tree<B> {
    fn fan_in(&self) -> u32 {
        if B == 0 { self.fan_in } else { B }
    }

    /// The vote of a node at `level` >= 1.
    fn vote(&self, level: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
        let first = self.received(level - 1, rng);
        let right = (1..self.fan_in())
            .fold(u32::from(first), |right, _| right + u32::from(self.received(level - 1, rng)));
        if self.copy.toss(rng) { first } else { 2 * right > self.fan_in() }
    }

    /// The vote of a node at `level` as its parent receives it.
    #[inline(always)]
    fn received(&self, level: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
        if level == 0 { self.received_leaf.toss(rng) } else { self.vote(level, rng) ^ self.flip.toss(rng) }
    }
}

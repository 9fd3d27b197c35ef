//! The lazy recursion, tuned as far as scalar code was found to go.
//!
//! A mispredicted branch costs more than a coin. The two bottom levels, where most of the visited nodes are,
//! are therefore evaluated whole and without a branch; above them children are skipped as in `lazy`. One word
//! of the generator makes two coins, on a grid of `2^-32`.

use super::coin::{HalfCoin, Halves};
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
        received_leaf: HalfCoin::new(case.received_leaf_right()),
        flip: HalfCoin::new(case.flip()),
        copy: HalfCoin::new(case.correlation),
    };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..trials).filter(|_| tree.vote(case.depth, &mut rng)).count() as u64
}

/// A tree of fan-in `B`; 0 stands for a fan-in that is known at run time only.
struct Tree<const B: u32> {
    fan_in: u32,
    received_leaf: HalfCoin,
    flip: HalfCoin,
    copy: HalfCoin,
}

impl<const B: u32> Tree<B> {
    #[inline(always)]
    fn fan_in(&self) -> u32 {
        if B == 0 { self.fan_in } else { B }
    }

    /// The vote of a node at `level` >= 1.
    #[inline(always)]
    fn vote(&self, level: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
        match level {
            1 => self.whole(rng, |tree, coins, rng| coins.toss(tree.received_leaf, rng)),
            2 => self.whole(rng, |tree, coins, rng| coins.toss(tree.flip, rng) ^ tree.vote_above_leaves(rng)),
            _ => self.lazy(level, rng),
        }
    }

    #[inline(always)]
    fn vote_above_leaves(&self, rng: &mut Xoshiro256PlusPlus) -> bool {
        self.whole(rng, |tree, coins, rng| coins.toss(tree.received_leaf, rng))
    }

    /// A node that receives all its children, without a branch.
    #[inline(always)]
    fn whole(
        &self,
        rng: &mut Xoshiro256PlusPlus,
        received: impl Fn(&Self, &mut Halves, &mut Xoshiro256PlusPlus) -> bool,
    ) -> bool {
        let mut coins = Halves::new();
        let first = received(self, &mut coins, rng);
        if B == 3 {
            let second = received(self, &mut coins, rng);
            let third = received(self, &mut coins, rng);
            let copies = coins.toss(self.copy, rng);
            return first ^ ((first ^ second) & (first ^ third) & !copies);
        }
        let mut right = u32::from(first);
        for _ in 1..self.fan_in() {
            right += u32::from(received(self, &mut coins, rng));
        }
        let majority = right > self.fan_in() / 2;
        let copies = coins.toss(self.copy, rng);
        (copies & first) | (!copies & majority)
    }

    /// A node that stops as soon as its vote is settled.
    fn lazy(&self, level: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
        let mut coins = Halves::new();
        let copies = coins.toss(self.copy, rng);
        let first = coins.toss(self.flip, rng) ^ self.vote(level - 1, rng);
        if copies {
            return first;
        }
        if B == 3 {
            let second = coins.toss(self.flip, rng) ^ self.vote(level - 1, rng);
            return if second == first {
                first
            } else {
                coins.toss(self.flip, rng) ^ self.vote(level - 1, rng)
            };
        }
        let enough = self.fan_in() / 2 + 1;
        let mut right = u32::from(first);
        let mut wrong = u32::from(!first);
        for _ in 1..self.fan_in() {
            let vote = coins.toss(self.flip, rng) ^ self.vote(level - 1, rng);
            right += u32::from(vote);
            wrong += u32::from(!vote);
            if right == enough || wrong == enough {
                break;
            }
        }
        right > wrong
    }
}

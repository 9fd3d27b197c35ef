//! Which lanes a block of trials uses, and what is counted in them.

use sim_core::lanes::{LANES, WORDS};
use sim_core::monte_carlo::Block;

/// The lanes of a block that was asked for: all but at the ends of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct UsedLanes([u64; WORDS]);

impl UsedLanes {
    pub(super) fn of(block: &Block) -> Self {
        let first = block.index() * LANES as u64;
        let (start, end) = (block.trials().start - first, block.trials().end - first);
        // The lanes of word `i` that are below a bound.
        let below = |i: usize, bound: u64| match bound.saturating_sub(64 * i as u64) {
            0 => 0,
            n @ 1..64 => (1 << n) - 1,
            _ => u64::MAX,
        };
        Self(std::array::from_fn(|i| below(i, end) & !below(i, start)))
    }

    /// How many of them are set.
    pub(super) fn count(&self, words: &[u64; WORDS]) -> u64 {
        words.iter().zip(&self.0).map(|(word, used)| u64::from((word & used).count_ones())).sum()
    }

    /// How many of them are set in both.
    pub(super) fn count_both(&self, a: &[u64; WORDS], b: &[u64; WORDS]) -> u64 {
        self.count(&std::array::from_fn(|i| a[i] & b[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_trials_of_the_block_are_counted() {
        let all = [u64::MAX; WORDS];
        let count =
            |trials| Block::cover(trials).map(|block| UsedLanes::of(&block).count(&all)).collect::<Vec<_>>();
        assert_eq!(count(100..1100), [412, 512, 76]);
        assert_eq!(count(64..65), [1]);
        let block = Block::cover(3..130).next().unwrap();
        let some = std::array::from_fn(|i| if i == 0 { 0b11100 } else { 0 });
        // Lanes 3 and 4; lane 2 is not of the block.
        assert_eq!(UsedLanes::of(&block).count_both(&all, &some), 2);
    }
}

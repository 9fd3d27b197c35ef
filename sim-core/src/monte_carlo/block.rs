//! The unit of work: some of 512 consecutive trials.

use std::ops::Range;

/// Trials in a whole block: one per bit of a 512-bit vector.
pub const TRIALS_PER_BLOCK: u64 = 512;

/// A block of trials: trials `512 k .. 512 (k + 1)`, or the part of them that a run asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    trials: Range<u64>,
}

impl Block {
    /// The blocks that cover a range of trials, cut at multiples of [`TRIALS_PER_BLOCK`], in order.
    pub fn cover(trials: Range<u64>) -> impl Iterator<Item = Block> {
        let mut start = trials.start;
        std::iter::from_fn(move || {
            if start >= trials.end {
                return None;
            }
            let boundary = (start / TRIALS_PER_BLOCK + 1).saturating_mul(TRIALS_PER_BLOCK);
            let block = Block { trials: start..boundary.min(trials.end) };
            start = block.trials.end;
            Some(block)
        })
    }

    /// Number of the block, from 0.
    pub fn index(&self) -> u64 {
        self.trials.start / TRIALS_PER_BLOCK
    }

    /// Numbers of the trials in it.
    pub fn trials(&self) -> Range<u64> {
        self.trials.clone()
    }

    /// How many trials: 1 to 512.
    #[allow(clippy::len_without_is_empty)] // a block is never empty
    pub fn len(&self) -> u64 {
        self.trials.end - self.trials.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_cut_at_multiples_of_512() {
        let ranges: Vec<_> = Block::cover(100..1100).map(|b| (b.index(), b.trials())).collect();
        assert_eq!(ranges, [(0, 100..512), (1, 512..1024), (2, 1024..1100)]);
        assert_eq!(Block::cover(5..5).count(), 0);
        assert_eq!(Block::cover(u64::MAX - 1..u64::MAX).count(), 1);
    }
}

//! A uniform choice among votes, made in every lane at once.

use sim_core::lanes::{Lanes, Mask, Source};
use sim_core::random::InvalidProbability;

/// Chooses one of `n` votes uniformly and independently in every lane, with about `log2 n` masks.
///
/// A knock-out: in every round neighbors are paired, and of a pair that stands for `s` and `t` votes the second wins with probability
/// `t / (s + t)`. A lane follows only one path, so the pairs of a round that have the same odds share one mask.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    /// By round.
    rounds: Vec<Round>,
}

/// One round of a knock-out. All pairs but the last stand for equally many votes.
#[derive(Clone, Debug)]
struct Round {
    /// Number of contestants.
    contestants: usize,
    /// Whether the second of a pair wins.
    even: Mask,
    /// Whether the second of the last pair wins, where that stands for fewer votes.
    last: Option<Mask>,
}

impl Selector {
    /// The choice among `n >= 1` votes.
    pub(super) fn new(n: usize) -> Result<Self, InvalidProbability> {
        let mut rounds = Vec::new();
        // All contestants stand for `size` votes but the last, which stands for `rest`.
        let (mut contestants, mut size, mut rest) = (n, 1, 1);
        while contestants > 1 {
            let paired = contestants % 2 == 0;
            let last = if paired && rest != size {
                Some(Mask::new(rest as f64 / (size + rest) as f64)?)
            } else {
                None
            };
            rounds.push(Round { contestants, even: Mask::new(0.5)?, last });
            rest = if paired { size + rest } else { rest };
            (contestants, size) = (contestants.div_ceil(2), 2 * size);
        }
        Ok(Self { rounds })
    }

    /// The chosen vote; `votes` are overwritten.
    #[inline(always)]
    pub(super) fn choose<L: Lanes>(&self, votes: &mut [L], source: &mut Source<'_, L>) -> L {
        for round in &self.rounds {
            let second = round.draw(source);
            round.play(second, votes);
        }
        votes[0]
    }

    /// The chosen vote and whether it is present; both slices are overwritten.
    #[inline(always)]
    pub(super) fn choose_with_presence<L: Lanes>(
        &self,
        votes: &mut [L],
        present: &mut [L],
        source: &mut Source<'_, L>,
    ) -> (L, L) {
        for round in &self.rounds {
            let second = round.draw(source);
            round.play(second, votes);
            round.play(second, present);
        }
        (votes[0], present[0])
    }
}

impl Round {
    /// Where the second of a pair wins: of a pair of equals, and of the last pair.
    #[inline(always)]
    fn draw<L: Lanes>(&self, source: &mut Source<'_, L>) -> (L, L) {
        let none = L::splat(false);
        let even = if self.equal_pairs() > 0 { source.mask(&self.even) } else { none };
        // No closure: it would not be compiled with the instructions of the kernel.
        let last = match &self.last {
            Some(last) => source.mask(last),
            None => none,
        };
        (even, last)
    }

    #[inline(always)]
    fn equal_pairs(&self) -> usize {
        self.contestants / 2 - usize::from(self.last.is_some())
    }

    #[inline(always)]
    fn play<L: Lanes>(&self, (even, last): (L, L), contestants: &mut [L]) {
        let (pairs, equal_pairs) = (self.contestants / 2, self.equal_pairs());
        for pair in 0..pairs {
            let second = if pair < equal_pairs { even } else { last };
            contestants[pair] = second.select(contestants[2 * pair + 1], contestants[2 * pair]);
        }
        if self.contestants % 2 == 1 {
            contestants[pairs] = contestants[self.contestants - 1];
        }
    }
}

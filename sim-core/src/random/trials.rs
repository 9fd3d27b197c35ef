//! The keys of many trials at once.
//!
//! A trial's key is one compression of BLAKE3, which waits for itself most of the time: sixteen of them side by side take little longer.
//! A planner opens one trial per simulation, and its simulations are shorter than a compression.

use std::ops::Range;

use super::{Address, Streams, TrialStreams, Xoshiro256PlusPlus};
use crate::lanes::{self, Lanes, NUMBERS, Task, WORDS};

/// BLAKE3's initial values and the order of the message words in the next round (BLAKE3 specification, tables 1 and 2).
const INITIAL: [u32; 4] = [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A];
const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const ROUNDS: usize = 7;
/// First and last block of the first and last chunk, keyed: flags 1, 2, 8 and 16.
const ONE_KEYED_BLOCK: u32 = 27;

impl Streams {
    /// The streams of some consecutive trials: those of [`Streams::trial`], in a fraction of the time.
    pub fn trials(&self, trials: Range<u64>) -> Vec<TrialStreams> {
        let count = trials.end.saturating_sub(trials.start) as usize;
        let mut all = Vec::with_capacity(count.next_multiple_of(NUMBERS));
        let mut first = trials.start;
        while all.len() < count {
            let seeds = lanes::kernel().run(Sixteen { key: self.key, first });
            all.extend((0..NUMBERS).map(|trial| {
                let word = |word: usize| u64::from(seeds[word][trial]);
                let state = std::array::from_fn(|i| word(2 * i) | word(2 * i + 1) << 32);
                TrialStreams::of(Xoshiro256PlusPlus::new(state).into())
            }));
            first = first.wrapping_add(NUMBERS as u64);
        }
        all.truncate(count);
        all
    }
}

/// The hashes of sixteen consecutive addresses.
struct Sixteen {
    key: [u8; 32],
    first: u64,
}

impl Task for Sixteen {
    /// By word and trial.
    type Output = [[u32; NUMBERS]; 8];

    #[inline(always)]
    fn run<L: Lanes>(self) -> Self::Output {
        let (words, _) = self.key.as_chunks();
        let key: [L; 8] = std::array::from_fn(|i| L::splat_short(u32::from_le_bytes(words[i])));
        let mut state = [L::splat_short(0); 16];
        state[..8].copy_from_slice(&key);
        for (word, initial) in state[8..12].iter_mut().zip(INITIAL) {
            *word = L::splat_short(initial);
        }
        state[14] = L::splat_short(Address::BYTES as u32);
        state[15] = L::splat_short(ONE_KEYED_BLOCK);
        let mut message = self.message::<L>();
        for round in 0..ROUNDS {
            if round > 0 {
                message = std::array::from_fn(|i| message[PERMUTATION[i]]);
            }
            for i in 0..4 {
                mix(&mut state, [i, 4 + i, 8 + i, 12 + i], message[2 * i], message[2 * i + 1]);
            }
            for i in 0..4 {
                let diagonal = [i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4];
                mix(&mut state, diagonal, message[8 + 2 * i], message[9 + 2 * i]);
            }
        }
        std::array::from_fn(|i| shorts(state[i].xor(state[i + 8])))
    }
}

impl Sixteen {
    /// The addresses as words of a block, trials across.
    #[inline(always)]
    fn message<L: Lanes>(&self) -> [L; 16] {
        let mut words = [[0u32; NUMBERS]; 16];
        for trial in 0..NUMBERS {
            let bytes = Address::of_key(self.first.wrapping_add(trial as u64)).bytes();
            for (word, four) in words.iter_mut().zip(bytes.chunks(4)) {
                let mut padded = [0; 4];
                padded[..four.len()].copy_from_slice(four);
                word[trial] = u32::from_le_bytes(padded);
            }
        }
        words.map(|word| {
            L::from_words(std::array::from_fn::<u64, WORDS, _>(|i| {
                u64::from(word[2 * i]) | u64::from(word[2 * i + 1]) << 32
            }))
        })
    }
}

/// The quarter round (BLAKE3 specification, section 2.2).
#[inline(always)]
fn mix<L: Lanes>(state: &mut [L; 16], [a, b, c, d]: [usize; 4], first: L, second: L) {
    state[a] = state[a].plus_shorts(state[b]).plus_shorts(first);
    state[d] = state[d].xor(state[a]).rotate_shorts::<16, 16>();
    state[c] = state[c].plus_shorts(state[d]);
    state[b] = state[b].xor(state[c]).rotate_shorts::<12, 20>();
    state[a] = state[a].plus_shorts(state[b]).plus_shorts(second);
    state[d] = state[d].xor(state[a]).rotate_shorts::<8, 24>();
    state[c] = state[c].plus_shorts(state[d]);
    state[b] = state[b].xor(state[c]).rotate_shorts::<7, 25>();
}

#[inline(always)]
fn shorts<L: Lanes>(vector: L) -> [u32; NUMBERS] {
    let words = vector.to_words();
    std::array::from_fn(|i| (words[i / 2] >> (32 * (i % 2))) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Kernel;
    use crate::random::{Entity, Family, Purpose};

    /// Against the hash of the library, trial by trial and on every instruction set.
    #[test]
    fn trials_are_those_opened_one_by_one() {
        let entity = Entity::named("agent");
        for seed in 0..20 {
            let streams = Streams::new(seed, Purpose::Planning { decision: seed }, Family::common());
            for range in [0..1, 3..40, u64::MAX - 40..u64::MAX - 3, 1 << 40..(1 << 40) + 17, 5..5] {
                let together = streams.trials(range.clone());
                assert_eq!(together.len() as u64, range.end - range.start);
                for (trial, streams_of) in range.zip(together) {
                    let bits = |one: &TrialStreams| one.open(entity, 1, 2).bits();
                    assert_eq!(bits(&streams_of), bits(&streams.trial(trial)));
                }
            }
            let on = |kernel: Kernel| kernel.run(Sixteen { key: streams.key, first: seed << 30 });
            assert!(Kernel::available().all(|kernel| on(kernel) == on(Kernel::Portable)));
        }
    }
}

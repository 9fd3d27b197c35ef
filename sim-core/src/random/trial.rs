//! Streams of one trial that are opened in a few nanoseconds.

use rand_core::Rng;

use super::xoshiro::Xoshiro256PlusPlus;
use super::{Address, Entity, Stream, Streams};

/// All streams of one trial, for models that open many short ones: a stream per message, say, so that what one agent draws never
/// depends on what others did.
///
/// The trial's key costs one [`Streams::open`]; a stream is a xoshiro256++ generator whose state is the four words of the key, of which
/// the first and the last, those that make its first number, are added to the stream's name and mixed by a bijection. The states of two
/// names of one trial differ in both words.
///
/// ```
/// use sim_core::random::{Entity, Family, Purpose, Streams};
///
/// let trial = Streams::new(1, Purpose::World, Family::common()).trial(7);
/// let ann = Entity::named("ann");
/// let mut first_try = trial.open(ann, 0, 0);
/// assert_eq!(first_try.uniform(), trial.open(ann, 0, 0).uniform());
/// assert_ne!(first_try.uniform(), trial.open(ann, 1, 0).uniform());
/// ```
#[derive(Clone, Debug)]
pub struct TrialStreams {
    key: [u64; 4],
}

impl Streams {
    /// The streams of one trial.
    pub fn trial(&self, trial: u64) -> TrialStreams {
        TrialStreams::of(self.open(Address::of_key(trial)))
    }
}

impl TrialStreams {
    /// The streams whose key this stream gives.
    #[inline]
    pub(super) fn of(mut stream: Stream) -> Self {
        Self { key: std::array::from_fn(|_| stream.next_u64()) }
    }

    /// Opens the stream of an entity, at its beginning: `index` is one of several alike, such as the attempt, and `channel` the kind of
    /// draw.
    #[inline]
    pub fn open(&self, entity: Entity, index: u64, channel: u64) -> Stream {
        // Odd multipliers, so that small numbers spread over all bits: 2^64 over the golden ratio, and a prime.
        let name = entity
            .0
            .wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .wrapping_add(channel.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let [first, second, third, last] = self.key;
        let state = [mix(first.wrapping_add(name)), second, third, mix(last.wrapping_add(name))];
        Stream::from(Xoshiro256PlusPlus::new(state))
    }
}

/// A bijection that changes half of the bits of its output, on average, with every bit of its input.
///
/// Source: the finalizer of `SplitMix64` (Stafford's variant 13), G. L. Steele, D. Lea and C. H. Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014.
#[inline]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::{Family, Purpose};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_of_all_trials_have_their_own_streams() {
        let streams = Streams::new(1, Purpose::World, Family::common());
        let mut seen = HashSet::new();
        let mut count = 0;
        for trial in 0..20 {
            let trial = streams.trial(trial);
            for entity in [Entity::named("a"), Entity::named("b")] {
                for index in 0..50 {
                    for channel in 0..20 {
                        seen.insert(trial.open(entity, index, channel).next_u64());
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(seen.len(), count);
        assert!(!seen.contains(&streams.open(Address::trial(0)).next_u64()));
    }

    /// The first two draws of 10^6 streams of neighboring names: mean, and correlation of a draw with the one before it, in its own
    /// stream and in the neighboring one, within 5 standard errors (false-alarm rate 2e-6).
    #[test]
    fn streams_of_neighboring_names_are_uniform_and_uncorrelated() {
        let streams = Streams::new(5, Purpose::World, Family::common());
        let (mut sum, mut within, mut between) = (0.0, 0.0, 0.0);
        let mut previous = 0.0;
        for trial in 0..1000 {
            let trial = streams.trial(trial);
            let entity = Entity::named("agent");
            for name in 0..1000u64 {
                let mut stream = trial.open(entity, name / 10, name % 10);
                let (first, second) = (stream.uniform() - 0.5, stream.uniform() - 0.5);
                sum += first;
                within += first * second;
                between += first * previous;
                previous = first;
            }
        }
        let n: f64 = 1e6;
        assert!((sum / n).abs() < 5.0 * (1.0 / 12.0 / n).sqrt(), "mean {}", sum / n);
        for product in [within, between] {
            assert!((product / n).abs() < 5.0 / 12.0 / n.sqrt(), "covariance {}", product / n);
        }
    }
}

//! A biased coin that is exact for every probability a float can hold.

use rand_core::Rng;
use thiserror::Error;

use super::Stream;

/// 2^64 as a float.
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// A coin that shows true with a given probability.
///
/// The first 64 binary digits of the probability decide all but one toss in 2^64; the rest of the digits are
/// expanded lazily. The realized probability is therefore the given one, exactly: a positive probability is
/// never realized as 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coin {
    certain: bool,
    /// The first 64 binary digits after the point.
    digits: u64,
    /// The digits after those, as a number in [0, 1).
    rest: f64,
}

/// A probability outside [0, 1], or not a number.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a probability lies between 0 and 1; found {0}")]
pub struct InvalidProbability(pub f64);

impl Coin {
    /// True in half of all tosses.
    pub const FAIR: Self = Self { certain: false, digits: 1 << 63, rest: 0.0 };

    /// A coin with this probability of true.
    ///
    /// # Errors
    /// `probability` is NaN or outside [0, 1].
    pub fn new(probability: f64) -> Result<Self, InvalidProbability> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(InvalidProbability(probability));
        }
        let certain = probability == 1.0;
        let (digits, rest) = if certain { (0, 0.0) } else { split(probability) };
        Ok(Self { certain, digits, rest })
    }

    #[inline]
    pub(super) fn toss(&self, stream: &mut Stream) -> bool {
        let draw = stream.next_u64();
        if draw == self.digits && !self.certain {
            return self.toss_rest(stream);
        }
        draw < self.digits || self.certain
    }

    #[cold]
    fn toss_rest(&self, stream: &mut Stream) -> bool {
        let mut rest = self.rest;
        while rest > 0.0 {
            let (digits, after) = split(rest);
            let draw = stream.next_u64();
            if draw != digits {
                return draw < digits;
            }
            rest = after;
        }
        false
    }
}

/// The first 64 binary digits of a number in [0, 1), and what follows them. Exact: scaling by a power of two and
/// taking the integer part lose nothing.
fn split(probability: f64) -> (u64, f64) {
    let scaled = probability * TWO_TO_64;
    let digits = scaled as u64;
    (digits, scaled - digits as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{Address, Family, Purpose, Streams};
    use super::*;

    #[test]
    fn certain_and_impossible_coins() {
        let mut stream = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
        let (zero, one) = (Coin::new(0.0).unwrap(), Coin::new(1.0).unwrap());
        for _ in 0..1000 {
            assert!(!stream.toss(&zero));
            assert!(stream.toss(&one));
        }
    }

    #[test]
    fn no_digit_of_a_probability_is_lost() {
        for p in [0.5, 0.1, 1e-19, 3e-20, 1e-300, f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0] {
            let coin = Coin::new(p).unwrap();
            assert!(coin.digits > 0 || coin.rest > 0.0, "{p} became 0");
            if p > 1e-15 {
                assert_eq!((coin.digits as f64 + coin.rest) / TWO_TO_64, p);
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for p in [f64::NAN, -1e-9, 1.0 + 1e-9, f64::INFINITY] {
            assert!(Coin::new(p).is_err(), "{p}");
        }
    }

    /// 4 x 10^5 tosses at each of four probabilities, within 5 standard errors (false-alarm rate 2.3e-6).
    #[test]
    fn shares_agree_with_probabilities() {
        for (i, p) in [0.5, 0.05, 0.999, 1e-3].into_iter().enumerate() {
            let coin = Coin::new(p).unwrap();
            let mut stream = Streams::new(2, Purpose::World, Family::common()).open(Address::trial(i as u64));
            let n = 400_000;
            let count = (0..n).filter(|_| stream.toss(&coin)).count() as f64;
            let error = (n as f64 * p * (1.0 - p)).sqrt();
            assert!((count - n as f64 * p).abs() < 5.0 * error, "p = {p}: {count}");
        }
    }
}

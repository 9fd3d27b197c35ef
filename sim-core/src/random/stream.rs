//! One stream of random numbers and the draws that models need.

use rand_core::{Infallible, Rng, TryRng};

use super::Coin;
use super::xoshiro::Xoshiro256PlusPlus;

/// A stream of random numbers.
///
/// It is a [`rand_core::Rng`], so every distribution of the `rand` family works on it. The draws defined here
/// are preferred on result paths: they are the same to the last bit on every machine.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

impl From<Xoshiro256PlusPlus> for Stream {
    #[inline]
    fn from(generator: Xoshiro256PlusPlus) -> Self {
        Self(generator)
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    /// The upper half of the next number: its bits are the better ones.
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl Stream {
    /// Uniform on the open interval (0, 1), on the midpoints of a grid of step 2^-52: never 0 and never 1.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 52) as f64;
        // 52 bits fit into a signed number, which becomes a float in one instruction.
        ((self.next_u64() >> 12).cast_signed() as f64 + 0.5) * STEP
    }

    /// True with the coin's probability, exactly.
    #[inline]
    pub fn toss(&mut self, coin: &Coin) -> bool {
        coin.toss(self)
    }

    /// 64 fair bits. The upper 52 of them, in the middle of their interval, would be the next [`Stream::uniform`].
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.next_u64()
    }

    /// A fair coin.
    #[inline]
    pub fn fair(&mut self) -> bool {
        self.next_u64() >> 63 == 1
    }

    /// Uniform on `0..bound`, without bias; 0 where `bound` is 0.
    ///
    /// Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let rejected = bound.wrapping_neg() % bound;
            while (product as u64) < rejected {
                product = u128::from(self.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// Standard exponential, by inversion: one uniform number per draw.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -crate::special::ln_normal(self.uniform())
    }

    /// Standard normal, by inversion: one uniform number per draw, so that streams stay in step when a mean or a
    /// deviation changes.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        crate::special::normal_quantile(self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Address, Family, Purpose, Streams};

    /// 3 x 10^5 draws below 3, each count within 5 standard errors (false-alarm rate 2e-6).
    #[test]
    fn below_is_uniform() {
        let mut stream = Streams::new(3, Purpose::World, Family::common()).open(Address::trial(0));
        let mut counts = [0i64; 3];
        for _ in 0..300_000 {
            counts[stream.below(3) as usize] += 1;
        }
        let error = (300_000.0 * (1.0 / 3.0) * (2.0 / 3.0f64)).sqrt();
        for count in counts {
            assert!((count as f64 - 100_000.0).abs() < 5.0 * error, "{counts:?}");
        }
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
        assert!(stream.below(u64::MAX) < u64::MAX);
    }
}

//! Biased coins as one integer comparison.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A coin on a grid of `2^-64`.
#[derive(Debug, Clone, Copy)]
pub struct Coin(u64);

impl Coin {
    /// A coin that shows true with this probability.
    pub fn new(probability: f64) -> Self {
        // The conversion saturates, so probability 1 fails once in 2^64 tosses.
        Self((probability * 2f64.powi(64)).round() as u64)
    }

    /// One toss, one word of the generator.
    #[inline(always)]
    pub fn toss(self, rng: &mut Xoshiro256PlusPlus) -> bool {
        rng.next_u64() < self.0
    }
}

/// A coin on a grid of `2^-32`: two tosses for one word.
#[derive(Debug, Clone, Copy)]
pub struct HalfCoin(u64);

impl HalfCoin {
    /// A coin that shows true with this probability.
    pub fn new(probability: f64) -> Self {
        Self((probability * 2f64.powi(32)).round() as u64)
    }

    /// A toss with the low half of the word.
    #[inline(always)]
    pub fn low(self, word: u64) -> bool {
        word & 0xffff_ffff < self.0
    }

    /// A toss with the high half of the word.
    #[inline(always)]
    pub fn high(self, word: u64) -> bool {
        word >> 32 < self.0
    }
}

/// Hands out the halves of words: one word of the generator per two tosses.
pub struct Halves {
    spare: Option<u64>,
}

impl Halves {
    /// No half left over yet.
    #[inline(always)]
    pub fn new() -> Self {
        Self { spare: None }
    }

    /// One toss. Where the number of tosses is known to the compiler, the question whether a half is left
    /// over is answered at compile time.
    #[inline(always)]
    pub fn toss(&mut self, coin: HalfCoin, rng: &mut Xoshiro256PlusPlus) -> bool {
        match self.spare.take() {
            Some(word) => coin.high(word),
            None => {
                let word = rng.next_u64();
                self.spare = Some(word);
                coin.low(word)
            }
        }
    }
}

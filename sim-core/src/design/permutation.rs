//! Random permutations of which single images are computed, without a table.

use super::mix;

/// Rounds of the Feistel network. Four make a permutation of a large domain look random; small domains need more.
const ROUNDS: u64 = 8;

/// A permutation of `0..size`, chosen by a key.
///
/// A Feistel network on the smallest domain of an even number of bits that holds `size`, applied again until the image is in range ("cycle
/// walking": Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). The domain is less than 4 times as large, so less than 4
/// applications are expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permutation {
    size: u64,
    half_bits: u32,
    key: u64,
}

impl Permutation {
    /// The permutation of this key; `size` is at most 2^62.
    pub(super) fn new(size: u64, key: u64) -> Self {
        let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
        Self { size, half_bits: bits.div_ceil(2).max(1), key }
    }

    /// The image of `i`, which is below the size.
    pub(super) fn apply(&self, i: u64) -> u64 {
        let mut image = i;
        loop {
            image = self.network(image);
            // From a number outside nothing need come back into range.
            if image < self.size || i >= self.size {
                return image;
            }
        }
    }

    fn network(&self, x: u64) -> u64 {
        let mask = (1u64 << self.half_bits) - 1;
        let (mut left, mut right) = (x >> self.half_bits, x & mask);
        for round in 0..ROUNDS {
            let hash = mix(self.key ^ mix(right.wrapping_add(round << 48)));
            (left, right) = (right, left ^ (hash & mask));
        }
        left << self.half_bits | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_there_once() {
        for size in [1, 2, 3, 5, 64, 65, 1000] {
            for key in 0..5 {
                let mut images: Vec<u64> = (0..size).map(|i| Permutation::new(size, key).apply(i)).collect();
                images.sort_unstable();
                assert_eq!(images, (0..size).collect::<Vec<_>>());
            }
        }
    }

    /// Each of the 24 permutations of four, over 24 000 keys: chi-square with 23 degrees of freedom is below 75 (false-alarm rate 2e-7).
    #[test]
    fn all_permutations_of_four_are_equally_likely() {
        let mut counts = std::collections::HashMap::new();
        for key in 0..24_000u64 {
            let permutation = Permutation::new(4, mix(key));
            *counts.entry([0, 1, 2, 3].map(|i| permutation.apply(i))).or_insert(0.0) += 1.0;
        }
        let found: f64 = counts.values().map(|n: &f64| (n - 1000.0).powi(2) / 1000.0).sum();
        let missing = 1000.0 * (24 - counts.len()) as f64;
        assert!(found + missing < 75.0, "{found} + {missing}");
    }
}

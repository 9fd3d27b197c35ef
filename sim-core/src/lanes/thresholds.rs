//! Bits whose probability differs between trials.

use super::{LANES, Lanes, Outlined, Source, WORDS};

/// Binary digits of a probability that are kept.
const DIGITS: usize = 64;

/// One probability per lane, prepared for drawing with [`Source::below`]: the binary digits of all 512, bit-sliced, so that digit `i` of
/// all of them is one vector. A probability is realized up to 2^-64; 0 and 1 exactly.
///
/// By default no bit is ever set, and none is drawn.
#[derive(Clone, Debug, Default)]
pub struct Thresholds {
    /// From the highest; empty until probabilities are set.
    digits: Vec<[u64; WORDS]>,
    /// Lanes whose bit is always set.
    certain: [u64; WORDS],
}

impl Thresholds {
    /// Sets the probability of every lane; what is outside [0, 1] by rounding counts as the nearer end.
    pub fn set(&mut self, mut probability: impl FnMut(usize) -> f64) {
        const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
        self.digits.resize(DIGITS, [0; WORDS]);
        for word in 0..LANES / 64 {
            let mut rows = [0u64; 64];
            let mut certain = 0;
            for (lane, row) in rows.iter_mut().enumerate() {
                let p = probability(64 * word + lane);
                certain |= u64::from(p >= 1.0) << lane;
                // A positive probability keeps its smallest digit.
                *row = ((p * TWO_TO_64) as u64).max(u64::from(p > 0.0));
            }
            self.certain[word] = certain;
            transpose(&mut rows);
            for (digit, row) in rows.into_iter().enumerate() {
                // Row 0 holds the lowest digit.
                self.digits[DIGITS - 1 - digit][word] = row;
            }
        }
    }
}

/// Transposes a matrix of 64 x 64 bits: bit `j` of row `i` becomes bit `i` of row `j`.
///
/// Source: H. S. Warren, "Hacker's Delight", 2nd ed., section 7-3.
fn transpose(rows: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = 0x0000_0000_ffff_ffff_u64;
    while width > 0 {
        for block in (0..64).step_by(2 * width) {
            for i in block..block + width {
                let change = (rows[i] >> width ^ rows[i + width]) & mask;
                rows[i + width] ^= change;
                rows[i] ^= change << width;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

impl<L: Lanes> Source<'_, L> {
    /// Independent bits, each set with the probability of its lane: the digits of uniform numbers against those of the thresholds, from the
    /// highest, until all 512 pairs differ; about ten digits.
    #[inline(always)]
    pub fn below(&mut self, thresholds: &Thresholds) -> L {
        let mut below = L::from_words(thresholds.certain);
        let mut undecided = below.not();
        for digit in &thresholds.digits {
            let (random, digit) = (self.fair(), L::from_words(*digit));
            below = below.or(undecided.and(digit.and_not(random)));
            undecided = undecided.and_not(random.xor(digit));
            if undecided.is_zero() {
                break;
            }
        }
        below
    }
}

impl<'a, L: Lanes> Source<'a, L> {
    /// Fills every vector as [`Source::below`] does, in a function of its own.
    #[inline(always)]
    pub fn fill_below(self, thresholds: &Thresholds, vectors: &mut [L]) -> Self {
        L::outline(FillBelow { source: self, thresholds, vectors })
    }
}

struct FillBelow<'a, 'b, L> {
    source: Source<'a, L>,
    thresholds: &'b Thresholds,
    vectors: &'b mut [L],
}

impl<'a, L: Lanes> Outlined for FillBelow<'a, '_, L> {
    type Output = Source<'a, L>;
    #[inline(always)]
    fn run(mut self) -> Source<'a, L> {
        for vector in self.vectors {
            *vector = self.source.below(self.thresholds);
        }
        self.source
    }
}

#[cfg(test)]
mod tests {
    use super::transpose;

    #[test]
    fn rows_become_columns() {
        let mut rows: [u64; 64] = std::array::from_fn(|i| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let before = rows;
        transpose(&mut rows);
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in before.iter().enumerate() {
                assert_eq!(row >> j & 1, column >> i & 1);
            }
        }
    }
}

//! Masks: bits that are set independently with one probability. [`Mask`] says how they are drawn.

use crate::random::InvalidProbability;

/// Outcomes of four lanes.
const OUTCOMES: usize = 16;

/// Below this distance from 0 or 1 a probability has no table.
const RAREST: f64 = 1.0 / (1u64 << 50) as f64;

/// Bits that are set independently with one probability, prepared for drawing with [`Source::mask`](super::Source::mask).
///
/// # Joint alias tables
/// The obvious way compares a uniform number with the probability in every lane, which costs a random vector per binary digit. Drawing four
/// lanes together is cheaper. They are a nibble, half a byte, and have 16 outcomes; with probability `p` of a bit, an outcome of `k` ones has
/// mass `p^k (1-p)^(4-k)`.
///
/// Walker's alias method (ACM TOMS 3(3), 1977) draws one of the outcomes. Its table has a column for each, with a threshold and another
/// outcome, the alias. A column is drawn uniformly among 16 and a number uniformly in [0, 1): where the number is below the column's
/// threshold the outcome is the column itself, else its alias. The thresholds are such that every outcome gets its mass.
///
/// ```text
///    p = 1/4                                      column 1111: threshold 1/16, alias 1000
///
///    lanes of one byte     7 6 5 4   3 2 1 0
///    column                1 1 1 1   0 1 0 0      4 random bits per nibble: outcomes themselves
///    first digit             200        31        8 random bits per nibble, a digit to the base 256
///    threshold                16       160        first digits of the columns' thresholds, from the table
///    replaced                yes        no        200 >= 16, 31 < 160
///    change                0 1 1 1   0 0 0 0      column and alias differ in these bits
///    bits                  1 0 0 0   0 1 0 0      column exclusive-or change
/// ```
///
/// A column and a first digit are 12 random bits for four lanes, and table look-ups in registers (a shuffle of bytes looks up 64 nibbles at
/// once) make it one or two dozen instructions for 512 lanes. Only where the first digit equals the threshold's, one in 256 nibbles, are 64
/// further digits drawn; the thresholds are exact to 72 binary digits, so the law of the four lanes is the product law as far as floats
/// can tell: lanes are neither biased nor dependent by more than 10^-15 ([`Mask::realized`], [`Mask::pair_covariance`]).
///
/// A probability within 2^-50 of 0 or 1 is drawn by comparing the binary digits of uniform numbers with its own, all of them: no positive
/// probability is ever realized as 0.
#[derive(Clone, Debug)]
pub struct Mask {
    probability: f64,
    kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Certain(bool),
    Fair,
    Alias(Box<AliasTable>),
    /// Bits with these digits' probability, or the opposite ones.
    Rare {
        digits: Digits,
        complement: bool,
    },
}

/// The alias table of four lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasTable {
    /// By column: the first 8 binary digits of its threshold, read as one digit to the base 256.
    pub(super) thresholds: [u8; OUTCOMES],
    /// By column: the bits in which its alias differs from it.
    pub(super) changes: [u8; OUTCOMES],
    /// The same, in the high nibble: a shuffle looks up whole bytes.
    pub(super) high_changes: [u8; OUTCOMES],
    /// By column: the following 64 binary digits of its threshold.
    digits: [u64; OUTCOMES],
}

impl Mask {
    /// Bits with this probability of being set.
    ///
    /// # Errors
    /// `probability` is NaN or outside [0, 1].
    pub fn new(probability: f64) -> Result<Self, InvalidProbability> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(InvalidProbability(probability));
        }
        let kind = match probability {
            0.0 => Kind::Certain(false),
            1.0 => Kind::Certain(true),
            0.5 => Kind::Fair,
            p if p < RAREST => Kind::Rare { digits: Digits::of(p), complement: false },
            p if 1.0 - p < RAREST => Kind::Rare { digits: Digits::of(1.0 - p), complement: true },
            p => Kind::Alias(Box::new(AliasTable::new(p))),
        };
        Ok(Self { probability, kind })
    }

    /// The mask of votes that are right with bias `bias`: probability `(1 + bias) / 2`.
    ///
    /// # Errors
    /// `bias` is NaN or outside [-1, 1].
    pub fn of_bias(bias: f64) -> Result<Self, InvalidProbability> {
        Self::new(0.5 * (1.0 + bias))
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The probability that was asked for.
    pub fn probability(&self) -> f64 {
        self.probability
    }

    /// Whether every draw is the same: the bit, if so.
    pub fn certain(&self) -> Option<bool> {
        match self.kind {
            Kind::Certain(bit) => Some(bit),
            _ => None,
        }
    }

    /// The probability with which bits are really set.
    pub fn realized(&self) -> f64 {
        match &self.kind {
            Kind::Alias(table) => table.mass_of(|outcome| f64::from(outcome.count_ones())) / 4.0,
            _ => self.probability,
        }
    }

    /// The covariance of two lanes of one nibble, on the average over their six pairs. Independent lanes have 0; relative to the
    /// variance `p (1 - p)` of a bit, three times this is what the variance of a count of lanes is inflated by.
    pub fn pair_covariance(&self) -> f64 {
        let Kind::Alias(table) = &self.kind else { return 0.0 };
        let p = self.realized();
        // Centered before the products are summed: for p near 0 or 1 their difference would be lost.
        let centered = |outcome: u8| {
            let lane = |i: u8| f64::from(outcome >> i & 1) - p;
            let pairs = (0..4).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs.map(|(i, j)| lane(i) * lane(j)).sum::<f64>() / 6.0
        };
        table.mass_of(centered)
    }
}

impl AliasTable {
    /// Vose's construction: columns with less than their share are filled up by those with more.
    fn new(p: f64) -> Self {
        let q = 1.0 - p;
        let mass = |outcome: usize| match outcome.count_ones() {
            0 => q * q * q * q,
            1 => p * q * q * q,
            2 => p * p * q * q,
            3 => p * p * p * q,
            _ => p * p * p * p,
        };
        let mut shares: [f64; OUTCOMES] = std::array::from_fn(|outcome| OUTCOMES as f64 * mass(outcome));
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..OUTCOMES).partition(|&outcome| shares[outcome] < 1.0);
        let mut table = Self {
            thresholds: [0; OUTCOMES],
            changes: [0; OUTCOMES],
            high_changes: [0; OUTCOMES],
            digits: [0; OUTCOMES],
        };
        while let (Some(column), Some(&alias)) = (small.pop(), large.last()) {
            table.set(column, shares[column], alias);
            shares[alias] -= 1.0 - shares[column];
            if shares[alias] < 1.0 {
                large.pop();
                small.push(alias);
            }
        }
        // What is left has its whole share, up to rounding: its alias is itself.
        table
    }

    fn set(&mut self, column: usize, share: f64, alias: usize) {
        const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
        let scaled = 256.0 * share;
        // Scaling by powers of two and taking the integer part lose nothing; a share below 1 has a first digit below 256.
        self.thresholds[column] = scaled as u8;
        self.digits[column] = ((scaled - f64::from(scaled as u8)) * TWO_TO_64) as u64;
        self.changes[column] = (column ^ alias) as u8;
        self.high_changes[column] = self.changes[column] << 4;
    }

    /// What `drawn`, the further digits, change at a nibble whose first digit equals its threshold, in the word that holds it: the nibble was
    /// replaced by its alias, and is its column again where the digits are below the threshold's. The nibble is the low or high one
    /// of a byte of `columns`.
    #[inline(always)]
    pub(super) fn undecided(&self, columns: &[u64; super::WORDS], byte: u32, high: bool, drawn: u64) -> u64 {
        let shift = 8 * (byte % 8) + 4 * u32::from(high);
        let column = (columns[byte as usize / 8] >> shift & 15) as usize;
        let change = u64::from(self.changes[column]) << shift;
        // A branch here would be guessed wrong every second time.
        std::hint::select_unpredictable(drawn < self.digits[column], change, 0)
    }

    /// The mean of a function of the outcome.
    fn mass_of(&self, f: impl Fn(u8) -> f64) -> f64 {
        let column = |c: usize| {
            let share = (f64::from(self.thresholds[c]) + self.digits[c] as f64 * 2f64.powi(-64)) / 256.0;
            share * f(c as u8) + (1.0 - share) * f(c as u8 ^ self.changes[c])
        };
        (0..OUTCOMES).map(column).sum::<f64>() / OUTCOMES as f64
    }
}

/// The binary digits of a probability below 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits(f64);

impl Digits {
    pub(super) fn of(probability: f64) -> Self {
        Self(probability)
    }

    /// All digits after the point, up to the last one that is set.
    #[inline(always)]
    pub(super) fn iter(self) -> impl Iterator<Item = bool> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            (rest > 0.0).then(|| {
                rest *= 2.0;
                let digit = rest >= 1.0;
                rest -= f64::from(u8::from(digit));
                digit
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AliasTable;

    /// The example of the module's documentation.
    #[test]
    fn the_table_of_one_quarter() {
        let table = AliasTable::new(0.25);
        assert_eq!((table.thresholds[0b1111], table.changes[0b1111]), (16, 0b1111 ^ 0b1000));
        assert_eq!(table.thresholds[0b0100], 160);
        assert_eq!(table.digits, [0; 16]);
    }
}

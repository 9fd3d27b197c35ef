//! Masks: bits that are set independently with one probability.
//!
//! # Joint alias tables
//! Four lanes together have 16 outcomes; with probability `p` of a bit, an outcome of `k` ones has mass `p^k (1-p)^(4-k)`.
//! Walker's alias method (ACM TOMS 3(3), 1977) draws one of them from a column, uniform among 16, and a digit that is compared with the column's
//! threshold: below it the outcome is the column itself, else the column's alias. A column and a first digit of 8 bits are 12 random
//! bits for four lanes, and table look-ups in registers make it one or two dozen instructions for 512 lanes. Only where the first digit
//! equals the threshold's, one in 256 nibbles, are 64 further digits drawn; the thresholds are exact to 72 binary digits, so
//! the law of the four lanes is the product law as far as floats can tell: lanes are neither biased nor dependent by more than 10^-15
//! ([`Mask::realized`], [`Mask::pair_covariance`]).
//!
//! A probability within 2^-50 of 0 or 1 is drawn by comparing the binary digits of uniform numbers with its own, all of them: no positive
//! probability is ever realized as 0.

use crate::random::InvalidProbability;

/// Outcomes of four lanes.
const OUTCOMES: usize = 16;

/// Below this distance from 0 or 1 a probability has no table.
const RAREST: f64 = 1.0 / (1u64 << 50) as f64;

/// Bits that are set independently with one probability, prepared for drawing with [`Source::mask`](super::Source::mask).
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
    /// By column: the first 8 binary digits of its threshold.
    pub(super) thresholds: [u8; OUTCOMES],
    /// By column: the bits in which its alias differs from it.
    pub(super) changes: [u8; OUTCOMES],
    /// The same, in the high nibble.
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
            p if p < RAREST => Kind::Rare { digits: Digits(p), complement: false },
            p if 1.0 - p < RAREST => Kind::Rare { digits: Digits(1.0 - p), complement: true },
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

    /// What `drawn`, the further digits, change at a nibble whose first digit equals its threshold, in the word that holds it. The nibble is
    /// the low or high one of a byte of `columns`.
    #[inline(always)]
    pub(super) fn undecided(&self, columns: &[u64; super::WORDS], byte: u32, high: bool, drawn: u64) -> u64 {
        let shift = 8 * (byte % 8) + 4 * u32::from(high);
        let column = (columns[byte as usize / 8] >> shift & 15) as usize;
        let keep = u64::from(drawn < self.digits[column]);
        (keep * u64::from(self.changes[column])) << shift
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

/// The binary digits of a probability below 1/2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits(f64);

impl Digits {
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

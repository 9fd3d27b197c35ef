//! Masks of several probabilities from the same random numbers.

use super::mask::Digits;
use super::{Lanes, Outlined, Source};
use crate::random::InvalidProbability;

/// Binary digits that are drawn before a lane is given up as equal to its probability; it never is in practice.
const DIGITS: usize = 64;

/// Several probabilities, prepared for masks that share their uniform numbers: a lane's bit is set in the mask of `p` where its number is
/// below `p`. Each mask has its own exact law; together they are as alike as they can be: what is set at one probability is
/// set at every larger one.
#[derive(Clone, Debug)]
pub struct CommonMasks {
    /// By digit, from the highest: that digit of every probability.
    digits: Vec<Vec<bool>>,
    /// Which probabilities are 1.
    certain: Vec<bool>,
}

impl CommonMasks {
    /// Masks of these probabilities.
    ///
    /// # Errors
    /// A probability is NaN or outside [0, 1].
    pub fn new(probabilities: &[f64]) -> Result<Self, InvalidProbability> {
        if let Some(&wrong) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(InvalidProbability(wrong));
        }
        let mut rows: Vec<_> =
            probabilities.iter().map(|&p| Digits::of(if p < 1.0 { p } else { 0.0 }).iter()).collect();
        let digit = |_| rows.iter_mut().map(|row| row.next().unwrap_or(false)).collect();
        Ok(Self {
            digits: (0..DIGITS).map(digit).collect(),
            certain: probabilities.iter().map(|&p| p == 1.0).collect(),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.certain.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.certain.is_empty()
    }
}

impl<'a, L: Lanes> Source<'a, L> {
    /// One vector per probability, all from the same numbers, in a function of its own. `undecided` is room of the same length.
    #[inline(always)]
    pub fn common(self, masks: &CommonMasks, vectors: &mut [L], undecided: &mut [L]) -> Self {
        L::outline(FillCommon { source: self, masks, vectors, undecided })
    }
}

struct FillCommon<'a, 'b, L> {
    source: Source<'a, L>,
    masks: &'b CommonMasks,
    vectors: &'b mut [L],
    undecided: &'b mut [L],
}

impl<'a, L: Lanes> Outlined for FillCommon<'a, '_, L> {
    type Output = Source<'a, L>;

    #[inline(always)]
    fn run(self) -> Source<'a, L> {
        let Self { mut source, masks, vectors, undecided } = self;
        for ((below, open), &certain) in vectors.iter_mut().zip(undecided.iter_mut()).zip(&masks.certain) {
            *below = L::splat(certain);
            *open = below.not();
        }
        for digits in &masks.digits {
            let random = source.fair();
            let mut any = L::splat(false);
            for ((below, open), &digit) in vectors.iter_mut().zip(undecided.iter_mut()).zip(digits) {
                if digit {
                    *below = below.or(open.and_not(random));
                    *open = open.and(random);
                } else {
                    *open = open.and_not(random);
                }
                any = any.or(*open);
            }
            if any.is_zero() {
                break;
            }
        }
        source
    }
}

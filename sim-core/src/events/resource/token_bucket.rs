//! A limit per time with a burst.

use thiserror::Error;

use super::NeverServes;
use crate::events::{Duration, Time};

/// A token bucket: it holds at most `burst` tokens, is full in the beginning, and is filled at a constant rate. In any window of time it
/// gives at most `rate * window + burst`.
///
/// The level is kept in whole parts of a token, so that nothing is gained by rounding, however often it is asked.
///
/// ```
/// use sim_core::events::resource::{Refusal, TokenBucket};
/// use sim_core::events::{Duration, Time};
///
/// // 60 requests a minute, two at once.
/// let mut bucket = TokenBucket::per_minute(60.0, 2)?;
/// assert!(bucket.try_take(Time::START, 2).is_ok());
/// assert_eq!(bucket.try_take(Time::START, 1), Err(Refusal::Wait(Duration::SECOND)));
/// assert!(bucket.try_take(Time::START + Duration::SECOND, 1).is_ok());
/// assert_eq!(bucket.try_take(Time::START, 3), Err(Refusal::Never { burst: 2 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    /// Thousandths of a token per minute, which are parts per nanosecond.
    rate: u64,
    burst: u64,
    /// In parts.
    level: u128,
    updated: Time,
}

/// Parts of a token: thousandths of a token per minute fill one part per nanosecond.
const PARTS: u128 = 60_000_000_000 * 1000;

/// Why a bucket gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is too little now; if nobody else takes any there is enough after this time.
    #[error("too much was asked for now; there is enough in {0}")]
    Wait(Duration),
    /// More was asked for than the bucket ever holds.
    #[error("more was asked for than the {burst} that there ever are at once")]
    Never {
        /// What it holds at most.
        burst: u64,
    },
}

impl TokenBucket {
    /// A full bucket that is filled at this rate, rounded down to thousandths of a token per minute.
    ///
    /// # Errors
    /// The rate is not a number, below a thousandth or above 10^15 per minute, or the bucket holds nothing.
    pub fn per_minute(rate: f64, burst: u64) -> Result<Self, NeverServes> {
        if !(0.001..=1e15).contains(&rate) {
            return Err(NeverServes::Rate { what: "the rate of a token bucket per minute", found: rate });
        }
        if burst == 0 {
            return Err(NeverServes::Nothing { what: "a burst" });
        }
        let rate = (rate * 1000.0) as u64;
        Ok(Self { rate, burst, level: u128::from(burst) * PARTS, updated: Time::START })
    }

    /// What it holds at most.
    pub fn burst(&self) -> u64 {
        self.burst
    }

    /// Fills it up and begins again.
    pub fn reset(&mut self) {
        (self.level, self.updated) = (u128::from(self.burst) * PARTS, Time::START);
    }

    /// Takes tokens. Times must not decrease; an earlier one counts as the last.
    ///
    /// # Errors
    /// There are too few now, or there never are as many. Nothing is taken.
    pub fn try_take(&mut self, now: Time, tokens: u64) -> Result<(), Refusal> {
        if tokens > self.burst {
            return Err(Refusal::Never { burst: self.burst });
        }
        let gone = u128::from(now.since(self.updated).as_nanoseconds());
        self.level = (self.level + gone * u128::from(self.rate)).min(u128::from(self.burst) * PARTS);
        self.updated = self.updated.max(now);
        let needed = u128::from(tokens) * PARTS;
        if self.level >= needed {
            self.level -= needed;
            return Ok(());
        }
        let wait = (needed - self.level).div_ceil(u128::from(self.rate));
        Err(Refusal::Wait(Duration::from_nanoseconds(u64::try_from(wait).unwrap_or(u64::MAX))))
    }

    /// Puts back what was taken and not used.
    pub fn put_back(&mut self, tokens: u64) {
        let full = u128::from(self.burst) * PARTS;
        self.level = (self.level + u128::from(tokens) * PARTS).min(full);
    }
}

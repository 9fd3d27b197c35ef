//! Points and lengths of simulated time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};
use thiserror::Error;

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// A point of simulated time: whole nanoseconds since the beginning of a run, up to 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(u64);

/// A length of simulated time: whole nanoseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(u64);

/// A number of seconds that is no length of time: negative, not a number, or more than 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a length of time is between 0 and 1.8e10 seconds; found {0}")]
pub struct InvalidDuration(pub f64);

impl Time {
    /// The beginning of every run.
    pub const START: Self = Self(0);
    /// The last point of time. What would lie after it lies at it.
    pub const END: Self = Self(u64::MAX - 1);

    /// The point this many nanoseconds after the beginning.
    #[inline]
    pub fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self(nanoseconds.min(Self::END.0))
    }

    /// Nanoseconds since the beginning.
    #[inline]
    pub fn as_nanoseconds(self) -> u64 {
        self.0
    }

    /// Seconds since the beginning, rounded to the nearest float.
    #[inline]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / NANOSECONDS_PER_SECOND
    }

    /// Time gone by since an earlier point; zero since a later one.
    #[inline]
    pub fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000_000);
    /// The longest length of time.
    pub const MAX: Self = Self(u64::MAX - 1);

    /// This many nanoseconds.
    #[inline]
    pub fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self(nanoseconds.min(Self::MAX.0))
    }

    /// This many seconds, rounded to the nearest nanosecond.
    ///
    /// # Errors
    /// The number is negative, not a number, or more than 584 years.
    #[inline]
    pub fn from_seconds(seconds: f64) -> Result<Self, InvalidDuration> {
        let nanoseconds = libm::round(seconds * NANOSECONDS_PER_SECOND);
        if seconds >= 0.0 && nanoseconds < Self::MAX.0 as f64 {
            Ok(Self(nanoseconds as u64))
        } else {
            Err(InvalidDuration(seconds))
        }
    }

    /// This many seconds; no time where that is negative or not a number, the longest time where it is more. For draws of laws whose
    /// support was checked.
    #[inline]
    pub fn from_seconds_saturating(seconds: f64) -> Self {
        /// 292 years: up to here a signed number is enough, to which a float is cast much faster.
        const SIGNED: f64 = 9_223_372_036_854_774_784.0;
        let nanoseconds = seconds * NANOSECONDS_PER_SECOND + 0.5;
        if nanoseconds <= SIGNED {
            return Self((nanoseconds as i64).max(0).cast_unsigned());
        }
        // A cast of a float saturates, and takes what is not a number to 0.
        Self((nanoseconds as u64).min(Self::MAX.0))
    }

    /// Whole nanoseconds.
    #[inline]
    pub fn as_nanoseconds(self) -> u64 {
        self.0
    }

    /// Seconds, rounded to the nearest float.
    #[inline]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / NANOSECONDS_PER_SECOND
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    #[inline]
    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(length.0).min(Self::END.0))
    }
}

impl AddAssign<Duration> for Time {
    #[inline]
    fn add_assign(&mut self, length: Duration) {
        *self = *self + length;
    }
}

impl Add for Duration {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(Self::MAX.0))
    }
}

impl AddAssign for Duration {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Self;
    /// What is left of a length; zero where the other is longer.
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.as_seconds())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.as_seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_to_nanoseconds() {
        for (seconds, nanoseconds) in
            [(0.0, 0), (1e-10, 0), (0.6e-9, 1), (1.5, 1_500_000_000), (1e10, 10u64.pow(19))]
        {
            assert_eq!(Duration::from_seconds(seconds).unwrap().as_nanoseconds(), nanoseconds);
            assert_eq!(Duration::from_seconds_saturating(seconds).as_nanoseconds(), nanoseconds);
        }
        for seconds in [-1e-9, -0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.9e10] {
            assert!(Duration::from_seconds(seconds).is_err(), "{seconds}");
        }
        assert_eq!(Duration::from_seconds_saturating(f64::NAN), Duration::ZERO);
        assert_eq!(Duration::from_seconds_saturating(-1.0), Duration::ZERO);
        assert_eq!(Duration::from_seconds_saturating(f64::INFINITY), Duration::MAX);
    }

    #[test]
    fn time_ends_instead_of_wrapping() {
        assert_eq!(Time::END + Duration::SECOND, Time::END);
        assert_eq!(Time::from_nanoseconds(u64::MAX), Time::END);
        assert_eq!(Duration::MAX + Duration::MAX, Duration::MAX);
        assert_eq!(Time::START.since(Time::END), Duration::ZERO);
        assert_eq!(Duration::SECOND - Duration::MAX, Duration::ZERO);
    }
}

//! The mean of a level over time.

use crate::events::Time;

/// A level that changes in time, such as the number in line: its mean over time and its largest value.
///
/// ```
/// use sim_core::events::statistics::TimeWeighted;
/// use sim_core::events::{Duration, Time};
///
/// let at = |seconds: u64| Time::from_nanoseconds(seconds * 1_000_000_000);
/// let mut line = TimeWeighted::new(Time::START, 0.0);
/// line.set(at(1), 4.0);
/// line.set(at(3), 1.0);
/// // One second of 0, two of 4, one of 1.
/// assert_eq!((line.mean(at(4)), line.max()), (9.0 / 4.0, 4.0));
/// // Warm-up: what was is forgotten, the level stays.
/// line.restart(at(4));
/// assert_eq!((line.mean(at(6)), line.max()), (1.0, 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeWeighted {
    level: f64,
    since: Time,
    began: Time,
    /// Level times seconds.
    area: f64,
    max: f64,
}

impl TimeWeighted {
    /// A level from a point of time on.
    pub fn new(now: Time, level: f64) -> Self {
        Self { level, since: now, began: now, area: 0.0, max: level }
    }

    /// The level now.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The level changes to this. Times must not decrease; a change in the past counts as one at the last change.
    #[inline]
    pub fn set(&mut self, now: Time, level: f64) {
        self.area += self.level * now.since(self.since).as_seconds();
        self.since = self.since.max(now);
        self.level = level;
        self.max = self.max.max(level);
    }

    /// The level changes by this.
    #[inline]
    pub fn add(&mut self, now: Time, change: f64) {
        self.set(now, self.level + change);
    }

    /// Forgets what was; the level stays. This removes a warm-up.
    pub fn restart(&mut self, now: Time) {
        *self = Self::new(now, self.level);
    }

    /// Level times seconds from the beginning until now.
    pub fn area(&self, now: Time) -> f64 {
        self.area + self.level * now.since(self.since).as_seconds()
    }

    /// The mean over time until now; the level itself where no time has gone by.
    pub fn mean(&self, now: Time) -> f64 {
        let seconds = now.since(self.began).as_seconds();
        if seconds > 0.0 { self.area(now) / seconds } else { self.level }
    }

    /// The largest level.
    pub fn max(&self) -> f64 {
        self.max
    }
}

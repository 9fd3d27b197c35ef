//! Waits between tries.

use thiserror::Error;

use crate::events::Duration;
use crate::random::Stream;

/// Exponential backoff with jitter: before the `k`-th retry, from 1, the mean wait is `first * 2^(k - 1)`, at most `longest`; of that
/// wait a share `jitter` is drawn uniformly around its mean. Without jitter all that were refused together come back together.
///
/// ```
/// use sim_core::events::Duration;
/// use sim_core::events::resource::Backoff;
/// use sim_core::random::{Address, Family, Purpose, Streams};
///
/// let backoff = Backoff::new(Duration::SECOND, Duration::from_seconds(5.0)?, 0.0)?;
/// let mut stream = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
/// let waits: Vec<f64> = (1..=4).map(|retry| backoff.wait(retry, &mut stream).as_seconds()).collect();
/// assert_eq!(waits, [1.0, 2.0, 4.0, 5.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    jitter: f64,
}

/// A share of jitter outside [0, 1], or not a number.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("the jitter of a wait is a share in [0, 1]; found {0}")]
pub struct InvalidBackoff(pub f64);

impl Default for Backoff {
    /// One second, doubled up to a minute, with full jitter.
    fn default() -> Self {
        Self { first: Duration::SECOND, longest: Duration::from_nanoseconds(60_000_000_000), jitter: 1.0 }
    }
}

impl Backoff {
    /// `jitter` in [0, 1]: 0 waits exactly as long as the rule says, 1 anything from 0 to twice as long ("full jitter").
    ///
    /// # Errors
    /// `jitter` is outside [0, 1].
    pub fn new(first: Duration, longest: Duration, jitter: f64) -> Result<Self, InvalidBackoff> {
        if (0.0..=1.0).contains(&jitter) {
            Ok(Self { first, longest, jitter })
        } else {
            Err(InvalidBackoff(jitter))
        }
    }

    /// The wait before a retry, from 1. It draws one number, also without jitter.
    pub fn wait(&self, retry: u32, stream: &mut Stream) -> Duration {
        let doublings = retry.saturating_sub(1).min(63);
        let doubled = self.first.as_nanoseconds().saturating_mul(1 << doublings);
        let mean = Duration::from_nanoseconds(doubled).min(self.longest).as_seconds();
        Duration::from_seconds_saturating(mean * (1.0 + self.jitter * (2.0 * stream.uniform() - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Address, Family, Purpose, Streams};

    /// 10^5 waits of mean 4 s, uniform on [2, 6]: mean within 5 standard errors (false-alarm rate 5.7e-7).
    #[test]
    fn jitter_keeps_the_mean_and_the_bounds() {
        let backoff = Backoff::new(Duration::SECOND, Duration::MAX, 0.5).unwrap();
        let mut stream = Streams::new(2, Purpose::World, Family::common()).open(Address::trial(0));
        let n = 100_000;
        let waits: Vec<f64> = (0..n).map(|_| backoff.wait(3, &mut stream).as_seconds()).collect();
        assert!(waits.iter().all(|&wait| (2.0..=6.0).contains(&wait)));
        let mean = waits.iter().sum::<f64>() / f64::from(n);
        assert!((mean - 4.0).abs() < 5.0 * (16.0 / 12.0 / f64::from(n)).sqrt(), "{mean}");
    }

    #[test]
    fn doubling_does_not_wrap() {
        let backoff = Backoff::new(Duration::MAX, Duration::MAX, 1.0).unwrap();
        let mut stream = Streams::new(2, Purpose::World, Family::common()).open(Address::trial(0));
        assert!(backoff.wait(u32::MAX, &mut stream) <= Duration::MAX);
        for jitter in [-0.1, 1.1, f64::NAN] {
            assert!(Backoff::new(Duration::SECOND, Duration::SECOND, jitter).is_err());
        }
    }
}

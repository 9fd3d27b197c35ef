//! A state that is on and off by turns, for exponential times.

use sim_core::events::{Duration, Time};
use sim_core::random::Stream;

/// A two-state Markov process in stationarity, which is drawn as far as somebody looks.
#[derive(Clone, Debug)]
pub(super) struct Alternating {
    /// Mean time off and on, in seconds.
    mean: [f64; 2],
    stream: Stream,
    starts_on: bool,
    /// When the state changes, in order.
    changes: Vec<Time>,
}

impl Alternating {
    /// `rate` is that of going on per second off, `length` the mean time on.
    pub(super) fn new(rate: f64, length: Duration, stream: Stream) -> Self {
        let mean = [1.0 / rate, length.as_seconds()];
        Self { mean, stream, starts_on: false, changes: Vec::new() }.started()
    }

    /// Begins again with other draws.
    pub(super) fn reset(&mut self, stream: Stream) {
        self.stream = stream;
        self.changes.clear();
        let again = std::mem::take(&mut self.changes);
        *self = Self { changes: again, ..self.clone() }.started();
    }

    fn started(mut self) -> Self {
        let [off, on] = self.mean;
        // Never on where nothing goes on, or where it takes no time.
        let share = if off.is_finite() { on / (off + on) } else { 0.0 };
        self.starts_on = self.stream.uniform() < share;
        self
    }

    /// Whether it is on at a time. Times may be asked for in any order.
    pub(super) fn is_on(&mut self, time: Time) -> bool {
        while self.changes.last().is_none_or(|&last| last <= time) {
            let on = self.starts_on == self.changes.len().is_multiple_of(2);
            let mean = self.mean[usize::from(on)];
            let length = Duration::from_seconds_saturating(-mean * libm::log(self.stream.uniform()));
            let last = self.changes.last().copied().unwrap_or(Time::START);
            // A state of no length still ends after the last one, so that the loop comes to its end.
            self.changes.push(last + length + Duration::from_nanoseconds(1));
        }
        let changed = self.changes.partition_point(|&change| change <= time);
        self.starts_on == changed.is_multiple_of(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::random::{Address, Family, Purpose, Streams};

    /// The share of time on, and that of pairs of moments a second apart that are both on, over 2 x 10^4 processes, within 5 standard
    /// errors (false-alarm rate 1.2e-6). With rates `a` of going on and `b` of going off the share is `p = a / (a + b)`, and that of
    /// pairs `p (p + (1 - p) exp(-(a + b)))`.
    #[test]
    fn it_is_on_for_its_share_of_time() {
        let (rate, length) = (0.5, 2.0);
        let streams = Streams::new(4, Purpose::World, Family::common());
        let n = 20_000;
        let (mut on, mut both) = (0.0, 0.0);
        for trial in 0..n {
            let stream = streams.open(Address::trial(trial));
            let mut state = Alternating::new(rate, Duration::from_seconds(length).unwrap(), stream);
            let at = |seconds| Time::START + Duration::from_seconds(seconds).unwrap();
            // Asked out of order on purpose.
            let (later, now) = (state.is_on(at(3.0)), state.is_on(at(2.0)));
            assert_eq!(state.is_on(at(3.0)), later);
            on += f64::from(u8::from(now));
            both += f64::from(u8::from(now && later));
        }
        let p: f64 = 0.5;
        let pair = p * (p + (1.0 - p) * (-1.0f64).exp());
        for (count, share) in [(on, p), (both, pair)] {
            let error = (share * (1.0 - share) / n as f64).sqrt();
            assert!((count / n as f64 - share).abs() < 5.0 * error, "{count}: {share}");
        }
    }
}

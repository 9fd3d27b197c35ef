//! Progress on standard error: a bar for a person at a terminal, a line now and then for a log.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sim_core::monte_carlo::Progress;

use crate::output::{grouped, tell};

/// How often a bar says something new.
const BAR_EVERY: Duration = Duration::from_millis(200);

/// Shortest and longest time between two lines of a log; in between it is a twentieth of the time so far.
const LINES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));

/// How far something has come. It says so by itself, as often as is good for a terminal or a log.
#[derive(Clone)]
pub struct Bar(Arc<Inner>);

struct Inner {
    /// Hidden where nobody sees it.
    bar: ProgressBar,
    kind: Kind,
    count: Count,
    began: Instant,
    said: Mutex<Instant>,
}

/// Where progress is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quiet,
    Terminal,
    Log,
}

/// What was done so far.
struct Count {
    /// What is counted.
    unit: &'static str,
    length: AtomicU64,
    done: AtomicU64,
    /// What was done now; the rest was known from an earlier run, and says nothing about the time that is left.
    fresh: AtomicU64,
    trials: AtomicU64,
    failed: AtomicU64,
}

impl Bar {
    /// A bar over `length` trials of one run.
    pub fn trials(length: u64, quiet: bool) -> Self {
        Self::new("trials", length, quiet)
    }

    /// A bar over `length` cells of a sweep.
    pub fn cells(length: u64, quiet: bool) -> Self {
        Self::new("cells", length, quiet)
    }

    /// A bar over `length` claims of a check.
    pub fn claims(length: u64, quiet: bool) -> Self {
        Self::new("claims", length, quiet)
    }

    /// A bar over `length` chunks of a sharded sweep.
    pub fn chunks(length: u64, quiet: bool) -> Self {
        Self::new("chunks", length, quiet)
    }

    fn new(unit: &'static str, length: u64, quiet: bool) -> Self {
        let kind = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Kind::Quiet,
            (false, true) => Kind::Terminal,
            (false, false) => Kind::Log,
        };
        let target = match kind {
            Kind::Terminal => ProgressDrawTarget::stderr(),
            Kind::Quiet | Kind::Log => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        // The template is a constant; the default style stands in should it be mistyped.
        let style = ProgressStyle::with_template("{wide_bar} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let now = Instant::now();
        Self(Arc::new(Inner {
            bar,
            kind,
            count: Count::new(unit, length),
            began: now,
            said: Mutex::new(now),
        }))
    }

    /// One more is done.
    pub fn step(&self, failed: bool) {
        self.add(1, 1, 0, failed);
    }

    /// One more cell is done, with so many trials that were run now; `None` if it was known from an earlier run.
    pub fn cell(&self, failed: bool, trials: Option<u64>) {
        self.add(1, u64::from(trials.is_some()), trials.unwrap_or(0), failed);
    }

    /// So many cells are run again, with more trials.
    pub fn again(&self, cells: u64) {
        let length = self.0.count.length.fetch_add(cells, Ordering::Relaxed) + cells;
        self.0.bar.set_length(length);
    }

    fn add(&self, done: u64, fresh: u64, trials: u64, failed: bool) {
        let Inner { bar, kind, count, began, said } = &*self.0;
        count.done.fetch_add(done, Ordering::Relaxed);
        count.fresh.fetch_add(fresh, Ordering::Relaxed);
        count.trials.fetch_add(trials, Ordering::Relaxed);
        count.failed.fetch_add(u64::from(failed), Ordering::Relaxed);
        let pause = match kind {
            Kind::Quiet => return,
            Kind::Terminal => BAR_EVERY,
            Kind::Log => (began.elapsed() / 20).clamp(LINES.0, LINES.1),
        };
        // While another thread is telling, nobody else needs to.
        let Ok(mut said) = said.try_lock() else { return };
        if said.elapsed() < pause {
            return;
        }
        *said = Instant::now();
        let text = count.text(began.elapsed());
        match kind {
            Kind::Log => tell(&text),
            Kind::Terminal | Kind::Quiet => {
                bar.set_position(count.done.load(Ordering::Relaxed));
                bar.set_message(text);
            }
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.bar.finish_and_clear();
    }

    /// The bar as a watcher of trials.
    pub fn watcher(&self) -> Arc<dyn Progress> {
        Arc::new(self.clone())
    }
}

impl Progress for Bar {
    fn advance(&self, trials: u64) {
        self.add(trials, trials, 0, false);
    }
}

impl Count {
    fn new(unit: &'static str, length: u64) -> Self {
        let [done, fresh, trials, failed] = std::array::from_fn(|_| AtomicU64::new(0));
        Self { unit, length: AtomicU64::new(length), done, fresh, trials, failed }
    }

    /// What is to be said after this time. What is left is taken to cost what was done now has cost on average.
    fn text(&self, elapsed: Duration) -> String {
        let [length, done, fresh, trials, failed] =
            [&self.length, &self.done, &self.fresh, &self.trials, &self.failed]
                .map(|count| count.load(Ordering::Relaxed));
        let mut text = format!("{} of {} {}", grouped(done), grouped(length), self.unit);
        if trials > 0 {
            text.push_str(&format!(", {} trials", grouped(trials)));
        }
        let seconds = elapsed.as_secs_f64();
        if fresh > 0 && seconds > 0.0 {
            let rate = fresh as f64 / seconds;
            let left = length.saturating_sub(done) as f64 / rate;
            let left = Duration::from_secs_f64(left.clamp(0.0, 1e9).ceil());
            text.push_str(&format!(", {} per second", short(rate)));
            text.push_str(&format!(", about {} left", humantime::format_duration(left)));
        }
        if failed > 0 {
            text.push_str(&format!(", {} failed", grouped(failed)));
        }
        text
    }
}

/// A rate in few digits.
fn short(rate: f64) -> String {
    if rate >= 10.0 { grouped(rate.round() as u64) } else { format!("{rate:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_cells_that_were_run_now() {
        let bar = Bar::cells(1000, true);
        // 600 cells of an earlier run cost nothing; 40 took 20 s, so the 360 that are left take 180 s.
        (0..600).for_each(|_| bar.cell(false, None));
        (0..40).for_each(|i| bar.cell(i == 0, Some(50)));
        assert_eq!(
            bar.0.count.text(Duration::from_secs(20)),
            "640 of 1 000 cells, 2 000 trials, 2.00 per second, about 3m left, 1 failed"
        );
    }

    #[test]
    fn nothing_is_foretold_before_something_is_done() {
        let bar = Bar::chunks(7, true);
        assert_eq!(bar.0.count.text(Duration::from_secs(20)), "0 of 7 chunks");
    }
}

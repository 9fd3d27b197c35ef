//! Progress on standard error: a bar for a person at a terminal, nothing for a log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sim_core::monte_carlo::Progress;

/// A progress bar. It draws itself only on a terminal.
#[derive(Clone)]
pub struct Bar {
    bar: ProgressBar,
    failed: Arc<AtomicUsize>,
}

impl Bar {
    /// A bar over `length` trials of one run.
    pub fn trials(length: u64, quiet: bool) -> Self {
        Self::new(length, quiet, "{wide_bar} {human_pos}/{human_len} trials, {per_sec}, {eta} left")
    }

    /// A bar over `length` cells of a sweep.
    pub fn cells(length: u64, quiet: bool) -> Self {
        Self::new(length, quiet, "{wide_bar} {human_pos}/{human_len} cells, {per_sec}, {eta} left{msg}")
    }

    /// A bar over `length` chunks of a sharded sweep.
    pub fn chunks(length: u64, quiet: bool) -> Self {
        Self::new(length, quiet, "{wide_bar} {human_pos}/{human_len} chunks, {eta} left{msg}")
    }

    fn new(length: u64, quiet: bool, template: &str) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        // The templates are constants of this file; the default style stands in should one be mistyped.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, failed: Arc::default() }
    }

    /// One more cell is done.
    pub fn step(&self, failed: bool) {
        self.bar.inc(1);
        if failed {
            let count = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!(", {count} failed"));
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The bar as a watcher of trials.
    pub fn watcher(&self) -> Arc<dyn Progress> {
        Arc::new(self.clone())
    }
}

impl Progress for Bar {
    fn advance(&self, trials: u64) {
        self.bar.inc(trials);
    }
}

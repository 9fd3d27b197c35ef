//! Watching a run and ending it early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that anybody may raise, also a signal handler; running blocks end, new ones do not start.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Raises the flag.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the flag was raised.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Told how far a run has come.
pub trait Progress: Send + Sync {
    /// `trials` more trials are done. Called from the threads that ran them.
    fn advance(&self, trials: u64);
}

/// How a run is watched and cancelled. The default is not watched and never cancelled.
#[derive(Clone, Default)]
pub struct Control {
    cancellation: Cancellation,
    progress: Option<Arc<dyn Progress>>,
}

impl Control {
    /// Ends when `cancellation` is raised.
    pub fn new(cancellation: Cancellation) -> Self {
        Self { cancellation, progress: None }
    }

    /// Reports to `progress`.
    #[must_use]
    pub fn watched_by(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// The same, reporting to nobody: for a run that is a step of another one.
    #[must_use]
    pub fn unwatched(&self) -> Self {
        Self { cancellation: self.cancellation.clone(), progress: None }
    }

    /// Whether the run shall end.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    pub(super) fn advance(&self, trials: u64) {
        if let Some(progress) = &self.progress {
            progress.advance(trials);
        }
    }
}

//! `synergy compact`: one file of what an interrupted sweep left behind.

use std::path::PathBuf;

use clap::Args;
use sim_core::monte_carlo::{Cancellation, Control};
use sim_models::registry::Registry;

use crate::dataset::Directory;
use crate::output::say;
use crate::problem::{Exit, Outcome};
use crate::progress::Bar;
use crate::search::Studied;
use crate::sweep::{self, Choice};

/// Put what an interrupted sweep left into one file, without running a trial
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the data set
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let (_, manifest) = Directory::open(&self.directory)?;
        let scenario = manifest.scenario;
        let studied = Studied::of(&scenario, registry)?;
        let model = &*studied;
        // To write to it; rows of another version are refused.
        let directory = Directory::create(&self.directory, &scenario)?;
        // A sweep that is cancelled before it begins runs no trial, and leaves its directory compacted.
        let cancellation = Cancellation::default();
        cancellation.cancel();
        let bar = Bar::cells(0, true);
        let swept =
            sweep::run(&scenario, model, &directory, Choice::default(), &Control::new(cancellation), &bar)?;
        say(format_args!("{} of {} cells", swept.there, swept.counts.cells))?;
        say(format_args!("{}", directory.data_path().display()))?;
        Ok(Exit::Success)
    }
}

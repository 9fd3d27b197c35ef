//! `synergy check`: which claims of the theory hold.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use clap::{Args, value_parser};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_models::claims::{self, Claim, Effort, Finding};

use super::options::cancelled_by_signal;
use crate::output::check::{CheckFormat, Checked, report, table_of_claims};
use crate::output::write_bytes;
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;

/// Check the claims of the theory by simulation; exit code 1 if one that should hold does not
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Only claims whose name fits; `*` stands for any letters: boundary-*
    #[arg(long, value_name = "GLOB", default_value = "*")]
    claims: String,
    /// Margins twice as wide, which takes about a quarter of the trials; claims that are false somewhere, or that name their margin, keep it
    #[arg(long)]
    fast: bool,
    /// Also print how many trials each claim needs to be shown with its margin; `-` where a search or a grid makes the interval
    #[arg(long)]
    power: bool,
    /// Print the claims without checking them
    #[arg(long)]
    list: bool,
    /// Root of all randomness; the same seed gives the same findings for any number of threads
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Write them to this file instead; they are printed if that fails
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

impl Arguments {
    pub(super) fn execute(self) -> Outcome<Exit> {
        let chosen: Vec<Claim> =
            claims::all().into_iter().filter(|claim| fits(&self.claims, claim.id())).collect();
        if chosen.is_empty() {
            return Err(Problem::input(format!("no claim has a name that fits `{}`", self.claims))
                .help("synergy check --list shows the names"));
        }
        let effort = if self.fast { Effort::Fast } else { Effort::Full };
        if self.list {
            self.write(&table_of_claims(&chosen, effort, self.format)?)?;
            return Ok(Exit::Success);
        }
        self.can_write()?;
        let cancellation = cancelled_by_signal()?;
        let control = Control::new(cancellation.clone());
        let threads = self.threads.map_or(0, usize::from);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool =
            pool.map_err(|error| Problem::failure(format!("cannot start {threads} threads: {error}")))?;
        let bar = Bar::claims(chosen.len() as u64, self.quiet);
        let check = |claim: &Claim| {
            let finding = claim.check(&claim.predictions(), effort, self.seed, &control);
            bar.step(finding.as_ref().is_ok_and(|finding| !finding.verdict.is_good()));
            finding.map_err(|error| Problem::failure(format!("claim `{}`: {error}", claim.id())))
        };
        let findings: Vec<_> = pool.install(|| chosen.par_iter().map(check).collect());
        bar.finish();
        // A measurement that was cut short may have come to nothing; that is no mistake of its claim.
        if cancellation.is_cancelled() {
            return Ok(Exit::Cancelled);
        }
        let findings: Vec<Finding> = findings.into_iter().collect::<Outcome<_>>()?;
        let checked: Vec<Checked<'_>> =
            chosen.iter().zip(findings).map(|(claim, finding)| Checked { claim, finding }).collect();
        self.write(&report(&checked, self.format, self.power)?)?;
        let all_good = checked.iter().all(|checked| checked.finding.verdict.is_good());
        Ok(if all_good { Exit::Success } else { Exit::Failure })
    }

    fn write(&self, text: &str) -> Outcome<()> {
        let Some(path) = &self.out else { return write_bytes(text.as_bytes()) };
        fs::write(path, text).or_else(|error| {
            // Minutes of work are not lost to a full disk.
            write_bytes(text.as_bytes())?;
            Err(Problem::file("write", path, &error))
        })
    }

    /// Whether the findings will have a place: it is better to know before they are made. What is in the file stays there until then.
    fn can_write(&self) -> Outcome<()> {
        let Some(path) = &self.out else { return Ok(()) };
        let is_new = !path.exists();
        let opened = OpenOptions::new().append(true).create(true).open(path);
        opened.map_err(|error| Problem::file("write", path, &error))?;
        if is_new {
            // An empty file would look like findings of nothing if the run were cancelled.
            fs::remove_file(path).map_err(|error| Problem::file("write", path, &error))?;
        }
        Ok(())
    }
}

/// Whether a name fits a pattern in which `*` stands for any letters.
///
/// What is between two stars may as well be where it is found first: that leaves the most for the rest. So nothing is tried twice.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(before) else { return false };
    let (between, after) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in between.split('*') {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(after)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, name, expected) in [
            ("*", "boundary-b5", true),
            ("boundary-*", "boundary-b5", true),
            ("*-b*", "boundary-b5", true),
            ("boundary", "boundary-b5", false),
            ("*b3", "boundary-b31", false),
            ("boundary-b5", "boundary-b5", true),
            ("b*5", "boundary-b5", true),
            ("b*b*b5", "boundary-b5", false),
            ("b*b5", "b5", false),
            ("*a*a*", "relay", false),
            ("**-b*5", "boundary-b5", true),
            ("boundary-b5*", "boundary-b5", true),
            ("", "boundary-b5", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_one() {
        let (pattern, name) = ("*".repeat(10_000) + "z", "a".repeat(10_000));
        let began = std::time::Instant::now();
        assert!(!fits(&pattern, &name));
        assert!(!fits(&("*a".repeat(5000) + "z"), &name));
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}

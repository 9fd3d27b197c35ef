//! `synergy literature`: what papers report beside what the models say.

use clap::{Args, ValueEnum};
use sim_models::literature::FINDINGS;
use sim_models::registry::Registry;

use crate::output::{Compared, literature_json, literature_markdown, literature_text, say};
use crate::problem::{Exit, Outcome, Problem};

/// Compare numbers that papers report with what the models predict and simulate, each with its standing
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t)]
    format: LiteratureFormat,
}

/// How the comparison is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LiteratureFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// As a page
    Markdown,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let compare = |finding| Compared::new(finding, registry);
        let all: Vec<Compared> = FINDINGS.iter().map(compare).collect::<Outcome<_>>()?;
        match self.format {
            LiteratureFormat::Table => say(format_args!("{}", literature_text(&all).trim_end()))?,
            LiteratureFormat::Json => say(format_args!("{}", literature_json(&all)))?,
            LiteratureFormat::Markdown => say(format_args!("{}", literature_markdown(&all).trim_end()))?,
        }
        match all.iter().find(|compared| !compared.holds()) {
            None => Ok(Exit::Success),
            Some(wrong) => Err(Problem::failure(format!("the models do not say what is claimed: {wrong}"))),
        }
    }
}

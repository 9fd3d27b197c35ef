//! `synergy completions` and `synergy man`: generated from the definition of the command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::output::write_bytes;
use crate::problem::{Exit, Outcome, Problem};

/// Print completions for a shell
#[derive(Args, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page, or write the pages of all commands to a directory
#[derive(Args, Debug)]
pub(super) struct ManArguments {
    /// Directory for one page per command
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl CompletionsArguments {
    pub(super) fn execute(self) -> Outcome<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Cli::command(), "synergy", &mut script);
        write_bytes(&script)?;
        Ok(Exit::Success)
    }
}

impl ManArguments {
    pub(super) fn execute(self) -> Outcome<Exit> {
        let command = super::Cli::command();
        match self.out {
            Some(path) => {
                let fail = |error: std::io::Error| Problem::file("write", &path, &error);
                std::fs::create_dir_all(&path).map_err(fail)?;
                clap_mangen::generate_to(command, &path).map_err(fail)?;
            }
            None => {
                let mut page = Vec::new();
                let rendered = clap_mangen::Man::new(command).render(&mut page);
                rendered
                    .map_err(|error| Problem::failure(format!("cannot make the manual page: {error}")))?;
                write_bytes(&page)?;
            }
        }
        Ok(Exit::Success)
    }
}

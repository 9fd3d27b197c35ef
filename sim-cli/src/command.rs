//! The command line: one file per command.

mod advise;
mod calibrate;
mod check;
mod compact;
mod compare;
mod convert;
mod export;
mod forecast;
mod literature;
mod models;
mod options;
mod plan;
mod plot;
mod predict;
mod report;
mod reproduce;
mod run;
mod shards;
mod shell;
mod status;
mod sweep;
mod trace;
mod verify;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sim_models::registry::Registry;

use crate::problem::{Exit, Outcome};

/// Simulate budgeted multi-agent systems.
///
/// Fleets of agents help, saturate or collapse depending on how their errors correlate, how much their messages lose, how
/// many messages fit into a context window, and how the budget runs out. synergy predicts, simulates and draws it.
#[derive(Parser)]
#[command(name = "synergy", version, about, long_about, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  synergy run tree --set fan_in=5 --set fidelity=0.6 --set depth=30
  synergy predict tree --set correlation=0.3 --format json
  synergy sweep experiments/phase-boundary/scenario.toml
  synergy models tree

Exit codes: 0 done, 1 failure of the machine or of a claim, 2 wrong input, 3 some cells of a sweep failed, 4 what --fail-if names
holds, 130 cancelled.";

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Predict(predict::Arguments),
    Sweep(sweep::Arguments),
    Plot(plot::Arguments),
    Report(report::Arguments),
    Shards(shards::Arguments),
    Status(status::Arguments),
    Check(check::Arguments),
    Reproduce(reproduce::Arguments),
    Compact(compact::Arguments),
    Export(export::Arguments),
    Verify(verify::Arguments),
    Trace(trace::Arguments),
    Compare(compare::Arguments),
    Plan(plan::Arguments),
    Forecast(forecast::Arguments),
    Calibrate(calibrate::Arguments),
    Advise(advise::Arguments),
    Convert(convert::Arguments),
    Models(models::Arguments),
    Schema(models::SchemaArguments),
    Literature(literature::Arguments),
    Completions(shell::CompletionsArguments),
    Man(shell::ManArguments),
}

/// The command line over these models. Give it [`Registry::builtin`], with models of your own if you have some.
pub fn main(registry: Registry) -> ExitCode {
    main_from(&registry, std::env::args_os()).into()
}

/// The same with arguments that are given, the program's name first.
fn main_from(registry: &Registry, arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors. If their stream is closed, nobody reads them.
            let _ = error.print();
            return if error.use_stderr() { Exit::Input } else { Exit::Success };
        }
    };
    match execute(registry, cli.command) {
        Ok(exit) => exit,
        Err(problem) => {
            let exit = problem.exit();
            problem.report();
            exit
        }
    }
}

fn execute(registry: &Registry, command: Command) -> Outcome<Exit> {
    match command {
        Command::Run(arguments) => arguments.execute(registry),
        Command::Predict(arguments) => arguments.execute(registry),
        Command::Sweep(arguments) => arguments.execute(registry),
        Command::Plot(arguments) => arguments.execute(),
        Command::Report(arguments) => arguments.execute(registry),
        Command::Shards(arguments) => arguments.execute(registry),
        Command::Status(arguments) => arguments.execute(registry),
        Command::Check(arguments) => arguments.execute(),
        Command::Reproduce(arguments) => arguments.execute(registry),
        Command::Compact(arguments) => arguments.execute(registry),
        Command::Export(arguments) => arguments.execute(),
        Command::Verify(arguments) => arguments.execute(registry),
        Command::Trace(arguments) => arguments.execute(registry),
        Command::Compare(arguments) => arguments.execute(registry),
        Command::Plan(arguments) => arguments.execute(registry),
        Command::Forecast(arguments) => arguments.execute(registry),
        Command::Calibrate(arguments) => arguments.execute(registry),
        Command::Advise(arguments) => arguments.execute(registry),
        Command::Convert(arguments) => arguments.execute(registry),
        Command::Models(arguments) => arguments.execute(registry),
        Command::Schema(arguments) => arguments.execute(registry),
        Command::Literature(arguments) => arguments.execute(registry),
        Command::Completions(arguments) => arguments.execute(),
        Command::Man(arguments) => arguments.execute(),
    }
}

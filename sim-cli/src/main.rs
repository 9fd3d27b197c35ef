//! The `synergy` command.

use std::process::ExitCode;

use sim_models::registry::Registry;

fn main() -> ExitCode {
    synergy::main(Registry::builtin())
}

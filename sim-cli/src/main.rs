//! The `synergy` command.

fn main() {}

//! Tells the program from which commit it was built.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Outside a checkout of this project, such as in a copy inside another one, no commit describes the source.
    let ours = git(&["ls-files", "--error-unmatch", "build.rs"]).is_some();
    let commit = if ours { describe() } else { None };
    println!("cargo::rustc-env=SYNERGY_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
    println!("cargo::rustc-env=SYNERGY_RUSTC={}", compiler().as_deref().unwrap_or("unknown"));
    println!("cargo::rustc-env=SYNERGY_FEATURES={}", features().join(","));
}

/// The commit, with a plus where tracked files were changed.
fn describe() -> Option<String> {
    for file in ["HEAD", "index"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", file])?);
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}+") })
}

/// What the compiler calls itself.
fn compiler() -> Option<String> {
    output(Command::new(std::env::var_os("RUSTC")?).arg("--version"))
}

/// Features of this package that are on, sorted.
fn features() -> Vec<String> {
    let names =
        std::env::vars().filter_map(|(key, _)| Some(key.strip_prefix("CARGO_FEATURE_")?.to_lowercase()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Standard output of a git command, if there is a git and it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    output(Command::new("git").args(arguments))
}

/// Standard output of a command that succeeds.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

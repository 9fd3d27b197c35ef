//! Tells the program from which commit it was built.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=../.git/HEAD");
    println!("cargo::rerun-if-changed=../.git/index");
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let commit = match (commit, changed) {
        (Some(commit), Some(changed)) if !changed.is_empty() => format!("{commit}+"),
        (Some(commit), _) => commit,
        (None, _) => "unknown".to_owned(),
    };
    println!("cargo::rustc-env=SYNERGY_COMMIT={commit}");
}

/// Standard output of a git command, if there is a git and a checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

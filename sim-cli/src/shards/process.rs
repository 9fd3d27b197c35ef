//! Other programs that run for us, in process groups of their own: a Ctrl-C at the terminal reaches them only through us, and once.

use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::problem::{Outcome, Problem};

/// A program that was started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    is_interrupted: bool,
}

impl Process {
    /// Starts a program whose output nobody needs; what goes wrong it says on the standard error.
    pub(super) fn start(program: &OsStr, arguments: &[OsString]) -> Outcome<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| unable(program, &error))?;
        Ok(Self { child, is_interrupted: false })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        self.child.try_wait().map_err(|error| {
            Problem::failure(format!("cannot wait for process {}: {error}", self.child.id()))
        })
    }

    /// Asks it to end, as a Ctrl-C does; to ask again changes nothing.
    pub(super) fn interrupt(&mut self) {
        if !std::mem::replace(&mut self.is_interrupted, true) {
            signal(&mut self.child);
        }
    }
}

#[cfg(unix)]
fn signal(child: &mut Child) {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;
    if let Ok(group) = i32::try_from(child.id()) {
        // One that has just ended needs no signal.
        let _ = killpg(Pid::from_raw(group), Signal::SIGINT);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut Child) {
    // What it had saved is not lost.
    let _ = child.kill();
}

/// Runs a program to its end and gives what it printed.
pub(super) fn answer(program: &OsStr, arguments: &[OsString]) -> Outcome<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| unable(program, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Problem::failure(format!("{} ended with {}", program.to_string_lossy(), output.status)))
}

fn unable(program: &OsStr, error: &std::io::Error) -> Problem {
    Problem::failure(format!("cannot start {}: {error}", program.to_string_lossy()))
        .help("choose another engine with --engine, or install it")
}

/// A command as a line for a shell.
pub(super) fn line(words: &[OsString]) -> String {
    words.iter().map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// A word that a shell reads as it is.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_words_that_were_meant() {
        let words = ["plain", "two words", "it's", "$HOME; rm *", "", "ä"];
        let command = line(&["printf".into(), "[%s]".into()]) + " " + &line(&words.map(OsString::from));
        let said = answer("sh".as_ref(), &["-c".into(), command.into()]).unwrap();
        assert_eq!(said, "[plain][two words][it's][$HOME; rm *][][ä]");
    }
}

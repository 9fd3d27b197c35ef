//! SimPy, in a process of its own.

use super::{Case, Engine, Outcome};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

/// The peer.
pub struct SimPy {
    interpreter: PathBuf,
}

impl SimPy {
    /// SimPy under this interpreter.
    pub fn new(interpreter: &Path) -> Self {
        Self { interpreter: interpreter.to_owned() }
    }
}

impl Engine for SimPy {
    fn name(&self) -> &'static str {
        "SimPy 4.1"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let words = match case {
            Case::Hold(pending) => vec!["hold".to_owned(), pending.to_string()],
            Case::Mm1 => vec!["mm1".to_owned()],
            Case::Star(_) => return Ok(None),
        };
        if !self.interpreter.exists() {
            return Err("SimPy is not installed; `experiments/performance/run` installs it".into());
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("events_peer.py");
        let run = Command::new(&self.interpreter)
            .arg(script)
            .args(words)
            .args([events.to_string(), seed.to_string()])
            .output()?;
        let answer = String::from_utf8_lossy(&run.stdout);
        let numbers: Vec<f64> = answer.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [events, seconds, _] = numbers[..] else {
            let said = String::from_utf8_lossy(&run.stderr);
            return Err(format!("events_peer.py answered `{}` {}", answer.trim(), said.trim()).into());
        };
        Ok(Some(Outcome { events: events as u64, seconds, wait: None }))
    }
}

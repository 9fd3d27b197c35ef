//! The Python peers: one child process that answers line by line, so that its kernels take their turn with
//! ours.

use crate::{
    kernel::{Kernel, Timed, TreeKernel},
    tree::TreeCase,
};
use std::{
    cell::RefCell,
    error::Error,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    rc::Rc,
};

/// The kernels of `peers.py`: the name in the table and the one in the protocol.
const KERNELS: [(&str, &str); 3] =
    [("numpy natural", "numpy-natural"), ("numpy tuned", "numpy-tuned"), ("numba", "numba")];

/// The interpreter that `run` installs.
pub fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python")
}

/// Runs a script beside this file with these words and this input, and gives the numbers that it prints.
pub fn numbers(
    interpreter: &Path,
    script: &str,
    words: &[String],
    input: &str,
) -> Result<Vec<f64>, Box<dyn Error>> {
    if !interpreter.exists() {
        return Err("Python is not installed; `experiments/performance/run` installs it".into());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let mut child = Command::new(interpreter)
        .arg(path)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{script}: {}", said.trim().lines().last().unwrap_or("it failed")).into());
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let numbers: Result<Vec<f64>, _> = answer.split_whitespace().map(str::parse).collect();
    numbers.map_err(|_| format!("{script} answered `{}`", answer.trim()).into())
}

/// The Python kernels, and what is to be said about them: the versions, or why they are missing.
pub fn tree_kernels(interpreter: &Path) -> (Vec<Box<TreeKernel>>, String) {
    let (process, there, about) = match Process::start(interpreter) {
        Ok((process, ready)) => {
            let (versions, there) = ready.split_once(" kernels=").unwrap_or((&ready, ""));
            let there: Vec<String> = there.split(',').map(str::to_owned).collect();
            (Some(Rc::new(RefCell::new(process))), there, versions.replace(' ', ", ").replace('=', " "))
        }
        Err(error) => (None, Vec::new(), format!("{error}; `experiments/performance/run` installs it")),
    };
    let kernels = KERNELS.iter().map(|&(name, word)| -> Box<TreeKernel> {
        let process = process.clone().filter(|_| there.iter().any(|other| other == word));
        Box::new(PythonKernel { name, word, process })
    });
    (kernels.collect(), about)
}

struct PythonKernel {
    name: &'static str,
    word: &'static str,
    process: Option<Rc<RefCell<Process>>>,
}

impl Kernel<TreeCase> for PythonKernel {
    fn name(&self) -> &str {
        self.name
    }

    fn unavailable(&self) -> Option<String> {
        self.process.is_none().then(|| format!("{} is not installed, see above", self.name))
    }

    fn run(&mut self, case: &TreeCase, trials: u64, seed: u64) -> Result<Timed, Box<dyn Error>> {
        let process = self.process.as_ref().ok_or("Python is not running")?;
        let TreeCase { fan_in, depth, leaf_bias, fidelity, correlation } = case;
        let word = self.word;
        let answer = process
            .borrow_mut()
            .ask(&format!("{word} {fan_in} {depth} {leaf_bias} {fidelity} {correlation} {trials} {seed}"))?;
        let numbers = answer.split_once(' ').and_then(|(correct, seconds)| {
            Some(Timed { correct: correct.parse().ok()?, seconds: seconds.parse().ok()? })
        });
        numbers.ok_or_else(|| format!("{}: peers.py answered `{answer}`", self.name).into())
    }
}

/// `peers.py` while it runs; it ends when its input is closed.
struct Process {
    child: Child,
    // An option, so that it can be closed before the process is waited for.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts it and waits until its kernels are compiled; also gives what follows `ready`.
    fn start(interpreter: &Path) -> Result<(Self, String), Box<dyn Error>> {
        if !interpreter.exists() {
            return Err(format!("no Python environment at {}", interpreter.display()).into());
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
        let mut child =
            Command::new(interpreter).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("peers.py has no output")?;
        let mut process = Self { child, input, output: BufReader::new(output) };
        let line = process.read()?;
        let ready = line.strip_prefix("ready ").ok_or_else(|| format!("peers.py began with `{line}`"))?;
        Ok((process, ready.to_owned()))
    }

    fn ask(&mut self, question: &str) -> Result<String, Box<dyn Error>> {
        let input = self.input.as_mut().ok_or("peers.py has no input")?;
        writeln!(input, "{question}")?;
        input.flush()?;
        self.read()
    }

    fn read(&mut self) -> Result<String, Box<dyn Error>> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("peers.py ended before it answered".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{installed, tree_kernels};
    use crate::{stats::z_score, tree::TreeCase};
    use std::path::Path;

    #[test]
    fn without_python_the_kernels_say_what_is_missing() {
        let (kernels, about) = tree_kernels(Path::new("/nowhere/python"));
        assert_eq!(kernels.len(), 3);
        assert!(kernels.iter().all(|kernel| kernel.unavailable().is_some()));
        assert!(
            about.contains("/nowhere/python") && about.contains("experiments/performance/run"),
            "{about}"
        );
    }

    /// Every Python kernel against the exact recursion where the environment is installed: 9 tests, |z| <
    /// 5.2, one false alarm in 550 000 suites, were the seeds not fixed.
    #[test]
    fn kernels_follow_the_exact_recursion() {
        if !installed().exists() {
            eprintln!("skipped: no {}", installed().display());
            return;
        }
        let (mut kernels, _) = tree_kernels(&installed());
        let cases = [
            TreeCase::reference(4),
            TreeCase { fan_in: 5, depth: 2, leaf_bias: 0.3, fidelity: 0.8, correlation: 0.25 },
            TreeCase { fan_in: 3, depth: 2, leaf_bias: -0.4, fidelity: 0.7, correlation: 1.0 },
        ];
        for kernel in kernels.iter_mut().filter(|kernel| kernel.unavailable().is_none()) {
            for (seed, case) in (1..).zip(&cases) {
                let trials = 200_000;
                let correct = kernel.run(case, trials, seed).unwrap().correct;
                let z = z_score(correct, trials, case.exact_accuracy());
                assert!(z.abs() < 5.2, "{} on {case:?}: z = {z:.2}", kernel.name());
            }
        }
    }
}

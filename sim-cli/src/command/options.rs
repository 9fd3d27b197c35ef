//! Options that several commands share.

use clap::{Args, value_parser};
use rayon::{ThreadPool, ThreadPoolBuilder};
use sim_core::estimate::Confidence;
use sim_core::lanes::{self, Kernel, NoSuchKernel};
use sim_core::monte_carlo::Cancellation;

use crate::problem::{Outcome, Problem};
use crate::scenario::{HalfWidth, Overrides};

/// Which parameters.
#[derive(Args, Clone, Debug)]
pub(super) struct ParameterOptions {
    /// Set a parameter; may be repeated. Lists per layer: 'fan_in=[3, 5, 7]', leaf to root
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// How a simulation runs.
#[derive(Args, Debug)]
pub(super) struct SimulationOptions {
    /// Root of all randomness, 1 if not given; the same seed gives the same results for any number of threads
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of trials, such as 50k or 1M; with --half-width the largest number. 50k, or 10M, if not given
    #[arg(long, value_name = "N", value_parser = trials, allow_negative_numbers = true)]
    trials: Option<u64>,
    /// Run until the intervals of all metrics have this half-width: 0.01, or 5% of the value
    #[arg(long, value_name = "H", allow_negative_numbers = true)]
    half_width: Option<HalfWidth>,
    /// Confidence of the intervals, between 0 and 1; 0.95 if not given
    #[arg(long, value_name = "C", value_parser = confidence, allow_negative_numbers = true)]
    confidence: Option<Confidence>,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// Instruction set of the simulation: portable, avx2, avx512, or auto for the fastest one; the results are the same
    #[arg(long, value_name = "KERNEL", value_parser = kernel)]
    kernel: Option<Kernel>,
    /// No progress bar
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl ParameterOptions {
    pub(super) fn overrides(self) -> Overrides {
        Overrides { set: self.set, ..Overrides::default() }
    }
}

impl SimulationOptions {
    pub(super) fn overrides(&self, parameters: ParameterOptions) -> Overrides {
        Overrides {
            seed: self.seed,
            trials: self.trials,
            half_width: self.half_width,
            confidence: self.confidence,
            ..parameters.overrides()
        }
    }

    /// Makes all simulations of this process use the chosen instruction set.
    pub(super) fn select_kernel(&self) {
        lanes::select(self.kernel.unwrap_or_else(Kernel::best));
    }

    /// The threads to run on.
    pub(super) fn pool(&self) -> Outcome<ThreadPool> {
        let threads = self.threads.map_or(0, usize::from);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|error| Problem::failure(format!("cannot start {threads} threads: {error}")))
    }
}

/// A flag that the first Ctrl-C raises; a second one ends the program at once.
pub(super) fn cancelled_by_signal() -> Outcome<Cancellation> {
    let cancellation = Cancellation::default();
    let flag = cancellation.clone();
    let handler = move || {
        if flag.is_cancelled() {
            std::process::exit(130);
        }
        flag.cancel();
    };
    ctrlc::set_handler(handler)
        .map_err(|error| Problem::failure(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(cancellation)
}

fn seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("a whole number from 0 to {}", u64::MAX))
}

/// A number of trials as people write it: `50000`, `50_000`, `5e4`, `50k`, `1M`.
fn trials(text: &str) -> Result<u64, String> {
    let digits = text.trim().replace('_', "");
    let (digits, scale) = match digits.strip_suffix(['k', 'M', 'G']) {
        Some(rest) if digits.ends_with('k') => (rest.to_owned(), 1e3),
        Some(rest) if digits.ends_with('M') => (rest.to_owned(), 1e6),
        Some(rest) => (rest.to_owned(), 1e9),
        None => (digits, 1.0),
    };
    match digits.parse::<f64>().map(|n| n * scale) {
        Ok(n) if n >= 1.0 && n.trunc() == n && n <= 1e15 => Ok(n as u64),
        _ => Err("a positive whole number, such as 50000, 50k or 1M".to_owned()),
    }
}

/// An instruction set that this machine has.
fn kernel(text: &str) -> Result<Kernel, String> {
    if text == "auto" {
        return Ok(Kernel::best());
    }
    let kernel: Kernel = text.parse().map_err(|error: NoSuchKernel| format!("{error}; or auto"))?;
    if kernel.is_available() {
        return Ok(kernel);
    }
    let available: Vec<_> = Kernel::available().map(|kernel| kernel.to_string()).collect();
    Err(format!("this machine does not have the instructions of {kernel}; it has {}", available.join(", ")))
}

pub(super) fn confidence(text: &str) -> Result<Confidence, String> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits.trim(), 100.0),
        None => (text.trim(), 1.0),
    };
    let level =
        digits.parse::<f64>().map_err(|_| "a number between 0 and 1, such as 0.95 or 95%".to_owned())?;
    Confidence::new(level / scale).map_err(|error| error.to_string())
}

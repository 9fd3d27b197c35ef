//! All kernels in turn, round after round, so that a slow minute of the machine falls on every side.

use crate::{
    graph::Graph,
    kernel::{GraphKernel, Timed, TreeKernel},
    rows::Case,
    stats::{two_sample_z, z_score},
    tree::TreeCase,
};
use std::error::Error;

/// Trials come in whole blocks of lanes.
const BLOCK: u64 = 512;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Runs per kernel; the median counts.
    pub rounds: u32,
    /// Processor time per run, about.
    pub seconds: f64,
    /// First seed; every round has its own.
    pub seed: u64,
}

/// All sides.
pub struct Bench {
    /// Kernels for trees.
    pub trees: Vec<Box<TreeKernel>>,
    /// Kernels for the graph; the first is what the others' accuracy is held against.
    pub graphs: Vec<Box<GraphKernel>>,
    /// The graph.
    pub graph: Graph,
}

/// A kernel with one of its cases, and what came of it.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Name of the kernel.
    pub kernel: String,
    /// What it simulated.
    pub case: Case,
    /// Why it did not, or `None`.
    pub unavailable: Option<String>,
    /// Nanoseconds per logical node and trial, one per round.
    pub nanoseconds: Vec<f64>,
    /// Trials of all rounds.
    pub trials: u64,
    /// Trials in which the output was right.
    pub correct: u64,
    /// The accuracy that it should have, and the standard deviations from it; `None` for the reference
    /// itself.
    pub check: Option<(f64, f64)>,
}

impl Bench {
    /// The kernels of a case, by name.
    fn names(&self, case: Case) -> Vec<(String, Option<String>)> {
        match case {
            Case::Tree(_) => self.trees.iter().map(|k| (k.name().to_owned(), k.unavailable())).collect(),
            Case::Graph => self.graphs.iter().map(|k| (k.name().to_owned(), k.unavailable())).collect(),
        }
    }

    fn nodes(&self, case: Case) -> u64 {
        match case {
            Case::Tree(depth) => TreeCase::reference(depth).nodes(),
            Case::Graph => self.graph.nodes(),
        }
    }

    fn run(&mut self, case: Case, kernel: usize, trials: u64, seed: u64) -> Result<Timed, Box<dyn Error>> {
        match case {
            Case::Tree(depth) => self.trees[kernel].run(&TreeCase::reference(depth), trials, seed),
            Case::Graph => self.graphs[kernel].run(&self.graph, trials, seed),
        }
    }

    /// Trials that take about `seconds`; on the way the kernel warms up.
    fn calibrate(&mut self, case: Case, kernel: usize, seconds: f64) -> Result<u64, Box<dyn Error>> {
        let mut trials = BLOCK;
        loop {
            let used = self.run(case, kernel, trials, 0)?.seconds;
            if used >= seconds / 4.0 {
                let wanted = trials as f64 * seconds / used;
                return Ok((wanted as u64).div_ceil(BLOCK).max(1) * BLOCK);
            }
            trials *= 4;
        }
    }

    /// Measures every kernel on the cases for which `wanted(kernel, case)`; `report` hears what is going on.
    ///
    /// # Errors
    /// When a kernel fails to run.
    pub fn measure(
        &mut self,
        cases: &[Case],
        wanted: impl Fn(&str, Case) -> bool,
        effort: Effort,
        report: impl Fn(&str),
    ) -> Result<Vec<Measured>, Box<dyn Error>> {
        let mut jobs = Vec::new();
        for &case in cases {
            for (kernel, (name, unavailable)) in self.names(case).into_iter().enumerate() {
                if !wanted(&name, case) {
                    continue;
                }
                let trials = match unavailable {
                    None => self.calibrate(case, kernel, effort.seconds)?,
                    Some(_) => 0,
                };
                let (nanoseconds, check) = (Vec::new(), None);
                let measured =
                    Measured { kernel: name, case, unavailable, nanoseconds, trials: 0, correct: 0, check };
                jobs.push((kernel, trials, measured));
            }
        }
        for round in 0..effort.rounds {
            report(&format!("round {} of {}", round + 1, effort.rounds));
            for (kernel, trials, measured) in jobs.iter_mut().filter(|job| job.2.unavailable.is_none()) {
                let seed = effort.seed.wrapping_add(u64::from(round));
                let timed = self.run(measured.case, *kernel, *trials, seed)?;
                let node_trials = *trials as f64 * self.nodes(measured.case) as f64;
                measured.nanoseconds.push(timed.seconds * 1e9 / node_trials);
                measured.trials += *trials;
                measured.correct += timed.correct;
            }
        }
        let mut results: Vec<Measured> = jobs.into_iter().map(|job| job.2).collect();
        self.check(&mut results);
        Ok(results)
    }

    /// Holds every accuracy against the exact recursion, or, for the graph, against the first graph kernel.
    fn check(&self, results: &mut [Measured]) {
        let first = self.graphs.first().map(|kernel| kernel.name().to_owned());
        let reference = results
            .iter()
            .find(|other| other.case == Case::Graph && first.as_ref() == Some(&other.kernel))
            .map(|other| (other.correct, other.trials));
        for result in results.iter_mut().filter(|result| result.trials > 0) {
            result.check = match result.case {
                Case::Tree(depth) => {
                    let exact = TreeCase::reference(depth).exact_accuracy();
                    Some((exact, z_score(result.correct, result.trials, exact)))
                }
                Case::Graph if first.as_ref() == Some(&result.kernel) => None,
                Case::Graph => reference.map(|reference| {
                    let z = two_sample_z((result.correct, result.trials), reference);
                    (reference.0 as f64 / reference.1 as f64, z)
                }),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bench, Effort, Measured};
    use crate::{
        graph::random_graph, kernel::InProcess, peers, rows::Case, table::wrong_accuracies, tree::TreeCase,
    };

    fn measure(mut bench: Bench, cases: &[Case]) -> Vec<Measured> {
        let effort = Effort { rounds: 3, seconds: 0.004, seed: 1 };
        bench.measure(cases, |_, _| true, effort, |_| ()).unwrap()
    }

    fn bench() -> Bench {
        Bench { trees: Vec::new(), graphs: peers::graph_kernels(), graph: random_graph(100, 1) }
    }

    #[test]
    fn every_round_gives_a_time_and_whole_blocks() {
        let results =
            measure(Bench { trees: peers::tree_kernels(), ..bench() }, &[Case::Tree(4), Case::Graph]);
        assert_eq!(results.len(), peers::tree_kernels().len() + 1);
        for result in &results {
            assert_eq!(result.nanoseconds.len(), 3);
            assert!(result.nanoseconds.iter().all(|&ns| ns > 0.0));
            assert!(result.trials >= 3 * 512 && result.trials % (3 * 512) == 0);
        }
        assert!(wrong_accuracies(&results).is_empty(), "{results:?}");
    }

    /// A kernel that simulates another tree is found out.
    #[test]
    fn a_wrong_kernel_is_found_out() {
        let natural = &mut peers::tree_kernels()[0];
        let count = natural.run(&TreeCase { leaf_bias: 0.3, ..TreeCase::reference(2) }, 100_000, 1).unwrap();
        let wrong = InProcess::boxed("wrong", None, move |_: &TreeCase, trials, _| {
            std::hint::black_box((0..trials * 100).sum::<u64>());
            trials * count.correct / 100_000
        });
        let results = measure(Bench { trees: vec![wrong], ..bench() }, &[Case::Tree(2)]);
        assert_eq!(wrong_accuracies(&results).len(), 1);
    }

    #[test]
    fn a_missing_instruction_set_is_not_run() {
        let never = |_: &TreeCase, _: u64, _: u64| -> u64 { panic!("it ran") };
        let missing = InProcess::boxed("missing", Some("this machine has no AVX-1024".into()), never);
        let results = measure(Bench { trees: vec![missing], ..bench() }, &[Case::Tree(2)]);
        assert_eq!(results[0].unavailable.as_deref(), Some("this machine has no AVX-1024"));
        assert!(results[0].nanoseconds.is_empty());
    }
}

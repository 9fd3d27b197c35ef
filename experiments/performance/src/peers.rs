//! The peers written in Rust: what a researcher would write, and the best scalar code found.

mod coin;
mod lazy;
mod lazy_tuned;
mod natural;
mod tuned;

use crate::{
    graph,
    kernel::{GraphKernel, InProcess, TreeKernel},
};

/// The tree kernels, slowest first.
pub fn tree_kernels() -> Vec<Box<TreeKernel>> {
    vec![
        InProcess::boxed("natural scalar", None, natural::run),
        InProcess::boxed("tuned scalar", None, tuned::run),
        InProcess::boxed("lazy scalar", None, lazy::run),
        InProcess::boxed("lazy scalar, branch-free bottom", None, lazy_tuned::run),
    ]
}

/// The graph kernels.
pub fn graph_kernels() -> Vec<Box<GraphKernel>> {
    vec![InProcess::boxed("natural scalar", None, graph::natural::run)]
}

#[cfg(test)]
mod tests {
    use super::tree_kernels;
    use crate::{stats::z_score, tree::TreeCase};

    /// Every kernel against the exact recursion at cases that between them exercise every branch: fan-ins
    /// with a specialised and with the general code, depth 1 to 4, a tree that always copies and one that
    /// never does.
    ///
    /// 28 two-sided tests with |z| < 5.2: one false alarm in 180 000 suites, were the seeds not fixed.
    #[test]
    fn kernels_follow_the_exact_recursion() {
        let case = |fan_in, depth, leaf_bias, fidelity, correlation| TreeCase {
            fan_in,
            depth,
            leaf_bias,
            fidelity,
            correlation,
        };
        let cases = [
            case(3, 1, 0.4, 0.9, 0.1),
            case(3, 4, 0.4, 0.9, 0.1),
            case(3, 3, 0.3, 1.0, 1.0),
            case(5, 3, 0.3, 0.8, 0.25),
            case(7, 2, 0.2, 0.9, 0.0),
            case(9, 2, 0.1, 0.95, 0.3),
            case(3, 2, -0.4, 0.7, 0.2),
        ];
        for mut kernel in tree_kernels() {
            for (seed, case) in (1..).zip(&cases) {
                let trials = 400_000;
                let correct = kernel.run(case, trials, seed).unwrap().correct;
                let z = z_score(correct, trials, case.exact_accuracy());
                assert!(z.abs() < 5.2, "{} on {case:?}: z = {z:.2}", kernel.name());
            }
        }
    }

    /// The same run twice gives the same count, another seed another one.
    #[test]
    fn kernels_depend_on_the_seed_alone() {
        let case = TreeCase::reference(4);
        for mut kernel in tree_kernels() {
            let mut count = |seed| kernel.run(&case, 100_000, seed).unwrap().correct;
            assert_eq!(count(3), count(3));
            assert_ne!(count(3), count(4));
        }
    }
}

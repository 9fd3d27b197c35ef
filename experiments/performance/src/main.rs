//! The speed of synergy beside that of its peers: all sides in one run, on one core, in one table.

mod clock;
mod events;
mod graph;
mod kernel;
mod machine;
mod measure;
mod peers;
mod planning;
mod product;
mod python;
mod rollouts;
mod rows;
mod stats;
mod table;
mod threads;
mod tree;

use clap::Parser;
use clock::Pinned;
use measure::{Bench, Effort};
use rows::{Case, ROWS};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};
use threads::TwoThreads;

/// Size and seed of the random graph of the comparison.
const GRAPH_NODES: usize = 1_000;
const GRAPH_SEED: u64 = 1;

/// Size and seed of the workflow of the rollouts.
const SUBTASKS: usize = 50;
const WORKLOAD_SEED: u64 = 1;

/// Prints how fast synergy and its peers simulate the same organizations, and the ratios.
///
/// A ratio that misses its target is printed as missed; the command fails when a kernel's accuracy is off by
/// more than five standard deviations, or when counts depend on the number of threads.
#[derive(Parser)]
struct Arguments {
    /// Runs per kernel; the median counts
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Three short rounds: whether everything runs and is right, not how fast it is
    #[arg(long)]
    quick: bool,
    /// Seed of the first round
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The Python interpreter that has numpy and numba [default: .venv/bin/python beside Cargo.toml]
    #[arg(long)]
    python: Option<PathBuf>,
    /// Only rollouts and planning
    #[arg(long)]
    workflows: bool,
    /// Print the random graph as an organization file, and nothing else
    #[arg(long)]
    graph_json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.graph_json {
        println!("{:#}", graph::to_json(&graph::random_graph(GRAPH_NODES, GRAPH_SEED)));
        return ExitCode::SUCCESS;
    }
    match compare(&arguments) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("error: what was simulated is not what should have been:\n  {}", wrong.join("\n  "));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs and prints everything; gives what turned out wrong.
fn compare(arguments: &Arguments) -> Result<Vec<String>, Box<dyn Error>> {
    let effort = if arguments.quick {
        Effort { rounds: 3, seconds: 0.02, seed: arguments.seed }
    } else {
        Effort { rounds: arguments.rounds, seconds: 0.25, seed: arguments.seed }
    };
    // Before pinning, after which only one core is left to count.
    println!("{}", machine::describe());
    let pinned = Pinned::new();
    let interpreter = arguments.python.clone().unwrap_or_else(python::installed);
    // Started on the pinned core, which a child process inherits.
    let (python, about_python) = python::tree_kernels(&interpreter);
    println!("- Python: {about_python}");
    match &pinned {
        Ok((_, core)) => println!("- measured on core {core}, in processor time of the thread"),
        Err(why) => println!("- {why}; measured in processor time of the thread"),
    }
    println!("- medians of {} rounds, all kernels in turn\n", effort.rounds);
    if arguments.workflows {
        let (report, wrong) = workflows(&interpreter, effort)?;
        println!("{report}");
        return Ok(wrong);
    }
    let mut bench = bench(python);
    println!(
        "Trees: b = 3, mu = 0.4, gamma = 0.9, rho = 0.1; a node-trial is one logical node of the full tree in one trial."
    );
    println!("Graph: {}\n", about(&bench.graph));

    let cases = [Case::Tree(8), Case::Tree(12), Case::Graph];
    let results = bench.measure(&cases, wanted, effort, |step| eprintln!("{step}"))?;
    println!("{}\n", table::kernels(&results));

    let engines = events::measure(&interpreter, effort.rounds, effort.seconds, effort.seed);

    let (report, wrong_workflows) = workflows(&interpreter, effort)?;

    // The Python process ends and every core may be used again.
    drop(bench);
    drop(pinned);
    let two_threads = threads::compare(product::parallel(), effort);
    println!("{}\n{}\n{}", table::ratio_head(), table::ratios(&results), two_threads.row());

    println!("\n{}", events::rows(&engines));
    println!("\n{report}");

    let mut wrong = table::wrong_accuracies(&results);
    wrong.extend(events::wrong(&engines));
    wrong.extend(wrong_workflows);
    if let TwoThreads::Unequal(one, two) = two_threads {
        wrong.push(format!("two threads: {one} right roots with one thread, {two} with two"));
    }
    Ok(wrong)
}

/// Rollouts and planning: the tables, and what turned out wrong.
fn workflows(interpreter: &Path, effort: Effort) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let workload = rollouts::Workload::drawn(SUBTASKS, WORKLOAD_SEED);
    let runs = rollouts::measure(&workload, interpreter, effort.rounds, effort.seconds, effort.seed);
    let decisions = planning::measure(interpreter, effort.rounds, effort.seed)?;
    let mut wrong = rollouts::wrong(&runs);
    wrong.extend(planning::wrong(&decisions));
    let report = format!(
        "{}\n\n{}\n\n{}",
        rollouts::about(&workload),
        rollouts::rows(&runs),
        planning::rows(&decisions)
    );
    Ok((report, wrong))
}

/// The peers, then the product.
fn bench(python: Vec<Box<kernel::TreeKernel>>) -> Bench {
    let trees = peers::tree_kernels().into_iter().chain(python).chain(product::tree_kernels()).collect();
    let graphs = peers::graph_kernels().into_iter().chain(product::graph_kernels()).collect();
    Bench { trees, graphs, graph: graph::random_graph(GRAPH_NODES, GRAPH_SEED) }
}

/// Deep trees only where a row asks for them: without laziness they take minutes.
fn wanted(kernel: &str, case: Case) -> bool {
    match case {
        Case::Tree(depth) if depth > 8 => {
            ROWS.iter().any(|row| row.case == case && (row.ours == kernel || row.theirs == kernel))
        }
        _ => true,
    }
}

fn about(graph: &graph::Graph) -> String {
    let leaves = graph.nodes.iter().filter(|node| matches!(node, graph::Node::Leaf { .. })).count();
    let channels: usize = graph.nodes.iter().map(graph::Node::fan_in).sum();
    format!(
        "{} nodes, {leaves} of them leaves in {} families with shared votes, {channels} channels, fan-in 3 to 9, \
         depth {}, seed {GRAPH_SEED}.",
        graph.nodes.len(),
        graph.families.len(),
        graph.depth(),
    )
}

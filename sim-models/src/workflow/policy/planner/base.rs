//! The base policy: a launch per subtask from a price on time, and the price chosen again at every decision.
//!
//! A *price vector* is what a price `lambda` on the time of the critical path makes of every subtask: the model and size of a batch with
//! the lowest `(cost + lambda w E[duration]) / q`, where `q` is the probability that the batch passes and `w` how likely the subtask lies
//! on the critical path. The *family* has the vectors of 24 prices. Of each, runs to completion are drawn once: cost and time of every
//! subtask in every run. Whatever is done already, a vector completes the rest with a probability that can be counted in them, and the
//! vector with the highest one is followed until the next decision.
//!
//! Source: spec planner.md, rows 4 and 5.

use std::cell::RefCell;
use std::collections::HashMap;

use sim_core::graph::Node;
use sim_core::random::{Address, Stream, Streams};
use sim_core::special::beta_quantile;

use super::far::{DoneSet, Far};
use super::laws::{BatchLaw, BatchLaws, Moments, at_least_one};
use crate::workflow::policy::critical::critical_path;
use crate::workflow::{Launch, Problem, View};

/// Prices of the family, evenly spaced in their logarithm.
const PRICES: usize = 24;
/// Decades between the lowest and the highest price.
const DECADES: f64 = 5.0;
/// Rounds in which the critical path and the vector that it follows from are brought together.
const ROUNDS: usize = 8;
/// Runs from which the critical path is estimated.
const PATHS: usize = 32;
/// Least weight of a subtask that is never critical.
const LEAST_WEIGHT: f64 = 0.03;
/// Runs drawn of every vector.
const RUNS: usize = 200;
/// Cells of a table in each direction.
const CELLS: usize = 24;
/// A batch that passes with more than this is counted as done.
const NEARLY_SURE: f64 = 0.9;
/// A batch that passes less often counts as if it passed so often.
const LEAST_CHANCE: f64 = 1e-12;
/// Attempts of a subtask that are drawn one by one.
const ATTEMPTS: f64 = 8.0;

/// A launch for every subtask.
pub(super) type Vector = Vec<Launch>;

/// Cost and time of a subtask until it is done.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    cost: f64,
    time: f64,
}

/// The base policy.
#[derive(Debug)]
pub(super) struct Base {
    budget: f64,
    deadline: f64,
    vectors: Vec<Vector>,
    /// By vector, run and subtask.
    spent: Vec<Spent>,
    /// By subtask: lowest mean cost per success.
    cheapest: Vec<f64>,
    /// By what is done.
    tables: RefCell<HashMap<DoneSet, Table>>,
}

/// What to follow from a set of subtasks that are done.
#[derive(Debug)]
struct Table {
    /// By vector and run: cost and time of the rest.
    rest: Vec<Spent>,
    /// By share of budget and time: the best vector, once it is known.
    best: Vec<Option<u16>>,
}

impl Base {
    pub(super) fn compile(problem: &Problem, laws: &BatchLaws, streams: &Streams) -> Self {
        let workflow = problem.workflow();
        let (budget, deadline) = (problem.budget().amount() as f64, problem.deadline().as_seconds());
        let options: Vec<Vec<Moments>> =
            (0..workflow.len()).map(|node| laws.moments(problem, node)).collect();
        let mut vectors: Vec<Vector> = Vec::new();
        for price in 0..PRICES {
            let decade = DECADES * (price as f64 / (PRICES - 1) as f64 - 0.5);
            let lambda = budget / deadline * libm::exp10(decade);
            let mut stream = streams.open(Address::block(0).index(price as u64));
            let vector = vector(problem, &options, lambda, &mut stream);
            if !vectors.contains(&vector) {
                vectors.push(vector);
            }
        }
        let mut spent = Vec::with_capacity(vectors.len() * RUNS * workflow.len());
        for vector in &vectors {
            for run in 0..RUNS {
                // The same draws for every vector.
                let mut stream = streams.open(Address::trial(run as u64));
                for (node, &launch) in vector.iter().enumerate() {
                    let law = laws.of(problem, node, launch);
                    spent.push(law.map_or(Spent { cost: f64::INFINITY, time: f64::INFINITY }, |law| {
                        let passes = passes(problem, law, launch, stream.uniform());
                        until_done(law, passes, &mut stream)
                    }));
                }
            }
        }
        let cheapest = options.iter().map(|options| {
            options
                .iter()
                .map(|option| option.cost / option.passes.max(LEAST_CHANCE))
                .fold(f64::INFINITY, f64::min)
        });
        let cheapest = cheapest.collect();
        Self { budget, deadline, vectors, spent, cheapest, tables: RefCell::default() }
    }

    /// Bytes of the tables.
    pub(super) fn memory(&self) -> usize {
        let of = |table: &Table| size_of_val(&table.rest[..]) + size_of_val(&table.best[..]);
        size_of_val(&self.spent[..]) + self.tables.borrow().values().map(of).sum::<usize>()
    }

    /// All vectors.
    pub(super) fn vectors(&self) -> &[Vector] {
        &self.vectors
    }

    /// The vector that is best at the beginning.
    pub(super) fn first(&self, problem: &Problem) -> &Vector {
        self.vector(problem, &Far::of_beginning(problem), true)
    }

    /// The vector to follow: the best at exactly what is left of budget and time, or that of the cell of the table.
    pub(super) fn vector(&self, problem: &Problem, far: &Far, exactly: bool) -> &Vector {
        let (budget, time) = (far.budget, far.time.as_seconds());
        let mut tables = self.tables.borrow_mut();
        let bytes = self.vectors.len() * RUNS * size_of::<Spent>();
        if tables.len() > MOST_BYTES / bytes && !tables.contains_key(&far.done) {
            tables.clear();
        }
        if !tables.contains_key(&far.done) {
            let rest = self.rest(problem, &far.done);
            tables.insert(far.done.clone(), Table { rest, best: vec![None; CELLS * CELLS] });
        }
        let Some(table) = tables.get_mut(&far.done) else { return &self.vectors[0] };
        let best = if exactly {
            self.best(&table.rest, budget, time)
        } else {
            let (row, low) = cell(budget / self.budget);
            let (column, short) = cell(time / self.deadline);
            let known = &mut table.best[row * CELLS + column];
            *known.get_or_insert_with(|| self.best(&table.rest, low * self.budget, short * self.deadline))
        };
        &self.vectors[usize::from(best)]
    }

    /// How far a workflow has come, as the base policy sees it: running batches that are nearly sure to pass have passed.
    pub(super) fn look(&self, view: &View<'_>, laws: &BatchLaws, far: &mut Far) {
        let problem = view.problem();
        let nodes = problem.workflow().len();
        far.done.clear(nodes);
        (0..nodes).filter(|&node| view.is_done(node)).for_each(|node| far.done.insert(node));
        far.budget = view.budget_left() as f64;
        far.time = view.time_left();
        far.is_waiting = false;
        for running in view.running() {
            far.is_waiting = true;
            let passes = laws.of(problem, running.node, running.launch).map_or(0.0, |law| law.passes);
            if passes > NEARLY_SURE {
                far.done.insert(running.node);
            } else {
                // What it will have done is worth the cheapest way to do it.
                far.budget += passes * self.cheapest[running.node];
            }
        }
    }

    /// Cost and time of the rest, by vector and run.
    fn rest(&self, problem: &Problem, done: &DoneSet) -> Vec<Spent> {
        let graph = problem.workflow().graph();
        let open: Vec<Node> = graph.order().filter(|&node| !done.contains(node)).collect();
        let mut ends = vec![0.0f64; graph.len()];
        let rest = |run: usize| {
            let spent = &self.spent[run * graph.len()..(run + 1) * graph.len()];
            let (mut cost, mut time) = (0.0, 0.0f64);
            for &node in &open {
                let begins = graph.senders(node).filter(|&parent| !done.contains(parent));
                let begin = begins.map(|parent| ends[parent]).fold(0.0, f64::max);
                ends[node] = begin + spent[node].time;
                cost += spent[node].cost;
                time = time.max(ends[node]);
            }
            Spent { cost, time }
        };
        (0..self.vectors.len() * RUNS).map(rest).collect()
    }

    /// The vector that completes the rest most often; where none does, the one that comes nearest.
    fn best(&self, rest: &[Spent], budget: f64, time: f64) -> u16 {
        let score = |runs: &[Spent]| {
            let of = |spent: &Spent| {
                let done = spent.cost <= budget && spent.time <= time;
                let near = (budget / spent.cost).min(1.0) * (time / spent.time).min(1.0);
                if done { 1.0 } else { 1e-4 * near }
            };
            runs.iter().map(of).sum::<f64>()
        };
        let mut best = (0, f64::NEG_INFINITY);
        for (vector, runs) in rest.chunks_exact(RUNS).enumerate() {
            let score = score(runs);
            if score > best.1 {
                best = (vector, score);
            }
        }
        best.0 as u16
    }
}

/// Memory for tables, of which each belongs to a set of done subtasks.
const MOST_BYTES: usize = 1 << 28;

/// The cell of a share, and its middle. Cells are finer where little is left.
fn cell(share: f64) -> (usize, f64) {
    let at = ((share.clamp(0.0, 1.0).sqrt() * CELLS as f64) as usize).min(CELLS - 1);
    let middle = (at as f64 + 0.5) / CELLS as f64;
    (at, middle * middle)
}

/// The vector of a price, together with the critical path that it makes.
fn vector(problem: &Problem, options: &[Vec<Moments>], lambda: f64, stream: &mut Stream) -> Vector {
    let graph = problem.workflow().graph();
    let mut weights = vec![1.0; options.len()];
    let mut chosen: Vec<Moments> = Vec::new();
    for _ in 0..ROUNDS {
        chosen = options
            .iter()
            .zip(&weights)
            .filter_map(|(options, &weight)| {
                let price = |option: &Moments| {
                    (option.cost + lambda * f64::max(weight, LEAST_WEIGHT) * option.duration)
                        / option.passes.max(LEAST_CHANCE)
                };
                options.iter().min_by(|a, b| price(a).total_cmp(&price(b))).copied()
            })
            .collect();
        let mut critical = vec![0.0; options.len()];
        for _ in 0..PATHS {
            let times: Vec<f64> = chosen
                .iter()
                .map(|option| {
                    option.duration * (1.0 + failures(option.passes.max(LEAST_CHANCE), stream.uniform()))
                })
                .collect();
            for node in critical_path(graph, &times).1 {
                critical[node] += 1.0;
            }
        }
        for (weight, critical) in weights.iter_mut().zip(critical) {
            *weight = 0.5 * (*weight + critical / PATHS as f64);
        }
    }
    chosen.iter().map(|option| option.launch).collect()
}

/// Failures before the first success, at a quantile of their geometric law.
fn failures(success: f64, uniform: f64) -> f64 {
    match success {
        1.0.. => 0.0,
        // Nearly never; a division by nothing would not be a number.
        ..1e-300 => f64::MAX,
        _ => (libm::log(uniform) / libm::log1p(-success)).floor().max(0.0),
    }
}

/// Probability that a batch passes in one run, in which all batches of the subtask share it: at a quantile of its beta law, where
/// samples depend on each other.
fn passes(problem: &Problem, law: &BatchLaw, launch: Launch, uniform: f64) -> f64 {
    match problem.rules().dependence.shapes(law.sample) {
        Some((a, b)) => at_least_one(beta_quantile(a, b, uniform), launch.count),
        None => law.passes,
    }
}

/// Cost and time of a subtask until it is done, tried again as often as that takes.
fn until_done(law: &BatchLaw, passes: f64, stream: &mut Stream) -> Spent {
    let failures = failures(passes, stream.uniform());
    let mut spent = Spent::default();
    let mut add = |passed: bool, times: f64, uniform: f64| {
        let draw = law.draw(passed, uniform);
        spent.cost += times * draw.cost as f64;
        spent.time += times * draw.duration.as_seconds();
    };
    // The number of draws does not depend on the law, so that all vectors stay in step.
    let each = (failures / ATTEMPTS).max(1.0);
    for attempt in 0..ATTEMPTS as usize {
        let uniform = stream.uniform();
        if (attempt as f64) < failures {
            add(false, each, uniform);
        }
    }
    add(true, 1.0, stream.uniform());
    spent
}

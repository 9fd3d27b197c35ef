//! Tails: where what is left of a workflow is a short chain, a dynamic programme over what is left of budget and time.
//!
//! With `U` done and `v` the only subtask that can be tried next,
//!
//! ```text
//! V_U(b, h) = max over (m, k) of E[ passed V_{U+v}(b - cost, h - duration) + failed V_U(b - cost, h - duration) ],
//! ```
//!
//! where what overspends or is late is worth nothing, and what passed counts as far as it is right. It is solved on a grid of budgets and
//! times, with bilinear interpolation; where costs and durations are whole multiples of a step, the grid has that step, and the values are
//! exact. Batches of one subtask must not depend on each other.
//!
//! Source: spec planner.md, row 8.

mod axis;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use sim_core::events::Duration;
use sim_core::graph::Node;

use self::axis::{Axis, Place};
use super::far::{DoneSet, Far};
use super::laws::{BatchLaws, COUNTS, Draw};
use crate::workflow::{BatchEnd, Capacity, Dependence, Launch, Overspend, Problem};

/// Outcomes of a batch of each kind, between which the programme does not tell the draws apart.
const OUTCOMES: usize = 16;
/// Subtasks of the longest chain that is solved: every one adds its error of interpolation.
const LONGEST: usize = 12;
/// Sets of done subtasks that are remembered.
const MOST_KNOWN: usize = 8192;
/// A batch that passes with more than this is not made larger.
const SURE: f64 = 0.9999;

/// Values on the grid.
#[derive(Debug)]
struct Tail {
    node: Node,
    /// By budget and time.
    values: Vec<f32>,
    /// The launch that has each value, by its position in [`Tails::launches`].
    best: Vec<u16>,
    /// What follows; `None` if the workflow is complete then.
    next: Option<Arc<Tail>>,
}

/// The tails of one problem, each solved when it is first met.
#[derive(Debug)]
pub(super) struct Tails {
    budget: Axis,
    time: Axis,
    launches: Vec<Launch>,
    /// By what is done.
    known: RefCell<HashMap<DoneSet, Option<Arc<Tail>>>>,
}

impl Tails {
    /// The tails of a problem; `None` where batches of one subtask depend on each other, or the rules are not those of the programme:
    /// what is launched costs and lasts the same whatever else was launched, and fails if it is not paid for.
    pub(super) fn new(problem: &Problem, laws: &BatchLaws) -> Option<Self> {
        if matches!(problem.rules().dependence, Dependence::BetaBinomial { within, .. } if within > 0.0) {
            return None;
        }
        let rules = problem.rules();
        let is_known = rules.overspend != Overspend::SampleBySample
            && rules.capacity == Capacity::Infinite
            && rules.replanning.is_at_batch_ends();
        if !is_known {
            return None;
        }
        let models = 0..problem.workflow().models().len();
        let launches: Vec<Launch> =
            models.flat_map(|model| COUNTS.map(|count| Launch { model, count })).collect();
        let mut draws: Vec<Draw> = Vec::new();
        for node in 0..problem.workflow().len() {
            for law in launches.iter().filter_map(|&launch| laws.of(problem, node, launch)) {
                let (passed, failed) = law.draws();
                draws.extend(passed.iter().chain(failed));
            }
        }
        let costs = draws.iter().map(|draw| draw.cost);
        let durations = draws.iter().map(|draw| draw.duration.as_nanoseconds());
        Some(Self {
            budget: Axis::new(problem.budget().amount(), costs),
            time: Axis::new(problem.deadline().as_nanoseconds(), durations),
            launches,
            known: RefCell::default(),
        })
    }

    /// The value of what is left where a chain is left, and the launch that has it; `None` where it is no chain.
    pub(super) fn at(&self, problem: &Problem, laws: &BatchLaws, far: &Far) -> Option<(Node, Launch, f64)> {
        let tail = self.tail(problem, laws, &far.done)?;
        let (row, column) = (self.budget.place(far.budget)?, self.time.place(nanoseconds(far.time))?);
        let value = self.interpolate(&tail.values, row, column);
        // The launch of the nearest point from which nothing is lacking.
        let near = |place: Place| place.point + usize::from(place.share > 0.999);
        let best = tail.best[near(row) * self.time.points() + near(column)];
        Some((tail.node, self.launches[usize::from(best)], f64::from(value)))
    }

    /// The best launch at exactly what is left, and its value.
    pub(super) fn best(&self, problem: &Problem, laws: &BatchLaws, far: &Far) -> Option<(Node, Launch, f64)> {
        let tail = self.tail(problem, laws, &far.done)?;
        let mut best = None;
        for &launch in &self.launches {
            let Some(law) = laws.of(problem, tail.node, launch) else { continue };
            if !is_affordable(problem, tail.node, launch, far.budget) {
                continue;
            }
            let (passed, failed) = law.draws();
            let mean = |draws: &[Draw], then: Option<&Tail>| {
                let value = |draw: &Draw| {
                    let (Some(row), Some(column)) = (
                        self.after(problem, far.budget, draw.cost as f64),
                        self.time.place(nanoseconds(far.time) - nanoseconds(draw.duration)),
                    ) else {
                        return 0.0;
                    };
                    then.map_or(1.0, |tail| f64::from(self.interpolate(&tail.values, row, column)))
                };
                draws.iter().map(value).sum::<f64>() / draws.len() as f64
            };
            let value = law.passes * law.right * mean(passed, tail.next.as_deref())
                + (1.0 - law.passes) * mean(failed, Some(&tail));
            if best.is_none_or(|(_, _, most)| value > most) {
                best = Some((tail.node, launch, value));
            }
        }
        best
    }

    /// Where the budget is after a cost.
    fn after(&self, problem: &Problem, budget: f64, cost: f64) -> Option<Place> {
        match problem.rules().overspend {
            Overspend::AllowBounded if budget <= 0.0 => None,
            Overspend::AllowBounded => self.budget.place((budget - cost).max(0.0)),
            _ => self.budget.place(budget - cost),
        }
    }

    fn interpolate(&self, values: &[f32], row: Place, column: Place) -> f32 {
        let width = self.time.points();
        let corner = row.point * width + column.point;
        let along = |at: usize| values[at] + column.share * (values[at + 1] - values[at]);
        let low = along(corner);
        low + row.share * (along(corner + width) - low)
    }

    /// The tail of what is not done, if that is a chain.
    fn tail(&self, problem: &Problem, laws: &BatchLaws, done: &DoneSet) -> Option<Arc<Tail>> {
        if let Some(known) = self.known.borrow().get(done) {
            return known.clone();
        }
        let tail = chain(problem, done).map(|chain| {
            let mut next: Option<Arc<Tail>> = None;
            for (position, &node) in chain.iter().enumerate().rev() {
                let mut done = done.clone();
                chain[..position].iter().for_each(|&before| done.insert(before));
                let known = self.known.borrow().get(&done).cloned().flatten();
                let tail = known.unwrap_or_else(|| Arc::new(self.solve(problem, laws, node, next.take())));
                self.known.borrow_mut().insert(done, Some(Arc::clone(&tail)));
                next = Some(tail);
            }
            next
        });
        let tail = tail.flatten();
        if self.known.borrow().len() > MOST_KNOWN {
            // Chains are few; that other sets are none is quickly found out again.
            self.known.borrow_mut().retain(|_, tail| tail.is_some());
        }
        self.known.borrow_mut().insert(done.clone(), tail.clone());
        tail
    }

    /// The values of a subtask with what follows it.
    fn solve(&self, problem: &Problem, laws: &BatchLaws, node: Node, next: Option<Arc<Tail>>) -> Tail {
        let (rows, width) = (self.budget.points(), self.time.points());
        let options = self.options(problem, laws, node);
        let mut tail = Tail { node, values: vec![0.0; rows * width], best: vec![0; rows * width], next };
        for row in 0..rows {
            for column in 0..width {
                let (mut most, mut best) = (0.0f32, options.first().map_or(0, |option| option.launch));
                for option in &options {
                    if option.rows_from <= row {
                        let value = self.value(option, &tail, row, column);
                        if value > most {
                            (most, best) = (value, option.launch);
                        }
                    }
                }
                tail.values[row * width + column] = most;
                tail.best[row * width + column] = best;
            }
        }
        tail
    }

    /// The value of a launch at a point of which all lower ones are known.
    fn value(&self, option: &Choice, tail: &Tail, row: usize, column: usize) -> f32 {
        let mut value = 0.0;
        for Leads { weight, rows, columns } in &option.passed {
            if let (Some(row), Some(column)) = (rows[row], columns[column]) {
                value += weight
                    * tail.next.as_deref().map_or(1.0, |next| self.interpolate(&next.values, row, column));
            }
        }
        value *= option.passes;
        let mut again = 0.0f64;
        for Leads { weight, rows, columns } in &option.failed {
            if let (Some(to_row), Some(to_column)) = (rows[row], columns[column]) {
                value += weight * option.fails * self.interpolate(&tail.values, to_row, to_column);
                // The point itself, whose value is still 0, is a corner of the cell.
                let own = |place: Place, point: usize| match point.checked_sub(place.point) {
                    Some(0) => 1.0 - place.share,
                    Some(1) => place.share,
                    _ => 0.0,
                };
                again += f64::from(weight * option.fails * own(to_row, row) * own(to_column, column));
            }
        }
        if again < 1.0 { (value / (1.0 - again) as f32).min(1.0) } else { 0.0 }
    }

    fn options(&self, problem: &Problem, laws: &BatchLaws, node: Node) -> Vec<Choice> {
        let mut options = Vec::new();
        let mut sure = None;
        for (position, &launch) in self.launches.iter().enumerate() {
            let Some(law) = laws.of(problem, node, launch) else { continue };
            if sure == Some(launch.model) {
                continue;
            }
            // Only where a batch waits for all of its samples is a larger one never faster.
            if law.passes > SURE && problem.rules().batch_end == BatchEnd::Barrier {
                sure = Some(launch.model);
            }
            let rows = self.budget.points();
            let affordable = |row: &usize| is_affordable(problem, node, launch, self.budget.value(*row));
            let Some(rows_from) = (0..rows).find(affordable) else { continue };
            let (passed, failed) = law.draws();
            let places = |draws: &[Draw]| self.places(problem, draws);
            let (passed, failed) = (places(passed), places(failed));
            options.push(Choice {
                launch: position as u16,
                rows_from,
                passes: (law.passes * law.right) as f32,
                fails: (1.0 - law.passes) as f32,
                passed,
                failed,
            });
        }
        options
    }

    /// Where each point of both axes leads to, for some means of draws.
    fn places(&self, problem: &Problem, draws: &[Draw]) -> Vec<Leads> {
        let means = means(draws).into_iter().map(|(cost, duration, weight)| {
            let rows = (0..self.budget.points())
                .map(|row| self.after(problem, self.budget.value(row), cost))
                .collect();
            let columns = (0..self.time.points())
                .map(|column| self.time.place(self.time.value(column) - duration))
                .collect();
            Leads { weight, rows, columns }
        });
        means.collect()
    }
}

/// Where an outcome leads to from every point of both axes; nowhere where it overspends or is late.
#[derive(Debug)]
struct Leads {
    /// Share of the outcomes of its kind.
    weight: f32,
    rows: Vec<Option<Place>>,
    columns: Vec<Option<Place>>,
}

/// A launch, with where each of its outcomes leads from each point.
#[derive(Debug)]
struct Choice {
    launch: u16,
    /// The first row in which the rules let it be launched.
    rows_from: usize,
    /// Probability that the batch passes, and is right; and that it does not pass.
    passes: f32,
    fails: f32,
    passed: Vec<Leads>,
    failed: Vec<Leads>,
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_nanoseconds() as f64
}

/// Whether the rules let a batch be launched with so much left.
fn is_affordable(problem: &Problem, node: Node, launch: Launch, budget: f64) -> bool {
    match problem.reservation(node, launch.model) {
        Some(each) => each as f64 * f64::from(launch.count) <= budget,
        None => true,
    }
}

/// Means of cost and duration over groups of draws that lie next to each other, and the share of each group; all kinds of draws, where they
/// are few.
fn means(draws: &[Draw]) -> Vec<(f64, f64, f32)> {
    let mut sorted: Vec<Draw> = draws.to_vec();
    sorted.sort_by_key(|draw| (draw.duration, draw.cost));
    let kinds: Vec<&[Draw]> = sorted.chunk_by(|a, b| a == b).collect();
    let groups: Vec<&[Draw]> =
        if kinds.len() <= OUTCOMES { kinds } else { sorted.chunks(draws.len().div_ceil(OUTCOMES)).collect() };
    let mean = |group: &[Draw]| {
        let mean = |of: fn(&Draw) -> f64| group.iter().map(of).sum::<f64>() / group.len() as f64;
        let share = group.len() as f32 / draws.len() as f32;
        (mean(|draw| draw.cost as f64), mean(|draw| nanoseconds(draw.duration)), share)
    };
    groups.into_iter().map(mean).collect()
}

/// The subtasks that are not done, in their order, if only one can follow another.
fn chain(problem: &Problem, done: &DoneSet) -> Option<Vec<Node>> {
    let graph = problem.workflow().graph();
    let order: Vec<Node> = graph.order().filter(|&node| !done.contains(node)).collect();
    let linked = order.windows(2).all(|pair| graph.senders(pair[1]).any(|sender| sender == pair[0]));
    (linked && (1..=LONGEST).contains(&order.len())).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;
    use crate::workflow::oracle::Oracle;
    use crate::workflow::policy::{Recommended, RecommendedSettings};
    use crate::workflow::{Budget, Rules, SampleLaw, Workflow};
    use sim_core::random::{Address, Family, Purpose, Streams};

    /// A chain whose costs and latencies are whole numbers, with a budget that buys at most four samples at once.
    fn chain_of(length: usize, seed: u64) -> Problem {
        let streams = Streams::new(seed, Purpose::SamplingPlan, Family::common());
        let mut stream = streams.open(Address::trial(length as u64));
        let mut builder = Workflow::builder().model("s", 0.0).model("l", 0.0);
        for node in 0..length {
            builder = builder.subtask(format!("v{node}")).needs((node > 0).then(|| format!("v{}", node - 1)));
            for (model, most) in [("s", 1), ("l", 2)] {
                let mut whole = || 1 + stream.below(most);
                let (tokens, latency) = (whole(), whole() as f64);
                let success = 0.2 + 0.6 * stream.uniform();
                builder = builder.option(model, SampleLaw::constant(success, latency, tokens).unwrap());
            }
        }
        let deadline = Duration::from_nanoseconds(6_000_000_000);
        Problem::new(builder.build().unwrap(), Rules::reference(), Budget::Tokens(4), deadline).unwrap()
    }

    fn tail_value(problem: &Problem) -> f64 {
        let laws = BatchLaws::new(problem, Streams::new(1, Purpose::Pilot, Family::common()));
        let tails = Tails::new(problem, &laws).unwrap();
        let all = Far::of_beginning(problem);
        let (_, _, value) = tails.at(problem, &laws, &all).unwrap();
        let (_, _, best) = tails.best(problem, &laws, &all).unwrap();
        assert!((value - best).abs() < 0.02, "{value}, one step before {best}");
        value
    }

    /// Another programme, over all states instead of a grid.
    #[test]
    fn chains_of_whole_numbers_have_the_value_of_the_oracle() {
        for seed in 0..12 {
            for length in 1..=3 {
                let problem = chain_of(length, seed);
                let expected = Oracle::new(&problem, &[1, 2, 3, 4]).unwrap().best();
                let found = tail_value(&problem);
                assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
            }
        }
    }

    /// Where costs and latencies are continuous, values are interpolated; runs of the engine under the launches of the tails come to them
    /// within a hundredth and four standard errors of 20 000 runs (false-alarm rate 6e-5 a check if they were exact, two checks).
    #[test]
    fn runs_come_to_the_value_that_is_interpolated() {
        let law = |success| {
            let tokens = Law::lognormal(1000.0, 500.0).unwrap();
            SampleLaw::generated(success, tokens, 0.3, 10_000, 50.0, 1.0).unwrap()
        };
        let workflow = Workflow::builder()
            .model("m", 0.0)
            .model("n", 0.0)
            .subtask("a")
            .option("m", law(0.4))
            .option("n", law(0.3))
            .subtask("b")
            .needs(["a"])
            .option("m", law(0.5))
            .build()
            .unwrap();
        let realistic = Rules { dependence: Dependence::Independent, ..Rules::realistic() };
        for rules in [Rules::reference(), realistic] {
            let deadline = Duration::from_nanoseconds(90_000_000_000);
            let problem = Problem::new(workflow.clone(), rules, Budget::Tokens(7000), deadline).unwrap();
            let expected = tail_value(&problem);
            let settings = RecommendedSettings { rollouts: false, ..RecommendedSettings::default() };
            let mut policy = Recommended::with(settings);
            let streams = Streams::new(1, Purpose::World, Family::common());
            let mut runs = problem.runs();
            let done = (0..20_000).filter(|&trial| runs.run(&mut policy, &streams, trial).is_done()).count();
            let found = done as f64 / 20_000.0;
            assert!((found - expected).abs() < 0.01 + 4.0 * 0.0035, "{found}, expected {expected}");
        }
    }

    /// A failure that costs nothing leads back to where it was: tried as often as it takes, anything succeeds.
    #[test]
    fn what_is_free_and_takes_no_time_is_tried_until_it_succeeds() {
        let workflow = Workflow::builder()
            .model("m", 0.0)
            .subtask("a")
            .option("m", SampleLaw::constant(0.001, 0.0, 0).unwrap())
            .build()
            .unwrap();
        let deadline = Duration::from_nanoseconds(4_000_000_000);
        let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(4), deadline).unwrap();
        let value = tail_value(&problem);
        assert!((value - 1.0).abs() < 1e-4, "{value}");
    }

    #[test]
    fn only_chains_have_tails_and_only_without_dependence() {
        let fork = Workflow::builder()
            .model("m", 0.0)
            .subtask("a")
            .option("m", SampleLaw::constant(0.5, 1.0, 1).unwrap())
            .subtask("b")
            .option("m", SampleLaw::constant(0.5, 1.0, 1).unwrap())
            .build()
            .unwrap();
        let deadline = Duration::from_nanoseconds(4_000_000_000);
        let problem = |rules| Problem::new(fork.clone(), rules, Budget::Tokens(4), deadline).unwrap();
        let reference = problem(Rules::reference());
        let laws = BatchLaws::new(&reference, Streams::new(1, Purpose::Pilot, Family::common()));
        let tails = Tails::new(&reference, &laws).unwrap();
        let mut far = Far::of_beginning(&reference);
        assert!(tails.at(&reference, &laws, &far).is_none());
        far.done.insert(0);
        assert_eq!(tails.at(&reference, &laws, &far).map(|(node, ..)| node), Some(1));
        far.done.insert(1);
        assert!(tails.at(&reference, &laws, &far).is_none());
        let realistic = problem(Rules::realistic());
        let laws = BatchLaws::new(&realistic, Streams::new(1, Purpose::Pilot, Family::common()));
        assert!(Tails::new(&realistic, &laws).is_none());
    }
}

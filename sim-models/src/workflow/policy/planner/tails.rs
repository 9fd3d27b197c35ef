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
mod solve;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use sim_core::events::Duration;
use sim_core::graph::Node;

use self::axis::{Axis, Place};
use super::far::{DoneSet, Far};
use super::laws::{BatchLaws, COUNTS, Draw};
use crate::workflow::{Capacity, Dependence, Launch, Overspend, Problem};

/// Subtasks of the longest chain that is solved: every one adds its error of interpolation.
const LONGEST: usize = 12;
/// Sets of done subtasks that are remembered.
const MOST_KNOWN: usize = 8192;

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

    /// Bytes of the values and launches.
    pub(super) fn memory(&self) -> usize {
        let of = |tail: &Arc<Tail>| size_of_val(&tail.values[..]) + size_of_val(&tail.best[..]);
        self.known.borrow().values().flatten().map(of).sum()
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

/// The subtasks that are not done, in their order, if only one can follow another.
fn chain(problem: &Problem, done: &DoneSet) -> Option<Vec<Node>> {
    let graph = problem.workflow().graph();
    let order: Vec<Node> = graph.order().filter(|&node| !done.contains(node)).collect();
    let linked = order.windows(2).all(|pair| graph.senders(pair[1]).any(|sender| sender == pair[0]));
    (linked && (1..=LONGEST).contains(&order.len())).then_some(order)
}

#[cfg(test)]
mod tests;

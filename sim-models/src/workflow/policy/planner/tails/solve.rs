//! The values of a tail on the grid, point by point: what a launch leads to has less left, and is known.

use std::sync::Arc;

use sim_core::graph::Node;

use super::axis::Place;
use super::{Tail, Tails, is_affordable, nanoseconds};
use crate::workflow::policy::planner::laws::{BatchLaws, Draw};
use crate::workflow::{BatchEnd, Problem};

/// Outcomes of a batch of each kind, between which the programme does not tell the draws apart.
const OUTCOMES: usize = 16;
/// A batch that passes with more than this is not made larger.
const SURE: f64 = 0.9999;

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

impl Tails {
    /// The values of a subtask with what follows it.
    pub(super) fn solve(
        &self,
        problem: &Problem,
        laws: &BatchLaws,
        node: Node,
        next: Option<Arc<Tail>>,
    ) -> Tail {
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

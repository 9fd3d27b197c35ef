//! In what cost and time a subtask can be done, if its draws are known.

use sim_core::events::Duration;
use sim_core::graph::Node;

use super::{Point, keep_pareto};
use crate::workflow::batch::share;
use crate::workflow::world::World;
use crate::workflow::{Batch, BatchEnd, Problem, SampleLaw, Verifier};

/// Attempts that are looked at; the next one is taken to pass at once and for nothing.
const MOST_ATTEMPTS: u64 = 64;
/// Samples of a batch that are looked at; the next one is taken to pass.
const MOST_SAMPLES: u64 = 4096;
/// Points that are kept of the ways in which earlier attempts failed.
const MOST_POINTS: usize = 64;

/// The Pareto front of a subtask within a cost and a time: attempts that fail with one sample each, and one that passes and is right.
pub(super) fn options(problem: &Problem, world: &World<'_>, node: Node, most: Point) -> Vec<Point> {
    let mut done = Vec::new();
    if problem.workflow().choices(node).all(|(_, law)| law.success() == 0.0) {
        return done;
    }
    let mut failed = vec![Point::NOTHING];
    for attempt in 0..MOST_ATTEMPTS {
        let mut failures = Vec::new();
        for (model, law) in problem.workflow().choices(node) {
            let tries = Tries::of(problem, world, law, (node, attempt, model), most.cost);
            done.extend(combined(&failed, &tries.right));
            failures.extend(tries.failed);
        }
        done.retain(|point| point.is_within(most));
        keep_pareto(&mut done);
        failed = combined(&failed, &failures).collect();
        // To fail for more than success costs is never the best.
        failed.retain(|&point| point.is_within(most) && !done.iter().any(|&known| known.is_within(point)));
        keep_pareto(&mut failed);
        thin(&mut failed);
        if failed.is_empty() {
            return done;
        }
    }
    done.extend(failed);
    keep_pareto(&mut done);
    done
}

fn combined<'a>(before: &'a [Point], after: &'a [Point]) -> impl Iterator<Item = Point> + 'a {
    before.iter().flat_map(move |&before| after.iter().map(move |&after| before.then(after)))
}

/// Replaces neighbors by a point that is at least as good as both, until there are few enough.
fn thin(front: &mut Vec<Point>) {
    while front.len() > MOST_POINTS {
        let pairs = front.chunks(2).map(|pair| Point { cost: pair[0].cost, time: pair[pair.len() - 1].time });
        *front = pairs.collect();
    }
}

/// What the batches of one model at one attempt can come to.
struct Tries {
    /// The cheapest that fails: one sample.
    failed: Option<Point>,
    /// Those in which the first sample that passes is right.
    right: Vec<Point>,
}

impl Tries {
    fn of(
        problem: &Problem,
        world: &World<'_>,
        law: &SampleLaw,
        (node, attempt, model): (Node, u64, usize),
        budget: u64,
    ) -> Self {
        let mut tries = Self { failed: None, right: Vec::new() };
        let batch_end = problem.rules().batch_end;
        let pays_back = batch_end == BatchEnd::FirstSuccess { refund: true };
        let covered = match problem.reservation(node, model) {
            Some(each) if each > 0 => budget / each,
            _ => u64::MAX,
        };
        let Some(drawn) = world.samples(node, attempt, model) else { return tries };
        let (mut samples, mut cost, mut first) = (Vec::new(), 0u64, f64::INFINITY);
        for sample in drawn.take(covered.min(MOST_SAMPLES) as usize) {
            cost = cost.saturating_add(sample.cost);
            if !pays_back && cost > budget {
                return tries;
            }
            samples.push(sample);
            if samples.len() == 1 && !sample.passed {
                tries.failed = Some(point(&problem.batch_of(&samples)));
            }
            // Only a sample that passes before the others changes what a batch comes to for the better.
            if sample.passed && sample.end < first {
                first = sample.end;
                let batch = problem.batch_of(&samples);
                if batch.right {
                    tries.right.push(point(&batch));
                    if batch_end == BatchEnd::Barrier {
                        return tries;
                    }
                }
            }
        }
        if covered <= MOST_SAMPLES {
            return tries;
        }
        // A larger batch contains all of these, and ends no earlier than a sample can.
        let check = match problem.rules().verifier {
            Verifier::Noisy { latency, .. } => latency.as_seconds(),
            Verifier::Perfect | Verifier::None => 0.0,
        };
        let least = law.least_latency() + check;
        let paid = samples.iter().map(|sample| match pays_back {
            true => (sample.cost as f64 * share(least, sample.generated)) as u64,
            false => sample.cost,
        });
        let cost = paid.fold(0, u64::saturating_add);
        let end = match batch_end {
            BatchEnd::Barrier => samples.iter().map(|sample| sample.end).fold(least, f64::max),
            BatchEnd::FirstSuccess { .. } => least,
        };
        let time = Duration::from_seconds_saturating(end).as_nanoseconds();
        tries.right.push(Point { cost, time });
        tries
    }
}

fn point(batch: &Batch) -> Point {
    Point { cost: batch.cost, time: batch.duration.as_nanoseconds() }
}

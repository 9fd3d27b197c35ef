//! The discrete time-cost tradeoff problem: one point of cost and time per subtask, such that all are paid and the last is in time.
//!
//! Solved by branch and bound. A node of the search has a window of points per subtask, cheapest first; points too slow even if all others
//! were as fast as they can be are cut off, and the sum of the cheapest that are left is a lower bound on the cost.

use sim_core::graph::Graph;

use super::Point;

/// Work of a search, in subtasks looked at; then the rest counts as feasible.
const MOST_WORK: usize = 2_000_000;

/// What a search comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Cost and critical path of what was found, or a lower bound on the cost where the search was given up.
    Feasible(Point),
    /// Not even the fastest points are in time.
    TooLate,
    /// What is in time is not paid for, or a subtask cannot be done at all.
    TooExpensive,
}

/// One problem.
pub(super) struct Tradeoff<'a> {
    graph: &'a Graph,
    fronts: &'a [Vec<Point>],
    most: Point,
}

/// Points that are left, by subtask: from the cheapest to one behind the fastest.
#[derive(Clone)]
struct Windows(Vec<(usize, usize)>);

impl<'a> Tradeoff<'a> {
    /// The fronts are in order of rising cost and falling time.
    pub(super) fn new(graph: &'a Graph, fronts: &'a [Vec<Point>], most: Point) -> Self {
        Self { graph, fronts, most }
    }

    pub(super) fn solve(&self) -> Verdict {
        if self.fronts.iter().any(Vec::is_empty) {
            return Verdict::TooExpensive;
        }
        let all = Windows(self.fronts.iter().map(|front| (0, front.len())).collect());
        let (ends, _) = self.paths(|node| self.fronts[node][all.0[node].1 - 1].time);
        if ends.iter().any(|&end| end > self.most.time) {
            return Verdict::TooLate;
        }
        let mut open = vec![all];
        let mut work = 0;
        while let Some(mut windows) = open.pop() {
            work += self.fronts.len();
            let Some(cost) = self.cut(&mut windows) else { continue };
            let cheapest = |node: usize| self.fronts[node][windows.0[node].0];
            let (ends, tails) = self.paths(|node| cheapest(node).time);
            let time = ends.iter().copied().max().unwrap_or(0);
            if time <= self.most.time || work > MOST_WORK {
                return Verdict::Feasible(Point { cost, time: time.min(self.most.time) });
            }
            // On a path that is too long some subtask can be faster: otherwise its points would have been cut off.
            let is_late = |node: usize| ends[node].saturating_add(tails[node]) > self.most.time;
            let gain = |node: usize| cheapest(node).time - self.fronts[node][windows.0[node].1 - 1].time;
            let Some(node) = (0..ends.len()).filter(|&node| is_late(node)).max_by_key(|&node| gain(node))
            else {
                continue;
            };
            let (low, high) = windows.0[node];
            let mut faster = windows.clone();
            faster.0[node] = (low + 1, high);
            windows.0[node] = (low, low + 1);
            open.extend([faster, windows]);
        }
        Verdict::TooExpensive
    }

    /// By subtask, when it ends, and how long the longest path from its end to the last end is.
    fn paths(&self, time: impl Fn(usize) -> u64) -> (Vec<u64>, Vec<u64>) {
        let (mut ends, mut tails) = (vec![0u64; self.fronts.len()], vec![0u64; self.fronts.len()]);
        for node in self.graph.order() {
            let begin = self.graph.senders(node).map(|parent| ends[parent]).max().unwrap_or(0);
            ends[node] = begin.saturating_add(time(node));
        }
        for node in self.graph.order().rev() {
            let rest = self.graph.receivers(node).map(|child| tails[child].saturating_add(time(child)));
            tails[node] = rest.max().unwrap_or(0);
        }
        (ends, tails)
    }

    /// Cuts off points that are too slow whatever the others are, and sums up the cheapest of the rest. `None` if a window is empty or the
    /// sum is too high.
    fn cut(&self, windows: &mut Windows) -> Option<u64> {
        let fastest: Vec<u64> = windows
            .0
            .iter()
            .zip(self.fronts)
            .map(|(&(low, high), front)| if low < high { front[high - 1].time } else { u64::MAX })
            .collect();
        let (ends, tails) = self.paths(|node| fastest[node]);
        let mut sum = 0u64;
        for (node, (low, high)) in windows.0.iter_mut().enumerate() {
            let others = (ends[node] - fastest[node].min(ends[node])).saturating_add(tails[node]);
            let slack = self.most.time.checked_sub(others)?;
            while *low < *high && self.fronts[node][*low].time > slack {
                *low += 1;
            }
            if low >= high {
                return None;
            }
            sum = sum.saturating_add(self.fronts[node][*low].cost);
        }
        (sum <= self.most.cost).then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sim_core::random::{Address, Family, Purpose, Streams};

    use super::super::keep_pareto;
    use super::*;

    /// Whether any combination is paid and in time, by trying all.
    fn by_enumeration(graph: &Graph, fronts: &[Vec<Point>], most: Point) -> bool {
        let mut at = vec![0; fronts.len()];
        loop {
            let tradeoff = Tradeoff::new(graph, fronts, most);
            let (ends, _) = tradeoff.paths(|node| fronts[node][at[node]].time);
            let cost: u64 = (0..fronts.len()).map(|node| fronts[node][at[node]].cost).sum();
            if cost <= most.cost && ends.iter().all(|&end| end <= most.time) {
                return true;
            }
            let Some(place) = (0..at.len()).find(|&place| at[place] + 1 < fronts[place].len()) else {
                return false;
            };
            at[place] += 1;
            at[..place].fill(0);
        }
    }

    #[test]
    fn branch_and_bound_finds_what_enumeration_finds() {
        let streams = Streams::new(8, Purpose::SamplingPlan, Family::common());
        let mut found = [0; 3];
        for number in 0..3000 {
            let mut stream = streams.open(Address::trial(number));
            let size = 1 + stream.below(6) as usize;
            let names = (0..size).map(|node| format!("v{node}"));
            let pairs = (0..size).flat_map(|to| (0..to).map(move |from| (from, to)));
            let edges: Vec<(usize, usize)> = pairs.filter(|_| stream.uniform() < 0.4).collect();
            let graph = Graph::new(names, edges).unwrap();
            let fronts: Vec<Vec<Point>> = (0..size)
                .map(|_| {
                    let mut front: Vec<Point> = (0..1 + stream.below(4))
                        .map(|_| Point { cost: 1 + stream.below(9), time: 1 + stream.below(9) })
                        .collect();
                    keep_pareto(&mut front);
                    front
                })
                .collect();
            let size = size as u64;
            let most = Point { cost: size * (1 + stream.below(8)), time: 2 + size * (1 + stream.below(5)) };
            let verdict = Tradeoff::new(&graph, &fronts, most).solve();
            let is_feasible = by_enumeration(&graph, &fronts, most);
            assert_eq!(matches!(verdict, Verdict::Feasible(_)), is_feasible, "{number}: {verdict:?}");
            found[match verdict {
                Verdict::Feasible(point) => {
                    assert!(point.is_within(most));
                    0
                }
                Verdict::TooLate => 1,
                Verdict::TooExpensive => 2,
            }] += 1;
        }
        assert!(found.iter().all(|&count| count > 200), "{found:?}");
    }
}

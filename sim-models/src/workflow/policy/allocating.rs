//! Policies that share what is left of the budget out among all subtasks that are not done.

use sim_core::graph::Node;
use sim_core::random::{Purpose, Streams};

use super::critical::critical_path;
use super::knapsack::{Item, knapsack};
use super::planner::{BatchLaws, Moments};
use super::relaxation::relaxed_knapsack;
use super::{Decision, Policy};
use crate::workflow::{Launch, Problem, View};

/// How launches are chosen for all open subtasks together, so that each is launched once. What a batch costs and how long it takes count
/// by their means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// The most probable completion within budget and deadline, by a knapsack programme over costs, with a price on time for the deadline;
    /// chosen at the beginning, and nothing is tried again (A6.11).
    StaticOptimum,
    /// The same problem by a continuous relaxation: a law over the launches of every subtask, with the budget as its expected cost, by
    /// projected descent, and rounded at the end (A6.12, B41).
    StaticRelaxed,
    /// The static optimum, chosen again at every decision: certainty-equivalent control (A6.13).
    CertaintyEquivalent,
    /// One price of money for all subtasks, as low as the budget allows, found again at every decision; a launch may not take longer than
    /// what is left (A6.14).
    WaterFilling,
    /// The fastest model per success for every subtask, and more samples for those on the critical path as long as the budget lasts: HEFT
    /// with replication (A6.15).
    Replication,
    /// The largest probability that all ready subtasks pass now, per unit of cost (A6.16).
    Myopic,
}

/// A policy that chooses for all open subtasks together.
#[derive(Debug)]
pub struct Allocating {
    sharing: Sharing,
    /// By the problem for which they were computed.
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    problem: u64,
    /// By subtask.
    offers: Vec<Vec<Moments>>,
    /// What was chosen at the beginning, where it stands.
    plan: Vec<Option<Launch>>,
}

/// Prices of time that are tried, beside none.
const PRICES: i32 = 24;
/// Bisections of the price of money.
const BISECTIONS: usize = 60;

impl Allocating {
    /// The policy of a way of sharing.
    pub fn new(sharing: Sharing) -> Self {
        Self { sharing, known: None }
    }
}

impl Known {
    fn new(problem: &Problem, streams: &Streams) -> Self {
        let laws = BatchLaws::new(problem, streams.aside(Purpose::Pilot, 0));
        let offers = (0..problem.workflow().len()).map(|node| laws.moments(problem, node)).collect();
        Self { problem: problem.id(), offers, plan: Vec::new() }
    }
}

impl Policy for Allocating {
    fn begin(&mut self, problem: &Problem, streams: &Streams, _: u64) {
        let known = self.known.take().filter(|known| known.problem == problem.id());
        self.known = Some(known.unwrap_or_else(|| {
            let mut known = Known::new(problem, streams);
            let programme: Programme = match self.sharing {
                Sharing::StaticOptimum => knapsack,
                Sharing::StaticRelaxed => relaxed_knapsack,
                _ => return known,
            };
            let all: Vec<Node> = problem.workflow().graph().order().collect();
            let left = (problem.budget().amount() as f64, problem.deadline().as_seconds());
            known.plan = in_time(problem, &known.offers, &all, left, programme);
            known
        }));
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let Some(known) = &self.known else { return };
        let (problem, offers) = (view.problem(), &known.offers);
        let left = (view.budget_left() as f64, view.time_left().as_seconds());
        // Running batches are taken to pass.
        let runs = |node: Node| view.running().any(|running| running.node == node);
        let graph = problem.workflow().graph();
        let open = || graph.order().filter(|&node| !view.is_done(node) && !runs(node)).collect::<Vec<Node>>();
        let plan = match self.sharing {
            Sharing::StaticOptimum | Sharing::StaticRelaxed => {
                let first = view.ready().iter().filter(|&&node| view.attempts(node) == 0);
                decision.launches.extend(first.filter_map(|&node| Some((node, known.plan[node]?))));
                return;
            }
            Sharing::CertaintyEquivalent => in_time(problem, offers, &open(), left, knapsack),
            Sharing::WaterFilling => water_filling(offers, &open(), left),
            Sharing::Replication => replication(problem, offers, &open(), left.0),
            Sharing::Myopic => myopic(offers, view.ready()),
        };
        decision.launches.extend(view.ready().iter().filter_map(|&node| Some((node, plan[node]?))));
    }
}

/// The offer with the highest score; the first of several.
fn best(offers: &[Moments], score: impl Fn(&Moments) -> f64) -> Option<&Moments> {
    offers.iter().reduce(|best, offer| if score(offer) > score(best) { offer } else { best })
}

/// Length of the critical path through what is chosen, and its subtasks; others take no time.
fn path_of(problem: &Problem, chosen: &[Option<Moments>]) -> (f64, Vec<Node>) {
    let times: Vec<f64> = chosen.iter().map(|offer| offer.map_or(0.0, |offer| offer.duration)).collect();
    critical_path(problem.workflow().graph(), &times)
}

/// Logarithm of the probability that a batch passes.
fn log_passes(offer: &Moments) -> f64 {
    libm::log(offer.passes.max(f64::MIN_POSITIVE))
}

/// One launch per open subtask: of the solutions for several prices of time the most probable that is in time; else the fastest.
fn in_time(
    problem: &Problem,
    offers: &[Vec<Moments>],
    open: &[Node],
    (budget, time): (f64, f64),
    programme: Programme,
) -> Vec<Option<Launch>> {
    let prices = (0..=PRICES).map(|step| match step {
        0 => 0.0,
        step => libm::exp10(f64::from(step) / f64::from(PRICES) * 6.0 - 4.0) / time.max(f64::MIN_POSITIVE),
    });
    let mut most: Option<(bool, f64, Vec<Option<Moments>>)> = None;
    for price in prices {
        let chosen = most_valuable_within(offers, open, budget, price, programme);
        let (length, _) = path_of(problem, &chosen);
        let log_passes: f64 = chosen.iter().flatten().map(log_passes).sum();
        let in_time = length <= time;
        let score = if in_time { log_passes } else { -length };
        let better = most.as_ref().is_none_or(|(known, most, _)| (in_time, score) > (*known, *most));
        if better {
            most = Some((in_time, score, chosen));
        }
    }
    let chosen = most.map_or_else(Vec::new, |(.., chosen)| chosen);
    chosen.into_iter().map(|offer| Some(offer?.launch)).collect()
}

/// How one item per class is chosen within a budget.
type Programme = fn(&[Vec<Item>], f64) -> Option<Vec<usize>>;

/// The launches with the highest sum of `log_passes - price duration` whose costs fit; where none do, the cheapest.
fn most_valuable_within(
    offers: &[Vec<Moments>],
    open: &[Node],
    budget: f64,
    price: f64,
    programme: Programme,
) -> Vec<Option<Moments>> {
    let item = |offer: &Moments| Item { cost: offer.cost, value: log_passes(offer) - price * offer.duration };
    let classes: Vec<Vec<Item>> = open.iter().map(|&node| offers[node].iter().map(item).collect()).collect();
    let chosen = programme(&classes, budget);
    let mut launched = vec![None; offers.len()];
    for (class, &node) in open.iter().enumerate() {
        launched[node] = match &chosen {
            Some(chosen) => offers[node].get(chosen[class]).copied(),
            None => best(&offers[node], |offer| -offer.cost).copied(),
        };
    }
    launched
}

/// The launches with the highest `log_passes - price cost` at the lowest price at which all together fit.
fn water_filling(offers: &[Vec<Moments>], open: &[Node], (budget, time): (f64, f64)) -> Vec<Option<Launch>> {
    let choose = |price: f64| {
        let mut chosen = vec![None; offers.len()];
        for &node in open {
            let late = |offer: &Moments| if offer.duration > time { 1e6 } else { 0.0 };
            chosen[node] = best(&offers[node], |offer| log_passes(offer) - price * offer.cost - late(offer));
        }
        chosen
    };
    let cost = |chosen: &[Option<&Moments>]| chosen.iter().flatten().map(|offer| offer.cost).sum::<f64>();
    // Logarithms of prices between which the right one lies.
    let unit = libm::log(1.0 / budget.max(f64::MIN_POSITIVE));
    let (mut low, mut high) = (unit - 30.0, unit + 30.0);
    if cost(&choose(0.0)) > budget {
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if cost(&choose(libm::exp(middle))) > budget { low = middle } else { high = middle }
        }
    } else {
        high = f64::NEG_INFINITY;
    }
    choose(libm::exp(high)).into_iter().map(|offer| Some(offer?.launch)).collect()
}

/// The fastest model per success for all, and larger batches on the critical path while the budget lasts.
fn replication(
    problem: &Problem,
    offers: &[Vec<Moments>],
    open: &[Node],
    budget: f64,
) -> Vec<Option<Launch>> {
    // Expected time and cost with repetitions.
    let repeated = |offer: Moments| Moments {
        duration: offer.duration / offer.passes,
        cost: offer.cost / offer.passes,
        ..offer
    };
    let mut chosen: Vec<Option<Moments>> = vec![None; offers.len()];
    for &node in open {
        let single: Vec<Moments> =
            offers[node].iter().filter(|offer| offer.launch.count == 1).copied().collect();
        chosen[node] = best(&single, |offer| -repeated(*offer).duration).copied().map(repeated);
    }
    let mut spent: f64 = chosen.iter().flatten().map(|offer| offer.cost).sum();
    loop {
        let (_, path) = path_of(problem, &chosen);
        // The step that shortens the path most among those that can be paid.
        let mut most: Option<(f64, Node, Moments)> = None;
        for node in path {
            let Some(now) = chosen[node] else { continue };
            let larger = offers[node].iter().filter(|offer| {
                offer.launch.model == now.launch.model && offer.launch.count > now.launch.count
            });
            for offer in larger.map(|offer| repeated(*offer)) {
                let gain = now.duration - offer.duration;
                let fits = spent - now.cost + offer.cost <= budget;
                if fits && gain > 0.0 && most.as_ref().is_none_or(|(best, ..)| gain > *best) {
                    most = Some((gain, node, offer));
                }
            }
        }
        let Some((_, node, offer)) = most else { break };
        spent += offer.cost - chosen[node].map_or(0.0, |now| now.cost);
        chosen[node] = Some(offer);
    }
    chosen.into_iter().map(|offer| Some(offer?.launch)).collect()
}

/// The launches of the ready subtasks with the highest probability that all pass, per unit of cost: one subtask after the other, until
/// none changes.
fn myopic(offers: &[Vec<Moments>], ready: &[Node]) -> Vec<Option<Launch>> {
    let mut chosen: Vec<Option<Moments>> = vec![None; offers.len()];
    for &node in ready {
        chosen[node] = best(&offers[node], |offer| log_passes(offer) - libm::log(offer.cost)).copied();
    }
    for _ in 0..offers.len() {
        let before: Vec<Option<Launch>> = launches(&chosen);
        for &node in ready {
            let others: f64 = ready
                .iter()
                .filter(|&&other| other != node)
                .filter_map(|&other| Some(chosen[other]?.cost))
                .sum();
            let score = |offer: &Moments| log_passes(offer) - libm::log(others + offer.cost);
            chosen[node] = best(&offers[node], score).copied();
        }
        if launches(&chosen) == before {
            break;
        }
    }
    launches(&chosen)
}

fn launches(chosen: &[Option<Moments>]) -> Vec<Option<Launch>> {
    chosen.iter().map(|offer| Some(offer.as_ref()?.launch)).collect()
}

//! All plans that are considered, each with the longest answers that its limits allow.

use super::outlook::Evaluator;
use super::{AgentModel, Fleet, Limits, Outlook, Plan, Skill};

/// Most leaves of a tree.
const MOST_LEAVES: f64 = 1e6;
/// Deepest tree.
const DEEPEST: u32 = 20;
/// Largest vote and fan-in.
const MOST_VOTES: u32 = 101;
/// Largest margin.
const MOST_MARGIN: u32 = 8;
/// Most tries with a checker.
const TRIES: [u32; 11] = [2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50];
/// Votes of a student.
const STUDENTS: [u32; 4] = [1, 2, 3, 5];
/// Most votes of two models together.
const MOST_MIXED: u32 = 9;
/// Longest answer, in tokens.
const LONGEST: f64 = 1e9;
/// Lengths that are tried where no length is the longest that is allowed.
const LENGTHS: usize = 12;

/// Odd numbers from 3: all of the first ones, then about a tenth more each time.
fn odd_sizes() -> Vec<u32> {
    let mut sizes: Vec<u32> = (3..=21).step_by(2).collect();
    let mut last = 21;
    while last < MOST_VOTES {
        last = (last + (last / 10).max(2)) | 1;
        sizes.push(last.min(MOST_VOTES));
    }
    sizes
}

impl Limits {
    /// Whether a plan with this outlook keeps them. A millionth of slack is rounding.
    pub fn allow(&self, outlook: &Outlook) -> bool {
        let within = |found: f64, most: Option<f64>| most.is_none_or(|most| found <= most * (1.0 + 1e-9));
        outlook.accuracy.is_finite()
            && within(outlook.spend.in_unit(self.unit()), self.budget.map(|(amount, _)| amount))
            && within(outlook.slow_time, self.deadline)
            && within(outlook.window, self.window)
    }
}

/// All plans within the limits, with what they come to.
pub(super) fn sized(fleet: &Fleet, limits: &Limits) -> Vec<(Plan, Outlook)> {
    let mut found = Vec::new();
    let evaluator = Evaluator::new(fleet);
    shapes(fleet, limits, |plan| {
        let sized = fit(fleet, &evaluator, limits, plan);
        let fits = sized.is_some();
        found.extend(sized);
        fits
    });
    found
}

/// All plans that are considered, whether they keep the limits or not but for what bounds their sizes; answers whose length is free are as
/// long as the budget allows.
pub fn all_plans(fleet: &Fleet, limits: &Limits) -> Vec<Plan> {
    sized(fleet, limits).into_iter().map(|(plan, _)| plan).collect()
}

/// Goes through the shapes of plans. `visit` says whether one fits, so that larger ones of its kind need not be visited where it does not.
fn shapes(fleet: &Fleet, limits: &Limits, mut visit: impl FnMut(Plan) -> bool) {
    let sizes = odd_sizes();
    for (model, agent) in fleet.models.iter().enumerate() {
        let tokens = agent.known_tokens().unwrap_or(f64::NAN);
        visit(Plan::Single { model, tokens });
        if fleet.countable {
            for &votes in &sizes {
                if !visit(Plan::Vote { model, tokens, votes }) {
                    break;
                }
            }
            for margin in 2..=MOST_MARGIN {
                if !visit(Plan::Margin { model, tokens, margin }) {
                    break;
                }
            }
        }
        if fleet.checker.is_some() {
            for tries in TRIES {
                if !visit(Plan::Retry { model, tokens, tries }) {
                    break;
                }
            }
        }
        for message in messages(fleet, limits) {
            for &fan_in in &fan_ins(&sizes, limits.window, message) {
                for depth in 1..=DEEPEST {
                    let plan = Plan::Tree { model, tokens, fan_in, depth, message };
                    if plan.agents().0 > MOST_LEAVES || !visit(plan) {
                        break;
                    }
                }
            }
            visit(Plan::Chain { model, tokens, relays: 1, message });
        }
    }
    for first in 0..fleet.models.len() {
        for second in (0..fleet.models.len()).filter(|&second| second != first) {
            for votes in STUDENTS {
                if votes == 1 || fleet.countable {
                    visit(Plan::Cascade { student: first, votes, teacher: second });
                }
            }
            if first < second && fleet.countable {
                for (a, b) in mixed() {
                    visit(Plan::Mixed { first: (first, a), second: (second, b) });
                }
            }
        }
    }
}

/// Two numbers of votes with an odd sum.
fn mixed() -> impl Iterator<Item = (u32, u32)> {
    let pairs = (1..MOST_MIXED).flat_map(|a| (1..MOST_MIXED).map(move |b| (a, b)));
    pairs.filter(|(a, b)| (a + b) % 2 == 1 && a + b <= MOST_MIXED)
}

/// Fan-ins that fit into a window, the largest of them in any case.
fn fan_ins(sizes: &[u32], window: Option<f64>, message: f64) -> Vec<u32> {
    let most = match window {
        Some(window) if message > 0.0 => (window / message).floor().min(f64::from(MOST_VOTES)) as u32,
        _ => MOST_VOTES,
    };
    let mut fan_ins: Vec<u32> = sizes.iter().copied().filter(|&size| size <= most).collect();
    let largest = if most % 2 == 1 { most } else { most.saturating_sub(1) };
    if largest >= 3 && fan_ins.last() != Some(&largest) {
        fan_ins.push(largest);
    }
    fan_ins
}

/// Lengths of messages: the given one, or a geometric list.
fn messages(fleet: &Fleet, limits: &Limits) -> Vec<f64> {
    if let Some(tokens) = fleet.channel.tokens {
        return vec![tokens];
    }
    let most = limits.window.map_or(4000.0, |window| window / 3.0);
    let mut lengths = Vec::new();
    let mut length: f64 = 8.0;
    while length <= most {
        lengths.push(length.round());
        length *= 1.3;
    }
    lengths
}

/// The plan with answers as long as the limits allow, if they allow any.
fn fit(fleet: &Fleet, evaluator: &Evaluator<'_>, limits: &Limits, plan: Plan) -> Option<(Plan, Outlook)> {
    let try_plan = |plan: Plan| {
        let outlook = evaluator.outlook(&plan);
        limits.allow(&outlook).then_some((plan, outlook))
    };
    if !plan.tokens().is_some_and(f64::is_nan) {
        return try_plan(plan);
    }
    let agent = fleet.models.get(*plan.models().first()?)?;
    let most = longest(agent);
    let (mut low, mut high) = (1.0, most);
    let mut best = try_plan(plan.with_tokens(low))?;
    if let Some(whole) = try_plan(plan.with_tokens(most)) {
        return Some(whole);
    }
    if matches!(plan, Plan::Margin { .. } | Plan::Retry { .. }) {
        // Longer answers are better, so that fewer are needed: neither cost nor time need grow with the length.
        let ratio = libm::pow(high, 1.0 / LENGTHS as f64);
        let lengths = (1..LENGTHS).map(|at| libm::pow(ratio, at as f64));
        let fitting = lengths.filter_map(|length| try_plan(plan.with_tokens(length)));
        return fitting.chain([best]).max_by(|a, b| a.1.accuracy.total_cmp(&b.1.accuracy));
    }
    while high > low * (1.0 + 1e-9) {
        let middle = libm::sqrt(low * high);
        match try_plan(plan.with_tokens(middle)) {
            Some(found) => (best, low) = (found, middle),
            None => high = middle,
        }
    }
    Some(best)
}

/// The length beyond which an answer gets no better.
fn longest(agent: &AgentModel) -> f64 {
    match agent.skill {
        Skill::Law(law) => law.tokens(law.cap).clamp(1.0, LONGEST),
        Skill::Known { tokens, .. } => tokens,
    }
}

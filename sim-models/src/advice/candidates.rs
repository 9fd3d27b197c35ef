//! All plans that are considered, each with the longest answers that its limits allow.

use super::outlook::Evaluator;
use super::{AgentModel, Fleet, Limits, Outlook, Plan, Skill};
use crate::theory::dependence::Dependence;

/// Most leaves of a tree.
const MOST_LEAVES: f64 = 1e6;
/// Deepest tree.
const DEEPEST: u32 = 20;
/// Largest vote, fan-in and number of tries.
pub(super) const MOST_VOTES: u32 = 1001;
/// Largest margin.
pub(super) const MOST_MARGIN: u32 = 101;
/// Most agents of a debate: everybody hears everybody. And most exchanges.
pub(super) const MOST_DEBATING: u32 = 51;
const MOST_EXCHANGES: u32 = 6;
/// Sizes that are all looked at; beyond, each is about a tenth larger than the one before.
const ALL_VOTES: u32 = 21;
const ALL_MARGINS: u32 = 12;
/// Larger sizes are not looked at once accuracy changes by less.
const SATURATED: f64 = 1e-7;
/// Votes of a student.
const STUDENTS: [u32; 4] = [1, 2, 3, 5];
/// Most votes of one model in a vote of two, but for one that makes the sum odd.
pub(super) const MOST_MIXED: u32 = 51;
/// Votes of one model in a vote of two.
const MIXED: [u32; 14] = [1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 21, 28, 38, MOST_MIXED];
/// Votes of one model in a vote of three.
const TRIOS: [u32; 5] = [1, 2, 3, 5, 9];
/// Longest answer, in tokens.
const LONGEST: f64 = 1e9;
/// Lengths that are tried where no length is the longest that is allowed.
const LENGTHS: usize = 12;

/// Sizes of a kind of plan: from `first` in steps of `step`, then a share more each time.
struct Sizes {
    first: u32,
    step: u32,
    all: u32,
    /// Then each is larger by one part in so many.
    parts: u32,
    most: u32,
}

const VOTES: Sizes = Sizes { first: 3, step: 2, all: ALL_VOTES, parts: 10, most: MOST_VOTES };
const FAN_INS: Sizes = Sizes { first: 3, step: 2, all: ALL_VOTES, parts: 4, most: MOST_VOTES };
const TRIES: Sizes = Sizes { first: 2, step: 1, all: 10, parts: 10, most: MOST_VOTES };
const DEBATES: Sizes = Sizes { first: 3, step: 2, all: ALL_VOTES, parts: 5, most: MOST_DEBATING };
const MARGINS: Sizes = Sizes { first: 2, step: 1, all: ALL_MARGINS, parts: 10, most: MOST_MARGIN };

impl Sizes {
    fn after(&self, size: u32) -> u32 {
        let more =
            if size < self.all { self.step } else { (size / self.parts / self.step).max(1) * self.step };
        (size + more).min(self.most)
    }

    /// Visits larger and larger sizes until one does not keep the limits, for which `visit` returns `None`, or no longer changes the
    /// accuracy, which it returns. In the first case the largest size that does keep them is among those visited.
    fn grow(&self, mut visit: impl FnMut(u32) -> Option<f64>) {
        let (mut size, mut last) = (self.first, None);
        loop {
            match visit(size) {
                None => break,
                Some(accuracy) => {
                    let before = last.replace((size, accuracy));
                    let saturated = before.is_some_and(|(_, before)| (accuracy - before).abs() < SATURATED);
                    if saturated || size == self.most {
                        return;
                    }
                }
            }
            size = self.after(size);
        }
        let Some((mut low, _)) = last else { return };
        while size - low > self.step {
            let middle = low + ((size - low) / self.step).div_ceil(2) * self.step;
            // Rounding up may reach the size that is known not to fit.
            let middle = middle.min(size - self.step);
            match visit(middle) {
                Some(_) => low = middle,
                None => size = middle,
            }
        }
    }
}

impl Limits {
    /// Whether a plan with this outlook keeps them. A billionth of slack is rounding.
    pub fn allow(&self, outlook: &Outlook) -> bool {
        let within = |found: f64, most: Option<f64>| most.is_none_or(|most| found <= most * (1.0 + 1e-9));
        outlook.accuracy.is_finite()
            && within(outlook.spend.in_unit(self.unit()), self.budget.map(|(amount, _)| amount))
            && within(outlook.slow_time, self.deadline)
            && within(outlook.window, self.window)
    }
}

/// Which trees, debates and chains are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trees {
    /// All.
    All,
    /// None where a program can count answers and more right ones always speak for an answer: then a vote of the leaves is at least as accurate
    /// as a tree or a debate of them, cheaper and faster.
    Useful,
}

/// All plans within the limits, with what they come to.
pub(super) fn sized(fleet: &Fleet, limits: &Limits, trees: Trees) -> Vec<(Plan, Outlook)> {
    let mut found = Vec::new();
    let evaluator = Evaluator::new(fleet);
    shapes(fleet, limits, trees, |plan| {
        let sized = fit(fleet, &evaluator, limits, plan);
        let accuracy = sized.map(|(_, outlook)| outlook.accuracy);
        found.extend(sized);
        accuracy
    });
    found
}

/// Goes through the shapes of plans. `visit` says how accurate one is if it fits, so that larger ones of its kind need not be visited where it
/// does not, or where they are no better.
fn shapes(fleet: &Fleet, limits: &Limits, trees: Trees, mut visit: impl FnMut(Plan) -> Option<f64>) {
    let usable: Vec<usize> =
        (0..fleet.models.len()).filter(|&model| fleet.lacks(model, limits).is_empty()).collect();
    let useless = fleet.countable && fleet.errors.dependence != Dependence::Copying;
    let messages = if trees == Trees::Useful && useless { Vec::new() } else { messages(fleet, limits) };
    for &model in &usable {
        let tokens = fleet.models[model].known_tokens().unwrap_or(f64::NAN);
        visit(Plan::Single { model, tokens });
        if fleet.countable {
            VOTES.grow(|votes| visit(Plan::Vote { model, tokens, votes }));
            MARGINS.grow(|margin| visit(Plan::Margin { model, tokens, margin }));
        }
        if fleet.checker.is_some() {
            TRIES.grow(|tries| visit(Plan::Retry { model, tokens, tries }));
        }
        for &message in &messages {
            FAN_INS.grow(|fan_in| {
                let tree = |depth| Plan::Tree { model, tokens, fan_in, depth, message };
                let star = visit(tree(1))?;
                let small = |plan: &Plan| plan.agents().0 <= MOST_LEAVES;
                let deeper = (2..=DEEPEST).map(tree).take_while(small);
                let mut deeper = deeper.map_while(&mut visit);
                let mut before = star;
                while let Some(accuracy) = deeper.next().filter(|it| (it - before).abs() >= SATURATED) {
                    before = accuracy;
                }
                Some(star)
            });
            DEBATES.grow(|agents| {
                let debate = |exchanges| Plan::Debate { model, tokens, agents, exchanges, message };
                let mut before = visit(debate(1))?;
                let mut longer = (2..=MOST_EXCHANGES).map(debate).map_while(&mut visit);
                while let Some(accuracy) = longer.next().filter(|it| (it - before).abs() >= SATURATED) {
                    before = accuracy;
                }
                Some(before)
            });
            visit(Plan::Chain { model, tokens, relays: 1, message });
        }
    }
    for &first in &usable {
        for &second in usable.iter().filter(|&&second| second != first) {
            for votes in STUDENTS {
                if votes == 1 || fleet.countable {
                    visit(Plan::Cascade { student: first, votes, teacher: second });
                }
            }
            if first < second && fleet.countable {
                for a in MIXED {
                    // An odd sum has no ties. More of the second model cost more.
                    let mut seconds = MIXED.map(|b| if (a + b) % 2 == 1 { b } else { b + 1 }).to_vec();
                    seconds.dedup();
                    let mixed = seconds.into_iter().map(|b| Plan::Mixed {
                        first: (first, a),
                        second: (second, b),
                        third: None,
                    });
                    if mixed.map_while(&mut visit).count() == 0 {
                        break;
                    }
                }
            }
        }
    }
    if fleet.countable {
        trios(&usable, visit);
    }
}

/// Visits the votes of three models.
fn trios(usable: &[usize], mut visit: impl FnMut(Plan) -> Option<f64>) {
    let pairs =
        |from: usize| (from..usable.len()).flat_map(move |b| (b + 1..usable.len()).map(move |c| (b, c)));
    let models =
        (0..usable.len()).flat_map(|a| pairs(a + 1).map(move |(b, c)| [a, b, c].map(|at| usable[at])));
    for [one, two, three] in models {
        for (a, b) in TRIOS.into_iter().flat_map(|a| TRIOS.map(|b| (a, b))) {
            let trio = |c| Plan::Mixed { first: (one, a), second: (two, b), third: Some((three, c)) };
            // An odd sum has no ties. More of the third model cost more.
            let odd = TRIOS.into_iter().filter(|c| (a + b + c) % 2 == 1);
            odd.map(trio).map_while(&mut visit).for_each(drop);
        }
    }
}

/// Lengths of messages: the given one, or a geometric list; none where nothing is known of messages.
fn messages(fleet: &Fleet, limits: &Limits) -> Vec<f64> {
    if !fleet.has_channel() {
        return Vec::new();
    }
    if let Some(tokens) = fleet.channel.tokens {
        return vec![tokens];
    }
    let most = limits.window.map_or(4000.0, |window| window / 3.0);
    let mut lengths = Vec::new();
    let mut length: f64 = 8.0;
    while length <= most {
        lengths.push(length.round());
        length *= 1.4;
    }
    lengths
}

/// The plan with answers as long as the limits allow, if they allow any.
fn fit(fleet: &Fleet, evaluator: &Evaluator<'_>, limits: &Limits, plan: Plan) -> Option<(Plan, Outlook)> {
    let try_plan =
        |plan: Plan| limits.allow(&evaluator.costs(&plan)).then(|| (plan, evaluator.outlook(&plan)));
    let allowed = |plan: &Plan| limits.allow(&evaluator.costs(plan));
    if !plan.tokens().is_some_and(f64::is_nan) {
        return try_plan(plan);
    }
    let agent = fleet.models.get(*plan.models().first()?)?;
    let most = longest(agent);
    let (mut low, mut high) = (1.0, most);
    if !allowed(&plan.with_tokens(low)) {
        return None;
    }
    if allowed(&plan.with_tokens(most)) {
        return try_plan(plan.with_tokens(most));
    }
    if matches!(plan, Plan::Margin { .. } | Plan::Retry { .. }) {
        // Longer answers are better, so that fewer are needed: neither cost nor time need grow with the length.
        let ratio = libm::pow(high, 1.0 / LENGTHS as f64);
        let lengths = (0..LENGTHS).map(|at| libm::pow(ratio, at as f64));
        let fitting = lengths.filter_map(|length| try_plan(plan.with_tokens(length)));
        return fitting.max_by(|a, b| a.1.accuracy.total_cmp(&b.1.accuracy));
    }
    while high > low * (1.0 + 1e-9) {
        let middle = libm::sqrt(low * high);
        if allowed(&plan.with_tokens(middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    try_plan(plan.with_tokens(low))
}

/// The length beyond which an answer gets no better.
fn longest(agent: &AgentModel) -> f64 {
    match agent.skill {
        Skill::Law(law) => law.tokens(law.cap).clamp(1.0, LONGEST),
        Skill::Known { tokens, .. } => tokens,
    }
}

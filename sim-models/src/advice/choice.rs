//! The choice among all plans.

use super::candidates::{Trees, sized};
use super::{Fleet, Limits, Outlook, Plan};

/// Differences of accuracy that are rounding.
const ROUNDING: f64 = 1e-9;
/// Accuracies that differ by less are equally good: a hundredth of a point.
pub(super) const EQUAL: f64 = 1e-4;
/// What a dearer plan must gain to stand on the front: a tenth of a point.
const GAIN: f64 = 1e-3;
/// Most times the budget that is looked at for an accuracy.
const MOST_BUDGETS: f64 = 1e6;

/// A plan with what it comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The plan.
    pub plan: Plan,
    /// What it comes to.
    pub outlook: Outlook,
}

/// All plans within limits, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The plans.
    pub ranking: Vec<Scored>,
    /// The limits.
    pub limits: Limits,
}

/// All plans of a fleet within limits, the best first: the cheapest of those that have the accuracy that suffices; then the most accurate;
/// of equally accurate ones the cheaper, then the faster, then the simpler one.
pub fn choose(fleet: &Fleet, limits: &Limits) -> Choice {
    choose_among(fleet, limits, Trees::All)
}

/// The same, of all trees or only where they may be the best.
pub(super) fn choose_among(fleet: &Fleet, limits: &Limits, trees: Trees) -> Choice {
    let mut ranking: Vec<Scored> =
        sized(fleet, limits, trees).into_iter().map(|(plan, outlook)| Scored { plan, outlook }).collect();
    let unit = limits.unit();
    let cost = |it: &Scored| it.outlook.spend.in_unit(unit);
    let suffices = |it: &Scored| limits.suffices(&it.outlook);
    // On a grid, so that the order is one: differences below a tolerance are not transitive.
    let level =
        |it: &Scored| if suffices(it) { i64::MAX } else { (it.outlook.accuracy / EQUAL).round() as i64 };
    ranking.sort_by(|a, b| {
        let by_accuracy = level(b).cmp(&level(a));
        by_accuracy
            .then(cost(a).total_cmp(&cost(b)))
            .then(a.outlook.slow_time.total_cmp(&b.outlook.slow_time))
            .then(a.plan.kind().cmp(&b.plan.kind()))
    });
    Choice { ranking, limits: *limits }
}

impl Limits {
    /// Whether a plan with this outlook has the accuracy that suffices; none does where none is given.
    pub fn suffices(&self, outlook: &Outlook) -> bool {
        self.accuracy.is_some_and(|target| outlook.accuracy >= target - ROUNDING)
    }
}

impl Choice {
    /// The best plan; `None` if no plan keeps the limits.
    pub fn best(&self) -> Option<&Scored> {
        self.ranking.first()
    }

    /// Takes a plan out, which turned out to break a limit that was only approximated.
    pub fn remove(&mut self, plan: &Plan) {
        self.ranking.retain(|scored| scored.plan != *plan);
    }

    /// Whether the best plan has the accuracy that suffices, if one was given.
    pub fn suffices(&self) -> bool {
        self.limits.accuracy.is_none() || self.best().is_some_and(|best| self.limits.suffices(&best.outlook))
    }

    /// The best plan of every kind with the same models, in the order of the ranking.
    pub fn contenders(&self) -> Vec<Scored> {
        let mut contenders: Vec<Scored> = Vec::new();
        for scored in &self.ranking {
            if !contenders.iter().any(|known| known.plan.is_like(&scored.plan)) {
                contenders.push(*scored);
            }
        }
        contenders
    }

    /// Plans than which no other is as cheap and as accurate, from the cheapest to the most accurate; each is right in a tenth of a point more of
    /// the questions than the one before.
    pub fn front(&self) -> Vec<Scored> {
        let unit = self.limits.unit();
        let mut by_cost = self.ranking.clone();
        by_cost.sort_by(|a, b| {
            let cost = |it: &Scored| it.outlook.spend.in_unit(unit);
            cost(a).total_cmp(&cost(b)).then(b.outlook.accuracy.total_cmp(&a.outlook.accuracy))
        });
        let mut front: Vec<Scored> = Vec::new();
        for scored in by_cost {
            let most = front.last().map_or(f64::NEG_INFINITY, |last| last.outlook.accuracy);
            if scored.outlook.accuracy > most + GAIN {
                front.push(scored);
            }
        }
        front
    }
}

/// How many times the budget the accuracy takes that suffices, with the other limits as they are: within one percent. `None` without a budget
/// or an accuracy, or where no budget is enough.
pub fn budget_for(fleet: &Fleet, limits: &Limits) -> Option<f64> {
    limits.budget?;
    limits.accuracy?;
    let reached = |factor: f64| choose(fleet, &limits.with_budget_times(factor)).suffices();
    let mut high = 1.0;
    while !reached(high) {
        high *= 4.0;
        if high > MOST_BUDGETS {
            return None;
        }
    }
    let mut low = high / 4.0;
    while high > low * 1.01 {
        let middle = libm::sqrt(low * high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

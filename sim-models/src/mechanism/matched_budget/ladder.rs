//! Settings of a mechanism, from the cheapest up, and the mixture of two of them that spends a budget best.

use std::borrow::Borrow;
use std::fmt::Debug;

use sim_core::random::Stream;

use crate::mechanism::primitives::{Answered, Answering, ExpectedAnswer};
use crate::mechanism::trial::Trial;

/// A setting of a mechanism of which theory knows the means.
pub(super) trait Rung: Debug + Send + Sync {
    fn expected(&self) -> Option<ExpectedAnswer>;
    fn answer(&self, draws: &mut Stream) -> Answered;
}

impl<T: Trial<Outcome: Borrow<Answered>> + Answering + Debug> Rung for T {
    fn expected(&self) -> Option<ExpectedAnswer> {
        Answering::expected(self)
    }

    fn answer(&self, draws: &mut Stream) -> Answered {
        *self.run(draws).borrow()
    }
}

/// A setting and its means.
type Known = (ExpectedAnswer, Box<dyn Rung>);

/// The settings found so far that fit the deadline.
pub(super) struct Ladder {
    budget: f64,
    deadline: f64,
    first: Box<dyn Rung>,
}

impl Ladder {
    /// A ladder whose first rung can be paid.
    pub(super) fn new(budget: f64, deadline: f64, first: impl Rung + 'static) -> Self {
        Self { budget, deadline, first: Box::new(first) }
    }

    /// Climbs on to the first rung that costs more than the budget, or takes longer than the deadline, and chooses. Rungs get dearer and
    /// slower upward.
    pub(super) fn climb(self, rungs: impl Iterator<Item = impl Rung + 'static>) -> Plan {
        let known = |rung: Box<dyn Rung>| Some((rung.expected()?, rung));
        let mut affordable: Vec<Known> = known(self.first).into_iter().collect();
        let mut beyond = None;
        for rung in rungs.map_while(|rung| known(Box::new(rung))) {
            if rung.0.seconds > self.deadline {
                break;
            }
            if rung.0.dollars > self.budget {
                beyond = Some(rung);
                break;
            }
            affordable.push(rung);
        }
        choose(affordable, beyond, self.budget)
    }
}

/// Two settings and how often the second one is used; or one.
#[derive(Debug)]
pub(super) struct Plan {
    rungs: Vec<Known>,
    share_of_last: f64,
}

/// The affordable rung with the most right answers, or its mixture with the one beyond that costs the budget.
fn choose(affordable: Vec<Known>, beyond: Option<Known>, budget: f64) -> Plan {
    let share =
        |low: &ExpectedAnswer, high: &ExpectedAnswer| (budget - low.dollars) / (high.dollars - low.dollars);
    let worth = |low: &ExpectedAnswer| {
        let mixed = beyond.as_ref().map(|(high, _)| low.right + share(low, high) * (high.right - low.right));
        mixed.map_or(low.right, |mixed| mixed.max(low.right))
    };
    // Of equal ones the cheapest: the first.
    let best =
        affordable.into_iter().reduce(|best, rung| if worth(&rung.0) > worth(&best.0) { rung } else { best });
    let Some(low) = best else { return Plan { rungs: Vec::new(), share_of_last: 0.0 } };
    match beyond {
        Some(high) if high.0.right > low.0.right => {
            let share_of_last = share(&low.0, &high.0);
            Plan { rungs: vec![low, high], share_of_last }
        }
        _ => Plan { rungs: vec![low], share_of_last: 1.0 },
    }
}

impl Plan {
    pub(super) fn expected(&self) -> ExpectedAnswer {
        let mut sum = ExpectedAnswer::default();
        for (index, (expected, _)) in self.rungs.iter().enumerate() {
            let share =
                if index + 1 == self.rungs.len() { self.share_of_last } else { 1.0 - self.share_of_last };
            sum.add(share, expected);
        }
        sum
    }

    /// Answers a question by one of the settings.
    pub(super) fn answer(&self, draws: &mut Stream) -> Answered {
        let last = draws.uniform() < self.share_of_last;
        let rung = if last { self.rungs.last() } else { self.rungs.first() };
        rung.map(|(_, rung)| rung.answer(draws)).unwrap_or_default()
    }
}

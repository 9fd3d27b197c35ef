//! Settings of a mechanism, and the mixture of two of them that answers best within a budget.

use std::borrow::Borrow;
use std::fmt::Debug;

use sim_core::random::Stream;

use crate::mechanism::primitives::{Answered, Answering, ExpectedAnswer};
use crate::mechanism::trial::Trial;

/// A setting of a mechanism, of which theory knows the means or nothing.
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

/// What a question may cost and take in the mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub dollars: f64,
    pub seconds: f64,
}

/// Two settings and how often the second one is used; or one.
#[derive(Debug)]
pub(super) struct Plan {
    rungs: Vec<Known>,
    share_of_last: f64,
}

/// The one setting that is affordable and answers best, or the best mixture of an affordable one and a dearer one that costs the budget.
/// Of equal ones it is the first. The first of all is affordable, and each takes longer than the one before: those from the first one that
/// takes too long are left out.
pub(super) fn best_within(
    limits: Limits,
    first: impl Rung + 'static,
    others: impl Iterator<Item = impl Rung + 'static>,
) -> Plan {
    let known = |rung: Box<dyn Rung>| Some((rung.expected()?, rung));
    let others = others.map_while(|rung| known(Box::new(rung)));
    let all = known(Box::new(first)).into_iter().chain(others);
    let (affordable, dearer): (Vec<Known>, Vec<Known>) = all
        .take_while(|rung| rung.0.seconds <= limits.seconds)
        .partition(|rung| rung.0.dollars <= limits.dollars);
    let share = |low: &ExpectedAnswer, high: &ExpectedAnswer| {
        (limits.dollars - low.dollars) / (high.dollars - low.dollars)
    };
    let mut best = (f64::NEG_INFINITY, 0, None);
    for (index, (low, _)) in affordable.iter().enumerate() {
        if low.right > best.0 {
            best = (low.right, index, None);
        }
        for (above, (high, _)) in dearer.iter().enumerate() {
            let right = low.right + share(low, high) * (high.right - low.right);
            if right > best.0 {
                best = (right, index, Some(above));
            }
        }
    }
    let (_, index, above) = best;
    let take = |mut rungs: Vec<Known>, index: usize| (index < rungs.len()).then(|| rungs.swap_remove(index));
    let high = above.and_then(|above| take(dearer, above));
    let Some(low) = take(affordable, index) else { return Plan { rungs: Vec::new(), share_of_last: 0.0 } };
    match high {
        Some(high) => {
            let share_of_last = share(&low.0, &high.0);
            Plan { rungs: vec![low, high], share_of_last }
        }
        None => Plan { rungs: vec![low], share_of_last: 1.0 },
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

//! Debates.

use super::{Evaluator, Outlook, SLOW};
use crate::advice::Plan;
use crate::theory::debate::Debate;

/// A debate among so many agents over channels of a fidelity.
pub(super) struct LastDebate {
    agents: u32,
    fidelity: f64,
    debate: Debate,
}

impl Evaluator<'_> {
    /// How many first answers are right is a mixture over difficulties; from there on messages err independently.
    pub(super) fn accuracy_of_debate(&self, plan: &Plan) -> Option<f64> {
        let Plan::Debate { model, tokens, agents, exchanges, message } = *plan else { return None };
        let first = self.profile(model, tokens)?.counts(agents);
        let fidelity = self.fleet.channel.fidelity(message);
        let mut last = self.debate.borrow_mut();
        let known = last.take().filter(|last| last.agents == agents && last.fidelity == fidelity);
        let made = || LastDebate { agents, fidelity, debate: Debate::new(agents, fidelity) };
        Some(last.insert(known.unwrap_or_else(made)).debate.right(&first, exchanges))
    }

    /// An answer is written once and read by everybody else; the last ones are read by the one that decides.
    pub(super) fn cost_of_debate(&self, plan: &Plan) -> Option<Outlook> {
        let Plan::Debate { model, tokens, agents, exchanges, message } = *plan else { return None };
        let model = self.fleet.models.get(model)?;
        let (count, times) = (f64::from(agents), f64::from(exchanges));
        let read = (count - 1.0) * message;
        let decision = model.latency_of(message);
        let time = model.latency_of(tokens + message).moments_of_largest(count);
        let time = time.then(decision.moments_of_largest(count).times(times));
        let time = time.then(decision.moments_of_largest(1.0));
        Some(Outlook {
            accuracy: 0.0,
            spend: model.spend(model.input_tokens, tokens).times(count)
                + model.spend(read, message).times(count * times)
                + model.spend(message, message).times(count),
            mean_time: time.mean,
            slow_time: time.quantile(SLOW),
            window: count * message,
            calls: count * (1.0 + times) + 1.0,
        })
    }
}

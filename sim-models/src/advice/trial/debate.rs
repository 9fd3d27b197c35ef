//! Debates.

use super::{Question, TrialOutcome, channel};
use crate::advice::Plan;

impl Question<'_> {
    /// Agents hear each other, and at last one hears them all. Whoever hears something decides by the majority, and by a coin where there is none.
    pub(super) fn debate(&self, plan: &Plan) -> TrialOutcome {
        let Plan::Debate { model, tokens, agents, exchanges, message } = *plan else {
            return TrialOutcome { right: false, spend: Default::default(), time: f64::NAN };
        };
        let fleet = &self.simulated.fleet;
        let (accuracy, fidelity) = (self.accuracy(model), fleet.channel.fidelity(message));
        let count = u64::from(agents);
        // What an agent says in a round has one name; agents are counted from 0, and the one that decides is behind them.
        let name = |round: u64, agent: u64| round * (count + 1) + agent;
        let slowest = |round: u64, tokens: f64| {
            let latency = self.latency(model, tokens);
            (0..count).map(|agent| self.time(model, name(round, agent), latency)).fold(0.0, f64::max)
        };
        let mut said: Vec<bool> =
            (0..count).map(|agent| self.is_right(model, name(0, agent), accuracy)).collect();
        let mut time = slowest(0, tokens + message);
        for round in 1..=u64::from(exchanges) {
            let concludes = |agent: u64| {
                let own = said[agent as usize];
                let others = (0..count).filter(|&other| other != agent);
                let lead: i64 =
                    others.map(|other| self.hears(model, name(round, agent), other, &said, fidelity)).sum();
                self.decides(model, name(round, agent), lead + if own { 1 } else { -1 })
            };
            let next = (0..count).map(concludes).collect();
            said = next;
            time += slowest(round, message);
        }
        let last = name(u64::from(exchanges) + 1, count);
        let lead = (0..count).map(|agent| self.hears(model, last, agent, &said, fidelity)).sum();
        let right = self.decides(model, last, lead);
        time += self.time(model, last, self.latency(model, message));
        let agent = &fleet.models[model];
        let read = (f64::from(agents) - 1.0) * message;
        let spend = self.answer(model, tokens).times(f64::from(agents))
            + agent.spend(read, message).times(f64::from(agents) * f64::from(exchanges))
            + agent.spend(message, message).times(f64::from(agents));
        TrialOutcome { right, spend, time }
    }

    /// What a listener hears from an agent: 1 for what is right, -1 for what is wrong.
    fn hears(&self, model: usize, listener: u64, from: u64, said: &[bool], fidelity: f64) -> i64 {
        let index = (listener << 20) + from;
        let flipped = self.uniform(model, index, channel::HEARD) < 0.5 * (1.0 - fidelity);
        if said[from as usize] == flipped { -1 } else { 1 }
    }

    fn decides(&self, model: usize, listener: u64, lead: i64) -> bool {
        lead > 0 || lead == 0 && self.uniform(model, listener, channel::TIE) < 0.5
    }
}

//! Trees, and chains.

use super::{Evaluator, Outlook, SLOW};
use crate::advice::{AgentModel, Plan};

/// How far a tree was evaluated.
pub(super) struct Climb {
    /// The tree; its depth is that of the biases.
    tree: Plan,
    /// Weight of a difficulty, and the bias of a subtree of this depth on questions that are so hard.
    biases: Vec<(f64, f64)>,
}

impl Evaluator<'_> {
    /// The recursion of spec 3.2 at every difficulty. All answers are about the same question: drawing what they share anew at every node
    /// would let trees average it out, and no number of answers can.
    pub(super) fn accuracy_of_tree(&self, plan: &Plan) -> Option<f64> {
        let Plan::Tree { model, tokens, fan_in, depth, message } = *plan else { return None };
        let mut climb = self.climb.borrow_mut();
        let (mut from, mut biases) = (0, Vec::new());
        if let Some(last) = climb.take()
            && let Plan::Tree { depth: reached, .. } = last.tree
            && reached <= depth
            && (Plan::Tree { model, tokens, fan_in, depth: reached, message }) == last.tree
        {
            (from, biases) = (reached, last.biases);
        } else {
            biases.extend(self.profile(model, tokens)?.steps().map(|(width, p)| (width, 2.0 * p - 1.0)));
        }
        let map = self.fleet.layer(fan_in, message).prepare();
        for _ in from..depth {
            biases.iter_mut().for_each(|(_, bias)| *bias = map.map(*bias));
        }
        let mean: f64 = biases.iter().map(|(width, bias)| width * bias).sum();
        *climb = Some(Climb { tree: *plan, biases });
        Some(0.5 * (1.0 + mean))
    }

    /// The costs of spec 1.4: every edge is written and read.
    pub(super) fn cost_of_tree(&self, plan: &Plan) -> Option<Outlook> {
        let Plan::Tree { model, tokens, fan_in, depth, message } = *plan else { return None };
        let model = self.fleet.models.get(model)?;
        let (leaves, agents) = plan.agents();
        let leaf = model.spend(model.input_tokens, tokens).times(leaves);
        let mut time = model.latency_of(tokens + message).moments_of_largest(leaves);
        let decision = model.latency_of(message);
        for layer in 1..=depth {
            let nodes = leaves / libm::pow(f64::from(fan_in), f64::from(layer));
            time = time.then(decision.moments_of_largest(nodes));
        }
        Some(Outlook {
            accuracy: 0.0,
            spend: leaf + model.spend(message, message).times(agents - 1.0),
            mean_time: time.mean,
            slow_time: time.quantile(SLOW),
            window: f64::from(fan_in) * message,
            calls: agents,
        })
    }

    pub(super) fn chain(&self, model: &AgentModel, tokens: f64, relays: u32, message: f64) -> Outlook {
        let hops = f64::from(relays);
        let time = model.latency_of(tokens + message).moments_of_largest(1.0);
        let time = time.then(model.latency_of(message).moments_of_largest(1.0).times(hops));
        let fidelity = libm::pow(self.fleet.channel.fidelity(message), hops);
        Outlook {
            accuracy: 0.5 * (1.0 + fidelity * model.bias(tokens)),
            spend: model.spend(model.input_tokens, tokens) + model.spend(message, message).times(hops),
            mean_time: time.mean,
            slow_time: time.quantile(SLOW),
            window: message,
            calls: 1.0 + hops,
        }
    }
}

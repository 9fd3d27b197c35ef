//! Agents: when they have heard enough, how they decide, fail, and are dropped.

use sim_core::events::Calendar;
use sim_core::graph::Node;

use super::fault::CallCourse;
use super::{Event, Input, Reason, Stage, World};
use crate::organization::graph::Answer;
use crate::organization::timed::{Overflow, Service, Until, draws};

impl World<'_> {
    /// Looks whether a waiting agent has heard enough, after a message came or will not come.
    #[inline]
    pub(super) fn check_waiting(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        let state = &self.agents[agent];
        if state.stage != Stage::Waiting {
            return;
        }
        let enough = state.expected == 0
            || match self.plan.timing.waiting[agent].until {
                Until::All => false,
                Until::First(count) => state.present >= count,
                Until::Decided => self.is_decided(agent),
            };
        if enough {
            self.stop_waiting(agent, calendar);
        }
    }

    fn is_decided(&self, agent: Node) -> bool {
        let plan = &self.plan.agents[agent];
        let inputs = plan.inputs..plan.inputs + self.plan.organization.inputs(agent);
        match plan.settlement.weights() {
            Some(weights) => {
                let answers = self.weights.len();
                let sums = &self.sums[agent * answers..(agent + 1) * answers];
                let known: u64 = sums.iter().sum();
                // What is known to be missing weighs nothing.
                let total: u64 = weights.iter().sum();
                let lost = self.lost_weight(agent, weights);
                plan.settlement.is_decided_by(sums, total - known - lost)
            }
            None => {
                plan.settlement.is_decided_by_inputs(self.inputs[inputs].iter().map(|input| match input {
                    Input::Open => None,
                    Input::Missing => Some(None),
                    Input::Vote(answer) => Some(Some(*answer)),
                }))
            }
        }
    }

    fn lost_weight(&self, agent: Node, weights: &[u64]) -> u64 {
        let plan = &self.plan.agents[agent];
        let arrived = plan.senders - self.agents[agent].expected;
        // Usually nothing is lost, and nothing needs to be looked for.
        if arrived == self.agents[agent].present {
            return 0;
        }
        let inputs = &self.inputs[plan.inputs..plan.inputs + plan.senders as usize];
        let lost = inputs.iter().zip(weights).filter(|(input, _)| **input == Input::Missing);
        lost.map(|(_, weight)| weight).sum()
    }

    pub(super) fn lose_patience(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        self.timers[agent].patience = None;
        if self.agents[agent].stage == Stage::Waiting {
            self.stop_waiting(agent, calendar);
        }
    }

    /// An agent has heard enough: it stops to listen, and goes on with what it has.
    fn stop_waiting(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        if let Some(patience) = self.timers[agent].patience.take() {
            calendar.cancel(patience);
        }
        let graph = self.plan.organization.graph();
        let first = self.plan.agents[agent].inputs;
        if self.agents[agent].expected > 0 {
            for (position, &edge) in graph.incoming(agent).iter().enumerate() {
                if self.inputs[first + position] == Input::Open {
                    self.stop_listening(graph.sender(edge), agent);
                }
            }
        }
        if let Some(reason) = self.agents[agent].failed.filter(|_| self.agents[agent].present == 0) {
            self.fail(agent, reason, calendar);
            return;
        }
        self.begin(agent, calendar);
    }

    /// One who waited for this agent does so no longer.
    fn stop_listening(&mut self, agent: Node, receiver: Node) {
        self.agents[agent].listeners -= 1;
        if self.agents[agent].listeners == 0 && self.plan.timing.waiting[receiver].cancel_rest {
            self.to_drop.push(agent as u32);
        }
    }

    /// Nobody waits for an agent: its call is cancelled, and it waits for nobody.
    pub(super) fn drop_agent(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        match self.agents[agent].stage {
            Stage::Waiting => {
                if let Some(patience) = self.timers[agent].patience.take() {
                    calendar.cancel(patience);
                }
                let graph = self.plan.organization.graph();
                let first = self.plan.agents[agent].inputs;
                self.agents[agent].stage = Stage::Dropped;
                for (position, &edge) in graph.incoming(agent).iter().enumerate() {
                    if self.inputs[first + position] == Input::Open {
                        self.stop_listening(graph.sender(edge), agent);
                    }
                }
            }
            Stage::Calling => {
                self.agents[agent].stage = Stage::Dropped;
                self.end_call(agent, calendar);
                if let Some(teller) = &mut self.teller {
                    teller.mark(agent, calendar.now(), "cancelled");
                }
            }
            Stage::Decided | Stage::Failed | Stage::Dropped => {}
        }
    }

    /// An agent that has heard enough couples the votes that it has and makes its call.
    pub(super) fn begin(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        let plan = self.plan;
        self.agents[agent].stage = Stage::Calling;
        self.agents[agent].started = calendar.now();
        let service = plan.service(agent);
        if plan.agents[agent].senders > 0 {
            if let Some(service) = service {
                self.fit_messages(agent, service);
            }
            self.couple(agent);
        }
        if let Some(service) = service {
            self.start_call(agent, service, calendar);
        } else {
            let own = self.fresh_vote(agent, 0);
            let vote = self.decide(agent, own);
            let vote = self.troubled(agent, vote, &CallCourse::default(), calendar.now());
            self.decided(agent, vote, calendar);
        }
    }

    /// Makes what an agent heard fit into its window, as far as that changes what it heard.
    fn fit_messages(&mut self, agent: Node, service: &Service) {
        let context = &self.plan.timing.context;
        let Some(window) = context.window else { return };
        let largest = service.largest_output(self.plan.timing.allowance.reservation);
        let fixed = service.prompt_tokens.saturating_add(largest);
        let plan = &self.plan.agents[agent];
        match context.overflow {
            Overflow::Fail => {}
            Overflow::Truncate => {
                let incoming = self.plan.organization.graph().incoming(agent);
                let state = &mut self.agents[agent];
                for &position in &self.arrivals[agent] {
                    if fixed.saturating_add(state.heard_tokens) <= window {
                        break;
                    }
                    let tokens = self.plan.channels[incoming[position as usize]].tokens;
                    state.heard_tokens = state.heard_tokens.saturating_sub(tokens);
                    state.present -= 1;
                    self.inputs[plan.inputs + position as usize] = Input::Missing;
                }
            }
            Overflow::Summarize { fidelity, .. } => {
                if fixed.saturating_add(self.agents[agent].heard_tokens) <= window {
                    return;
                }
                let mut stream = self.streams.open(plan.entity, 0, draws::SUMMARY);
                for input in &mut self.inputs[plan.inputs..plan.inputs + plan.senders as usize] {
                    if let Input::Vote(vote) = input
                        && stream.uniform() >= fidelity
                    {
                        *vote = self.plan.steps.any(&mut stream);
                    }
                }
            }
        }
    }

    /// Couples the votes that an agent has, in place; what has not come is missing from now on.
    pub(super) fn couple(&mut self, agent: Node) {
        let plan = &self.plan.agents[agent];
        let received = &mut self.inputs[plan.inputs..plan.inputs + plan.senders as usize];
        if self.plan.organization.coupling(agent).is_none() {
            for input in received.iter_mut().filter(|input| **input == Input::Open) {
                *input = Input::Missing;
            }
            return;
        }
        self.votes.clear();
        self.votes.extend(received.iter().map(|input| input.vote()));
        let mut stream = self.streams.open(plan.entity, 0, draws::COUPLING);
        self.plan.steps.couple(agent, &mut self.votes, &mut stream);
        for (input, vote) in received.iter_mut().zip(&self.votes) {
            *input = vote.map_or(Input::Missing, Input::Vote);
        }
    }

    /// An agent's own vote, as its `index`-th request finds it.
    #[inline]
    pub(super) fn fresh_vote(&self, agent: Node, index: u64) -> Option<Answer> {
        let mut stream = self.open(self.plan.agents[agent].entity, index, draws::FRESH);
        self.plan.steps.fresh(agent, &self.causes, &mut stream)
    }

    /// The vote of an agent on what it heard and its own vote.
    #[inline]
    pub(super) fn decide(&mut self, agent: Node, own: Option<Answer>) -> Option<Answer> {
        let plan = &self.plan.agents[agent];
        if plan.senders == 0 {
            return own;
        }
        let count = self.plan.organization.inputs(agent);
        self.votes.clear();
        let inputs = &self.inputs[plan.inputs..plan.inputs + plan.senders as usize];
        self.votes.extend(inputs.iter().map(|input| input.vote()));
        self.votes.resize(count, own);
        let mut stream = self.streams.open(plan.entity, 0, draws::DECISION);
        self.plan.steps.decide(agent, &self.votes, &mut self.weights, &mut stream)
    }

    /// An agent has its vote.
    #[inline]
    pub(super) fn decided(&mut self, agent: Node, vote: Option<Answer>, calendar: &Calendar<Event>) {
        let state = &mut self.agents[agent];
        state.stage = Stage::Decided;
        state.vote = vote;
        self.to_tell.push(agent as u32);
        self.close_output(agent);
        if let Some(teller) = &mut self.teller {
            teller.vote(agent, calendar.now(), vote);
        }
    }

    /// An agent will never have a vote, and says so.
    pub(super) fn fail(&mut self, agent: Node, reason: Reason, calendar: &Calendar<Event>) {
        self.agents[agent].stage = Stage::Failed;
        self.agents[agent].failed = Some(reason);
        self.to_tell.push(agent as u32);
        self.close_output(agent);
        if let Some(teller) = &mut self.teller {
            let why = match reason {
                Reason::Budget => "fails: not paid",
                Reason::Fault => "fails",
            };
            teller.mark(agent, calendar.now(), why);
        }
    }

    #[inline]
    fn close_output(&mut self, agent: Node) {
        if self.plan.organization.outputs().contains(&agent) {
            self.open_outputs -= 1;
        }
    }
}

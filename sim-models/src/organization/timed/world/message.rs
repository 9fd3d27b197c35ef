//! Messages: how they travel, get lost, and are heard.

use sim_core::events::{Calendar, Duration};
use sim_core::graph::{Edge, Node};

use super::{Event, Input, Stage, World};
use crate::organization::graph::Answer;
use crate::organization::timed::draws;

impl World<'_> {
    /// An agent that has decided or failed tells its receivers.
    #[inline]
    pub(super) fn tell_receivers(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        let plan = self.plan;
        for &edge in plan.organization.graph().outgoing(agent) {
            let receiver = plan.channels[edge].receiver as usize;
            if self.agents[receiver].stage != Stage::Waiting {
                continue;
            }
            match (self.agents[agent].stage, self.agents[agent].vote) {
                (Stage::Decided, Some(vote)) => self.send(edge, vote, calendar),
                (Stage::Failed, _) => {
                    let reason = self.agents[agent].failed;
                    let failed = &mut self.agents[receiver].failed;
                    *failed = failed.or(reason);
                    self.hear(edge, None, calendar);
                }
                // An abstention is a message without a vote.
                _ => self.hear(edge, None, calendar),
            }
        }
    }

    /// Sends a vote. Whatever happens to it on its way is drawn now.
    #[inline]
    fn send(&mut self, edge: Edge, vote: Answer, calendar: &mut Calendar<Event>) {
        let plan = self.plan;
        let delivery = &plan.timing.delivery;
        let channel = &plan.channels[edge];
        let (entity, sender) = (channel.entity, channel.sender as usize);
        let mut delay = Duration::ZERO;
        for transmission in 0..=delivery.retransmissions {
            if transmission > 0 {
                delay += delivery.retransmit_after;
            }
            if self.faults.loses(sender, edge, transmission, calendar.now() + delay, &self.streams) {
                continue;
            }
            let received = if channel.perfect {
                Some(vote)
            } else {
                let mut stream = self.open(entity, u64::from(transmission), draws::CHANNEL);
                plan.steps.transmit(edge, vote, &mut stream)
            };
            if received.is_none() && transmission < delivery.retransmissions {
                continue;
            }
            if !delivery.latency.is_zero() {
                let mut stream = self.open(entity, u64::from(transmission), draws::LATENCY);
                delay += Duration::from_seconds_saturating(delivery.latency.draw(&mut stream));
            }
            let (late, twice) = self.faults.disturbs(sender, edge, &self.streams);
            delay += late;
            if let Some(teller) = &mut self.teller {
                teller.message(edge, calendar.now(), calendar.now() + delay, received);
            }
            if delay == Duration::ZERO {
                self.hear(edge, received, calendar);
            } else {
                self.messages[edge] = received;
                calendar.schedule(delay, Event::Message { edge: edge as u32, again: false });
            }
            if twice {
                calendar.schedule(delay, Event::Message { edge: edge as u32, again: true });
            }
            return;
        }
        if let Some(teller) = &mut self.teller {
            teller.mark(sender, calendar.now(), "message lost");
        }
    }

    pub(super) fn arrive(&mut self, edge: Edge, again: bool, calendar: &mut Calendar<Event>) {
        if again {
            self.hear_again(edge, calendar);
        } else {
            self.hear(edge, self.messages[edge], calendar);
        }
    }

    /// What a channel brings: a vote, or the news that there is none.
    #[inline]
    fn hear(&mut self, edge: Edge, vote: Option<Answer>, calendar: &mut Calendar<Event>) {
        let plan = self.plan;
        let channel = &plan.channels[edge];
        let receiver = channel.receiver as usize;
        let state = &mut self.agents[receiver];
        if state.stage != Stage::Waiting {
            return;
        }
        let first_message = state.expected == plan.agents[receiver].senders;
        let place = plan.agents[receiver].inputs + channel.position as usize;
        self.inputs[place] = vote.map_or(Input::Missing, Input::Vote);
        state.expected -= 1;
        if let Some(vote) = vote {
            state.present += 1;
            state.hear(channel.tokens);
            if let Some(arrivals) = self.arrivals.get_mut(receiver) {
                arrivals.push(channel.position);
            }
            if let Some(weights) = plan.agents[receiver].settlement.weights() {
                self.sums[receiver * self.weights.len() + vote.index()] += weights[channel.position as usize];
            }
        }
        if first_message && let Some(patience) = plan.timing.waiting[receiver].patience {
            let event = Event::Patience { agent: channel.receiver };
            self.timers[receiver].patience = Some(calendar.schedule(patience, event));
        }
        self.check_waiting(receiver, calendar);
    }

    /// A message that was there already.
    fn hear_again(&mut self, edge: Edge, calendar: &mut Calendar<Event>) {
        let channel = self.plan.channels[edge];
        let receiver = channel.receiver as usize;
        if self.agents[receiver].stage == Stage::Waiting && !self.plan.timing.delivery.deduplicate {
            self.agents[receiver].present += 1;
            self.agents[receiver].hear(channel.tokens);
            self.check_waiting(receiver, calendar);
        }
    }
}

//! What a launch does, as far as the rules allow it.

use sim_core::events::{Calendar, Handle, Time};
use sim_core::graph::Node;

use super::{Admission, Drawn, Event, Outcomes, Run};
use crate::workflow::policy::Policy;
use crate::workflow::state::{Flight, State, Status};
use crate::workflow::{Batch, DeadlineRule, Ending, Idle, Launch, Overspend, Replanning};

impl<P: Policy + ?Sized, O: Outcomes> Run<'_, P, O> {
    /// Launches what was decided, as far as the rules allow.
    pub(super) fn launch(&mut self, calendar: &mut Calendar<Event>) {
        let rules = self.problem.rules();
        let mut launches = std::mem::take(&mut self.memory.decision.launches);
        let mut drawn = std::mem::take(&mut self.memory.drawn);
        let mut refused = self.draw(&mut launches, &mut drawn, calendar.now());
        refused |= self.charge(&mut launches, &mut drawn, calendar);
        let late = |batch: &Batch| calendar.now() + batch.duration > Time::START + self.problem.deadline();
        if self.ended.is_none() && rules.deadline == DeadlineRule::AtLaunch && drawn.batches.iter().any(late)
        {
            self.end(Ending::Deadline, calendar);
        }
        if self.ended.is_none() {
            self.begin_all(&launches, &mut drawn, calendar);
            let state = &mut self.memory.state;
            let status = &state.status;
            state.ready.retain(|&node| status[node] == Status::Ready);
            let waits = !state.ready.is_empty() && rules.idle == Idle::Forbidden && !refused;
            // What became ready while the decision was made is decided on next.
            if !self.memory.overtaken && (state.running.is_empty() || waits) {
                self.end(if refused { Ending::Budget } else { Ending::Stalled }, calendar);
            }
        }
        (self.memory.drawn, self.memory.decision.launches) = (drawn, launches);
        if self.ended.is_none()
            && let Replanning::Timer(every) = rules.replanning
        {
            self.tick(every, calendar);
        }
    }

    /// Draws the batches of what can be launched, and leaves out the rest; whether money was missing for any.
    fn draw(&mut self, launches: &mut Vec<(Node, Launch)>, drawn: &mut Drawn, now: Time) -> bool {
        let rules = self.problem.rules();
        let is_ready = |state: &State, node: Node| state.status.get(node) == Some(&Status::Ready);
        launches.retain(|&(node, launch)| launch.count > 0 && is_ready(&self.memory.state, node));
        if rules.replanning == Replanning::Never {
            for &(node, launch) in &*launches {
                self.memory.state.kept[node].get_or_insert(launch);
            }
        }
        drawn.batches.clear();
        drawn.samples.clear();
        drawn.lines.clone_from(&self.memory.state.lines);
        let (mut total, mut refused) = (0u64, false);
        launches.retain_mut(|(node, launch)| {
            let node = *node;
            let mut covered = u64::MAX;
            if let Overspend::Reserve { .. } = rules.overspend {
                let all = self.reserved(node, *launch);
                if total.saturating_add(all) > self.memory.state.budget {
                    refused = true;
                    return false;
                }
                total += all;
            }
            if rules.overspend == Overspend::SampleBySample {
                covered = self.memory.state.budget - total;
            }
            let (state, lines, samples) = (&self.memory.state, &mut drawn.lines, &mut drawn.samples);
            let mut to = Admission { state, now, covered, lines, samples };
            match self.outcomes.batch(&mut to, node, *launch) {
                Some((launched, batch)) => {
                    if covered < u64::MAX {
                        total += batch.cost;
                    }
                    *launch = launched;
                    drawn.batches.push(batch);
                    true
                }
                None => {
                    refused |= covered < u64::MAX;
                    false
                }
            }
        });
        refused
    }

    /// Holds what the batches cost against the budget, and ends the run or calls the launches off if the rules say so; whether it did the
    /// latter.
    fn charge(
        &mut self,
        launches: &mut Vec<(Node, Launch)>,
        drawn: &mut Drawn,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let cost = drawn.batches.iter().map(|batch| batch.cost).fold(0, u64::saturating_add);
        let left = self.memory.state.budget;
        let called_off = match self.problem.rules().overspend {
            Overspend::RejectDecision => cost > left,
            Overspend::AllowBounded => left == 0,
            Overspend::FailRun => {
                if cost > left {
                    self.end(Ending::Budget, calendar);
                }
                false
            }
            Overspend::Reserve { .. } | Overspend::SampleBySample => false,
        };
        if called_off {
            launches.clear();
            drawn.batches.clear();
        }
        called_off
    }

    fn begin_all(&mut self, launches: &[(Node, Launch)], drawn: &mut Drawn, calendar: &mut Calendar<Event>) {
        if !launches.is_empty() {
            std::mem::swap(&mut self.memory.state.lines, &mut drawn.lines);
        }
        for (&(node, launch), batch) in launches.iter().zip(&drawn.batches) {
            let end = self.begin(node, launch, batch, calendar);
            if !drawn.samples.is_empty() {
                let samples = drawn.samples.iter().filter(|&&(of, _)| of == node).map(|&(_, sample)| sample);
                self.memory.revisable.launched(node, samples, end);
                self.await_samples(node, 0, calendar);
            }
        }
    }

    /// What is set aside for a batch.
    pub(super) fn reserved(&self, node: Node, launch: Launch) -> u64 {
        let each = self.problem.reservation(node, launch.model).unwrap_or(0);
        each.saturating_mul(u64::from(launch.count))
    }

    fn begin(&mut self, node: Node, launch: Launch, batch: &Batch, calendar: &mut Calendar<Event>) -> Handle {
        let reserved = match self.problem.rules().overspend {
            Overspend::Reserve { .. } => self.reserved(node, launch).max(batch.cost),
            _ => batch.cost,
        };
        let state = &mut self.memory.state;
        state.budget = state.budget.saturating_sub(reserved);
        state.status[node] = Status::Running;
        state.attempts[node] += 1;
        state.running.push(node);
        state.flights[node] = Flight {
            launch,
            started: calendar.now(),
            ends: calendar.now() + batch.duration,
            cost: batch.cost,
            tokens: batch.tokens,
            wasted: batch.wasted,
            passed: batch.passed,
            right: batch.right,
            reserved,
            ended: 0,
            seen: false,
            cancelled: false,
        };
        self.result.batches += 1;
        self.result.samples += u64::from(launch.count);
        calendar.schedule(batch.duration, Event::End(node))
    }
}

//! What a launch does, as far as the rules allow it.

use sim_core::events::{Calendar, Time};
use sim_core::graph::Node;

use super::{Admission, Event, Outcomes, Run};
use crate::workflow::policy::Policy;
use crate::workflow::state::{Flight, State, Status};
use crate::workflow::{Batch, DeadlineRule, Ending, Idle, Launch, Overspend, Replanning};

impl<P: Policy + ?Sized, O: Outcomes> Run<'_, P, O> {
    /// Launches what was decided, as far as the rules allow.
    pub(super) fn launch(&mut self, calendar: &mut Calendar<Event>) {
        let rules = self.problem.rules();
        let mut launches = std::mem::take(&mut self.memory.decision.launches);
        let is_ready = |state: &State, node: Node| state.status.get(node) == Some(&Status::Ready);
        launches.retain(|&(node, launch)| launch.count > 0 && is_ready(&self.memory.state, node));
        if rules.replanning == Replanning::Never {
            for &(node, launch) in &launches {
                self.memory.state.kept[node].get_or_insert(launch);
            }
        }
        let mut batches = std::mem::take(&mut self.memory.batches);
        batches.clear();
        let mut lines = std::mem::take(&mut self.memory.lines);
        lines.clone_from(&self.memory.state.lines);
        let mut ends = std::mem::take(&mut self.memory.ends);
        ends.clear();
        let (mut total, mut refused) = (0u64, false);
        launches.retain_mut(|(node, launch)| {
            let node = *node;
            let mut covered = u64::MAX;
            if let Overspend::Reserve { .. } = rules.overspend {
                let each = self.problem.reservation(node, launch.model).unwrap_or(0);
                let all = each.saturating_mul(u64::from(launch.count));
                if total.saturating_add(all) > self.memory.state.budget {
                    refused = true;
                    return false;
                }
                total += all;
            }
            if rules.overspend == Overspend::SampleBySample {
                covered = self.memory.state.budget - total;
            }
            let (state, now) = (&self.memory.state, calendar.now());
            let mut to = Admission { state, now, covered, lines: &mut lines, ends: &mut ends };
            match self.outcomes.batch(&mut to, node, *launch) {
                Some((launched, batch)) => {
                    if covered < u64::MAX {
                        total += batch.cost;
                    }
                    *launch = launched;
                    batches.push(batch);
                    true
                }
                None => {
                    refused |= covered < u64::MAX;
                    false
                }
            }
        });
        let cost = batches.iter().map(|batch| batch.cost).fold(0, u64::saturating_add);
        let left = self.memory.state.budget;
        match rules.overspend {
            Overspend::FailRun if cost > left => self.end(Ending::Budget, calendar),
            Overspend::RejectDecision if cost > left => {
                refused = true;
                launches.clear();
            }
            Overspend::AllowBounded if left == 0 => {
                refused = true;
                launches.clear();
            }
            _ => {}
        }
        let late = |batch: &Batch| calendar.now() + batch.duration > Time::START + self.problem.deadline();
        if self.ended.is_none() && rules.deadline == DeadlineRule::AtLaunch && batches.iter().any(late) {
            self.end(Ending::Deadline, calendar);
        }
        if self.ended.is_none() {
            if !launches.is_empty() {
                std::mem::swap(&mut self.memory.state.lines, &mut lines);
            }
            for (&(node, launch), batch) in launches.iter().zip(&batches) {
                self.begin(node, launch, batch, calendar);
                let own = ends.iter().filter(|(of, end)| *of == node && *end < batch.duration);
                own.for_each(|&(_, end)| {
                    calendar.schedule(end, Event::Sample(node));
                });
            }
            let state = &mut self.memory.state;
            let status = &state.status;
            state.ready.retain(|&node| status[node] == Status::Ready);
            let waits = !state.ready.is_empty() && rules.idle == Idle::Forbidden && !refused;
            // What became ready while the decision was made is decided on next.
            if !self.memory.overtaken && (state.running.is_empty() || waits) {
                self.end(if refused { Ending::Budget } else { Ending::Stalled }, calendar);
            }
        }
        (self.memory.batches, self.memory.decision.launches) = (batches, launches);
        (self.memory.lines, self.memory.ends) = (lines, ends);
        if self.ended.is_none()
            && let Replanning::Timer(every) = rules.replanning
        {
            self.tick(every, calendar);
        }
    }

    fn begin(&mut self, node: Node, launch: Launch, batch: &Batch, calendar: &mut Calendar<Event>) {
        let state = &mut self.memory.state;
        let reserved = match self.problem.rules().overspend {
            Overspend::Reserve { .. } => {
                let each = self.problem.reservation(node, launch.model).unwrap_or(0);
                each.saturating_mul(u64::from(launch.count)).max(batch.cost)
            }
            _ => batch.cost,
        };
        state.budget = state.budget.saturating_sub(reserved);
        state.status[node] = Status::Running;
        state.attempts[node] += 1;
        state.running.push(node);
        state.flights[node] = Flight {
            launch,
            started: calendar.now(),
            ends: calendar.now() + batch.duration,
            cost: batch.cost,
            wasted: batch.wasted,
            passed: batch.passed,
            right: batch.right,
            reserved,
            ended: 0,
        };
        self.result.batches += 1;
        self.result.samples += u64::from(launch.count);
        calendar.schedule(batch.duration, Event::End(node));
    }
}

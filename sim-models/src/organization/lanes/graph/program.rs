//! From an organization to steps over slots.

use std::collections::BTreeMap;

use sim_core::graph::Node;
use sim_core::lanes::Mask;
use sim_core::random::InvalidProbability;

use super::causes::{Causes, FreshVote};
use super::rule::LaneRule;
use crate::organization::NotSampled;
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::effective::EffectiveCoupling;
use crate::organization::graph::Organization;
use crate::organization::lanes::coupling::LaneCoupling;
use crate::organization::scalar::OneTrialRules;

/// A compiled organization.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) masks: Masks,
    pub(super) causes: Causes,
    pub(super) steps: Vec<Step>,
    pub(super) ports: Vec<Port>,
    /// Slots: votes alive at the same time, at most.
    pub(super) slots: usize,
    /// Inputs of a step, at most.
    pub(super) inputs: usize,
    /// Vectors of room that couplings need, at most.
    pub(super) room: usize,
    /// By output: its slot.
    pub(super) outputs: Vec<u32>,
    /// Agents whose rule is applied trial by trial.
    one_by_one: Vec<String>,
}

/// One agent.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Its first port and how many there are.
    pub(super) first_port: u32,
    pub(super) ports: u32,
    /// Whether an input may be missing.
    pub(super) missing: bool,
    pub(super) coupling: StepCoupling,
    /// The agent's own fresh vote.
    pub(super) own: Option<FreshVote>,
    pub(super) rule: LaneRule,
    /// Where its vote goes.
    pub(super) slot: u32,
}

/// How the votes received at a step are coupled.
#[derive(Clone, Debug)]
pub(super) enum StepCoupling {
    /// In all lanes at once.
    Lanes(LaneCoupling),
    /// Trial by trial: a user's rule, or one that has no form for lanes where votes may be missing.
    OneByOne(OneTrialRules),
}

/// A channel into a step, as the receiver sees it: where the vote comes from, and what happens to it on its way.
#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) origin: Origin,
    /// Whether the channel changes the vote.
    pub(super) flip: Option<MaskId>,
    /// Whether the vote is lost and its loss noticed.
    pub(super) lost: Option<MaskId>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// The vote of an earlier step.
    Slot(u32),
    /// A leaf that is heard nowhere else.
    Leaf(FreshVote),
}

/// A mask of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MaskId(u32);

/// The masks of a program; equal probabilities share one.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks {
    masks: Vec<Mask>,
    known: BTreeMap<u64, MaskId>,
}

impl Masks {
    pub(super) fn id(&mut self, probability: f64) -> Result<MaskId, InvalidProbability> {
        let next = MaskId(self.masks.len() as u32);
        let id = *self.known.entry(probability.to_bits()).or_insert(next);
        if id == next {
            self.masks.push(Mask::new(probability)?);
        }
        Ok(id)
    }

    /// As [`Masks::id`]; `None` for a probability of 0.
    fn unless_never(&mut self, probability: f64) -> Result<Option<MaskId>, InvalidProbability> {
        if probability == 0.0 { Ok(None) } else { self.id(probability).map(Some) }
    }

    #[inline(always)]
    pub(super) fn get(&self, id: MaskId) -> &Mask {
        &self.masks[id.0 as usize]
    }
}

impl Program {
    pub(super) fn new(organization: &Organization) -> Result<Self, NotSampled> {
        let mut masks = Masks::default();
        let causes = Causes::new(organization, &mut masks)?;
        let mut program = Self {
            masks,
            causes,
            steps: Vec::new(),
            ports: Vec::new(),
            slots: 0,
            inputs: 0,
            room: 0,
            outputs: Vec::new(),
            one_by_one: Vec::new(),
        };
        let order = depth_first(organization);
        let accuracies = CoupledAccuracies::new(organization)?;
        let mut slots = Slots::new(organization, &order);
        for agent in order {
            if !is_drawn_at_port(organization, agent) {
                program.compile(organization, agent, &accuracies, &mut slots)?;
            }
        }
        program.slots = slots.most;
        program.outputs = organization.outputs().iter().map(|&output| slots.of[output]).collect();
        Ok(program)
    }

    fn compile(
        &mut self,
        organization: &Organization,
        agent: Node,
        accuracies: &CoupledAccuracies,
        slots: &mut Slots,
    ) -> Result<(), NotSampled> {
        let graph = organization.graph();
        let first_port = self.ports.len() as u32;
        let mut missing = false;
        for &edge in graph.incoming(agent) {
            let sender = graph.sender(edge);
            let channel = organization.channel(edge);
            missing |= organization.may_miss(edge);
            let unnoticed = if channel.detected { 0.0 } else { channel.erasure.get() };
            let heard = channel.fidelity.get() * (1.0 - unnoticed);
            let (origin, flip) = if is_drawn_at_port(organization, sender) {
                let (vote, fused) = self.causes.fresh_vote(organization, sender, heard, &mut self.masks)?;
                (Origin::Leaf(vote), if fused { 0.0 } else { 0.5 * (1.0 - heard) })
            } else {
                (Origin::Slot(slots.of[sender]), 0.5 * (1.0 - heard))
            };
            let lost = if channel.detected { channel.erasure.get() } else { 0.0 };
            let port =
                Port { origin, flip: self.masks.unless_never(flip)?, lost: self.masks.unless_never(lost)? };
            self.ports.push(port);
        }
        for sender in graph.senders(agent) {
            slots.read(sender);
        }
        let own = match organization.bias(agent) {
            Some(_) => Some(self.causes.fresh_vote(organization, agent, 1.0, &mut self.masks)?.0),
            None => None,
        };
        let coupling = step_coupling(organization, agent, accuracies, missing)?;
        let rule = LaneRule::new(organization, agent, accuracies, missing)?;
        if matches!(coupling, StepCoupling::OneByOne(_)) || rule.is_one_by_one() {
            self.one_by_one.push(organization.agent(agent).id.clone());
        }
        let received = graph.incoming(agent).len();
        if let StepCoupling::Lanes(coupling) = &coupling {
            self.room = self.room.max(coupling.room(received));
        }
        self.room = self.room.max(rule.room(organization.inputs(agent)));
        self.inputs = self.inputs.max(organization.inputs(agent));
        let slot = slots.write(agent);
        let ports = self.ports.len() as u32 - first_port;
        self.steps.push(Step { first_port, ports, missing, coupling, own, rule, slot });
        Ok(())
    }

    /// What was not done in all lanes at once.
    pub(super) fn note(&self) -> Option<String> {
        let (first, rest) = self.one_by_one.split_first()?;
        Some(match rest.len() {
            0 => format!("`{first}` decides one trial at a time: its rule has no form for 512 at once"),
            others => format!(
                "`{first}` and {others} more decide one trial at a time: their rules have no form for 512 at once"
            ),
        })
    }
}

/// How the votes that an agent receives are coupled.
fn step_coupling(
    organization: &Organization,
    agent: Node,
    accuracies: &CoupledAccuracies,
    missing: bool,
) -> Result<StepCoupling, NotSampled> {
    let coupling = EffectiveCoupling::new(organization, agent);
    let received = organization.graph().incoming(agent).len();
    let known = accuracies.of(agent);
    // Couplings that do not ask for accuracies ask for their number.
    let of_votes = if known.len() == received { known.to_vec() } else { vec![0.5; received] };
    Ok(match LaneCoupling::new(&coupling, &of_votes, false)? {
        // A vote's turn in the urn depends on how many are there before it.
        Some(LaneCoupling::BetaBinomial(_)) | None
            if missing || matches!(coupling, EffectiveCoupling::Custom(_)) =>
        {
            StepCoupling::OneByOne(OneTrialRules::new(organization, agent, accuracies))
        }
        lanes => StepCoupling::Lanes(lanes.unwrap_or(LaneCoupling::Independent)),
    })
}

/// Whether an agent has no step and its vote is drawn at the port that reads it: a leaf that sends one message and is no output.
fn is_drawn_at_port(organization: &Organization, agent: Node) -> bool {
    let graph = organization.graph();
    graph.incoming(agent).is_empty()
        && graph.outgoing(agent).len() == 1
        && !organization.outputs().contains(&agent)
}

/// The agents that the outputs need, each after its senders, and those as late as possible.
fn depth_first(organization: &Organization) -> Vec<Node> {
    let graph = organization.graph();
    let mut order = Vec::with_capacity(graph.len());
    let mut entered = vec![false; graph.len()];
    // An agent is entered, then its senders are, then it is done. A stack of one's own: chains may be long.
    let mut stack: Vec<(Node, bool)> =
        organization.outputs().iter().rev().map(|&output| (output, false)).collect();
    while let Some((agent, done)) = stack.pop() {
        if done {
            order.push(agent);
        } else if !std::mem::replace(&mut entered[agent], true) {
            stack.push((agent, true));
            let senders: Vec<Node> = graph.senders(agent).filter(|&sender| !entered[sender]).collect();
            stack.extend(senders.into_iter().rev().map(|sender| (sender, false)));
        }
    }
    order
}

/// Which slot holds whose vote, while steps are compiled in the order in which they run.
struct Slots {
    /// By agent: its slot, which may since be another's.
    of: Vec<u32>,
    /// Reads that are still to come; outputs are read at the end.
    reads: Vec<usize>,
    free: Vec<u32>,
    most: usize,
}

impl Slots {
    fn new(organization: &Organization, order: &[Node]) -> Self {
        let graph = organization.graph();
        let mut reads = vec![0; graph.len()];
        for &agent in order {
            for sender in graph.senders(agent) {
                reads[sender] += 1;
            }
        }
        for &output in organization.outputs() {
            reads[output] += 1;
        }
        Self { of: vec![u32::MAX; graph.len()], reads, free: Vec::new(), most: 0 }
    }

    /// A vote is read; after the last time its slot is free.
    fn read(&mut self, agent: Node) {
        self.reads[agent] -= 1;
        if self.reads[agent] == 0 && self.of[agent] != u32::MAX {
            self.free.push(self.of[agent]);
        }
    }

    /// A vote gets a slot.
    fn write(&mut self, agent: Node) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.most += 1;
            self.most as u32 - 1
        });
        self.of[agent] = slot;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::graph::{Agent, Rule};
    use crate::organization::{Bias, Channel};

    /// The example of the documentation of lanes for graphs.
    #[test]
    fn leaves_are_drawn_where_they_are_read_and_slots_are_used_again() {
        let leaf = |id: &str| Agent::leaf(id, Bias::new(0.2).unwrap());
        let organization = Organization::builder()
            .agents(["a", "b", "c", "d"].map(leaf))
            .agents(["m", "v"].map(|id| Agent::aggregator(id, Rule::majority())))
            .channels(["a", "b", "c"], "m", Channel::PERFECT)
            .channels(["m", "b", "d"], "v", Channel::PERFECT)
            .build()
            .unwrap();
        let program = Program::new(&organization).unwrap();
        let origins = |step: &Step| {
            let ports = &program.ports[step.first_port as usize..][..step.ports as usize];
            let slot = |port: &Port| match port.origin {
                Origin::Slot(slot) => Some(slot),
                Origin::Leaf(_) => None,
            };
            ports.iter().map(slot).collect::<Vec<_>>()
        };
        let steps: Vec<_> = program.steps.iter().map(|step| (origins(step), step.slot)).collect();
        let expected = [(vec![], 0), (vec![None, Some(0), None], 1), (vec![Some(1), Some(0), None], 0)];
        assert_eq!(steps, expected);
        assert_eq!((program.slots, program.outputs), (2, vec![0]));
    }
}

//! Any organization, one trial at a time, agent by agent in topological order. Nothing here is clever: faster evaluators
//! are held against this one.

mod agent;
mod cause;
mod coupling;
mod decision;
mod rules;
mod steps;

use sim_core::estimate::{Confidence, Estimate};
use sim_core::graph::Node;
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Entity, Stream, Streams};

use self::agent::AgentSampler;
pub(in crate::organization) use self::cause::CauseDraw;
use self::cause::CauseSampler;
pub(in crate::organization) use self::rules::OneTrialRules;
pub(in crate::organization) use self::steps::VotingSteps;
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::graph::{Answer, Answers, Organization};
use crate::organization::{NotSampled, OutputTally};

/// An organization, prepared for sampling one trial at a time.
///
/// ```
/// use sim_core::monte_carlo::{self, Control, Stop};
/// use sim_core::random::{Family, Purpose, Streams};
/// use sim_models::organization::graph::shapes::{Shape, Star};
/// use sim_models::organization::{Bias, ScalarOrganization};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let star = Star::new(5, Bias::new(0.4)?).organization()?;
/// let sampled = ScalarOrganization::new(&star)?;
/// let streams = Streams::new(1, Purpose::World, Family::common());
/// let run = monte_carlo::run(&sampled, &streams, &Stop::after(10_000)?, &Control::default());
/// let accuracy = run.estimates[0];
/// assert!(accuracy.low < 0.83692 && 0.83692 < accuracy.high);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ScalarOrganization {
    answers: AnswerSampler,
    causes: Vec<CauseSampler>,
    /// In topological order.
    agents: Vec<AgentSampler>,
    outputs: Vec<Node>,
    entity: Entity,
}

impl ScalarOrganization {
    /// Prepares an organization.
    ///
    /// # Errors
    /// A common cause has no law, or votes are coupled by a Gaussian factor whose exact accuracy is not known.
    pub fn new(organization: &Organization) -> Result<Self, NotSampled> {
        let order = organization.graph().order();
        let accuracies = CoupledAccuracies::new(organization)?;
        Ok(Self {
            answers: AnswerSampler::new(organization.answers()),
            causes: CauseSampler::all(organization)?,
            agents: order.map(|agent| AgentSampler::new(organization, agent, &accuracies)).collect(),
            outputs: organization.outputs().to_vec(),
            entity: Entity::named("organization"),
        })
    }

    /// What every agent voted in one trial, by its position in the graph; `None` where it abstained.
    pub fn replication(&self, streams: &Streams, trial: u64) -> Vec<Option<Answer>> {
        let mut memory = self.memory();
        self.trial(streams, trial, &mut memory);
        memory.votes
    }

    fn memory(&self) -> Memory {
        Memory {
            votes: vec![None; self.agents.len()],
            causes: Vec::with_capacity(self.causes.len()),
            inputs: Vec::with_capacity(self.agents.iter().map(AgentSampler::inputs).max().unwrap_or(0)),
            weights: vec![0; self.answers.count],
        }
    }

    /// One trial: causes first, then agents, senders before receivers.
    fn trial(&self, streams: &Streams, trial: u64, memory: &mut Memory) {
        let mut stream = streams.open(Address::trial(trial).entity(self.entity));
        memory.causes.clear();
        memory.causes.extend(self.causes.iter().map(|cause| cause.draw(&self.answers, &mut stream)));
        for agent in &self.agents {
            memory.votes[agent.node()] = agent.vote(&self.answers, memory, &mut stream);
        }
    }
}

impl Simulation for ScalarOrganization {
    type Tally = OutputTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut OutputTally) {
        let mut memory = self.memory();
        for trial in block.trials() {
            self.trial(streams, trial, &mut memory);
            let vote = |&output: &Node| match memory.votes[output] {
                Some(Answer::RIGHT) => (1, 0),
                Some(_) => (0, 1),
                None => (0, 0),
            };
            tally.record_many(1, self.outputs.iter().map(vote));
        }
    }

    /// Per output accuracy, bias and abstention.
    fn estimates(&self, tally: &OutputTally, confidence: Confidence) -> Vec<Estimate> {
        tally.estimates(self.outputs.len(), confidence)
    }
}

/// What one trial needs to remember; kept from trial to trial so that nothing is allocated.
struct Memory {
    /// By agent: its vote.
    votes: Vec<Option<Answer>>,
    /// What each cause is in this trial.
    causes: Vec<CauseDraw>,
    /// Inputs of the agent that decides now.
    inputs: Vec<Option<Answer>>,
    /// By answer: weight of the inputs that say so.
    weights: Vec<u64>,
}

/// Draws answers.
#[derive(Clone, Debug)]
struct AnswerSampler {
    answers: Answers,
    count: usize,
    /// The `k`-th: whether a wrong answer that is none of the `k` most common ones is the next.
    next_wrong: Vec<Coin>,
}

impl AnswerSampler {
    fn new(answers: Answers) -> Self {
        let law = answers.wrong_law();
        let rest = |k: usize| law[k..].iter().sum::<f64>();
        let next_wrong = (0..law.len()).map(|k| coin(law[k] / rest(k))).collect();
        Self { answers, count: answers.count(), next_wrong }
    }

    /// The right answer with this coin, else a wrong one by its law.
    #[inline]
    fn draw(&self, right: &Coin, stream: &mut Stream) -> Answer {
        if stream.toss(right) { Answer::RIGHT } else { self.wrong(stream) }
    }

    fn wrong(&self, stream: &mut Stream) -> Answer {
        let last = self.next_wrong.len() - 1;
        let found = self.next_wrong[..last].iter().position(|coin| stream.toss(coin));
        Answer::number(found.unwrap_or(last) as u8 + 1)
    }

    /// Any answer, each as likely.
    fn any(&self, stream: &mut Stream) -> Answer {
        Answer::number(stream.below(self.count as u64) as u8)
    }

    /// An answer of a rule of the user's own.
    fn known(&self, vote: Option<Answer>) -> Option<Answer> {
        vote.map(|answer| self.answers.known(answer))
    }
}

/// A coin of a probability that may have left [0, 1] by rounding.
fn coin(probability: f64) -> Coin {
    Coin::new(probability.clamp(0.0, 1.0)).unwrap_or(Coin::FAIR)
}

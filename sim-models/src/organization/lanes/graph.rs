//! Any organization on lanes.
//!
//! The organization is compiled once into a [program](program): one step per agent, ordered depth first from the outputs, with a slot
//! for every vote that is still to be read, so that memory is proportional to what is alive. A block [runs](run) the steps over vectors of 512
//! trials. A leaf that sends one message has no step: its vote is drawn where it is read, together with the noise. Rules without a
//! bit-parallel form, such as a user's own, are applied trial by trial to the votes of the block.
//!
//! ```text
//!    a ────┐
//!    b ─┬──┼──► m ──┐          step   ports: where votes come from   slot for its vote
//!    c ─┼──┘        ├──► v     b      (its own fresh vote)           0
//!       └───────────┤          m      leaf a, slot 0, leaf c         1
//!    d ─────────────┘          v      slot 1, slot 0, leaf d         0: nobody reads b again
//! ```

mod causes;
mod program;
mod rule;
mod run;

use sim_core::estimate::{Confidence, Estimate};
use sim_core::lanes::{self, Generator, Kernel};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Entity, Streams};

use self::program::Program;
use self::run::{BlockTask, OutputVotes};
use super::block::UsedLanes;
use crate::organization::graph::Organization;
use crate::organization::scalar::ScalarOrganization;
use crate::organization::{NotSampled, OutputTally};

/// An organization, prepared for sampling on lanes: 512 trials at once, one per bit.
///
/// ```
/// use sim_core::monte_carlo::{self, Control, Stop};
/// use sim_core::random::{Family, Purpose, Streams};
/// use sim_models::organization::graph::shapes::{Shape, Star};
/// use sim_models::organization::{Bias, LaneOrganization};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let star = Star::new(5, Bias::new(0.4)?).organization()?;
/// let streams = Streams::new(1, Purpose::World, Family::common());
/// let lanes = LaneOrganization::new(&star)?;
/// let run = monte_carlo::run(&lanes, &streams, &Stop::after(100_000)?, &Control::default());
/// let accuracy = run.estimates[0];
/// assert!(accuracy.low < 0.83692 && 0.83692 < accuracy.high);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LaneOrganization {
    method: Method,
    outputs: usize,
    entity: Entity,
    kernel: Option<Kernel>,
}

#[derive(Clone, Debug)]
enum Method {
    Lanes(Box<Program>),
    /// Questions with several wrong answers: one trial at a time.
    Scalar(Box<ScalarOrganization>),
}

impl LaneOrganization {
    /// Prepares an organization.
    ///
    /// # Errors
    /// As for the scalar evaluator: a law has no numbers to sample from.
    pub fn new(organization: &Organization) -> Result<Self, NotSampled> {
        let method = if organization.answers().is_binary() {
            Method::Lanes(Box::new(Program::new(organization)?))
        } else {
            Method::Scalar(Box::new(ScalarOrganization::new(organization)?))
        };
        let outputs = organization.outputs().len();
        Ok(Self { method, outputs, entity: Entity::named("organization"), kernel: None })
    }

    /// The same organization on one instruction set, instead of the process's; the results are the same.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Self { kernel: Some(kernel), ..self }
    }

    /// What a reader of the estimates must know about how they were made.
    pub fn note(&self) -> Option<String> {
        match &self.method {
            Method::Lanes(program) => program.note(),
            Method::Scalar(_) => {
                Some("several wrong answers: sampled one trial at a time, not in lanes".to_owned())
            }
        }
    }

    /// The votes of the outputs in the 512 trials of a block.
    fn output_votes(&self, program: &Program, block: u64, streams: &Streams) -> Vec<OutputVotes> {
        let generator = Generator::new(streams.open(Address::block(block).entity(self.entity)));
        let kernel = self.kernel.unwrap_or_else(lanes::kernel);
        kernel.run(BlockTask { program, generator })
    }
}

impl Simulation for LaneOrganization {
    type Tally = OutputTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut OutputTally) {
        let program = match &self.method {
            Method::Lanes(program) => program,
            Method::Scalar(scalar) => return scalar.run(block, streams, tally),
        };
        let used = UsedLanes::of(block);
        let votes = self.output_votes(program, block.index(), streams);
        let counts = votes.iter().map(|vote| {
            let right = used.count(&vote.right);
            (right, used.count(&vote.present) - right)
        });
        tally.record_many(block.len(), counts);
    }

    /// Per output accuracy, bias and abstention.
    fn estimates(&self, tally: &OutputTally, confidence: Confidence) -> Vec<Estimate> {
        tally.estimates(self.outputs, confidence)
    }
}

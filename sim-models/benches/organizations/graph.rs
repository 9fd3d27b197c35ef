//! A general graph: the kind that `experiments/performance` compares with peers, drawn from a fixed seed.

use std::collections::BTreeSet;
use std::error::Error;

use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::organization::graph::{Agent, Cause, CauseLaw, Coupling, Organization, Rule};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Fidelity};

const AGENTS: u64 = 1000;

/// Agents hear some of this many before them.
const REACH: u64 = 200;

/// 1 000 agents, about a third of them leaves in three families that share votes. The others take the majority of 3, 5, 7 or 9 earlier agents, in
/// a mixture. Who is heard by nobody is an output.
pub fn graph() -> Result<Organization, Box<dyn Error>> {
    let mut stream = Streams::new(1, Purpose::World, Family::common()).open(Address::block(0));
    let mut builder = Organization::builder();
    let mut unheard = BTreeSet::new();
    for agent in 0..AGENTS {
        let id = agent.to_string();
        if agent < 9 || agent % 3 == 0 && agent < AGENTS - 100 {
            let family = stream.below(3);
            let bias = Bias::new([0.1, 0.2, 0.4][family as usize])?;
            builder = builder.agent(Agent::leaf(id, bias).in_family(family.to_string()));
        } else {
            let fan_in = 3 + 2 * stream.below(4) as usize;
            // The oldest that nobody has heard, then any.
            let mut senders: BTreeSet<u64> = unheard.pop_first().into_iter().collect();
            while senders.len() < fan_in {
                senders.insert(agent - 1 - stream.below(REACH.min(agent)));
            }
            builder = builder.agent(Agent::aggregator(&id, Rule::majority()));
            for sender in senders {
                unheard.remove(&sender);
                let channel = Channel::new(0.0, Fidelity::new(0.8 + 0.2 * stream.uniform())?);
                builder = builder.channel(sender.to_string(), &id, channel);
            }
            let correlation = Correlation::new(0.2 * stream.uniform())?;
            builder = builder.couple(id, Coupling::model(Dependence::Mixture, correlation));
        }
        unheard.insert(agent);
    }
    for family in 0..3 {
        builder =
            builder.cause(Cause::family(family.to_string(), CauseLaw::SharedVote, Correlation::new(0.2)?));
    }
    Ok(builder.outputs(unheard.iter().map(u64::to_string)).build()?)
}

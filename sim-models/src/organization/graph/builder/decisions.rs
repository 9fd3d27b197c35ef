//! Rules resolved against the votes that each agent really receives.

use std::collections::HashMap;

use sim_core::graph::Node;

use super::super::received::received_accuracies_within;
use super::super::{
    Agent, Decision, IntegerWeights, InvalidOrganization, Organization, Rule, Tie, Weights, needed_weight,
};
use super::ties::Inputs;
use crate::file::nearest;
use crate::organization::exact::Work;

/// Gives every agent that decides its decision, senders first, because log-odds look at what comes before.
pub(super) fn resolve(organization: &mut Organization) -> Result<(), InvalidOrganization> {
    // All log-odds together may take as much work as one exact law.
    let mut work = Work::new();
    let order: Vec<Node> = organization.graph.order().collect();
    for node in order.into_iter().filter(|&node| !organization.graph.incoming(node).is_empty()) {
        let (decision, abstains) = decide(organization, node, &mut work)?;
        organization.decisions[node] = Some(decision);
        organization.abstaining[node] = abstains;
    }
    Ok(())
}

/// The decision of one agent, and whether it can abstain.
fn decide(
    organization: &Organization,
    node: Node,
    work: &mut Work,
) -> Result<(Decision, bool), InvalidOrganization> {
    let agent = organization.agent(node);
    check_binary(organization, agent)?;
    let mut missable: Vec<bool> =
        organization.graph.incoming(node).iter().map(|&edge| organization.may_miss(edge)).collect();
    missable.extend(agent.knowledge.map(|_| false));
    let weights = real_weights(organization, node, work)?;
    if !matches!(agent.rule, Rule::WeightedMajority { weights: Weights::LogOdds, .. })
        && weights.iter().all(|&weight| weight == 0.0)
    {
        return Err(InvalidOrganization::Weightless { agent: agent.id.clone() });
    }
    let weights = IntegerWeights::new(&weights);
    let inputs = Inputs { weights: &weights, missable: &missable };
    Ok(match &agent.rule {
        Rule::Majority { tie } => majority(agent, "majority", *tie, inputs)?,
        Rule::WeightedMajority { tie, .. } => majority(agent, "weighted-majority", *tie, inputs)?,
        &Rule::Supermajority { threshold } => {
            if !(threshold > 0.5 && threshold <= 1.0) {
                return Err(InvalidOrganization::Threshold { agent: agent.id.clone(), found: threshold });
            }
            let abstains = inputs.may_lack(|present| needed_weight(threshold, present), organization.answers);
            (Decision::Supermajority { weights, threshold }, abstains)
        }
        Rule::First => (Decision::First, inputs.may_all_miss()),
        Rule::Plurality => (Decision::Plurality { weights }, false),
        Rule::Margin { margin: 0 } => return Err(InvalidOrganization::Margin { agent: agent.id.clone() }),
        &Rule::Margin { margin } => (Decision::Margin { margin }, false),
        &Rule::BestOf { true_positive, false_positive } => {
            for (what, found) in
                [("true-positive rate", true_positive), ("false-positive rate", false_positive)]
            {
                if !(0.0..=1.0).contains(&found) {
                    return Err(InvalidOrganization::Probability { agent: agent.id.clone(), what, found });
                }
            }
            (Decision::BestOf { true_positive, false_positive }, inputs.may_all_miss())
        }
        Rule::Custom(aggregator) => (Decision::Custom(aggregator.clone()), true),
    })
}

fn check_binary(organization: &Organization, agent: &Agent) -> Result<(), InvalidOrganization> {
    let what = match agent.rule {
        _ if organization.answers.is_binary() => return Ok(()),
        Rule::Majority { .. } => "the rule majority",
        Rule::WeightedMajority { .. } => "the rule weighted-majority",
        _ => return Ok(()),
    };
    let wrong = organization.answers.count() - 1;
    Err(InvalidOrganization::NotBinary { agent: agent.id.clone(), what, wrong, instead: "plurality" })
}

fn majority(
    agent: &Agent,
    rule: &'static str,
    tie: Option<Tie>,
    inputs: Inputs<'_>,
) -> Result<(Decision, bool), InvalidOrganization> {
    // How votes can be even is only asked where the answer matters: it can take long.
    let even = if matches!(tie, None | Some(Tie::Abstain)) { inputs.may_be_even() } else { None };
    match (tie, &even) {
        (None, Some(why)) => {
            Err(InvalidOrganization::Even { agent: agent.id.clone(), rule, why: why.clone() })
        }
        _ => {
            let weights = inputs.weights.clone();
            // Without a tie, the word on ties has no effect.
            Ok((
                Decision::Majority { weights, tie: tie.unwrap_or(Tie::Fair) },
                tie.is_some() && even.is_some(),
            ))
        }
    }
}

/// The weight of every input: those of the votes received, then that of the agent's own.
fn real_weights(
    organization: &Organization,
    node: Node,
    work: &mut Work,
) -> Result<Vec<f64>, InvalidOrganization> {
    let agent = organization.agent(node);
    let fan_in = organization.graph.incoming(node).len();
    let mut weights = match &agent.rule {
        Rule::WeightedMajority { weights: Weights::Named(named), .. } => {
            named_weights(organization, node, named)?
        }
        Rule::WeightedMajority { weights: Weights::LogOdds, .. } => log_odds(organization, node, work)?,
        _ => vec![1.0; fan_in],
    };
    weights.extend(agent.knowledge.map(|_| agent.own_weight));
    Ok(weights)
}

fn named_weights(
    organization: &Organization,
    node: Node,
    named: &[(String, f64)],
) -> Result<Vec<f64>, InvalidOrganization> {
    let agent = || organization.agent(node).id.clone();
    let senders = || organization.graph.senders(node).map(|sender| organization.graph.name(sender));
    // By name: the weight, and whether anybody is called so.
    let mut given: HashMap<&str, (f64, bool)> = HashMap::with_capacity(named.len());
    for (name, weight) in named {
        if !(weight.is_finite() && *weight >= 0.0) {
            return Err(InvalidOrganization::Weight { agent: agent(), sender: name.clone(), found: *weight });
        }
        if given.insert(name, (*weight, false)).is_some() {
            return Err(InvalidOrganization::WeightTwice { agent: agent(), named: name.clone() });
        }
    }
    let mut weight_of = |sender| {
        given.get_mut(sender).map_or(1.0, |(weight, used)| {
            *used = true;
            *weight
        })
    };
    let weights = senders().map(&mut weight_of).collect();
    match named.iter().find(|(name, _)| given.get(name.as_str()).is_some_and(|(_, used)| !used)) {
        None => Ok(weights),
        Some((name, _)) => Err(InvalidOrganization::WeightOfNobody {
            agent: agent(),
            named: name.clone(),
            nearest: nearest(name, senders()),
        }),
    }
}

/// The log-odds `ln(p/(1-p))` of every vote received (theory section 5).
fn log_odds(
    organization: &Organization,
    node: Node,
    work: &mut Work,
) -> Result<Vec<f64>, InvalidOrganization> {
    let agent = || organization.agent(node).id.clone();
    let incoming = organization.graph.incoming(node);
    let accuracies = received_accuracies_within(organization, incoming, work)
        .map_err(|reason| InvalidOrganization::LogOddsUnknown { agent: agent(), reason })?;
    let weight = |(&edge, accuracy): (&usize, f64)| {
        // Rounding may leave a vote that says nothing a little below one half.
        if !(0.5 - 1e-12..1.0).contains(&accuracy) {
            let sender = organization.graph.name(organization.graph.sender(edge)).to_owned();
            return Err(InvalidOrganization::LogOdds { agent: agent(), sender, accuracy });
        }
        Ok((libm::log(accuracy) - libm::log1p(-accuracy)).max(0.0))
    };
    incoming.iter().zip(accuracies).map(weight).collect()
}

//! Which fresh votes share which cause.

use sim_core::graph::{Graph, Node};

use super::super::{Agent, Cause, CauseLaw, Group, InvalidOrganization, Members};
use crate::file::nearest;
use crate::organization::Bias;

/// By agent: the cause that its fresh vote shares.
pub(super) fn assign(
    causes: &[Cause],
    agents: &[Agent],
    biases: &[Option<Bias>],
    graph: &Graph,
) -> Result<Vec<Option<usize>>, InvalidOrganization> {
    let mut cause_of: Vec<Option<usize>> = vec![None; agents.len()];
    for (position, cause) in causes.iter().enumerate() {
        let belongs = |node: &Node| match &cause.group {
            Group::Family(family) => agents[*node].family.as_deref() == Some(family),
            Group::Everyone => true,
        };
        let shares = |node: &Node| {
            biases[*node].is_some() && (cause.votes == Members::All || graph.incoming(*node).is_empty())
        };
        let members: Vec<Node> = (0..agents.len()).filter(belongs).filter(shares).collect();
        if members.is_empty() {
            return Err(nobody(cause, agents, (0..agents.len()).any(|node| belongs(&node))));
        }
        check_alike(cause, &members, agents, biases)?;
        for node in members {
            if let Some(first) = cause_of[node].replace(position) {
                return Err(InvalidOrganization::TwoCauses {
                    agent: agents[node].id.clone(),
                    first: causes[first].told(),
                    second: cause.told(),
                });
            }
        }
    }
    Ok(cause_of)
}

fn nobody(cause: &Cause, agents: &[Agent], has_members: bool) -> InvalidOrganization {
    let (why, nearest) = match &cause.group {
        _ if has_members && cause.votes == Members::Leaves => {
            ("none of its members is a leaf, and only the votes of leaves are meant", None)
        }
        Group::Family(family) if !has_members => {
            let families = agents.iter().filter_map(|agent| agent.family.as_deref());
            ("no agent is in this family", nearest(family, families))
        }
        _ => ("none of its members has a bias", None),
    };
    InvalidOrganization::NoMembers { group: cause.group.told(), why, nearest }
}

/// A common draw or a common accuracy needs one accuracy for all.
fn check_alike(
    cause: &Cause,
    members: &[Node],
    agents: &[Agent],
    biases: &[Option<Bias>],
) -> Result<(), InvalidOrganization> {
    if cause.law == CauseLaw::GaussianFactor {
        return Ok(());
    }
    let first = members[0];
    match members.iter().find(|&&member| biases[member] != biases[first]) {
        None => Ok(()),
        Some(&other) => Err(InvalidOrganization::Unlike {
            group: cause.group.told(),
            law: cause.law.name(),
            first: agents[first].id.clone(),
            second: agents[other].id.clone(),
            biases: [first, other].map(|member| biases[member].map_or(f64::NAN, Bias::get)).into(),
        }),
    }
}

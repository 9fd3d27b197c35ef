//! Why a plan is the best one, in sentences.

use super::candidates::{MOST_DEBATING, MOST_MARGIN, MOST_MIXED, MOST_VOTES};
use super::{Choice, Fleet, Kind, Limits, Plan, Scored, budget_for, choose};
use crate::registry::number;

/// What twice a limit must gain for it to bind.
const GAIN: f64 = 5e-4;

/// Sentences that say why the best plan is the best, which limit binds, and what is missing where no plan suffices.
pub fn reasons(fleet: &Fleet, choice: &Choice) -> Vec<String> {
    let Some(best) = choice.best() else { return vec![nothing(fleet, &choice.limits)] };
    let mut reasons = Vec::new();
    reasons.extend(missing(fleet, choice, best));
    if best.plan.kind() == Kind::Single {
        reasons.extend(alone(fleet, choice, best));
    }
    if let Plan::Tree { fan_in, message, .. } = best.plan {
        let gain = fleet.layer(fan_in, message).gain();
        if gain > 1.0 {
            reasons.push(format!("a weak signal grows by alpha = {} per layer", rounded(gain)));
        }
    }
    reasons.extend(binding(fleet, choice, best));
    reasons
}

/// Four decimals.
fn rounded(x: f64) -> String {
    number((x * 1e4).round() / 1e4)
}

/// A number below 1 that does not look like 1.
fn below_one(x: f64) -> String {
    if x < 0.99995 { rounded(x) } else { number(x) }
}

/// That nothing keeps the limits.
fn nothing(fleet: &Fleet, limits: &Limits) -> String {
    // Endless rather than no limits, so that the same models are held against them.
    let endless = limits.deadline.map(|_| f64::INFINITY);
    let without = [
        ("budget", limits.with_budget_times(f64::INFINITY)),
        ("deadline", Limits { deadline: endless, ..*limits }),
    ];
    let culprit = without.iter().find(|(_, other)| other != limits && choose(fleet, other).best().is_some());
    match culprit {
        Some((name, _)) => format!("no organization keeps the {name}: not even one agent does"),
        None => "no organization keeps the limits: not even one agent does".to_owned(),
    }
}

/// That the accuracy which suffices is not reached, and what it would take.
fn missing(fleet: &Fleet, choice: &Choice, best: &Scored) -> Option<String> {
    let target = choice.limits.accuracy.filter(|_| !choice.suffices())?;
    let reach = rounded(best.outlook.accuracy);
    let head =
        format!("no organization reaches {} within these limits; the best reaches {reach}", rounded(target));
    let tail = match (choice.limits.budget, budget_for(fleet, &choice.limits)) {
        (Some(_), Some(factor)) => {
            let factor = if factor < 10.0 { format!("{factor:.1}") } else { format!("{factor:.0}") };
            format!("; {} needs about {factor}x the budget", rounded(target))
        }
        (Some(_), None) => format!(
            "; no budget is enough, among votes of up to {MOST_VOTES}, margins of up to {MOST_MARGIN} and their like"
        ),
        (None, _) => String::new(),
    };
    Some(head + &tail)
}

/// Why one agent is best.
fn alone(fleet: &Fleet, choice: &Choice, best: &Scored) -> Vec<String> {
    let Some(&model) = best.plan.models().first() else { return Vec::new() };
    let mut reasons = Vec::new();
    if best.outlook.accuracy <= 0.5 {
        reasons.push("one agent is best here, because an agent that is right half of the time or less is not helped by votes".to_owned());
    } else if fleet.errors.correlation >= 1.0 {
        reasons.push(
            "one agent is best here, because all answers are the same: the correlation is 1".to_owned(),
        );
    } else if !fleet.countable
        && let Some(gain) = largest_gain(fleet, choice, model)
        && gain <= 1.0
    {
        reasons.push(if gain < 1.0 {
            format!(
                "one agent is best here, because alpha = {} < 1: messages lose more than votes gain",
                below_one(gain)
            )
        } else {
            "one agent is best here, because alpha = 1: messages lose as much as votes gain".to_owned()
        });
    } else if choice.ranking.iter().all(|other| other.plan.kind() == Kind::Single) {
        reasons.push(if fleet.countable || fleet.has_channel() || fleet.checker.is_some() {
            "nothing but single agents keeps the limits".to_owned()
        } else {
            "nothing but single agents was looked at: no program can count answers, and there is no [channel] and no [checker]".to_owned()
        });
    } else {
        let several = choice.ranking.iter().filter(|other| other.plan.kind() != Kind::Single);
        let most = several.max_by(|a, b| a.outlook.accuracy.total_cmp(&b.outlook.accuracy));
        reasons.extend(most.map(|most| {
            let (plan, accuracy) = (most.plan.describe(fleet), rounded(most.outlook.accuracy));
            if choice.limits.suffices(&best.outlook) {
                format!("one agent suffices; the most accurate organization of several is right with probability {accuracy}: {plan}")
            } else {
                format!("one agent is best here: the most accurate organization of several is right with probability {accuracy}: {plan}")
            }
        }));
    }
    reasons
}

/// The largest gain of a layer of trees of a model, among those that were sized or that the window allows.
fn largest_gain(fleet: &Fleet, choice: &Choice, model: usize) -> Option<f64> {
    let endless = choice.limits.deadline.map(|_| f64::INFINITY);
    let free = Limits { deadline: endless, ..choice.limits.with_budget_times(f64::INFINITY) };
    let plans = [(fleet, choice.limits), (fleet, free)]
        .map(|(fleet, limits)| choose(fleet, &limits).ranking)
        .concat();
    let gains = plans.iter().filter_map(|scored| match scored.plan {
        Plan::Tree { model: of, fan_in, message, .. } if of == model => {
            Some(fleet.layer(fan_in, message).gain())
        }
        _ => None,
    });
    gains.reduce(f64::max)
}

/// The limit whose doubling helps most, or the end of the search.
fn binding(fleet: &Fleet, choice: &Choice, best: &Scored) -> Option<String> {
    let limits = choice.limits;
    if limits.suffices(&best.outlook) {
        return None;
    }
    let end = match best.plan {
        Plan::Vote { votes: MOST_VOTES, .. } => Some(format!("votes of up to {MOST_VOTES}")),
        Plan::Margin { margin: MOST_MARGIN, .. } => Some(format!("margins of up to {MOST_MARGIN}")),
        Plan::Retry { tries: MOST_VOTES, .. } => Some(format!("retries of up to {MOST_VOTES} tries")),
        Plan::Mixed { first: (_, a), second: (_, b), .. } if a.max(b) >= MOST_MIXED => {
            Some(format!("votes of two models of up to {MOST_MIXED} answers each"))
        }
        Plan::Debate { agents: MOST_DEBATING, .. } => {
            Some(format!("debates of up to {MOST_DEBATING} agents"))
        }
        Plan::Tree { fan_in: MOST_VOTES, .. } => Some(format!("fan-ins of up to {MOST_VOTES}")),
        _ => None,
    };
    if let Some(end) = end {
        return Some(format!(
            "the search binds: it is the best among {end}, and larger ones were not looked at"
        ));
    }
    let double = |amount: Option<f64>| amount.map(|amount| 2.0 * amount);
    let wider: Vec<(&str, Limits)> = [
        ("budget", limits.with_budget_times(2.0)),
        ("deadline", Limits { deadline: double(limits.deadline), ..limits }),
        ("window", Limits { window: double(limits.window), ..limits }),
    ]
    .into_iter()
    .filter(|(_, wider)| *wider != limits)
    .collect();
    let reach = |limits: &Limits| {
        let choice = choose(fleet, &Limits { accuracy: None, ..*limits });
        choice.best().map_or(0.0, |it| it.outlook.accuracy)
    };
    let now = best.outlook.accuracy;
    let (name, accuracy) =
        wider.iter().map(|(name, wider)| (*name, reach(wider))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    if accuracy < now + GAIN {
        let names: Vec<String> = wider.iter().map(|(name, _)| format!("the {name}")).collect();
        return Some(format!(
            "twice {} would gain less than 0.05 points of accuracy",
            names.join(" or twice ")
        ));
    }
    Some(format!(
        "the {name} binds: twice as much raises what can be reached from {} to {}",
        rounded(now),
        rounded(accuracy)
    ))
}

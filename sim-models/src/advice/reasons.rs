//! Why a plan is the best one, in sentences.

use super::{Choice, Fleet, Kind, Limits, Plan, Scored, budget_for, choose};
use crate::registry::number;

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
            reasons.push(format!("the signal grows by alpha = {} per layer", short(gain)));
        }
    }
    reasons.extend(binding(fleet, choice, best));
    reasons
}

fn short(x: f64) -> String {
    number((x * 1e4).round() / 1e4)
}

/// That nothing keeps the limits.
fn nothing(fleet: &Fleet, limits: &Limits) -> String {
    let without =
        [("budget", Limits { budget: None, ..*limits }), ("deadline", Limits { deadline: None, ..*limits })];
    let culprit = without.iter().find(|(_, other)| other != limits && choose(fleet, other).best().is_some());
    match culprit {
        Some((name, _)) => format!("no organization keeps the {name}: not even one agent does"),
        None => "no organization keeps the limits: not even one agent does".to_owned(),
    }
}

/// That the accuracy which suffices is not reached, and what it would take.
fn missing(fleet: &Fleet, choice: &Choice, best: &Scored) -> Option<String> {
    let target = choice.limits.accuracy.filter(|_| !choice.suffices())?;
    let reach = short(best.outlook.accuracy);
    let head =
        format!("no organization reaches {} within these limits; the best reaches {reach}", short(target));
    let tail = match (choice.limits.budget, budget_for(fleet, &choice.limits)) {
        (Some(_), Some(factor)) => {
            let factor = if factor < 10.0 { format!("{factor:.1}") } else { format!("{factor:.0}") };
            format!("; {} needs about {factor}x the budget", short(target))
        }
        (Some(_), None) => "; no budget is enough".to_owned(),
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
        reasons.push(format!(
            "one agent is best here, because alpha = {} < 1: messages lose more than votes gain",
            short(gain)
        ));
    } else if choice.ranking.iter().all(|other| other.plan.kind() == Kind::Single) {
        reasons.push("nothing but single agents keeps the limits".to_owned());
    } else {
        let second = choice.ranking.iter().find(|other| other.plan.kind() != Kind::Single);
        reasons.extend(second.map(|second| {
            format!(
                "one agent is best here: the best organization of several, a {}, is right with probability {}",
                second.plan.describe(fleet),
                short(second.outlook.accuracy)
            )
        }));
    }
    reasons
}

/// The largest gain of a layer of trees of a model, among those that were sized or that the window allows.
fn largest_gain(fleet: &Fleet, choice: &Choice, model: usize) -> Option<f64> {
    let free = Limits { budget: None, deadline: None, ..choice.limits };
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

/// The limit whose doubling helps most.
fn binding(fleet: &Fleet, choice: &Choice, best: &Scored) -> Option<String> {
    let limits = choice.limits;
    let double = |amount: Option<f64>| amount.map(|amount| 2.0 * amount);
    let wider = [
        ("budget", limits.with_budget_times(2.0)),
        ("deadline", Limits { deadline: double(limits.deadline), ..limits }),
        ("window", Limits { window: double(limits.window), ..limits }),
    ];
    let gains = wider.iter().filter(|(_, wider)| *wider != limits).map(|(name, wider)| {
        let accuracy =
            choose(fleet, &Limits { accuracy: None, ..*wider }).best().map_or(0.0, |it| it.outlook.accuracy);
        (*name, accuracy)
    });
    let now = choose(fleet, &Limits { accuracy: None, ..limits })
        .best()
        .map_or(best.outlook.accuracy, |it| it.outlook.accuracy);
    let (name, accuracy) = gains.max_by(|a, b| a.1.total_cmp(&b.1))?;
    if accuracy < now + 5e-4 {
        return Some("no limit binds: twice of any changes nothing".to_owned());
    }
    Some(format!(
        "the {name} binds: twice as much raises what can be reached from {} to {}",
        short(now),
        short(accuracy)
    ))
}

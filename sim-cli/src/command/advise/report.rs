//! An advice for a person and for programs.

use serde_json::{Value, json};
use sim_core::estimate::Confidence;
use sim_models::advice::contest::Contender;
use sim_models::advice::sensitivity::Flip;
use sim_models::advice::{Plan, Scored, Unit};

use super::findings::Findings;
use crate::output::{Format, align, brief_text, grouped, say, significant, write_bytes};
use crate::problem::Outcome;

/// Digits of numbers that are no estimates.
const DIGITS: usize = 4;

fn short(x: f64) -> String {
    significant(x, DIGITS)
}

/// An accuracy.
fn percent(x: f64) -> String {
    format!("{:.2} %", 100.0 * x)
}

/// What is said where no plan keeps the limits.
pub(super) fn print_none(reasons: &[String], warnings: &[String], format: Format) -> Outcome<()> {
    match format {
        Format::Json => {
            let report = json!({ "recommendation": null, "reasons": reasons, "warnings": warnings });
            write_bytes(format!("{report:#}\n").as_bytes())
        }
        _ => say(format_args!("{}", [reasons, warnings].concat().join("\n"))),
    }
}

pub(super) fn print_tables(findings: &Findings) -> Outcome<()> {
    let Some((best, contender)) = findings.rows().next() else { return Ok(()) };
    say(format_args!("use: {}{}", best.plan.describe(&findings.fleet), lengths(findings, &best.plan)))?;
    let unit = findings.unit();
    say(format_args!(
        "right with probability {} (exact; simulated {}), at {} {unit} per question",
        percent(best.outlook.accuracy),
        brief_text(&contender.tally.accuracy()),
        short(best.outlook.spend.in_unit(findings.choice.limits.unit())),
    ))?;
    say(format_args!(
        "answers take {} s (median), 95 % of them at most {} s",
        brief_text(&contender.tally.time(0.5)),
        brief_text(&contender.tally.time(0.95)),
    ))?;
    let mut sentences = findings.reasons.iter().chain(&findings.warnings);
    sentences.try_for_each(|sentence| say(format_args!("{sentence}")))?;
    say(format_args!("\n{}", rivals(findings).trim_end()))?;
    say(format_args!("\n{}", front(findings).trim_end()))?;
    say(format_args!("\n{}", flips(findings).trim_end()))?;
    if let Some(text) = confidence(findings) {
        say(format_args!("\n{}", text.trim_end()))?;
    }
    let trials = findings.contest.trials;
    say(format_args!(
        "\nnote: {} of {} organizations within the limits {} simulated, on {} {} together; all of them as long as the best would take {:.0} times as many",
        findings.contenders.len(),
        grouped(findings.choice.ranking.len() as u64),
        if findings.contenders.len() == 1 { "was" } else { "were" },
        grouped(trials),
        if trials == 1 { "question" } else { "questions" },
        findings.saving(),
    ))
}

/// Tokens of answers and messages, where they are chosen.
fn lengths(findings: &Findings, plan: &Plan) -> String {
    let mut parts = Vec::new();
    let free =
        plan.models().first().is_some_and(|&model| findings.fleet.models[model].known_tokens().is_none());
    if let Some(tokens) = plan.tokens().filter(|_| free) {
        parts.push(format!("{} tokens per answer", short(tokens)));
    }
    if let Some(message) = plan.message() {
        parts.push(format!("{} tokens per message", short(message)));
    }
    if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) }
}

fn rivals(findings: &Findings) -> String {
    let cost = format!("cost ({})", findings.unit());
    let head = ["organization", "accuracy", "simulated", "behind by", &cost, "95 % within (s)", "questions"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (at, (scored, contender)) in findings.rows().enumerate() {
        let behind = if at == 0 { "-".to_owned() } else { brief_text(&contender.behind) };
        rows.push(vec![
            scored.plan.describe(&findings.fleet),
            percent(scored.outlook.accuracy),
            brief_text(&contender.tally.accuracy()),
            behind,
            brief_text(&contender.tally.cost()),
            brief_text(&contender.tally.time(0.95)),
            grouped(contender.tally.trials()),
        ]);
    }
    align(&rows)
}

fn front(findings: &Findings) -> String {
    let cost = format!("cost ({})", findings.unit());
    let less = match findings.choice.limits.unit() {
        Unit::Dollars => "for less money",
        Unit::Tokens => "for fewer tokens",
    };
    let head = [less, "accuracy", &cost, "95 % within (s)"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for scored in findings.choice.front() {
        rows.push(vec![
            scored.plan.describe(&findings.fleet),
            percent(scored.outlook.accuracy),
            short(scored.outlook.spend.in_unit(findings.choice.limits.unit())),
            short(scored.outlook.slow_time),
        ]);
    }
    align(&rows)
}

fn flips(findings: &Findings) -> String {
    let Some(flips) = &findings.flips else {
        return "what would change the answer is not known, because plans were left out that are too slow"
            .to_owned();
    };
    if flips.is_empty() {
        return "no change of one parameter would change the answer".to_owned();
    }
    let head = ["what would change the answer", "now", "first changes at", "then use"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for flip in flips {
        rows.push(vec![
            flip.parameter.name(&findings.fleet),
            short(flip.value),
            short(flip.at),
            flip.plan
                .map_or_else(|| "nothing keeps the limits".to_owned(), |plan| plan.describe(&findings.fleet)),
        ]);
    }
    align(&rows)
}

fn confidence(findings: &Findings) -> Option<String> {
    let confidence = findings.confidence.as_ref()?;
    let mut rows =
        vec![vec!["best, as far as the parameters are known".to_owned(), "probability".to_owned()]];
    let whole = |p: f64| format!("{:.0} %", 100.0 * p);
    for (scored, probability) in findings.contenders.iter().zip(&confidence.best) {
        if *probability > 0.0 {
            rows.push(vec![scored.plan.describe(&findings.fleet), whole(*probability)]);
        }
    }
    if confidence.none > 0.0 {
        rows.push(vec!["none of these keeps the limits".to_owned(), whole(confidence.none)]);
    }
    let mut text = align(&rows);
    if confidence.breaks > 0.0 {
        text.push_str(&format!(
            "the recommended one breaks a limit with probability {}\n",
            whole(confidence.breaks)
        ));
    }
    let what = if confidence.of_target {
        "points of the probability to reach the accuracy"
    } else {
        "points of accuracy"
    };
    text.push_str(&match confidence.worth.first().filter(|(_, worth)| *worth > 1e-5) {
        Some((parameter, worth)) => format!(
            "measuring the {} is worth most: it saves {} of the {} {what} that not knowing costs",
            parameter.name(&findings.fleet),
            short(100.0 * worth),
            short(100.0 * confidence.regret)
        ),
        None => "no measurement of one parameter would change the choice by much".to_owned(),
    });
    Some(text)
}

fn plan_json(findings: &Findings, scored: &Scored) -> Value {
    let fleet = &findings.fleet;
    let plan = &scored.plan;
    let (answering, agents) = plan.agents();
    json!({
        "organization": plan.kind().name(),
        "words": plan.describe(fleet),
        "models": plan.models().iter().map(|&model| fleet.models[model].name.as_str()).collect::<Vec<_>>(),
        "answering_agents": answering,
        "agents": agents,
        "answer_tokens": plan.tokens(),
        "message_tokens": plan.message(),
        "accuracy": scored.outlook.accuracy,
        "cost": scored.outlook.spend.in_unit(findings.choice.limits.unit()),
        "dollars": scored.outlook.spend.dollars,
        "tokens": scored.outlook.spend.tokens,
        "makespan_mean": scored.outlook.mean_time,
        "makespan_p95": scored.outlook.slow_time,
    })
}

fn simulated(contender: &Contender) -> Value {
    json!({
        "accuracy": contender.tally.accuracy(),
        "cost": contender.tally.cost(),
        "makespan_p50": contender.tally.time(0.5),
        "makespan_p95": contender.tally.time(0.95),
        "behind": contender.behind,
        "dropped": !contender.stayed,
    })
}

pub(super) fn print_json(findings: &Findings) -> Outcome<()> {
    let fleet = &findings.fleet;
    let with_simulation = |(scored, contender): (&Scored, &Contender)| {
        let mut value = plan_json(findings, scored);
        value["simulated"] = simulated(contender);
        value
    };
    let contenders: Vec<Value> = findings.rows().map(with_simulation).collect();
    let one = |flip: &Flip| {
        json!({
            "parameter": flip.parameter.name(fleet),
            "value": flip.value,
            "at": flip.at,
            "organization": flip.plan.map(|plan| plan.describe(fleet)),
        })
    };
    let flips = findings.flips.as_ref().map(|flips| flips.iter().map(one).collect::<Vec<_>>());
    let confidence = findings.confidence.as_ref().map(|confidence| {
        let best = findings.contenders.iter().zip(&confidence.best);
        let best =
            best.map(|(scored, p)| json!({ "organization": scored.plan.describe(fleet), "probability": p }));
        let worth = confidence.worth.iter();
        let worth = worth.map(|(parameter, x)| json!({ "parameter": parameter.name(fleet), "saves": x }));
        json!({
            "best": best.collect::<Vec<_>>(),
            "none": confidence.none,
            "breaks_a_limit": confidence.breaks,
            "regret": confidence.regret,
            "of": if confidence.of_target { "probability to reach the accuracy" } else { "accuracy" },
            "measurements": worth.collect::<Vec<_>>(),
            "draws": confidence.draws,
        })
    });
    let report = json!({
        "recommendation": contenders.first(),
        "suffices": findings.choice.suffices(),
        "reasons": findings.reasons,
        "warnings": findings.warnings,
        "cost_unit": findings.unit(),
        "contenders": contenders,
        "front": findings.choice.front().iter().map(|scored| plan_json(findings, scored)).collect::<Vec<_>>(),
        "flips": flips,
        "confidence": confidence,
        "organizations": findings.choice.ranking.len(),
        "trials": findings.contest.trials,
        "brute_force_over_trials": findings.saving(),
        "level": Confidence::DEFAULT,
    });
    write_bytes(format!("{report:#}\n").as_bytes())
}

/// A line per contender.
pub(super) fn print_csv(findings: &Findings) -> Outcome<()> {
    say(format_args!("organization,words,accuracy,cost,makespan_p95,simulated_accuracy,low,high,trials"))?;
    for (scored, contender) in findings.rows() {
        let accuracy = contender.tally.accuracy();
        say(format_args!(
            "{},\"{}\",{},{},{},{},{},{},{}",
            scored.plan.kind().name(),
            scored.plan.describe(&findings.fleet).replace('"', "\"\""),
            scored.outlook.accuracy,
            scored.outlook.spend.in_unit(findings.choice.limits.unit()),
            scored.outlook.slow_time,
            accuracy.value,
            accuracy.low,
            accuracy.high,
            accuracy.trials
        ))?;
    }
    Ok(())
}

//! The report of a calibration, for people: plain text, Markdown and HTML from the same sections.

use sim_models::calibration::{Finding, Standing};

use super::answer::{Answer, curve_name, law_name};
use super::figures::Plot;
use crate::output::{align, escaped, estimate_text, grouped};

/// A part of the report: a heading, sentences, and a table whose first row is its header.
struct Section {
    heading: &'static str,
    sentences: Vec<String>,
    table: Vec<Vec<String>>,
    /// Beginning of the names of its figures.
    figures: &'static str,
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

/// Two digits, or what is left of a small one.
fn probability(x: f64) -> String {
    if x < 0.001 { "< 0.001".to_owned() } else { format!("{x:.3}") }
}

fn sections(answer: &Answer) -> Vec<Section> {
    let mut sections = vec![log(answer), parameters(answer)];
    sections.extend(agents(answer));
    sections.extend(dependence(answer));
    sections.extend(votes(answer));
    sections.extend(leaves(answer));
    sections.extend(fidelity(answer));
    sections.extend(timing(answer));
    sections.extend(steps(answer));
    sections
}

fn log(answer: &Answer) -> Section {
    let calibration = &answer.calibration;
    let presence = &calibration.presence;
    let mut table = vec![row(["records with", "number"])];
    let kinds = [
        ("anything", presence.records),
        ("a label", presence.labels),
        ("a parent", presence.parents),
        ("an attempt", presence.attempts),
        ("a difficulty class", presence.strata),
        ("allowed tokens", presence.budgets),
        ("tokens written", presence.outputs),
        ("a latency", presence.latencies),
        ("a cost", presence.costs),
        ("a relayed bit", presence.relays),
        ("a checker's verdict", presence.verdicts),
        ("a subtask", presence.subtasks),
    ];
    table.extend(kinds.map(|(what, count)| row([what, &grouped(count)])));
    let mut sentences =
        vec![format!("{} on {} questions.", answer.logs.join(", "), grouped(calibration.questions as u64))];
    sentences.extend(answer.warnings.iter().map(|warning| format!("Warning: {warning}.")));
    Section { heading: "Log", sentences, table, figures: "-" }
}

fn result(finding: &Finding) -> String {
    match &finding.result {
        Ok(estimate) => {
            format!("{} {}", estimate_text(estimate), finding.unit.symbol()).trim_end().to_owned()
        }
        Err(reason) => format!("not known: {reason}"),
    }
}

fn parameters(answer: &Answer) -> Section {
    let mut table = vec![row(["parameter", "of", "estimate", "meaning"])];
    table.extend(answer.calibration.findings.iter().map(|finding| {
        let of = finding.of.as_deref().unwrap_or("");
        row([finding.name, of, &result(finding), finding.help])
    }));
    let sentences =
        vec!["Intervals resample whole questions (BCa bootstrap); n is the number of questions.".to_owned()];
    Section { heading: "Parameters", sentences, table, figures: "-" }
}

fn agents(answer: &Answer) -> Option<Section> {
    let agents = &answer.calibration.agents;
    if agents.len() < 2 {
        return None;
    }
    let mut table = vec![row(["agent", "accuracy"])];
    table.extend(agents.iter().map(|finding| row([finding.of.as_deref().unwrap_or(""), &result(finding)])));
    Some(Section { heading: "Agents", sentences: Vec::new(), table, figures: "-" })
}

fn dependence(answer: &Answer) -> Option<Section> {
    let dependence = answer.calibration.dependence.as_ref()?;
    let mut table =
        vec![row(["law", "correlation", "log-likelihood", "as good as the best", "predictive check"])];
    table.extend(dependence.fits.iter().map(|fit| {
        let Standing { log_likelihood, as_good } = fit.standing;
        row([
            law_name(fit.law),
            &format!("{:.4}", fit.correlation),
            &format!("{log_likelihood:.2}"),
            &probability(as_good),
            &probability(fit.predictive),
        ])
    }));
    let names: Vec<&str> = dependence.contenders().map(|fit| law_name(fit.law)).collect();
    let verdict = match &names[..] {
        [one] => format!("The log prefers {one} to the others at 5 %."),
        several => format!("The log cannot tell these laws apart: {}.", several.join(", ")),
    };
    let mut sentences = vec![format!("{} groups of siblings. {verdict}", grouped(dependence.groups as u64))];
    if dependence.fits.first().is_some_and(|best| best.predictive < 0.01) {
        sentences.push(
            "Even the best law does not fit: its predictive check is below 1 %. Agents may be unlike."
                .to_owned(),
        );
    }
    sentences.push(
        "The third column is the probability of so large a deficit between equally good laws (Vuong's test, by question); the last one the \
         share of synthetic logs of the law that deviate from it as much as this one."
            .to_owned(),
    );
    Some(Section { heading: "Dependence", sentences, table, figures: "-" })
}

fn votes(answer: &Answer) -> Option<Section> {
    if answer.replayed.is_empty() {
        return None;
    }
    let mut table = vec![row(["size of the vote", "in the log", "simulated", "exact", "if independent"])];
    table.extend(answer.replayed.iter().map(|vote| {
        let observed = match &vote.observed {
            Ok(estimate) => estimate_text(estimate),
            Err(reason) => format!("not known: {reason}"),
        };
        row([
            &vote.size.to_string(),
            &observed,
            &estimate_text(&vote.simulated),
            &format!("{:.4}", vote.exact),
            &format!("{:.4}", vote.independent),
        ])
    }));
    let outside = answer.replayed.iter().filter(|vote| {
        vote.observed.as_ref().is_ok_and(|observed| !(observed.low..=observed.high).contains(&vote.exact))
    });
    let outside: Vec<String> = outside.map(|vote| vote.size.to_string()).collect();
    let verdict = if outside.is_empty() {
        "The calibrated fleet lies in the interval of the log at every size.".to_owned()
    } else {
        format!("The calibrated fleet lies outside of the log's interval at size {}.", outside.join(", "))
    };
    let how =
        "Majorities of all subsets of siblings of the log, against simulated votes of the calibrated fleet."
            .to_owned();
    Some(Section { heading: "Replay", sentences: vec![how, verdict], table, figures: "votes" })
}

fn leaves(answer: &Answer) -> Option<Section> {
    let mut table = vec![row(["model", "allowed tokens", "answers", "bias", "fitted bias"])];
    for (model, fit) in &answer.calibration.leaves {
        table.extend(fit.levels.iter().map(|level| {
            let fitted = fit.law.map_or("-".to_owned(), |law| format!("{:.4}", law.bias(level.tokens)));
            let bias = format!("{:.4}", level.bias());
            row([model, &level.tokens.to_string(), &grouped(level.answers as u64), &bias, &fitted])
        }));
    }
    (table.len() > 1).then(|| Section {
        heading: "Leaf law",
        sentences: Vec::new(),
        table,
        figures: "leaf-law",
    })
}

fn fidelity(answer: &Answer) -> Option<Section> {
    let relay = &answer.calibration.relay;
    let mut table = vec![row(["message (tokens)", "fidelity"])];
    table.extend(relay.levels.iter().map(|level| {
        let tokens = level.tokens.map_or("not known".to_owned(), |tokens| format!("{tokens:.1}"));
        row([&tokens, &result(&level.fidelity)])
    }));
    let sentences = relay.curves.iter().map(|fit| {
        let as_good = probability(fit.standing.as_good);
        format!(
            "{}: log-likelihood {:.2}, as good as the best {as_good}.",
            curve_name(&fit.curve),
            fit.standing.log_likelihood
        )
    });
    let sentences = sentences.collect();
    (table.len() > 1).then_some(Section { heading: "Channels", sentences, table, figures: "fidelity" })
}

fn timing(answer: &Answer) -> Option<Section> {
    let mut table = vec![row(["model", "law of the latency", "log-likelihood", "as good as the best"])];
    for fit in &answer.calibration.timing {
        table.extend(fit.laws.iter().map(|(law, standing)| {
            let likelihood = format!("{:.2}", standing.log_likelihood);
            row([&fit.model, law.name(), &likelihood, &probability(standing.as_good)])
        }));
    }
    (table.len() > 1).then_some(Section { heading: "Latencies", sentences: Vec::new(), table, figures: "-" })
}

fn steps(answer: &Answer) -> Option<Section> {
    let moments =
        |pair: Option<(f64, f64)>| pair.map_or("-".to_owned(), |(mean, sd)| format!("{mean:.4} ± {sd:.4}"));
    let mut table = vec![row(["subtask", "model", "attempts", "success", "latency (s)", "tokens"])];
    table.extend(answer.calibration.steps.iter().map(|step| {
        row([
            &step.subtask,
            &step.model,
            &grouped(step.attempts),
            &estimate_text(&step.success),
            &moments(step.latency),
            &moments(step.tokens),
        ])
    }));
    let sentences = vec!["Latency and tokens: mean and standard deviation over all attempts.".to_owned()];
    (table.len() > 1).then_some(Section { heading: "Subtasks", sentences, table, figures: "-" })
}

/// The report on a terminal.
pub(super) fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for section in sections(answer) {
        text.push_str(&format!("{}\n", section.heading));
        section.sentences.iter().for_each(|sentence| text.push_str(&format!("  {sentence}\n")));
        text.push_str(&align(&section.table));
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// The report as Markdown; figures are files beside it.
pub(super) fn markdown(answer: &Answer, figures: &[Plot]) -> String {
    let cell = |cell: &String| cell.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ");
    let mut text = "# Calibration\n".to_owned();
    for section in sections(answer) {
        text.push_str(&format!("\n## {}\n\n", section.heading));
        section.sentences.iter().for_each(|sentence| text.push_str(&format!("{sentence}\n\n")));
        for (index, cells) in section.table.iter().enumerate() {
            let cells: Vec<String> = cells.iter().map(cell).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
            if index == 0 {
                text.push_str(&format!("|{}\n", "---|".repeat(cells.len())));
            }
        }
        for figure in figures.iter().filter(|figure| figure.name.starts_with(section.figures)) {
            text.push_str(&format!("\n![{}]({})\n", figure.caption, figure.file()));
        }
    }
    text
}

const STYLE: &str = "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}\
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top}\
th{background:#f3f3f3}figure{margin:1em 0}figcaption{color:#555}";

/// The report as one HTML file that needs nothing else.
pub(super) fn html(answer: &Answer, figures: &[Plot]) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Calibration</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<h1>Calibration</h1>\n"
    );
    for section in sections(answer) {
        text.push_str(&format!("<h2>{}</h2>\n", section.heading));
        section
            .sentences
            .iter()
            .for_each(|sentence| text.push_str(&format!("<p>{}</p>\n", escaped(sentence))));
        text.push_str("<table>\n");
        for (index, cells) in section.table.iter().enumerate() {
            let tag = if index == 0 { "th" } else { "td" };
            let cells = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
            text.push_str(&format!("<tr>{}</tr>\n", cells.collect::<String>()));
        }
        text.push_str("</table>\n");
        for figure in figures.iter().filter(|figure| figure.name.starts_with(section.figures)) {
            let caption = escaped(&figure.caption);
            text.push_str(&format!(
                "<figure>\n{}\n<figcaption>{caption}</figcaption>\n</figure>\n",
                figure.svg
            ));
        }
    }
    text.push_str("</body>\n</html>\n");
    text
}

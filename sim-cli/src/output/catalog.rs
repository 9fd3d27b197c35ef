//! Descriptions of models.

use serde_json::{Value as Json, json};
use sim_models::registry::{AnyModel, Kind, Parameter, number, parameters_schema};

use super::align;

/// Models for people: a line each, or everything about each.
pub fn models_text(models: &[&dyn AnyModel], whole: bool) -> String {
    if whole {
        let texts: Vec<_> = models.iter().map(|model| describe(*model)).collect();
        return texts.join("\n\n");
    }
    let rows: Vec<_> = models
        .iter()
        .map(|model| vec![model.about().name.to_owned(), model.about().summary.to_owned()])
        .collect();
    format!("{}\n`synergy models NAME` describes one of them.", align(&rows))
}

/// Models for programs.
pub fn models_json(models: &[&dyn AnyModel]) -> String {
    let models: Vec<Json> = models
        .iter()
        .map(|model| {
            let about = model.about();
            json!({
                "name": about.name,
                "summary": about.summary,
                "references": about.references,
                "parameters": parameters_schema(&model.parameters()),
                "metrics": model.metrics().iter().map(|metric| json!({
                    "name": metric.name, "help": metric.help, "unit": metric.unit.name(),
                })).collect::<Vec<_>>(),
                "predictions": model.predictions().iter().map(|prediction| json!({
                    "name": prediction.name, "help": prediction.help, "unit": prediction.unit.name(),
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}", Json::Array(models))
}

fn describe(model: &dyn AnyModel) -> String {
    let about = model.about();
    let mut text = format!("{}: {}\n\nParameters\n", about.name, about.summary);
    let parameters = model.parameters();
    let mut rows = vec![row(["key", "default", "allowed", "unit", "meaning"])];
    for parameter in &parameters {
        rows.push(row([
            parameter.key,
            &parameter.default.to_string(),
            &allowed(parameter),
            parameter.unit.name(),
            parameter.help,
        ]));
    }
    text.push_str(&indented(&align(&rows)));
    let per_layer: Vec<_> = parameters.iter().filter(|p| p.per_layer).map(|p| p.key).collect();
    if !per_layer.is_empty() {
        text.push_str(&format!(
            "  One value per layer, as a list from leaf to root, is possible for {}.\n",
            per_layer.join(", ")
        ));
    }
    for parameter in &parameters {
        let choices = match &parameter.kind {
            Kind::Choice(choices) => choices.as_slice(),
            _ => &[],
        };
        let choices: Vec<_> = choices.iter().chain(&parameter.word).collect();
        if !choices.is_empty() {
            let rows: Vec<_> = choices.iter().map(|choice| row([choice.name, choice.help])).collect();
            text.push_str(&format!("\n  {}\n{}", parameter.key, indented(&indented(&align(&rows)))));
        }
    }
    let metrics = model.metrics();
    let rows: Vec<_> = metrics
        .iter()
        .map(|metric| {
            let (low, high) = metric.range;
            let end = |x: f64| if x.is_infinite() { "∞".to_owned() } else { number(x) };
            row([metric.name, &format!("{} to {}", end(low), end(high)), metric.unit.name(), metric.help])
        })
        .collect();
    text.push_str(&format!("\nMetrics\n{}", indented(&align(&rows))));
    let predictions = model.predictions();
    let rows: Vec<_> = predictions.iter().map(|p| row([p.name, p.unit.name(), p.help])).collect();
    text.push_str(&format!("\nPredictions\n{}", indented(&align(&rows))));
    text.push_str("\nReferences\n");
    for reference in about.references {
        text.push_str(&format!("  {reference}\n"));
    }
    text.trim_end().to_owned()
}

/// Choices are listed below the table; inside it they would widen every line.
fn allowed(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Choice(_) => "a name, see below".to_owned(),
        _ => parameter.allowed(),
    }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

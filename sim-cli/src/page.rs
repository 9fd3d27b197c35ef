//! A data set as one HTML file that needs nothing else: its figure with values to point at, its cells as a table to sort, its parameters,
//! manifest and verdict.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use sim_models::registry::{Registry, Value};

use crate::dataset::{Directory, Manifest, Preview, RunRecord, Table};
use crate::drawing;
use crate::figure::{Drawing, Figure, Place, Style, Width};
use crate::output::{escaped, grouped};
use crate::problem::{Outcome, Problem};
use crate::summary;

/// Rows in the table; a page of more is slow to open.
const MOST_ROWS: usize = 5000;

/// A data set as a page.
pub struct Page {
    /// Its text.
    pub html: String,
    /// How many cells there are of how many, if some are missing.
    pub unfinished: Option<String>,
}

/// The page of a data set. Its title is that of the figure, or the name of the directory.
pub fn page(directory: &Directory, data: &Path, manifest: &Manifest, registry: &Registry) -> Outcome<Page> {
    let scenario = &manifest.scenario;
    // What all cells have in common stands in a table of its own; listed cells may have other values.
    let varied: BTreeSet<&str> = scenario.plan.keys().collect();
    let common = scenario.parameters.iter().filter(|(key, _)| !varied.contains(key.as_str()));
    let common: Vec<(&String, &Value)> = common.collect();
    let mut without = vec!["cell", "tally"];
    without.extend(common.iter().map(|(key, _)| key.as_str()));
    let preview = Preview::read(data, MOST_ROWS, &without)?;
    let figure = figure(directory.path(), data, manifest)?;
    let written = scenario.figure.as_ref().and_then(|figure| figure.title.clone());
    let name = directory.path().file_name().map(|name| name.to_string_lossy().into_owned());
    let title = written.or(name).unwrap_or_else(|| scenario.model.clone());
    let summary = format!(
        "Model {}, seed {}: {} cells, {} trials. Made by {} {} ({}).",
        scenario.model,
        scenario.seed,
        grouped(preview.total as u64),
        grouped(manifest.counts.trials),
        manifest.program.name,
        manifest.program.version,
        manifest.program.commit,
    );
    let planned = scenario.cell_count()?.saturating_sub(scenario.repetitions_in(registry));
    let unfinished = match preview.total {
        total if total < planned => {
            let (total, planned) = (grouped(total as u64), grouped(planned as u64));
            Some(format!("{total} of {planned} cells; the sweep is not finished"))
        }
        _ => None,
    };
    let cells = match preview.total {
        total if total > preview.rows.len() => {
            let (shown, total) = (grouped(preview.rows.len() as u64), grouped(total as u64));
            format!("The first {shown} of {total} cells; data.parquet has all of them.")
        }
        total => format!("All {} cells.", grouped(total as u64)),
    };
    let shown = match &unfinished {
        Some(unfinished) if preview.total > preview.rows.len() => format!("{unfinished}. {cells}"),
        Some(unfinished) => format!("{unfinished}."),
        None => cells,
    };
    let (places, figure) =
        figure.map_or((Vec::new(), String::new()), |(drawing, places)| (places, figure_html(&drawing)));
    let places: Vec<_> = places.iter().map(place).collect();
    let shown_data = json!({"columns": preview.columns, "rows": preview.rows, "places": places});
    let program = format!("{} {}", manifest.program.name, manifest.program.version);
    let manifest_text =
        serde_json::to_string_pretty(manifest).map_err(|error| Problem::failure(error.to_string()))?;
    let html = fill(
        include_str!("page/page.html"),
        &[
            ("generator", escaped(&program)),
            ("title", escaped(&title)),
            ("style", include_str!("page/page.css").to_owned()),
            ("summary", escaped(&summary)),
            ("figure", figure),
            ("verdict", summaries(directory)),
            ("parameters", parameters(&common)),
            ("shown", escaped(&shown)),
            ("runs", runs(&directory.runs()?)),
            ("manifest", escaped(&manifest_text)),
            // In a script `<` could end it, or begin a comment; JSON has another spelling for it.
            ("data", shown_data.to_string().replace('<', "\\u003c")),
            ("script", include_str!("page/page.js").to_owned()),
        ],
    );
    Ok(Page { html, unfinished })
}

/// A template with `{{name}}` replaced, once and not again in what was put in.
fn fill(template: &str, parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, after)) = behind.split_once("}}") else { break };
        page.extend(parts.iter().filter(|(known, _)| *known == name).map(|(_, text)| text.as_str()));
        rest = after;
    }
    page.push_str(rest);
    page
}

fn figure(directory: &Path, data: &Path, manifest: &Manifest) -> Outcome<Option<(Drawing, Vec<Place>)>> {
    let Some(spec) = &manifest.scenario.figure else { return Ok(None) };
    let table = Table::read(data)?;
    let panel = drawing::panel(&manifest.scenario, spec, &table, directory)?;
    let figure = Figure { title: spec.title.clone(), width: Width::Double, style: Style::PAPER, panel };
    let drawing = figure.render().map_err(|error| drawing::explain(&error))?;
    Ok(Some((drawing, figure.places().map_err(|error| drawing::explain(&error))?)))
}

fn figure_html(drawing: &Drawing) -> String {
    let note = |note: &String| format!("<li>{}</li>\n", escaped(note));
    let notes: String = drawing.notes().iter().map(note).collect();
    let notes = if notes.is_empty() { notes } else { format!("<ul class=\"faint\">\n{notes}</ul>\n") };
    format!(
        "<section>\n<h2>Figure</h2>\n<div class=\"figure\">\n{}</div>\n<div class=\"tools\">\
         <button id=\"closer\">closer</button><button id=\"farther\">farther</button>\
         <button id=\"whole\">whole</button>\
         <span class=\"faint\">point at a value; zoom with the wheel, move by dragging</span></div>\n{notes}</section>",
        drawing.svg()
    )
}

fn place(place: &Place) -> serde_json::Value {
    let Place { left, top, width, height, text } = place;
    let whole = |units: &f64| units.round();
    json!({"left": whole(left), "top": whole(top), "width": whole(width), "height": whole(height), "text": text})
}

fn summaries(directory: &Directory) -> String {
    let section = |(file, heading): &(&str, &str)| {
        let text = std::fs::read_to_string(directory.path().join(file)).ok()?;
        Some(format!("<section>\n<h2>{heading}</h2>\n<pre>{}</pre>\n</section>\n", escaped(text.trim_end())))
    };
    summary::FILES.iter().filter_map(section).collect()
}

fn parameters(common: &[(&String, &Value)]) -> String {
    let row = |(key, value): &(&String, &Value)| {
        format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(key), escaped(&value.to_string()))
    };
    format!("<table>\n{}</table>", common.iter().map(row).collect::<String>())
}

fn runs(runs: &[RunRecord]) -> String {
    let head = "<tr><th>began</th><th>ending</th><th>cells</th><th>trials</th><th>seconds</th><th>threads</th><th>host</th></tr>";
    let row = |run: &RunRecord| {
        let fields = [
            run.started.clone(),
            run.ending.clone(),
            grouped(run.cells as u64),
            grouped(run.trials),
            run.seconds.to_string(),
            run.threads.to_string(),
            run.host.clone(),
        ];
        let fields: String = fields.iter().map(|field| format!("<td>{}</td>", escaped(field))).collect();
        format!("<tr>{fields}</tr>\n")
    };
    format!("<table>\n{head}\n{}</table>", runs.iter().map(row).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_a_template() {
        let page = fill("<p>{{a}} {{b}}</p>", &[("a", "{{b}}".to_owned()), ("b", escaped("<x>&"))]);
        assert_eq!(page, "<p>{{b}} &lt;x&gt;&amp;</p>");
    }
}

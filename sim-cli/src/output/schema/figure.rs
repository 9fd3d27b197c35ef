//! The part of the schema that describes figures.

use clap::ValueEnum;
use serde_json::{Map, Value as Json, json};

use crate::journal::Journal;
use crate::scenario::{DEFAULT_SHOWN, FigureStyle, KINDS, figure_keys};

/// What each kind needs beside `kind`.
fn needed(kind: &str) -> &'static [&'static str] {
    match kind {
        "heat-map" => &["x", "y", "color"],
        "regions" => &["x", "y", "among"],
        "ecdf" => &["x"],
        "tornado" => &[],
        _ => &["x", "y"],
    }
}

/// What a kind of figure needs, and the keys that it has not.
fn figure_of(kind: &str, all: &Map<String, Json>) -> Json {
    let keys = figure_keys(kind);
    let absent = all.keys().filter(|key| !keys.contains(&key.as_str()));
    let none: Map<String, Json> = absent.map(|key| (key.clone(), json!(false))).collect();
    json!({
        "if": { "properties": { "kind": { "const": kind } } },
        "then": { "required": needed(kind), "properties": none },
    })
}

fn names<T: ValueEnum>() -> Vec<String> {
    let named = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    named.map(|value| value.get_name().to_owned()).collect()
}

/// The table `[figure]`.
pub(super) fn figure() -> Json {
    let text = |meaning: &str| json!({ "type": "string", "description": meaning });
    let flag = |meaning: &str| json!({ "type": "boolean", "default": false, "description": meaning });
    let texts = |meaning: &str| {
        let list = json!({ "type": "array", "items": { "type": "string" } });
        json!({ "anyOf": [{ "type": "string" }, list], "description": meaning })
    };
    let range = |axis: &str| {
        let meaning = format!("smallest and largest value of {axis}");
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2, "description": meaning })
    };
    let kinds = KINDS.map(|kind| kind.0);
    let properties = json!({
            "kind": { "enum": kinds, "description": "lines with points; colors over a plane; who is ahead over a plane; distribution functions or violins of single trials; what each parameter does alone" },
            "title": text("sentence above the figure"),
            "x": text("axis or quantity to the right; of ecdf a metric"),
            "y": texts("axis of a heat map or of regions; of curves a quantity, or several; of violin a metric"),
            "style": { "enum": names::<FigureStyle>(), "description": "what it is for: text of 7 to 8 points, or of 14 to 16 on a white or a dark slide; `synergy plot --style` overrules" },
            "journal": { "enum": names::<Journal>(), "description": "whose columns it fits; `synergy plot --journal` overrules" },
            "facets": text("axis with a panel per value, all on the same scales; of curves, heat maps and regions"),
            "facet_label": text("name of a panel, with {} for the value of its axis"),
            "fit": flag("whether a power law is fitted to each curve; both axes are logarithmic"),
            "fit_range": range("x to which power laws are fitted"),
            "trials": {
                "type": "integer", "minimum": 2, "maximum": 100_000, "default": DEFAULT_SHOWN,
                "description": "trials of each cell whose values ecdf and violin show, at most",
            },
            "color": text("quantity that a heat map shows as color; trials: where they went"),
            "among": texts("metrics of which regions show the highest"),
            "series": text("axis with a curve per value"),
            "along": text("axis along which curves run whose x is a quantity"),
            "front": flag("whether to draw the Pareto front of curves"),
            "labels": texts("names of the curves or regions, instead of quantities; of a tornado names of the parameters, in their order"),
            "theory": { "type": "boolean", "default": true, "description": "whether predictions are drawn beside the estimates" },
            "x_label": text("label of the x axis, with its unit"),
            "y_label": text("label of the y axis, with its unit"),
            "color_label": text("label of the colors, with their unit"),
            "x_log": flag("whether the x axis is logarithmic"),
            "y_log": flag("whether the y axis is logarithmic"),
            "x_range": range("the x axis"),
            "y_range": range("the y axis"),
            "color_range": range("the colors"),
            "color_center": { "type": "number", "description": "value of the neutral color in the middle of a diverging scale" },
            "contours": { "type": "array", "description": "lines on which a prediction has a value", "items": {
                "type": "object", "required": ["prediction", "level"], "additionalProperties": false,
                "properties": {
                    "prediction": text("name of the prediction"),
                    "level": { "type": "number", "description": "its value on the line" },
                    "label": text("words at the line"),
                },
            } },
            "marks": { "type": "array", "description": "vertical lines at predicted values of x", "items": {
                "type": "object", "required": ["prediction"], "additionalProperties": false,
                "properties": { "prediction": text("name of the prediction"), "label": text("words at the line") },
            } },
    });
    let known = properties.as_object().cloned().unwrap_or_default();
    json!({
        "type": "object",
        "description": "what is drawn from the data",
        "required": ["kind"],
        "properties": properties,
        "additionalProperties": false,
        "allOf": kinds.map(|kind| figure_of(kind, &known)),
    })
}

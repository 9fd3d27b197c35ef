//! JSON Schema (draft 2020-12) of scenario files.

use serde_json::{Map, Value as Json, json};
use sim_models::registry::{AnyModel, Registry, parameter_schema, parameters_schema};

/// The schema of a scenario of any of the models.
pub fn schema(registry: &Registry) -> String {
    let names = registry.names();
    let by_model: Vec<Json> = registry.iter().map(of_model).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "synergy scenario",
        "type": "object",
        "required": ["model"],
        "properties": {
            "model": { "enum": names, "description": "name of the model" },
            "seed": { "type": "integer", "minimum": 0, "default": 1, "description": "root of all randomness" },
            "common": {
                "type": "boolean", "default": false,
                "description": "whether all cells have the same draws (common random numbers)",
            },
            "parameters": { "type": "object" },
            "stop": stop(),
            "sweep": { "type": "object" },
            "figure": figure(),
            "test": test(),
        },
        "additionalProperties": false,
        "allOf": by_model,
    });
    format!("{schema:#}")
}

fn of_model(model: &dyn AnyModel) -> Json {
    let parameters = model.parameters();
    let axes: Map<String, Json> =
        parameters.iter().map(|p| (p.key.to_owned(), axis(&parameter_schema(p)))).collect();
    json!({
        "if": { "properties": { "model": { "const": model.about().name } } },
        "then": { "properties": {
            "parameters": parameters_schema(&parameters),
            "sweep": { "type": "object", "properties": axes, "additionalProperties": false },
        } },
    })
}

fn axis(value: &Json) -> Json {
    let points = json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 });
    let end = json!({ "type": ["number", "string"] });
    let range = |from: &str, to: &str| {
        json!({
            "type": "object",
            "properties": { from: end, to: end, "points": points },
            "required": [from, to, "points"],
            "additionalProperties": false,
        })
    };
    json!({ "anyOf": [
        {
            "type": "object",
            "properties": { "list": { "type": "array", "items": value, "minItems": 1, "uniqueItems": true } },
            "required": ["list"],
            "additionalProperties": false,
        },
        range("from", "to"),
        range("log_from", "log_to"),
    ] })
}

fn stop() -> Json {
    json!({
        "type": "object",
        "properties": {
            "trials": {
                "type": "integer", "minimum": 1, "default": 50_000,
                "description": "number of trials; with half_width the largest number",
            },
            "half_width": {
                "anyOf": [
                    { "type": "number", "exclusiveMinimum": 0 },
                    { "type": "string", "pattern": "^ *[0-9.]+([eE][0-9+-]+)? *%? *$" },
                ],
                "description": "half-width of every metric's interval: 0.01, or \"5 %\" of the value",
            },
            "confidence": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.95 },
        },
        "additionalProperties": false,
    })
}

fn test() -> Json {
    json!({
        "type": "object",
        "required": ["metric"],
        "properties": {
            "metric": { "type": "string", "description": "the metric that is compared in every cell" },
            "null": { "type": "number", "default": 0, "description": "what it is compared with" },
            "error_rate": {
                "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.05,
                "description": "probability that any cell is called different that is not",
            },
        },
        "additionalProperties": false,
    })
}

fn figure() -> Json {
    let text = json!({ "type": "string" });
    let flag = json!({ "type": "boolean" });
    let texts =
        json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    let range = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    json!({
        "type": "object",
        "required": ["kind", "x", "y"],
        "properties": {
            "kind": { "enum": ["curves", "heat-map"] },
            "title": text, "x": text, "y": texts, "color": text, "series": text, "along": text, "front": flag, "labels": texts, "theory": flag,
            "x_label": text, "y_label": text, "color_label": text, "x_log": flag, "y_log": flag,
            "x_range": range, "y_range": range, "color_range": range,
            "color_center": { "type": "number" },
            "contours": { "type": "array", "items": {
                "type": "object", "required": ["prediction", "level"], "additionalProperties": false,
                "properties": { "prediction": text, "level": { "type": "number" }, "label": text },
            } },
            "marks": { "type": "array", "items": {
                "type": "object", "required": ["prediction"], "additionalProperties": false,
                "properties": { "prediction": text, "label": text },
            } },
        },
        "additionalProperties": false,
        "if": { "properties": { "kind": { "const": "heat-map" } } },
        "then": {
            "required": ["color"],
            "properties": { "series": false, "along": false, "front": false, "labels": false, "theory": false, "marks": false },
        },
        "else": {
            "properties": { "color": false, "color_label": false, "color_range": false, "color_center": false, "contours": false },
        },
    })
}

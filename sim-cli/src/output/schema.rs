//! JSON Schema (draft 2020-12) of scenario files.

mod figure;

use serde_json::{Map, Value as Json, json};
use sim_models::registry::{AnyModel, Kind, Parameter, Registry, parameter_schema, parameters_schema};

use self::figure::figure;

/// The schema of a scenario of any of the models.
pub fn schema(registry: &Registry) -> String {
    let names = registry.names();
    let by_model: Vec<Json> = registry.iter().map(of_model).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "synergy scenario",
        "type": "object",
        "oneOf": [{ "required": ["model"] }, { "required": ["models"] }],
        "properties": {
            "model": { "enum": names, "description": "name of the model" },
            "models": {
                "type": "array", "items": { "enum": names }, "minItems": 2, "uniqueItems": true,
                "description": "names of models that are compared, in the place of model; which of them a cell is of is the parameter model, the \
                    slowest axis if nothing else sets it",
            },
            "seed": { "type": "integer", "minimum": 0, "default": 1, "description": "root of all randomness" },
            "common": {
                "type": "boolean", "default": false,
                "description": "whether all cells have the same draws (common random numbers)",
            },
            "parameters": { "type": "object", "description": "parameters of the model that are the same in all cells" },
            "stop": stop(),
            "sweep": { "type": "object", "description": "an axis per swept parameter: list, range or logarithmic range" },
            "zip": { "type": "object", "description": "axes of equal length that move together" },
            "cells": { "type": "array", "description": "parameters of cells that are listed one by one", "minItems": 1 },
            "sample": sample(&json!({ "type": "object", "description": "where each sampled parameter lies" })),
            "sensitivity": sensitivity(),
            "boundary": boundary(),
            "refine": refine(),
            "optimize": optimize(&json!({ "type": "object", "description": "a range per parameter" })),
            "variables": {
                "type": "object",
                "description": "names beside the parameters, for formulas of [derived]: a number or an axis each",
                "additionalProperties": axis_or_number(),
            },
            "derived": {
                "type": "object",
                "description": "parameters that have a formula, such as \"scale * tokens ^ exponent\", over variables and other parameters",
                "additionalProperties": { "type": "string" },
            },
            "against": {
                "type": "object", "minProperties": 1,
                "description": "values that parameters have in the baseline of every cell; each metric that both have gets its difference, METRIC_difference, \
                    with a paired interval",
            },
            "figure": figure(),
            "test": test(),
            "area": area(),
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
        "if": { "required": ["model"], "properties": { "model": { "const": model.about().name } } },
        "then": { "properties": {
            "parameters": parameters_schema(&parameters),
            "sweep": { "type": "object", "properties": axes, "additionalProperties": false },
            "zip": { "type": "object", "properties": axes, "additionalProperties": false },
            "cells": { "type": "array", "items": parameters_schema(&parameters), "minItems": 1 },
            "sample": sample(&ranges(&parameters)),
            "against": parameters_schema(&parameters),
            "optimize": optimize(&ranges(&parameters)),
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

/// What a variable may be.
fn axis_or_number() -> Json {
    let number = json!({ "type": "number" });
    json!({ "anyOf": [number, axis(&number)] })
}

fn sample(ranges: &Json) -> Json {
    json!({
        "type": "object",
        "description": "points in the ranges of some parameters",
        "required": ["ranges"],
        "properties": {
            "method": { "enum": ["random", "latin-hypercube", "sobol"], "description": "how the points fill the ranges; a tornado has neither this nor points" },
            "points": {
                "type": "integer", "minimum": 1, "maximum": 10_000_000,
                "description": "number of points; with [sensitivity] each is 2 cells, or 1 with morris, and one more per range",
            },
            "ranges": ranges,
        },
        "additionalProperties": false,
    })
}

/// The ranges of sampled parameters.
fn ranges(parameters: &[Parameter]) -> Json {
    let range = |parameter: &Parameter| {
        let end = json!({ "type": ["number", "string"] });
        let between = |from: &str, to: &str| {
            json!({
                "type": "object",
                "properties": { from: end, to: end },
                "required": [from, to],
                "additionalProperties": false,
            })
        };
        let list = json!({
            "type": "object",
            "properties": { "list": { "type": "array", "items": parameter_schema(parameter), "minItems": 1, "uniqueItems": true } },
            "required": ["list"],
            "additionalProperties": false,
        });
        match parameter.kind {
            Kind::Integer { .. } | Kind::Real(_) => {
                json!({ "anyOf": [list, between("from", "to"), between("log_from", "log_to")] })
            }
            _ => list,
        }
    };
    let ranges: Map<String, Json> = parameters.iter().map(|p| (p.key.to_owned(), range(p))).collect();
    json!({
        "type": "object", "properties": ranges, "additionalProperties": false, "minProperties": 1,
        "description": "where each sampled parameter lies",
    })
}

fn sensitivity() -> Json {
    json!({
        "type": "object",
        "description": "how much a quantity depends on each range of [sample]",
        "required": ["quantity"],
        "properties": {
            "quantity": { "type": "string", "description": "name of a metric or prediction" },
            "method": {
                "enum": ["sobol", "morris", "tornado"], "default": "sobol",
                "description": "shares of the variance; elementary effects of trajectories; or the ends of one range at a time",
            },
        },
        "additionalProperties": false,
    })
}

fn boundary() -> Json {
    let name = |meaning: &str| json!({ "type": "string", "description": meaning });
    let end = |meaning: &str| json!({ "type": ["number", "string"], "description": meaning });
    json!({
        "type": "object",
        "description": "every cell becomes a search for the value of one more parameter at which a metric crosses a level; \
            half_width of [stop] is that of the boundary, trials the largest number at one point",
        "required": ["quantity", "along"],
        "allOf": [{ "oneOf": [{ "required": ["from", "to"] }, { "required": ["log_from", "log_to"] }] }],
        "properties": {
            "quantity": name("name of the metric"),
            "level": end("where the metric crosses: a number, or the name of a parameter; 0 if not given"),
            "along": name("the parameter that is searched along; its values are in no other table"),
            "from": end("lower end of the search"),
            "to": end("upper end of the search"),
            "log_from": end("lower end of a search on a logarithmic scale, whose half-width is a percentage"),
            "log_to": end("upper end of such a search"),
            "first_look": {
                "type": "integer", "minimum": 1, "default": 1024,
                "description": "trials before the first look at a point; each later look comes after twice as many",
            },
            "vanishing": name("axis of the sweep from which the boundary is extrapolated to 0"),
            "limit": name("prediction that the extrapolated boundary should come to"),
        },
        "additionalProperties": false,
    })
}

fn refine() -> Json {
    let name = |meaning: &str| json!({ "type": "string", "description": meaning });
    json!({
        "type": "object",
        "description": "trials go to the cells that need them: whose metric may still be on either side of a level, or ahead of others, or whose \
            intervals are widest; trials of [stop] are the most of one cell, and a cell whose interval has the half_width of [stop] gets no more",
        "required": ["quantity"],
        "properties": {
            "quantity": name("name of the metric"),
            "level": {
                "type": ["number", "string"],
                "description": "decide where the metric is above or below this: a number, or the name of a parameter",
            },
            "between": name("decide which value of this axis of [sweep] is ahead of the others, wherever else they are equal"),
            "goal": {
                "enum": ["maximize", "minimize"], "default": "maximize",
                "description": "whether the highest or the lowest value is ahead, with between",
            },
            "first_look": {
                "type": "integer", "minimum": 1, "default": 1024,
                "description": "trials before the first look at a cell; each later look comes after twice as many",
            },
            "total": {
                "type": "integer", "minimum": 1,
                "description": "trials of all cells together; needed where neither level nor between is given",
            },
        },
        "additionalProperties": false,
        "allOf": [{ "anyOf": [{ "required": ["level"] }, { "required": ["between"] }, { "required": ["total"] }] }],
    })
}

fn optimize(ranges: &Json) -> Json {
    json!({
        "type": "object",
        "description": "every cell becomes a search for the values of some parameters at which a metric is best; trials of [stop] are those of the whole search",
        "required": ["quantity", "goal", "ranges"],
        "properties": {
            "quantity": { "type": "string", "description": "name of the metric" },
            "goal": { "enum": ["maximize", "minimize"], "description": "whether the highest or the lowest value is best" },
            "points": {
                "type": "integer", "minimum": 4, "maximum": 1000, "default": 16,
                "description": "new points per round of the search",
            },
            "first_look": {
                "type": "integer", "minimum": 1, "default": 1024,
                "description": "trials before the first look at a point",
            },
            "ranges": ranges,
        },
        "additionalProperties": false,
    })
}

fn stop() -> Json {
    json!({
        "type": "object",
        "description": "when the trials of a cell end",
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
            "confidence": {
                "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.95,
                "description": "confidence of all intervals",
            },
        },
        "additionalProperties": false,
    })
}

fn test() -> Json {
    json!({
        "type": "object",
        "description": "a hypothesis about every cell, with one error rate for all of them (Holm)",
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

fn area() -> Json {
    json!({
        "type": "object",
        "description": "the area under a metric over some axes of the sweep, as a share of that under 1: its mean over their ranges (trapezoid rule)",
        "required": ["metric", "over"],
        "properties": {
            "metric": { "type": "string", "description": "the metric" },
            "over": {
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }],
                "description": "the axes; there is an area for every value of the others",
            },
            "scale": {
                "enum": ["linear", "logarithmic"], "default": "logarithmic",
                "description": "whether equal differences or equal ratios count alike along the axes",
            },
        },
        "additionalProperties": false,
    })
}

//! JSON Schema (draft 2020-12) of parameters.

use serde_json::{Map, Value as Json, json};

use super::{Kind, Parameter, Value};

/// The schema of an object that gives some of the parameters.
pub fn parameters_schema(parameters: &[Parameter]) -> Json {
    let properties: Map<_, _> = parameters.iter().map(|p| (p.key.to_owned(), parameter_schema(p))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The schema of one parameter's value.
pub fn parameter_schema(parameter: &Parameter) -> Json {
    let one = single_schema(parameter);
    let mut schema = if parameter.per_layer {
        json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    } else {
        one
    };
    schema["description"] = json!(describe(parameter));
    schema["default"] = json!(parameter.default);
    schema
}

fn single_schema(parameter: &Parameter) -> Json {
    let mut alternatives = vec![match &parameter.kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer { low, high } => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Real(bounds) => {
            let mut schema = json!({ "type": "number" });
            if bounds.low.is_finite() {
                schema[if bounds.open_low { "exclusiveMinimum" } else { "minimum" }] = json!(bounds.low);
            }
            if bounds.high.is_finite() {
                schema[if bounds.open_high { "exclusiveMaximum" } else { "maximum" }] = json!(bounds.high);
            }
            schema
        }
        Kind::Choice(choices) => {
            json!({ "enum": choices.iter().map(|choice| choice.name).collect::<Vec<_>>() })
        }
        Kind::Text => json!({ "type": "string" }),
        Kind::Document => json!({ "type": "string", "minLength": 1, "description": "the name of a file" }),
        Kind::Table => json!({ "type": "object" }),
    }];
    if let Some(word) = &parameter.word {
        alternatives.push(json!({ "const": word.name, "description": word.help }));
    }
    if !parameter.unit.name().is_empty() {
        let escape = |name: &str| name.replace('$', r"\$").replace('.', r"\.");
        let names: Vec<_> = parameter.unit.names().map(escape).collect();
        let pattern = format!("^[0-9._+-]+([eE][0-9+-]+)? *([kMG]|[kMG]? *({}))$", names.join("|"));
        alternatives
            .push(json!({ "type": "string", "pattern": pattern, "description": "a quantity with its unit" }));
    }
    match alternatives.len() {
        1 => alternatives.remove(0),
        _ => json!({ "anyOf": alternatives }),
    }
}

fn describe(parameter: &Parameter) -> String {
    let unit = match parameter.unit.name() {
        "" => String::new(),
        unit => format!(" [{unit}]"),
    };
    let layers = if parameter.per_layer { "; a list gives one value per layer, leaf to root" } else { "" };
    let default = match &parameter.default {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{}{unit}{layers} (default {default})", parameter.help)
}

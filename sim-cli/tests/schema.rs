//! The published schema, the descriptions of models, completions and manual pages.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::path::Path;

use serde_json::Value as Json;
use support::Place;

/// The part of the schema that holds for scenarios of a model.
fn of_model<'a>(schema: &'a Json, name: &str) -> &'a Json {
    let parts = schema["allOf"].as_array().unwrap();
    let part = parts.iter().find(|part| part["if"]["properties"]["model"]["const"] == name);
    &part.unwrap()["then"]["properties"]
}

/// Checks that a TOML value is what a schema describes, as far as keys, types, names, bounds and alternatives go.
fn allows(schema: &Json, value: &toml_edit::Item) -> Result<(), String> {
    if let Some(parts) = schema["anyOf"].as_array() {
        return match parts.iter().any(|part| allows(part, value).is_ok()) {
            true => Ok(()),
            false => Err(format!("{value} is none of {schema}")),
        };
    }
    let fail = |what: &str| Err(format!("{value}: {what} of {schema}"));
    if let Some(names) = schema["enum"].as_array() {
        return if names.iter().any(|name| name.as_str() == value.as_str()) { Ok(()) } else { fail("name") };
    }
    if let Some(word) = schema["const"].as_str() {
        return if value.as_str() == Some(word) { Ok(()) } else { fail("word") };
    }
    let types = match &schema["type"] {
        Json::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let number = value.as_float().or(value.as_integer().map(|n| n as f64));
    let fits = types.iter().any(|name| match name.as_str() {
        Some("boolean") => value.is_bool(),
        Some("integer") => value.is_integer(),
        Some("number") => number.is_some(),
        Some("string") => value.is_str(),
        Some("array") => value.is_array(),
        Some("object") => value.is_table_like(),
        _ => false,
    });
    if !fits {
        return fail("type");
    }
    if let Some(number) = number {
        let bound = |key: &str| schema[key].as_f64();
        if bound("minimum").is_some_and(|low| number < low)
            || bound("maximum").is_some_and(|high| number > high)
            || bound("exclusiveMinimum").is_some_and(|low| number <= low)
            || bound("exclusiveMaximum").is_some_and(|high| number >= high)
        {
            return fail("bounds");
        }
    }
    // The patterns are those of quantities, which begin with a digit.
    if !schema["pattern"].is_null()
        && !value.as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
    {
        return fail("pattern");
    }
    if let Some(items) = value.as_array() {
        for item in items {
            allows(&schema["items"], &toml_edit::Item::Value(item.clone()))?;
        }
    }
    if let Some(table) = value.as_table_like() {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !table.contains_key(required.as_str().unwrap()) {
                return fail("a required key is missing");
            }
        }
        for (key, item) in table.iter() {
            match schema["properties"].get(key) {
                Some(inner) => allows(inner, item)?,
                None if schema["additionalProperties"] == false => return Err(format!("unknown key {key}")),
                None => {}
            }
        }
    }
    Ok(())
}

fn check(schema: &Json, text: &str) -> Result<(), String> {
    let document: toml_edit::DocumentMut = text.parse().unwrap();
    allows(schema, document.as_item())?;
    // What compared models have in common is not in the schema.
    let Some(name) = document.get("model").and_then(toml_edit::Item::as_str) else { return Ok(()) };
    let model = of_model(schema, name);
    for table in ["parameters", "sweep"] {
        if let Some(item) = document.get(table) {
            allows(&model[table], item)?;
        }
    }
    Ok(())
}

#[test]
fn the_schema_lists_every_parameter_of_every_model() {
    let place = Place::new();
    let schema = place.synergy("schema").expect(0).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for model in ["tree", "averaging", "budget"] {
        let answer = place.synergy(&format!("predict {model} --format json")).expect(0).json();
        for table in ["parameters", "sweep"] {
            let described = of_model(&schema, model)[table]["properties"].as_object().unwrap();
            let keys: Vec<_> = described.keys().collect();
            assert_eq!(keys, answer["parameters"].as_object().unwrap().keys().collect::<Vec<_>>());
        }
        let parameters = of_model(&schema, model)["parameters"]["properties"].as_object().unwrap();
        assert!(parameters.values().all(|parameter| !parameter["description"].as_str().unwrap().is_empty()));
    }
}

#[test]
fn the_scenarios_of_the_experiments_follow_the_schema() {
    let schema = Place::new().synergy("schema").expect(0).json();
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let mut count = 0;
    for entry in std::fs::read_dir(experiments).unwrap() {
        let path = entry.unwrap().path().join("scenario.toml");
        if let Ok(text) = std::fs::read_to_string(&path) {
            check(&schema, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            count += 1;
        }
    }
    assert!(count >= 3);
}

#[test]
fn a_figure_with_every_key_follows_the_schema() {
    let sweep = "model = \"tree\"\n[sweep]\ncorrelation = { list = [0.1, 0.2] }\ndepth = { list = [1, 2] }\n[figure]\n";
    let common = "title = \"a\"\nx_label = \"a\"\ny_label = \"a\"\nx_log = false\ny_log = false\n\
                  x_range = [1, 2]\ny_range = [0, 1]\n";
    let curves = "kind = \"curves\"\ny = [\"root_bias\"]\nseries = \"correlation\"\nlabels = [\"ρ = {}\"]\ntheory = true\n\
                  marks = [{ prediction = \"critical_fidelity\", label = \"a\" }]\n";
    let map = "kind = \"heat-map\"\ny = \"correlation\"\ncolor = \"root_bias\"\ncolor_label = \"a\"\n\
               color_range = [0, 1]\ncolor_center = 0.5\ncontours = [{ prediction = \"alpha\", level = 1.0, label = \"a\" }]\n";
    let over =
        "kind = \"curves\"\ny = [\"root_bias\"]\nseries = \"correlation\"\nalong = \"depth\"\nfront = true\n";
    let regions = "kind = \"regions\"\ny = \"correlation\"\namong = [\"root_bias\", \"root_accuracy\"]\nlabels = [\"a\", \"b\"]\n";
    let place = Place::new();
    let schema = place.synergy("schema").expect(0).json();
    let mut keys = Vec::new();
    let fitted = "kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nfacets = \"correlation\"\nfacet_label = \"ρ = {}\"\nx_log = true\ny_log = true\nfit = true\n\
                  fit_range = [1, 5]\nstyle = \"dark\"\njournal = \"pnas\"\n";
    let ecdf = "kind = \"ecdf\"\nx = \"root_bias\"\nseries = \"correlation\"\nlabels = \"{}\"\ntrials = 5\ny_label = \"a\"\n";
    let violin = "kind = \"violin\"\nx = \"correlation\"\ny = \"root_bias\"\ntrials = 5\n";
    let with_axes = |x: &str, figure: &str| format!("{sweep}x = \"{x}\"\n{common}{figure}");
    let alone = |figure: &str| format!("{}{figure}", sweep.replace("depth = { list = [1, 2] }", ""));
    let texts = [
        with_axes("depth", curves),
        with_axes("depth", map),
        with_axes("root_accuracy", over),
        with_axes("depth", regions),
        format!("{}{fitted}", sweep.replace("[1, 2]", "[1, 2, 4]")),
        alone(ecdf),
        alone(violin),
    ];
    for text in texts {
        check(&schema, &text).unwrap();
        place.write("s.toml", &text);
        let document: toml_edit::DocumentMut = text.parse().unwrap();
        keys.extend(document["figure"].as_table().unwrap().iter().map(|(key, _)| key.to_owned()));
        let said = place.synergy(&format!("sweep s.toml --trials 10 --out {}", place.names("").len()));
        assert!(matches!(said.code, Some(0)) || said.err.contains("cannot be one mark"), "{said:?}");
    }
    keys.sort();
    keys.dedup();
    let described = schema["properties"]["figure"]["properties"].as_object().unwrap();
    assert_eq!(keys, described.keys().cloned().collect::<Vec<_>>());
}

#[test]
fn what_the_program_refuses_the_schema_refuses_too() {
    let place = Place::new();
    let schema = place.synergy("schema").expect(0).json();
    for text in [
        "model = \"forest\"",
        "model = \"tree\"\nseed = -1",
        "model = \"tree\"\nseeds = 1",
        "model = \"tree\"\n[parameters]\nfan_in = 0",
        "model = \"tree\"\n[parameters]\nfanin = 3",
        "model = \"tree\"\n[parameters]\nfidelity = 1.5",
        "model = \"tree\"\n[parameters]\nsharing = \"never\"",
        "model = \"tree\"\n[parameters]\nwindow = \"unlimitedd\"",
        "model = \"tree\"\n[stop]\ntrials = 0",
        "model = \"tree\"\n[stop]\nconfidence = 1.0",
        "model = \"tree\"\n[sweep]\ndepth = { from = 1, to = 3 }",
        "model = \"tree\"\n[sweep]\ndepth = [1, 2]",
        "model = \"tree\"\n[sweep]\ndepth = { list = [1] }\n[figure]\nkind = \"pie\"\nx = \"depth\"\ny = \"root_bias\"",
        "model = \"tree\"\n[sweep]\ndepth = { list = [1] }\n[figure]\nkind = \"violin\"\nx = \"depth\"\ny = \"root_bias\"\ntrials = 0",
        "model = \"tree\"\n[sweep]\ndepth = { list = [1] }\n[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nstyle = \"neon\"",
    ] {
        place.write("s.toml", text);
        place.synergy("sweep s.toml").expect(2);
        assert!(check(&schema, text).is_err(), "{text}");
    }
}

#[test]
fn models_are_described() {
    let place = Place::new();
    let list = place.synergy("models").expect(0).out;
    for model in ["tree", "averaging", "budget"] {
        assert!(list.contains(model));
        let text = place.synergy(&format!("models {model}")).expect(0).out;
        for part in ["Parameters", "Metrics", "Predictions", "References", "tokens"] {
            assert!(text.contains(part) || part == "tokens", "{part}: {text}");
        }
        let json = place.synergy(&format!("models {model} --format json")).expect(0).json();
        assert_eq!(json[0]["name"], model, "{json}");
    }
    let text = place.synergy("models tree").expect(0).out;
    for part in
        ["an integer from 1 to 10001", "[0, 1]", "unlimited", "beta-binomial", "leaf to root", "layers"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(place.synergy("models tre").expect(2).err.contains("did you mean `tree`?"));
}

#[test]
fn completions_and_manual_pages_have_text() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.synergy(&format!("completions {shell}")).expect(0).out;
        assert!(script.contains("synergy") && script.contains("half-width"), "{shell}");
    }
    assert!(place.synergy("man").expect(0).out.contains(".TH"));
    place.synergy("man --out pages").expect(0);
    let pages = place.names("pages");
    for page in ["synergy.1", "synergy-run.1", "synergy-sweep.1", "synergy-plot.1"] {
        assert!(pages.contains(&page.to_owned()), "{pages:?}");
    }
    for command in ["", "run", "predict", "sweep", "plot", "models", "schema", "completions", "man"] {
        let help = place.synergy(&format!("{command} --help")).expect(0).out;
        assert!(help.contains("Usage: synergy"), "{command}");
    }
}

//! Files of fleets, right and wrong.

use sim_models::advice::{Fleet, Parameter, Plan};

const MODEL: &str = "[[models]]\nname = \"a\"\naccuracy = 0.7\n";

#[test]
fn toml_and_json_say_the_same() {
    let toml = "[question]\ncorrelation = 0.2\n[[models]]\nname = \"a\"\naccuracy = { value = 0.7, low = 0.6, high = 0.75 }\n";
    let json = r#"{ "question": { "correlation": 0.2 }, "models": [ { "name": "a", "accuracy": { "value": 0.7, "low": 0.6, "high": 0.75 } } ] }"#;
    let fleet = Fleet::from_toml(toml).unwrap();
    assert_eq!(Fleet::from_toml(json).unwrap(), fleet);
    assert_eq!(fleet.intervals.len(), 1);
    assert_eq!((fleet.intervals[0].parameter, fleet.intervals[0].high), (Parameter::Accuracy(0), 0.75));
    let other = Fleet::from_texts(toml, Some("[[models]]\nname = \"b\"\naccuracy = 0.5\n")).unwrap();
    assert_eq!((other.models.len(), other.models[0].name.as_str(), other.errors.correlation), (1, "b", 0.2));
}

/// Every parameter can be read back as it was set.
#[test]
fn parameters_are_set_and_read() {
    let text = "[channel]\nlaw = \"exponential\"\nscale = 20\n[checker]\n\
        [[models]]\nname = \"a\"\naccuracy = 0.7\noutput_tokens = 10\nprice_per_million_output_tokens = 2\nlatency_seconds = 3\n\
        [[models]]\nname = \"b\"\nscale = 0.01\nexponent = 0.3\n";
    let fleet = Fleet::from_toml(text).unwrap();
    let all = Parameter::all(&fleet);
    assert_eq!(all.len(), 11, "{all:?}");
    for parameter in all {
        let changed = parameter.set(&fleet, 0.375);
        assert_eq!(parameter.get(&changed), Some(0.375), "{parameter:?}");
        assert!(!parameter.name(&fleet).is_empty());
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (text, said) in [
        (String::new(), "it is empty"),
        ("models = 3".to_owned(), "`models` is a list"),
        ("models = []".to_owned(), "1 to 32 models; found 0"),
        ("[question]\ncorrelation = 0.1".to_owned(), "has no `models`"),
        (format!("{MODEL}{MODEL}"), "two models `a`"),
        (MODEL.replace("0.7", "1.7"), "model `a`: `accuracy` is a number from 0 to 1; found 1.7"),
        (MODEL.replace("0.7", "nan"), "a number is finite; found NaN"),
        (MODEL.replace("0.7", "-0.1"), "found -0.1"),
        (MODEL.replace("accuracy = 0.7", ""), "has no `accuracy`"),
        (MODEL.replace("accuracy", "acuracy"), "did you mean `accuracy`"),
        (format!("{MODEL}scale = 1\n"), "both `accuracy` and `scale`"),
        (MODEL.replace("0.7", "{ value = 0.9, low = 0.6, high = 0.8 }"), "between the ends of its interval"),
        (MODEL.replace("0.7", "{ value = 0.7 }"), "has no `low`"),
        (MODEL.replace("\"a\"", "7"), "`name` is a text"),
        (
            format!("[question]\ndependence = \"gaussian\"\n{MODEL}"),
            "allowed: mixture, copying, beta-binomial",
        ),
        (format!("[channel]\nlaw = \"exponential\"\n{MODEL}"), "has no `scale`"),
        (format!("[channel]\nlaw = \"exponential\"\nscale = 0\n{MODEL}"), "is a positive number"),
        (format!("{MODEL}output_tokens = 1e300\n"), "is a number from 0 to 1e12"),
        (format!("{MODEL}latency_seconds = \"fast\"\n"), "latency_seconds"),
        (
            format!("{MODEL}input_tokens = {{ value = 2, low = 1, high = 3 }}\n"),
            "`input_tokens` is a number without an interval",
        ),
        (
            format!("[checker]\ndollars = {{ value = 2, low = 1, high = 3 }}\n{MODEL}"),
            "[checker]: `dollars` is a number without an interval",
        ),
        (
            format!("{MODEL}latency_seconds = {{ mean = 0, deviation = 9 }}\n"),
            "a deviation of 9, but a mean of 0",
        ),
        ("[[models]]\nname = \"\u{1F980}".to_owned(), "the text is no TOML"),
    ] {
        let error = Fleet::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

/// Names are shown without what a terminal would obey.
#[test]
fn control_characters_are_shown_as_such() {
    let fleet = Fleet::from_toml(&MODEL.replace("\"a\"", "\"a\\u001b[31m\"")).unwrap();
    assert_eq!(Plan::Single { model: 0, tokens: 0.0 }.describe(&fleet), "one a\\u{1b}[31m");
    assert_eq!(Parameter::Accuracy(0).name(&fleet), "accuracy of a\\u{1b}[31m");
}

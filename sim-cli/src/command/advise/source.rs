//! What advice is asked about: a fleet, or a scenario from whose parameters one can be read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use sim_models::advice::{Fleet, InvalidFleet, Limits, Unit};
use sim_models::registry::{Registry, Value, Values};

use crate::problem::{Outcome, Problem};
use crate::scenario::{Opened, Overrides};

/// Longest file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A fleet with the texts that it was read from.
pub(super) struct Source {
    pub(super) fleet: Fleet,
    /// The fleet, and the models that replace its own.
    pub(super) texts: Vec<String>,
    /// Whether the file itself is a fleet, and whole, so that a scenario can name it.
    pub(super) is_file: bool,
    /// Limits that a scenario has.
    pub(super) limits: Limits,
    /// What a scenario says differently.
    pub(super) warnings: Vec<String>,
}

impl Source {
    /// Reads a fleet or a scenario, and other models if they are given.
    pub(super) fn read(registry: &Registry, path: &Path, models: Option<&Path>) -> Outcome<Self> {
        let text = read(path)?;
        let other = models.map(read).transpose()?;
        let Some(scenario) = Told::of(registry, path, &text)? else {
            let fleet = parse((path, &text), models.zip(other.as_deref()))?;
            let is_file = other.is_none();
            let texts = [Some(text), other].into_iter().flatten().collect();
            return Ok(Self { fleet, texts, is_file, limits: Limits::default(), warnings: Vec::new() });
        };
        let fleet = parse((path, &scenario.fleet), models.zip(other.as_deref()))?;
        let texts = [Some(scenario.fleet), other].into_iter().flatten().collect();
        Ok(Self { fleet, texts, is_file: false, limits: scenario.limits, warnings: scenario.warnings })
    }
}

/// The fleet of a text, with other models if they are given. The problem names the file that is wrong.
fn parse((path, text): (&Path, &str), other: Option<(&Path, &str)>) -> Outcome<Fleet> {
    Fleet::from_texts(text, other.map(|(_, text)| text)).map_err(|error| {
        // Which of two files it is, is seen where the first one is right without the second.
        let own = Fleet::from_toml(text).err();
        let of_models = other.map(|(path, _)| path).filter(|_| own.as_ref() != Some(&error));
        let problem = Problem::input(format!("{}: {error}", of_models.unwrap_or(path).display()));
        match error {
            InvalidFleet::Text(_) => problem.help("`synergy advise --help` lists the keys of a fleet"),
            _ => problem,
        }
    })
}

/// What a scenario tells of a fleet.
struct Told {
    fleet: String,
    limits: Limits,
    warnings: Vec<String>,
}

/// Models whose scenarios say what a fleet says.
const MODELS: [&str; 3] = ["fleet", "tree", "budget"];

impl Told {
    /// `None` where the text is no scenario: scenarios name a model, or a list of them.
    fn of(registry: &Registry, path: &Path, text: &str) -> Outcome<Option<Self>> {
        let argument = path.display().to_string();
        let mut root = root(text).unwrap_or_default();
        // Those of a fleet are tables.
        if root.get("models").and_then(|models| models.get(0)).is_some_and(Json::is_string) {
            let sentence = format!("{argument}: advice is not about scenarios of several models");
            let help = format!("it takes a fleet, or a scenario of {}", MODELS.join(", "));
            return Err(Problem::input(sentence).help(help));
        }
        let Some(Json::String(model)) = root.remove("model") else { return Ok(None) };
        let opened = Opened::open(registry, &absolute(path)?.display().to_string(), &Overrides::default())?;
        opened.must_be_one_cell(&argument).map_err(|problem| {
            problem.help("advice is about one fleet; write the values of one cell into [parameters]")
        })?;
        let Some(known) = registry.find(&model).filter(|_| MODELS.contains(&model.as_str())) else {
            let sentence = format!("{argument}: advice is not about scenarios of the model `{model}`");
            let help = format!("it takes a fleet, or a scenario of {}", MODELS.join(", "));
            return Err(Problem::input(sentence).help(help));
        };
        let parameters = Given { values: &opened.values(known)?, path: &argument };
        Ok(Some(match model.as_str() {
            "fleet" => parameters.fleet()?,
            "tree" => parameters.tree()?,
            _ => parameters.budget()?,
        }))
    }
}

/// The parameters of a scenario.
struct Given<'a> {
    values: &'a Values,
    path: &'a str,
}

impl Given<'_> {
    fn number(&self, key: &str) -> Outcome<f64> {
        self.values.get(key).and_then(Value::as_number).ok_or_else(|| {
            Problem::input(format!(
                "{}: advice needs one number for `{key}`, the same in all layers",
                self.path
            ))
        })
    }

    fn name(&self, key: &str) -> String {
        self.values.get(key).map(ToString::to_string).unwrap_or_default().trim_matches('"').to_owned()
    }

    /// A scenario of `synergy advise --out` asks the same question again.
    fn fleet(&self) -> Outcome<Told> {
        let Some(Value::Document(file)) = self.values.get("file") else {
            return Err(Problem::input(format!("{}: the scenario names no `file` of a fleet", self.path)));
        };
        Ok(Told { fleet: file.text().to_owned(), limits: Limits::default(), warnings: Vec::new() })
    }

    fn tree(&self) -> Outcome<Told> {
        let (dependence, is_law_of_question) = match self.name("dependence").as_str() {
            law @ ("mixture" | "copying" | "beta-binomial") => (law.to_owned(), false),
            // Votes under the Gaussian factor are almost those of the beta-binomial law.
            "gaussian" => ("beta-binomial".to_owned(), false),
            "shared-vote" => ("mixture".to_owned(), true),
            _ => ("beta-binomial".to_owned(), true),
        };
        let accuracy = 0.5 * (1.0 + self.number("leaf_bias")?);
        let fleet = json!({
            "question": self.question(&dependence)?,
            "channel": self.channel()?,
            "models": [{ "name": "agent", "accuracy": accuracy }],
        });
        let window = self.values.get("window").and_then(Value::as_number);
        let warnings = if is_law_of_question { Vec::new() } else { vec![SHARED.to_owned()] };
        Ok(Told { fleet: fleet.to_string(), limits: Limits { window, ..Limits::default() }, warnings })
    }

    fn budget(&self) -> Outcome<Told> {
        let fleet = json!({
            "question": self.question("mixture")?,
            "channel": self.channel()?,
            "models": [{
                "name": "agent", "scale": self.number("leaf_scale")?, "exponent": self.number("leaf_exponent")?,
                "cap": self.number("leaf_cap")?,
            }],
        });
        let budget = Some((self.number("budget")?, Unit::Tokens));
        let limits = Limits { budget, ..Limits::default() };
        Ok(Told { fleet: fleet.to_string(), limits, warnings: vec![SHARED.to_owned()] })
    }

    /// Agents of a tree read what others say: no program counts it.
    fn question(&self, dependence: &str) -> Outcome<Json> {
        Ok(
            json!({ "correlation": self.number("correlation")?, "dependence": dependence, "countable": false }),
        )
    }

    fn channel(&self) -> Outcome<Json> {
        Ok(json!({ "fidelity": self.number("fidelity")?, "message_tokens": self.number("message_tokens")? }))
    }
}

/// What a tree that shares errors anew at every node does not have.
const SHARED: &str = "the scenario's nodes share errors anew; advice takes the correlation for that of all answers to one question";

/// The table of a text, if it is one.
fn root(text: &str) -> Option<Map<String, Json>> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    toml_edit::de::from_str(text).ok()
}

/// Scenarios are files by their path, whatever it looks like.
fn absolute(path: &Path) -> Outcome<PathBuf> {
    std::path::absolute(path).map_err(|error| Problem::file("find", path, &error))
}

fn read(path: &Path) -> Outcome<String> {
    let missing = |error: std::io::Error| Problem::input(format!("cannot read {}: {error}", path.display()));
    let size = fs::metadata(path).map_err(missing)?.len();
    if size > MOST_BYTES {
        let sentence = format!("{} has {size} bytes; a fleet has at most {MOST_BYTES}", path.display());
        return Err(Problem::input(sentence));
    }
    fs::read_to_string(path).map_err(missing)
}

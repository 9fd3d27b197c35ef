//! Scenarios: a model with its parameters, from a file or from the command line, alone or as a sweep.

mod area;
mod axis;
mod boundary;
mod check;
mod derived;
mod document;
mod figure;
mod given;
mod hypothesis;
mod optimum;
mod plan;
mod quantities;
mod read;
mod reader;
mod refine;
mod stop;

pub use area::AreaSpec;
pub use axis::{Axis, Spacing};
pub use boundary::{BoundarySpec, Level};
pub use derived::DerivedSpec;
pub use document::{Content, Document, Entry, Node, Table};
pub use figure::{Contour, DEFAULT_SHOWN, FigureKind, FigureSpec, FigureStyle, KINDS, Mark, figure_keys};
pub use hypothesis::Hypothesis;
pub use optimum::{Goal, OptimumSpec};
pub use plan::{Plan, Range, Sample, Scheme};
pub use refine::{Aim, RefineSpec};
pub use stop::{HalfWidth, StopSpec};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{AnyModel, ParameterError, Registry, Value, Values, nearest};

use crate::problem::{Outcome, Problem};
use crate::search::Studied;

/// The seed of a scenario that names none.
pub const DEFAULT_SEED: u64 = 1;

/// Most cells of one sweep: their rows must fit into memory.
const MOST_CELLS: usize = 10_000_000;

/// A model with its parameters, and what shall be done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Name of the model; the names of all of them where several are compared.
    pub model: String,
    /// The models that are compared; which of them a cell is of is a parameter. None: there is one only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Root of all randomness.
    pub seed: u64,
    /// Whether all cells have the same draws, so that their differences are those of their parameters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub common: bool,
    /// The parameters that are not swept.
    pub parameters: BTreeMap<String, Value>,
    /// When to stop.
    pub stop: StopSpec,
    /// The axes, the slowest first. None: a single cell.
    pub sweep: Vec<Axis>,
    /// Variables beside the parameters, and formulas of parameters.
    #[serde(default, skip_serializing_if = "DerivedSpec::is_empty")]
    pub derived: DerivedSpec,
    /// The baseline that every cell is compared with: the same cell with these values. None: there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub against: BTreeMap<String, Value>,
    /// The boundary that every cell is a search for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<BoundarySpec>,
    /// The optimum that every cell is a search for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimize: Option<OptimumSpec>,
    /// Where trials go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refine: Option<RefineSpec>,
    /// What the sweep goes over beside its axes.
    #[serde(default, skip_serializing_if = "Plan::is_empty")]
    pub plan: Plan,
    /// The figure to draw.
    pub figure: Option<FigureSpec>,
    /// What all cells are tested for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Hypothesis>,
    /// The area that is computed from the cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaSpec>,
}

/// What the cells of a scenario draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Randomness {
    /// Root of all randomness.
    pub seed: u64,
    /// Whether all cells have the same draws.
    pub common: bool,
}

impl Randomness {
    /// The streams of the world in the cell of this hash.
    pub fn streams(self, cell: [u8; 32]) -> Streams {
        let family = if self.common { Family::common() } else { Family::of_cell(cell) };
        Streams::new(self.seed, Purpose::World, family)
    }
}

/// A scenario and the file that it came from, so that messages can point into it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What was read.
    pub scenario: Scenario,
    /// Where it was read; `None` for a model's name on the command line.
    document: Option<Document>,
    /// Keys given by `--set`.
    set: Vec<String>,
}

/// What the command line adds to a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--set key=value`, in order.
    pub set: Vec<String>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--trials`.
    pub trials: Option<u64>,
    /// `--half-width`.
    pub half_width: Option<HalfWidth>,
    /// `--confidence`.
    pub confidence: Option<sim_core::estimate::Confidence>,
}

/// Whether an argument names a file rather than a model: it contains a slash or ends in .toml or .json.
pub fn is_file(argument: &str) -> bool {
    argument.contains('/') || argument.ends_with(".toml") || argument.ends_with(".json")
}

impl Opened {
    /// Refuses a scenario that describes a sweep, which `argument` names.
    pub fn must_be_one_cell(&self, argument: &str) -> Outcome<()> {
        if self.scenario.is_one_cell() {
            return Ok(());
        }
        let sentence = format!("{argument} describes a sweep of {} cells", self.scenario.cell_count()?);
        Err(Problem::input(sentence).help(format!("run it with `synergy sweep {argument}`")))
    }

    /// Opens `MODEL` or `FILE` and applies the overrides.
    pub fn open(registry: &Registry, argument: &str, overrides: &Overrides) -> Outcome<Self> {
        let mut opened = if is_file(argument) {
            Self::read(registry, &PathBuf::from(argument))?
        } else {
            let scenario = Scenario {
                model: argument.to_owned(),
                models: Vec::new(),
                seed: DEFAULT_SEED,
                common: false,
                parameters: BTreeMap::new(),
                stop: StopSpec::default(),
                derived: DerivedSpec::default(),
                against: BTreeMap::new(),
                boundary: None,
                optimize: None,
                refine: None,
                sweep: Vec::new(),
                plan: Plan::default(),
                figure: None,
                test: None,
                area: None,
            };
            find_model(registry, argument)?;
            Self { scenario, document: None, set: Vec::new() }
        };
        opened.apply(registry, overrides)?;
        Ok(opened)
    }

    /// Opens a file whatever its name, `-` for standard input, and applies the overrides.
    pub fn open_point(registry: &Registry, path: &Path, overrides: &Overrides) -> Outcome<Self> {
        let mut opened = if path == Path::new("-") {
            let place = Path::new("standard input");
            Self::of_document(registry, Document::parse(place, &given::read_standard_input(place)?)?)?
        } else {
            Self::of_document(registry, Document::parse(path, &given::read_text(path)?)?)?
        };
        opened.apply(registry, overrides)?;
        Ok(opened)
    }

    /// Reads a file.
    fn read(registry: &Registry, path: &Path) -> Outcome<Self> {
        let text = given::read_text(path).map_err(|problem| match path.is_file() {
            true => problem,
            false => problem.help(
                "a model's name has no slash and no .toml or .json at its end; `synergy models` lists them",
            ),
        })?;
        Self::of_document(registry, Document::parse(path, &text)?)
    }

    fn of_document(registry: &Registry, document: Document) -> Outcome<Self> {
        let scenario = read::read_scenario(registry, &document)?;
        Ok(Self { scenario, document: Some(document), set: Vec::new() })
    }

    fn apply(&mut self, registry: &Registry, overrides: &Overrides) -> Outcome<()> {
        let parameters = Studied::of(&self.scenario, registry)?.parameters();
        let plain = Studied::plain(registry, &self.scenario.model, &self.scenario.models)?;
        for assignment in &overrides.set {
            let Some((key, text)) = assignment.split_once('=') else {
                return Err(Problem::input(format!("--set takes key=value; found `{assignment}`")));
            };
            let key = key.trim();
            if let Some(sentence) = self.scenario.refuses(key).or(plain.refuses(key).map(str::to_owned)) {
                return Err(Problem::input(sentence).context(&format!("--set {assignment}")));
            }
            let Some(parameter) = parameters.iter().find(|parameter| parameter.key == key) else {
                let problem = Problem::parameters(&ParameterError::unknown(key, &parameters));
                return Err(problem.context(&format!("--set {assignment}")));
            };
            let value = given::from_command_line(parameter, text)?;
            // What is set by hand is no longer swept.
            self.scenario.sweep.retain(|axis| axis.key != key);
            self.scenario.plan.fix(key);
            self.scenario.parameters.insert(key.to_owned(), value);
            self.set.push(key.to_owned());
        }
        // The effective scenario names every parameter, so that one that is written out with its default is the same.
        for parameter in parameters {
            let swept = self.scenario.sweep.iter().any(|axis| axis.key == parameter.key)
                || self.scenario.plan.sets(parameter.key);
            if !swept && !self.scenario.parameters.contains_key(parameter.key) {
                self.scenario.parameters.insert(parameter.key.to_owned(), parameter.default);
            }
        }
        self.scenario.seed = overrides.seed.unwrap_or(self.scenario.seed);
        self.scenario.stop.override_with(overrides)
    }

    /// All parameters of the scenario's only cell.
    pub fn values(&self, model: &dyn AnyModel) -> Outcome<Values> {
        Values::resolve(&model.parameters(), &self.scenario.parameters).map_err(|error| self.explain(&error))
    }

    /// A problem with the place of a table of the file.
    fn within(&self, table: &str, problem: Problem) -> Problem {
        match self.document.as_ref().and_then(|document| Some((document, document.root.get(table)?))) {
            Some((document, entry)) => problem.at(&document.source, entry.span.clone(), "this table"),
            None => problem,
        }
    }

    /// A parameter error as a problem, with its place in the file if it has one.
    pub fn explain(&self, error: &ParameterError) -> Problem {
        let problem = Problem::parameters(error);
        let keys = error.keys();
        if let Some(key) = keys.iter().find(|key| self.set.iter().any(|set| set == *key)) {
            return problem.context(&format!("--set {key}"));
        }
        let Some(document) = &self.document else { return problem };
        let tables = ["parameters", "sweep", "against"].into_iter().filter_map(|name| {
            let Content::Table(table) = &document.root.get(name)?.node.content else { return None };
            keys.iter().find_map(|key| table.get(key))
        });
        match tables.into_iter().next() {
            Some(entry) => problem.at(&document.source, entry.span.clone(), "because of this"),
            None => problem,
        }
    }
}

impl Scenario {
    /// What is wrong with giving a parameter a value that has another source; `None` for every other key.
    fn refuses(&self, key: &str) -> Option<String> {
        self.sought(key).or_else(|| self.derived.refuses(key))
    }

    /// For a parameter whose values are looked for, that it is.
    fn sought(&self, key: &str) -> Option<String> {
        let boundary = self.boundary.as_ref().and_then(|boundary| boundary.refuses(key));
        boundary.or_else(|| self.optimize.as_ref().and_then(|optimize| optimize.refuses(key)))
    }

    /// Its models, one or several.
    pub fn compared(&self) -> Vec<String> {
        if self.models.is_empty() { vec![self.model.clone()] } else { self.models.clone() }
    }

    /// Whether its cells are searches, whose trials follow from the rule.
    pub fn is_search(&self) -> bool {
        self.search().is_some()
    }

    /// What its cells search for, in words; `None` where they are no searches.
    pub fn search(&self) -> Option<String> {
        let boundary = self.boundary.as_ref().map(ToString::to_string);
        boundary.or_else(|| self.optimize.as_ref().map(ToString::to_string))
    }

    /// Number of cells.
    pub fn cell_count(&self) -> Outcome<usize> {
        let axes = self.sweep.iter().map(|axis| axis.values.len());
        let sizes: Vec<usize> = axes.chain(self.plan.sizes()).collect();
        let count = sizes.iter().try_fold(1usize, |count, &size| count.checked_mul(size));
        count.filter(|&count| count <= MOST_CELLS).ok_or_else(|| {
            let sizes: Vec<_> = sizes.iter().map(usize::to_string).collect();
            Problem::input(format!(
                "the sweep has {} cells; at most {MOST_CELLS} are possible",
                sizes.join(" x ")
            ))
        })
    }

    /// Whether it describes a single cell, and no sweep.
    pub fn is_one_cell(&self) -> bool {
        self.sweep.is_empty() && self.plan.is_empty()
    }

    /// What its cells draw from.
    pub fn randomness(&self) -> Randomness {
        Randomness { seed: self.seed, common: self.common }
    }

    /// What sets cell `index` apart from the others, in the order of the axes.
    pub fn place(&self, index: usize) -> Vec<(String, Value)> {
        let mut cell = self.cell(index);
        let mut keys: Vec<&str> = self.sweep.iter().map(|axis| axis.key.as_str()).collect();
        for key in self.plan.keys() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.into_iter().filter_map(|key| cell.remove_entry(key)).collect()
    }

    /// The parameters that are given in cell `index`. The parts of the plan are faster than the axes, and the last axis is faster than others.
    pub fn cell(&self, index: usize) -> BTreeMap<String, Value> {
        let mut parameters = self.parameters.clone();
        let mut rest = self.plan.put(index, self.seed, &mut parameters);
        for axis in self.sweep.iter().rev() {
            let value = &axis.values[rest % axis.values.len()];
            rest /= axis.values.len();
            parameters.insert(axis.key.clone(), value.clone());
        }
        parameters
    }
}

/// The model of this name.
pub fn find_model<'a>(registry: &'a Registry, name: &str) -> Outcome<&'a dyn AnyModel> {
    registry.find(name).ok_or_else(|| {
        let names = registry.names();
        let help = match nearest(name, names.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the models are {}", names.join(", ")),
        };
        Problem::input(format!("there is no model `{name}`")).help(help)
    })
}

//! The manifest: what was simulated, by which program.

use std::collections::HashSet;

use parquet::file::properties::DEFAULT_CREATED_BY;
use serde::{Deserialize, Serialize};
use sim_models::registry::{Registry, Value};

use crate::output::abridged;
use crate::scenario::Scenario;

/// Version of the layout of a data set's directory.
const FORMAT: u32 = 1;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// What made it.
    pub program: Program,
    /// What was simulated.
    pub scenario: Scenario,
    /// How far it has come.
    pub counts: Counts,
}

/// The program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Commit of the source it was built from, `unknown` outside a git checkout; ends in `+` where files were changed.
    pub commit: String,
    /// The compiler that built it.
    #[serde(default)]
    pub rustc: String,
    /// Version of the library that writes its Parquet files.
    #[serde(default)]
    pub parquet: String,
    /// Optional features that it was built with.
    #[serde(default)]
    pub features: Vec<String>,
    /// In which order numbers are added: always as scalar code does it. Instruction sets only change the speed; that of a run
    /// is in `runs.jsonl`.
    pub kernel: String,
}

/// Counts of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All cells.
    pub cells: usize,
    /// Cells in the results.
    pub done: usize,
    /// Those of them that failed.
    pub failed: usize,
    /// All trials in the results.
    pub trials: u64,
}

/// A line of `runs.jsonl` that is written when a sweep begins. One that is killed leaves no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which one it is, from 1.
    pub attempt: usize,
    /// Start, UTC.
    pub began: String,
    /// The machine.
    pub host: String,
    /// Number of the process.
    pub process: u32,
}

/// A line of `runs.jsonl` that is written when a run ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Start, UTC.
    pub started: String,
    /// Wall-clock time in seconds.
    pub seconds: f64,
    /// The machine.
    pub host: String,
    /// Threads.
    pub threads: usize,
    /// Instruction set of the simulation; results do not depend on it.
    #[serde(default)]
    pub kernel: String,
    /// Cells that this run added.
    pub cells: usize,
    /// Trials that this run added.
    pub trials: u64,
    /// `complete` or `cancelled`.
    pub ending: String,
    /// The chunk of a sharded sweep that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk: Option<usize>,
}

impl RunRecord {
    /// The record of the run of one chunk.
    #[must_use]
    pub fn of_chunk(self, chunk: usize) -> Self {
        Self { chunk: Some(chunk), ..self }
    }
}

impl Program {
    /// This program.
    pub fn this() -> Self {
        Self {
            name: "synergy".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("SYNERGY_COMMIT").to_owned(),
            rustc: env!("SYNERGY_RUSTC").to_owned(),
            parquet: DEFAULT_CREATED_BY.to_owned(),
            features: env!("SYNERGY_FEATURES").split_terminator(',').map(str::to_owned).collect(),
            kernel: "scalar".to_owned(),
        }
    }
}

/// A value in a difference. Of a document its content counts, of a long value its beginning says enough.
fn shown(value: &Value) -> String {
    match value {
        Value::Document(document) => format!("{value} (blake3 {:.16}…)", document.digest()),
        _ => abridged(&value.to_string(), 80),
    }
}

/// Whether all these models are among those that a scenario compares.
fn goes_on_in(models: &[String], scenario: &Scenario) -> bool {
    models.iter().all(|model| scenario.models.contains(model))
}

/// What [refine] asks, in words.
fn refinement(scenario: &Scenario) -> String {
    scenario.refine.as_ref().map_or_else(|| "absent".to_owned(), ToString::to_string)
}

impl Manifest {
    /// The manifest of a scenario that this program runs.
    pub fn new(scenario: Scenario, counts: Counts) -> Self {
        Self { format: FORMAT, program: Program::this(), scenario, counts }
    }

    /// Whether its rows are those of the same cells in `scenario`, whatever cells that has: what they were drawn from and how is the same, and
    /// they have no more trials than are wanted.
    pub fn holds_in(&self, scenario: &Scenario) -> bool {
        let (there, here) = (&self.program, Program::this());
        let old = &self.scenario;
        self.format == FORMAT
            && (&there.version, &there.kernel) == (&here.version, &here.kernel)
            // A cell is the same wherever its model is compared with others.
            && (old.model == scenario.model || goes_on_in(&old.compared(), scenario))
            && (old.seed, old.common) == (scenario.seed, scenario.common)
            && old.derived.formulas == scenario.derived.formulas
            && old.against == scenario.against
            && old.search() == scenario.search()
            && refinement(old) == refinement(scenario)
            && scenario.stop.less_demanding_than(&old.stop).is_none()
    }

    /// Why results of this manifest cannot go on as results of `scenario`: one line per difference. More trials, a
    /// tighter stop, more cells and another figure are no difference.
    pub fn differences(&self, scenario: &Scenario) -> Vec<String> {
        let compared = !self.scenario.models.is_empty() && goes_on_in(&self.scenario.models, scenario);
        if self.scenario.model != scenario.model && !compared {
            return vec![format!("the model is {} there and {} here", self.scenario.model, scenario.model)];
        }
        let mut lines = Vec::new();
        let mut tell = |what: &str, there: String, here: String| {
            lines.push(format!("{what} is {there} there and {here} here"));
        };
        let mut compare = |what: &str, there: String, here: String| {
            if there != here {
                tell(what, there, here);
            }
        };
        compare("the layout", self.format.to_string(), FORMAT.to_string());
        compare("the program's version", self.program.version.clone(), Program::this().version);
        compare("the kernel", self.program.kernel.clone(), Program::this().kernel);
        compare("the seed", self.scenario.seed.to_string(), scenario.seed.to_string());
        compare("`common`", self.scenario.common.to_string(), scenario.common.to_string());
        let boundary = |scenario: &Scenario| {
            scenario.boundary.as_ref().map_or_else(|| "absent".to_owned(), |boundary| boundary.to_string())
        };
        let formulas = |scenario: &Scenario| {
            let all = scenario.derived.formulas.iter().map(|(key, formula)| format!("{key} = {formula}"));
            if scenario.derived.formulas.is_empty() {
                "absent".to_owned()
            } else {
                all.collect::<Vec<_>>().join(", ")
            }
        };
        compare("[derived]", formulas(&self.scenario), formulas(scenario));
        let baseline = |scenario: &Scenario| {
            let all = scenario.against.iter().map(|(key, value)| format!("{key} = {}", shown(value)));
            let all: Vec<String> = all.collect();
            if all.is_empty() { "absent".to_owned() } else { all.join(", ") }
        };
        compare("[against]", baseline(&self.scenario), baseline(scenario));
        let optimum = |scenario: &Scenario| {
            scenario.optimize.as_ref().map_or_else(|| "absent".to_owned(), |optimum| optimum.to_string())
        };
        compare("[optimize]", optimum(&self.scenario), optimum(scenario));
        compare("[boundary]", boundary(&self.scenario), boundary(scenario));
        compare("[refine]", refinement(&self.scenario), refinement(scenario));
        let total = |scenario: &Scenario| scenario.refine.as_ref().and_then(|refine| refine.total);
        let (there, here) = (total(&self.scenario), total(scenario));
        // Without a total there is no end to what all cells may have together.
        let both = self.scenario.refine.is_some() && scenario.refine.is_some();
        if both && here.is_some_and(|here| there.is_none_or(|there| here < there)) {
            let show =
                |total: Option<u64>| total.map_or_else(|| "absent".to_owned(), |total| total.to_string());
            tell("`total` of [refine]", show(there), show(here));
        }
        let (old, new) = (&self.scenario.parameters, &scenario.parameters);
        for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
            let show = |scenario: &Scenario| match scenario.parameters.get(key) {
                Some(value) => shown(value),
                None if scenario.sweep.iter().any(|axis| axis.key == *key) => "an axis".to_owned(),
                None => "absent".to_owned(),
            };
            let (there, here) = (old.get(key).map(Value::canonical), new.get(key).map(Value::canonical));
            // A model that is compared with others only now has parameters of its own.
            let is_grown = compared && self.scenario.models != scenario.models;
            let is_of_new_model = is_grown && there.is_none() && !had(&self.scenario.models, key);
            if there != here && !is_of_new_model {
                tell(&format!("`{key}`"), show(&self.scenario), show(scenario));
            }
        }
        for axis in &self.scenario.sweep {
            let here = scenario.sweep.iter().find(|other| other.key == axis.key);
            let missing = |values: &[Value]| {
                let values: HashSet<String> = values.iter().map(Value::canonical).collect();
                axis.values.iter().filter(|value| !values.contains(&value.canonical())).count()
            };
            match here.map(|here| missing(&here.values)) {
                Some(0) => {}
                Some(n) => {
                    lines.push(format!("{n} values of the axis `{}` there are missing here", axis.key))
                }
                None => lines.push(format!("`{}` is an axis there and none here", axis.key)),
            }
        }
        lines.extend(self.scenario.plan.missing_in(&scenario.plan));
        lines.extend(scenario.stop.less_demanding_than(&self.scenario.stop));
        for axis in &scenario.sweep {
            if self.scenario.sweep.iter().all(|other| other.key != axis.key) {
                lines.push(format!("`{}` is an axis here and none there", axis.key));
            }
        }
        lines.sort();
        lines.dedup();
        lines
    }
}

/// Whether one of these models has a parameter. One that is not the program's own may have any.
fn had(models: &[String], key: &str) -> bool {
    let registry = Registry::builtin();
    let has = |name: &String| {
        registry
            .find(name)
            .is_none_or(|model| model.parameters().iter().any(|parameter| parameter.key == key))
    };
    models.iter().any(has)
}

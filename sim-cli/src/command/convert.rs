//! `synergy convert`: a workflow in another format.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, value_parser};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::models::WorkflowSource;
use sim_models::registry::{Parameters, Registry};
use sim_models::workflow::{Estimates, Exported, NotExportable, Workflow};

use super::workflow::{MODEL, refuse_family};
use crate::dataset::write_file;
use crate::output::{say, warn, write_bytes};
use crate::problem::{Exit, Outcome, Problem};
use crate::scenario::{Opened, Overrides, find_model};

/// Write a workflow, from a file in any format or of a family, in another format
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy convert work.json --to dot | dot -Tsvg > work.svg
  synergy convert montage.json --out montage.toml                         # from WfFormat 1.4 or 1.5
  synergy convert --set family=codeflow-a --set instance=3 --to records --samples 8
  synergy convert work.json --to wfformat --model small

A workflow that is written and read again is the same workflow. What a format cannot hold is refused, or said on the standard
error: WfFormat has one running time per task and nothing else; records hold moments or samples, not laws of tokens.")]
pub(super) struct Arguments {
    /// File of a workflow: JSON, TOML, DOT, WfFormat or records; one of a family is drawn if not given
    #[arg(value_name = "WORKFLOW")]
    file: Option<String>,
    /// Format to write; if not given, the ending of --out decides: .json, .toml, .dot or .gv
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Target>,
    /// File to write; the standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The model whose mean latencies WfFormat gets, where several can try a subtask
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Draw so many samples of every law, as pilot runs would, and write those instead of the laws
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=100_000), allow_negative_numbers = true)]
    samples: Option<u32>,
    /// Root of the randomness of --samples, 1 if not given
    #[arg(long, value_name = "N", value_parser = value_parser!(u64), requires = "samples", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Set where the workflow comes from: family, instance, subtasks; task_success and task_variation of WfFormat. May be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// A format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Models and subtasks as JSON.
    Json,
    /// The same as TOML.
    Toml,
    /// A digraph of Graphviz.
    Dot,
    /// WfCommons WfFormat 1.5.
    Wfformat,
    /// A record per node and model.
    Records,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let target = self.target()?;
        if let (Some(model), false) = (&self.model, target == Target::Wfformat) {
            let sentence =
                format!("--model {model}: only WfFormat asks for one model; other formats hold all");
            return Err(Problem::input(sentence).help("leave it out, or write --to wfformat"));
        }
        let workflow = self.workflow(registry)?;
        let exported = export(&workflow, target, self.model.as_deref()).map_err(explain)?;
        exported.left_out.iter().for_each(|sentence| warn(sentence));
        match &self.out {
            None => write_bytes(exported.text.as_bytes())?,
            Some(path) => {
                write_file(path, exported.text.as_bytes())?;
                say(format_args!("{} subtasks: {}", workflow.len(), path.display()))?;
            }
        }
        Ok(Exit::Success)
    }

    fn target(&self) -> Outcome<Target> {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        match (self.to, ending) {
            (Some(target), _) => Ok(target),
            (None, Some("json")) => Ok(Target::Json),
            (None, Some("toml")) => Ok(Target::Toml),
            (None, Some("dot" | "gv")) => Ok(Target::Dot),
            (None, _) => Err(Problem::input("the format to write is not said")
                .help("write --to json, toml, dot, wfformat or records")),
        }
    }

    fn workflow(&self, registry: &Registry) -> Outcome<Workflow> {
        let keys: Vec<&str> = WorkflowSource::definitions().iter().map(|parameter| parameter.key).collect();
        let is_source = |assignment: &&String| {
            assignment.split_once('=').is_some_and(|(key, _)| !keys.contains(&key.trim()))
        };
        if let Some(other) = self.set.iter().find(is_source) {
            let sentence = format!("--set {other}: it does not say where the workflow comes from");
            return Err(Problem::input(sentence).help(format!("what does: {}", keys.join(", "))));
        }
        refuse_family(self.file.as_deref(), &self.set)?;
        let file = self.file.iter().map(|file| format!("file={file}"));
        let set = file.chain(self.set.iter().cloned()).collect();
        let opened = Opened::open(registry, MODEL, &Overrides { set, ..Overrides::default() })?;
        let values = opened.values(find_model(registry, MODEL)?)?;
        let WorkflowSource { workflows, .. } =
            WorkflowSource::from_values(&values).map_err(|error| opened.explain(&error))?;
        let [workflow] = &workflows[..] else {
            let sentence = format!("--set instances: a file holds one workflow; found {}", workflows.len());
            return Err(Problem::input(sentence).help("choose one with --set instance"));
        };
        match self.samples {
            None => Ok(workflow.clone()),
            Some(runs) => {
                let streams = Streams::new(self.seed.unwrap_or(1), Purpose::Pilot, Family::common());
                let sampled = Estimates::PlugIn { runs }.beliefs(workflow, &streams.trial(0));
                Ok(sampled.unwrap_or_else(|| workflow.clone()))
            }
        }
    }
}

fn export(workflow: &Workflow, target: Target, model: Option<&str>) -> Result<Exported, NotExportable> {
    let whole = |text| Exported { text, left_out: Vec::new() };
    match target {
        Target::Json => Ok(whole(workflow.to_json())),
        Target::Toml => workflow.to_toml().map(whole),
        Target::Dot => Ok(whole(workflow.to_dot())),
        Target::Records => workflow.to_records().map(whole),
        Target::Wfformat => workflow.to_wfformat(model),
    }
}

fn explain(error: NotExportable) -> Problem {
    let problem = Problem::input(error.to_string());
    match error {
        NotExportable::Law { .. } => problem.help("add --samples 8, or write --to json, toml or dot"),
        NotExportable::SeveralModels { .. } => problem.help("add --model NAME"),
        NotExportable::TooManyTokens { .. } | NotExportable::Toml(_) => problem.help("write --to json"),
        _ => problem,
    }
}

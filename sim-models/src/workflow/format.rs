//! The formats of workflows, and how a text tells its own.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::file::{Draft, Files, InvalidWorkflowFile};
use super::{TaskLaw, Workflow};
use crate::file::{dot, read_json, read_toml};
use crate::registry::NamedFile;

/// A format of workflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON of models and subtasks ([`Workflow::from_json`]).
    Json,
    /// TOML with the same keys ([`Workflow::from_toml`]).
    Toml,
    /// A digraph of Graphviz ([`Workflow::from_dot`]).
    Dot,
    /// JSON of `WfCommons` ([`Workflow::from_wfformat`]).
    WfFormat,
    /// JSON with a record per node and model ([`Workflow::from_records`]).
    Records,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Json, Self::Toml, Self::Dot, Self::WfFormat, Self::Records];

    /// The format of a text by the ending of its name (.toml, .dot, .gv, .json), else by how it begins; of JSON by its keys: `WfFormat` has
    /// a `schemaVersion`, the record format has `records`.
    ///
    /// ```
    /// use sim_models::workflow::Format;
    ///
    /// assert_eq!(Format::of("work.gv", ""), Format::Dot);
    /// assert_eq!(Format::of("work", "digraph { a -> b }"), Format::Dot);
    /// assert_eq!(Format::of("work.json", r#"{ "schemaVersion": "1.5", "workflow": {"#), Format::WfFormat);
    /// assert_eq!(Format::of("work.json", r#"{ "edges": [], "records": [] }"#), Format::Records);
    /// assert_eq!(Format::of("work.json", r#"{ "models": {}, "subtasks": [] }"#), Format::Json);
    /// ```
    pub fn of(name: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if name.ends_with(".toml") {
            Self::Toml
        } else if dot::is_named(name) {
            Self::Dot
        } else if name.ends_with(".json") || text.trim_start().starts_with('{') {
            let keys = keys(text);
            let has = |key: &str| keys.iter().any(|known| known == key);
            if has("schemaVersion") {
                Self::WfFormat
            } else if has("records") {
                Self::Records
            } else {
                Self::Json
            }
        } else if dot::is_begun(text) {
            Self::Dot
        } else {
            Self::Toml
        }
    }
}

/// The keys of a table in JSON, up to where it is broken.
fn keys(text: &str) -> Vec<String> {
    struct Keys<'a>(&'a mut Vec<String>);

    impl<'de> Visitor<'de> for Keys<'_> {
        type Value = ();

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a table")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<(), A::Error> {
            while let Some(key) = table.next_key::<String>()? {
                self.0.push(key);
                table.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }

    let mut keys = Vec::new();
    // What is wrong with it is said when it is read.
    let _ = serde_json::Deserializer::from_str(text).deserialize_map(Keys(&mut keys));
    keys
}

/// What reading a workflow needs beside its text.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// How often and how long tasks of `WfFormat` are tried, which says neither.
    pub tasks: TaskLaw,
    /// The texts of the files that the workflow names ([`Workflow::files_named`]), by their names as they stand there.
    pub files: &'a Files<'a>,
}

impl Default for Reading<'_> {
    /// Default laws of tasks, and no other files.
    fn default() -> Self {
        Self { tasks: TaskLaw::default(), files: &|_| None }
    }
}

impl std::fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("tasks", &self.tasks).finish_non_exhaustive()
    }
}

impl Workflow {
    /// Reads a workflow in any of the formats; [`Format::of`] says in which.
    ///
    /// ```
    /// use sim_models::workflow::{Reading, Workflow};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let text = r#"{ "models": { "small": {} },
    ///                 "subtasks": [ { "id": "solve", "options": { "small": { "records": "solve.csv" } } } ] }"#;
    /// let named = Workflow::files_named("work.json", text);
    /// assert_eq!((named[0].name.as_str(), named[0].place.as_str()), ("solve.csv", "subtask `solve`, model `small`"));
    /// let records = "success,latency_seconds,output_tokens\n1,9.5,800\n0,20,2100\n";
    /// let reading = Reading { files: &|name| (name == "solve.csv").then_some(records), ..Reading::default() };
    /// let workflow = Workflow::from_text("work.json", text, &reading)?;
    /// assert_eq!(workflow.law(0, 0).map(|law| law.success()), Some(0.5));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the reader of the format: what is wrong, and where.
    pub fn from_text(name: &str, text: &str, reading: &Reading<'_>) -> Result<Self, InvalidWorkflowFile> {
        match Format::of(name, text) {
            Format::Json | Format::Toml | Format::Dot => draft(name, text)?.workflow(reading.files),
            Format::WfFormat => Ok(Self::from_wfformat(text, &reading.tasks)?),
            Format::Records => Self::from_records(text),
        }
    }

    /// The other files that a text names, each once. None if the text is broken; reading it says why.
    pub fn files_named(name: &str, text: &str) -> Vec<NamedFile> {
        draft(name, text).map_or(Vec::new(), |draft| draft.files())
    }
}

fn draft(name: &str, text: &str) -> Result<Draft, InvalidWorkflowFile> {
    match Format::of(name, text) {
        Format::Dot => Draft::of_dot(text),
        Format::Toml => Draft::of_outline(&read_toml(text)?),
        Format::Json => Draft::of_outline(&read_json(text)?),
        Format::WfFormat | Format::Records => Ok(Draft::default()),
    }
}

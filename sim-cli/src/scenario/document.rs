//! TOML and JSON as one tree that knows where everything stands.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use sim_models::registry::Value;
use toml_edit::{Item, TableLike};

use crate::problem::{Outcome, Problem, Source};

/// A value and its place in the text.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// What stands in a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// A boolean, number or text.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

/// Keys with their values, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands, in bytes.
    pub span: Range<usize>,
    /// The value.
    pub node: Node,
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text.
    pub source: Source,
    /// The folder that holds it: names of files are relative to it.
    pub folder: PathBuf,
    /// Its top level.
    pub root: Table,
}

impl Document {
    /// Parses a text; JSON if the file's name says so or the text begins with a brace, else TOML.
    pub fn parse(path: &Path, text: &str) -> Outcome<Self> {
        // A byte order mark is no part of either language.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source::new(path, text);
        let json = path.extension().is_some_and(|extension| extension == "json")
            || text.trim_start().starts_with('{');
        let root = if json { parse_json(&source)? } else { parse_toml(&source)? };
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { source, folder, root })
    }

    /// A problem at a place of this file.
    pub fn problem(&self, span: &Range<usize>, sentence: impl Into<String>, label: &str) -> Problem {
        Problem::input(sentence).at(&self.source, span.clone(), label)
    }
}

impl Table {
    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The entry of this key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The same without places.
    pub fn value(&self) -> Value {
        Value::Table(self.iter().map(|entry| (entry.key.clone(), entry.node.value())).collect())
    }

    /// Refuses keys that are not among the allowed ones.
    pub fn allow(&self, document: &Document, allowed: &[&str]) -> Outcome<()> {
        match self.iter().find(|entry| !allowed.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => {
                let sentence = format!("`{}` is not a key of this table", entry.key);
                Err(document.problem(&entry.span, sentence, "unknown key").among(&entry.key, allowed))
            }
        }
    }
}

impl Node {
    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match &self.content {
            Content::Scalar(value) => format!("the {} `{value}`", value.kind()),
            Content::List(_) => "a list".to_owned(),
            Content::Table(_) => "a table".to_owned(),
        }
    }

    /// The same without places.
    pub fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::List(items.iter().map(Node::value).collect()),
            Content::Table(table) => table.value(),
        }
    }
}

fn parse_toml(source: &Source) -> Outcome<Table> {
    let document = toml_edit::Document::parse(source.text()).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().trim().replace('\n', ", ");
        Problem::input(format!("this is not TOML: {message}")).at(source, span, "here")
    })?;
    toml_table(source, document.as_table())
}

fn toml_table(source: &Source, table: &dyn TableLike) -> Outcome<Table> {
    let mut entries = Vec::new();
    for (name, item) in table.iter() {
        let key_span = table.key(name).and_then(toml_edit::Key::span);
        let span = key_span.or_else(|| item.span()).unwrap_or(0..0);
        let node = toml_node(source, item, &span)?;
        entries.push(Entry { key: name.to_owned(), span, node });
    }
    // Dotted keys and headers may come in any order in the tree; the order of the text is what people mean.
    entries.sort_by_key(|entry| entry.span.start);
    Ok(Table { entries })
}

fn toml_node(source: &Source, item: &Item, outer: &Range<usize>) -> Outcome<Node> {
    let span = item.span().unwrap_or_else(|| outer.clone());
    let content = match item {
        Item::Table(table) => Content::Table(toml_table(source, table)?),
        Item::ArrayOfTables(tables) => {
            let nodes = tables.iter().map(|table| {
                let span = table.span().unwrap_or_else(|| span.clone());
                Ok(Node { content: Content::Table(toml_table(source, table)?), span })
            });
            Content::List(nodes.collect::<Outcome<_>>()?)
        }
        Item::Value(value) => toml_value(source, value, &span)?,
        Item::None => Content::Table(Table::default()),
    };
    Ok(Node { content, span })
}

fn toml_value(source: &Source, value: &toml_edit::Value, span: &Range<usize>) -> Outcome<Content> {
    Ok(match value {
        toml_edit::Value::Boolean(b) => Content::Scalar(Value::Boolean(*b.value())),
        toml_edit::Value::Integer(n) => Content::Scalar(Value::Integer(*n.value())),
        toml_edit::Value::Float(x) => Content::Scalar(real(source, *x.value(), span)?),
        toml_edit::Value::String(text) => Content::Scalar(Value::Text(text.value().clone())),
        toml_edit::Value::Datetime(_) => {
            return Err(Problem::input("a date is not a value here").at(source, span.clone(), "a date"));
        }
        toml_edit::Value::Array(items) => {
            let nodes = items.iter().map(|item| {
                let span = item.span().unwrap_or_else(|| span.clone());
                Ok(Node { content: toml_value(source, item, &span)?, span })
            });
            Content::List(nodes.collect::<Outcome<_>>()?)
        }
        toml_edit::Value::InlineTable(table) => Content::Table(toml_table(source, table)?),
    })
}

fn real(source: &Source, x: f64, span: &Range<usize>) -> Outcome<Value> {
    if x.is_finite() {
        Ok(Value::Real(x))
    } else {
        Err(Problem::input(format!("a number must be finite; found {x}")).at(
            source,
            span.clone(),
            "not finite",
        ))
    }
}

fn parse_json(source: &Source) -> Outcome<Table> {
    let options = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed =
        jsonc_parser::parse_to_ast(source.text(), &Default::default(), &options).map_err(|error| {
            let range = error.range();
            Problem::input(format!("this is not JSON: {}", error.kind())).at(
                source,
                range.start..range.end,
                "here",
            )
        })?;
    match parsed.value {
        Some(ast::Value::Object(object)) => json_table(source, &object),
        _ => Err(Problem::input("a scenario is a JSON object").at(source, 0..1, "here")),
    }
}

fn json_table(source: &Source, object: &ast::Object<'_>) -> Outcome<Table> {
    let mut table = Table::default();
    let mut seen = HashSet::new();
    for property in &object.properties {
        let (key, range) = (property.name.as_str().to_owned(), property.name.range());
        let span = range.start..range.end;
        if !seen.insert(key.clone()) {
            return Err(Problem::input(format!("the key `{key}` is given twice")).at(
                source,
                span,
                "again here",
            ));
        }
        table.entries.push(Entry { key, span, node: json_node(source, &property.value)? });
    }
    Ok(table)
}

fn json_node(source: &Source, value: &ast::Value<'_>) -> Outcome<Node> {
    let range = value.range();
    let span = range.start..range.end;
    let content = match value {
        ast::Value::BooleanLit(b) => Content::Scalar(Value::Boolean(b.value)),
        ast::Value::StringLit(text) => Content::Scalar(Value::Text(text.value.clone().into_owned())),
        ast::Value::NumberLit(number) => Content::Scalar(match number.value.parse::<i64>() {
            Ok(n) => Value::Integer(n),
            Err(_) => real(source, number.value.parse().unwrap_or(f64::NAN), &span)?,
        }),
        ast::Value::NullKeyword(_) => {
            return Err(
                Problem::input("null is not a value here; leave the key out").at(source, span, "null")
            );
        }
        ast::Value::Array(items) => {
            let nodes = items.elements.iter().map(|item| json_node(source, item));
            Content::List(nodes.collect::<Outcome<_>>()?)
        }
        ast::Value::Object(object) => Content::Table(json_table(source, object)?),
    };
    Ok(Node { content, span })
}

//! Values that a person gives to parameters, with the files that they name.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sim_models::registry::{Document as NamedFile, Kind, Naming, Parameter, ParameterError, Value, nearest};

use super::document::{Content, Document, Node};
use crate::problem::{Outcome, Problem};

/// Longest file that is read as text, in bytes.
const MOST_BYTES: u64 = 1 << 24;

/// Longest files together that one file names, in bytes.
const MOST_NAMED_BYTES: u64 = 1 << 26;

/// Entries of a folder among which the nearest name is looked for.
const MOST_ENTRIES: usize = 1000;

/// The value of a parameter at a place of a scenario file.
pub(super) fn from_file(document: &Document, parameter: &Parameter, node: &Node) -> Outcome<Value> {
    if let Content::Table(_) = node.content
        && parameter.kind != Kind::Table
    {
        let sentence = format!("`{}` is {}; found a table", parameter.key, parameter.allowed());
        return Err(document.problem(&node.span, sentence, "not a value").help("ranges belong into [sweep]"));
    }
    let value =
        with_files(parameter, node.value(), &document.folder).and_then(|value| check(parameter, &value));
    value.map_err(|problem| problem.at(&document.source, node.span.clone(), "found here"))
}

/// The value of `--set key=text`; files are looked for in the current folder.
pub(super) fn from_command_line(parameter: &Parameter, text: &str) -> Outcome<Value> {
    match parameter.kind {
        Kind::Table if text.trim_start().starts_with('{') => {
            let place = format!("--set {}", parameter.key);
            let table = Document::parse(Path::new(&place), text)?.root.value();
            check(parameter, &table).map_err(|problem| problem.context(&place))
        }
        Kind::Text => {
            // What looks like a number is a text, too.
            let plain = || Value::Text(text.trim().to_owned());
            let quoted = Some(Value::parse(text)).filter(|value| matches!(value, Value::Text(_)));
            in_command_line(parameter, text, Ok(quoted.unwrap_or_else(plain)))
        }
        Kind::Document if !parameter.per_layer => {
            // A name that looks like a number is a name.
            let name = Value::Text(text.trim().to_owned());
            in_command_line(parameter, text, with_files(parameter, name, Path::new("")))
        }
        _ => in_command_line(parameter, text, with_files(parameter, Value::parse(text), Path::new(""))),
    }
}

fn in_command_line(parameter: &Parameter, text: &str, value: Outcome<Value>) -> Outcome<Value> {
    let value = value.and_then(|value| check(parameter, &value));
    value.map_err(|problem| problem.context(&format!("--set {}={text}", parameter.key)))
}

/// The value as its parameter takes it.
pub(super) fn check(parameter: &Parameter, value: &Value) -> Outcome<Value> {
    parameter.normalize(value).map_err(|error: ParameterError| Problem::parameters(&error))
}

/// The value with the documents that it names.
fn with_files(parameter: &Parameter, value: Value, folder: &Path) -> Outcome<Value> {
    if parameter.kind != Kind::Document {
        return Ok(value);
    }
    match value {
        Value::Text(name) if parameter.names().all(|word| word != name) => {
            Ok(Value::Document(read_document(parameter, name, folder)?))
        }
        Value::List(items) if parameter.per_layer => {
            let items = items.into_iter().map(|item| with_files(parameter, item, folder));
            Ok(Value::List(items.collect::<Outcome<_>>()?))
        }
        other => Ok(other),
    }
}

fn read_document(parameter: &Parameter, name: String, folder: &Path) -> Outcome<NamedFile> {
    if name.is_empty() {
        let sentence = format!("`{}` is {}; found no name", parameter.key, parameter.allowed());
        return Err(Problem::input(sentence));
    }
    let path = folder.join(&name);
    let text = read_text(&path).map_err(|problem| {
        match (path.exists(), nearest_name(parameter.names(), &path)) {
            (false, Some(nearest)) => problem.help(format!("did you mean `{nearest}`?")),
            (false, None) if folder != Path::new("") => {
                problem.help("names of files are relative to the folder of the scenario")
            }
            _ => problem,
        }
    })?;
    if text.trim().is_empty() {
        return Err(Problem::input(format!("{} is empty", path.display())));
    }
    let document = NamedFile::new(name, text);
    match parameter.naming {
        Some(naming) => with_named_files(document, naming, &path),
        None => Ok(document),
    }
}

/// A document with the files that it names, which lie in its folder unless their names say otherwise.
fn with_named_files(mut document: NamedFile, naming: Naming, path: &Path) -> Outcome<NamedFile> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut total = 0;
    for file in (naming.0)(document.name(), document.text()) {
        let at = folder.join(&file.name);
        let named = format!("{}: {} names the file `{}`", path.display(), file.place, file.name);
        let text = read_text(&at).map_err(|problem| {
            let problem = problem.context(&named);
            match (at.exists(), nearest_name(std::iter::empty(), &at)) {
                (false, Some(nearest)) => problem.help(format!("did you mean `{nearest}`?")),
                _ => problem.help(format!("its name is relative to the folder of {}", path.display())),
            }
        })?;
        total += text.len() as u64;
        if total > MOST_NAMED_BYTES {
            let sentence =
                format!("{named}; the files that it names are longer than {MOST_NAMED_BYTES} bytes");
            return Err(Problem::input(sentence));
        }
        document = document.with_file(file.name, text);
    }
    Ok(document)
}

/// The word or the file beside a missing one whose name is most like it.
fn nearest_name<'a>(words: impl Iterator<Item = &'a str>, path: &Path) -> Option<String> {
    let beside = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let entries = std::fs::read_dir(beside).into_iter().flatten().take(MOST_ENTRIES);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.extend(words.map(str::to_owned));
    nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))
}

/// The text of a file.
pub(super) fn read_text(path: &Path) -> Outcome<String> {
    let cannot =
        |why: &dyn std::fmt::Display| Problem::input(format!("cannot read {}: {why}", path.display()));
    if path.is_dir() {
        return Err(cannot(&"it is a folder"));
    }
    let file = File::open(path).map_err(|error| cannot(&error))?;
    text_of(path, read_limited(file).map_err(|error| cannot(&error))?)
}

/// The text of standard input, up to its end; `place` is what messages call it.
pub(super) fn read_standard_input(place: &Path) -> Outcome<String> {
    let bytes =
        read_limited(std::io::stdin().lock()).map_err(|error| Problem::file("read", place, &error))?;
    text_of(place, bytes)
}

fn text_of(path: &Path, bytes: Vec<u8>) -> Outcome<String> {
    if bytes.len() as u64 > MOST_BYTES {
        let sentence =
            format!("{} is too long to be read: it is longer than {MOST_BYTES} bytes", path.display());
        return Err(Problem::input(sentence));
    }
    String::from_utf8(bytes).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        Problem::input(format!("{} is not UTF-8 text: byte {position} is not", path.display()))
    })
}

/// What can be read, up to a byte more than there may be: `/dev/zero` has no end.
fn read_limited(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

//! What goes wrong, as a sentence with its place, and the exit code that says so to scripts.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use sim_models::registry::{ParameterError, nearest};

/// Longest line of a file that a message shows, in bytes.
const LONGEST_LINE: usize = 400;

/// Exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was done.
    Success = 0,
    /// The machine failed: a disk, a permission, a defect.
    Failure = 1,
    /// The input is wrong: a flag, a key, a value, a file.
    Input = 2,
    /// Some cells of a sweep failed; the others are in the results.
    CellsFailed = 3,
    /// What `--fail-if` names holds.
    Fails = 4,
    /// Nothing can be recommended: no organization keeps the limits.
    Nothing = 5,
    /// Ctrl-C; what was complete is written.
    Cancelled = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A text that a person wrote and that messages point into.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: Arc<str>,
}

impl Source {
    /// A file's name and text.
    pub fn new(path: &Path, text: &str) -> Self {
        Self { name: path.display().to_string(), text: Arc::from(text) }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `file:line` of a place.
    fn line(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        format!("{}:{}", self.name, before.matches('\n').count() + 1)
    }

    /// Whether the lines around a place are too long to be shown.
    fn is_endless(&self, span: &Range<usize>) -> bool {
        let number = self.text.get(..span.start).unwrap_or_default().matches('\n').count();
        let around = self.text.lines().skip(number.saturating_sub(1)).take(3);
        around.map(str::len).max().unwrap_or(0) > LONGEST_LINE || span.len() > LONGEST_LINE
    }
}

/// Something that went wrong.
#[derive(Debug)]
pub struct Problem {
    sentence: String,
    exit: Exit,
    /// Boxed, because a result carries room for its error also where there is none.
    place: Option<Box<(NamedSource<Arc<str>>, LabeledSpan)>>,
    help: Option<String>,
}

/// The result of everything that can go wrong before a person.
pub type Outcome<T> = Result<T, Problem>;

impl Problem {
    /// Wrong input.
    pub fn input(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), exit: Exit::Input, place: None, help: None }
    }

    /// A failure of the machine or of the program.
    pub fn failure(sentence: impl Into<String>) -> Self {
        Self { exit: Exit::Failure, ..Self::input(sentence) }
    }

    /// A file that cannot be read or written.
    pub fn file(doing: &str, path: &Path, error: &dyn fmt::Display) -> Self {
        Self::failure(format!("cannot {doing} {}: {error}", path.display()))
    }

    /// Values that the model does not allow.
    pub fn parameters(error: &ParameterError) -> Self {
        let problem = Self::input(error.to_string());
        match error.advice() {
            Some(advice) => problem.help(advice),
            None => problem,
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Adds what a person could do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds what a name that is none of these was meant to be: the nearest of them, or else all.
    #[must_use]
    pub fn among(self, name: &str, possible: &[&str]) -> Self {
        match nearest(name, possible.iter().copied()) {
            Some(nearest) => self.help(format!("did you mean `{nearest}`?")),
            None => self.help(format!("possible: {}", possible.join(", "))),
        }
    }

    /// That a name is none of these metrics.
    pub fn no_metric(name: &str, metrics: &[&str]) -> Self {
        Self::input(format!("`{name}` is no metric")).among(name, metrics)
    }

    /// Says where on the command line it is.
    #[must_use]
    pub fn context(self, place: &str) -> Self {
        Self { sentence: format!("{place}: {}", self.sentence), ..self }
    }

    /// Says where in a file it is.
    #[must_use]
    pub fn at(self, source: &Source, span: Range<usize>, label: &str) -> Self {
        let length = span.end.saturating_sub(span.start).max(1);
        let sentence = format!("{}: {}", source.line(&span), self.sentence);
        if source.is_endless(&span) {
            return Self { sentence, ..self };
        }
        Self {
            sentence,
            place: Some(Box::new((
                NamedSource::new(&source.name, source.text.clone()),
                LabeledSpan::new(Some(label.to_owned()), span.start, length),
            ))),
            ..self
        }
    }

    /// Prints it for a person.
    pub fn report(mut self) {
        use std::io::{IsTerminal, Write};
        self.sentence = shortened(&self.sentence);
        // A sentence in a log or a pipe stays on one line, so that it can be searched.
        let wrap = std::io::stderr().is_terminal();
        let options = move || miette::MietteHandlerOpts::new().wrap_lines(wrap).build();
        // It is an error to choose a second time; nobody does.
        let _ = miette::set_hook(Box::new(move |_| Box::new(options())));
        // Nothing is left to do if standard error itself is gone.
        let _ = writeln!(std::io::stderr(), "{:?}", miette::Report::new(self));
    }
}

/// A sentence without the middle of what nobody reads to its end, such as a value of 100 000 letters.
fn shortened(sentence: &str) -> String {
    const START: usize = 900;
    const END: usize = 300;
    let count = sentence.chars().count();
    if count <= START + END {
        return sentence.to_owned();
    }
    let start: String = sentence.chars().take(START).collect();
    let end: String = sentence.chars().skip(count - END).collect();
    format!("{start} … {end}")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &place.0 as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.place.as_ref().map(|place| place.1.clone())?;
        Some(Box::new(std::iter::once(label)))
    }
}

//! The book in `docs/` says what the program says: the commands of every page are run as a reader would, one page in one folder, and their output is
//! compared with the page; the generated pages are what the program generates.
//!
//! In a block marked `console`, a line that begins with `$ ` is a command, and what follows is what it prints; a line `...` stands for any lines. A
//! block below the comment `<!-- file: NAME -->` is saved as that file first.

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Place, program};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// What a page tells its reader to do.
enum Step {
    /// Save a file.
    Save { name: String, content: String },
    /// Type a command, and see this.
    Run { command: String, output: Vec<String> },
}

fn steps(page: &str) -> Vec<Step> {
    let (mut steps, mut file, mut lines) = (Vec::new(), None, page.lines());
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->")) {
            file = Some(name.to_owned());
        } else if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(name) = file.take() {
                steps.push(Step::Save { name, content: block.join("\n") + "\n" });
            } else if language == "console" {
                for line in block {
                    match (line.strip_prefix("$ "), steps.last_mut()) {
                        (Some(command), _) => {
                            steps.push(Step::Run { command: command.to_owned(), output: Vec::new() })
                        }
                        (None, Some(Step::Run { output, .. })) => output.push(line.to_owned()),
                        (None, _) => unreachable!("a console block begins with a command, not with `{line}`"),
                    }
                }
            }
        }
    }
    steps
}

/// Whether lines fit a pattern in which `...` stands for any lines.
fn fits(pattern: &[String], lines: &[&str]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..]))
        }
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, others)| line == first && fits(rest, others))
        }
    }
}

#[test]
fn elisions_stand_for_any_lines_and_nothing_else_does() {
    let pattern: Vec<String> = ["a", "...", "c"].map(String::from).to_vec();
    assert!(fits(&pattern, &["a", "b", "b", "c"]));
    assert!(fits(&pattern, &["a", "c"]));
    assert!(!fits(&pattern, &["a", "b"]));
    assert!(!fits(&pattern[..1], &["a", "b"]));
}

#[test]
fn the_commands_of_every_page_print_what_the_page_shows() {
    let mut commands = 0;
    let tools = program().parent().unwrap();
    let path = env::join_paths(
        [tools.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())),
    )
    .unwrap();
    for entry in fs::read_dir(docs()).unwrap() {
        let page = entry.unwrap().path();
        if page.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let (place, name) = (Place::new(), page.file_name().unwrap().to_string_lossy().into_owned());
        for step in steps(&fs::read_to_string(&page).unwrap()) {
            let (command, output) = match step {
                Step::Save { name, content } => {
                    place.write(&name, content);
                    continue;
                }
                Step::Run { command, output } => (command, output),
            };
            let ended = Command::new("sh")
                .args(["-c", &command])
                .current_dir(place.path(""))
                .env("PATH", &path)
                .output()
                .unwrap();
            let (out, err) = (
                String::from_utf8(ended.stdout).unwrap(),
                String::from_utf8_lossy(&ended.stderr).into_owned(),
            );
            assert!(ended.status.success(), "{name}: {command}\n{err}");
            let printed: Vec<&str> = out.lines().map(str::trim_end).collect();
            assert!(
                fits(&output, &printed),
                "{name}: {command}\nprints\n{out}\nthe page has\n{}",
                output.join("\n")
            );
            commands += 1;
        }
    }
    assert!(commands >= 15, "the book has commands");
}

#[test]
fn generated_pages_are_what_the_program_generates() {
    for (page, command) in [
        ("models.md", "models --format markdown"),
        ("literature.md", "literature --format markdown"),
        ("scenario.md", "schema --format markdown"),
        ("claims.md", "check --list --format markdown"),
    ] {
        let written = fs::read_to_string(docs().join(page)).unwrap();
        assert!(
            written == Place::new().synergy(command).out,
            "docs/{page} is stale: synergy {command} > docs/{page}"
        );
    }
}

/// Formulas are made into MathML when the book is built; what MathJax wants would stand in the pages as it is.
#[test]
fn formulas_of_the_book_need_no_network() {
    let configuration = fs::read_to_string(docs().join("book.toml")).unwrap();
    assert!(!configuration.contains("mathjax") && configuration.contains("output = \"mathml\""));
    let theory = fs::read_to_string(docs().join("theory.md")).unwrap();
    assert!(theory.matches("$$").count() >= 10 && theory.matches('$').count().is_multiple_of(2));
    for entry in fs::read_dir(docs()).unwrap() {
        let page = entry.unwrap().path();
        if page.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&page).unwrap();
            assert!(!text.contains("\\\\(") && !text.contains("\\\\["), "{}", page.display());
        }
    }
}

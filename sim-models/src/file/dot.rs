//! DOT, the language of Graphviz, for graphs of any kind: words, grammar, and how names and attributes are spelled.

mod dialect;
mod lexer;
mod parser;
mod text;

pub(crate) use dialect::Dialect;
pub(crate) use parser::{Attributes, Digraph, parse, stated};
pub(crate) use text::{AttributeList, brief, list_of_names, names, number, spelled};

/// Whether a text begins as a graph does. A file in DOT may begin with a comment, too; then its name tells.
pub(crate) fn is_begun(text: &str) -> bool {
    let text = text.trim_start();
    let word = |word: &str| {
        text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
            && !text[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    };
    ["digraph", "strict", "graph"].into_iter().any(word)
}

/// Whether a file of this name is in DOT.
pub(crate) fn is_named(name: &str) -> bool {
    name.ends_with(".dot") || name.ends_with(".gv")
}

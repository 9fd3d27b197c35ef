//! Comments of a README, and the tables below them.

use std::collections::BTreeMap;
use std::ops::Range;

/// A comment.
pub(super) struct Comment<'a> {
    readme: &'a str,
    /// Where what it says is.
    pub text: Range<usize>,
    /// Where it ends.
    pub end: usize,
    /// Whether it does.
    pub ends: bool,
}

const BEGIN: &str = "<!--";
const END: &str = "-->";

pub(super) fn comments(readme: &str) -> impl Iterator<Item = Comment<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let begin = from + readme[from..].find(BEGIN)? + BEGIN.len();
        let found = readme[begin..].find(END);
        let close = found.map_or(readme.len(), |at| begin + at);
        let end = found.map_or(readme.len(), |_| close + END.len());
        from = end;
        Some(Comment { readme, text: begin..close, end, ends: found.is_some() })
    })
}

impl<'a> Comment<'a> {
    /// What it says behind this word, if it begins with it.
    pub fn after(&self, word: &str) -> Option<&'a str> {
        let rest = self.readme[self.text.clone()].trim_start().strip_prefix(word)?;
        rest.starts_with(char::is_whitespace).then_some(rest)
    }

    /// What it says behind this and a colon.
    fn saying(&self, mark: &str) -> Option<&'a str> {
        Some(self.readme[self.text.clone()].trim().strip_prefix(mark)?.strip_prefix(':')?.trim())
    }
}

/// The rows of the table below a comment that ends at `end`, or where they would be.
pub(super) fn table_from(readme: &str, end: usize) -> Range<usize> {
    let is_blank = |line: &&str| line.trim().is_empty();
    let is_row = |line: &str| line.trim_start().starts_with('|');
    let mut lines = readme[end..].split_inclusive('\n');
    // The rest of the comment's own line.
    let start = end + lines.clone().next().filter(is_blank).map_or(0, str::len);
    let blank: usize = lines.by_ref().take_while(is_blank).map(str::len).sum();
    let (begins, rest) = match readme[end + blank..].split_inclusive('\n').next() {
        Some(first) if is_row(first) => (end + blank, &readme[end + blank..]),
        _ => return start..start,
    };
    begins..begins + rest.split_inclusive('\n').take_while(|line| is_row(line)).map(str::len).sum::<usize>()
}

/// Why nothing of this experiment can be compared, if its README says so.
pub fn compares_nothing(readme: &str) -> Option<&str> {
    comments(readme).find_map(|comment| comment.saying("compares nothing")).filter(|why| !why.is_empty())
}

/// The scenario files that are not run, and why.
pub fn not_run(readme: &str) -> BTreeMap<&str, &str> {
    let said = comments(readme).filter_map(|comment| comment.saying("not run"));
    said.filter_map(|said| said.split_once(':')).map(|(file, why)| (file.trim(), why.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_compared_is_said_with_a_reason() {
        let readme =
            "# x\n<!-- compares nothing: it is about time -->\n<!--not run: full.toml: it takes a day-->";
        assert_eq!(compares_nothing(readme), Some("it is about time"));
        assert_eq!(not_run(readme), BTreeMap::from([("full.toml", "it takes a day")]));
        assert_eq!(compares_nothing("<!-- compares nothing -->"), None);
        assert_eq!(compares_nothing("<!-- compares nothing: -->"), None);
        assert!(not_run("<!-- not run: full.toml -->").is_empty());
    }
}

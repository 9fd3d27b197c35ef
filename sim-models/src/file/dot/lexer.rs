//! The words of DOT.

use std::iter::Peekable;
use std::str::Chars;

use crate::file::InvalidText;

/// A place in the text, both from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    line: usize,
    column: usize,
}

impl Position {
    pub(super) fn error(self, reason: impl std::fmt::Display) -> InvalidText {
        let Self { line, column } = self;
        InvalidText::Syntax { format: "DOT", reason: format!("line {line}, column {column}: {reason}") }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, a number or a quoted text.
    Id(String),
    /// A word that the language keeps for itself, in lower case.
    Keyword(&'static str),
    /// `{`, `}`, `[`, `]`, `;`, `,`, `=`, `:`, `->` or `--`.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(text) if text.chars().count() > 40 => {
                write!(f, "`{}...`", text.chars().take(40).collect::<String>())
            }
            Self::Id(text) => write!(f, "`{text}`"),
            Self::Keyword(word) | Self::Symbol(word) => write!(f, "`{word}`"),
            Self::End => f.write_str("the end of the text"),
        }
    }
}

/// The words that the language keeps for itself.
pub(super) const KEYWORDS: [&str; 6] = ["node", "edge", "graph", "digraph", "subgraph", "strict"];
const SYMBOLS: [(char, &str); 8] =
    [('{', "{"), ('}', "}"), ('[', "["), (']', "]"), (';', ";"), (',', ","), ('=', "="), (':', ":")];

/// Reads a text word by word.
pub(super) struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    at: Position,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest: text.chars().peekable(), at: Position { line: 1, column: 1 } }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        if next == '\n' {
            self.at = Position { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(next)
    }

    fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.next();
        }
        there
    }

    /// The next word, and where it begins.
    pub(super) fn token(&mut self) -> Result<(Token, Position), InvalidText> {
        self.skip_blanks()?;
        let start = self.at;
        let Some(first) = self.peek() else { return Ok((Token::End, start)) };
        let token = match first {
            '"' => Token::Id(self.quoted()?),
            '<' => Token::Id(self.html()?),
            '-' => self.minus()?,
            '.' | '0'..='9' => Token::Id(self.number(String::new())?),
            _ if is_letter(first) => self.word(),
            _ => {
                self.next();
                let symbol = SYMBOLS.iter().find(|(symbol, _)| *symbol == first);
                let found = format!(
                    "`{}` begins no word; put names with special characters in quotes",
                    first.escape_debug()
                );
                Token::Symbol(symbol.ok_or_else(|| start.error(found))?.1)
            }
        };
        Ok((token, start))
    }

    /// Skips blanks, comments, and lines that begin with `#`.
    fn skip_blanks(&mut self) -> Result<(), InvalidText> {
        loop {
            let start = self.at;
            match self.peek() {
                Some('#') if start.column == 1 => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                Some('/') => {
                    self.next();
                    if self.take('/') {
                        while self.peek().is_some_and(|c| c != '\n') {
                            self.next();
                        }
                    } else if self.take('*') {
                        self.comment(start)?;
                    } else {
                        return Err(start.error("`/` begins no word; a comment begins with `//` or `/*`"));
                    }
                }
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self, start: Position) -> Result<(), InvalidText> {
        while let Some(c) = self.next() {
            if c == '*' && self.take('/') {
                return Ok(());
            }
        }
        Err(start.error("this comment does not end; it ends with `*/`"))
    }

    fn word(&mut self) -> Token {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|&c| is_letter(c) || c.is_ascii_digit()) {
            word.push(c);
            self.next();
        }
        match KEYWORDS.into_iter().find(|keyword| keyword.eq_ignore_ascii_case(&word)) {
            Some(keyword) => Token::Keyword(keyword),
            None => Token::Id(word),
        }
    }

    fn minus(&mut self) -> Result<Token, InvalidText> {
        let start = self.at;
        self.next();
        match self.peek() {
            Some('>') => {
                self.next();
                Ok(Token::Symbol("->"))
            }
            Some('-') => {
                self.next();
                Ok(Token::Symbol("--"))
            }
            Some('.' | '0'..='9') => Ok(Token::Id(self.number("-".to_owned())?)),
            _ => Err(start.error("`-` begins no word; an edge is `->`")),
        }
    }

    fn number(&mut self, mut number: String) -> Result<String, InvalidText> {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| c.is_ascii_digit() || *c == '.') {
            number.push(c);
            self.next();
        }
        let tail = self.peek().filter(|&c| is_letter(c));
        let is_number = number.matches('.').count() <= 1 && number.contains(|c: char| c.is_ascii_digit());
        if tail.is_some() || !is_number {
            let found = format!("{number}{}", tail.map_or(String::new(), String::from));
            let advice = "put names, and numbers with an exponent, in quotes";
            return Err(start.error(format!("`{found}` is no number; {advice}")));
        }
        Ok(number)
    }

    /// A quoted text; several of them joined by `+` are one. `\"` is a quote and `\\` a backslash; a backslash before the end of a
    /// line joins lines; before anything else it stays.
    fn quoted(&mut self) -> Result<String, InvalidText> {
        let mut text = String::new();
        loop {
            let start = self.at;
            self.next();
            loop {
                match self.next() {
                    None => return Err(start.error("this quoted text does not end")),
                    Some('"') => break,
                    Some('\\') => match self.peek() {
                        Some(c @ ('"' | '\\')) => {
                            text.push(c);
                            self.next();
                        }
                        Some('\n') => {
                            self.next();
                        }
                        _ => text.push('\\'),
                    },
                    Some(c) => text.push(c),
                }
            }
            self.skip_blanks()?;
            if !self.take('+') {
                return Ok(text);
            }
            self.skip_blanks()?;
            if self.peek() != Some('"') {
                return Err(self.at.error("a quoted text follows `+`"));
            }
        }
    }

    /// A text with markup, between angle brackets.
    fn html(&mut self) -> Result<String, InvalidText> {
        let (start, mut text, mut depth) = (self.at, String::new(), 0_usize);
        while let Some(c) = self.next() {
            match c {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            text.push(c);
            if depth == 0 {
                return Ok(text);
            }
        }
        Err(start.error("this text in angle brackets does not end"))
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

//! Formulas: arithmetic over named numbers, as it is written in a scenario.
//!
//! ```text
//! sum    = term { ("+" | "-") term }
//! term   = signed { ("*" | "/") signed }
//! signed = ["-" | "+"] signed | power
//! power  = atom ["^" signed]
//! atom   = number | name | function "(" sum { "," sum } ")" | "(" sum ")"
//! ```
//!
//! A power binds more tightly than a sign before it, as in mathematics: -x^2 is -(x^2), and 2^-x is allowed. The functions are those of the `libm`
//! crate, the same to the last bit on every machine.

use std::collections::BTreeSet;

/// Deepest nesting: nobody writes more, and no formula exhausts the stack.
const MOST_LEVELS: usize = 50;

/// Longest formula in bytes: what is written one after the other is nested, too, once it is read.
const MOST_BYTES: usize = 2000;

/// A formula that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Name(String),
    Negative(Box<Node>),
    Binary(Operator, Box<(Node, Node)>),
    Call(Function, Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

/// A function by its name.
#[derive(Clone, Copy, Debug)]
struct Function {
    name: &'static str,
    /// Number of its arguments; `None`: one or more.
    arguments: Option<usize>,
    apply: fn(&[f64]) -> f64,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All functions.
const FUNCTIONS: [Function; 11] = [
    unary("sqrt", |x| libm::sqrt(x[0])),
    unary("exp", |x| libm::exp(x[0])),
    unary("ln", |x| libm::log(x[0])),
    unary("log10", |x| libm::log10(x[0])),
    unary("log2", |x| libm::log2(x[0])),
    unary("abs", |x| x[0].abs()),
    unary("floor", |x| libm::floor(x[0])),
    unary("ceil", |x| libm::ceil(x[0])),
    unary("round", |x| libm::round(x[0])),
    Function { name: "min", arguments: None, apply: |x| extreme(x, f64::INFINITY, f64::min) },
    Function { name: "max", arguments: None, apply: |x| extreme(x, f64::NEG_INFINITY, f64::max) },
];

/// The least or the largest of some numbers; not a number if one of them is none.
fn extreme(numbers: &[f64], beyond: f64, better: fn(f64, f64) -> f64) -> f64 {
    if numbers.iter().any(|x| x.is_nan()) { f64::NAN } else { numbers.iter().copied().fold(beyond, better) }
}

const fn unary(name: &'static str, apply: fn(&[f64]) -> f64) -> Function {
    Function { name, arguments: Some(1), apply }
}

/// What is wrong with a formula, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidExpression {
    /// The place.
    pub at: usize,
    /// The sentence.
    pub sentence: String,
}

impl Expression {
    /// Reads a formula.
    pub fn parse(text: &str) -> Result<Self, InvalidExpression> {
        let mut parser = Parser { text, at: 0, level: 0 };
        if text.len() > MOST_BYTES {
            return Err(
                parser.refuse(format!("a formula has at most {MOST_BYTES} letters; found {}", text.len()))
            );
        }
        let node = parser.sum()?;
        match parser.next() {
            None => Ok(Self(node)),
            Some(letter) => Err(parser.refuse(format!("a formula does not go on with `{letter}` here"))),
        }
    }

    /// The names in it.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.0.collect(&mut names);
        names
    }

    /// Its value; not a number where a name has none, whatever it would be multiplied with or raised to.
    pub fn value(&self, of: &impl Fn(&str) -> Option<f64>) -> f64 {
        if self.names().into_iter().any(|name| of(name).is_none()) { f64::NAN } else { self.0.value(of) }
    }
}

impl Node {
    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Name(name) => {
                names.insert(name);
            }
            Self::Negative(inner) => inner.collect(names),
            Self::Binary(_, pair) => {
                pair.0.collect(names);
                pair.1.collect(names);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.collect(names)),
        }
    }

    fn value(&self, of: &impl Fn(&str) -> Option<f64>) -> f64 {
        match self {
            Self::Number(x) => *x,
            Self::Name(name) => of(name).unwrap_or(f64::NAN),
            Self::Negative(inner) => -inner.value(of),
            Self::Binary(operator, pair) => {
                let (a, b) = (pair.0.value(of), pair.1.value(of));
                match operator {
                    Operator::Plus => a + b,
                    Operator::Minus => a - b,
                    Operator::Times => a * b,
                    Operator::Over => a / b,
                    Operator::Power => libm::pow(a, b),
                }
            }
            Self::Call(function, arguments) => {
                let values: Vec<f64> = arguments.iter().map(|argument| argument.value(of)).collect();
                (function.apply)(&values)
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    level: usize,
}

impl Parser<'_> {
    fn refuse(&self, sentence: impl Into<String>) -> InvalidExpression {
        InvalidExpression { at: self.at, sentence: sentence.into() }
    }

    /// The next letter that is no space, which is not taken.
    fn next(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Takes one of these letters.
    fn take(&mut self, letters: &str) -> Option<char> {
        let letter = self.next().filter(|letter| letters.contains(*letter))?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn sum(&mut self) -> Result<Node, InvalidExpression> {
        let mut sum = self.term()?;
        while let Some(sign) = self.take("+-") {
            let operator = if sign == '+' { Operator::Plus } else { Operator::Minus };
            sum = Node::Binary(operator, Box::new((sum, self.term()?)));
        }
        Ok(sum)
    }

    fn term(&mut self) -> Result<Node, InvalidExpression> {
        let mut product = self.signed()?;
        while let Some(sign) = self.take("*/") {
            let operator = if sign == '*' { Operator::Times } else { Operator::Over };
            product = Node::Binary(operator, Box::new((product, self.signed()?)));
        }
        Ok(product)
    }

    /// Every nesting passes here.
    fn signed(&mut self) -> Result<Node, InvalidExpression> {
        self.level += 1;
        if self.level > MOST_LEVELS {
            return Err(self.refuse(format!("a formula is nested at most {MOST_LEVELS} deep")));
        }
        let signed = match self.take("+-") {
            Some('-') => Node::Negative(Box::new(self.signed()?)),
            Some(_) => self.signed()?,
            None => self.power()?,
        };
        self.level -= 1;
        Ok(signed)
    }

    fn power(&mut self) -> Result<Node, InvalidExpression> {
        let base = self.atom()?;
        match self.take("^") {
            Some(_) => Ok(Node::Binary(Operator::Power, Box::new((base, self.signed()?)))),
            None => Ok(base),
        }
    }

    fn atom(&mut self) -> Result<Node, InvalidExpression> {
        match self.next() {
            Some('(') => {
                self.take("(");
                let inner = self.sum()?;
                self.close()?;
                Ok(inner)
            }
            Some(letter) if letter.is_ascii_digit() || letter == '.' => self.number(),
            Some(letter) if letter.is_alphabetic() || letter == '_' => self.name(),
            Some(letter) => {
                Err(self.refuse(format!("a number, a name or `(` is expected; found `{letter}`")))
            }
            None => Err(self.refuse("a number, a name or `(` is expected; the formula ends here")),
        }
    }

    fn close(&mut self) -> Result<(), InvalidExpression> {
        match self.take(")") {
            Some(_) => Ok(()),
            None => Err(self.refuse("a `)` is missing here")),
        }
    }

    fn number(&mut self) -> Result<Node, InvalidExpression> {
        let rest = &self.text[self.at..];
        let digits = |text: &str| {
            text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '_').len()
        };
        let mut end = digits(rest);
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
                end = rest.len() - unsigned.len() + digits(unsigned);
            }
        }
        let number = rest[..end].replace('_', "").parse::<f64>().ok().filter(|x| x.is_finite());
        let number = number.ok_or_else(|| self.refuse(format!("`{}` is no number", &rest[..end])))?;
        self.at += end;
        Ok(Node::Number(number))
    }

    fn name(&mut self) -> Result<Node, InvalidExpression> {
        let start = self.at;
        let rest = &self.text[start..];
        let name =
            &rest[..rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len()];
        self.at += name.len();
        if self.take("(").is_none() {
            return Ok(match name {
                "pi" => Node::Number(std::f64::consts::PI),
                _ => Node::Name(name.to_owned()),
            });
        }
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            let sentence = format!("there is no function `{name}`; there are {}", names.join(", "));
            return Err(InvalidExpression { at: start, sentence });
        };
        let mut arguments = vec![self.sum()?];
        while self.take(",").is_some() {
            arguments.push(self.sum()?);
        }
        self.close()?;
        match function.arguments {
            Some(count) if count != arguments.len() => {
                let sentence = format!("`{name}` has {count} argument; found {}", arguments.len());
                Err(InvalidExpression { at: start, sentence })
            }
            _ => Ok(Node::Call(*function, arguments)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let of = |name: &str| match name {
            "x" => Some(3.0),
            "μ_0" => Some(0.5),
            _ => None,
        };
        Expression::parse(text).unwrap().value(&of)
    }

    /// Values that everybody can compute by hand; powers are those of mathematics.
    #[test]
    fn formulas_are_those_of_mathematics() {
        for (text, expected) in [
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("2 - 3 - 4", -5.0),
            ("24 / 4 / 2", 3.0),
            ("-x^2", -9.0),
            ("2^-1", 0.5),
            ("2^3^2", 512.0),
            ("--2", 2.0),
            ("1_000 * 1e-3 + .5", 1.5),
            ("2 * μ_0", 1.0),
            ("min(3, x, 1) + max(2)", 3.0),
            ("sqrt(16) + abs(-2) + round(2.5) + floor(-1.5) + ceil(0.2)", 8.0),
            ("log10(1000) + log2(8) + ln(exp(2))", 8.0),
            ("round(1e6 * pi)", 3_141_593.0),
        ] {
            assert!((value(text) - expected).abs() < 1e-12, "{text} = {}", value(text));
        }
        for nothing in ["y", "0/0", "min(y, 1)", "max(1, 0/0)", "y^0", "1^y"] {
            assert!(value(nothing).is_nan(), "{nothing}");
        }
        assert_eq!(Expression::parse("a * b^min(c, a)").unwrap().names(), BTreeSet::from(["a", "b", "c"]));
    }

    #[test]
    fn what_is_no_formula_is_refused_where_it_goes_wrong() {
        for (text, at) in [
            ("", 0),
            ("1 +", 3),
            ("(1", 2),
            ("1)", 1),
            ("2 $ 3", 2),
            ("sin(1)", 0),
            ("1 + sqrt(1, 2)", 4),
            ("1.2.3", 0),
            ("1e999", 0),
            ("x y", 2),
            ("3e", 1),
            ("μ €", 3),
            ("min()", 4),
        ] {
            assert_eq!(Expression::parse(text).map_err(|error| error.at).err(), Some(at), "{text}");
        }
        for deep in [
            "(".repeat(100_000),
            "-".repeat(100_000),
            "2^".repeat(100_000),
            "abs(".repeat(100_000),
            "1+".repeat(999) + "1+1+1",
        ] {
            assert!(Expression::parse(&deep).is_err());
        }
    }
}

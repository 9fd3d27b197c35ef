//! Units of parameters and metrics, and quantities as people type them: `2k tokens`.

use super::Value;

/// Characters of a number that a person types.
const LONGEST_NUMBER: usize = 32;

/// The unit of a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number: a probability, a bias, a correlation.
    One,
    /// Tokens of a language model.
    Tokens,
    /// Agents.
    Agents,
    /// Layers of a tree, or hops of a chain.
    Layers,
    /// The square of the unit of a continuous answer.
    SquaredError,
}

impl Unit {
    /// Its name; empty for a pure number.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Tokens => "tokens",
            Self::Agents => "agents",
            Self::Layers => "layers",
            Self::SquaredError => "squared error",
        }
    }

    /// Reads `2k tokens`, `1.5M tokens`, `3 layers` as a number of this unit; `None` where the text is something else.
    /// The prefixes are k, M and G; the unit may be left out after a prefix.
    pub fn read(self, value: &Value) -> Option<Value> {
        let Value::Text(text) = value else { return None };
        // The longest beginning that is a number: `1e6 tokens` has an exponent, `5 elephants` has none.
        let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(LONGEST_NUMBER);
        let number_before =
            |end: usize| text[..end].replace('_', "").parse::<f64>().ok().filter(|x| x.is_finite());
        let (end, number) = ends.filter_map(|end| Some((end, number_before(end)?))).last()?;
        let rest = &text[end..];
        let rest = rest.trim_start();
        let (scale, rest) = match rest.chars().next() {
            Some('k') => (1e3, &rest[1..]),
            Some('M') => (1e6, &rest[1..]),
            Some('G') => (1e9, &rest[1..]),
            _ => (1.0, rest),
        };
        let unit = rest.trim();
        let named = unit.is_empty() && scale != 1.0 || !self.name().is_empty() && self.name() == unit;
        (self != Self::One && named).then_some(Value::Real(number * scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_their_unit() {
        let read = |text: &str| Unit::Tokens.read(&Value::Text(text.into())).and_then(|v| v.as_number());
        assert_eq!(read("2k tokens"), Some(2000.0));
        assert_eq!(read("1.5M"), Some(1.5e6));
        assert_eq!(read("40 tokens"), Some(40.0));
        assert_eq!(read("1e6 tokens"), Some(1e6));
        assert_eq!(read("1e3k tokens"), Some(1e6));
        assert_eq!(read("40 dollars"), None);
        assert_eq!(read("k tokens"), None);
        assert_eq!(read("tokens"), None);
        assert_eq!(read("4γ"), None);
        assert_eq!(Unit::One.read(&Value::Text("2k".into())), None);
    }
}

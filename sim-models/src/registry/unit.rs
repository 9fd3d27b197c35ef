//! Units of parameters and metrics, and quantities as people type them: `2k tokens`.

use super::Value;

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
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '-');
        let mut end = text.find(|c| !is_digit(c))?;
        // `1e6 tokens`: the letter belongs to the number where digits follow it.
        if let Some(exponent) = text[end..].strip_prefix(['e', 'E'])
            && exponent.starts_with(is_digit)
        {
            end += 1 + exponent.find(|c| !is_digit(c))?;
        }
        let (digits, rest) = text.split_at(end);
        let number: f64 = digits.replace('_', "").parse().ok()?;
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
        assert_eq!(read("2e3 tokens"), Some(2000.0));
        assert_eq!(read("1e-1k tokens"), Some(100.0));
        assert_eq!(read("2e tokens"), None);
        assert_eq!(read("40 dollars"), None);
        assert_eq!(read("k tokens"), None);
        assert_eq!(read("tokens"), None);
        assert_eq!(read("4γ"), None);
        assert_eq!(Unit::One.read(&Value::Text("2k".into())), None);
    }
}

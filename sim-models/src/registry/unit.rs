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
    /// Simulated time.
    Seconds,
    /// Events per second of simulated time.
    PerSecond,
    /// Requests per minute of simulated time.
    RequestsPerMinute,
    /// Tokens per second of simulated time.
    TokensPerSecond,
    /// Tokens per minute of simulated time.
    TokensPerMinute,
    /// Money.
    Dollars,
    /// The price of a million tokens.
    DollarsPerMillionTokens,
    /// Energy.
    Joules,
    /// Energy of one token.
    JoulesPerToken,
}

/// In events per second.
const PER_MINUTE: f64 = 1.0 / 60.0;
const PER_HOUR: f64 = 1.0 / 3600.0;

impl Unit {
    /// Its name; empty for a pure number.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Tokens => "tokens",
            Self::Agents => "agents",
            Self::Layers => "layers",
            Self::SquaredError => "squared error",
            Self::Seconds => "s",
            Self::PerSecond => "per s",
            Self::RequestsPerMinute => "requests per min",
            Self::TokensPerSecond => "tokens per s",
            Self::TokensPerMinute => "tokens per min",
            Self::Dollars => "USD",
            Self::DollarsPerMillionTokens => "USD per 1M tokens",
            Self::Joules => "J",
            Self::JoulesPerToken => "J per token",
        }
    }

    /// Other names under which people know it or parts and multiples of it, each with its size in this unit.
    fn other_names(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::Seconds => &[
                ("ns", 1e-9),
                ("us", 1e-6),
                ("µs", 1e-6),
                ("ms", 1e-3),
                ("seconds", 1.0),
                ("min", 60.0),
                ("minutes", 60.0),
                ("h", 3600.0),
                ("hours", 3600.0),
                ("d", 86_400.0),
                ("days", 86_400.0),
            ],
            Self::PerSecond => &[
                ("/s", 1.0),
                ("per second", 1.0),
                ("per min", PER_MINUTE),
                ("per minute", PER_MINUTE),
                ("/min", PER_MINUTE),
                ("per h", PER_HOUR),
                ("per hour", PER_HOUR),
                ("/h", PER_HOUR),
            ],
            Self::RequestsPerMinute => &[("requests/min", 1.0), ("requests per minute", 1.0)],
            Self::TokensPerSecond => &[("tokens/s", 1.0), ("tokens per second", 1.0)],
            Self::TokensPerMinute => &[("tokens/min", 1.0), ("tokens per minute", 1.0)],
            Self::Dollars => &[("$", 1.0), ("dollars", 1.0), ("cents", 0.01), ("mUSD", 1e-3)],
            Self::DollarsPerMillionTokens => &[("USD/1M tokens", 1.0), ("USD per million tokens", 1.0)],
            Self::Joules => &[("joules", 1.0), ("kJ", 1e3), ("Wh", 3600.0), ("kWh", 3.6e6)],
            Self::JoulesPerToken => &[("J/token", 1.0)],
            _ => &[],
        }
    }

    /// Reads `2k tokens`, `1.5M tokens`, `3 layers`, `10 min`, `0.5 USD` as a number of this unit; `None` where the text is something
    /// else. The prefixes are k, M and G; the unit may be left out after a prefix.
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
        let rest = rest.trim();
        if let Some(size) = self.size_of(rest) {
            return Some(Value::Real(number * size));
        }
        let scale = match rest.chars().next()? {
            'k' => 1e3,
            'M' => 1e6,
            'G' => 1e9,
            _ => return None,
        };
        let size = match rest[1..].trim() {
            "" if self != Self::One => 1.0,
            unit => self.size_of(unit)?,
        };
        Some(Value::Real(number * scale * size))
    }

    /// All names under which it is read.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        let others = self.other_names().iter().map(|(name, _)| *name);
        std::iter::once(self.name()).filter(|name| !name.is_empty()).chain(others)
    }

    /// What a name of it, or of a part or multiple of it, stands for in this unit.
    fn size_of(self, name: &str) -> Option<f64> {
        if !name.is_empty() && name == self.name() {
            return Some(1.0);
        }
        self.other_names().iter().find(|(other, _)| *other == name).map(|(_, size)| *size)
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
        let read = |unit: Unit, text: &str| unit.read(&Value::Text(text.into())).and_then(|v| v.as_number());
        assert_eq!(read(Unit::Seconds, "10 min"), Some(600.0));
        assert_eq!(read(Unit::Seconds, "250ms"), Some(0.25));
        assert_eq!(read(Unit::Seconds, "1.5 s"), Some(1.5));
        assert_eq!(read(Unit::Seconds, "3 USD"), None);
        assert_eq!(read(Unit::Dollars, "0.5 USD"), Some(0.5));
        assert_eq!(read(Unit::Dollars, "5 cents"), Some(0.05));
        assert_eq!(read(Unit::PerSecond, "6 per hour"), Some(6.0 * PER_HOUR));
        assert_eq!(read(Unit::TokensPerMinute, "30k tokens per min"), Some(30_000.0));
        assert_eq!(read(Unit::TokensPerMinute, "30k"), Some(30_000.0));
        assert_eq!(read(Unit::TokensPerMinute, "30k tokens/min"), Some(30_000.0));
        assert_eq!(read(Unit::One, "3"), None);
        assert_eq!(read(Unit::DollarsPerMillionTokens, "2.5 USD per 1M tokens"), Some(2.5));
    }
}

//! What `--fail-if` says, and whether it holds.

use serde::Serialize;
use sim_core::estimate::Estimate;
use sim_models::registry::{Unit, Value, nearest};

use crate::output::estimate_text;
use crate::problem::{Outcome, Problem};

/// Longest condition that is read, in bytes.
const LONGEST: usize = 1000;

/// A comparison of one number of a forecast with another number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    text: String,
    pub(super) subject: Subject,
    order: Order,
    bound: String,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    /// `p(QUANTITY > AMOUNT)`.
    Probability { quantity: String, order: Order, amount: String },
    /// `p95(QUANTITY)`, with the probability.
    Quantile { quantity: String, level: f64 },
    /// `mean(QUANTITY)`.
    Mean { quantity: String },
    /// A share or a metric by its name.
    Itself(String),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// The whole interval fulfills it.
    Holds,
    /// No number of the interval fulfills it.
    DoesNotHold,
    /// Some do.
    Undecided,
}

/// A quantity of a forecast that is to be made.
pub(super) struct Known<'a> {
    pub(super) name: &'a str,
    pub(super) unit: Unit,
    /// Whether it may have quantiles.
    pub(super) has_quantiles: bool,
    /// Smallest and largest value it can take.
    pub(super) range: (f64, f64),
}

/// A condition with what the forecast says about it.
pub(super) struct Judged {
    pub(super) text: String,
    pub(super) estimate: Estimate,
    pub(super) verdict: Verdict,
}

impl Order {
    const ALL: [(&'static str, Self); 4] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below)];

    /// Splits a text at its first comparison.
    fn split(text: &str) -> Option<(&str, Self, &str)> {
        let at = text.find(['<', '>'])?;
        let (sign, order) = Self::ALL.into_iter().find(|(sign, _)| text[at..].starts_with(sign))?;
        Some((text[..at].trim(), order, text[at + sign.len()..].trim()))
    }

    pub(super) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Above => left > right,
            Self::AtLeast => left >= right,
            Self::Below => left < right,
            Self::AtMost => left <= right,
        }
    }
}

/// Whether every parenthesis that opens is closed, and none that does not.
fn is_balanced(text: &str) -> bool {
    let mut open = 0u32;
    text.chars().all(|letter| match letter {
        '(' => {
            open += 1;
            true
        }
        ')' => {
            let was_open = open > 0;
            open = open.saturating_sub(1);
            was_open
        }
        _ => true,
    }) && open == 0
}

impl Condition {
    /// Reads a condition. Names and units are checked later, by what the forecast has.
    pub(super) fn parse(text: &str) -> Outcome<Self> {
        Self::read(text).map_err(|sentence| {
            Problem::input(format!("--fail-if: {sentence}"))
                .help("a condition is p(cost > 5 USD) > 0.05, p95(time) > 10 min, mean(tokens) > 20k, or past_deadline > 1%")
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a condition has at most {LONGEST} bytes; found {}", text.len()));
        }
        if !is_balanced(text) {
            return Err(format!("the parentheses of `{}` do not match", text.trim()));
        }
        let missing = || format!("a comparison with >, >=, < or <= is missing in `{}`", text.trim());
        let (head, rest) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close && is_function(text[..open].trim()) => {
                (Some((text[..open].trim(), text[open + 1..close].trim())), &text[close + 1..])
            }
            _ => (None, text),
        };
        let (left, order, bound) = Order::split(rest).ok_or_else(missing)?;
        let subject = match head {
            None if left.is_empty() => return Err("what is compared is missing".to_owned()),
            None => Subject::Itself(left.to_owned()),
            Some(_) if !left.is_empty() => return Err(format!("`{left}` stands before the comparison")),
            Some(("p", inner)) => {
                let (quantity, order, amount) = Order::split(inner).ok_or_else(|| {
                    format!("p(...) takes a comparison such as cost > 5 USD; found `{inner}`")
                })?;
                let (quantity, amount) = (quantity.to_owned(), amount.to_owned());
                Subject::Probability { quantity, order, amount }
            }
            Some(("mean", inner)) => Subject::Mean { quantity: inner.to_owned() },
            Some(("median", inner)) => Subject::Quantile { quantity: inner.to_owned(), level: 0.5 },
            Some((head, inner)) => {
                let percent = head[1..].parse::<f64>().ok().filter(|x| *x > 0.0 && *x < 100.0);
                let percent = percent.ok_or_else(|| {
                    format!("a quantile is p1 to p99, such as p95 or p99.9; found `{head}`")
                })?;
                // A division would not give the number that is nearest to what is written.
                let level = format!("{}e-2", &head[1..]).parse().unwrap_or(percent / 100.0);
                Subject::Quantile { quantity: inner.to_owned(), level }
            }
        };
        if bound.is_empty() {
            return Err("the number after the comparison is missing".to_owned());
        }
        if bound.contains(['<', '>']) {
            return Err(format!("a condition has one comparison; found `{bound}` after the first"));
        }
        Ok(Self { text: text.trim().to_owned(), subject, order, bound: bound.to_owned() })
    }

    /// Refuses what a forecast of these quantities will not have, before it is made.
    pub(super) fn check(&self, known: &[Known<'_>]) -> Outcome<()> {
        let (Subject::Probability { quantity, .. }
        | Subject::Quantile { quantity, .. }
        | Subject::Mean { quantity }
        | Subject::Itself(quantity)) = &self.subject;
        let Some(found) = known.iter().find(|known| known.name == quantity) else {
            let names: Vec<&str> = known.iter().map(|known| known.name).collect();
            return Err(unknown(quantity, &names));
        };
        let is_share = matches!(self.subject, Subject::Quantile { .. }) && !found.has_quantiles;
        if is_share {
            return Err(without_quantiles(quantity));
        }
        if let Subject::Probability { amount: text, order, .. } = &self.subject {
            check_range(quantity, text, *order, found.unit, found.range)?;
            return check_range("a probability", &self.bound, self.order, Unit::One, (0.0, 1.0));
        }
        check_range(quantity, &self.bound, self.order, found.unit, found.range)
    }

    /// The unit of the number after the comparison.
    fn bound_unit(&self, unit: Unit) -> Unit {
        if matches!(self.subject, Subject::Probability { .. }) { Unit::One } else { unit }
    }

    /// Holds an estimate of the subject against the bound, which is read in this unit.
    pub(super) fn judge(&self, estimate: Estimate, unit: Unit) -> Outcome<Judged> {
        let bound = amount(&self.bound, self.bound_unit(unit))?;
        let (low, high) = (self.order.holds(estimate.low, bound), self.order.holds(estimate.high, bound));
        let verdict = match (low, high) {
            (true, true) => Verdict::Holds,
            (false, false) => Verdict::DoesNotHold,
            _ => Verdict::Undecided,
        };
        Ok(Judged { text: self.text.clone(), estimate, verdict })
    }
}

/// Whether something stands before a parenthesis that belongs to conditions, rather than to the name of a metric.
fn is_function(head: &str) -> bool {
    let is_quantile =
        head.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    ["p", "mean", "median"].contains(&head) || is_quantile
}

/// An amount such as `5 USD`, `20k tokens`, `0.05` or `5 %`.
pub(super) fn amount(text: &str, unit: Unit) -> Outcome<f64> {
    let percent = text.strip_suffix('%').filter(|_| unit == Unit::One);
    let number = match percent {
        Some(digits) => digits.trim().parse::<f64>().ok().map(|x| x / 100.0),
        None => text.parse().ok().or_else(|| unit.read(&Value::Text(text.to_owned()))?.as_number()),
    };
    number.filter(|x| x.is_finite()).ok_or_else(|| {
        let allowed = match unit.name() {
            "" => "a number, such as 0.05 or 5%".to_owned(),
            name => format!("a number, alone or in {name}"),
        };
        Problem::input(format!("--fail-if: `{text}` is not {allowed}"))
    })
}

/// Refuses an amount that a quantity cannot have, and a comparison that can then never hold.
fn check_range(
    quantity: &str,
    text: &str,
    order: Order,
    unit: Unit,
    (least, most): (f64, f64),
) -> Outcome<()> {
    let found = amount(text, unit)?;
    let never = match order {
        Order::Above => found == most,
        Order::Below => found == least,
        Order::AtLeast | Order::AtMost => false,
    };
    if (least..=most).contains(&found) && !never {
        return Ok(());
    }
    let range = match (least.is_finite(), most.is_finite()) {
        (true, true) => format!("lies from {least} to {most}"),
        (true, false) => format!("is never below {least}"),
        (false, true) => format!("is never above {most}"),
        (false, false) => return Ok(()),
    };
    let problem =
        Problem::input(format!("--fail-if: {quantity} {range}; a comparison with `{text}` decides nothing"));
    let is_percent = (least, most) == (0.0, 1.0) && found > 1.0 && found <= 100.0;
    Err(if is_percent { problem.help(format!("did you mean {found}%?")) } else { problem })
}

/// That a quantity is a share, or the same in all runs.
pub(super) fn without_quantiles(name: &str) -> Problem {
    Problem::input(format!("--fail-if: `{name}` is a share, which has no quantiles"))
}

/// That a forecast has no quantity of this name.
pub(super) fn unknown(name: &str, names: &[&str]) -> Problem {
    let problem = Problem::input(format!("--fail-if: the forecast has no `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("it has {}", names.join(", "))),
    }
}

impl Judged {
    /// The verdict as a sentence.
    pub(super) fn sentence(&self) -> String {
        let found = estimate_text(&self.estimate);
        let text = &self.text;
        match self.verdict {
            Verdict::Holds => format!("fails: {text} holds; it is {found}"),
            Verdict::DoesNotHold => format!("passes: {text} does not hold; it is {found}"),
            Verdict::Undecided => {
                format!("undecided: {text} lies within the interval of {found}; more --trials decide")
            }
        }
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({ "text": self.text, "estimate": self.estimate, "verdict": self.verdict })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::estimate::{Confidence, Interval};

    #[test]
    fn conditions_are_read() {
        let of = |text: &str| Condition::read(text).map(|condition| (condition.subject, condition.bound));
        let probability = |quantity: &str, order, amount: &str| Subject::Probability {
            quantity: quantity.to_owned(),
            order,
            amount: amount.to_owned(),
        };
        assert_eq!(
            of("p(cost > 5 USD) > 0.05"),
            Ok((probability("cost", Order::Above, "5 USD"), "0.05".to_owned()))
        );
        assert_eq!(of(" p ( time<=2min )<5 % ").map(|it| it.1), Ok("5 %".to_owned()));
        let quantile = Subject::Quantile { quantity: "time".to_owned(), level: 0.999 };
        assert_eq!(of("p99.9(time) >= 10 min"), Ok((quantile, "10 min".to_owned())));
        assert_eq!(
            of("accuracy.φ (1) < 0.9").map(|it| it.0),
            Ok(Subject::Itself("accuracy.φ (1)".to_owned()))
        );
        for wrong in [
            "",
            "p(cost > 5)",
            "p(cost) > 0.1",
            "cost",
            "> 1",
            "p(cost > 1) x > 2",
            "p0(time) > 1",
            "p100(time) > 1",
            "p(cost > 5) > 0.1 > 0",
            "mean(cost) >",
            "p(",
            ")p(>1",
            "p9x(time) > 1",
        ] {
            assert!(Condition::read(wrong).is_err(), "{wrong}");
        }
    }

    /// The interval decides, not the value.
    #[test]
    fn an_interval_around_the_bound_is_undecided() {
        let condition = Condition::parse("mean(cost) > 5 cents").unwrap();
        let verdict = |low: f64, high: f64| {
            let estimate = Estimate::new(0.5 * (low + high), Interval { low, high }, Confidence::DEFAULT, 9);
            condition.judge(estimate, Unit::Dollars).unwrap().verdict
        };
        assert_eq!(verdict(0.06, 0.07), Verdict::Holds);
        assert_eq!(verdict(0.05, 0.07), Verdict::Undecided);
        assert_eq!(verdict(0.04, 0.05), Verdict::DoesNotHold);
    }
}

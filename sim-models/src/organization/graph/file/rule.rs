//! How an agent decides, as a name or as a table with a `rule`.

use serde_json::Value;

use super::Table;
use super::names::TIES;
use super::place::Place;
use crate::file::InvalidText;
use crate::organization::graph::{Rule, Tie, Weights};

/// The rules of files.
#[derive(Clone, Copy)]
enum Name {
    Majority,
    WeightedMajority,
    Supermajority,
    First,
    Plurality,
    Margin,
    BestOf,
}

const RULES: [(&str, Name); 7] = [
    ("majority", Name::Majority),
    ("weighted-majority", Name::WeightedMajority),
    ("supermajority", Name::Supermajority),
    ("first", Name::First),
    ("plurality", Name::Plurality),
    ("margin", Name::Margin),
    ("best-of", Name::BestOf),
];

/// The keys beside `rule` that belong to a rule.
fn keys(name: Name) -> &'static [&'static str] {
    match name {
        Name::Majority => &["rule", "tie"],
        Name::WeightedMajority => &["rule", "weights", "tie"],
        Name::Supermajority => &["rule", "threshold"],
        Name::First | Name::Plurality => &["rule"],
        Name::Margin => &["rule", "margin"],
        Name::BestOf => &["rule", "true_positive", "false_positive"],
    }
}

/// The rule of the agent `id`, which stands at `aggregator` in its table.
pub(super) fn read<'a>(agent: Table<'a>, id: &'a str) -> Result<Option<Rule>, InvalidText> {
    let nothing = serde_json::Map::new();
    let (name, table) = match agent.get("aggregator") {
        None => return Ok(None),
        Some(Value::String(name)) => {
            let table = Table { place: Place::Aggregator(id), entries: &nothing };
            return rule(agent.chosen("aggregator", name, &RULES)?, &table).map(Some);
        }
        Some(value @ Value::Object(_)) => {
            let table = Table::new(Place::Aggregator(id), value)?;
            (table.needed("rule", "", table.choice("rule", &RULES)?)?, table)
        }
        Some(other) => {
            return Err(agent.kind("aggregator", "the name of a rule or a table with a `rule`", other));
        }
    };
    table.only(keys(name))?;
    rule(name, &table).map(Some)
}

fn rule(name: Name, table: &Table<'_>) -> Result<Rule, InvalidText> {
    Ok(match name {
        Name::Majority => Rule::Majority { tie: tie(table)? },
        Name::WeightedMajority => Rule::WeightedMajority { weights: weights(table)?, tie: tie(table)? },
        Name::Supermajority => Rule::Supermajority {
            threshold: table.needed("threshold", " for a supermajority", table.number("threshold")?)?,
        },
        Name::First => Rule::First,
        Name::Plurality => Rule::Plurality,
        Name::Margin => Rule::Margin { margin: margin(table)? },
        Name::BestOf => {
            let rate = |key| table.needed(key, " for best-of", table.number(key)?);
            Rule::BestOf { true_positive: rate("true_positive")?, false_positive: rate("false_positive")? }
        }
    })
}

fn margin(table: &Table<'_>) -> Result<u32, InvalidText> {
    let margin = table.needed("margin", " for a margin", table.whole("margin")?)?;
    let refuse = |_| table.kind("margin", "a whole number from 1 to 4294967295", &Value::from(margin));
    u32::try_from(margin).map_err(refuse)
}

fn tie(table: &Table<'_>) -> Result<Option<Tie>, InvalidText> {
    Ok(table.choice("tie", &TIES)?.unwrap_or(Some(Tie::Fair)))
}

fn weights(table: &Table<'_>) -> Result<Weights, InvalidText> {
    match table.get("weights") {
        None => Ok(Weights::LogOdds),
        Some(Value::String(text)) => {
            table.chosen("weights", text, &[("log-odds", ())]).map(|()| Weights::LogOdds)
        }
        Some(Value::Object(named)) => {
            let weights = named.iter().map(|(sender, weight)| match weight.as_f64() {
                Some(weight) => Ok((sender.clone(), weight)),
                None => Err(match table.place {
                    Place::Aggregator(id) => table.at(Place::Weights(id)),
                    _ => *table,
                }
                .kind(sender, "a number", weight)),
            });
            Ok(Weights::Named(weights.collect::<Result<_, _>>()?))
        }
        Some(other) => Err(table.kind("weights", "`log-odds` or a table of weights by sender", other)),
    }
}

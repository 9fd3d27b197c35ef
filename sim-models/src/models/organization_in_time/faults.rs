//! Faults as lines of a scenario: `crash = { rate = "0.01 per s", restart = "20 s" }`.

use std::collections::BTreeMap;

use sim_core::events::Duration;

use super::selection::select;
use crate::law::Law;
use crate::organization::graph::Organization;
use crate::organization::timed::{Fault, FaultMode};
use crate::registry::{ParameterError, Unit, Value, nearest};

/// All modes, as they are spelled.
const MODES: [&str; 15] = [
    "crash",
    "silent-wrong",
    "hang",
    "straggler",
    "outage",
    "rate-limit",
    "message-loss",
    "duplicate",
    "late",
    "drift",
    "inconsistency",
    "full-context",
    "tool-error",
    "version-drift",
    "downgrade",
];

/// The faults of a table: one entry per mode. `scale` multiplies all probabilities and rates; `working` are the agents that a fault
/// without a target can befall.
pub(super) fn read(
    table: &BTreeMap<String, Value>,
    scale: f64,
    organization: &Organization,
    working: &[bool],
) -> Result<Vec<Fault>, ParameterError> {
    let fault = |(mode, line): (&String, &Value)| Line::new(mode, line, scale)?.read(organization, working);
    table.iter().map(fault).collect()
}

/// One entry of the table.
struct Line<'a> {
    mode: &'a str,
    fields: BTreeMap<&'a str, &'a Value>,
    scale: f64,
    /// Fields that were asked for.
    known: Vec<&'static str>,
}

impl<'a> Line<'a> {
    fn new(mode: &'a str, line: &'a Value, scale: f64) -> Result<Self, ParameterError> {
        let fields = match line {
            Value::Table(fields) => fields.iter().map(|(key, value)| (key.as_str(), value)).collect(),
            // `silent-wrong = 0.05`
            Value::Integer(_) | Value::Real(_) => BTreeMap::from([("probability", line)]),
            _ => {
                return Err(wrong(format!(
                    "fault `{mode}` is a table of its numbers, such as {{ probability = 0.1 }}; found the {} `{line}`",
                    line.kind()
                )));
            }
        };
        Ok(Self { mode, fields, scale, known: Vec::new() })
    }

    fn read(mut self, organization: &Organization, working: &[bool]) -> Result<Fault, ParameterError> {
        let mode = match self.mode {
            "crash" => {
                let checkpoint = match self.duration_or_none("checkpoint_every")? {
                    None => None,
                    Some(every) => Some((every, self.duration("checkpoint_time", Some(0.0))?)),
                };
                FaultMode::Crash {
                    rate: self.rate("rate")?,
                    restart: self.duration_or_none("restart")?,
                    checkpoint,
                }
            }
            "silent-wrong" => FaultMode::SilentWrong { probability: self.probability("probability")? },
            "hang" => FaultMode::Hang { probability: self.probability("probability")? },
            "straggler" => FaultMode::Straggler {
                probability: self.probability("probability")?,
                factor: self.number("factor", Unit::One, Some(10.0))?,
            },
            "outage" => {
                FaultMode::Outage { rate: self.rate("rate")?, length: self.duration("length", None)? }
            }
            "rate-limit" => FaultMode::RateLimit { share: self.number("share", Unit::One, None)? },
            "message-loss" => FaultMode::MessageLoss {
                rate: self.rate("rate")?,
                length: self.duration("length", None)?,
                in_burst: self.number("in_burst", Unit::One, Some(1.0))?,
                outside: self.number("outside", Unit::One, Some(0.0))?,
            },
            "duplicate" => FaultMode::Duplicate { probability: self.probability("probability")? },
            "late" => {
                let mean = self.number("delay", Unit::Seconds, None)?;
                let delay = Law::exponential(mean).map_err(|error| self.error(&error.to_string()))?;
                FaultMode::Late { probability: self.probability("probability")?, delay }
            }
            "drift" => FaultMode::Drift {
                hazard: self.probability("hazard")?,
                loss: self.number("loss", Unit::One, None)?,
            },
            "inconsistency" => FaultMode::Inconsistency { probability: self.probability("probability")? },
            "full-context" => FaultMode::FullContext {
                slope: self.number("slope", Unit::One, Some(1.0))?,
                free: self.number("free", Unit::One, Some(0.5))?,
            },
            "tool-error" => FaultMode::ToolError {
                visible: self.probability_or("visible", 0.0)?,
                silent: self.probability_or("silent", 0.0)?,
            },
            "version-drift" => FaultMode::VersionDrift {
                rate: self.rate("rate")?,
                deviation: self.number("deviation", Unit::One, None)?,
            },
            "downgrade" => FaultMode::Downgrade {
                share: self.number("share", Unit::One, Some(0.8))?,
                loss: self.number("loss", Unit::One, None)?,
                price: self.number("price", Unit::One, Some(0.2))?,
            },
            other => {
                let hint = nearest(other, MODES).map(|near| format!("; did you mean `{near}`?"));
                let all = MODES.join(", ");
                return Err(wrong(format!(
                    "there is no fault `{other}`{}; the faults are {all}",
                    hint.unwrap_or_default()
                )));
            }
        };
        let targets = self.targets(organization, working)?;
        self.check_all_known()?;
        Ok(Fault { mode, targets })
    }

    /// Which agents it can befall: `target = "a*"`, a name with stars, or `target = "family:small"`.
    fn targets(
        &mut self,
        organization: &Organization,
        working: &[bool],
    ) -> Result<Vec<bool>, ParameterError> {
        self.known.push("target");
        let Some(target) = self.fields.get("target") else { return Ok(working.to_vec()) };
        let Value::Text(pattern) = target else {
            return Err(self.error(
                "`target` is the name of an agent, in which a * stands for anything, or `family:NAME`",
            ));
        };
        let targets = select(pattern, organization);
        if !targets.contains(&true) {
            return Err(self.error(&format!("no agent matches the target `{pattern}`")));
        }
        Ok(targets)
    }

    fn check_all_known(&self) -> Result<(), ParameterError> {
        match self.fields.keys().find(|key| !self.known.contains(key)) {
            None => Ok(()),
            Some(key) => {
                Err(self.error(&format!("has no field `{key}`; its fields are {}", self.known.join(", "))))
            }
        }
    }

    fn number(&mut self, key: &'static str, unit: Unit, default: Option<f64>) -> Result<f64, ParameterError> {
        self.known.push(key);
        let Some(&value) = self.fields.get(key) else {
            return default.ok_or_else(|| self.error(&format!("needs `{key}`")));
        };
        unit.read(value).unwrap_or_else(|| value.clone()).as_number().filter(|x| x.is_finite()).ok_or_else(
            || {
                let in_unit =
                    if unit.name().is_empty() { String::new() } else { format!(" in {}", unit.name()) };
                self.error(&format!("`{key}` is a number{in_unit}; found `{value}`"))
            },
        )
    }

    fn probability(&mut self, key: &'static str) -> Result<f64, ParameterError> {
        Ok(self.number(key, Unit::One, None)? * self.scale)
    }

    fn probability_or(&mut self, key: &'static str, default: f64) -> Result<f64, ParameterError> {
        Ok(self.number(key, Unit::One, Some(default))? * self.scale)
    }

    fn rate(&mut self, key: &'static str) -> Result<f64, ParameterError> {
        Ok(self.number(key, Unit::PerSecond, None)? * self.scale)
    }

    fn duration(&mut self, key: &'static str, default: Option<f64>) -> Result<Duration, ParameterError> {
        let seconds = self.number(key, Unit::Seconds, default)?;
        Duration::from_seconds(seconds).map_err(|error| self.error(&format!("`{key}`: {error}")))
    }

    fn duration_or_none(&mut self, key: &'static str) -> Result<Option<Duration>, ParameterError> {
        self.known.push(key);
        if self.fields.contains_key(key) { self.duration(key, None).map(Some) } else { Ok(None) }
    }

    fn error(&self, sentence: &str) -> ParameterError {
        wrong(format!("fault `{}`: {sentence}", self.mode))
    }
}

fn wrong(sentence: String) -> ParameterError {
    ParameterError::impossible(&["faults"], sentence)
}

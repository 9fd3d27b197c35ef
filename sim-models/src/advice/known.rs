//! What a file does not say of a fleet, and what follows from that: a price that is not given is not a price of 0.

use super::{Fleet, Limits, Skill, Unit};

/// What a number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A model, by its position.
    Model(usize),
    /// What messages lose.
    Channel,
    /// The checker.
    Checker,
}

/// A key that a file does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Where it would be.
    pub of: Part,
    /// The key; that of the whole table where there is none.
    pub key: &'static str,
}

const PRICE: &str = "price_per_million_output_tokens";
const TOKENS: &str = "output_tokens";
const LATENCY: &str = "latency_seconds";
const TOKEN_TIME: &str = "seconds_per_token";

impl Fleet {
    fn has(&self, of: Part, key: &'static str) -> bool {
        !self.absent.contains(&Absent { of, key })
    }

    /// Whether anything is known of messages.
    pub fn has_channel(&self) -> bool {
        self.has(Part::Channel, "channel")
    }

    /// The keys that a model would need for its plans to be held against limits: prices for dollars, lengths for tokens, times for a deadline.
    pub fn lacks(&self, model: usize, limits: &Limits) -> Vec<&'static str> {
        let Some(agent) = self.models.get(model) else { return Vec::new() };
        let has = |key| self.has(Part::Model(model), key);
        let counts = limits.budget.is_some() || limits.accuracy.is_some();
        let in_dollars = counts && limits.unit() == Unit::Dollars;
        let in_tokens = counts && limits.unit() == Unit::Tokens;
        let in_time = limits.deadline.is_some();
        let mut lacks = Vec::new();
        if in_dollars && !has(PRICE) {
            lacks.push(PRICE);
        }
        let by_length = in_tokens || (in_dollars && agent.price_out > 0.0);
        if matches!(agent.skill, Skill::Known { .. })
            && !has(TOKENS)
            && (by_length || (in_time && agent.seconds_per_token > 0.0))
        {
            lacks.push(TOKENS);
        }
        if in_time && !has(LATENCY) && !has(TOKEN_TIME) {
            lacks.push(LATENCY);
        }
        lacks
    }

    /// That models which have none of some keys are taken as free or instant, where no limit is about that.
    fn taken_as_zero(&self, what: &str, keys: &[&'static str], limits: &Limits) -> Option<String> {
        let unknown = |model: &usize| {
            self.lacks(*model, limits).is_empty()
                && !keys.iter().any(|key| self.has(Part::Model(*model), key))
        };
        let names: Vec<String> = (0..self.models.len())
            .filter(unknown)
            .map(|model| format!("`{}`", self.models[model].shown()))
            .collect();
        let key = keys.first()?;
        (!names.is_empty())
            .then(|| format!("answers of {} are taken as {what}: there is no `{key}`", names.join(", ")))
    }

    /// What an advice within limits takes for granted, or leaves out, because the file does not say it.
    pub fn warnings(&self, limits: &Limits) -> Vec<String> {
        let mut warnings = Vec::new();
        for (position, model) in self.models.iter().enumerate() {
            let keys: Vec<String> =
                self.lacks(position, limits).iter().map(|key| format!("`{key}`")).collect();
            if !keys.is_empty() {
                warnings.push(format!(
                    "`{}` is left out: it has no {}",
                    model.shown(),
                    keys.join(" and no ")
                ));
            }
        }
        warnings
            .extend(self.taken_as_zero("free", &[PRICE], limits).filter(|_| limits.unit() == Unit::Dollars));
        warnings.extend(self.taken_as_zero("instant", &[LATENCY, TOKEN_TIME], limits));
        if self.has_channel() {
            if !self.has(Part::Channel, "fidelity") {
                warnings.push("messages are taken as lossless: [channel] has no `fidelity`".to_owned());
            }
            if !self.has(Part::Channel, "message_tokens") {
                warnings.push(
                    "messages are taken as free and instant: [channel] has no `message_tokens`".to_owned(),
                );
            }
        } else {
            warnings.push("stars, trees, debates and chains are left out: there is no [channel]".to_owned());
        }
        let unit = match limits.unit() {
            Unit::Dollars => "dollars",
            Unit::Tokens => "tokens",
        };
        if self.checker.is_some() && limits.budget.is_some() && !self.has(Part::Checker, unit) {
            warnings.push(format!("checks are taken as free: [checker] has no `{unit}`"));
        }
        if self.checker.is_some() && limits.deadline.is_some() && !self.has(Part::Checker, "seconds") {
            warnings.push("checks are taken as instant: [checker] has no `seconds`".to_owned());
        }
        warnings
    }
}

//! A model as files describe it.

use std::fmt::Display;

use super::write::Plain;
use crate::file::{InvalidText, Table};
use crate::organization::timed::picodollars_per_token;
use crate::workflow::{LanguageModel, ProviderLimits, WorkflowBuilder};

/// A model that a file declares.
pub(in crate::workflow) struct ModelDraft {
    pub(in crate::workflow) name: String,
    /// In USD per million tokens.
    pub(in crate::workflow) price: f64,
    pub(in crate::workflow) limits: ProviderLimits,
}

impl ModelDraft {
    /// A model that costs nothing and has no limits.
    pub(in crate::workflow) fn free(name: &str) -> Self {
        Self { name: name.to_owned(), price: 0.0, limits: ProviderLimits::default() }
    }

    pub(in crate::workflow) fn read<P: Copy + Display>(
        name: &str,
        table: &Table<'_, P>,
    ) -> Result<Self, InvalidText> {
        table.only(&["price_per_million_output_tokens", "concurrency", "tokens_per_minute"])?;
        let whole = |key: &str| {
            let refuse = || {
                let found = table.get(key).unwrap_or(&serde_json::Value::Null);
                table.kind(key, "a whole number from 1 to 4294967295", found)
            };
            table.whole(key)?.map(|n| u32::try_from(n).map_err(|_| refuse())).transpose()
        };
        Ok(Self {
            name: name.to_owned(),
            price: table.number("price_per_million_output_tokens")?.unwrap_or(0.0),
            limits: ProviderLimits {
                concurrency: whole("concurrency")?,
                tokens_per_minute: whole("tokens_per_minute")?,
            },
        })
    }

    /// Its name, and its price in picodollars per token; 0 for one that the workflow will refuse.
    pub(in crate::workflow) fn priced(&self) -> (String, u64) {
        (self.name.clone(), picodollars_per_token(self.price).unwrap_or(0))
    }

    pub(in crate::workflow) fn add_to(self, builder: WorkflowBuilder) -> WorkflowBuilder {
        let builder = builder.model(self.name, self.price);
        if self.limits == ProviderLimits::default() { builder } else { builder.limits(self.limits) }
    }
}

/// The table of a model.
#[derive(serde::Serialize)]
pub(in crate::workflow) struct ModelEntry {
    price_per_million_output_tokens: Plain,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens_per_minute: Option<u32>,
}

impl ModelEntry {
    pub(in crate::workflow) fn of(model: &LanguageModel) -> Self {
        let limits = model.limits.unwrap_or_default();
        Self {
            // A picodollar is a millionth of a dollar per million; divided, the price is the nearest number to the decimal one.
            price_per_million_output_tokens: Plain(model.price as f64 / 1e6),
            concurrency: limits.concurrency,
            tokens_per_minute: limits.tokens_per_minute,
        }
    }
}

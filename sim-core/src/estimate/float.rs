//! Floats that survive being stored: JSON has no infinities and no NaN, so these are written as text.
//!
//! For `#[serde(with = "float")]` on the moments of a tally, which may overflow; without it they would come back from
//! `null`, which no float reads.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serializer};

pub fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if x.is_finite() || !serializer.is_human_readable() {
        serializer.serialize_f64(*x)
    } else {
        serializer.collect_str(x)
    }
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Number(f64),
        Text(String),
    }

    if !deserializer.is_human_readable() {
        return f64::deserialize(deserializer);
    }
    match Stored::deserialize(deserializer)? {
        Stored::Number(x) => Ok(x),
        Stored::Text(text) => {
            text.parse().map_err(|_| Error::invalid_value(Unexpected::Str(&text), &"inf, -inf or NaN"))
        }
    }
}

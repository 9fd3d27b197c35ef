//! Numbers with a meaning, checked once, where they enter.

use thiserror::Error;

/// A number outside the range of its quantity.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{quantity} lies in [{low}, 1]; found {found}")]
pub struct OutOfRange {
    quantity: &'static str,
    low: f64,
    found: f64,
}

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $quantity:literal, $low:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// Checks the range.
            ///
            /// # Errors
            /// The number is NaN or out of range.
            pub fn new(value: f64) -> Result<Self, OutOfRange> {
                if ($low..=1.0).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(OutOfRange { quantity: $quantity, low: $low, found: value })
                }
            }

            /// The number.
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = OutOfRange;
            fn try_from(value: f64) -> Result<Self, OutOfRange> {
                Self::new(value)
            }
        }
    };
}

bounded! {
    /// Bias, or signed correctness: `mu = 2 p - 1` for accuracy `p`, in [-1, 1].
    Bias, "a bias", -1.0
}
bounded! {
    /// Fidelity of a channel: the factor `gamma` by which it shrinks a bias, in [0, 1].
    Fidelity, "a fidelity", 0.0
}
bounded! {
    /// Pairwise correlation `rho` of signed votes, in [0, 1].
    Correlation, "a correlation", 0.0
}
bounded! {
    /// Probability that a message is lost, in [0, 1].
    Erasure, "an erasure probability", 0.0
}

impl Bias {
    /// A fair coin.
    pub const ZERO: Self = Self(0.0);

    /// Accuracy `(1 + mu) / 2`, in [0, 1].
    pub fn accuracy(self) -> f64 {
        0.5 * (1.0 + self.0)
    }
}

impl Fidelity {
    /// A channel that loses nothing.
    pub const PERFECT: Self = Self(1.0);
}

impl Correlation {
    /// Independence.
    pub const NONE: Self = Self(0.0);
}

impl Erasure {
    /// No message is lost.
    pub const NONE: Self = Self(0.0);
}

//! Engine of synergy.

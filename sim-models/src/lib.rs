//! Models of synergy.

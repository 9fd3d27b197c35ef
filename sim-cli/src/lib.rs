//! Command line of synergy.

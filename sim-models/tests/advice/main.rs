//! Advice: the best organization where it is provable, exact evaluation against simulation and independent formulas, and against brute force.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod brute_force;
mod evaluation;
mod files;
mod sensitivity;
mod textbook;

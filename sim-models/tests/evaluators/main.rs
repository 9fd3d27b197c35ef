//! The evaluators of organizations, held against closed forms, against enumeration, and against each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod enumeration;
mod limits;
mod random;
mod sampled;
mod timed;
mod trees;

//! Organizations as graphs: the builder, files, figures and shapes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod builder;
mod dot;
mod file;
mod random;
mod shapes;

//! Workflows as text: what is written and read again is the same workflow with the same draws, formats agree with each other, and what
//! is wrong is said with its place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

mod agreement;
mod refusals;
mod round_trips;
mod samples;
mod wfformat;

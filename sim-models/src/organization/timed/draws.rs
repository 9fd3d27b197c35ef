//! What streams of a trial are for. The number is part of a stream's address: it must not change.

/// Causes that fresh votes share.
pub(super) const CAUSES: u64 = 0;
/// An agent's fresh vote, by request.
pub(super) const FRESH: u64 = 1;
/// Coupling of the votes received.
pub(super) const COUPLING: u64 = 2;
/// The agent's decision.
pub(super) const DECISION: u64 = 3;
/// Lengths and durations of a turn.
pub(super) const REQUEST: u64 = 4;
/// Waits before retries.
pub(super) const BACKOFF: u64 = 5;
/// What a channel does to a vote, by transmission.
pub(super) const CHANNEL: u64 = 6;
/// How long a message takes, by transmission.
pub(super) const LATENCY: u64 = 7;
/// Hits of the cache.
pub(super) const CACHE: u64 = 8;
/// A summary of messages.
pub(super) const SUMMARY: u64 = 9;
/// Which wrong answer a fault makes of a right one.
pub(super) const WRONG: u64 = 10;
/// How long the tool takes after a turn.
pub(super) const TOOL: u64 = 11;
/// The first of the faults; each mode has its own after it.
pub(super) const FAULTS: u64 = 100;

//! The sampled evaluators on lanes: 512 trials at once, one per bit. [`sim_core::lanes`] says what lanes are; read it first.
//!
//! A vote of one agent is a vector: set where the agent is right. Where votes may be missing (a noticed loss, an abstention)
//! a second vector says where there is one, and the first has no meaning elsewhere. Answers are right or wrong; several wrong ones have
//! no form here.
//!
//! | to read | what it is |
//! |---|---|
//! | `graph` | [`LaneOrganization`]: any organization, compiled into steps (`program`) that a block runs (`run`) |
//! | `graph/causes`, `graph/rule` | what a step is made of: fresh votes with their common causes, decisions |
//! | `tree` | [`LaneTree`]: layers of like nodes; every node in every trial (`eager`, with its `layer`), or on demand (`streams`) |
//! | `grid` | [`TreeGrid`]: several trees from the same random numbers |
//! | `block` | which lanes a block uses, and what is counted in them |
//! | `coupling`, `selector` | dependence at one agent, for graphs and trees; a uniform choice among votes, made in every lane |
//!
//! Three words recur. *Room* is scratch space, allocated once per block. A mask is *fused* where the noise of a channel is part of the
//! probability with which a leaf's vote is drawn, which saves the channel's own mask: a vote of bias `mu` through a channel that leaves
//! `gamma` of it is heard as a vote of bias `gamma mu`. What is left of a bias by a channel is what is *heard*.
//!
//! A block always runs in all 512 lanes. One that is asked for some of its trials only, as the last one of a run may be, costs as much as
//! a whole one and has the same votes in them.

mod block;
mod coupling;
mod graph;
mod grid;
mod selector;
mod tree;

pub use graph::LaneOrganization;
pub use grid::{InvalidGrid, TreeGrid};
pub use tree::{Evaluation, LaneTree};

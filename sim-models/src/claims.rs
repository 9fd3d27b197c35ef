//! The claims of the theory and of the mechanisms of the literature, each with a simulation that tests it.
//!
//! A [`Claim`] has a sentence, a source, a prediction and a measurement. The prediction is a list of numbers that is *given* to
//! [`Claim::check`]: [`Claim::predictions`] computes those of the theory, a test gives wrong ones and sees the verdict turn. The
//! measurement draws votes and errors; it never follows the recursion that it tests. What is measured comes with an interval, and the
//! [`Finding`] says whether the claim holds by a margin that the claim states.
//!
//! All intervals of a run over all claims are right together except with probability [`ERROR_RATE`]. An equality holds if its interval
//! lies within the margin around the prediction (equivalence testing with two one-sided tests), so too few trials make it fail, not
//! hold. Measurements are so long that an interval is about half the margin wide on either side: then a true claim fails with no
//! greater probability than a false one holds.
//!
//! A new claim is one call of `Claim::equality` or one of its siblings in the file of its group; a new group is a file with a function
//! `claims()` and a line in [`all`].
//!
//! ```
//! use sim_core::monte_carlo::Control;
//! use sim_models::claims::{self, Effort, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let claims = claims::all();
//! let claim = claims.iter().find(|claim| claim.id() == "relay-loses-by-power").ok_or("no such claim")?;
//! let finding = claim.check(&claim.predictions(), Effort::Fast, 1, &Control::default())?;
//! assert_eq!(finding.verdict, Verdict::Holds);
//! # Ok(())
//! # }
//! ```

mod agent_scaling;
mod allocation;
mod averaging;
mod boundary;
mod claim;
mod common_cause;
mod critical;
mod dependence;
mod finding;
mod finite_depth;
mod fixed_point;
mod growth;
mod measured;
mod mechanisms;
mod sampler;
mod setting;
mod window;

pub use claim::{Claim, Measurement};
pub use finding::{Case, Finding, Relation, Verdict};
pub use measured::{Measured, NotMeasured};
pub use sampler::{ERROR_RATE, Effort};

/// Every claim, group by group.
pub fn all() -> Vec<Claim> {
    let groups = [
        ("finite depth", finite_depth::claims()),
        ("phase boundary", boundary::claims()),
        ("fixed point", fixed_point::claims()),
        ("critical behavior", critical::claims()),
        ("growth and exponent", growth::claims()),
        ("allocation and thresholds", allocation::claims()),
        ("averaging", averaging::claims()),
        ("dependence", dependence::claims()),
        ("common causes", common_cause::claims()),
        ("context window", window::claims()),
        ("agent-scaling study", agent_scaling::claims()),
        ("mechanisms", mechanisms::claims()),
    ];
    groups
        .into_iter()
        .flat_map(|(group, claims)| claims.into_iter().map(move |c| c.in_group(group)))
        .collect()
}

//! Designs: where to look next. Points that fill a cube, level sets of noisy functions, and indices that tell which input matters.
//!
//! - [`Design`]: uniform points, Latin hypercubes and scrambled Sobol points, any of them without the others,
//! - [`level_set`]: the root of a monotone function that is only seen through noise, with an interval,
//! - [`optimum`]: the highest place of a function that is only seen through noise, with what is certain about it,
//! - [`refinement`]: which of many cells deserve more trials,
//! - [`sensitivity`]: first-order and total Sobol indices,
//! - [`screening`]: elementary effects, for a first look at many inputs.

pub mod level_set;
pub mod optimum;
mod permutation;
pub mod refinement;
pub mod screening;
pub mod sensitivity;
mod sobol;

use serde::{Deserialize, Serialize};

use self::permutation::Permutation;
use crate::random::{Address, Entity, Streams};

/// How points fill a cube.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filling {
    /// Independent and uniform.
    Random,
    /// In every dimension one point in each of as many strata as there are points.
    ///
    /// Source: McKay, Beckman and Conover, "A comparison of three methods for selecting values of input variables", Technometrics 21(2), 1979.
    LatinHypercube,
    /// The Sobol sequence with Owen's nested uniform scrambling: any 2^k points that follow a multiple of 2^k have one in each of 2^k strata
    /// of every dimension.
    ///
    /// Sources: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30(5), 2008 (direction
    /// numbers, set D6); Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995.
    Sobol,
}

impl Filling {
    /// Whether more points leave the earlier ones where they are.
    pub fn is_extensible(self) -> bool {
        self != Self::LatinHypercube
    }

    /// Most dimensions.
    pub fn most_dimensions(self) -> usize {
        if self == Self::Sobol { sobol::MOST_DIMENSIONS } else { usize::MAX }
    }
}

/// Points in the unit cube. A coordinate is computed from its point's number and its dimension alone, so that nothing need be stored.
///
/// ```
/// use sim_core::design::{Design, Filling};
/// use sim_core::random::{Entity, Family, Purpose, Streams};
///
/// let streams = Streams::new(1, Purpose::SamplingPlan, Family::common());
/// let design = Design::new(Filling::LatinHypercube, 8, &streams);
/// let mut strata: Vec<_> = (0..8).map(|i| (8.0 * design.coordinate(i, 0, Entity::named("x"))) as usize).collect();
/// strata.sort();
/// assert_eq!(strata, [0, 1, 2, 3, 4, 5, 6, 7]);
/// ```
#[derive(Clone, Debug)]
pub struct Design<'a> {
    filling: Filling,
    points: u64,
    streams: &'a Streams,
}

impl<'a> Design<'a> {
    /// So many points. Only a Latin hypercube depends on their number.
    pub fn new(filling: Filling, points: u64, streams: &'a Streams) -> Self {
        Self { filling, points, streams }
    }

    /// A coordinate of point `i`, in (0, 1). `dimension` counts from 0 and is what the Sobol sequence goes by, up to
    /// [`Filling::most_dimensions`] (beyond it points are uniform); `name` is what randomness goes by.
    pub fn coordinate(&self, i: u64, dimension: usize, name: Entity) -> f64 {
        let key = || self.streams.open(Address::block(0).entity(name)).bits();
        let uniform = || self.streams.open(Address::trial(i).entity(name)).uniform();
        match self.filling {
            Filling::Random => uniform(),
            Filling::LatinHypercube => {
                let stratum = Permutation::new(self.points, key()).apply(i);
                // A stratum's upper end can be rounded to 1.
                ((stratum as f64 + uniform()) / self.points as f64).min(1.0 - f64::EPSILON)
            }
            Filling::Sobol => sobol::scrambled(i, dimension, key()).unwrap_or_else(uniform),
        }
    }
}

/// A hash of 64 bits: every bit of the input changes every bit of the output with probability about one half.
///
/// Source: Stafford's variant 13 of the finalizer of MurmurHash3, as in SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

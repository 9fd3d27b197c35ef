//! The names that files have for laws and rules.

use crate::organization::graph::{CauseLaw, Members, Tie};
use crate::theory::dependence::Dependence;

/// What happens when votes are even; the last one asks that they cannot be.
pub(super) const TIES: [(&str, Option<Tie>); 5] = [
    ("fair", Some(Tie::Fair)),
    ("abstain", Some(Tie::Abstain)),
    ("first", Some(Tie::First)),
    ("wrong", Some(Tie::Wrong)),
    ("impossible", None),
];

/// How the votes received at an agent are dependent.
pub(super) const COUPLINGS: [(&str, Dependence); 4] = [
    ("mixture", Dependence::Mixture),
    ("copying", Dependence::Copying),
    ("beta-binomial", Dependence::BetaBinomial),
    ("gaussian", Dependence::Gaussian),
];

/// How the fresh votes of a group are dependent. A mixture of a group is a shared vote; the other two are called as at an agent, too.
pub(super) const CAUSES: [(&str, CauseLaw); 7] = [
    ("shared-vote", CauseLaw::SharedVote),
    ("copying", CauseLaw::Copying),
    ("difficulty", CauseLaw::Difficulty),
    ("gaussian-factor", CauseLaw::GaussianFactor),
    ("mixture", CauseLaw::SharedVote),
    ("beta-binomial", CauseLaw::Difficulty),
    ("gaussian", CauseLaw::GaussianFactor),
];

/// Which fresh votes of a group share a cause.
pub(super) const VOTES: [(&str, Members); 2] = [("leaves", Members::Leaves), ("all", Members::All)];

/// The first name of something.
pub(super) fn name_of<T: PartialEq>(thing: &T, names: &[(&'static str, T)]) -> &'static str {
    names.iter().find(|(_, known)| known == thing).map_or("", |(name, _)| name)
}

//! How votes received by one agent become dependent, in every lane at once. The rules are those of
//! [`Coupling`](crate::organization::graph::Coupling).

use sim_core::lanes::{LANES, Lanes, Mask, Outlined, Source, Thresholds};
use sim_core::random::InvalidProbability;
use sim_core::special::normal_quantile;

use super::selector::Selector;
use crate::organization::effective::{EffectiveCoupling, keeping};
use crate::theory::dependence::gaussian::Factor;

/// A rule, prepared for a number of votes.
#[derive(Clone, Debug)]
pub(super) enum LaneCoupling {
    /// Votes stay as they are.
    Independent,
    /// Where the mask is set all take the vote of one.
    Mixture { shared: Mask, choice: Choice },
    /// Where its mask is set a vote takes the own vote of the first for which it is.
    Copying(Mask),
    /// Every vote but the first keeps itself where its mask is set, else takes a uniformly chosen earlier one.
    BetaBinomial(Vec<(Mask, Selector)>),
    /// Signs of latent normal numbers that share a factor.
    Gaussian { factor: Factor, accuracies: Vec<f64> },
}

/// Whose vote all take.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    /// The first one's: as good as any where all have the same law and are independent.
    First,
    /// A uniformly chosen one's.
    Uniform(Selector),
}

impl LaneCoupling {
    /// The rule for votes that are right with these accuracies. `alike` says that they are independent and equally
    /// distributed. `None` for a user's rule, which has no form for lanes.
    pub(super) fn new(
        coupling: &EffectiveCoupling,
        accuracies: &[f64],
        alike: bool,
    ) -> Result<Option<Self>, InvalidProbability> {
        let votes = accuracies.len();
        Ok(Some(match coupling {
            EffectiveCoupling::None => Self::Independent,
            EffectiveCoupling::Mixture { shared } => Self::Mixture {
                shared: Mask::new(*shared)?,
                choice: if alike { Choice::First } else { Choice::Uniform(Selector::new(votes)?) },
            },
            EffectiveCoupling::Copying { copies } => Self::Copying(Mask::new(*copies)?),
            EffectiveCoupling::Urn { correlation } => {
                let vote = |i: usize| Ok((Mask::new(keeping(*correlation, i))?, Selector::new(i)?));
                Self::BetaBinomial((1..votes).map(vote).collect::<Result<_, _>>()?)
            }
            EffectiveCoupling::Gaussian(factor) => {
                Self::Gaussian { factor: *factor, accuracies: accuracies.to_vec() }
            }
            EffectiveCoupling::Custom(_) => return Ok(None),
        }))
    }

    /// How many vectors of room (scratch space) it needs beside the votes.
    pub(super) fn room(&self, votes: usize) -> usize {
        match self {
            Self::Mixture { choice: Choice::Uniform(_), .. } => 2 * votes,
            Self::BetaBinomial(_) => votes,
            _ => 0,
        }
    }

    /// Couples the votes, `present` telling which of them take part; all where it is empty. `room` has the size that
    /// [`LaneCoupling::room`] says.
    #[inline(always)]
    pub(super) fn apply<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        present: &[L],
        room: &mut [L],
        source: Source<'a, L>,
    ) -> Source<'a, L> {
        if matches!(self, Self::Independent) {
            return source;
        }
        L::outline(Apply { coupling: self, votes, present, room, source })
    }

    #[inline(always)]
    fn apply_to_all<L: Lanes>(&self, votes: &mut [L], room: &mut [L], source: &mut Source<'_, L>) {
        match self {
            Self::Independent => {}
            Self::Mixture { shared, choice } => {
                let shared = source.mask(shared);
                let common = match choice {
                    Choice::First => votes[0],
                    Choice::Uniform(selector) => {
                        room[..votes.len()].copy_from_slice(votes);
                        selector.choose(room, source)
                    }
                };
                for vote in votes {
                    *vote = shared.select(common, *vote);
                }
            }
            Self::Copying(mask) => {
                let (mut found, mut common) = (L::splat(false), L::splat(false));
                for vote in votes {
                    let copies = source.mask(mask);
                    common = found.select(common, *vote);
                    found = found.or(copies);
                    // Until the first copier is found `common` is the vote itself.
                    *vote = copies.select(common, *vote);
                }
            }
            Self::BetaBinomial(rules) => {
                for (i, (keep, selector)) in rules.iter().enumerate() {
                    room[..=i].copy_from_slice(&votes[..=i]);
                    let earlier = selector.choose(room, source);
                    votes[i + 1] = source.mask(keep).select(votes[i + 1], earlier);
                }
            }
            Self::Gaussian { factor, accuracies } => gaussian(factor, accuracies, votes, source),
        }
    }
}

impl LaneCoupling {
    /// The rule where some votes are missing. Not for the Polya urn, in which a vote's turn depends
    /// on how many are there before it.
    #[inline(always)]
    fn apply_to_present<L: Lanes>(
        &self,
        votes: &mut [L],
        present: &[L],
        room: &mut [L],
        source: &mut Source<'_, L>,
    ) {
        match self {
            Self::Mixture { shared, choice: Choice::Uniform(selector) } => {
                let shared = source.mask(shared);
                let mut open = L::splat(false);
                for &here in present {
                    open = open.or(here);
                }
                // Uniform among all, until it is one that is present.
                open = open.and(shared);
                let mut common = L::splat(false);
                let (chosen, presence) = room.split_at_mut(votes.len());
                while !open.is_zero() {
                    chosen.copy_from_slice(votes);
                    presence[..votes.len()].copy_from_slice(present);
                    let (vote, here) =
                        selector.choose_with_presence(chosen, &mut presence[..votes.len()], source);
                    common = open.and(here).select(vote, common);
                    open = open.and_not(here);
                }
                for vote in votes {
                    *vote = shared.select(common, *vote);
                }
            }
            Self::Copying(mask) => {
                let (mut found, mut common) = (L::splat(false), L::splat(false));
                for (vote, &here) in votes.iter_mut().zip(present) {
                    let copies = source.mask(mask).and(here);
                    common = found.select(common, *vote);
                    found = found.or(copies);
                    *vote = copies.select(common, *vote);
                }
            }
            // A normal factor moves every vote by itself.
            other => other.apply_to_all(votes, room, source),
        }
    }
}

/// A coupling, in a function of its own.
struct Apply<'a, 'b, L> {
    coupling: &'b LaneCoupling,
    votes: &'b mut [L],
    present: &'b [L],
    room: &'b mut [L],
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for Apply<'a, '_, L> {
    type Output = Source<'a, L>;

    #[inline(always)]
    fn run(self) -> Source<'a, L> {
        let Self { coupling, votes, present, room, mut source } = self;
        if present.is_empty() {
            coupling.apply_to_all(votes, room, &mut source);
        } else {
            coupling.apply_to_present(votes, present, room, &mut source);
        }
        source
    }
}

/// Gaussian coupling given the votes that were realized. Given the common factor `S`, a vote of accuracy `p` is right with probability
/// `P(S)`; of the votes that were right `min(1, P / p)` stay so, and of those that were wrong `max(0, (P - p) / (1 - p))`
/// become right.
#[inline(always)]
fn gaussian<L: Lanes>(factor: &Factor, accuracies: &[f64], votes: &mut [L], source: &mut Source<'_, L>) {
    let mut common = [0.0; LANES];
    for value in &mut common {
        *value = source.stream().normal();
    }
    let (mut stays, mut turns) = (Thresholds::default(), Thresholds::default());
    let mut last = None;
    for (&p, vote) in accuracies.iter().zip(votes) {
        if p <= 0.0 || p >= 1.0 {
            continue;
        }
        if last != Some(p) {
            set_gaussian_thresholds(p, factor, &common, &mut stays, &mut turns);
            last = Some(p);
        }
        let (stay, turn): (L, L) = (source.below(&stays), source.below(&turns));
        *vote = vote.select(stay, turn);
    }
}

/// Numbers, not lanes: compiled once for all instruction sets.
#[inline(never)]
fn set_gaussian_thresholds(
    p: f64,
    factor: &Factor,
    common: &[f64; LANES],
    stays: &mut Thresholds,
    turns: &mut Thresholds,
) {
    let threshold = normal_quantile(p);
    let right: [f64; LANES] =
        std::array::from_fn(|lane| factor.conditional_accuracy(threshold, common[lane]));
    stays.set(|lane| (right[lane] / p).min(1.0));
    turns.set(|lane| ((right[lane] - p) / (1.0 - p)).max(0.0));
}

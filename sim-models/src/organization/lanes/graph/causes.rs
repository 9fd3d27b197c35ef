//! Fresh votes, and the causes that they share.

use sim_core::graph::Node;
use sim_core::lanes::{LANES, Lanes, Source, Thresholds};
use sim_core::random::{InvalidProbability, Stream};
use sim_core::special::{beta_quantile, normal_quantile};

use super::program::{MaskId, Masks};
use crate::organization::NotSampled;
use crate::organization::effective::EffectiveCause;
use crate::organization::graph::Organization;
use crate::theory::common_cause::Difficulty;
use crate::theory::dependence::gaussian::Factor;

/// How a fresh vote is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum FreshVote {
    /// With one probability.
    Alone(MaskId),
    /// The group's common vote in the trials in which that is cast by all, else a vote of its own.
    Shared { cause: u32, own: MaskId },
    /// The group's common vote where it copies, which it decides for itself, else a vote of its own.
    Copied { cause: u32, copies: MaskId, own: MaskId },
    /// With a probability that the cause gave to every trial.
    Varying { thresholds: u32 },
}

/// The causes of an organization.
#[derive(Clone, Debug)]
pub(super) struct Causes {
    /// By cause of the organization.
    laws: Vec<LaneCause>,
    /// What the thresholds of varying votes depend on: which cause, and the vote's accuracy.
    varying: Vec<(u32, f64)>,
}

/// A cause, prepared for drawing once per trial.
#[derive(Clone, Debug)]
enum LaneCause {
    /// Nothing is shared.
    None,
    /// Where the first mask is set all cast one vote, drawn with the second.
    SharedVote { shared: MaskId, vote: MaskId },
    /// Each casts one vote, drawn with the second mask, where its own copy of the first is set.
    Copying { copies: MaskId, vote: MaskId },
    /// Accuracy from a Beta law.
    Difficulty(Difficulty),
    /// Votes with latent normal numbers that share a factor.
    Factor(Factor),
    /// All are right where one level lies below their accuracy.
    Level,
}

impl LaneCause {
    fn new(cause: EffectiveCause, masks: &mut Masks) -> Result<Self, InvalidProbability> {
        Ok(match cause {
            EffectiveCause::Independent => Self::None,
            EffectiveCause::SharedVote { shared, accuracy } => {
                Self::SharedVote { shared: masks.id(shared)?, vote: masks.id(accuracy)? }
            }
            EffectiveCause::Copying { copies, accuracy } => {
                Self::Copying { copies: masks.id(copies)?, vote: masks.id(accuracy)? }
            }
            EffectiveCause::Difficulty(law) => Self::Difficulty(law),
            EffectiveCause::Factor(factor) => Self::Factor(factor),
            EffectiveCause::Level => Self::Level,
        })
    }

    /// One number per trial: an accuracy, a normal factor or a level. Compiled once for all instruction sets.
    #[inline(never)]
    fn draw(&self, stream: &mut Stream) -> Vec<f64> {
        let value = |stream: &mut Stream| match self {
            Self::Difficulty(law) => beta_quantile(law.a, law.b, stream.uniform()),
            Self::Factor(_) => stream.normal(),
            _ => stream.uniform(),
        };
        match self {
            Self::None | Self::SharedVote { .. } | Self::Copying { .. } => Vec::new(),
            _ => (0..LANES).map(|_| value(stream)).collect(),
        }
    }

    /// The probability of a right vote of this accuracy in every trial, given what was drawn.
    #[inline(never)]
    fn probabilities(&self, drawn: &[f64], accuracy: f64) -> Thresholds {
        let mut thresholds = Thresholds::default();
        match self {
            Self::Factor(factor) => {
                let threshold = normal_quantile(accuracy);
                thresholds.set(|lane| factor.conditional_accuracy(threshold, drawn[lane]));
            }
            Self::Level => thresholds.set(|lane| f64::from(u8::from(drawn[lane] < accuracy))),
            _ => thresholds.set(|lane| drawn[lane]),
        }
        thresholds
    }
}

impl Causes {
    pub(super) fn new(organization: &Organization, masks: &mut Masks) -> Result<Self, NotSampled> {
        let causes = EffectiveCause::all(organization)?.into_iter();
        let laws = causes.map(|cause| LaneCause::new(cause, masks)).collect::<Result<_, _>>()?;
        Ok(Self { laws, varying: Vec::new() })
    }

    /// How an agent's fresh vote is drawn, and whether the noise of a channel that leaves the share `heard` of its bias is part
    /// of it.
    pub(super) fn fresh_vote(
        &mut self,
        organization: &Organization,
        agent: Node,
        heard: f64,
        masks: &mut Masks,
    ) -> Result<(FreshVote, bool), InvalidProbability> {
        let bias = organization.bias(agent).map_or(0.0, |bias| bias.get());
        let accuracy = 0.5 * (1.0 + bias);
        let cause = organization.cause_of(agent);
        let number = cause.unwrap_or(0) as u32;
        Ok(match cause.map_or(&LaneCause::None, |cause| &self.laws[cause]) {
            // A certain vote shares nothing.
            LaneCause::None => (FreshVote::Alone(masks.id(0.5 * (1.0 + heard * bias))?), true),
            _ if bias.abs() == 1.0 => (FreshVote::Alone(masks.id(0.5 * (1.0 + heard * bias))?), true),
            LaneCause::SharedVote { .. } => {
                (FreshVote::Shared { cause: number, own: masks.id(accuracy)? }, false)
            }
            &LaneCause::Copying { copies, .. } => {
                (FreshVote::Copied { cause: number, copies, own: masks.id(accuracy)? }, false)
            }
            LaneCause::Difficulty(_) | LaneCause::Factor(_) | LaneCause::Level => {
                (FreshVote::Varying { thresholds: self.thresholds(number, accuracy) }, false)
            }
        })
    }

    fn thresholds(&mut self, cause: u32, accuracy: f64) -> u32 {
        let known = self.varying.iter().position(|&known| known == (cause, accuracy));
        known.unwrap_or_else(|| {
            self.varying.push((cause, accuracy));
            self.varying.len() - 1
        }) as u32
    }
}

/// What the causes came to in the trials of one block: drawn before the first step, read by every fresh vote.
pub(super) struct Drawn<L> {
    /// By cause: the trials in which all cast the common vote, and that vote.
    common: Vec<(L, L)>,
    thresholds: Vec<Thresholds>,
}

impl<L: Lanes> Drawn<L> {
    #[inline(always)]
    pub(super) fn new(causes: &Causes, masks: &Masks, source: &mut Source<'_, L>) -> Self {
        let mut common = Vec::with_capacity(causes.laws.len());
        let mut values = Vec::new();
        for law in &causes.laws {
            common.push(match law {
                LaneCause::SharedVote { shared, vote } => {
                    (source.mask(masks.get(*shared)), source.mask(masks.get(*vote)))
                }
                LaneCause::Copying { vote, .. } => (L::splat(false), source.mask(masks.get(*vote))),
                _ => (L::splat(false), L::splat(false)),
            });
            values.push(law.draw(source.stream()));
        }
        let mut thresholds = Vec::with_capacity(causes.varying.len());
        for &(cause, accuracy) in &causes.varying {
            thresholds.push(causes.laws[cause as usize].probabilities(&values[cause as usize], accuracy));
        }
        Self { common, thresholds }
    }

    /// A fresh vote.
    #[inline(always)]
    pub(super) fn vote<'a>(
        &self,
        vote: FreshVote,
        masks: &Masks,
        mut source: Source<'a, L>,
    ) -> (L, Source<'a, L>) {
        match vote {
            FreshVote::Alone(own) | FreshVote::Shared { own, .. } => {
                let mut cast = source.mask(masks.get(own));
                if let FreshVote::Shared { cause, .. } = vote {
                    let (shared, common) = self.common[cause as usize];
                    cast = shared.select(common, cast);
                }
                (cast, source)
            }
            FreshVote::Copied { cause, copies, own } => {
                let (copied, alone);
                (copied, source) = source.mask_outlined(masks.get(copies));
                (alone, source) = source.mask_outlined(masks.get(own));
                (copied.select(self.common[cause as usize].1, alone), source)
            }
            FreshVote::Varying { thresholds } => {
                let mut vote = [L::splat(false)];
                source = source.fill_below(&self.thresholds[thresholds as usize], &mut vote);
                (vote[0], source)
            }
        }
    }
}

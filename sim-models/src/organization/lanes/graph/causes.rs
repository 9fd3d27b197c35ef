//! Fresh votes, and the causes that they share.

use sim_core::lanes::{LANES, Lanes, Source, Thresholds};
use sim_core::special::{beta_quantile, normal_cdf, normal_quantile};

use super::program::{MaskId, Masks};
use sim_core::graph::Node;

use crate::organization::NotSampled;
use crate::organization::graph::{CauseLaw, Organization};
use crate::theory::common_cause::Difficulty;
use crate::theory::dependence::gaussian::Factor;

/// How a fresh vote is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum FreshVote {
    /// With one probability.
    Alone(MaskId),
    /// The group's common vote in the trials in which that is cast by all, else with a probability.
    Shared { cause: u32, own: MaskId },
    /// The group's common vote with a probability, else with a probability.
    Copied { cause: u32, copies: MaskId, own: MaskId },
    /// With the trial's probability.
    Varying { thresholds: u32 },
}

/// The causes of an organization.
#[derive(Clone, Debug)]
pub(super) struct Causes {
    /// By cause of the organization.
    laws: Vec<LaneCause>,
    /// What sets the thresholds of varying votes: which cause, and the normal threshold of the vote's accuracy.
    varying: Vec<(u32, f64)>,
}

/// A cause, prepared for drawing once per trial.
#[derive(Clone, Debug)]
enum LaneCause {
    /// Nothing is shared.
    None,
    /// Where the first mask is set all cast one vote, drawn with the second.
    SharedVote { shared: MaskId, vote: MaskId },
    /// A common vote, drawn with the mask.
    CommonVote { vote: MaskId },
    /// Accuracy from a Beta law with these shapes.
    Difficulty { right: f64, wrong: f64 },
    /// One standard normal; votes have latent correlation `r`.
    GaussianFactor { r: f64 },
}

impl Causes {
    pub(super) fn new(organization: &Organization, masks: &mut Masks) -> Result<Self, NotSampled> {
        let mut laws = Vec::new();
        for (number, cause) in organization.causes().iter().enumerate() {
            let rho = cause.correlation.get();
            let members = (0..organization.graph().len()).filter(|&agent| organization.cause_of(agent) == Some(number));
            // The builder refuses groups without members.
            let bias = members.filter_map(|agent| organization.bias(agent)).next().map_or(0.0, |bias| bias.get());
            let accuracy = 0.5 * (1.0 + bias);
            // Only normal factors allow unlike biases; of those that are certain, nothing is shared.
            let certain = bias.abs() == 1.0 && cause.law != CauseLaw::GaussianFactor;
            laws.push(match cause.law {
                _ if rho == 0.0 || certain => LaneCause::None,
                CauseLaw::SharedVote => {
                    LaneCause::SharedVote { shared: masks.id(rho)?, vote: masks.id(accuracy)? }
                }
                CauseLaw::Difficulty if rho == 1.0 => {
                    LaneCause::SharedVote { shared: masks.id(1.0)?, vote: masks.id(accuracy)? }
                }
                CauseLaw::Copying => LaneCause::CommonVote { vote: masks.id(accuracy)? },
                CauseLaw::Difficulty => {
                    let law = Difficulty::from_correlation(bias, rho);
                    if law.leaf_bias().is_nan() {
                        return Err(NotSampled::NoCause { correlation: rho, bias });
                    }
                    LaneCause::Difficulty { right: law.a, wrong: law.b }
                }
                CauseLaw::GaussianFactor => LaneCause::GaussianFactor {
                    r: if rho == 1.0 { 1.0 } else { Factor::from_sign_correlation(rho).latent() },
                },
            });
        }
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
    ) -> Result<(FreshVote, bool), NotSampled> {
        let bias = organization.bias(agent).map_or(0.0, |bias| bias.get());
        let accuracy = 0.5 * (1.0 + bias);
        let alone = |masks: &mut Masks| Ok((FreshVote::Alone(masks.id(0.5 * (1.0 + heard * bias))?), true));
        let Some(cause) = organization.cause_of(agent) else { return alone(masks) };
        let number = cause as u32;
        let rho = organization.causes()[cause].correlation.get();
        Ok(match self.laws[cause] {
            LaneCause::None => return alone(masks),
            LaneCause::SharedVote { .. } => {
                (FreshVote::Shared { cause: number, own: masks.id(accuracy)? }, false)
            }
            LaneCause::CommonVote { .. } => {
                let copies = masks.id(rho.sqrt())?;
                (FreshVote::Copied { cause: number, copies, own: masks.id(accuracy)? }, false)
            }
            LaneCause::GaussianFactor { .. } if bias.abs() == 1.0 => return alone(masks),
            LaneCause::Difficulty { .. } => {
                (FreshVote::Varying { thresholds: self.thresholds(number, 0.0) }, false)
            }
            LaneCause::GaussianFactor { .. } => {
                (FreshVote::Varying { thresholds: self.thresholds(number, normal_quantile(accuracy)) }, false)
            }
        })
    }

    fn thresholds(&mut self, cause: u32, threshold: f64) -> u32 {
        let known = self.varying.iter().position(|&known| known == (cause, threshold));
        known.unwrap_or_else(|| {
            self.varying.push((cause, threshold));
            self.varying.len() - 1
        }) as u32
    }
}

/// What the causes of one block came to.
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
                LaneCause::CommonVote { vote } => (L::splat(false), source.mask(masks.get(*vote))),
                _ => (L::splat(false), L::splat(false)),
            });
            values.push(latent_values(law, source.stream()));
        }
        let mut thresholds = Vec::with_capacity(causes.varying.len());
        for &(cause, threshold) in &causes.varying {
            thresholds.push(varying(&causes.laws[cause as usize], &values[cause as usize], threshold));
        }
        Self { common, thresholds }
    }

    /// A fresh vote.
    #[inline(always)]
    pub(super) fn vote(&self, vote: FreshVote, masks: &Masks, source: &mut Source<'_, L>) -> L {
        match vote {
            FreshVote::Alone(own) => source.mask(masks.get(own)),
            FreshVote::Shared { cause, own } => {
                let (shared, common) = self.common[cause as usize];
                shared.select(common, source.mask(masks.get(own)))
            }
            FreshVote::Copied { cause, copies, own } => {
                let common = self.common[cause as usize].1;
                source.mask(masks.get(copies)).select(common, source.mask(masks.get(own)))
            }
            FreshVote::Varying { thresholds } => source.below(&self.thresholds[thresholds as usize]),
        }
    }
}

/// One number per trial: an accuracy, or a normal factor. Compiled once for all instruction sets.
#[inline(never)]
fn latent_values(law: &LaneCause, stream: &mut sim_core::random::Stream) -> Vec<f64> {
    match *law {
        LaneCause::Difficulty { right, wrong } => {
            (0..LANES).map(|_| beta_quantile(right, wrong, stream.uniform())).collect()
        }
        LaneCause::GaussianFactor { .. } => (0..LANES).map(|_| stream.normal()).collect(),
        _ => Vec::new(),
    }
}

/// The probability of a right vote in every trial.
#[inline(never)]
fn varying(law: &LaneCause, values: &[f64], threshold: f64) -> Thresholds {
    let mut thresholds = Thresholds::default();
    match *law {
        LaneCause::GaussianFactor { r } if r == 1.0 => {
            thresholds.set(|lane| f64::from(u8::from(threshold + values[lane] > 0.0)));
        }
        LaneCause::GaussianFactor { r } => {
            let (scale, rest) = (r.sqrt(), (1.0 - r).sqrt());
            thresholds.set(|lane| normal_cdf((threshold + scale * values[lane]) / rest));
        }
        _ => thresholds.set(|lane| values[lane]),
    }
    thresholds
}

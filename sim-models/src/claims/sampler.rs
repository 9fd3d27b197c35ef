//! Measurements: how many trials, with which streams, at which confidence.

use sim_core::design::level_set::{Root, Search};
use sim_core::estimate::{Confidence, Estimate, Mean};
use sim_core::monte_carlo::{self, Control, Simulation, Stop};
use sim_core::random::{Family, Purpose, Streams};

use super::measured::{Measured, NotMeasured};
use crate::organization::averaging::{AveragingOrganization, SampledAverage};
use crate::organization::graph::Organization;
use crate::organization::{AgentTree, Bias, LaneOrganization, LaneTree, Layer, Leaf};
use crate::registry::AnyPlan;

/// Probability that any interval of a run over all claims misses the truth, which is what makes a true claim fail.
pub const ERROR_RATE: f64 = 1e-6;

/// Claims among which the error rate is shared out; a fixed number, so that a claim's finding does not depend on the others.
const CLAIMS: f64 = 200.0;

/// Intervals among which a claim's part is shared out.
const INTERVALS: u64 = 256;

/// A search for a root has the share of so many intervals.
const SEARCH: u64 = 32;

/// Trials before the first look at a point of a search.
const FIRST_LOOK: u64 = 4096;

/// Trials of a pilot.
const PILOT: u64 = 4096;

/// Independent repetitions of a [layer-by-layer](Sampler::layer_by_layer) measurement.
const CHAINS: u64 = 128;

/// Trials of one measurement, at most; what needs more fails by its interval.
const MOST_TRIALS: u64 = 1 << 31;

/// How much is invested in a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// The margins that the claims state.
    Full,
    /// Twice these margins, which takes about a quarter of the trials. Claims that are false somewhere, and those whose sentence
    /// names the margin, keep it.
    Fast,
}

impl Effort {
    /// By which factor margins are wider.
    pub fn margin_factor(self) -> f64 {
        match self {
            Self::Full => 1.0,
            Self::Fast => 2.0,
        }
    }
}

/// How precisely to measure: to a half-width, or as a search asks for.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    HalfWidth(f64),
    Look(Look),
}

impl From<f64> for Aim {
    fn from(half_width: f64) -> Self {
        Self::HalfWidth(half_width)
    }
}

impl From<Look> for Aim {
    fn from(look: Look) -> Self {
        Self::Look(look)
    }
}

/// Takes the measurements of one claim.
pub struct Sampler<'a> {
    seed: u64,
    id: &'a str,
    margin: f64,
    coarser: f64,
    control: &'a Control,
    /// Measurements so far, which tell their streams apart.
    measurements: u64,
    /// Intervals among which the claim's share of the error rate is divided, so far.
    intervals: u64,
    trials: u64,
}

/// One look at a point in a search: how often to try, and how certain to be.
#[derive(Clone, Copy)]
pub(super) struct Look {
    trials: u64,
    confidence: Confidence,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(seed: u64, id: &'a str, margin: f64, coarser: f64, control: &'a Control) -> Self {
        Self { seed, id, margin, coarser, control, measurements: 0, intervals: 0, trials: 0 }
    }

    /// The claim's margin, at this effort.
    pub(super) fn margin(&self) -> f64 {
        self.margin
    }

    /// By which factor a half-width that suits the full effort is wider.
    pub(super) fn coarser(&self) -> f64 {
        self.coarser
    }

    /// Trials so far.
    pub(super) fn trials(&self) -> u64 {
        self.trials
    }

    /// Whether somebody has cancelled; measurements are worth nothing then.
    pub(super) fn is_cancelled(&self) -> bool {
        self.control.is_cancelled()
    }

    /// Whether all intervals have their part of the error rate.
    pub(super) fn within_share(&self) -> Result<(), NotMeasured> {
        match self.intervals {
            0..=INTERVALS => Ok(()),
            intervals => Err(NotMeasured::TooManyIntervals { intervals, most: INTERVALS }),
        }
    }

    /// Confidence of every interval.
    fn confidence() -> Confidence {
        Confidence::new(1.0 - ERROR_RATE / (CLAIMS * INTERVALS as f64)).unwrap_or(Confidence::DEFAULT)
    }

    /// Half-width of a normal interval in standard errors.
    fn multiplier() -> f64 {
        -sim_core::special::normal_quantile(0.5 * (1.0 - Self::confidence().get()))
    }

    /// Trials at which the mean of numbers of this deviation has this half-width.
    fn trials_for(deviation: f64, half_width: f64) -> u64 {
        let ratio = Self::multiplier() * deviation / half_width;
        (ratio * ratio).clamp(4096.0, MOST_TRIALS as f64) as u64
    }

    /// Streams that no other measurement has.
    fn streams(&mut self) -> Streams {
        self.measurements += 1;
        self.unshared_streams(0)
    }

    /// Streams of a part of the current measurement.
    fn unshared_streams(&self, part: u64) -> Streams {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.id.as_bytes());
        hasher.update(&self.measurements.to_le_bytes());
        hasher.update(&part.to_le_bytes());
        Streams::new(self.seed, Purpose::World, Family::of_cell(*hasher.finalize().as_bytes()))
    }

    /// One metric of a simulation, looked at once.
    fn look(&mut self, of: &impl Simulation, metric: usize, look: Look) -> Result<Measured, NotMeasured> {
        let streams = self.streams();
        let stop = Stop::after(look.trials)?.with_confidence(look.confidence);
        let run = monte_carlo::run(of, &streams, &stop, self.control);
        self.trials += run.trials;
        Ok(run.estimates[metric].into())
    }

    /// One metric of a simulation after so many trials.
    fn metric(&mut self, of: &impl Simulation, metric: usize, trials: u64) -> Result<Measured, NotMeasured> {
        self.intervals += 1;
        self.look(of, metric, Look { trials, confidence: Self::confidence() })
    }

    /// One metric of a model, to a half-width that may depend on its value. A pilot with draws of its own says how many trials that takes.
    pub(super) fn model(
        &mut self,
        plan: &dyn AnyPlan,
        metric: usize,
        half_width: impl Fn(&Self, f64) -> f64,
    ) -> Result<Measured, NotMeasured> {
        self.intervals += 1;
        let streams = self.streams();
        let pilot = self.estimate(plan, metric, &self.unshared_streams(1), PILOT)?;
        let ratio = pilot.half_width() / half_width(self, pilot.value);
        let trials = (1.2 * ratio * ratio * PILOT as f64).clamp(PILOT as f64, MOST_TRIALS as f64) as u64;
        Ok(self.estimate(plan, metric, &streams, trials)?.into())
    }

    fn estimate(
        &mut self,
        plan: &dyn AnyPlan,
        metric: usize,
        streams: &Streams,
        trials: u64,
    ) -> Result<Estimate, NotMeasured> {
        let stop = Stop::after(trials)?.with_confidence(Self::confidence());
        let outcome = plan.run(streams, &stop, self.control)?;
        self.trials += outcome.trials;
        Ok(outcome.estimates[metric])
    }

    /// Bias of a tree's root, with every leaf drawn.
    pub(super) fn tree(&mut self, tree: &AgentTree, aim: impl Into<Aim>) -> Result<Measured, NotMeasured> {
        let tree = whole(tree)?;
        match aim.into() {
            Aim::HalfWidth(half_width) => self.metric(&tree, 0, Self::trials_for(1.0, half_width)),
            Aim::Look(look) => self.look(&tree, 0, look),
        }
    }

    /// Where a function changes its sign between two numbers, to an interval of this width.
    ///
    /// # Errors
    /// It has the same sign at both ends, or cannot be measured.
    pub(super) fn root(
        &mut self,
        (from, to): (f64, f64),
        width: f64,
        function: impl Fn(&mut Self, f64, Look) -> Result<Measured, NotMeasured>,
    ) -> Result<Measured, NotMeasured> {
        self.intervals += SEARCH;
        let before = self.trials;
        let error_rate = SEARCH as f64 * ERROR_RATE / (CLAIMS * INTERVALS as f64);
        let search = Search { from, to, width, first_look: FIRST_LOOK, most_trials: MOST_TRIALS, error_rate };
        let confidence = Confidence::new(search.confidence()).unwrap_or(Confidence::DEFAULT);
        let found = search.run(|x, trials, _| {
            let seen = function(self, x, Look { trials, confidence })?;
            Ok::<_, NotMeasured>((seen.low, seen.high))
        })?;
        let trials = self.trials - before;
        match found.root {
            Root::Between { low, high } => {
                Ok(Measured { value: 0.5 * (low + high), low, high, trials, sampled: false })
            }
            found => Err(NotMeasured::NoRoot { from, to, found }),
        }
    }

    /// Bias of an organization's first output, as a graph.
    pub(super) fn graph(&mut self, graph: &Organization, half_width: f64) -> Result<Measured, NotMeasured> {
        let lanes = LaneOrganization::new(graph)?;
        self.metric(&lanes, 1, Self::trials_for(1.0, half_width))
    }

    /// Risk of an averaging organization, to a share of itself: errors are nearly Gaussian, so that the deviation of a squared error is
    /// the square root of two of its mean.
    pub(super) fn risk(&mut self, of: &AveragingOrganization, share: f64) -> Result<Measured, NotMeasured> {
        self.metric(&SampledAverage::new(of)?, 0, Self::trials_for(std::f64::consts::SQRT_2, share))
    }

    /// Bias of a tree too deep to be drawn whole, layer by layer: the votes of each layer are as many nodes over independent votes of
    /// the bias measured below. Independent repetitions give the interval; the bias of the estimate is of the second order in their
    /// deviation (section 6). `half_width` is that of one layer. Gives levels 0 to `depth`.
    pub(super) fn layer_by_layer(
        &mut self,
        layer: Layer,
        leaf_bias: f64,
        depth: u32,
        half_width: f64,
    ) -> Result<Vec<Measured>, NotMeasured> {
        let trials = Self::trials_for(1.0, half_width).div_ceil(CHAINS);
        let stop = Stop::after(trials)?;
        let mut levels = vec![Mean::default(); depth as usize];
        self.measurements += 1;
        self.intervals += u64::from(depth);
        for chain in 0..CHAINS {
            let mut bias = leaf_bias;
            for (level, mean) in levels.iter_mut().enumerate() {
                let tree = AgentTree::uniform(Leaf::Bias(Bias::new(bias)?), layer, 1)?;
                let streams = self.unshared_streams(1 + chain * u64::from(depth) + level as u64);
                let run = monte_carlo::run(&LaneTree::new(&tree, Some(1))?, &streams, &stop, self.control);
                bias = run.estimates[0].value;
                mean.record(bias);
                self.trials += run.trials;
                if self.is_cancelled() {
                    break;
                }
            }
        }
        let start = Measured { value: leaf_bias, low: leaf_bias, high: leaf_bias, trials: 0, sampled: true };
        let of =
            |mean: &Mean| Measured { trials: trials * CHAINS, ..mean.estimate(Self::confidence()).into() };
        Ok(std::iter::once(start).chain(levels.iter().map(of)).collect())
    }
}

/// A tree with all its layers drawn: a cut would take the bias of subtrees from the recursion.
fn whole(tree: &AgentTree) -> Result<LaneTree, NotMeasured> {
    Ok(LaneTree::new(tree, Some(tree.layers().len()))?)
}

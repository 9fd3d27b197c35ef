//! Attempts at an activity, sixteen trials at once.

use std::f64::consts::LOG2_E;
use std::fmt;

use super::activity::{Activity, Joint, Lasting, Quantity};
use super::tables::Loaded;
use crate::lanes::{Lanes, NUMBERS, Source};

/// Largest batch.
const MOST_SAMPLES: u32 = 4096;
/// Normal quantities are cut here, with a little room.
const MOST_DEVIATIONS: f64 = 6.3;
/// Binary logarithm of the largest number that is drawn, so that no sum in single precision overflows.
const MOST_DOUBLINGS: f64 = 80.0;
const LARGEST: f64 = 1e24;
/// Most seconds and money per unit.
const MOST_PER_UNIT: f64 = 1e6;

/// A number that is out of its range.
pub(super) struct Wrong {
    pub(super) quantity: &'static str,
    pub(super) allowed: &'static str,
    pub(super) found: f64,
}

/// Two to the power of a normal quantity with this mean and deviation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lognormal {
    center: f32,
    deviation: f32,
}

/// A law, prepared.
#[derive(Clone, Debug)]
enum Law {
    Constant(f32),
    /// In right samples and in wrong ones.
    Lognormal([Lognormal; 2]),
    Drawn(Quantity),
}

/// A probability on the grid of 2^-32.
#[derive(Clone, Copy, Debug)]
struct Chance {
    threshold: u32,
    certain: bool,
}

impl Chance {
    fn new(probability: f64) -> Self {
        let scaled = (probability * 4_294_967_296.0).round();
        Self { threshold: scaled as u32, certain: scaled >= 4_294_967_296.0 }
    }

    /// Where it happens.
    #[inline(always)]
    fn draw<L: Lanes>(self, source: &mut Source<'_, L>) -> u16 {
        if self.certain { u16::MAX } else { source.fair().shorts_below(L::splat_short(self.threshold)) }
    }
}

/// An activity, prepared.
#[derive(Clone)]
pub(super) struct Compiled {
    samples: u32,
    /// That a sample is right, and that an attempt succeeds if sizes do not say more.
    sample: Chance,
    attempt: Chance,
    /// Whether sizes depend on success or success on sizes.
    coupled: bool,
    size: Law,
    cap: f32,
    /// Seconds per unit of size, and besides.
    per_unit: f32,
    fixed: f32,
    /// The law of durations that do not depend on sizes.
    own: Option<Law>,
    /// Draws everything, if there is one.
    joint: Option<Joint>,
    price: f32,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("samples", &self.samples)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    pub(super) fn new(activity: &Activity) -> Result<Self, Wrong> {
        let Activity { samples, success, size, shifts, cap, duration, price } = activity;
        if !(1..=MOST_SAMPLES).contains(samples) {
            let found = f64::from(*samples);
            return Err(Wrong { quantity: "the number of samples", allowed: "is from 1 to 4096", found });
        }
        within("the success probability", "lies between 0 and 1", *success, 0.0, 1.0)?;
        within("the price of a unit", "is from 0 to 1e6", *price, 0.0, MOST_PER_UNIT)?;
        if let Some(cap) = cap {
            within("the cap of the size", "is from 0 to 1e24", *cap, 0.0, LARGEST)?;
        }
        let size = Law::new(size, *shifts)?;
        let cap = cap.filter(|&cap| size.exceeds(cap)).map_or(f32::INFINITY, |cap| cap as f32);
        let (per_unit, fixed, own, joint) = match duration {
            Lasting::BySize { per_unit, fixed } => {
                within(
                    "the time of a unit of size",
                    "is from 0 to 1e6 seconds",
                    *per_unit,
                    0.0,
                    MOST_PER_UNIT,
                )?;
                within("the fixed time", "is from 0 to 1e24 seconds", *fixed, 0.0, LARGEST)?;
                (*per_unit, *fixed, None, None)
            }
            Lasting::Own(quantity) => (0.0, 0.0, Some(Law::new(quantity, [0.0; 2])?), None),
            Lasting::Joint(joint) => (0.0, 0.0, None, Some(joint.clone())),
        };
        let shifted = matches!(&size, Law::Lognormal([right, wrong]) if right.center != wrong.center);
        let all_fail = libm::exp(f64::from(*samples) * libm::log1p(-success));
        Ok(Self {
            samples: *samples,
            sample: Chance::new(*success),
            attempt: Chance::new(1.0 - all_fail),
            coupled: shifted || cap < f32::INFINITY,
            size,
            cap,
            per_unit: per_unit as f32,
            fixed: fixed as f32,
            own,
            joint,
            price: *price as f32,
        })
    }

    /// The law of sizes, if nothing but lognormal sizes has to be drawn.
    pub(super) fn plain(&self) -> Option<Lognormal> {
        match self.size {
            Law::Lognormal([law, _]) if !self.coupled && self.own.is_none() && self.joint.is_none() => {
                Some(law)
            }
            _ => None,
        }
    }
}

/// Refuses what is not within bounds; a NaN is not.
fn within(
    quantity: &'static str,
    allowed: &'static str,
    found: f64,
    low: f64,
    high: f64,
) -> Result<(), Wrong> {
    if found >= low && found <= high { Ok(()) } else { Err(Wrong { quantity, allowed, found }) }
}

impl Law {
    fn new(quantity: &Quantity, shifts: [f64; 2]) -> Result<Self, Wrong> {
        match quantity {
            Quantity::Constant(value) => {
                within("a quantity", "is from 0 to 1e24", *value, 0.0, LARGEST)?;
                Ok(Self::Constant(*value as f32))
            }
            Quantity::Lognormal { log_mean, log_deviation } => {
                let laws = shifts.map(|shift| (log_mean + shift * log_deviation, *log_deviation));
                for (mean, deviation) in laws {
                    let allowed = "is from 0 to 1e24, 6.3 deviations from the mean of its logarithm too";
                    let extent = (mean.abs() + MOST_DEVIATIONS * deviation.abs()) * LOG2_E;
                    within("a lognormal quantity", allowed, extent, 0.0, MOST_DOUBLINGS)?;
                }
                let law = |(mean, deviation)| Lognormal {
                    center: (mean * LOG2_E) as f32,
                    deviation: (deviation * LOG2_E) as f32,
                };
                Ok(Self::Lognormal(laws.map(law)))
            }
            Quantity::Drawn(_) => Ok(Self::Drawn(quantity.clone())),
        }
    }

    /// Whether a draw can be more.
    fn exceeds(&self, cap: f64) -> bool {
        match self {
            Self::Constant(value) => f64::from(value.ceil()) > cap,
            Self::Lognormal(laws) => {
                let most = |law: &Lognormal| {
                    let extent = MOST_DEVIATIONS * f64::from(law.deviation).abs();
                    libm::ceil(libm::exp2(f64::from(law.center) + extent))
                };
                laws.iter().any(|law| most(law) > cap)
            }
            Self::Drawn(_) => true,
        }
    }

    /// Sixteen draws, of right samples where `right` is set.
    #[inline(always)]
    fn draw<L: Lanes>(&self, right: u16, source: &mut Source<'_, L>, tables: &Loaded<L>) -> L {
        match self {
            Self::Constant(value) => L::splat_number(*value),
            Self::Lognormal([of_right, of_wrong]) => {
                let center =
                    L::choose(right, L::splat_number(of_right.center), L::splat_number(of_wrong.center));
                let normal = tables.normal(source.fair());
                tables.power_of_two(center.plus(L::splat_number(of_right.deviation).times(normal)))
            }
            Self::Drawn(quantity) => {
                let mut numbers = [0.0; NUMBERS];
                if let Quantity::Drawn(draw) = quantity {
                    for number in &mut numbers {
                        *number = number_of(draw(source.stream()));
                    }
                }
                L::load_numbers(&numbers)
            }
        }
    }
}

/// A draw in single precision; what is no positive number is 0.
fn number_of(draw: f64) -> f32 {
    if draw > 0.0 { draw.min(LARGEST) as f32 } else { 0.0 }
}

/// What sixteen attempts come to.
#[derive(Clone, Copy)]
pub(super) struct Drawn<L> {
    pub(super) duration: L,
    pub(super) cost: L,
    /// Which of them fail.
    pub(super) failed: u16,
}

/// Draws attempts at one activity.
pub(super) trait Attempt<L: Lanes>: Copy {
    fn draw(self, source: &mut Source<'_, L>, tables: &Loaded<L>) -> Drawn<L>;
}

/// Attempts of the usual kind: lognormal sizes, on which nothing but cost and duration depends.
#[derive(Clone, Copy)]
pub(super) struct Plain<'a, L> {
    activity: &'a Compiled,
    center: L,
    deviation: L,
}

impl<'a, L: Lanes> Plain<'a, L> {
    #[inline(always)]
    pub(super) fn new(activity: &'a Compiled, law: Lognormal) -> Self {
        let (center, deviation) = (L::splat_number(law.center), L::splat_number(law.deviation));
        Self { activity, center, deviation }
    }
}

impl<L: Lanes> Attempt<L> for Plain<'_, L> {
    #[inline(always)]
    fn draw(self, source: &mut Source<'_, L>, tables: &Loaded<L>) -> Drawn<L> {
        let (mut sum, mut longest) = (L::splat_number(0.0), L::splat_number(0.0));
        for _ in 0..self.activity.samples {
            let normal = tables.normal(source.fair());
            let size = tables.power_of_two(self.center.plus(self.deviation.times(normal))).round_up();
            sum = sum.plus(size);
            longest = longest.larger(size);
        }
        let failed = !self.activity.attempt.draw(source);
        let duration = longest.times(L::splat_number(self.activity.per_unit));
        Drawn {
            duration: duration.plus(L::splat_number(self.activity.fixed)),
            cost: sum.times(L::splat_number(self.activity.price)),
            failed,
        }
    }
}

/// Attempts of any kind.
#[derive(Clone, Copy)]
pub(super) struct Any<'a>(pub(super) &'a Compiled);

impl<L: Lanes> Attempt<L> for Any<'_> {
    #[inline(always)]
    fn draw(self, source: &mut Source<'_, L>, tables: &Loaded<L>) -> Drawn<L> {
        let activity = self.0;
        if let Some(joint) = &activity.joint {
            return draw_together(joint, activity, source);
        }
        let (mut sum, mut longest, mut passed) = (L::splat_number(0.0), L::splat_number(0.0), 0);
        let (cap, zero) = (L::splat_number(activity.cap), L::splat_number(0.0));
        for _ in 0..activity.samples {
            let right = if activity.coupled { activity.sample.draw(source) } else { 0 };
            let size = activity.size.draw(right, source, tables).round_up();
            passed |= right & size.at_most(cap);
            let size = size.smaller(cap);
            sum = sum.plus(size);
            let duration = match &activity.own {
                None => size.times(L::splat_number(activity.per_unit)).plus(L::splat_number(activity.fixed)),
                Some(law) => law.draw(0, source, tables),
            };
            longest = longest.larger(duration);
        }
        if !activity.coupled {
            passed = activity.attempt.draw(source);
        }
        let cost = sum.times(L::splat_number(activity.price));
        Drawn { duration: longest.larger(zero), cost, failed: !passed }
    }
}

/// Attempts whose samples are drawn one at a time.
#[inline(always)]
fn draw_together<L: Lanes>(joint: &Joint, activity: &Compiled, source: &mut Source<'_, L>) -> Drawn<L> {
    let (mut sums, mut longest, mut failed) = ([0.0f32; NUMBERS], [0.0f32; NUMBERS], 0);
    for (i, (sum, longest)) in sums.iter_mut().zip(&mut longest).enumerate() {
        let mut passed = false;
        for _ in 0..activity.samples {
            let (right, size, duration) = joint(source.stream());
            passed |= right;
            *sum += number_of(libm::ceil(size));
            *longest = longest.max(number_of(duration));
        }
        failed |= u16::from(!passed) << i;
    }
    let cost = L::load_numbers(&sums).times(L::splat_number(activity.price));
    Drawn { duration: L::load_numbers(&longest), cost, failed }
}

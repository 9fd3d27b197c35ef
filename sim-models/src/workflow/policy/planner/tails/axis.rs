//! What is left of a budget or of time, as points of a grid.

/// Points of an axis that does not follow steps.
const POINTS: usize = 48;
/// Most steps of an axis that does.
const MOST_STEPS: u64 = 128;

/// What is left of a budget or of time, as points of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) enum Axis {
    /// Whole steps.
    Steps { step: f64, points: usize },
    /// Finer where little is left.
    Roots { most: f64 },
}

/// A place between two points of an axis: the lower one, and how far it is to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) point: usize,
    pub(super) share: f32,
}

impl Axis {
    /// The axis up to `most` for quantities of which all draws are given.
    pub(super) fn new(most: u64, draws: impl Iterator<Item = u64>) -> Self {
        let step = draws.fold(most, greatest_common_divisor).max(1);
        if most / step <= MOST_STEPS {
            Self::Steps { step: step as f64, points: (most / step) as usize + 1 }
        } else {
            Self::Roots { most: most as f64 }
        }
    }

    pub(super) fn points(&self) -> usize {
        match self {
            Self::Steps { points, .. } => *points,
            Self::Roots { .. } => POINTS,
        }
    }

    pub(super) fn value(&self, point: usize) -> f64 {
        match self {
            Self::Steps { step, .. } => step * point as f64,
            Self::Roots { most } => {
                let share = point as f64 / (POINTS - 1) as f64;
                most * share * share
            }
        }
    }

    /// Where so much is left; `None` below nothing.
    pub(super) fn place(&self, left: f64) -> Option<Place> {
        if left < 0.0 {
            return None;
        }
        let last = self.points() - 1;
        match self {
            Self::Steps { step, .. } => {
                let at = (left / step).min(last as f64);
                let point = (at as usize).min(last - 1);
                Some(Place { point, share: (at - point as f64) as f32 })
            }
            Self::Roots { most } => {
                let at = (left / most).min(1.0).sqrt() * last as f64;
                let point = (at as usize).min(last - 1);
                let (low, high) = (self.value(point), self.value(point + 1));
                Some(Place { point, share: ((left - low) / (high - low)).clamp(0.0, 1.0) as f32 })
            }
        }
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

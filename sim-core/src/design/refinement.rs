//! Where more trials are worth most: which of many cells shall be looked at again, after twice as many trials each.
//!
//! Cells are looked at after numbers of trials that are fixed beforehand, [`Looks`]. A round looks at those again whose question is open, or whose
//! intervals are widest; which these are follows from what all cells showed before, and from nothing else: not from time, threads, or which
//! trials some earlier run has left.
//!
//! *Honest intervals.* Where a cell stops because of what its estimate is, an interval that is right after any fixed number of trials is not right
//! after the number it stopped at. So look k (from 0) spends the share 1 / ((k + 1)(k + 2)) of the error rate; the shares of all looks add up to 1, and
//! the interval of whichever look is the last one holds the truth with the stated confidence (Bonferroni; derived). The share of a look does not depend
//! on how many may follow, so that more trials extend a run. Where cells are chosen by the widths of their intervals alone, every look has the
//! whole error rate, as with a stopping rule by half-width; the test below says what that costs.

use crate::estimate::{Confidence, InvalidConfidence};

/// After how many trials a cell is looked at: a first number, each later one twice the one before, and a last one.
///
/// ```
/// use sim_core::design::refinement::Looks;
///
/// let looks = Looks::new(1000, 5000);
/// assert_eq!(looks.until(5000).collect::<Vec<_>>(), [1000, 2000, 4000, 5000]);
/// assert_eq!(looks.number(4000), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    first: u64,
    most: u64,
}

impl Looks {
    /// Looks from `first` trials on, or from `most` if those are fewer, up to `most`. Both are at least 1.
    pub fn new(first: u64, most: u64) -> Self {
        let most = most.max(1);
        Self { first: first.clamp(1, most), most }
    }

    /// Most trials of a cell.
    pub fn most(self) -> u64 {
        self.most
    }

    /// Trials at a look, from 0.
    pub fn trials(self, look: u32) -> u64 {
        let doublings = 1u64.checked_shl(look).unwrap_or(u64::MAX);
        self.first.saturating_mul(doublings).min(self.most)
    }

    /// Number of the look after so many trials: of the first that has as many.
    pub fn number(self, trials: u64) -> u32 {
        trials.div_ceil(self.first).checked_next_power_of_two().map_or(64, u64::ilog2)
    }

    /// The numbers of trials of all looks up to the one after `trials`.
    pub fn until(self, trials: u64) -> impl Iterator<Item = u64> {
        (0..=self.number(trials)).map(move |look| self.trials(look).min(trials))
    }
}

/// What is asked of the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// On which side of zero each of them is.
    Side,
    /// Which cell of a group is the highest. Members of a group are `stride` cells apart, and there are `size` of them.
    Leader {
        /// Distance of neighbors in a group.
        stride: usize,
        /// Cells of a group.
        size: usize,
    },
    /// Nothing: the widest intervals shall become narrower.
    Width,
}

impl Question {
    /// Confidence of the interval of a look, so that the last one of a cell has `confidence`, and those of a group have it together.
    ///
    /// # Errors
    /// The look is so late that no confidence is high enough.
    pub fn confidence(self, confidence: Confidence, look: u32) -> Result<Confidence, InvalidConfidence> {
        let k = f64::from(look);
        let share = match self {
            Self::Side => 1.0 / ((k + 1.0) * (k + 2.0)),
            Self::Leader { size, .. } => 1.0 / ((k + 1.0) * (k + 2.0) * size as f64),
            Self::Width => return Ok(confidence),
        };
        Confidence::new(1.0 - (1.0 - confidence.get()) * share)
    }
}

/// What a cell showed at its last look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Number of the look.
    pub look: u32,
    /// Whether more trials would change nothing: it failed, is another cell again, or its interval is narrow enough.
    pub closed: bool,
}

impl Seen {
    /// A cell before its first look, which may be anything.
    pub const UNSEEN: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, look: 0, closed: false };

    /// A cell that says nothing about its group and gets no trials.
    pub const NOTHING: Self = Self { low: f64::NEG_INFINITY, high: f64::NEG_INFINITY, look: 0, closed: true };

    /// Whether the question can be asked of the cell.
    pub fn is_asked(&self) -> bool {
        self.high > f64::NEG_INFINITY
    }

    fn width(&self) -> f64 {
        if self.low == self.high { 0.0 } else { self.high - self.low }
    }
}

/// The answer to the question of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is none: it is not known yet, or nothing was asked.
    Open,
    /// It is above zero, or leads its group.
    Ahead,
    /// It is below zero, or another one leads its group.
    Behind,
}

/// A plan that gives trials to cells round by round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refinement {
    /// What is asked.
    pub question: Question,
    /// When cells are looked at.
    pub looks: Looks,
}

impl Refinement {
    /// The cells that the next round looks at again, in their order, if at most `left` trials more may be run; empty at the end. Where not all of them
    /// can be afforded, those come first that are nearest to their answers, or widest.
    pub fn round(&self, seen: &[Seen], left: u64) -> Vec<usize> {
        let mut chosen: Vec<(f64, usize)> = match self.question {
            Question::Side => (0..seen.len())
                .filter(|&cell| self.goes_on(&seen[cell]) && side(&seen[cell]) == Answer::Open)
                .map(|cell| (doubt(&seen[cell]), cell))
                .collect(),
            Question::Leader { stride, size } => (0..seen.len() / size.max(1))
                .flat_map(|group| self.contenders(seen, group, stride, size))
                .collect(),
            Question::Width => {
                let open = || (0..seen.len()).filter(|&cell| self.goes_on(&seen[cell]));
                let widest = open().map(|cell| seen[cell].width()).fold(0.0, f64::max);
                // Twice as many trials make an interval narrower by this much: afterwards no other one is wider.
                let enough = widest * std::f64::consts::FRAC_1_SQRT_2;
                let wide = open().filter(|&cell| seen[cell].width() > 0.0 && seen[cell].width() >= enough);
                wide.map(|cell| (-seen[cell].width(), cell)).collect()
            }
        };
        let cost = |cell: usize| {
            let look = seen[cell].look;
            self.looks.trials(look + 1) - self.looks.trials(look)
        };
        let all = chosen.iter().fold(0u64, |sum, (_, cell)| sum.saturating_add(cost(*cell)));
        if all > left {
            chosen.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let mut left = left;
            chosen.retain(|(_, cell)| {
                let fits = cost(*cell) <= left;
                left -= if fits { cost(*cell) } else { 0 };
                fits
            });
        }
        let mut cells: Vec<usize> = chosen.into_iter().map(|(_, cell)| cell).collect();
        cells.sort_unstable();
        cells
    }

    /// What is known of every cell by now.
    pub fn answers(&self, seen: &[Seen]) -> Vec<Answer> {
        match self.question {
            Question::Side => seen.iter().map(side).collect(),
            Question::Leader { stride, size } => {
                let mut answers = vec![Answer::Open; seen.len()];
                for group in 0..seen.len() / size.max(1) {
                    let possible: Vec<usize> = leaders(seen, group, stride, size).collect();
                    if possible.len() > 1 {
                        continue;
                    }
                    members(group, stride, size).for_each(|cell| answers[cell] = Answer::Behind);
                    possible.into_iter().for_each(|cell| answers[cell] = Answer::Ahead);
                }
                answers
            }
            Question::Width => vec![Answer::Open; seen.len()],
        }
    }

    fn goes_on(&self, seen: &Seen) -> bool {
        !seen.closed && self.looks.trials(seen.look) < self.looks.most
    }

    /// The cells of a group that may be the highest, with what their intervals have in common, if there are several.
    fn contenders(&self, seen: &[Seen], group: usize, stride: usize, size: usize) -> Vec<(f64, usize)> {
        let possible: Vec<usize> = leaders(seen, group, stride, size).collect();
        if possible.len() < 2 {
            return Vec::new();
        }
        let floor = possible.iter().map(|&cell| seen[cell].low).fold(f64::NEG_INFINITY, f64::max);
        let over = |cell: &usize| seen[*cell].high - floor;
        let widest = possible.iter().map(|&cell| seen[cell].width()).fold(0.0, f64::max);
        let second = {
            let mut overs: Vec<f64> = possible.iter().map(over).collect();
            overs.sort_by(|one, other| other.total_cmp(one));
            overs[1]
        };
        let doubt = if widest > 0.0 { second / widest } else { 0.0 };
        possible.into_iter().filter(|&cell| self.goes_on(&seen[cell])).map(|cell| (doubt, cell)).collect()
    }
}

/// The cells of a group.
fn members(group: usize, stride: usize, size: usize) -> impl Iterator<Item = usize> + Clone {
    let first = group / stride * stride * size + group % stride;
    (0..size).map(move |member| first + member * stride)
}

/// The cells of a group that may be its highest: those that do not lie below another one as a whole.
fn leaders(seen: &[Seen], group: usize, stride: usize, size: usize) -> impl Iterator<Item = usize> {
    let members = members(group, stride, size);
    let floor = members.clone().map(|cell| seen[cell].low).fold(f64::NEG_INFINITY, f64::max);
    members.filter(move |&cell| seen[cell].is_asked() && seen[cell].high >= floor)
}

/// On which side of zero an interval is.
fn side(seen: &Seen) -> Answer {
    match (seen.is_asked(), seen.low > 0.0, seen.high < 0.0) {
        (true, true, _) => Answer::Ahead,
        (true, false, true) => Answer::Behind,
        _ => Answer::Open,
    }
}

/// Share of an interval on the smaller side of zero: next to nothing where it is nearly decided, a half where it is as open as can be.
fn doubt(seen: &Seen) -> f64 {
    let width = seen.width();
    if width.is_finite() && width > 0.0 { seen.high.min(-seen.low) / width } else { 0.5 }
}

#[cfg(test)]
mod tests;

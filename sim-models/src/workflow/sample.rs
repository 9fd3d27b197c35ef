//! What one sample of a language model comes to.

use sim_core::random::Stream;
use thiserror::Error;

use crate::law::{InvalidLaw, Law, length_shift};

/// One sample: an attempt of a language model at a subtask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Whether it solves the subtask.
    pub right: bool,
    /// Tokens that are generated.
    pub tokens: u64,
    /// Time from launch to end, in seconds.
    pub latency: f64,
}

/// The joint law of success, tokens and latency of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleLaw(pub(super) Kind);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Independent { success: f64, latency: Law, tokens: Law },
    Generated { success: f64, tokens: Law, coupling: f64, cap: u64, tokens_per_second: f64, overhead: f64 },
    Records { records: Vec<Record>, all: Wheel, right: Wheel, wrong: Wheel },
}

/// One of several samples of which each is as likely as its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Relative frequency, positive.
    pub weight: f64,
    /// What is drawn.
    pub sample: Sample,
}

/// Some of several records, to be drawn by their weights.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wheel {
    positions: Vec<usize>,
    /// Probability that one before or at each is drawn.
    cumulative: Vec<f64>,
}

impl Wheel {
    fn new(records: &[Record], which: impl Fn(&Sample) -> bool) -> Self {
        let positions: Vec<usize> = (0..records.len()).filter(|&at| which(&records[at].sample)).collect();
        let total: f64 = positions.iter().map(|&at| records[at].weight).sum();
        let mut sum = 0.0;
        let cumulative = positions.iter().map(|&at| {
            sum += records[at].weight;
            sum / total
        });
        let cumulative = cumulative.collect();
        Self { positions, cumulative }
    }

    /// The position of a record; `None` if there are none.
    fn draw(&self, stream: &mut Stream) -> Option<usize> {
        let drawn = stream.uniform();
        let place = self.cumulative.partition_point(|&sum| sum < drawn);
        self.positions.get(place).or(self.positions.last()).copied()
    }
}

/// A law of samples that is none.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidSampleLaw {
    /// A probability outside [0, 1].
    #[error("a success probability lies between 0 and 1; found {0}")]
    Success(f64),
    /// A mean or deviation that is none.
    #[error(transparent)]
    Law(#[from] InvalidLaw),
    /// A speed that is not positive.
    #[error("the speed in tokens per second is a positive number; found {0}")]
    Speed(f64),
    /// A coupling that is not finite.
    #[error("the length coupling is a finite number; found {0}")]
    Coupling(f64),
    /// No records.
    #[error("a law of records has at least one")]
    NoRecords,
    /// A record whose weight or latency is none.
    #[error("record {position}: {quantity} is {allowed}; found {found}")]
    Record {
        /// Its position, from 1.
        position: usize,
        /// Which number.
        quantity: &'static str,
        /// Its range.
        allowed: &'static str,
        /// What was found.
        found: f64,
    },
}

fn probability(success: f64) -> Result<f64, InvalidSampleLaw> {
    if (0.0..=1.0).contains(&success) { Ok(success) } else { Err(InvalidSampleLaw::Success(success)) }
}

impl SampleLaw {
    /// Always the same latency, in seconds, and tokens.
    ///
    /// # Errors
    /// A number out of its range.
    pub fn constant(success: f64, latency: f64, tokens: u64) -> Result<Self, InvalidSampleLaw> {
        Self::independent(success, Law::constant(latency)?, Law::constant(tokens as f64)?)
    }

    /// Success, latency in seconds, and tokens, rounded up, do not depend on each other.
    ///
    /// # Errors
    /// `success` is no probability.
    pub fn independent(success: f64, latency: Law, tokens: Law) -> Result<Self, InvalidSampleLaw> {
        Ok(Self(Kind::Independent { success: probability(success)?, latency, tokens }))
    }

    /// Latency follows from length: `overhead + tokens / tokens_per_second` seconds. Right answers are shorter: the log-length is shifted by
    /// `-coupling` deviations if right and `coupling p / (1 - p)` if wrong (mechanisms B0.3). At `cap` tokens an answer is cut off, and
    /// wrong.
    ///
    /// # Errors
    /// A number out of its range.
    pub fn generated(
        success: f64,
        tokens: Law,
        coupling: f64,
        cap: u64,
        tokens_per_second: f64,
        overhead: f64,
    ) -> Result<Self, InvalidSampleLaw> {
        if !coupling.is_finite() {
            return Err(InvalidSampleLaw::Coupling(coupling));
        }
        if !(tokens_per_second > 0.0 && tokens_per_second.is_finite()) {
            return Err(InvalidSampleLaw::Speed(tokens_per_second));
        }
        let (success, overhead) = (probability(success)?, Law::constant(overhead)?.mean());
        Ok(Self(Kind::Generated { success, tokens, coupling, cap, tokens_per_second, overhead }))
    }

    /// One of several samples, such as those of a pilot run, which keep the correlation of success, length and latency.
    ///
    /// # Errors
    /// There are none, or a weight or latency is out of its range.
    pub fn records(records: Vec<Record>) -> Result<Self, InvalidSampleLaw> {
        if records.is_empty() {
            return Err(InvalidSampleLaw::NoRecords);
        }
        let refuse = |position: usize, quantity, allowed, found| {
            Err(InvalidSampleLaw::Record { position: position + 1, quantity, allowed, found })
        };
        for (position, record) in records.iter().enumerate() {
            if !(record.weight > 0.0 && record.weight.is_finite()) {
                return refuse(position, "the weight", "positive", record.weight);
            }
            let latency = record.sample.latency;
            if !(latency >= 0.0 && latency.is_finite()) {
                return refuse(position, "the latency", "a finite number from 0", latency);
            }
        }
        let total: f64 = records.iter().map(|record| record.weight).sum();
        if !total.is_finite() {
            return refuse(records.len() - 1, "the sum of the weights up to it", "finite", total);
        }
        let all = Wheel::new(&records, |_| true);
        let right = Wheel::new(&records, |sample| sample.right);
        let wrong = Wheel::new(&records, |sample| !sample.right);
        Ok(Self(Kind::Records { records, all, right, wrong }))
    }

    /// A sample whose success is decided by a probability of its own, if one is given: that of this run under dependence.
    pub(super) fn draw(&self, success: Option<f64>, stream: &mut Stream) -> Sample {
        match &self.0 {
            Kind::Independent { success: own, latency, tokens } => {
                let right = stream.uniform() < success.unwrap_or(*own);
                let latency = latency.draw(stream);
                Sample { right, latency, tokens: libm::ceil(tokens.draw(stream)) as u64 }
            }
            Kind::Generated { success: own, tokens, coupling, cap, tokens_per_second, overhead } => {
                let right = stream.uniform() < success.unwrap_or(*own);
                let shift = length_shift(right, *own, *coupling);
                let wanted = libm::ceil(tokens.draw_shifted(shift, stream)) as u64;
                let tokens = wanted.min(*cap);
                let latency = overhead + tokens as f64 / tokens_per_second;
                Sample { right: right && wanted <= *cap, tokens, latency }
            }
            Kind::Records { records, all, right, wrong } => {
                let is_right = success.map(|success| stream.uniform() < success);
                let wheel = match is_right {
                    None => all,
                    Some(true) => right,
                    Some(false) => wrong,
                };
                // Where no record is as it should be, any other lends its tokens and its latency.
                let position = wheel.draw(stream).or_else(|| all.draw(stream)).unwrap_or(0);
                let sample = records[position].sample;
                Sample { right: is_right.unwrap_or(sample.right), ..sample }
            }
        }
    }

    /// The same law of lengths and latencies with another probability that a sample is right, where no answer is cut off; it is moved into
    /// [0, 1]. Right records that there are not borrow tokens and latency from the wrong ones, and the other way round.
    #[must_use]
    pub(super) fn with_success(&self, success: f64) -> Self {
        let success = if success >= 0.0 { success.min(1.0) } else { 0.0 };
        Self(match &self.0 {
            Kind::Independent { latency, tokens, .. } => {
                Kind::Independent { success, latency: *latency, tokens: *tokens }
            }
            Kind::Generated { tokens, coupling, cap, tokens_per_second, overhead, .. } => Kind::Generated {
                success,
                tokens: *tokens,
                coupling: *coupling,
                cap: *cap,
                tokens_per_second: *tokens_per_second,
                overhead: *overhead,
            },
            Kind::Records { records, .. } => {
                let mut weighted = Vec::with_capacity(records.len());
                for (right, share) in [(true, success), (false, 1.0 - success)] {
                    let has_any = records.iter().any(|record| record.sample.right == right);
                    let lent = records.iter().filter(|record| !has_any || record.sample.right == right);
                    let total: f64 = lent.clone().map(|record| record.weight).sum();
                    weighted.extend(lent.map(|record| Record {
                        weight: record.weight / total * share,
                        sample: Sample { right, ..record.sample },
                    }));
                }
                weighted.retain(|record| record.weight > 0.0);
                // Half of the probability at least is left, and all that was right before still is.
                return Self::records(weighted).unwrap_or_else(|_| self.clone());
            }
        })
    }

    /// Probability that a sample would be right if no answer were cut off; that of a run is drawn around it under dependence.
    pub(super) fn success_uncut(&self) -> f64 {
        match &self.0 {
            Kind::Independent { success, .. } | Kind::Generated { success, .. } => *success,
            Kind::Records { .. } => self.success(),
        }
    }

    /// Probability that a sample is right, cut-off answers being wrong.
    pub fn success(&self) -> f64 {
        self.success_within(u64::MAX)
    }

    /// Probability that a sample is right and has at most so many tokens.
    pub fn success_within(&self, most: u64) -> f64 {
        match &self.0 {
            Kind::Independent { success, .. } if most == u64::MAX => *success,
            Kind::Independent { success, tokens, .. } => success * tokens.probability_below(most as f64, 0.0),
            Kind::Generated { success, tokens, coupling, cap, .. } => {
                let shift = length_shift(true, *success, *coupling);
                success * tokens.probability_below(most.min(*cap) as f64, shift)
            }
            Kind::Records { .. } => {
                self.mean_of(|sample| f64::from(u8::from(sample.right && sample.tokens <= most)))
            }
        }
    }

    /// Mean number of tokens.
    pub fn mean_tokens(&self) -> f64 {
        match &self.0 {
            // Rounded up: half a token more, on average.
            Kind::Independent { tokens, .. } if tokens.deviation() > 0.0 => tokens.mean() + 0.5,
            Kind::Independent { tokens, .. } => libm::ceil(tokens.mean()),
            Kind::Generated { success, tokens, coupling, cap, .. } => {
                let mean = |right| tokens.mean_up_to(*cap as f64, length_shift(right, *success, *coupling));
                success * mean(true) + (1.0 - success) * mean(false)
            }
            Kind::Records { .. } => self.mean_of(|sample| sample.tokens as f64),
        }
    }

    /// Mean latency, in seconds.
    pub fn mean_latency(&self) -> f64 {
        match &self.0 {
            Kind::Independent { latency, .. } => latency.mean(),
            Kind::Generated { tokens_per_second, overhead, .. } => {
                overhead + self.mean_tokens() / tokens_per_second
            }
            Kind::Records { .. } => self.mean_of(|sample| sample.latency),
        }
    }

    /// Tokens that every sample has. Those of a law are rounded up, and are at least one.
    pub(super) fn least_tokens(&self) -> u64 {
        match &self.0 {
            Kind::Independent { tokens, .. } if tokens.deviation() > 0.0 => 1,
            Kind::Independent { tokens, .. } => libm::ceil(tokens.mean()) as u64,
            Kind::Generated { tokens, cap, .. } if tokens.mean() > 0.0 => 1.min(*cap),
            Kind::Generated { .. } => 0,
            Kind::Records { records, .. } => {
                records.iter().map(|record| record.sample.tokens).min().unwrap_or(0)
            }
        }
    }

    /// A latency that no sample falls below, in seconds.
    pub(super) fn least_latency(&self) -> f64 {
        match &self.0 {
            Kind::Independent { latency, .. } if latency.deviation() > 0.0 => 0.0,
            Kind::Independent { latency, .. } => latency.mean(),
            Kind::Generated { overhead, .. } => *overhead,
            Kind::Records { records, .. } => {
                records.iter().map(|record| record.sample.latency).fold(f64::INFINITY, f64::min)
            }
        }
    }

    /// Mean over records, each by its weight.
    fn mean_of(&self, number: impl Fn(&Sample) -> f64) -> f64 {
        let Kind::Records { records, .. } = &self.0 else { return 0.0 };
        let total: f64 = records.iter().map(|record| record.weight).sum();
        records.iter().map(|record| record.weight * number(&record.sample)).sum::<f64>() / total
    }

    /// All samples that can be, each with its probability, if they are finitely many: constants and records.
    pub(super) fn support(&self) -> Option<Vec<Record>> {
        match &self.0 {
            Kind::Independent { success, latency, tokens } => {
                if latency.deviation() > 0.0 || tokens.deviation() > 0.0 {
                    return None;
                }
                let tokens = libm::ceil(tokens.mean()) as u64;
                let sample = |right| Sample { right, tokens, latency: latency.mean() };
                let record = |weight, right| Record { weight, sample: sample(right) };
                let both = [record(*success, true), record(1.0 - success, false)];
                Some(both.into_iter().filter(|record| record.weight > 0.0).collect())
            }
            Kind::Generated { .. } => None,
            Kind::Records { records, .. } => {
                let total: f64 = records.iter().map(|record| record.weight).sum();
                let share = |record: &Record| Record { weight: record.weight / total, ..*record };
                Some(records.iter().map(share).collect())
            }
        }
    }
}

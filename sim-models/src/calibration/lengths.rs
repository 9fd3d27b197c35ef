//! How long answers are: a lognormal law cut off at a limit, with right answers shorter than wrong ones (mechanisms B0.3).
//!
//! `L = min(L_max, ceil(exp(m + s e)))`, where `e` is standard normal, shifted by `-kappa` where the answer is right and by
//! `kappa p/(1-p)` where it is wrong, so that its mean stays 0. An answer that reached the limit is counted as wrong whatever it would
//! have been; leaving those out, or taking the law of the right answers for that of all, would be biased (B40).

use sim_core::special::{normal_cdf, normal_pdf};

use super::{Bootstrap, Clusters, Finding, Unit};

/// Per cluster: right answers, sum and sum of squares of ln L; the same of wrong ones; answers at the limit, right and wrong.
pub(super) const WIDTH: usize = 8;

const RIGHT: usize = 0;
const WRONG: usize = 3;
const LIMITED_RIGHT: usize = 6;
const LIMITED_WRONG: usize = 7;

/// Share of answers at the largest length from which it is taken for a limit.
const LIMIT_SHARE: f64 = 0.005;

/// Fewest answers at the largest length for the same.
const LIMIT_ANSWERS: f64 = 5.0;

/// Share of right answers among those at the limit up to which they are taken to have ended there by themselves.
const MOST_RIGHT_AT_LIMIT: f64 = 0.1;

/// Steps of expectation and maximization; each takes away a good part of the error.
const MOST_STEPS: u32 = 2000;

/// Lengths of the answers of one model, while they are read: those at the largest length so far are kept apart, because it may be a limit.
#[derive(Clone, Debug)]
pub(super) struct Lengths {
    clusters: Clusters,
    longest: f64,
}

impl Lengths {
    pub(super) fn new() -> Self {
        Self { clusters: Clusters::new(WIDTH), longest: 0.0 }
    }

    pub(super) fn add(&mut self, question: u32, tokens: f64, right: bool) {
        if tokens > self.longest {
            self.release();
            self.longest = tokens;
        }
        let row = self.clusters.row(question);
        if tokens == self.longest {
            row[if right { LIMITED_RIGHT } else { LIMITED_WRONG }] += 1.0;
        } else {
            record(row, if right { RIGHT } else { WRONG }, libm::log(tokens), 1.0);
        }
    }

    /// The answers at the largest length so far were not at a limit.
    fn release(&mut self) {
        let length = libm::log(self.longest);
        for row in self.clusters.rows_mut() {
            for (limited, class) in [(LIMITED_RIGHT, RIGHT), (LIMITED_WRONG, WRONG)] {
                let count = std::mem::take(&mut row[limited]);
                if count > 0.0 {
                    record(row, class, length, count);
                }
            }
        }
    }

    /// The sums, and the limit if there is one.
    pub(super) fn finish(mut self) -> (Clusters, Option<f64>) {
        let totals = self.clusters.totals();
        let limited = totals[LIMITED_RIGHT] + totals[LIMITED_WRONG];
        let all = totals[RIGHT] + totals[WRONG] + limited;
        let limit = (limited >= LIMIT_ANSWERS && limited >= LIMIT_SHARE * all).then_some(self.longest);
        if limit.is_none() {
            self.release();
        }
        (self.clusters, limit)
    }
}

fn record(row: &mut [f64], class: usize, length: f64, count: f64) {
    row[class] += count;
    row[class + 1] += count * length;
    row[class + 2] += count * length * length;
}

/// The law of the lengths of one model's answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LengthLaw {
    /// Mean of ln L over all answers, had there been no limit.
    pub log_mean: f64,
    /// Scale `s` of ln L among answers that are alike right or alike wrong.
    pub log_deviation: f64,
    /// `kappa`: by how many `s` right answers are shorter than the mean.
    pub coupling: f64,
    /// Share of answers that were cut off.
    pub truncated: f64,
}

pub(super) fn fit(
    model: &str,
    clusters: &Clusters,
    limit: Option<f64>,
    bootstrap: &Bootstrap,
) -> Vec<Finding> {
    let names = [
        ("token_log_mean", "mean of ln(output tokens), had there been no limit"),
        ("token_log_deviation", "scale of ln(output tokens) among right or among wrong answers"),
        ("length_coupling", "kappa: by how many scales right answers are shorter"),
        ("truncated_share", "share of answers that reached the limit of their length"),
    ];
    let statistic = |totals: &[f64]| match law(totals, limit) {
        Some(law) => vec![law.log_mean, law.log_deviation, law.coupling, law.truncated],
        None => vec![f64::NAN; 4],
    };
    let estimates = bootstrap.estimates(clusters, 4, statistic);
    let findings = names.into_iter().zip(estimates);
    findings.map(|((name, help), e)| Finding::new(name, help, Unit::One).of(model).with(e)).collect()
}

/// The law of the largest likelihood, by expectation and maximization: an answer at the limit is a normal draw of its class of which only
/// its being larger is known (A. Dempster, N. Laird, D. Rubin, J. R. Stat. Soc. B 39 (1977)).
///
/// Where nearly every answer at the limit is wrong, a wrong one may have been of either class, and a right one ended there by itself;
/// otherwise the labels are believed. `None` where there is no answer of either class, or none that varies.
pub(super) fn law(totals: &[f64], limit: Option<f64>) -> Option<LengthLaw> {
    let class = |at: usize| Class { count: totals[at], sum: totals[at + 1], square: totals[at + 2] };
    let (mut right, wrong) = (class(RIGHT), class(WRONG));
    let (mut cut_right, cut_wrong) = (totals[LIMITED_RIGHT], totals[LIMITED_WRONG]);
    let all = right.count + wrong.count + cut_right + cut_wrong;
    let truncated = (cut_right + cut_wrong) / all;
    let hidden = cut_right <= MOST_RIGHT_AT_LIMIT * (cut_right + cut_wrong);
    if let (Some(limit), true) = (limit, hidden) {
        right.add(cut_right, libm::log(limit));
        cut_right = 0.0;
    }
    if right.count < 2.0 || wrong.count < 2.0 {
        return None;
    }
    let variance = (right.spread() + wrong.spread()) / (right.count + wrong.count);
    if variance.is_nan() || variance <= 1e-12 {
        return None;
    }
    let start = Normals {
        share: right.count / (right.count + wrong.count),
        right: right.mean(),
        wrong: wrong.mean(),
        deviation: libm::sqrt(variance),
    };
    let law = match limit {
        None => start,
        Some(limit) => {
            Censored { right, wrong, cut_right, cut_wrong, hidden, edge: libm::log(limit) }.fit(start)
        }
    };
    Some(LengthLaw {
        log_mean: law.share * law.right + (1.0 - law.share) * law.wrong,
        log_deviation: law.deviation,
        coupling: (1.0 - law.share) * (law.wrong - law.right) / law.deviation,
        truncated,
    })
}

/// Number, sum and sum of squares of ln L.
#[derive(Clone, Copy)]
struct Class {
    count: f64,
    sum: f64,
    square: f64,
}

impl Class {
    fn add(&mut self, count: f64, length: f64) {
        self.count += count;
        self.sum += count * length;
        self.square += count * length * length;
    }

    /// With `count` more of which only the law is known.
    fn with(mut self, count: f64, tail: &Tail) -> Self {
        self.count += count;
        self.sum += count * tail.mean;
        self.square += count * tail.square;
        self
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    fn spread(&self) -> f64 {
        self.square - self.sum * self.sum / self.count
    }
}

/// Two normal laws of ln L with one deviation, and the share of right answers.
#[derive(Clone, Copy)]
struct Normals {
    share: f64,
    right: f64,
    wrong: f64,
    deviation: f64,
}

/// Answers of known length, and numbers of those that were cut off.
struct Censored {
    right: Class,
    wrong: Class,
    cut_right: f64,
    cut_wrong: f64,
    /// Whether a wrong answer at the limit may have been on the way to be right.
    hidden: bool,
    edge: f64,
}

impl Censored {
    fn fit(&self, mut law: Normals) -> Normals {
        for _ in 0..MOST_STEPS {
            let next = self.step(&law);
            let moved = (next.right - law.right).abs()
                + (next.wrong - law.wrong).abs()
                + (next.deviation - law.deviation).abs();
            law = next;
            if moved < 1e-9 {
                break;
            }
        }
        law
    }

    fn step(&self, law: &Normals) -> Normals {
        let right_tail = Tail::of(law.right, law.deviation, self.edge);
        let wrong_tail = Tail::of(law.wrong, law.deviation, self.edge);
        let would_be_right = law.share * right_tail.mass;
        let above = would_be_right + (1.0 - law.share) * wrong_tail.mass;
        let part = if self.hidden && above > 0.0 { would_be_right / above } else { 0.0 };
        let right = self.right.with(self.cut_right + part * self.cut_wrong, &right_tail);
        let wrong = self.wrong.with((1.0 - part) * self.cut_wrong, &wrong_tail);
        let all = right.count + wrong.count;
        Normals {
            share: right.count / all,
            right: right.mean(),
            wrong: wrong.mean(),
            deviation: libm::sqrt(((right.spread() + wrong.spread()) / all).max(1e-12)),
        }
    }
}

/// A normal quantity given that it exceeds an edge.
struct Tail {
    mass: f64,
    mean: f64,
    square: f64,
}

impl Tail {
    fn of(mean: f64, deviation: f64, edge: f64) -> Self {
        let z = (edge - mean) / deviation;
        let mass = normal_cdf(-z);
        // Far out, the hazard is close to z + 1/z.
        let hazard = if mass > 1e-300 { normal_pdf(z) / mass } else { z + 1.0 / z };
        let tail_mean = mean + deviation * hazard;
        let square = mean * mean
            + deviation * deviation
            + 2.0 * mean * deviation * hazard
            + deviation * deviation * z * hazard;
        Self { mass, mean: tail_mean, square }
    }
}

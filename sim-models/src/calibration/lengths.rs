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
/// Where every answer at the limit is wrong, it may have been of either class; otherwise its label is believed. `None` where there is no
/// answer of either class, or none that varies.
pub(super) fn law(totals: &[f64], limit: Option<f64>) -> Option<LengthLaw> {
    let class = |at: usize| (totals[at], totals[at + 1], totals[at + 2]);
    let ((rights, right_sum, right_square), (wrongs, wrong_sum, wrong_square)) = (class(RIGHT), class(WRONG));
    let (limited_right, limited_wrong) = (totals[LIMITED_RIGHT], totals[LIMITED_WRONG]);
    let all = rights + wrongs + limited_right + limited_wrong;
    if rights < 2.0 || wrongs < 2.0 {
        return None;
    }
    let spread = |n: f64, sum: f64, square: f64| square - sum * sum / n;
    let variance = (spread(rights, right_sum, right_square) + spread(wrongs, wrong_sum, wrong_square))
        / (rights + wrongs);
    if !(variance > 1e-12) {
        return None;
    }
    let mut share = rights / (rights + wrongs);
    let (mut right_mean, mut wrong_mean) = (right_sum / rights, wrong_sum / wrongs);
    let mut deviation = libm::sqrt(variance);
    if let Some(limit) = limit {
        let edge = libm::log(limit);
        let hidden = limited_right == 0.0;
        for _ in 0..2000 {
            let right_tail = Tail::of(right_mean, deviation, edge);
            let wrong_tail = Tail::of(wrong_mean, deviation, edge);
            let above = share * right_tail.mass + (1.0 - share) * wrong_tail.mass;
            let part = if hidden && above > 0.0 { share * right_tail.mass / above } else { 0.0 };
            let (to_right, to_wrong) = (limited_right + part * limited_wrong, (1.0 - part) * limited_wrong);
            let (in_right, in_wrong) = (rights + to_right, wrongs + to_wrong);
            let next_right = (right_sum + to_right * right_tail.mean) / in_right;
            let next_wrong = (wrong_sum + to_wrong * wrong_tail.mean) / in_wrong;
            let squares = right_square + to_right * right_tail.square - in_right * next_right * next_right
                + wrong_square
                + to_wrong * wrong_tail.square
                - in_wrong * next_wrong * next_wrong;
            let next_deviation = libm::sqrt((squares / all).max(1e-12));
            let moved = (next_right - right_mean).abs()
                + (next_wrong - wrong_mean).abs()
                + (next_deviation - deviation).abs();
            (right_mean, wrong_mean, deviation) = (next_right, next_wrong, next_deviation);
            share = in_right / all;
            if moved < 1e-9 {
                break;
            }
        }
    }
    Some(LengthLaw {
        log_mean: share * right_mean + (1.0 - share) * wrong_mean,
        log_deviation: deviation,
        coupling: (1.0 - share) * (wrong_mean - right_mean) / deviation,
        truncated: (limited_right + limited_wrong) / all,
    })
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

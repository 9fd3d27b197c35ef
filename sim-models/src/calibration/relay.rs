//! How much of a message arrives, by its length: `gamma(m) = E[received x sent]` over relayed bits (spec 1.2 and 5).

use super::comparison::{Standing, compare};
use super::optimum::golden;
use super::{Bootstrap, Clusters, Finding, Unit};
use crate::theory::channel::FidelityCurve;

/// Messages of about one length.
#[derive(Clone, Debug, PartialEq)]
pub struct LengthLevel {
    /// Mean length in tokens; `None` where lengths are not known.
    pub tokens: Option<f64>,
    /// Fidelity in [-1, 1]; negative where messages arrive inverted.
    pub fidelity: Finding,
}

/// A curve of fidelity over length, fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveFit {
    /// The curve.
    pub curve: FidelityCurve,
    /// Its likelihood beside that of the others.
    pub standing: Standing,
}

/// What was found about channels.
#[derive(Clone, Debug, Default)]
pub struct RelayFit {
    /// By length, in increasing order.
    pub levels: Vec<LengthLevel>,
    /// Curves over the length, best first; empty where lengths are not known or are all the same.
    pub curves: Vec<CurveFit>,
    /// Mean fidelity of all messages, and the scale of the best curve.
    pub findings: Vec<Finding>,
}

/// Per cluster: messages, sum of lengths, messages whose bit arrived.
pub(super) const WIDTH: usize = 3;

/// Fits fidelities and curves; `tables` are by length, increasing; `lengths_known` says whether the lengths mean anything.
pub(super) fn fit(tables: &[&Clusters], lengths_known: bool, bootstrap: &Bootstrap) -> RelayFit {
    let joined = Clusters::beside(tables);
    let count = tables.len();
    let mean = Finding::new("fidelity", "factor by which a channel shrinks a bias", Unit::One);
    let of_level = move |totals: &[f64]| -> Vec<f64> {
        let kept = |sums: &[f64]| 2.0 * sums[2] / sums[0] - 1.0;
        let all = totals
            .chunks_exact(WIDTH)
            .fold([0.0; WIDTH], |all, sums| std::array::from_fn(|index| all[index] + sums[index]));
        std::iter::once(kept(&all)).chain(totals.chunks_exact(WIDTH).map(kept)).collect()
    };
    let mut estimates = bootstrap.estimates(&joined, count + 1, of_level).into_iter();
    let overall = estimates.next().unwrap_or_else(|| Err("not estimated".to_owned()));
    let totals = joined.totals();
    let levels: Vec<LengthLevel> = totals
        .chunks_exact(WIDTH)
        .zip(estimates)
        .map(|(sums, estimate)| LengthLevel {
            tokens: lengths_known.then(|| sums[1] / sums[0]),
            fidelity: mean.clone().with(estimate),
        })
        .collect();
    let mut findings = vec![mean.with(overall)];
    let scale = Finding::new("fidelity_scale", "tokens over which the best curve saturates", Unit::Tokens);
    if !lengths_known || count < 2 {
        findings.push(scale.unknown("all messages have about the same length, or none is known"));
        return RelayFit { levels, curves: Vec::new(), findings };
    }
    let points = points(&totals);
    let mut curves = curves(&joined, &points);
    curves.sort_by(|a, b| b.standing.log_likelihood.total_cmp(&a.standing.log_likelihood));
    findings.push(match curves.first().and_then(|best| scaled(best.curve)) {
        None => scale.unknown("the fidelity does not depend on the length as far as can be seen"),
        Some(family) => {
            let statistic = |totals: &[f64]| vec![best_scale(family, &self::points(totals))];
            let estimate = bootstrap.estimates(&joined, 1, statistic).into_iter().next();
            scale.with(estimate.unwrap_or_else(|| Err("not estimated".to_owned())))
        }
    });
    RelayFit { levels, curves, findings }
}

/// A family of curves with one scale.
type Family = fn(f64) -> FidelityCurve;

const FAMILIES: [Family; 2] =
    [|scale| FidelityCurve::Exponential { scale }, |scale| FidelityCurve::Saturating { scale }];

fn scaled(curve: FidelityCurve) -> Option<Family> {
    match curve {
        FidelityCurve::Exponential { .. } => Some(FAMILIES[0]),
        FidelityCurve::Saturating { .. } => Some(FAMILIES[1]),
        _ => None,
    }
}

/// Messages of about one length, and how many of them arrived.
#[derive(Clone, Copy)]
struct Point {
    tokens: f64,
    messages: f64,
    arrived: f64,
}

impl Point {
    fn log_likelihood(&self, curve: &FidelityCurve) -> f64 {
        let p = (0.5 * (1.0 + curve.fidelity(self.tokens))).clamp(1e-9, 1.0 - 1e-9);
        self.arrived * libm::log(p) + (self.messages - self.arrived) * libm::log(1.0 - p)
    }
}

fn points(totals: &[f64]) -> Vec<Point> {
    let sums = totals.chunks_exact(WIDTH).filter(|sums| sums[0] > 0.0);
    sums.map(|sums| Point { tokens: sums[1] / sums[0], messages: sums[0], arrived: sums[2] }).collect()
}

fn curves(clusters: &Clusters, points: &[Point]) -> Vec<CurveFit> {
    let (messages, arrived) =
        points.iter().fold((0.0, 0.0), |(all, right), point| (all + point.messages, right + point.arrived));
    let constant = FidelityCurve::Constant((2.0 * arrived / messages - 1.0).clamp(0.0, 1.0));
    let families = FAMILIES.iter().map(|family| family(best_scale(*family, points)));
    let curves: Vec<FidelityCurve> = std::iter::once(constant).chain(families).collect();
    let lengths: Vec<f64> = clusters.totals().chunks_exact(WIDTH).map(|sums| sums[1] / sums[0]).collect();
    let terms: Vec<Vec<f64>> = curves
        .iter()
        .map(|curve| {
            let of_row = |row: &[f64]| {
                let sums = row.chunks_exact(WIDTH).zip(&lengths).filter(|(sums, _)| sums[0] > 0.0);
                sums.map(|(sums, &tokens)| {
                    Point { tokens, messages: sums[0], arrived: sums[2] }.log_likelihood(curve)
                })
                .sum()
            };
            clusters.rows().map(of_row).collect()
        })
        .collect();
    curves.into_iter().zip(compare(&terms)).map(|(curve, standing)| CurveFit { curve, standing }).collect()
}

/// The scale of the largest likelihood, between a thousandth of the shortest and a thousand times the longest message.
fn best_scale(family: Family, points: &[Point]) -> f64 {
    let lengths = points.iter().map(|point| point.tokens);
    let shortest = lengths.clone().fold(f64::INFINITY, f64::min);
    let longest = lengths.fold(0.0, f64::max);
    if shortest.is_nan() || shortest <= 0.0 {
        return f64::NAN;
    }
    let likelihood = |log_scale: f64| -> f64 {
        let curve = family(libm::exp(log_scale));
        points.iter().map(|point| point.log_likelihood(&curve)).sum()
    };
    libm::exp(golden(libm::log(1e-3 * shortest), libm::log(1e3 * longest), 60, likelihood))
}

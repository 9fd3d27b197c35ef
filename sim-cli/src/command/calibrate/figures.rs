//! Figures of a report: what was observed against what was fitted.

use sim_core::estimate::Estimate;
use sim_models::calibration::{LeafFit, RelayFit};

use super::answer::{Answer, curve_name, law_name};
use super::replay::Fleet;
use crate::figure::{Axis, Curves, Figure, FigureError, Panel, Point, Series, Style, Width};
use crate::problem::{Outcome, Problem};

/// Points of a fitted line.
const LINE: usize = 60;

/// A finished figure.
pub(super) struct Plot {
    pub(super) name: String,
    pub(super) caption: String,
    pub(super) svg: String,
}

impl Plot {
    pub(super) fn file(&self) -> String {
        format!("{}.svg", self.name)
    }
}

/// The figures that the answer has data for.
pub(super) fn figures(answer: &Answer) -> Outcome<Vec<Plot>> {
    let mut plots = Vec::new();
    let mut add = |name: &str, caption: String, curves: Option<Curves>| -> Outcome<()> {
        let Some(curves) = curves else { return Ok(()) };
        let figure =
            Figure { title: None, width: Width::Single, style: Style::PAPER, panel: Panel::Curves(curves) };
        let explain = |error: FigureError| Problem::failure(format!("figure {name}: {error}"));
        let svg = figure.render().map_err(explain)?.svg().to_owned();
        plots.push(Plot { name: name.to_owned(), caption, svg });
        Ok(())
    };
    add(
        "votes",
        "Accuracy of votes of siblings: in the log, simulated, and if votes were independent.".to_owned(),
        votes(answer),
    )?;
    for (number, (model, fit)) in (1..).zip(&answer.calibration.leaves) {
        let caption = format!(
            "Bias of the answers of {model} over the tokens that they were allowed, with the fitted law."
        );
        add(&format!("leaf-law-{number}"), caption, leaf_law(fit))?;
    }
    let caption = "Share of the bias that messages keep, over their length, with the best curve.".to_owned();
    add("fidelity", caption, fidelity(&answer.calibration.relay))?;
    Ok(plots)
}

fn point(x: f64, estimate: &Estimate) -> Point {
    Point::with_interval(x, estimate.value, estimate.low, estimate.high)
}

fn votes(answer: &Answer) -> Option<Curves> {
    let fleet = Fleet::of(&answer.calibration)?;
    let observed: Vec<Point> = answer
        .replayed
        .iter()
        .filter_map(|vote| Some(point(f64::from(vote.size), vote.observed.as_ref().ok()?)))
        .collect();
    if observed.len() < 2 {
        return None;
    }
    let line = |value: &dyn Fn(u32) -> f64| {
        answer.replayed.iter().map(|v| (f64::from(v.size), value(v.size))).collect()
    };
    let mut curves = Curves::new(Axis::linear("size of the vote"), Axis::linear("accuracy"));
    (curves.points_label, curves.theory_label) = ("log".into(), "model".into());
    curves.series = vec![
        Series {
            label: law_name(Some(fleet.law)).to_owned(),
            points: observed,
            theory: line(&|size| fleet.accuracy_of_vote(size, Some(fleet.law))),
            ..Series::default()
        },
        Series {
            label: "independent".to_owned(),
            theory: line(&|size| fleet.accuracy_of_vote(size, None)),
            ..Series::default()
        },
    ];
    Some(curves)
}

/// `LINE` abscissas from `low` to `high`, equally spread on a logarithmic axis.
fn spread(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..=LINE).map(move |step| low * libm::pow(high / low, step as f64 / LINE as f64))
}

fn leaf_law(fit: &LeafFit) -> Option<Curves> {
    let law = fit.law?;
    let (first, last) = (fit.levels.first()?, fit.levels.last()?);
    if fit.levels.len() < 2 {
        return None;
    }
    let mut curves = Curves::new(Axis::log("allowed tokens"), Axis::linear("bias 2p − 1"));
    (curves.points_label, curves.theory_label) = ("log".into(), "fit".into());
    curves.series = vec![Series {
        label: "answers".to_owned(),
        points: fit.levels.iter().map(|level| Point::new(level.tokens, level.bias())).collect(),
        theory: spread(first.tokens, last.tokens).map(|x| (x, law.bias(x))).collect(),
        ..Series::default()
    }];
    Some(curves)
}

fn fidelity(fit: &RelayFit) -> Option<Curves> {
    let best = fit.curves.first()?;
    let points: Vec<Point> = fit
        .levels
        .iter()
        .filter_map(|level| Some(point(level.tokens?, level.fidelity.result.as_ref().ok()?)))
        .collect();
    let (first, last) = (points.first()?.x, points.last()?.x);
    if first >= last {
        return None;
    }
    let mut curves = Curves::new(Axis::log("message (tokens)"), Axis::linear("fidelity γ"));
    (curves.points_label, curves.theory_label) = ("log".into(), "fit".into());
    curves.series = vec![Series {
        label: curve_name(&best.curve),
        points,
        theory: spread(first, last).map(|x| (x, best.curve.fidelity(x))).collect(),
        ..Series::default()
    }];
    Some(curves)
}

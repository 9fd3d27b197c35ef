//! What accuracy costs: every organization that was considered, and the front that no other is ahead of.

use std::path::Path;

use sim_models::advice::Kind;

use super::findings::Findings;
use crate::drawing::draw_into;
use crate::figure::{Axis, Curves, Figure, Panel, Point, Series, Style, VerticalMark, Width};
use crate::output::warn;
use crate::problem::{Outcome, Problem};

/// Refuses names from which no type of file can be told.
pub(super) fn check_name(out: &Path) -> Outcome<()> {
    let ending = out.extension().and_then(|ending| ending.to_str());
    if matches!(ending, Some("svg" | "pdf" | "png")) {
        return Ok(());
    }
    let sentence = format!("--figure writes a file that ends in .svg, .pdf or .png; found {}", out.display());
    Err(Problem::input(sentence))
}

/// Draws the figure into a file.
pub(super) fn draw(findings: &Findings, out: &Path) -> Outcome<()> {
    let panel = Panel::Curves(curves(findings));
    let figure = Figure { title: None, width: Width::Double, style: Style::PAPER, panel };
    draw_into(&figure, out)?.iter().for_each(|note| warn(note));
    Ok(())
}

/// A point for the best of every kind and models, and a line through the front.
fn curves(findings: &Findings) -> Curves {
    let choice = &findings.choice;
    let unit = choice.limits.unit();
    let place =
        |scored: &sim_models::advice::Scored| (scored.outlook.spend.in_unit(unit), scored.outlook.accuracy);
    let contenders = choice.contenders();
    let label = format!("cost of a question ({})", findings.unit());
    let costs = || contenders.iter().map(|scored| place(scored).0);
    let (least, most) = (costs().fold(f64::INFINITY, f64::min), costs().fold(0.0, f64::max));
    let x = if least > 0.0 && most > 10.0 * least { Axis::log(&label) } else { Axis::linear(&label) };
    let mut curves = Curves::new(x, Axis::linear("accuracy"));
    (curves.scattered, curves.points_label, curves.theory_label) = (true, String::new(), String::new());
    let of_kind = |kind: Kind| {
        let own = contenders.iter().filter(|scored| scored.plan.kind() == kind).map(&place);
        let mut points: Vec<Point> = own.map(|(cost, accuracy)| Point::new(cost, accuracy)).collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        (!points.is_empty()).then(|| Series { label: kind.name().to_owned(), points, ..Series::default() })
    };
    curves.series = Kind::ALL.into_iter().filter_map(of_kind).collect();
    // What is most accurate for a cost is so until something better can be paid for.
    curves.series.push(Series {
        label: "most accurate for its cost".to_owned(),
        theory: choice.front().iter().map(&place).collect(),
        steps: true,
        ..Series::default()
    });
    let best = choice.best().map(|best| VerticalMark { x: place(best).0, label: "recommended".to_owned() });
    curves.marks.extend(best);
    curves
}

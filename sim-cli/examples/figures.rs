//! Draws one figure of each kind, at both column widths, into a folder:
//!
//! ```text
//! cargo run -p sim-cli --example figures -- target/figures
//! ```
//!
//! The data are made up: they have the shapes that the theory predicts, and noise from a fixed sequence.

use std::error::Error;
use std::path::PathBuf;

use synergy::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Figure, HeatMap, Panel, Point, Series, Style, VerticalMark,
    Width,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/figures".into()));
    std::fs::create_dir_all(&folder)?;
    let panels = [
        ("phase", Panel::HeatMap(phase_diagram())),
        ("change", Panel::HeatMap(change())),
        ("depth", Panel::Curves(depth())),
        ("budget", Panel::Curves(budget())),
        ("transition", Panel::Curves(transition())),
        ("decay", Panel::Curves(decay())),
    ];
    for (name, panel) in panels {
        for (suffix, width) in [("single", Width::Single), ("double", Width::Double)] {
            let drawing =
                Figure { title: None, width, style: Style::PAPER, panel: panel.clone() }.render()?;
            std::fs::write(folder.join(format!("{name}-{suffix}.svg")), drawing.svg())?;
            std::fs::write(folder.join(format!("{name}-{suffix}.pdf")), drawing.pdf()?)?;
            std::fs::write(folder.join(format!("{name}-{suffix}.png")), drawing.png(300)?)?;
            std::fs::write(folder.join(format!("{name}-{suffix}.txt")), drawing.notes().join("\n"))?;
        }
    }
    Ok(())
}

/// Numbers in [-1, 1) that look random.
fn noise(index: usize) -> f64 {
    let golden = 0.618_033_988_749_895;
    2.0 * ((index as f64 + 1.0) * golden * 7.13).fract() - 1.0
}

fn grid(count: usize, low: f64, high: f64) -> Vec<f64> {
    (0..count).map(|k| low + (high - low) * k as f64 / (count - 1) as f64).collect()
}

/// Amplification of a majority of five over channels of fidelity gamma with correlated errors.
fn amplification(gamma: f64, rho: f64) -> f64 {
    1.875 * gamma * (1.0 - rho) + gamma * rho
}

fn phase_diagram() -> HeatMap {
    let (xs, ys) = (grid(41, 0.4, 1.0), grid(41, 0.0, 0.8));
    let cells = || ys.iter().flat_map(|&rho| xs.iter().map(move |&gamma| (gamma, rho)));
    let alpha: Vec<f64> = cells().map(|(gamma, rho)| amplification(gamma, rho)).collect();
    let bias =
        alpha.iter().map(|alpha| ((alpha - 1.0) / 0.05).exp().ln_1p() * 0.05).map(|x| (1.6 * x).tanh());
    HeatMap {
        x: Axis::linear("channel fidelity γ"),
        y: Axis::linear("correlation ρ"),
        values: bias.collect(),
        colors: ColorScale {
            label: "root bias μ_{L}".into(),
            range: Some((0.0, 1.0)),
            map: ColorMap::Sequential,
        },
        contours: vec![Contour { label: "α = 1".into(), level: 1.0, values: alpha }],
        xs,
        ys,
    }
}

/// A difference of two policies, with missing cells, over logarithmic axes.
fn change() -> HeatMap {
    let xs: Vec<f64> = grid(21, 2.0, 6.0).into_iter().map(|e| 10_f64.powf(e)).collect();
    let ys: Vec<f64> = grid(15, 0.0, 2.0).into_iter().map(|e| 10_f64.powf(e)).collect();
    let gain =
        |budget: f64, deadline: f64| (budget.log10() - 3.7).tanh() * 0.3 - 0.15 * (deadline.log10() - 0.8);
    let values: Vec<f64> = ys
        .iter()
        .flat_map(|&deadline| xs.iter().map(move |&budget| (budget, deadline)))
        .map(|(b, d)| if b * d < 1500.0 { f64::NAN } else { gain(b, d) })
        .collect();
    HeatMap {
        x: Axis::log("budget (tokens)"),
        y: Axis::log("deadline (s)"),
        colors: ColorScale {
            label: "gain in success, tree minus vote".into(),
            range: None,
            map: ColorMap::Diverging { center: 0.0 },
        },
        contours: vec![
            Contour { label: "break-even".into(), level: 0.0, values: values.clone() },
            Contour { label: "+0.2".into(), level: 0.2, values: values.clone() },
        ],
        values,
        xs,
        ys,
    }
}

fn depth() -> Curves {
    let mut curves = Curves::new(Axis::linear("depth L"), Axis::log("root bias μ_{L}").range(1e-4, 1.0));
    let rates = [
        ("ρ = 0", 0.0),
        ("ρ = 0.05", 0.05),
        ("ρ = 0.1", 0.1),
        ("ρ = 0.15", 0.15),
        ("ρ = 5/21", 5.0 / 21.0),
        ("ρ = 0.4", 0.4),
    ];
    for (number, (label, rho)) in rates.into_iter().enumerate() {
        let bias = |level: f64| {
            (0.55 * (-0.9 * rho * rho * level - 0.28 * rho * level).exp()).max(1e-6) + 0.01 * rho
        };
        let mut series = Series { label: label.into(), ..Series::default() };
        for level in 1..=30 {
            let mean = bias(f64::from(level));
            let error = 0.06 * mean + 0.002;
            let y = mean + 0.4 * error * noise(number * 31 + level as usize);
            series.points.push(Point::with_interval(f64::from(level), y, y - error, y + error));
        }
        series.theory = grid(117, 1.0, 30.0).into_iter().map(|level| (level, bias(level))).collect();
        curves.series.push(series);
    }
    curves
}

/// Steep curves that leave the frame at different places: the names stand in a legend.
fn decay() -> Curves {
    let mut curves = Curves::new(Axis::linear("depth L"), Axis::log("root bias μ_{L}").range(1e-4, 1.0));
    let rates = [
        ("ρ = 0", 0.02),
        ("ρ = 0.1", 0.12),
        ("ρ = 0.2", 0.21),
        ("ρ = 5/21", 0.33),
        ("ρ = 0.3", 0.55),
        ("ρ = 0.4", 0.9),
    ];
    for (number, (label, rate)) in rates.into_iter().enumerate() {
        let bias = |level: f64| 0.6 * (-rate * level).exp();
        let mut series = Series { label: label.into(), ..Series::default() };
        for level in 1..=30 {
            let mean = bias(f64::from(level));
            let error = 0.05 * mean + 1.5e-4;
            let y = mean + 0.4 * error * noise(number * 31 + level as usize);
            series.points.push(Point::with_interval(f64::from(level), y, y - error, y + error));
        }
        series.theory = grid(117, 1.0, 30.0).into_iter().map(|level| (level, bias(level))).collect();
        curves.series.push(series);
    }
    curves
}

fn budget() -> Curves {
    let mut curves = Curves::new(Axis::log("budget B (tokens)"), Axis::log("error probability 1 − P"));
    let tree = |b: f64| 0.5 / (1.0 + (b / 4e3).powf(0.45));
    let single = |b: f64| 0.45 / (1.0 + (b / 300.0).powf(0.22)) + 2e-3;
    let curve = |label: &str, error: &dyn Fn(f64) -> f64| Series {
        label: label.into(),
        theory: grid(200, 2.0, 11.0).into_iter().map(|e| 10_f64.powf(e)).map(|b| (b, error(b))).collect(),
        ..Series::default()
    };
    curves.series = vec![curve("single agent", &single), curve("best tree", &tree)];
    curves.marks = vec![
        VerticalMark { x: 3e4, label: "B_{min}".into() },
        VerticalMark { x: 4e9, label: "B_{max}".into() },
    ];
    curves
}

/// Dense points: bands instead of error bars, points joined.
fn transition() -> Curves {
    let mut curves =
        Curves::new(Axis::linear("channel fidelity γ"), Axis::linear("success probability").range(0.0, 1.0));
    for (number, agents) in [9.0, 27.0, 81.0].into_iter().enumerate() {
        let points = grid(61, 0.4, 0.9).into_iter().enumerate().map(|(k, gamma)| {
            let y = 0.5 + 0.47 * ((gamma - 0.62) * agents * 0.35).tanh();
            let error = 0.05 / (1.0 + number as f64);
            let y = (y + 0.4 * error * noise(61 * number + k)).clamp(0.0, 1.0);
            Point::with_interval(gamma, y, (y - error).max(0.0), (y + error).min(1.0))
        });
        curves.series.push(Series {
            label: format!("n = {agents}"),
            points: points.collect(),
            ..Series::default()
        });
    }
    curves
}

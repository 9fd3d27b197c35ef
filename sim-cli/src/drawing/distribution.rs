//! How a metric is distributed over single trials: their values in a file beside the data set, and the figures of them.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use sim_core::monte_carlo::Control;
use sim_models::registry::{AnyModel, Values};

use crate::cell::Prepared;
use crate::dataset::{Cell, Directory, write_file};
use crate::figure::{Axis, Band, Curves, Scale, Series, Violin, Violins};
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// Values of single trials: cell, trial, and the metric in it.
const FILE: &str = "trials.csv";

/// The trials of one curve or violin.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
    /// Trials, also those that do not have the metric.
    pub(super) trials: usize,
}

/// Runs the first trials of every cell again, one by one, and writes what the figure's metric comes to in each, so that the figure can be
/// drawn without a model. Where a single trial does not have the metric, such as the time of a run that never ended, the line ends without a value.
/// Trials that the file has already are not run again. Nothing is done for figures that do not show trials. Whether it was done, and not cancelled.
///
/// # Errors
/// A cell cannot run, or the file cannot be written.
pub fn write(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &Directory,
    control: &Control,
) -> Outcome<bool> {
    let Some(spec) = scenario.figure.as_ref().filter(|spec| spec.kind.shows_trials()) else {
        return Ok(true);
    };
    let metric = spec.y.first().unwrap_or(&spec.x);
    let trials = spec.shown_trials().min(scenario.stop.rule()?.trials());
    let parameters = model.parameters();
    // What cannot be read, or is about another metric, is not there.
    let mut known = read(directory.path(), metric).unwrap_or_default();
    let mut text = format!("cell,trial,{metric}\n");
    for index in 0..scenario.cell_count()? {
        // A cell that cannot run is told of with the sweep.
        let Ok(values) = Values::resolve(&parameters, &scenario.cell(index)) else { continue };
        let hash = Cell::new(model, values.clone()).hash;
        let mut all = known.remove(&hash).unwrap_or_default();
        all.truncate(trials as usize);
        if (all.len() as u64) < trials {
            let Ok(prepared) = Prepared::new(model, values, scenario.randomness()) else { continue };
            let fresh = prepared.single_trials(metric, all.len() as u64..trials, control);
            let fresh = fresh.map_err(|error| {
                Problem::failure(format!("cannot run single trials of a cell for the figure: {error}"))
            })?;
            let Some(fresh) = fresh else { return Ok(false) };
            all.extend(fresh.into_iter().map(|value| Some(value).filter(|value| value.is_finite())));
        }
        for (trial, value) in all.iter().enumerate() {
            let value = value.map(|value| value.to_string()).unwrap_or_default();
            text.push_str(&format!("{hash},{trial},{value}\n"));
        }
    }
    let path = directory.path().join(FILE);
    if std::fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
        write_file(&path, text.as_bytes())?;
    }
    Ok(true)
}

/// The values of single trials by cell; `None` where a trial has none.
pub(super) fn read(directory: &Path, metric: &str) -> Outcome<HashMap<String, Vec<Option<f64>>>> {
    let path = directory.join(FILE);
    let again = "the values of single trials are written at the end of `synergy sweep`; repeat it, and no cell is run again";
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Problem::input(format!("the figure needs {}, which is not there", path.display()))
        }
        _ => Problem::file("read", &path, &error),
    });
    let text = text.map_err(|problem| problem.help(again))?;
    let wrong = |line: usize| {
        let sentence = format!(
            "{}, line {line}, does not hold the values of `{metric}` in single trials",
            path.display()
        );
        Problem::input(sentence).help(again)
    };
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, header)| header != format!("cell,trial,{metric}")) {
        return Err(wrong(1));
    }
    let mut values: HashMap<String, Vec<Option<f64>>> = HashMap::new();
    for (line, row) in lines {
        let mut fields = row.split(',');
        let cell = fields.next().unwrap_or_default();
        let value = match fields.nth(1) {
            Some("") => None,
            text => {
                let value = text.and_then(|text| text.parse().ok()).filter(|value: &f64| value.is_finite());
                Some(value.ok_or_else(|| wrong(line + 1))?)
            }
        };
        values.entry(cell.to_owned()).or_default().push(value);
    }
    Ok(values)
}

/// Empirical distribution functions, each in the band in which the true one lies as a whole with this confidence (Dvoretzky, Kiefer and
/// Wolfowitz with the constant of Massart, Annals of Probability 18, 1990: half as wide as `sqrt(ln(2 / (1 - c)) / 2n)`). A trial without a value,
/// such as a run that never ended, is one whose value is larger than all others.
pub(super) fn ecdf(shown: &[Shown], x: Axis, y: Axis, confidence: f64) -> Outcome<Curves> {
    let log = x.scale == Scale::Log;
    let mut curves = Curves::new(x, y);
    (curves.points_label, curves.theory_label) = (String::new(), String::new());
    for Shown { name, values, trials } in shown {
        let mut sorted: Vec<f64> = values.clone();
        sorted.sort_by(f64::total_cmp);
        let half = ((2.0 / (1.0 - confidence)).ln() / (2.0 * *trials as f64)).sqrt();
        let positive = sorted.iter().filter(|value| !log || **value > 0.0).count();
        let steps = steps(&sorted, sorted.len() - positive, *trials);
        if steps.is_empty() {
            crate::output::warn(&format!("{name}: no value is above 0, so a logarithmic axis shows none"));
            continue;
        }
        let ends = steps.iter().map(|&(x, share)| (x, (share - half).max(0.0), (share + half).min(1.0)));
        curves.bands.push(Band { series: curves.series.len(), ends: ends.collect() });
        let label = name.clone();
        curves.series.push(Series { label, theory: steps, steps: true, ..Series::default() });
    }
    if curves.series.is_empty() {
        return Err(Problem::input("no single trial has the metric that the figure shows"));
    }
    Ok(curves)
}

/// The distribution function of sorted values of so many trials at each of them, from the one at position `first` on, where it begins below.
fn steps(sorted: &[f64], first: usize, trials: usize) -> Vec<(f64, f64)> {
    let n = trials as f64;
    let below = sorted.get(first).map(|&value| (value, first as f64 / n));
    let mut counted = first;
    let at = sorted[first..].chunk_by(|a, b| a == b).map(|group| {
        counted += group.len();
        (group[0], counted as f64 / n)
    });
    below.into_iter().chain(at).collect()
}

/// A violin per value of an axis.
pub(super) fn violins(shown: Vec<Shown>, x_label: String, y: Axis) -> Violins {
    for Shown { name, values, trials } in shown.iter().filter(|shown| shown.values.len() < shown.trials) {
        crate::output::warn(&format!(
            "{name}: {} of {trials} trials do not have the metric",
            trials - values.len()
        ));
    }
    let violins = shown.into_iter().map(|Shown { name, values, .. }| Violin { name, values }).collect();
    Violins { x_label, y, violins }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_function_counts() {
        let steps = steps(&[1.0, 2.0, 2.0, 5.0], 0, 4);
        let at = |x: f64| steps.iter().rfind(|step| step.0 <= x).map_or(0.0, |step| step.1);
        assert_eq!([0.5, 1.0, 1.9, 2.0, 4.9, 5.0].map(at), [0.0, 0.25, 0.25, 0.75, 0.75, 1.0]);
        assert_eq!(steps[0], (1.0, 0.0), "it begins below its first value");
    }

    #[test]
    fn the_band_is_that_of_massart() {
        // sqrt(ln(2 / 0.05) / 200) for 100 values, by hand: ln 40 = 3.688879454113936.
        let shown = [Shown { name: "a".into(), values: (0..100).map(f64::from).collect(), trials: 100 }];
        let curves = ecdf(&shown, Axis::linear("x"), Axis::linear("y"), 0.95).unwrap();
        let &(x, low, high) = curves.bands[0].ends.iter().find(|end| end.0 == 49.0).unwrap();
        let half = (3.688_879_454_113_936_f64 / 200.0).sqrt();
        assert!((low - (0.5 - half)).abs() < 1e-12 && (high - (0.5 + half)).abs() < 1e-12, "{x}");
    }

    /// Of four runs one never ended: half of all have ended at 2, and three quarters at last.
    #[test]
    fn who_has_no_value_is_counted() {
        let shown = [Shown { name: "a".into(), values: vec![1.0, 2.0, 5.0], trials: 4 }];
        let curves = ecdf(&shown, Axis::linear("x"), Axis::linear("y"), 0.95).unwrap();
        let shares: Vec<f64> = curves.series[0].theory.iter().map(|corner| corner.1).collect();
        assert_eq!(shares, [0.0, 0.25, 0.5, 0.75]);
    }
}

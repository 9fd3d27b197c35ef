//! What a boundary costs: the searches of a scenario with `[boundary]` against a grid of the same accuracy, both run here.
//!
//! ```sh
//! cargo run --release -p sim-cli --example boundary_against_grid -- experiments/boundary-plan/scenario.toml
//! ```
//!
//! The grid is spared what a real one has to pay: it knows beforehand how many trials each of its points needs. They have a third of the
//! interval's width between them, and as many trials each, the same for all, as it takes until those whose sign is beyond doubt leave no more than the
//! width between them. Both intervals have the same confidence (Bonferroni over the points).

#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::collections::BTreeMap;
use std::error::Error;

use sim_core::estimate::{Confidence, Interval};
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::Streams;
use sim_models::registry::{AnyModel, Registry, Value, Values};
use synergy::scenario::{BoundarySpec, Opened, Overrides, find_model};
use synergy::search::Studied;

/// Growth of the trials of a grid from one attempt to the next: it spends at most so many times what it needs.
const GROWTH: f64 = 1.1;

/// Trials of the first attempt.
const FIRST: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name a scenario with [boundary], and perhaps a half-width")?;
    let half_width = arguments.next().map(|text| text.parse()).transpose()?;
    let registry = Registry::builtin();
    let overrides = Overrides { half_width, ..Overrides::default() };
    let opened = Opened::open(&registry, &file, &overrides).map_err(|problem| problem.to_string())?;
    let scenario = &opened.scenario;
    let spec = scenario.boundary.as_ref().ok_or("the scenario has no [boundary]")?;
    let studied = Studied::of(scenario, &registry).map_err(|problem| problem.to_string())?;
    let model = find_model(&registry, &scenario.model).map_err(|problem| problem.to_string())?;
    let stop = scenario.stop.rule().map_err(|problem| problem.to_string())?;
    let axes: Vec<&str> = scenario.sweep.iter().map(|axis| axis.key.as_str()).collect();
    println!("{} exact search trials grid trials ratio", axes.join(" "));
    let (mut searched, mut gridded) = (0, 0);
    for index in 0..scenario.cell_count().map_err(|problem| problem.to_string())? {
        let given = scenario.cell(index);
        let values = Values::resolve(&studied.parameters(), &given)?;
        let streams = scenario.randomness().streams(values.hash(&scenario.model));
        let exact = studied.predict(&values)?.get(&spec.along).ok_or("a cell has no exact boundary")?;
        let search = studied.prepare(&values)?.run(&streams, &stop, &Control::default())?;
        let found = search.estimates[0];
        let width = found.high - found.low;
        let (interval, trials) = grid(model, spec, &given, &streams, width, stop.confidence())?;
        let place: Vec<String> = axes.iter().map(|key| given[*key].to_string()).collect();
        let ratio = trials as f64 / search.trials as f64;
        println!(
            "{} {exact:.5} [{:.5},{:.5}] {} [{:.5},{:.5}] {trials} {ratio:.0}",
            place.join(" "),
            found.low,
            found.high,
            search.trials,
            interval.low,
            interval.high,
        );
        searched += search.trials;
        gridded += trials;
    }
    println!("all {searched} {gridded} {:.0}", gridded as f64 / searched as f64);
    Ok(())
}

/// The bracket of a boundary between points of a grid, at most so wide, and the trials of all of them.
fn grid(
    model: &dyn AnyModel,
    spec: &BoundarySpec,
    given: &BTreeMap<String, Value>,
    streams: &Streams,
    width: f64,
    confidence: Confidence,
) -> Result<(Interval, u64), Box<dyn Error>> {
    let steps = (3.0 * (spec.to - spec.from) / width).ceil() as u32;
    let points: Vec<f64> =
        (0..=steps).map(|i| spec.from + f64::from(i) / f64::from(steps) * (spec.to - spec.from)).collect();
    // A wrong sign is an error on one side of a two-sided interval.
    let each = Confidence::new(1.0 - 2.0 * (1.0 - confidence.get()) / points.len() as f64)?;
    let mut tallies: Vec<Option<(u64, String)>> = vec![None; points.len()];
    let mut trials = FIRST;
    loop {
        let stop = Stop::after(trials as u64)?.with_confidence(each);
        let (mut below, mut above) = (spec.from, spec.to);
        for (x, tally) in points.iter().zip(&mut tallies) {
            let mut given = given.clone();
            given.insert(spec.along.clone(), Value::Real(*x));
            let values = Values::resolve(&model.parameters(), &given)?;
            let level = spec.level.at(&values).ok_or("the level is no number")?;
            let plan = model.prepare(&values)?;
            let outcome = match tally {
                Some((before, text)) => plan.extend(text, *before, streams, &stop, &Control::default())?,
                None => plan.run(streams, &stop, &Control::default())?,
            };
            let place = plan.metrics().iter().position(|metric| metric.name == spec.quantity);
            let excess = outcome.estimates[place.ok_or("no such metric")?].affine(-level, 1.0);
            // The quantities of these scenarios grow along the parameter.
            if excess.high < 0.0 {
                below = below.max(*x);
            } else if excess.low > 0.0 {
                above = above.min(*x);
            }
            *tally = Some((outcome.trials, outcome.tally));
        }
        if above - below <= width * (1.0 + 1e-9) {
            return Ok((Interval { low: below, high: above }, trials as u64 * points.len() as u64));
        }
        trials *= GROWTH;
    }
}

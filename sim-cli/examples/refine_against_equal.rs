//! What `[refine]` saves: the trials that decide on which side of a level each cell of a scenario is, against equally many trials in all cells, both run
//! here.
//!
//! ```sh
//! cargo run --release -p sim-cli --example refine_against_equal -- experiments/refine/scenario.toml
//! ```
//!
//! The equal trials are spared what a real plan has to pay: they are the fewest, up to a tenth more, that decide as many cells, as if that number were known
//! beforehand; and as nobody looks on the way, their intervals are those of a single look.

#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::error::Error;

use sim_core::estimate::Estimate;
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::Streams;
use sim_models::registry::{AnyPlan, Registry, Values};
use synergy::scenario::{Aim, Level, Opened, Overrides, RefineSpec, Scenario};
use synergy::search::Studied;

/// Growth of the equal trials from one attempt to the next.
const GROWTH: f64 = 1.1;

/// A cell: its simulation, its draws, and where the metric is asked for.
struct Cell<'a> {
    plan: Box<dyn AnyPlan + 'a>,
    streams: Streams,
    metric: usize,
    level: f64,
    /// The exact value, where theory has it.
    exact: Option<f64>,
    /// What was run so far.
    tally: Option<(u64, String)>,
    /// What it came to.
    estimate: Option<Estimate>,
}

impl Cell<'_> {
    /// Whether the side of the level is known after the trials of a rule.
    fn is_decided(&mut self, stop: &Stop) -> Result<bool, Box<dyn Error>> {
        let outcome = match &self.tally {
            Some((trials, tally)) => {
                self.plan.extend(tally, *trials, &self.streams, stop, &Control::default())?
            }
            None => self.plan.run(&self.streams, stop, &Control::default())?,
        };
        self.tally = Some((outcome.trials, outcome.tally));
        let estimate = outcome.estimates[self.metric];
        self.estimate = Some(estimate);
        Ok(estimate.low > self.level || estimate.high < self.level)
    }

    /// Whether the interval holds the exact value.
    fn holds(&self) -> Option<bool> {
        let (exact, Estimate { low, high, .. }) = (self.exact?, self.estimate?);
        Some(low <= exact && exact <= high)
    }

    /// Whether the interval lies where the exact value does not.
    fn is_wrong(&self) -> bool {
        let wrong = |exact: f64, Estimate { low, high, .. }: Estimate| {
            low > self.level && exact < self.level || high < self.level && exact > self.level
        };
        self.exact.zip(self.estimate).is_some_and(|(exact, estimate)| wrong(exact, estimate))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name a scenario with [refine] and a level")?;
    let registry = Registry::builtin();
    let opened =
        Opened::open(&registry, &file, &Overrides::default()).map_err(|problem| problem.to_string())?;
    let scenario = &opened.scenario;
    let spec = scenario.refine.as_ref().ok_or("the scenario has no [refine]")?;
    let Aim::Level(level) = &spec.aim else { return Err("its [refine] has no level".into()) };
    let looks = spec.looks(scenario).map_err(|problem| problem.to_string())?;
    let confidence = scenario.stop.rule().map_err(|problem| problem.to_string())?.confidence();
    let refined = Studied::of(scenario, &registry).map_err(|problem| problem.to_string())?;
    let plain = Studied::below(scenario, &registry).map_err(|problem| problem.to_string())?;
    let count = scenario.cell_count().map_err(|problem| problem.to_string())?;
    let (mut decided, mut spent) = (0, 0);
    let mut cells = self::cells(scenario, spec, level, &refined, count)?;
    for cell in &mut cells {
        for trials in looks.until(looks.most()) {
            let stop = Stop::after(trials)?.with_confidence(confidence);
            if cell.is_decided(&stop)? {
                decided += 1;
                break;
            }
        }
        spent += cell.tally.as_ref().map_or(0, |(trials, _)| *trials);
    }
    let at_first =
        |cell: &&Cell<'_>| cell.tally.as_ref().is_some_and(|(trials, _)| *trials == looks.trials(0));
    println!(
        "refined: {} decided at the first look, {} on the wrong side, {} of {} intervals hold the exact value",
        cells.iter().filter(at_first).count(),
        cells.iter().filter(|cell| cell.is_wrong()).count(),
        cells.iter().filter(|cell| cell.holds() == Some(true)).count(),
        cells.iter().filter(|cell| cell.holds().is_some()).count(),
    );
    println!("plan cells decided trials\nrefined {count} {decided} {spent}");
    let mut cells = self::cells(scenario, spec, level, &plain, count)?;
    let mut trials = looks.trials(0) as f64;
    let equal = loop {
        let stop = Stop::after(trials as u64)?.with_confidence(confidence);
        let mut known = 0;
        for cell in &mut cells {
            known += usize::from(cell.is_decided(&stop)?);
        }
        if known >= decided {
            break trials as u64 * count as u64;
        }
        trials *= GROWTH;
    };
    println!("equal {count} {decided} {equal}\nratio {:.1}", equal as f64 / spent as f64);
    Ok(())
}

/// All cells of a scenario.
fn cells<'a>(
    scenario: &Scenario,
    spec: &RefineSpec,
    level: &Level,
    studied: &'a Studied<'_>,
    count: usize,
) -> Result<Vec<Cell<'a>>, Box<dyn Error>> {
    let parameters = studied.parameters();
    let cell = |index: usize| -> Result<Cell<'a>, Box<dyn Error>> {
        let values = Values::resolve(&parameters, &scenario.cell(index))?;
        let plan = studied.prepare(&values)?;
        let metric = plan.metrics().iter().position(|metric| metric.name == spec.quantity);
        Ok(Cell {
            metric: metric.ok_or("no such metric")?,
            streams: scenario.randomness().streams(studied.hash(&values)),
            level: level.at(&values).ok_or("the level is no number")?,
            exact: studied.predict(&values)?.get(&spec.quantity),
            tally: None,
            estimate: None,
            plan,
        })
    };
    (0..count).map(cell).collect()
}

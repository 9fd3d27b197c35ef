//! Which parameter matters, from the data set of a sweep: Sobol indices, Morris's screening, or one parameter at a time.

mod indices;
mod screening;
mod tornado;

use std::fmt;

use serde::Serialize;
use sim_core::random::{Address, Entity, Family, Purpose, Stream, Streams};

use self::indices::Indices;
use self::screening::Screening;
pub use self::tornado::Tornado;
use crate::dataset::Table;
use crate::problem::{Outcome, Problem};
use crate::scenario::{Sample, Scenario, Scheme};

/// What `[sensitivity]` asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Analysis {
    /// Shares of the variance.
    Indices(Indices),
    /// Elementary effects.
    Screening(Screening),
    /// From the middle of all ranges to the ends of one.
    Tornado(Tornado),
}

impl Analysis {
    /// Where it is kept in the data set.
    pub const FILE: &str = "sensitivity.json";

    /// The sensitivity of the quantity that the scenario names, if it does, from the table of its complete data set. A metric has the name of its column; where
    /// there is none, the name is that of a prediction.
    pub fn of(scenario: &Scenario, table: &Table) -> Outcome<Option<Self>> {
        let Some(study) = Study::of(scenario, table)? else { return Ok(None) };
        Ok(Some(match study.sample.scheme {
            Scheme::Sobol => Self::Indices(Indices::of(&study)?),
            Scheme::Morris => Self::Screening(Screening::of(&study)?),
            Scheme::Tornado => Self::Tornado(Tornado::of(&study, table)?),
        }))
    }
}

/// The study of one parameter at a time that a scenario asks for, from its complete data set.
pub fn tornado(scenario: &Scenario, table: &Table) -> Outcome<Tornado> {
    match Study::of(scenario, table)? {
        Some(study) => Tornado::of(&study, table),
        None => Err(Problem::input("the scenario has no table [sensitivity]")),
    }
}

impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Indices(indices) => indices.fmt(f),
            Self::Screening(screening) => screening.fmt(f),
            Self::Tornado(tornado) => tornado.fmt(f),
        }
    }
}

/// A quantity over the cells of a sample.
struct Study<'a> {
    scenario: &'a Scenario,
    sample: &'a Sample,
    quantity: &'a str,
    /// The quantity by cell.
    column: &'a [Option<f64>],
}

impl<'a> Study<'a> {
    /// The study that a scenario asks for, if it does.
    fn of(scenario: &'a Scenario, table: &'a Table) -> Outcome<Option<Self>> {
        let Some(sample) = &scenario.plan.sample else { return Ok(None) };
        let Some(quantity) = &sample.sensitivity else { return Ok(None) };
        let column = table.numbers(quantity).or_else(|| table.numbers(&format!("predicted_{quantity}")));
        let column = column.filter(|column| column.len() == sample.size()).ok_or_else(|| {
            Problem::input(format!("the data set does not have `{quantity}` in every cell of [sample]"))
        })?;
        Ok(Some(Self { scenario, sample, quantity, column }))
    }

    /// The values at the cells of every point that has them all, with the number of the point. At least two points.
    fn points(&self) -> Outcome<Vec<(usize, Vec<f64>)>> {
        let cells = self.sample.cells_per_point();
        let whole = |(point, cells): (usize, &[Option<f64>])| {
            let values =
                cells.iter().map(|cell| cell.filter(|x| x.is_finite())).collect::<Option<Vec<f64>>>();
            Some((point, values?))
        };
        let points: Vec<_> = self.column.chunks_exact(cells).enumerate().filter_map(whole).collect();
        if points.len() < 2 {
            let sentence = format!("fewer than two points have `{}` in all of their cells", self.quantity);
            return Err(Problem::input(sentence));
        }
        Ok(points)
    }

    /// Numbers for resampling.
    fn resampling(&self) -> Stream {
        let streams = Streams::new(self.scenario.seed, Purpose::SamplingPlan, Family::common());
        streams.open(Address::block(0).entity(Entity::named("bootstrap")).index(1))
    }
}

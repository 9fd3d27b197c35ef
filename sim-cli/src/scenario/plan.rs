//! What a sweep goes over beside its axes: axes that move together, cells one by one, points of a sample.

mod sample;

pub use sample::{Range, Sample, Scheme};

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sim_models::registry::{AnyModel, Kind, Parameter, Registry, Value, Values};

use super::axis::Axis;
use super::document::{Content, Document, Entry, Table};
use super::given;
use super::read::table;
use super::{MOST_CELLS, Scenario};
use crate::dataset::key_of;
use crate::problem::Outcome;
use crate::search::Studied;

/// Definition of a parameter by the key of an entry.
pub(super) type Find<'a> = dyn Fn(&Entry) -> Outcome<&'a Parameter> + 'a;

/// What a sweep goes over beside the axes of `[sweep]`. Its parts and those axes are multiplied: every cell of one with every cell of
/// the others, and the last part is the fastest. A cell is computed from its number, so that a plan is as small as its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Axes of equal length that move together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zip: Vec<Axis>,
    /// Parameters of cells that are listed one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<BTreeMap<String, Value>>,
    /// Points in the ranges of some parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

impl Plan {
    /// Reads `[zip]`, `cells` and `[sample]`, with `[sensitivity]`.
    pub(super) fn read(document: &Document, root: &Table, find: &Find<'_>) -> Outcome<Self> {
        let mut plan = Self::default();
        for entry in table(document, root, "zip")?.iter().flat_map(|table| table.iter()) {
            let axis = Axis::read_repeating(document, entry, find(entry)?)?;
            if let Some(first) = plan.zip.first()
                && first.values.len() != axis.values.len()
            {
                let (there, here) = (first.values.len(), axis.values.len());
                let sentence = format!(
                    "axes of [zip] are equally long; `{}` has {there} values and `{}` has {here}",
                    first.key, axis.key
                );
                return Err(document.problem(&entry.node.span, sentence, "another length"));
            }
            plan.zip.push(axis);
        }
        if let Some(entry) = root.get("zip")
            && let Some(i) = first_repeated((0..plan.zip_len()).map(|i| plan.zipped(i)))
        {
            let sentence = format!("[zip] has its values number {} twice", i + 1);
            return Err(document.problem(&entry.span, sentence, "the same cell twice"));
        }
        if let Some(entry) = root.get("cells") {
            plan.cells = read_cells(document, entry, find)?;
        }
        plan.sample = Sample::read(document, root, find)?;
        Ok(plan)
    }

    /// Whether there is nothing beside the axes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Number of cells of each part that there is.
    pub fn sizes(&self) -> Vec<usize> {
        let sample = self.sample.as_ref().map_or(0, Sample::size);
        [self.zip_len(), self.cells.len(), sample].into_iter().filter(|&size| size > 0).collect()
    }

    /// Every parameter that some cell gets from here.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let sampled = self.sample.iter().flat_map(Sample::keys);
        self.always().chain(self.cells.iter().flat_map(|cell| cell.keys().map(String::as_str))).chain(sampled)
    }

    /// Whether all cells get this parameter from here.
    pub fn sets(&self, key: &str) -> bool {
        self.always().any(|other| other == key) || self.sample.iter().flat_map(Sample::keys).any(|k| k == key)
    }

    fn always(&self) -> impl Iterator<Item = &str> {
        self.zip.iter().map(|axis| axis.key.as_str())
    }

    /// Puts the parameters of cell `index` into `parameters`, and returns what is left of the index for slower parts.
    pub fn put(&self, index: usize, seed: u64, parameters: &mut BTreeMap<String, Value>) -> usize {
        let mut rest = index;
        let mut take = |size: usize| {
            let place = rest % size;
            rest /= size;
            place
        };
        if let Some(sample) = &self.sample {
            parameters.extend(sample.point(take(sample.size()), seed));
        }
        if !self.cells.is_empty() {
            parameters.extend(self.cells[take(self.cells.len())].clone());
        }
        if !self.zip.is_empty() {
            parameters.extend(self.zipped(take(self.zip_len())));
        }
        rest
    }

    /// Takes a parameter out of the plan, because it has one value in all cells now. Cells that become equal are one.
    pub(super) fn fix(&mut self, key: &str) {
        self.zip.retain(|axis| axis.key != key);
        let mut seen = HashSet::new();
        let kept: Vec<bool> = (0..self.zip_len()).map(|i| seen.insert(canonical(&self.zipped(i)))).collect();
        for axis in &mut self.zip {
            let mut kept = kept.iter();
            axis.values.retain(|_| kept.next().is_none_or(|kept| *kept));
        }
        let mut seen = HashSet::new();
        for cell in &mut self.cells {
            cell.remove(key);
        }
        self.cells.retain(|cell| seen.insert(canonical(cell)));
        if self.cells == [BTreeMap::new()] {
            self.cells.clear();
        }
        if let Some(sample) = &mut self.sample {
            sample.ranges.retain(|range| range.key != key);
        }
        self.sample.take_if(|sample| sample.ranges.is_empty());
    }

    fn zip_len(&self) -> usize {
        self.zip.first().map_or(0, |axis| axis.values.len())
    }

    fn zipped(&self, i: usize) -> BTreeMap<String, Value> {
        self.zip.iter().map(|axis| (axis.key.clone(), axis.values[i].clone())).collect()
    }

    /// Which cells of this plan `other` does not have, in words. Empty where results of this one are all of use there.
    pub fn missing_in(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let missing = |here: Vec<BTreeMap<String, Value>>, there: Vec<BTreeMap<String, Value>>| {
            let there: HashSet<String> = there.iter().map(canonical).collect();
            here.iter().filter(|cell| !there.contains(&canonical(cell))).count()
        };
        let zipped = |plan: &Self| (0..plan.zip_len()).map(|i| plan.zipped(i)).collect();
        for (name, count) in [
            ("[zip]", missing(zipped(self), zipped(other))),
            ("`cells`", missing(self.cells.clone(), other.cells.clone())),
        ] {
            if count > 0 {
                lines.push(format!("{count} cells of {name} there are missing here"));
            }
        }
        match (&self.sample, &other.sample) {
            (Some(there), Some(here)) => lines.extend(there.lost_in(here)),
            (Some(_), None) => lines.push("there is a [sample] there and none here".to_owned()),
            (None, Some(_)) => lines.push("there is a [sample] here and none there".to_owned()),
            (None, None) => {}
        }
        for (name, there, here) in [
            ("[zip]", self.zip.is_empty(), other.zip.is_empty()),
            ("`cells`", self.cells.is_empty(), other.cells.is_empty()),
        ] {
            if there && !here {
                lines.push(format!("{name} stands here and not there"));
            }
        }
        lines
    }
}

impl Scenario {
    /// How many of its cells are there more than once: points of a sample that fall on each other, as those of whole numbers and lists do, and cells of a
    /// model that is compared with others and lacks some of their parameters.
    pub fn repetitions(&self, model: &dyn AnyModel) -> usize {
        if self.models.is_empty() { self.repeated_points() } else { self.equal_cells(model) }
    }

    /// The same where only the registry is at hand, which may lack the models of this scenario.
    pub fn repetitions_in(&self, registry: &Registry) -> usize {
        match self.models.is_empty() {
            true => self.repeated_points(),
            false => Studied::of(self, registry).map_or(0, |studied| self.equal_cells(&*studied)),
        }
    }

    /// The keys of cells that are there more than once.
    pub fn repeated_cells(&self, model: &dyn AnyModel) -> HashSet<u128> {
        if self.repetitions(model) == 0 {
            return HashSet::new();
        }
        let keys = self.sorted_keys(model);
        keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
    }

    fn equal_cells(&self, model: &dyn AnyModel) -> usize {
        self.sorted_keys(model).windows(2).filter(|pair| pair[0] == pair[1]).count()
    }

    /// The keys of all cells that have values, sorted.
    fn sorted_keys(&self, model: &dyn AnyModel) -> Vec<u128> {
        let parameters = model.parameters();
        let cells = 0..self.cell_count().unwrap_or(0);
        let key = |cell: usize| {
            Values::resolve(&parameters, &self.cell(cell)).ok().map(|values| key_of(&model.hash(&values)))
        };
        let mut keys: Vec<u128> = cells.into_par_iter().filter_map(key).collect();
        keys.par_sort_unstable();
        keys
    }

    fn repeated_points(&self) -> usize {
        let Some(sample) = &self.plan.sample else { return 0 };
        let mut seen = HashSet::new();
        let others = self.cell_count().map_or(0, |cells| cells / sample.size());
        let repeated = (0..sample.size())
            .filter(|&i| !seen.insert(canonical(&sample.point(i, self.seed).collect())))
            .count();
        repeated * others
    }
}

fn read_cells(document: &Document, entry: &Entry, find: &Find<'_>) -> Outcome<Vec<BTreeMap<String, Value>>> {
    const FORM: &str = "write [[cells]] above the parameters of each cell, or cells = [{ key = value }, …]";
    let Content::List(items) = &entry.node.content else {
        let sentence = format!("`cells` is a list of tables; found {}", entry.node.describe());
        return Err(document.problem(&entry.node.span, sentence, "not a list").help(FORM));
    };
    if items.is_empty() {
        return Err(document.problem(&entry.node.span, "`cells` has no cell", "empty").help(FORM));
    }
    let (mut cells, mut seen) = (Vec::with_capacity(items.len()), HashSet::new());
    for item in items {
        let Content::Table(table) = &item.content else {
            let sentence = format!("a cell is a table of parameters; found {}", item.describe());
            return Err(document.problem(&item.span, sentence, "not a cell").help(FORM));
        };
        let before = cells.len();
        expand(document, table, find, &mut cells)?;
        if cells.len() > MOST_CELLS {
            let sentence = format!("`cells` has more than {MOST_CELLS} cells");
            return Err(document.problem(&item.span, sentence, "too many"));
        }
        for cell in &cells[before..] {
            if !seen.insert(canonical(cell)) {
                return Err(document.problem(
                    &item.span,
                    "`cells` has this cell twice",
                    "the same cell twice",
                ));
            }
        }
    }
    Ok(cells)
}

/// The cells of one table: one, or one per combination of the values of the axes in it, the last of which is the fastest. So an axis can belong to
/// some cells only.
fn expand(
    document: &Document,
    table: &Table,
    find: &Find<'_>,
    cells: &mut Vec<BTreeMap<String, Value>>,
) -> Outcome<()> {
    let mut own = vec![BTreeMap::new()];
    for entry in table.iter() {
        let parameter = find(entry)?;
        let values = match entry.node.content {
            Content::Table(_) if parameter.kind != Kind::Table => {
                Axis::read(document, entry, parameter)?.values
            }
            _ => vec![given::from_file(document, parameter, &entry.node)?],
        };
        if own.len().saturating_mul(values.len()) > MOST_CELLS {
            let sentence = format!("`cells` has more than {MOST_CELLS} cells");
            return Err(document.problem(&entry.span, sentence, "too many"));
        }
        let with = |cell: &BTreeMap<String, Value>, value: &Value| {
            let mut cell = cell.clone();
            cell.insert(entry.key.clone(), value.clone());
            cell
        };
        own = own.iter().flat_map(|cell| values.iter().map(|value| with(cell, value))).collect();
    }
    cells.append(&mut own);
    Ok(())
}

/// Number of the first cell that was there before.
fn first_repeated(cells: impl Iterator<Item = BTreeMap<String, Value>>) -> Option<usize> {
    let mut seen = HashSet::new();
    cells.enumerate().find(|(_, cell)| !seen.insert(canonical(cell))).map(|(i, _)| i)
}

fn canonical(cell: &BTreeMap<String, Value>) -> String {
    cell.iter().map(|(key, value)| format!("{key}={};", value.canonical())).collect()
}

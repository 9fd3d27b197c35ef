//! What can be known of a sweep before it runs.

use std::collections::BTreeMap;

use sim_models::registry::{AnyModel, Registry, Unit, Values};

use super::quantities::Quantities;
use super::{FigureSpec, Opened};
use crate::dataset::OWN_COLUMNS;
use crate::problem::{Outcome, Problem};
use crate::search::Studied;

impl Opened {
    /// Checks what can be known before a sweep: the number of cells, that one of them at least can run, and that the figure
    /// draws what some cell has.
    pub fn check_cells(&self, registry: &Registry, model: &dyn AnyModel) -> Outcome<()> {
        let parameters = model.parameters();
        let mut first = None;
        let count = self.scenario.cell_count().map_err(|problem| self.within("sweep", problem))?;
        for index in 0..count {
            let values = Values::resolve(&parameters, &self.scenario.cell(index));
            let runs = |values| model.predict(&values).and_then(|_| model.metrics_of(&values)).map(|_| ());
            match values.and_then(runs) {
                Ok(()) => {
                    self.check_columns(model, index)?;
                    self.check_search(registry)?;
                    self.check_refine(model)?;
                    self.check_test(model)?;
                    self.check_area(model)?;
                    self.check_sensitivity(model)?;
                    return self.check_figure(model, count, index);
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.map_or_else(|| Problem::input("the sweep has no cells"), |error| self.explain(&error)))
    }

    /// Checks that no variable has the name of another column of the data set, as a cell that runs has them. One that is looked for is a
    /// column under its own name.
    fn check_columns(&self, model: &dyn AnyModel, cell: usize) -> Outcome<()> {
        if !self.scenario.models.is_empty() {
            self.check_compared(model)?;
        }
        let variables = &self.scenario.derived.variables;
        if variables.is_empty() {
            return Ok(());
        }
        let quantities = Quantities::of_cell(model, &self.scenario, cell);
        let ends = ["", "_low", "_high"];
        let metrics =
            quantities.metrics().into_iter().flat_map(|name| ends.map(|end| format!("{name}{end}")));
        let predictions = quantities.predictions().into_iter().map(|name| format!("predicted_{name}"));
        let own = OWN_COLUMNS.iter().map(|name| (*name).to_owned());
        let clashes =
            |column: &String| variables.contains_key(column) && self.scenario.sought(column).is_none();
        match own.chain(metrics).chain(predictions).find(clashes) {
            None => Ok(()),
            Some(column) => {
                let sentence = format!("`{column}` is a column of the data set, and no variable");
                Err(self.within("variables", Problem::input(sentence).help("give the variable another name")))
            }
        }
    }

    /// Checks that no parameter of one model has the name of a metric of another.
    fn check_compared(&self, model: &dyn AnyModel) -> Outcome<()> {
        let quantities = Quantities::of_all(model, &self.scenario)?;
        let parameters = model.parameters();
        let mut columns = quantities
            .metrics()
            .into_iter()
            .flat_map(|name| ["", "_low", "_high"].map(|end| format!("{name}{end}")));
        let clash =
            columns.find(|column| parameters.iter().any(|parameter| parameter.key == column.as_str()));
        self.check_units(model)?;
        match clash.filter(|column| self.scenario.sought(column).is_none()) {
            None => Ok(()),
            Some(column) => {
                let sentence = format!(
                    "{} cannot be compared in one data set: `{column}` is a parameter of one and a metric of another",
                    self.scenario.model
                );
                Err(self.within("models", Problem::input(sentence)))
            }
        }
    }

    /// Checks that what has one name in several models has one unit: it would stand in one column.
    fn check_units(&self, model: &dyn AnyModel) -> Outcome<()> {
        let shown = |unit: Unit| if unit.name().is_empty() { "no unit" } else { unit.name() };
        let mut units: BTreeMap<String, Unit> = BTreeMap::new();
        for index in 0..self.scenario.cell_count()? {
            let values = Values::resolve(&model.parameters(), &self.scenario.cell(index));
            let Ok(Some(metrics)) = values.and_then(|values| model.metrics_of(&values)) else { continue };
            for metric in metrics {
                let known = *units.entry(metric.name.to_string()).or_insert(metric.unit);
                if known != metric.unit {
                    let sentence = format!(
                        "{} cannot be compared in one data set: `{}` is in {} here and in {} there",
                        self.scenario.model,
                        metric.name,
                        shown(known),
                        shown(metric.unit)
                    );
                    return Err(self.within("models", Problem::input(sentence)));
                }
            }
        }
        Ok(())
    }

    /// Checks that cells have the metric that is searched for, and that the stopping rule is one of such a search.
    fn check_search(&self, registry: &Registry) -> Outcome<()> {
        let scenario = &self.scenario;
        if !scenario.is_search() {
            return Ok(());
        }
        let model = Studied::below(scenario, registry)?;
        let quantities = Quantities::of_searched(&*model, scenario)?;
        if let Some(boundary) = &scenario.boundary {
            let checked = boundary.check(&quantities.metrics(), &scenario.stop);
            checked.map_err(|problem| self.within("boundary", problem))?;
        }
        if let Some(optimize) = &scenario.optimize {
            let checked = optimize.check(&quantities.metrics(), &scenario.stop);
            checked.map_err(|problem| self.within("optimize", problem))?;
        }
        Ok(())
    }

    /// Checks that cells have the metric that trials are spent on.
    fn check_refine(&self, model: &dyn AnyModel) -> Outcome<()> {
        let Some(refine) = &self.scenario.refine else { return Ok(()) };
        let quantities = Quantities::of_all(model, &self.scenario)?;
        let checked = refine.check(&quantities.metrics(), &self.scenario);
        checked.map_err(|problem| self.within("refine", problem))
    }

    /// Checks that cells have what they are tested for.
    fn check_test(&self, model: &dyn AnyModel) -> Outcome<()> {
        let Some(test) = &self.scenario.test else { return Ok(()) };
        let quantities = Quantities::of_all(model, &self.scenario)?;
        test.check(&quantities.metrics()).map_err(|problem| self.within("test", problem))
    }

    /// Checks that cells have the metric under which an area is asked for.
    fn check_area(&self, model: &dyn AnyModel) -> Outcome<()> {
        let Some(area) = &self.scenario.area else { return Ok(()) };
        let quantities = Quantities::of_all(model, &self.scenario)?;
        let checked = area.check(&quantities.metrics(), &self.scenario.sweep);
        checked.map_err(|problem| self.within("area", problem))
    }

    /// Checks that cells have the quantity whose sensitivity is asked for.
    fn check_sensitivity(&self, model: &dyn AnyModel) -> Outcome<()> {
        let Some(sample) = self.scenario.plan.sample.as_ref().filter(|sample| sample.sensitivity.is_some())
        else {
            return Ok(());
        };
        let quantities = Quantities::of_all(model, &self.scenario)?;
        sample.check_quantity(&quantities).map_err(|problem| self.within("sensitivity", problem))
    }

    /// Checks the figure of a sweep, whose cells before `first` cannot run.
    fn check_figure(&self, model: &dyn AnyModel, cells: usize, first: usize) -> Outcome<()> {
        let Some(figure) = &self.scenario.figure else { return Ok(()) };
        let document = self.document.as_ref();
        if let Some((document, entry)) = document.and_then(|d| Some((d, d.root.get("figure")?))) {
            let known = Quantities::for_figure(figure, model, &self.scenario, first..cells);
            FigureSpec::check_quantities(document, entry, &known)?;
        }
        figure.check(&self.scenario).map_err(|problem| self.within("figure", problem))
    }
}

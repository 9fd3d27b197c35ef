//! Searches: models whose cells are searches over the cells of another model. A sweep runs, stores, resumes and draws them as any other.

pub mod boundary;
mod looks;
pub mod optimum;
mod plan;
pub mod trace;

use std::ops::Deref;

use sim_models::registry::{AnyModel, Registry};

use self::boundary::Boundary;
use self::optimum::Optimum;
use crate::derived::Derived;
use crate::problem::Outcome;
use crate::scenario::{DerivedSpec, Scenario, find_model};

/// What the cells of a scenario are cells of.
pub enum Studied<'a> {
    /// A model.
    Model(&'a dyn AnyModel),
    /// A model some of whose parameters have formulas.
    Derived(Box<Derived<'a>>),
    /// A search for a boundary over one of these.
    Boundary(Box<Boundary<'a>>),
    /// A search for the best values of some parameters.
    Optimum(Box<Optimum<'a>>),
}

impl<'a> Studied<'a> {
    /// That of a scenario.
    pub fn of(scenario: &Scenario, registry: &'a Registry) -> Outcome<Self> {
        let below = Self::below(scenario, registry)?;
        Ok(match (&scenario.boundary, &scenario.optimize) {
            (None, None) => below,
            (None, Some(spec)) => Self::Optimum(Box::new(Optimum::new(below, spec.clone())?)),
            (Some(spec), _) => Self::Boundary(Box::new(Boundary::new(below, spec.clone())?)),
        })
    }

    /// What a search of the scenario would search over.
    pub fn below(scenario: &Scenario, registry: &'a Registry) -> Outcome<Self> {
        Ok(Self::derived(find_model(registry, &scenario.model)?, &scenario.derived))
    }

    /// A model with these formulas.
    pub fn derived(model: &'a dyn AnyModel, spec: &DerivedSpec) -> Self {
        match spec.is_empty() {
            true => Self::Model(model),
            false => Self::Derived(Box::new(Derived::new(model, spec))),
        }
    }
}

impl<'a> Deref for Studied<'a> {
    type Target = dyn AnyModel + 'a;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Model(model) => *model,
            Self::Derived(derived) => derived.as_ref(),
            Self::Optimum(optimum) => optimum.as_ref(),
            Self::Boundary(boundary) => boundary.as_ref(),
        }
    }
}

//! Searches: models whose cells are searches over the cells of another model. A sweep runs, stores, resumes and draws them as any other.

pub mod boundary;
mod looks;
pub mod trace;

use std::ops::Deref;

use sim_models::registry::{AnyModel, Registry};

use self::boundary::Boundary;
use crate::problem::Outcome;
use crate::scenario::{Scenario, find_model};

/// What the cells of a scenario are cells of.
pub enum Studied<'a> {
    /// A model.
    Model(&'a dyn AnyModel),
    /// A search over one.
    Boundary(Box<Boundary<'a>>),
}

impl<'a> Studied<'a> {
    /// That of a scenario.
    pub fn of(scenario: &Scenario, registry: &'a Registry) -> Outcome<Self> {
        let model = find_model(registry, &scenario.model)?;
        Ok(match &scenario.boundary {
            None => Self::Model(model),
            Some(spec) => Self::Boundary(Box::new(Boundary::new(model, spec.clone())?)),
        })
    }
}

impl<'a> Deref for Studied<'a> {
    type Target = dyn AnyModel + 'a;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Model(model) => *model,
            Self::Boundary(boundary) => boundary.as_ref(),
        }
    }
}

//! Searches: models whose cells are searches over the cells of another model, or are looked at on the way. A sweep runs, stores, resumes and draws them
//! as any other.

pub mod boundary;
mod looks;
pub mod optimum;
mod plan;
pub mod refined;
pub mod trace;

use std::collections::BTreeMap;
use std::ops::Deref;

use sim_models::registry::{AnyModel, Registry, Value, Values};

use self::boundary::Boundary;
use self::optimum::Optimum;
use self::refined::Refined;
use crate::against::Against;
use crate::derived::Derived;
use crate::problem::Outcome;
use crate::scenario::{DerivedSpec, Scenario, find_model};
use crate::several::{Several, hash_of_identity};

/// What the cells of a scenario are cells of.
pub enum Studied<'a> {
    /// A model.
    Model(&'a dyn AnyModel),
    /// Models that are compared.
    Several(Box<Several<'a>>),
    /// One of these some of whose parameters have formulas.
    Derived(Box<Derived<'a>>),
    /// One of these beside a baseline.
    Against(Box<Against<'a>>),
    /// A search for a boundary over one of these.
    Boundary(Box<Boundary<'a>>),
    /// A search for the best values of some parameters.
    Optimum(Box<Optimum<'a>>),
    /// One of these, looked at after more and more trials.
    Refined(Box<Refined<'a>>),
}

impl<'a> Studied<'a> {
    /// That of a scenario.
    pub fn of(scenario: &Scenario, registry: &'a Registry) -> Outcome<Self> {
        let below = Self::below(scenario, registry)?;
        Ok(match (&scenario.boundary, &scenario.optimize) {
            (None, None) => match &scenario.refine {
                None => below,
                Some(spec) => {
                    let (looks, question) = (spec.looks(scenario)?, spec.question(scenario));
                    Self::Refined(Box::new(Refined::new(below, looks, question)))
                }
            },
            (None, Some(spec)) => Self::Optimum(Box::new(Optimum::new(below, spec.clone())?)),
            (Some(spec), _) => Self::Boundary(Box::new(Boundary::new(below, spec.clone())?)),
        })
    }

    /// What a search of the scenario would search over.
    pub fn below(scenario: &Scenario, registry: &'a Registry) -> Outcome<Self> {
        let plain = Self::plain(registry, &scenario.model, &scenario.models)?;
        Ok(plain.derived(&scenario.derived).against(&scenario.against))
    }

    /// The model of this name, or models that are compared.
    pub fn plain(registry: &'a Registry, name: &str, compared: &[String]) -> Outcome<Self> {
        if compared.is_empty() {
            return Ok(Self::Model(find_model(registry, name)?));
        }
        let models = compared.iter().map(|name| find_model(registry, name)).collect::<Outcome<_>>()?;
        Ok(Self::Several(Box::new(Several::new(models))))
    }

    /// The same with these formulas.
    #[must_use]
    pub fn derived(self, spec: &DerivedSpec) -> Self {
        match spec.is_empty() {
            true => self,
            false => Self::Derived(Box::new(Derived::new(self, spec))),
        }
    }

    /// The same beside a baseline in which these parameters have these values; without any there is none.
    #[must_use]
    pub fn against(self, changes: &BTreeMap<String, Value>) -> Self {
        match changes.is_empty() {
            true => self,
            false => Self::Against(Box::new(Against::new(self, changes.clone()))),
        }
    }

    /// The hash of a cell of `outer`, a model over this one: by its identity where models are compared or there is a baseline, and by all of its values, which is the same and
    /// quicker, where there is one model.
    pub fn hash_of(&self, outer: &dyn AnyModel, values: &Values) -> [u8; 32] {
        match self.is_compared() {
            true => hash_of_identity(outer, values),
            false => values.hash(outer.about().name),
        }
    }

    fn is_compared(&self) -> bool {
        match self {
            Self::Several(_) | Self::Against(_) => true,
            Self::Derived(derived) => derived.below().is_compared(),
            _ => false,
        }
    }

    /// Why a parameter cannot be given that models which are compared have; `None` for every other key.
    pub fn refuses(&self, key: &str) -> Option<&str> {
        if let Self::Several(several) = self { several.refuses(key) } else { None }
    }
}

impl<'a> Deref for Studied<'a> {
    type Target = dyn AnyModel + 'a;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Model(model) => *model,
            Self::Several(several) => several.as_ref(),
            Self::Derived(derived) => derived.as_ref(),
            Self::Against(against) => against.as_ref(),
            Self::Optimum(optimum) => optimum.as_ref(),
            Self::Boundary(boundary) => boundary.as_ref(),
            Self::Refined(refined) => refined.as_ref(),
        }
    }
}

//! Policies by name, as a person types them.

mod switches;

use sim_core::events::Time;
use thiserror::Error;

use super::planner::LARGEST;
use super::{
    Allocating, Allocation, BestModel, BestSequential, CheapestModel, CostOfPass, Decision, Escalation,
    Optimum, PerfectInformation, Policy, Recommended, RecommendedSettings, Reference, ReferenceSettings,
    Sequential, Shares, Sharing, Static, TopUp,
};
use crate::workflow::oracle::NotExact;
use crate::workflow::state::State;
use crate::workflow::{Launch, Problem, View};

/// A policy by its name, such as `seq:small:4`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Planner(RecommendedSettings),
    Reference(ReferenceSettings),
    PriceTable,
    BestSequential,
    /// A model and a number of samples; or `whole` is the model, if the workflow has it and not the other.
    Sequential {
        model: String,
        count: u32,
        whole: String,
    },
    CostOfPass(u32),
    BestModel(u32),
    Cheapest(u32),
    Escalation(u32),
    Static(Shares),
    Allocating(Sharing),
    Optimum,
    PerfectInformation,
    TopUp(Box<Named>),
}

/// A name that no policy has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnknownPolicy {
    /// No policy begins so.
    #[error("there is no policy `{name}`{}; there are {}", hint(nearest), NAMES.join(", "))]
    Name {
        /// What was given.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A size of batches that a planner cannot consider.
    #[error(
        "`{name}`: sizes of batches are whole numbers from 1 to {LARGEST}, separated by slashes; found `{found}`"
    )]
    Size {
        /// The policy.
        name: String,
        /// What was found.
        found: String,
    },
    /// A number of samples that is none.
    #[error("`{name}`: a number of samples is a whole number from 1 to 65536; found `{found}`")]
    Count {
        /// The policy.
        name: String,
        /// What was found.
        found: String,
    },
    /// A switch that a planner does not have.
    #[error("`{name}`: `{found}` is no switch; there are {}, joined by +", switches.join(", "))]
    Switch {
        /// The policy.
        name: String,
        /// What was found.
        found: String,
        /// Those that it has.
        switches: Vec<&'static str>,
    },
    /// A number of simulations that is none.
    #[error("`{name}`: a number of simulations is a whole number from 1 to 1000000000; found `{found}`")]
    Simulations {
        /// The policy.
        name: String,
        /// What was found.
        found: String,
    },
    /// Two switches of which only one can be.
    #[error("`{name}`: `{first}` and `{second}` exclude each other; give one of them")]
    Contradiction {
        /// The policy.
        name: String,
        /// One switch.
        first: String,
        /// The other.
        second: String,
    },
    /// A workflow that is too large to plan for.
    #[error(
        "`{name}` plans for at most {most} subtasks; the workflow has {found}. Policies that look at one number, such as `cop-greedy`, take any"
    )]
    TooLarge {
        /// The policy.
        name: String,
        /// The limit.
        most: usize,
        /// Subtasks of the workflow.
        found: usize,
    },
    /// A problem without an optimum that could be computed.
    #[error("`{name}`: {reason}")]
    NotExact {
        /// The policy.
        name: String,
        /// Why not.
        reason: NotExact,
    },
    /// A model that the workflow does not have.
    #[error("`{name}`: the workflow has no model `{model}`; it has {}", models.join(", "))]
    Model {
        /// The policy.
        name: String,
        /// The model.
        model: String,
        /// Those that it has.
        models: Vec<String>,
    },
}

/// How policies are named.
const NAMES: [&str; 23] = [
    "planner[:SWITCHES]",
    "reference[:SWITCHES]",
    "price-table",
    "best-seq",
    "seq:MODEL:SAMPLES",
    "cop-greedy[:SAMPLES]",
    "best-model[:SAMPLES]",
    "cheapest[:SAMPLES]",
    "escalation[:TRIES]",
    "static-uniform",
    "static-random",
    "static-latency",
    "static-failure",
    "static-critical-path",
    "static-optimum",
    "static-relaxed",
    "certainty-equivalent",
    "water-filling",
    "replication",
    "myopic",
    "optimum",
    "perfect-information",
    "top-up:POLICY",
];

/// Most subtasks that a planner takes: it draws thousands of samples of every model at every subtask beforehand.
const MOST_PLANNED: usize = 200;

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!(" (did you mean `{name}`?)"))
}

impl Named {
    /// The policy of this name.
    ///
    /// # Errors
    /// There is none, or its number is none.
    pub fn parse(name: &str) -> Result<Self, UnknownPolicy> {
        let mut parts = name.splitn(2, ':');
        let (head, rest) = (parts.next().unwrap_or_default(), parts.next());
        let count = |text| count(name, text);
        let kind = match (head, rest) {
            ("planner", switches) => Kind::Planner(switches::recommended(name, switches)?),
            ("reference", switches) => Kind::Reference(switches::reference(name, switches)?),
            ("price-table", None) => Kind::PriceTable,
            ("best-seq", None) => Kind::BestSequential,
            ("seq", Some(rest)) => sequential(name, rest)?,
            ("cop-greedy", rest) => Kind::CostOfPass(count(rest)?),
            ("best-model", rest) => Kind::BestModel(count(rest)?),
            ("cheapest", rest) => Kind::Cheapest(count(rest)?),
            ("escalation", rest) => Kind::Escalation(count(rest)?),
            ("static-uniform", None) => Kind::Static(Shares::Uniform),
            ("static-random", None) => Kind::Static(Shares::Random),
            ("static-optimum", None) => Kind::Allocating(Sharing::StaticOptimum),
            ("static-relaxed", None) => Kind::Allocating(Sharing::StaticRelaxed),
            ("certainty-equivalent", None) => Kind::Allocating(Sharing::CertaintyEquivalent),
            ("water-filling", None) => Kind::Allocating(Sharing::WaterFilling),
            ("replication", None) => Kind::Allocating(Sharing::Replication),
            ("optimum", None) => Kind::Optimum,
            ("myopic", None) => Kind::Allocating(Sharing::Myopic),
            // Bounds launch nothing; and once is enough.
            ("top-up", Some(rest)) if !rest.starts_with("top-up") && rest != "perfect-information" => {
                Kind::TopUp(Box::new(Self::parse(rest)?))
            }
            ("perfect-information", None) => Kind::PerfectInformation,
            ("static-latency", None) => Kind::Static(Shares::Latency),
            ("static-failure", None) => Kind::Static(Shares::Failure),
            ("static-critical-path", None) => Kind::Static(Shares::CriticalPath),
            _ => {
                let heads = NAMES.iter().map(|known| known.split([':', '[']).next().unwrap_or(known));
                let nearest = crate::registry::nearest(head, heads);
                return Err(UnknownPolicy::Name { name: name.to_owned(), nearest });
            }
        };
        Ok(Self { name: name.to_owned(), kind })
    }

    /// How policies are named: their heads, with what can stand behind them.
    pub fn names() -> &'static [&'static str] {
        &NAMES
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it plans: the recommended planner, the published one, the price table, and the optimum. All others are baselines.
    pub fn is_planner(&self) -> bool {
        match &self.kind {
            Kind::TopUp(inner) => inner.is_planner(),
            kind => {
                matches!(kind, Kind::Planner(_) | Kind::Reference(_) | Kind::PriceTable | Kind::Optimum)
            }
        }
    }

    /// Whether it is no policy but a bound on all of them, which decides nothing.
    pub fn is_bound(&self) -> bool {
        self.kind == Kind::PerfectInformation
    }

    /// Whether it is the optimum, which knows when running batches end.
    pub fn is_optimum(&self) -> bool {
        match &self.kind {
            Kind::TopUp(inner) => inner.is_optimum(),
            kind => *kind == Kind::Optimum,
        }
    }

    /// The policy for a problem.
    ///
    /// # Errors
    /// The workflow does not have its model, or is too large for it.
    pub fn policy(&self, problem: &Problem) -> Result<Box<dyn Policy + Send>, UnknownPolicy> {
        let workflow = problem.workflow();
        let plans = matches!(
            self.kind,
            Kind::Planner(_)
                | Kind::PriceTable
                | Kind::Reference(_)
                | Kind::Allocating(_)
                | Kind::PerfectInformation
        );
        if plans && workflow.len() > MOST_PLANNED {
            let (most, found) = (MOST_PLANNED, workflow.len());
            return Err(UnknownPolicy::TooLarge { name: self.name.clone(), most, found });
        }
        Ok(match &self.kind {
            Kind::Planner(settings) => Box::new(Recommended::with(*settings)),
            Kind::PriceTable => Box::new(Recommended::price_table()),
            Kind::Reference(settings) => Box::new(Reference::with(settings.clone())),
            Kind::BestSequential => Box::new(BestSequential::default()),
            Kind::Sequential { model, count, whole } => {
                let models = workflow.models();
                let find = |name: &String| models.iter().position(|known| &known.name == name);
                let found = find(model).map(|model| (model, *count)).or_else(|| Some((find(whole)?, 1)));
                let Some((model, count)) = found else {
                    return Err(UnknownPolicy::Model {
                        name: self.name.clone(),
                        model: model.clone(),
                        models: models.iter().map(|model| format!("`{}`", model.name)).collect(),
                    });
                };
                Box::new(Sequential(Launch { model, count }))
            }
            Kind::CostOfPass(count) => Box::new(CostOfPass { count: *count }),
            Kind::BestModel(count) => Box::new(BestModel { count: *count }),
            Kind::Cheapest(count) => Box::new(CheapestModel { count: *count }),
            Kind::Escalation(tries) => Box::new(Escalation { tries: *tries }),
            Kind::Static(shares) => Box::new(Static::new(*shares)),
            Kind::Optimum => {
                let refuse = |reason| UnknownPolicy::NotExact { name: self.name.clone(), reason };
                Box::new(Optimum::new(problem).map_err(refuse)?)
            }
            Kind::Allocating(sharing) => Box::new(Allocating::new(*sharing)),
            Kind::PerfectInformation => Box::new(PerfectInformation),
            Kind::TopUp(inner) => Box::new(TopUp::new(inner.policy(problem)?)),
        })
    }

    /// What the policy launches for every subtask, in the order of the subtasks, if that is the same whatever happens: `seq`, `cop-greedy`,
    /// `best-model` and `cheapest`. `None` for other policies.
    ///
    /// # Errors
    /// The workflow does not have the policy's model.
    pub fn plan(&self, problem: &Problem) -> Result<Option<Vec<Launch>>, UnknownPolicy> {
        let fixed = matches!(
            self.kind,
            Kind::Sequential { .. } | Kind::CostOfPass(_) | Kind::BestModel(_) | Kind::Cheapest(_)
        );
        if !fixed {
            return Ok(None);
        }
        let mut policy = self.policy(problem)?;
        let mut state = State::default();
        state.begin(problem);
        state.ready = (0..problem.workflow().len()).collect();
        let mut decision = Decision::default();
        policy.decide(&View { problem, state: &state, now: Time::START }, &mut decision);
        Ok(Some(decision.launches.into_iter().map(|(_, launch)| launch).collect()))
    }
}

/// A model and a number of samples, 1 where none stands behind the last colon. A name of a model may have colons itself.
fn sequential(name: &str, rest: &str) -> Result<Kind, UnknownPolicy> {
    let whole = rest.to_owned();
    let Some((model, samples)) = rest.rsplit_once(':') else {
        return Ok(Kind::Sequential { model: whole.clone(), count: 1, whole });
    };
    if samples.parse::<f64>().is_err() && !samples.is_empty() {
        return Ok(Kind::Sequential { model: whole.clone(), count: 1, whole });
    }
    Ok(Kind::Sequential { model: model.to_owned(), count: count(name, Some(samples))?, whole })
}

/// A number of samples.
fn count(name: &str, text: Option<&str>) -> Result<u32, UnknownPolicy> {
    match text.map_or(Ok(1), str::parse) {
        Ok(count @ 1..=65_536) => Ok(count),
        _ => {
            let found = text.unwrap_or_default().to_owned();
            Err(UnknownPolicy::Count { name: name.to_owned(), found })
        }
    }
}

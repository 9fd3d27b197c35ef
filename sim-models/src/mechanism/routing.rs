//! A small or a large model at every step, under a hard budget of the task (mechanisms B23).
//!
//! Steps are easy, hard or intractable; an error that nobody notices ends the run as a failure. Which model is best depends on the steps
//! and the money that are left, and on the class of the step where it is seen. A dynamic programme over (steps left, budget left) gives the best
//! policy and its value; the simulation runs that policy.

use std::sync::OnceLock;

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};

/// The model `routing`.
#[derive(Clone, Copy, Debug)]
pub struct Routing;

/// Who chooses the model of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// The programme that sees the class of the step.
    Seeing,
    /// The programme that does not.
    Blind,
    Small,
    Large,
}

/// Parameters of [`Routing`].
#[derive(Clone, Debug)]
pub struct RoutingParameters {
    policy: Policy,
    steps: usize,
    budget: usize,
    /// Of the small and the large model, in units of the budget.
    costs: [usize; 2],
    /// Share of each class of steps.
    shares: [f64; 3],
    /// Success by model and class.
    success: [[f64; 3]; 2],
    /// By policy, worked out once, where it is first asked for.
    values: [OnceLock<Expected>; 4],
}

/// What a step can be given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    Small,
    Large,
}

impl Parameters for RoutingParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let policies = [
            ("seeing", Policy::Seeing, "the best policy that sees the class of a step"),
            ("blind", Policy::Blind, "the best policy that does not see it"),
            ("small", Policy::Small, "always the small model"),
            ("large", Policy::Large, "always the large model; where the budget ends the run fails"),
        ];
        let policy = form.read(choice("policy", &policies).help("who chooses the model of a step"))?;
        let steps =
            form.read(integer("steps", 20).between(1, 1000).help("steps, all of which must succeed"))?;
        let budget = form
            .read(integer("budget", 110).between(0, 100_000).help("budget of the task, in units of cost"))?;
        let mut cost = |key, default, help| form.read(integer(key, default).between(1, 100_000).help(help));
        let small = cost("small_cost", 1, "cost of a step with the small model")?;
        let large = cost("large_cost", 10, "cost of a step with the large model")?;
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let hard = probability("hard_share", 0.25, "share of hard steps")?;
        let intractable =
            probability("intractable_share", 0.0, "share of steps on which both models do badly")?;
        let small_success = [
            probability("small_easy", 0.99, "success of the small model on an easy step")?,
            probability("small_hard", 0.8, "success of the small model on a hard step")?,
            probability("small_intractable", 0.0, "success of the small model on an intractable step")?,
        ];
        let large_success = [
            probability("large_easy", 0.995, "success of the large model on an easy step")?,
            probability("large_hard", 0.96, "success of the large model on a hard step")?,
            probability("large_intractable", 0.0, "success of the large model on an intractable step")?,
        ];
        if hard + intractable > 1.0 {
            return Err(ParameterError::impossible(
                &["hard_share", "intractable_share"],
                format!("{hard} of the steps are hard and {intractable} intractable, together more than all"),
            ));
        }
        if u64::from(steps) * u64::from(budget) > MOST_STATES {
            return Err(ParameterError::impossible(
                &["budget", "steps"],
                format!(
                    "{steps} steps with {budget} units are more than the {MOST_STATES} states of the programme"
                ),
            ));
        }
        Ok(Self {
            policy,
            steps: steps as usize,
            budget: budget as usize,
            costs: [small as usize, large as usize],
            shares: [1.0 - hard - intractable, hard, intractable],
            success: [small_success, large_success],
            values: Default::default(),
        })
    }
}

/// States of the programme.
const MOST_STATES: u64 = 1_000_000;

/// What is chosen in every state, and what that is worth.
#[derive(Clone, Debug)]
struct Programme {
    /// By steps left, then by budget left: the model for each class; `None` where no model can be paid.
    choices: Vec<Vec<Choice>>,
    /// Probability of success, mean cost and mean number of large steps from the start.
    value: Expected,
}

type Choice = [Option<Model>; 3];

#[derive(Clone, Copy, Debug, Default)]
struct Expected {
    success: f64,
    cost: f64,
    large: f64,
}

impl RoutingParameters {
    /// Backward over the steps left.
    fn programme(&self, policy: Policy) -> Programme {
        let mut values = vec![Expected { success: 1.0, ..Expected::default() }; self.budget + 1];
        let mut choices = Vec::with_capacity(self.steps);
        for _ in 0..self.steps {
            let chosen: Vec<_> = (0..=self.budget).map(|left| self.choose(policy, left, &values)).collect();
            values =
                chosen.iter().enumerate().map(|(left, models)| self.after(models, left, &values)).collect();
            choices.push(chosen);
        }
        Programme { choices, value: values[self.budget] }
    }

    /// The model for each class; the small one where both are worth the same.
    fn choose(&self, policy: Policy, left: usize, later: &[Expected]) -> Choice {
        let worth = |model: Model, shares: &dyn Fn(usize) -> f64| {
            let rest = left.checked_sub(self.costs[model as usize])?;
            let success: f64 = (0..3).map(|class| shares(class) * self.success[model as usize][class]).sum();
            Some((model, success * later[rest].success))
        };
        let better = |shares: &dyn Fn(usize) -> f64| match (
            worth(Model::Small, shares),
            worth(Model::Large, shares),
        ) {
            (Some(small), Some(large)) => Some(if large.1 > small.1 { large.0 } else { small.0 }),
            (small, large) => small.or(large).map(|(model, _)| model),
        };
        let fixed = |model: Model| [(left >= self.costs[model as usize]).then_some(model); 3];
        match policy {
            Policy::Seeing => [0, 1, 2].map(|seen| better(&|class| f64::from(u8::from(class == seen)))),
            Policy::Blind => [better(&|class| self.shares[class]); 3],
            Policy::Small => fixed(Model::Small),
            Policy::Large => fixed(Model::Large),
        }
    }

    fn after(&self, models: &Choice, left: usize, later: &[Expected]) -> Expected {
        let mut sum = Expected::default();
        for (class, model) in models.iter().enumerate() {
            let Some(model) = *model else { continue };
            let cost = self.costs[model as usize];
            let rest = later[left - cost];
            let (share, success) = (self.shares[class], self.success[model as usize][class]);
            sum.success += share * success * rest.success;
            sum.cost += share * (cost as f64 + success * rest.cost);
            sum.large += share * (f64::from(u8::from(model == Model::Large)) + success * rest.large);
        }
        sum
    }

    fn value(&self, policy: Policy) -> Expected {
        *self.values[policy as usize].get_or_init(|| self.programme(policy).value)
    }
}

/// A task, with what is chosen in every state of it.
#[derive(Clone, Debug)]
pub struct RoutedTask {
    parameters: RoutingParameters,
    programme: Programme,
}

/// What became of one task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoutedResult {
    success: bool,
    cost: usize,
    large: u32,
}

impl Trial for RoutedTask {
    type Outcome = RoutedResult;

    /// An error ends the task: what would come after it is lost anyway.
    fn run(&self, draws: &mut Stream) -> RoutedResult {
        let RoutedTask { parameters, programme } = self;
        let mut result = RoutedResult::default();
        for choices in programme.choices.iter().rev() {
            let class = {
                let draw = draws.uniform();
                usize::from(draw >= parameters.shares[0])
                    + usize::from(draw >= parameters.shares[0] + parameters.shares[1])
            };
            let Some(model) = choices[parameters.budget - result.cost][class] else { return result };
            result.cost += parameters.costs[model as usize];
            result.large += u32::from(model == Model::Large);
            if draws.uniform() >= parameters.success[model as usize][class] {
                return result;
            }
        }
        RoutedResult { success: true, ..result }
    }
}

impl Mechanism for Routing {
    type Parameters = RoutingParameters;
    type Trial = RoutedTask;

    fn about(&self) -> About {
        About {
            name: "routing",
            summary: "A small or a large model at every step of a task with a hard budget, by the best policy or a fixed one",
            references: &[
                "Budget-Aware Agentic Routing",
                "mechanisms B23: the dynamic programme and its golden numbers",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<RoutingParameters, RoutedResult>> {
        let programme = "dynamic programme over (steps left, budget left)";
        vec![
            Measure::share(
                "success",
                "probability that all steps succeed within the budget",
                |o: &RoutedResult| Some(o.success),
            )
            .predicted(programme, |p: &RoutingParameters| Some(p.value(p.policy).success)),
            Measure::mean(
                "spent",
                "units of cost until the end or the first error",
                Unit::One,
                |o: &RoutedResult| Some(o.cost as f64),
            )
            .predicted(programme, |p: &RoutingParameters| Some(p.value(p.policy).cost)),
            Measure::mean("large_steps", "steps with the large model", Unit::One, |o: &RoutedResult| {
                Some(f64::from(o.large))
            })
            .predicted(programme, |p: &RoutingParameters| Some(p.value(p.policy).large)),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<RoutingParameters>> {
        vec![
            Prediction::new("success_seeing", "of the best policy that sees the class of a step", |p| {
                Some(p.value(Policy::Seeing).success)
            }),
            Prediction::new("success_blind", "of the best policy that does not", |p| {
                Some(p.value(Policy::Blind).success)
            }),
        ]
    }

    fn trial(&self, parameters: &RoutingParameters) -> Result<RoutedTask, ParameterError> {
        let programme = parameters.programme(parameters.policy);
        Ok(RoutedTask { parameters: parameters.clone(), programme })
    }
}

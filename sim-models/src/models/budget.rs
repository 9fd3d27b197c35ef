//! One agent against a tree, at the same budget.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Proportion, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Entity, Streams};

use crate::organization::{
    AgentTree, Channel, Correlation, Dependence, Fidelity, Layer, Leaf, Node, ScalarTree, Sharing,
};
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Unit, integer, real,
};
use crate::theory::allocation::exact::{Allocation, TreeFamily};
use crate::theory::allocation::relaxed::{self, Growth};
use crate::theory::leaf::LeafLaw;
use crate::theory::{cost, exponent, fixed_point};

/// The model `budget`: the best tree that a budget buys, and one agent with the whole budget.
#[derive(Clone, Copy, Debug)]
pub struct Budget;

/// Parameters of [`Budget`].
#[derive(Clone, Debug)]
pub struct BudgetParameters {
    layer: Layer,
    law: LeafLaw,
    budget: f64,
    /// Tokens for messages per leaf, `c0` of section 1.4.
    overhead: f64,
    family: TreeFamily,
}

impl Parameters for BudgetParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let fan_in = form.read(
            integer("fan_in", 5)
                .between(2, 10_001)
                .unit(Unit::Agents)
                .help("children of each node of the tree"),
        )?;
        let fidelity = form.read(
            real("fidelity", 0.9)
                .between(0.0, 1.0)
                .help("factor by which a channel shrinks a bias")
                .try_map(Fidelity::new),
        )?;
        let correlation = form.read(
            real("correlation", 0.1)
                .between(0.0, 1.0)
                .help("pairwise correlation of the votes received at a node (mixture)")
                .try_map(Correlation::new),
        )?;
        let tokens = form.read(
            real("message_tokens", 50.0)
                .not_negative()
                .unit(Unit::Tokens)
                .help("length of a message; it is written once and read once"),
        )?;
        let scale = form.read(
            real("leaf_scale", 0.01).positive().help("bias that one token of compute buys, k in k x^beta"),
        )?;
        let exponent =
            form.read(real("leaf_exponent", 0.2).positive().help("returns on compute, beta in k x^beta"))?;
        let cap =
            form.read(real("leaf_cap", 1.0).above_up_to(0.0, 1.0).help("largest bias that compute can buy"))?;
        let budget =
            form.read(real("budget", 1e6).positive().unit(Unit::Tokens).help("tokens for one answer"))?;

        let node =
            Node { fan_in, dependence: Dependence::Mixture, correlation, sharing: Sharing::AfterChannel };
        let layer = Layer { node, channel: Channel::new(tokens, fidelity) };
        let law = LeafLaw { coefficient: scale, exponent, cap };
        let overhead = cost::overhead(fan_in, tokens, 0.0);
        let family = TreeFamily::new(&layer.theory(), law, overhead);
        Ok(Self { layer, law, budget, overhead, family })
    }
}

impl BudgetParameters {
    fn growth(&self) -> Growth {
        Growth {
            exponent: exponent::exponent(&self.layer.theory()),
            leaf_exponent: self.law.exponent,
            overhead: self.overhead,
        }
    }

    /// The best tree with at least one layer; `None` if the budget buys none.
    fn best_tree(&self) -> Option<Allocation> {
        self.family.best_tree(self.budget)
    }
}

impl Model for Budget {
    type Parameters = BudgetParameters;
    type Plan = Contest;

    fn about(&self) -> About {
        About {
            name: "budget",
            summary: "The best tree that a budget of tokens buys, against one agent with the whole budget",
            references: &[
                "B. Liu, L. Kong, J. Pei, Phase Transition for Budgeted Multi-Agent Synergy, arXiv 2601.17311 (2026)",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let metric = |name, help| Metric { name, help, unit: Unit::One, range: (-1.0, 1.0) };
        vec![
            metric(
                "tree_bias",
                "bias of the best tree with at least one layer; no trials if the budget buys none",
            ),
            metric("single_agent_bias", "bias of one agent with the whole budget"),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<BudgetParameters>> {
        vec![
            Prediction::in_unit(
                "overhead_tokens",
                Unit::Tokens,
                "tokens for messages per leaf, c0 = 2 m b / (b - 1); exact",
                |p| Some(p.overhead),
            ),
            Prediction::new(
                "organization_exponent",
                "s in mu_L ~ mu_0 N^s for a small bias and N leaves",
                |p| Some(p.growth().exponent),
            ),
            Prediction::new(
                "fixed_point",
                "bias that deep trees reach; none at or below the transition",
                |p| fixed_point::fixed_point(&p.layer.theory()),
            ),
            Prediction::new("tree_bias", "exact bias of the best tree", |p| {
                p.best_tree().map(|tree| tree.bias)
            }),
            Prediction::new("best_tree_bias", "the same number under the optimizer's name", |p| {
                p.best_tree().map(|tree| tree.bias)
            }),
            Prediction::new("single_agent_bias", "exact: min(cap, k B^beta)", |p| {
                Some(p.family.single_agent_bias(p.budget))
            }),
            Prediction::in_unit("best_depth", Unit::Layers, "layers of the best tree; exact", |p| {
                p.best_tree().map(|tree| f64::from(tree.depth))
            }),
            Prediction::in_unit(
                "best_leaf_tokens_exact",
                Unit::Tokens,
                "compute per leaf of the best tree",
                |p| p.best_tree().map(|tree| tree.leaf_tokens),
            ),
            Prediction::in_unit(
                "best_leaf_tokens_relaxed",
                Unit::Tokens,
                "x* = beta c0 / (s - beta), for any budget",
                |p| p.growth().best_leaf_tokens(),
            ),
            Prediction::in_unit(
                "threshold_budget_exact",
                Unit::Tokens,
                "budget from which the best tree beats one agent",
                |p| p.family.threshold_budget(),
            ),
            Prediction::in_unit("threshold_budget_relaxed", Unit::Tokens, "B_min of section 4.3", |p| {
                p.growth().threshold_budget()
            }),
            Prediction::in_unit(
                "upper_budget_exact",
                Unit::Tokens,
                "budget from which one agent beats the saturated tree",
                |p| p.family.upper_budget(),
            ),
            Prediction::in_unit("upper_budget_relaxed", Unit::Tokens, "B_max ~ (mu* / k)^(1/beta)", |p| {
                relaxed::upper_budget(&p.law, fixed_point::fixed_point(&p.layer.theory())?)
            }),
        ]
    }

    fn prepare(&self, parameters: &BudgetParameters) -> Result<Contest, ParameterError> {
        let p = parameters;
        let blame = |error: &dyn std::fmt::Display| {
            ParameterError::impossible(&["budget", "leaf_scale", "leaf_exponent"], error.to_string())
        };
        let tree = match p.best_tree() {
            None => None,
            Some(best) => {
                let leaf = Leaf::Compute { tokens: best.leaf_tokens, law: p.law };
                let tree =
                    AgentTree::uniform(leaf, p.layer, best.depth as usize).map_err(|error| blame(&error))?;
                Some(ScalarTree::new(&tree, None).map_err(|error| blame(&error))?)
            }
        };
        let accuracy = 0.5 * (1.0 + p.family.single_agent_bias(p.budget));
        let single = Coin::new(accuracy).map_err(|error| blame(&error))?;
        Ok(Contest { tree, single, entity: Entity::named("single agent") })
    }

    fn notes(&self, plan: &Contest) -> Vec<String> {
        match &plan.tree {
            None => vec!["the budget does not pay the messages of any tree".to_owned()],
            Some(tree) => tree.note().into_iter().collect(),
        }
    }
}

/// A tree and one agent, prepared for sampling.
#[derive(Clone, Debug)]
pub struct Contest {
    tree: Option<ScalarTree>,
    single: Coin,
    entity: Entity,
}

/// How often the tree and the single agent were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContestTally {
    tree: Proportion,
    single: Proportion,
}

impl Tally for ContestTally {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        self.tree.merge(&later.tree);
        self.single.merge(&later.single);
    }
}

impl Simulation for Contest {
    type Tally = ContestTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut ContestTally) {
        if let Some(tree) = &self.tree {
            tree.run(block, streams, &mut tally.tree);
        }
        for trial in block.trials() {
            let right = streams.open(Address::trial(trial).entity(self.entity)).toss(&self.single);
            tally.single.record(right);
        }
    }

    fn estimates(&self, tally: &ContestTally, confidence: Confidence) -> Vec<Estimate> {
        [tally.tree, tally.single].iter().map(|share| share.estimate(confidence).affine(-1.0, 2.0)).collect()
    }
}

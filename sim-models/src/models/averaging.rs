//! Organizations that average a number.

use crate::organization::averaging::{AveragingOrganization, SampledAverage, Shape};
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Unit, choice, integer, real,
};

/// The model `averaging`: agents estimate a number, channels add noise, aggregators take means.
#[derive(Clone, Copy, Debug)]
pub struct Averaging;

/// Parameters of [`Averaging`].
#[derive(Clone, Copy, Debug)]
pub struct AveragingParameters {
    organization: AveragingOrganization,
    /// Distance from the floor at the mixing depth.
    tolerance: f64,
}

impl Parameters for AveragingParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        type Make = fn(Sizes) -> Shape;
        let shapes: [(&str, Make, &str); 7] = [
            ("star", |s| Shape::Star { agents: s.agents }, "all agents report to one"),
            (
                "tree",
                |s| Shape::Tree { fan_in: s.fan_in, depth: s.depth },
                "means of means; all leaves have the correlation",
            ),
            (
                "tree-local",
                |s| Shape::LocalTree { fan_in: s.fan_in, depth: s.depth },
                "means of means; siblings have the correlation",
            ),
            ("relay", |s| Shape::Relay { hops: s.depth }, "one agent's estimate, passed on depth times"),
            ("running-mean", |s| Shape::RunningMean { agents: s.agents }, "a chain with equal weights"),
            ("kalman", |s| Shape::Kalman { agents: s.agents }, "a chain with inverse-variance weights"),
            (
                "constant-weight",
                |s| Shape::ConstantWeight { agents: s.agents, own_weight: s.own_weight },
                "a chain in which every agent gives itself own_weight",
            ),
        ];
        let shape = form.read(choice("shape", &shapes).help("who averages what"))?;
        let sizes = Sizes {
            agents: form.read(
                integer("agents", 9)
                    .between(1, 1_000_000_000)
                    .unit(Unit::Agents)
                    .help("agents of a star or a chain"),
            )?,
            fan_in: form.read(
                integer("fan_in", 3)
                    .between(2, 1_000_000)
                    .unit(Unit::Agents)
                    .help("children of a tree's node"),
            )?,
            depth: form.read(
                integer("depth", 4)
                    .between(0, 100_000)
                    .unit(Unit::Layers)
                    .help("layers of a tree, hops of a relay"),
            )?,
            own_weight: form.read(
                real("own_weight", 0.5)
                    .above_up_to(0.0, 1.0)
                    .help("weight of the own estimate, constant-weight only"),
            )?,
        };
        let correlation = form.read(
            real("correlation", 0.2)
                .between(0.0, 1.0)
                .help("correlation of errors, of all agents or of siblings"),
        )?;
        let leaf_variance = form.read(
            real("leaf_variance", 1.0)
                .not_negative()
                .unit(Unit::SquaredError)
                .help("variance of an agent's error"),
        )?;
        let channel_variance = form.read(
            real("channel_variance", 0.05)
                .not_negative()
                .unit(Unit::SquaredError)
                .help("variance that a message adds"),
        )?;
        let tolerance = form.read(
            real("tolerance", 0.001)
                .positive()
                .unit(Unit::SquaredError)
                .help("distance from the floor at the mixing depth"),
        )?;
        let organization =
            AveragingOrganization { shape: shape(sizes), leaf_variance, channel_variance, correlation };
        Ok(Self { organization, tolerance })
    }
}

/// The sizes among which a shape chooses its own.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    agents: u32,
    fan_in: u32,
    depth: u32,
    own_weight: f64,
}

impl Model for Averaging {
    type Parameters = AveragingParameters;
    type Plan = SampledAverage;

    fn about(&self) -> About {
        About {
            name: "averaging",
            summary: "Agents estimate a number, channels add noise, aggregators take means",
            references: &[
                "B. Liu, L. Kong, J. Pei, Phase Transition for Budgeted Multi-Agent Synergy, arXiv 2601.17311 (2026), section 3",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let range = (0.0, f64::INFINITY);
        vec![Metric {
            name: "risk",
            help: "mean squared error of the answer",
            unit: Unit::SquaredError,
            range,
        }]
    }

    fn predictions(&self) -> Vec<Prediction<AveragingParameters>> {
        vec![
            Prediction::in_unit("risk", Unit::SquaredError, "exact mean squared error", |p| {
                Some(p.organization.risk())
            }),
            Prediction::in_unit(
                "floor",
                Unit::SquaredError,
                "risk left with any number of agents; none where it grows",
                |p| p.organization.floor(),
            ),
            Prediction::in_unit(
                "best_agents",
                Unit::Agents,
                "length of a running-mean chain with the least risk",
                |p| p.organization.best_agents(),
            ),
            Prediction::in_unit(
                "mixing_depth",
                Unit::Layers,
                "layers of tree-local until the floor is reached up to the tolerance",
                |p| p.organization.mixing_depth(p.tolerance),
            ),
        ]
    }

    fn prepare(&self, parameters: &AveragingParameters) -> Result<SampledAverage, ParameterError> {
        SampledAverage::new(&parameters.organization).map_err(|error| {
            ParameterError::impossible(&["agents"], format!("{error}; `synergy predict` needs none"))
        })
    }

    fn notes(&self, plan: &SampledAverage) -> Vec<String> {
        let note = format!(
            "the lowest {} layers are not sampled: each of their subtrees is one Gaussian of its exact variance",
            plan.cut()
        );
        if plan.cut() > 0 { vec![note] } else { Vec::new() }
    }
}

//! Agent trees with binary votes.

use crate::organization::{
    AgentTree, Bias, Channel, CommonCause, Correlation, Dependence, Erasure, Fidelity, InvalidTree, Layer,
    Leaf, Node, NotSampled, ScalarTree, Sharing,
};
use crate::registry::{
    About, Form, Layered, Metric, Model, ParameterError, Parameters, Prediction, Single, Unit, boolean,
    choice, integer, real,
};
use crate::theory::{self, critical, exponent, fixed_point, phase, predictors, recursion};

/// The model `tree`: agents at the leaves vote, channels lose, nodes take the majority.
#[derive(Clone, Copy, Debug)]
pub struct Tree;

/// Parameters of [`Tree`]: a valid tree, and how it is looked at.
#[derive(Clone, Debug)]
pub struct TreeParameters {
    tree: AgentTree,
    /// Share of the fixed point that may be missing at the mixing depth.
    tolerance: f64,
    /// Layers to sample; `None` chooses.
    top_layers: Option<u32>,
}

/// How errors are shared: at each node, or by a cause common to all leaves.
#[derive(Clone, Copy, Debug)]
enum Law {
    Node(Dependence),
    Tree(fn(Correlation) -> CommonCause),
}

impl Parameters for TreeParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let fan_in = form.read(
            integer("fan_in", 5).between(1, 10_001).unit(Unit::Agents).help("children of a node").per_layer(),
        )?;
        let depth = form.read(
            integer("depth", 4)
                .between(0, 100_000)
                .unit(Unit::Layers)
                .help("layers above the leaves; 0 is a single agent, 1 a star"),
        )?;
        let leaf_bias = form.read(
            real("leaf_bias", 0.1)
                .between(-1.0, 1.0)
                .help("bias 2p - 1 of an agent at a leaf that is right with probability p")
                .try_map(Bias::new),
        )?;
        let fidelity = form.read(
            real("fidelity", 0.9)
                .between(0.0, 1.0)
                .help("factor by which a channel shrinks a bias")
                .try_map(Fidelity::new)
                .per_layer(),
        )?;
        let correlation = form.read(
            real("correlation", 0.1)
                .between(0.0, 1.0)
                .help("pairwise correlation of the votes that share errors")
                .try_map(Correlation::new)
                .per_layer(),
        )?;
        let dependence = form.read(dependence().per_layer())?;
        let sharing = form.read(sharing())?;
        let window = form.read(
            real("window", 0.0)
                .not_negative()
                .unit(Unit::Tokens)
                .help("context window of a node: all messages to it must fit")
                .or_word("unlimited", "no limit"),
        )?;
        let tokens = form.read(
            real("message_tokens", 50.0).not_negative().unit(Unit::Tokens).help("length of a message"),
        )?;
        let erasure = form.read(
            real("erasure", 0.0)
                .between(0.0, 1.0)
                .help("probability that a message is lost")
                .try_map(Erasure::new),
        )?;
        let detected = form.read(
            boolean("erasure_detected", false)
                .help("whether a lost message is left out of the vote; if not, it is read as a fair coin"),
        )?;
        let tolerance = form.read(
            real("tolerance", 0.01)
                .inside(0.0, 1.0)
                .help("share of the fixed point still missing at the mixing depth"),
        )?;
        let top_layers = form.read(
            integer("top_layers", 1)
                .between(0, 100_000)
                .unit(Unit::Layers)
                .help(
                    "layers to sample at most, from the root down; below them subtrees have their exact bias",
                )
                .or_word("auto", "as many as have at most 1024 leaves"),
        )?;

        let depth = depth as usize;
        let SharedErrors { cause, nodes } = share_errors(dependence, correlation, depth)?;
        let fan_in = fan_in.for_layers("fan_in", depth)?;
        let fidelity = fidelity.for_layers("fidelity", depth)?;
        let layers = nodes.into_iter().zip(fan_in).zip(fidelity);
        let layers = layers.map(|(((dependence, correlation), fan_in), fidelity)| Layer {
            node: Node { fan_in, dependence, correlation, sharing },
            channel: Channel { tokens, fidelity, erasure, detected },
        });
        let mut tree = AgentTree::new(Leaf::Bias(leaf_bias), layers.collect()).map_err(explain)?;
        if let Some(cause) = cause {
            tree = tree.with_common_cause(cause).map_err(explain)?;
        }
        if let Some(window) = window {
            tree.check_window(window).map_err(explain)?;
        }
        Ok(Self { tree, tolerance, top_layers })
    }
}

fn dependence() -> Single<Law> {
    let laws: [(&str, Law, &str); 7] = [
        (
            "mixture",
            Law::Node(Dependence::Mixture),
            "at a node, all children share one vote with probability rho",
        ),
        ("copying", Law::Node(Dependence::Copying), "at a node, each child copies a common vote"),
        (
            "beta-binomial",
            Law::Node(Dependence::BetaBinomial),
            "at a node, the accuracy is drawn from a Beta law",
        ),
        ("gaussian", Law::Node(Dependence::Gaussian), "at a node, errors share a Gaussian factor"),
        ("shared-vote", Law::Tree(CommonCause::SharedVote), "all leaves cast one vote with probability rho"),
        ("difficulty", Law::Tree(CommonCause::Difficulty), "the accuracy of all leaves is one Beta draw"),
        ("gaussian-factor", Law::Tree(CommonCause::GaussianFactor), "all leaves share a Gaussian factor"),
    ];
    choice("dependence", &laws).help("how errors are shared, at each node or by the whole tree")
}

fn sharing() -> Single<Sharing> {
    let ways = [
        ("after-channel", Sharing::AfterChannel, "the votes as received"),
        ("before-channel", Sharing::BeforeChannel, "the votes as sent; channels stay independent"),
    ];
    choice("sharing", &ways).help("which votes of the children share errors")
}

/// How errors are shared in the whole tree and at the nodes of each layer.
struct SharedErrors {
    cause: Option<CommonCause>,
    nodes: Vec<(Dependence, Correlation)>,
}

fn share_errors(
    law: Layered<Law>,
    correlation: Layered<Correlation>,
    depth: usize,
) -> Result<SharedErrors, ParameterError> {
    match (law, correlation) {
        (Layered::Uniform(Law::Tree(cause)), Layered::Uniform(rho)) => {
            let nodes = vec![(Dependence::Mixture, Correlation::NONE); depth];
            Ok(SharedErrors { cause: Some(cause(rho)), nodes })
        }
        (Layered::Uniform(Law::Tree(_)), Layered::Listed(_)) => Err(ParameterError::impossible(
            &["correlation", "dependence"],
            "a dependence of the whole tree has one correlation, not one per layer",
        )),
        (law, correlation) => {
            let laws = law.for_layers("dependence", depth)?.into_iter().map(|law| match law {
                Law::Node(dependence) => Ok(dependence),
                Law::Tree(_) => Err(ParameterError::impossible(
                    &["dependence"],
                    "shared-vote, difficulty and gaussian-factor belong to the whole tree, not to one layer of a list",
                )),
            });
            let laws = laws.collect::<Result<Vec<_>, _>>()?;
            let correlations = correlation.for_layers("correlation", depth)?;
            Ok(SharedErrors { cause: None, nodes: laws.into_iter().zip(correlations).collect() })
        }
    }
}

fn explain(error: InvalidTree) -> ParameterError {
    let keys: &[&str] = match error {
        InvalidTree::Window { .. } => &["fan_in", "message_tokens", "window"],
        InvalidTree::TwoDependences { .. } => &["correlation", "dependence"],
        InvalidTree::NoChildren { .. } => &["fan_in"],
        InvalidTree::Leaf(_) => &["leaf_bias"],
    };
    ParameterError::impossible(keys, error.to_string())
}

impl TreeParameters {
    /// The layer that all layers are equal to; `None` where they differ or there is none. With a cause common to the tree
    /// it has correlation 0: such a cause does not move the transition.
    fn layer(&self) -> Option<theory::layer::Layer> {
        let (first, rest) = self.tree.layers().split_first()?;
        rest.iter().all(|layer| layer == first).then(|| first.theory())
    }

    /// The critical correlation is that of dependence at the nodes.
    fn layer_with_node_dependence(&self) -> Option<theory::layer::Layer> {
        self.layer().filter(|_| self.tree.common_cause().is_none())
    }

    fn layers(&self) -> Vec<theory::layer::Layer> {
        self.tree.theory_layers()
    }

    /// A predictor that holds where the map is concave and the leaves lie between 0 and the fixed point.
    fn below_saturation(&self, predictor: impl Fn(&theory::layer::Layer, f64) -> Option<f64>) -> Option<f64> {
        let layer = self.layer_with_node_dependence()?;
        let bias = self.tree.leaf_bias().get();
        let saturated = fixed_point::fixed_point(&layer).is_some_and(|limit| bias > limit);
        let concave = layer.dependence == Dependence::Mixture;
        if concave && bias > 0.0 && !saturated { predictor(&layer, bias) } else { None }
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.tree.layers().len()).unwrap_or(u32::MAX)
    }
}

impl Model for Tree {
    type Parameters = TreeParameters;
    type Plan = ScalarTree;

    fn about(&self) -> About {
        About {
            name: "tree",
            summary: "Agents at the leaves of a tree vote, channels lose, nodes take the majority",
            references: &[
                "B. Liu, L. Kong, J. Pei, Phase Transition for Budgeted Multi-Agent Synergy, arXiv 2601.17311 (2026)",
                "W. Evans, L. Schulman, On the maximum tolerable noise of k-input gates, IEEE Trans. Inf. Theory 49 (2003)",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        vec![
            Metric {
                name: "root_bias",
                help: "bias of the root's vote",
                unit: Unit::One,
                range: (-1.0, 1.0),
            },
            Metric {
                name: "root_accuracy",
                help: "probability that the root is right",
                unit: Unit::One,
                range: (0.0, 1.0),
            },
        ]
    }

    fn predictions(&self) -> Vec<Prediction<TreeParameters>> {
        vec![
            Prediction::new(
                "alpha",
                "growth of a small bias per layer, the geometric mean over unlike layers; the transition is at 1",
                |p| {
                    let layers = p.layers();
                    match p.layer() {
                        Some(layer) => Some(layer.gain()),
                        None if layers.is_empty() => None,
                        // Unlike layers: the geometric mean.
                        None => Some(libm::exp(recursion::log_gain(&layers) / layers.len() as f64)),
                    }
                },
            ),
            Prediction::new(
                "gain",
                "growth of a small bias from leaf to root, the product over layers",
                |p| Some(recursion::gain(&p.layers())),
            ),
            Prediction::new(
                "organization_exponent",
                "s in mu_L ~ mu_0 N^s for a small bias and N leaves",
                |p| Some(recursion::effective_exponent(&p.layers())),
            ),
            Prediction::new(
                "fixed_point",
                "bias that deep trees over weak leaves reach; none at or below the transition",
                |p| fixed_point::fixed_point(&p.layer()?),
            ),
            Prediction::new(
                "held_bias",
                "bias that deep trees over certain leaves keep; above the fixed point only where copying is bistable",
                |p| Some(fixed_point::held_bias(&p.layer()?)),
            ),
            Prediction::new("critical_correlation", "correlation at which alpha is 1, all else equal", |p| {
                phase::critical_correlation(&p.layer_with_node_dependence()?)
            }),
            Prediction::new("critical_fidelity", "fidelity at which alpha is 1, all else equal", |p| {
                phase::critical_fidelity(&p.layer()?)
            }),
            Prediction::in_unit(
                "amplification_depth",
                Unit::Layers,
                "layers until growth alone would reach the fixed point",
                |p| exponent::amplification_depth(&p.layer()?, p.tree.leaf_bias().get()),
            ),
            Prediction::in_unit(
                "mixing_depth",
                Unit::Layers,
                "layers until the fixed point is reached up to the tolerance",
                |p| exponent::mixing_depth(&p.layer()?, p.tree.leaf_bias().get(), p.tolerance),
            ),
            Prediction::new(
                "cubic_coefficient",
                "kappa in T(u) = alpha u - kappa u^3 + ...; mixture only",
                |p| Some(critical::cubic_coefficient(&p.layer()?)),
            ),
            Prediction::new("critical_decay", "bias 1 / sqrt(2 kappa L) after L layers at alpha = 1", |p| {
                Some(critical::critical_decay(&p.layer()?, p.depth()))
            }),
            Prediction::new(
                "clipped_bias",
                "min(mu_0 N^s, fixed point), at least the root's bias; mixture, leaves below the fixed point",
                |p| p.below_saturation(|layer, bias| Some(predictors::clipped(layer, p.depth(), bias))),
            ),
            Prediction::new(
                "smooth_bias",
                "growth and saturation joined smoothly; mixture, leaves below the fixed point",
                |p| p.below_saturation(|layer, bias| predictors::smooth(layer, p.depth(), bias)),
            ),
            Prediction::new("root_bias", "exact finite-depth recursion, averaged over a common cause", |p| {
                Some(p.tree.root_bias())
            }),
            Prediction::new("root_accuracy", "the same as the probability of being right", |p| {
                Some(0.5 * (1.0 + p.tree.root_bias()))
            }),
        ]
    }

    fn prepare(&self, parameters: &TreeParameters) -> Result<ScalarTree, ParameterError> {
        let top_layers = parameters.top_layers.map(|layers| layers as usize);
        ScalarTree::new(&parameters.tree, top_layers).map_err(|error| match error {
            NotSampled::TooLarge { .. } => ParameterError::impossible(
                &["top_layers", "fan_in"],
                format!("{error}; fewer top_layers are as exact, and `synergy predict` samples none"),
            ),
            NotSampled::NoCause(_) => {
                ParameterError::impossible(&["correlation", "leaf_bias"], error.to_string())
            }
            other => ParameterError::impossible(&["leaf_bias"], other.to_string()),
        })
    }

    fn notes(&self, plan: &ScalarTree) -> Vec<String> {
        plan.note().into_iter().collect()
    }
}

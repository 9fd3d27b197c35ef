//! The recursion is exact at every finite depth (sections 1.2, 3.2 and 5).

use super::claim::Claim;
use super::measured::NotMeasured;
use super::setting::{layer, layer_with, theory_with, tree};
use crate::organization::graph::shapes::{Shape, Star};
use crate::organization::graph::{Agent, Organization, Rule, Tie};
use crate::organization::{
    AgentTree, Bias, Channel, Dependence, Erasure, Fidelity, Layer, Leaf, Node, Sharing,
};
use crate::theory::channel::fidelity_of_erasures;
use crate::theory::layer::Layer as Map;
use crate::theory::majority::mixed::{majority_of, majority_ties_lost};
use crate::theory::recursion::{root_bias, uniform_bias};

const MARGIN: f64 = 0.01;
const DERIVED: &str = "derived (3.2); the map is quoted from the paper";

pub(super) fn claims() -> Vec<Claim> {
    let mut claims = vec![
        dependence("finite-depth-mixture", Dependence::Mixture),
        dependence("finite-depth-copying", Dependence::Copying),
        dependence("finite-depth-beta-binomial", Dependence::BetaBinomial),
        dependence("finite-depth-gaussian", Dependence::Gaussian),
        independent(),
        before_channel(),
        graph(),
        mixed_layers(),
        below_chance(),
        published_simulation(),
        relay(),
    ];
    claims.extend([unnoticed_erasures(), noticed_erasures(), fair_ties(), lost_ties(), unlike_children()]);
    claims
}

fn depths(of: Map, leaf: f64, depths: std::ops::RangeInclusive<u32>) -> Vec<f64> {
    depths.map(|depth| uniform_bias(&of, depth, leaf)).collect()
}

fn dependence(id: &'static str, model: Dependence) -> Claim {
    Claim::equality(
        id,
        "A tree whose siblings depend on each other in this way has the bias of the recursion with this way's map.",
        "derived (3.2 and 5)",
        MARGIN,
    )
    .over("depth", 1..=3)
    .predicting(move || depths(theory_with(model, 5, 0.2, 0.9), 0.2, 1..=3))
    .measuring(move |sampler| {
        let layer = layer_with(model, 5, 0.2, 0.9)?;
        (1..=3).map(|depth| sampler.tree(&tree(layer, 0.2, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn independent() -> Claim {
    Claim::equality(
        "finite-depth-independent",
        "A tree of independent votes has the bias of the recursion.",
        DERIVED,
        MARGIN,
    )
    .over("depth", 1..=5)
    .predicting(|| depths(Map::new(3, 0.0, 0.8), 0.15, 1..=5))
    .measuring(|sampler| {
        let layer = layer(3, 0.0, 0.8)?;
        (1..=5).map(|depth| sampler.tree(&tree(layer, 0.15, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn before_channel() -> Claim {
    Claim::equality(
        "finite-depth-shared-before-channel",
        "Votes shared before the channel have a larger gain than votes shared after it.",
        "derived (3.2, variant PRE)",
        MARGIN,
    )
    .over("depth", 1..=3)
    .predicting(|| depths(Map { sharing: Sharing::BeforeChannel, ..Map::new(5, 0.3, 0.6) }, 0.2, 1..=3))
    .measuring(|sampler| {
        let mut layer = layer(5, 0.3, 0.6)?;
        layer.node.sharing = Sharing::BeforeChannel;
        (1..=3).map(|depth| sampler.tree(&tree(layer, 0.2, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn graph() -> Claim {
    Claim::equality(
        "finite-depth-graph",
        "The same tree as a graph of agents, in the evaluator of any graph, has the bias of the recursion.",
        DERIVED,
        MARGIN,
    )
    .over("depth", 1..=3)
    .predicting(|| depths(Map::new(3, 0.1, 0.9), 0.2, 1..=3))
    .measuring(|sampler| {
        let layer = layer(3, 0.1, 0.9)?;
        let graph = |depth| Ok::<_, NotMeasured>(tree(layer, 0.2, depth)?.organization()?);
        (1..=3).map(|depth| sampler.graph(&graph(depth)?, 0.4 * sampler.margin())).collect()
    })
}

/// Fan-in, correlation and fidelity, leaf to root.
const MIXED: [(u32, f64, f64); 3] = [(3, 0.1, 0.95), (5, 0.2, 0.9), (7, 0.3, 0.85)];

fn mixed_layers() -> Claim {
    Claim::equality(
        "finite-depth-unlike-layers",
        "A tree of unlike layers has the bias of their composed maps.",
        "derived (3.6)",
        MARGIN,
    )
    .predicting(|| vec![root_bias(&MIXED.map(|(b, rho, gamma)| Map::new(b, rho, gamma)), 0.1)])
    .measuring(|sampler| {
        let layers = MIXED.iter().map(|&(b, rho, gamma)| layer(b, rho, gamma)).collect::<Result<_, _>>()?;
        let tree = AgentTree::new(Leaf::Bias(Bias::new(0.1)?), layers)?;
        Ok(vec![sampler.tree(&tree, 0.4 * sampler.margin())?])
    })
}

fn below_chance() -> Claim {
    Claim::equality(
        "finite-depth-below-chance",
        "All maps are odd: leaves below chance give a root that is as wrong as it would be right.",
        "derived (1.1)",
        MARGIN,
    )
    .over("depth", 1..=3)
    .predicting(|| depths(Map::new(5, 0.1, 0.9), 0.1, 1..=3).into_iter().map(|bias| -bias).collect())
    .measuring(|sampler| {
        let layer = layer(5, 0.1, 0.9)?;
        (1..=3).map(|depth| sampler.tree(&tree(layer, -0.1, depth)?, 0.4 * sampler.margin())).collect()
    })
}

const PUBLISHED: [f64; 4] = [0.0, 0.1, 0.2, 0.3];

fn published_simulation() -> Claim {
    Claim::equality(
        "published-simulation",
        "Fan-in 5, fidelity 0.6, leaves of bias 0.05: layer by layer, ten layers have the bias of the recursion.",
        "the paper's simulation (section 7.2 of v1)",
        0.02,
    )
    .over("correlation", PUBLISHED)
    .predicting(|| PUBLISHED.iter().map(|&rho| uniform_bias(&Map::new(5, rho, 0.6), 10, 0.05)).collect())
    .measuring(|sampler| {
        let last = |rho| {
            let levels = sampler.layer_by_layer(layer(5, rho, 0.6)?, 0.05, 10, 0.06 * sampler.margin())?;
            Ok(levels[10])
        };
        PUBLISHED.into_iter().map(last).collect()
    })
}

fn relay() -> Claim {
    Claim::equality(
        "relay-loses-by-power",
        "A chain that relays one vote keeps gamma^L of its bias: errors cascade.",
        "derived (3.3, fan-in 1)",
        MARGIN,
    )
    .over("hops", [1, 5, 10])
    .predicting(|| [1, 5, 10].map(|hops| 0.4 * libm::pow(0.9, f64::from(hops))).to_vec())
    .measuring(|sampler| {
        let layer = layer(1, 0.0, 0.9)?;
        [1, 5, 10]
            .iter()
            .map(|&hops| sampler.tree(&tree(layer, 0.4, hops)?, 0.4 * sampler.margin()))
            .collect()
    })
}

fn with_channel(channel: Channel) -> Layer {
    Layer { node: Node::independent(5), channel }
}

fn unnoticed_erasures() -> Claim {
    Claim::equality(
        "erasures-unnoticed",
        "A lost message that is replaced by a fair coin is a channel of fidelity 1 - e.",
        "derived (1.2)",
        MARGIN,
    )
    .over("depth", 1..=2)
    .predicting(|| depths(Map::new(5, 0.0, fidelity_of_erasures(0.4)), 0.3, 1..=2))
    .measuring(|sampler| {
        let layer = with_channel(Channel::PERFECT.losing(Erasure::new(0.4)?));
        (1..=2).map(|depth| sampler.tree(&tree(layer, 0.3, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn noticed_erasures() -> Claim {
    Claim::equality(
        "erasures-noticed",
        "A node that votes over what it received amplifies more than one that reads coins.",
        "derived (1.2)",
        MARGIN,
    )
    .over("depth", 1..=2)
    .predicting(|| depths(Map { erasure: 0.4, detected: true, ..Map::new(5, 0.0, 1.0) }, 0.3, 1..=2))
    .measuring(|sampler| {
        let layer = with_channel(Channel::PERFECT.losing_noticeably(Erasure::new(0.4)?));
        (1..=2).map(|depth| sampler.tree(&tree(layer, 0.3, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn fair_ties() -> Claim {
    Claim::equality(
        "even-fan-in-fair-ties",
        "With fair ties an even fan-in b decides exactly as well as b - 1.",
        "derived (5)",
        MARGIN,
    )
    .over("depth", 1..=2)
    .predicting(|| depths(Map::new(3, 0.0, 0.9), 0.3, 1..=2))
    .measuring(|sampler| {
        let layer = layer(4, 0.0, 0.9)?;
        (1..=2).map(|depth| sampler.tree(&tree(layer, 0.3, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn lost_ties() -> Claim {
    Claim::equality(
        "even-fan-in-lost-ties",
        "Ties that count as wrong cost C(b, b/2) ((1 - u^2)/4)^(b/2).",
        "derived (5)",
        MARGIN,
    )
    .predicting(|| vec![majority_ties_lost(4, 0.3)])
    .measuring(|sampler| {
        let star = Star { rule: Rule::majority().with_tie(Tie::Wrong), ..Star::new(4, Bias::new(0.3)?) };
        Ok(vec![sampler.graph(&star.organization()?, 0.4 * sampler.margin())?])
    })
}

const UNLIKE: [f64; 5] = [0.1, 0.2, 0.0, -0.1, 0.4];

fn unlike_children() -> Claim {
    Claim::equality(
        "unlike-children",
        "A majority over unlike children has the bias of the Poisson-binomial law.",
        "derived (5)",
        MARGIN,
    )
    .predicting(|| vec![majority_of(&UNLIKE)])
    .measuring(|sampler| {
        let mut builder = Organization::builder().agent(Agent::aggregator("root", Rule::majority()));
        let channel = Channel::new(0.0, Fidelity::PERFECT);
        for (child, bias) in UNLIKE.into_iter().enumerate() {
            let id = format!("child {child}");
            builder = builder.agent(Agent::leaf(&id, Bias::new(bias)?)).channel(&id, "root", channel);
        }
        Ok(vec![sampler.graph(&builder.output("root").build()?, 0.4 * sampler.margin())?])
    })
}

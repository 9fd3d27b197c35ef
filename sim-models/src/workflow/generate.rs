//! Workflows drawn at random, with the shapes, difficulties and prices of published benchmarks (mechanisms A9).

use sim_core::graph::Node;
use sim_core::random::Stream;

use super::{InvalidWorkflow, SampleLaw, Workflow, WorkflowBuilder};
use crate::law::Law;

/// A family of workflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Code in functions, parameter set A: in-trees of 1 to 7 subtasks, four models.
    CodeflowA,
    /// The same shapes with parameter set B, which fits the published surface equally well.
    CodeflowB,
    /// Lemmas of a proof: acyclic graphs of 1 to 12 subtasks, three models.
    Proofflow,
    /// Subtasks one after the other.
    Chain,
    /// One subtask, then several side by side, then one.
    ForkJoin,
    /// Layers of three subtasks, each of which needs some of the layer before.
    Layered,
    /// A binary tree whose leaves come first.
    InTree,
    /// Series and parallel compositions, nested at random.
    SeriesParallel,
    /// One to four subtasks that the exact oracle can solve.
    Tiny,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Proofflow,
        Self::CodeflowA,
        Self::CodeflowB,
        Self::Chain,
        Self::ForkJoin,
        Self::Layered,
        Self::InTree,
        Self::SeriesParallel,
        Self::Tiny,
    ];

    /// Its name in scenarios, and what it is.
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::CodeflowA => ("codeflow-a", "code in functions: in-trees of 1 to 7 subtasks, four models"),
            Self::CodeflowB => ("codeflow-b", "the same with another set of parameters that fits as well"),
            Self::Proofflow => ("proofflow", "lemmas of a proof: graphs of 1 to 12 subtasks, three models"),
            Self::Chain => ("chain", "subtasks one after the other"),
            Self::ForkJoin => ("fork-join", "one subtask, several side by side, and one that joins them"),
            Self::Layered => ("layered", "layers of three subtasks that need some of the layer before"),
            Self::InTree => ("in-tree", "a binary tree, leaves first"),
            Self::SeriesParallel => ("series-parallel", "compositions in series and in parallel, nested"),
            Self::Tiny => {
                ("tiny", "one to four subtasks, certain lengths and times: the optimum can be computed")
            }
        }
    }

    /// A workflow of the family. `size` is the number of subtasks of those families whose size is not drawn.
    ///
    /// # Errors
    /// None that a user can cause; the builder's are passed on.
    pub fn draw(self, size: usize, stream: &mut Stream) -> Result<Workflow, InvalidWorkflow> {
        let size = size.max(1);
        let (parents, profile) = match self {
            Self::CodeflowA => (in_tree_of_code(stream), &CODE_A),
            Self::CodeflowB => (in_tree_of_code(stream), &CODE_B),
            Self::Proofflow => (lemmas(stream), &PROOF),
            Self::Chain => ((0..size).map(|node| previous(node, 1)).collect(), &CODE_A),
            Self::ForkJoin => (fork_join(size), &CODE_A),
            Self::Layered => (layered(size, stream), &CODE_A),
            Self::InTree => (binary_in_tree(size), &CODE_A),
            Self::SeriesParallel => (series_parallel(size, stream), &CODE_A),
            Self::Tiny => return tiny(stream),
        };
        profile.workflow(&parents, stream)
    }
}

/// Models, and how hard subtasks are for them.
struct Profile {
    /// Name, USD per million tokens, skill, mean log-length, its deviation, tokens per second.
    models: &'static [(&'static str, f64, f64, f64, f64, f64)],
    /// Deviations of difficulty: of the workflow, and of a subtask.
    common: f64,
    own: f64,
    /// How much longer answers to harder subtasks are, in log-length per unit of difficulty.
    lengthening: f64,
    overhead: f64,
    /// Latency of the verifier: median in seconds and deviation of its logarithm; cut at two minutes.
    verifier: Option<(f64, f64)>,
}

const CODE_A: Profile = Profile {
    models: &[
        ("4b-instruct", 0.42, -0.897, 7.182, 1.08, 87.7),
        ("30b-instruct", 0.80, -0.897, 7.282, 1.08, 74.6),
        ("4b-thinking", 1.26, -0.396, 9.041, 0.431, 87.7),
        ("30b-thinking", 2.40, 0.189, 9.041, 0.431, 74.6),
    ],
    common: 1.98,
    own: 3.31,
    lengthening: 0.328,
    overhead: 1.06,
    verifier: None,
};

const CODE_B: Profile = Profile {
    models: &[
        ("4b-instruct", 0.42, -1.897, 7.130, 0.726, 60.9),
        ("30b-instruct", 0.80, -1.203, 7.230, 0.726, 51.8),
        ("4b-thinking", 1.26, 0.040, 8.257, 0.344, 60.9),
        ("30b-thinking", 2.40, 0.253, 8.257, 0.344, 51.8),
    ],
    common: 2.605,
    own: 2.616,
    lengthening: 0.454,
    overhead: 0.20,
    verifier: None,
};

const PROOF: Profile = Profile {
    models: &[
        ("goedel8b", 0.7, -0.2, 8.8, 0.6, 87.7),
        ("goedel32b", 2.8, 0.4, 8.8, 0.6, 50.0),
        ("kimina7b", 0.5, -0.6, 8.8, 0.6, 87.7),
    ],
    common: 1.0,
    own: 1.5,
    lengthening: 0.3,
    overhead: 0.0,
    verifier: Some((8.0, 0.8)),
};

/// Most tokens of an answer; a longer one is cut off, and wrong.
const CAP: u64 = 38_912;
/// Shift of the log-length of right and wrong answers (mechanisms B0.3).
const COUPLING: f64 = 0.3;
/// Longest time of the verifier, in seconds.
const LONGEST_CHECK: f64 = 120.0;

impl Profile {
    fn workflow(&self, parents: &[Vec<Node>], stream: &mut Stream) -> Result<Workflow, InvalidWorkflow> {
        let mut builder: WorkflowBuilder = Workflow::builder();
        for (name, price, ..) in self.models {
            builder = builder.model(*name, *price);
        }
        let shared = self.common * stream.normal();
        for (node, parents) in parents.iter().enumerate() {
            builder = builder.subtask(format!("v{node}"));
            builder = builder.needs(parents.iter().map(|parent| format!("v{parent}")));
            let difficulty = shared + self.own * stream.normal();
            let check = self.verifier.map_or(0.0, |(median, deviation)| {
                (median * libm::exp(deviation * stream.normal())).min(LONGEST_CHECK)
            });
            for &(name, _, skill, log_mean, log_deviation, rate) in self.models {
                let success = 1.0 / (1.0 + libm::exp(difficulty - skill));
                let tokens = Law::of_logarithm(log_mean + self.lengthening * difficulty, log_deviation);
                let law = tokens.map_err(Into::into).and_then(|tokens| {
                    let success = success.clamp(1e-6, 1.0 - 1e-6);
                    SampleLaw::generated(success, tokens, COUPLING, CAP, rate, self.overhead + check)
                });
                // Difficulties are finite, and so are all numbers that follow from them.
                if let Ok(law) = law {
                    builder = builder.option(name, law);
                }
            }
        }
        builder.build()
    }
}

/// Two models, one of them better; a sample takes 1 to 3 tokens of a millionth of a dollar, and as many seconds. A subtask needs each
/// earlier one with probability 0.6.
fn tiny(stream: &mut Stream) -> Result<Workflow, InvalidWorkflow> {
    let mut builder = Workflow::builder().model("small", 1.0).model("large", 1.0);
    for node in 0..1 + stream.below(4) {
        builder = builder.subtask(format!("v{node}"));
        builder =
            builder.needs((0..node).filter(|_| stream.uniform() < 0.6).map(|parent| format!("v{parent}")));
        for (model, least) in [("small", 0.1), ("large", 0.4)] {
            let (tokens, seconds) = (1 + stream.below(3), 1 + stream.below(3));
            let success = least + 0.5 * stream.uniform();
            // All numbers are in their ranges.
            if let Ok(law) = SampleLaw::constant(success, seconds as f64, tokens) {
                builder = builder.option(model, law);
            }
        }
    }
    builder.build()
}

fn previous(node: Node, count: usize) -> Vec<Node> {
    (node.saturating_sub(count)..node).collect()
}

/// Sizes 1 to 7, geometric with ratio .5526; a subtask feeds the next with probability .7, else a later one.
fn in_tree_of_code(stream: &mut Stream) -> Vec<Vec<Node>> {
    let weights: Vec<f64> = (0..7).map(|n| libm::pow(0.5526, f64::from(n))).collect();
    let size = 1 + pick(&weights, stream);
    let mut parents = vec![Vec::new(); size];
    for node in 0..size - 1 {
        let next = stream.uniform() < 0.7;
        let later = (size - 1 - node) as u64;
        let receiver = node + 1 + if next { 0 } else { stream.below(later) as usize };
        parents[receiver].push(node);
    }
    parents
}

/// Sizes of the published benchmark; parents are recent subtasks.
fn lemmas(stream: &mut Stream) -> Vec<Vec<Node>> {
    const SIZES: [f64; 12] = [1.0, 4.0, 19.0, 27.0, 46.0, 30.0, 18.0, 18.0, 8.0, 10.0, 2.0, 1.0];
    let size = 1 + pick(&SIZES, stream);
    let mut parents = vec![Vec::new()];
    for node in 1..size {
        let mut own: Vec<Node> = Vec::new();
        if stream.uniform() >= 0.28 {
            let mut weights: Vec<f64> =
                (0..node).map(|j| libm::exp(-((node - 1 - j) as f64) / 0.7)).collect();
            // One parent, then one more again and again; none twice.
            while own.is_empty() || (own.len() < node && stream.uniform() < 0.45) {
                let parent = pick(&weights, stream);
                weights[parent] = 0.0;
                own.push(parent);
            }
        }
        own.sort_unstable();
        parents.push(own);
    }
    parents
}

fn fork_join(size: usize) -> Vec<Vec<Node>> {
    let parents = |node| match node {
        0 => Vec::new(),
        _ if node + 1 == size && size > 2 => (1..node).collect(),
        _ => vec![0],
    };
    (0..size).map(parents).collect()
}

fn layered(size: usize, stream: &mut Stream) -> Vec<Vec<Node>> {
    const WIDTH: usize = 3;
    let mut parents = Vec::with_capacity(size);
    for node in 0..size {
        let layer = node / WIDTH;
        let before = if layer == 0 { 0..0 } else { (layer - 1) * WIDTH..layer * WIDTH };
        let mut own: Vec<Node> = before.clone().filter(|_| stream.uniform() < 0.5).collect();
        if own.is_empty() && !before.is_empty() {
            own.push(before.start + stream.below(before.len() as u64) as usize);
        }
        parents.push(own);
    }
    parents
}

/// A heap turned around: the last subtask is the root.
fn binary_in_tree(size: usize) -> Vec<Vec<Node>> {
    let mut parents = vec![Vec::new(); size];
    for heap in 1..size {
        parents[size - 1 - (heap - 1) / 2].push(size - 1 - heap);
    }
    parents
}

fn series_parallel(size: usize, stream: &mut Stream) -> Vec<Vec<Node>> {
    let mut parents: Vec<Vec<Node>> = Vec::with_capacity(size);
    compose(size, &[], &mut parents, stream);
    parents
}

/// Appends a composition of so many subtasks that begins after others; the subtasks with which it ends.
fn compose(size: usize, after: &[Node], parents: &mut Vec<Vec<Node>>, stream: &mut Stream) -> Vec<Node> {
    if size == 1 {
        parents.push(after.to_vec());
        return vec![parents.len() - 1];
    }
    let first = 1 + stream.below(size as u64 - 1) as usize;
    if stream.fair() {
        let middle = compose(first, after, parents, stream);
        compose(size - first, &middle, parents, stream)
    } else {
        let mut ends = compose(first, after, parents, stream);
        ends.extend(compose(size - first, after, parents, stream));
        ends
    }
}

/// A position, by weight.
fn pick(weights: &[f64], stream: &mut Stream) -> usize {
    let mut left = stream.uniform() * weights.iter().sum::<f64>();
    for (position, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return position;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::random::{Address, Family as Streaming, Purpose, Streams};

    fn drawn(family: Family, size: usize, count: u64) -> Vec<Workflow> {
        let streams = Streams::new(1, Purpose::SamplingPlan, Streaming::common());
        (0..count).map(|i| family.draw(size, &mut streams.open(Address::trial(i))).unwrap()).collect()
    }

    /// Means of 4000 workflows against those of mechanisms A9, which come from another program; within 5 standard errors of a mean whose
    /// deviation is at most 3 (false-alarm rate 1e-6 a check).
    #[test]
    fn shapes_have_the_published_means() {
        let mean = |workflows: &[Workflow], of: fn(&Workflow) -> usize| {
            workflows.iter().map(|workflow| of(workflow) as f64).sum::<f64>() / workflows.len() as f64
        };
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 5.0 * 3.0 / 4000f64.sqrt(), "{found}, expected {expected}");
        };
        near(mean(&drawn(Family::CodeflowA, 0, 4000), Workflow::len), 2.12);
        let proofs = drawn(Family::Proofflow, 0, 4000);
        near(mean(&proofs, Workflow::len), 5.76);
        near(mean(&proofs, |workflow| workflow.graph().edge_count()), 5.23);
    }

    #[test]
    fn every_family_has_the_size_that_is_asked_for() {
        for family in
            [Family::Chain, Family::ForkJoin, Family::Layered, Family::InTree, Family::SeriesParallel]
        {
            for size in [1, 2, 3, 7, 20] {
                assert!(drawn(family, size, 3).iter().all(|workflow| workflow.len() == size), "{family:?}");
            }
        }
        let tree = &drawn(Family::InTree, 7, 1)[0];
        assert_eq!(tree.graph().incoming(6).len(), 2);
        assert_eq!(tree.graph().edge_count(), 6);
    }
}

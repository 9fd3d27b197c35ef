//! Trees: the scalar evaluator, lanes in every way of evaluation, and grids, against the recursion and against each other.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use sim_core::estimate::{Confidence, Proportion, binomial_tails};
use sim_core::lanes::Kernel;
use sim_core::monte_carlo::{self, Control, Simulation, Stop};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::organization::{
    AgentTree, Bias, Channel, CommonCause, Correlation, Dependence, Erasure, Evaluation, Fidelity, LaneTree,
    Layer, Leaf, Node, ScalarTree, Sharing, TreeGrid,
};

const TRIALS: u64 = 20_000;

fn streams(seed: u64) -> Streams {
    Streams::new(seed, Purpose::World, Family::common())
}

/// Draws trees.
struct Trees(Stream);

impl Trees {
    fn new(seed: u64) -> Self {
        Self(Streams::new(seed, Purpose::SamplingPlan, Family::common()).open(Address::trial(0)))
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.uniform()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.below(from.len() as u64) as usize]
    }

    fn layer(&mut self, dependences: &[Dependence], sharings: &[Sharing], losses: &[(bool, bool)]) -> Layer {
        let node = Node {
            fan_in: self.pick(&[1, 2, 3, 3, 3, 4, 5, 7, 9, 11]),
            dependence: self.pick(dependences),
            correlation: Correlation::new(self.pick(&[0.0, 0.1, 0.3, 1.0])).unwrap(),
            sharing: self.pick(sharings),
        };
        let (lossy, detected) = self.pick(losses);
        let erasure = Erasure::new(if lossy { self.uniform(0.0, 0.5) } else { 0.0 }).unwrap();
        let fidelity = Fidelity::new(self.uniform(0.5, 1.0)).unwrap();
        Layer { node, channel: Channel { erasure, detected, ..Channel::new(0.0, fidelity) } }
    }

    /// A tree of at most 3 000 leaves whose layers are drawn by `layer`.
    fn tree(&mut self, depth: usize, mut layer: impl FnMut(&mut Self) -> Layer) -> AgentTree {
        let mut layers: Vec<Layer> = (0..depth).map(|_| layer(self)).collect();
        let mut leaves = 1;
        for layer in &mut layers {
            leaves *= layer.node.fan_in;
            if leaves > 3000 {
                leaves /= layer.node.fan_in;
                layer.node.fan_in = 1;
            }
        }
        let bias = Bias::new(self.uniform(-0.6, 0.8)).unwrap();
        AgentTree::new(Leaf::Bias(bias), layers).unwrap()
    }

    /// Any kind of tree.
    fn any(&mut self) -> AgentTree {
        const NODES: [Dependence; 4] =
            [Dependence::Mixture, Dependence::Copying, Dependence::BetaBinomial, Dependence::Gaussian];
        let losses = [(false, false), (true, false), (true, true)];
        let depth = self.0.below(5) as usize;
        let tree = self.tree(depth, |trees| {
            trees.layer(&NODES, &[Sharing::AfterChannel, Sharing::BeforeChannel], &losses)
        });
        let rho = Correlation::new(self.uniform(0.05, 0.5)).unwrap();
        let independent = tree.clone().with_common_cause(CommonCause::SharedVote(rho)).is_ok();
        if !independent {
            return tree;
        }
        let cause: fn(Correlation) -> CommonCause =
            self.pick(&[CommonCause::SharedVote, CommonCause::Difficulty, CommonCause::GaussianFactor]);
        tree.with_common_cause(cause(rho)).unwrap()
    }

    /// A tree that can be evaluated on demand.
    fn simple(&mut self, depth: usize) -> AgentTree {
        self.tree(depth, |trees| {
            trees.layer(&[Dependence::Mixture], &[Sharing::AfterChannel], &[(false, false), (true, false)])
        })
    }
}

fn count(
    simulation: &impl Simulation<Tally = Proportion>,
    trials: u64,
    seed: u64,
    threads: usize,
) -> Proportion {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let stop = Stop::after(trials).unwrap();
    pool.install(|| monte_carlo::run(simulation, &streams(seed), &stop, &Control::default())).tally
}

/// Asserts an exact binomial tail at least `alarm`.
fn assert_accuracy(name: &str, tally: Proportion, bias: f64, alarm: f64) {
    let accuracy = 0.5 * (1.0 + bias);
    // The recursion leaves rounding errors; where it is certain they would make one failure impossible.
    let tail = [accuracy - 1e-14, accuracy, accuracy + 1e-14]
        .map(|p| binomial_tails(tally.successes(), tally.trials(), p.clamp(0.0, 1.0)).two_sided())
        .into_iter()
        .fold(0.0, f64::max);
    assert!(tail > alarm, "{name}: {tally:?}, exact accuracy {accuracy}, tail {tail:e}");
}

/// 200 trees of all kinds, scalar and eager on lanes against the recursion: false-alarm rate 400 x 2e-9. On every instruction set and
/// on 1, 2 and 7 threads the lanes count the same, the last block being cut.
#[test]
fn all_kinds_of_trees_are_sampled_as_the_recursion_says() {
    let mut trees = Trees::new(1);
    for number in 0..200 {
        let tree = trees.any();
        let depth = tree.layers().len();
        let name = format!("tree {number}: {tree:?}");
        let scalar = ScalarTree::new(&tree, Some(depth)).unwrap();
        let lanes = LaneTree::with_evaluation(&tree, Some(depth), Evaluation::Eager).unwrap();
        assert_eq!(lanes.layers_on_demand(), 0);
        let trials = (4_000_000.0 / tree.leaves()).clamp(2000.0, TRIALS as f64) as u64;
        assert_accuracy(
            &format!("{name}, scalar"),
            count(&scalar, trials, number, 2),
            tree.root_bias(),
            2e-9,
        );
        assert_accuracy(&format!("{name}, lanes"), count(&lanes, TRIALS, number, 2), tree.root_bias(), 2e-9);
        same_counts(&name, &lanes, number);
    }
}

fn same_counts(name: &str, lanes: &LaneTree, seed: u64) {
    let expected = count(&lanes.clone().on(Kernel::Portable), 1000, seed, 1);
    for kernel in Kernel::available() {
        assert_eq!(count(&lanes.clone().on(kernel), 1000, seed, 1), expected, "{name} on {kernel}");
    }
    for threads in [2, 7] {
        assert_eq!(count(lanes, 1000, seed, threads), expected, "{name} on {threads} threads");
    }
}

/// 60 trees, on demand above every number of eager layers, against the recursion: at most 60 x 6 checks of 2e-9.
#[test]
fn layers_on_demand_have_the_law_of_the_recursion() {
    let mut trees = Trees::new(2);
    for number in 0..60 {
        let depth = 1 + (number as usize) % 5;
        let tree = trees.simple(depth);
        for eager in 0..=depth {
            let lanes =
                LaneTree::with_evaluation(&tree, Some(depth), Evaluation::OnDemand { eager }).unwrap();
            assert_eq!(lanes.layers_on_demand(), depth - eager);
            let name = format!("tree {number} above {eager} layers: {tree:?}");
            assert_accuracy(&name, count(&lanes, TRIALS, number, 2), tree.root_bias(), 2e-9);
            same_counts(&name, &lanes, number);
        }
    }
}

/// 3^8 and 3^12 leaves on demand, 2 x 10^5 and 2 x 10^4 trials: false-alarm rate 2e-9 each. The roots of one block are independent: the
/// variance of the number right per block is the binomial one within 5 standard errors (6e-7).
#[test]
fn roots_of_deep_trees_are_independent() {
    let node = Node { correlation: Correlation::new(0.1).unwrap(), ..Node::independent(3) };
    let layer = Layer { node, channel: Channel::new(0.0, Fidelity::new(0.9).unwrap()) };
    for (depth, trials) in [(8, 200_000u64), (12, 20_000)] {
        let tree = AgentTree::uniform(Leaf::Bias(Bias::new(0.05).unwrap()), layer, depth).unwrap();
        let lanes = LaneTree::new(&tree, Some(depth)).unwrap();
        assert!(lanes.layers_on_demand() > 0 && lanes.note().is_none());
        assert_accuracy(&format!("depth {depth}"), count(&lanes, trials, 1, 2), tree.root_bias(), 2e-9);
        if depth == 8 {
            let p = 0.5 * (1.0 + tree.root_bias());
            let blocks = 2000;
            let squares: f64 = (0..blocks)
                .map(|block| {
                    let votes = lanes.root_votes(block, &streams(3));
                    let right: u32 = votes.iter().map(|word| word.count_ones()).sum();
                    (f64::from(right) - 512.0 * p).powi(2)
                })
                .sum();
            let ratio = squares / blocks as f64 / (512.0 * p * (1.0 - p));
            assert!((ratio - 1.0).abs() < 5.0 * (2.0 / blocks as f64).sqrt(), "variance ratio {ratio}");
        }
    }
}

/// 40 grids of three trees each: every tree has its own law (120 checks of 5e-9), the differences agree with the exact ones
/// (5.5 standard errors: 80 x 4e-8), and counts are equal on every instruction set.
#[test]
fn trees_of_a_grid_have_their_own_law_and_common_numbers() {
    let mut trees = Trees::new(4);
    for number in 0..40 {
        let first = trees.simple(1 + number % 4);
        let mut near = || {
            let layers = first.layers().iter().map(|layer| {
                let mut layer = *layer;
                layer.channel.fidelity =
                    Fidelity::new(layer.channel.fidelity.get() * trees.uniform(0.95, 1.0)).unwrap();
                layer
            });
            AgentTree::new(first.leaf(), layers.collect()).unwrap()
        };
        let all = [first.clone(), near(), near()];
        let grid = TreeGrid::new(&all).unwrap();
        let expected = grid.clone().on(Kernel::Portable).root_votes(5, &streams(1));
        for kernel in Kernel::available() {
            assert_eq!(grid.clone().on(kernel).root_votes(5, &streams(1)), expected, "{kernel}");
        }
        let seed = number as u64;
        let run = monte_carlo::run(&grid, &streams(seed), &Stop::after(TRIALS).unwrap(), &Control::default());
        for (i, tree) in all.iter().enumerate() {
            assert_accuracy(
                &format!("grid {number}, tree {i}"),
                run.tally.proportion(i),
                tree.root_bias(),
                5e-9,
            );
        }
        for i in [1, 2] {
            let exact = 0.5 * (all[i].root_bias() - all[0].root_bias());
            let found = run.tally.difference(i, 0, Confidence::DEFAULT).value;
            let variance =
                run.tally.covariance(i, i) + run.tally.covariance(0, 0) - 2.0 * run.tally.covariance(i, 0);
            // A handful of discordant trials is no normal sample: one trial more or less is allowed for.
            let error = variance.sqrt() + 1.0 / TRIALS as f64;
            assert!((found - exact).abs() < 5.5 * error, "grid {number}: {found} against {exact}");
        }
    }
}

/// Common random numbers are worth it: the difference of two near trees has a small part of the variance that independent samples have.
#[test]
fn common_numbers_shrink_the_variance_of_a_difference() {
    let tree = |fidelity: f64| {
        let node = Node { correlation: Correlation::new(0.1).unwrap(), ..Node::independent(3) };
        let layer = Layer { node, channel: Channel::new(0.0, Fidelity::new(fidelity).unwrap()) };
        AgentTree::uniform(Leaf::Bias(Bias::new(0.2).unwrap()), layer, 4).unwrap()
    };
    let grid = TreeGrid::new(&[tree(0.8), tree(0.81)]).unwrap();
    let run = monte_carlo::run(&grid, &streams(1), &Stop::after(100_000).unwrap(), &Control::default());
    let (a, b) = (run.tally.covariance(0, 0), run.tally.covariance(1, 1));
    let paired = a + b - 2.0 * run.tally.covariance(0, 1);
    assert!(paired < 0.2 * (a + b), "{paired:e} against {:e}", a + b);
}

#[test]
fn what_is_no_grid_is_refused() {
    let layer = |fan_in, dependence| Layer {
        node: Node { dependence, correlation: Correlation::new(0.2).unwrap(), ..Node::independent(fan_in) },
        channel: Channel::new(0.0, Fidelity::PERFECT),
    };
    let tree = |layer| AgentTree::uniform(Leaf::Bias(Bias::new(0.2).unwrap()), layer, 2).unwrap();
    let error = |trees: &[AgentTree]| TreeGrid::new(trees).unwrap_err().to_string();
    assert_eq!(error(&[]), "a grid has at least one tree");
    let (three, five) = (tree(layer(3, Dependence::Mixture)), tree(layer(5, Dependence::Mixture)));
    assert_eq!(
        error(&[three.clone(), five]),
        "tree 1 has layers of [5, 5] children, the first tree of [3, 3]"
    );
    let copying = error(&[three, tree(layer(3, Dependence::Copying))]);
    assert!(copying.starts_with("layer 1 of tree 1 is not a mixture after the channel"), "{copying}");
}

/// A node with more children than counters on demand hold, 2^14 right votes, is evaluated eagerly. False-alarm rate 1e-9.
#[test]
fn a_very_wide_star_is_counted() {
    let star = |fan_in| {
        let layer = Layer { node: Node::independent(fan_in), channel: Channel::PERFECT };
        AgentTree::star(Leaf::Bias(Bias::new(0.002).unwrap()), layer).unwrap()
    };
    let on_demand = |fan_in| LaneTree::new(&star(fan_in), Some(1)).unwrap().layers_on_demand();
    assert_eq!((on_demand(32_765), on_demand(32_766), on_demand(32_767)), (1, 0, 0));
    let lanes = LaneTree::new(&star(32_767), Some(1)).unwrap();
    assert_accuracy("wide star", count(&lanes, 512, 1, 1), star(32_767).root_bias(), 1e-9);
}

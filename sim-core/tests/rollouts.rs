//! Rollouts against closed forms, against an independent simulation of one trial, and on every instruction set.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use std::sync::Arc;

use sim_core::estimate::Mean;
use sim_core::graph::Graph;
use sim_core::lanes::Kernel;
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_core::rollouts::{Activity, Lasting, MOST_ATTEMPTS, Network, Outcomes, Quantity, Workers};

/// An attempt of one sample of size 1, which takes a second and costs 1.
fn plain(success: f64) -> Activity {
    Activity {
        samples: 1,
        success,
        size: Quantity::Constant(1.0),
        shifts: [0.0, 0.0],
        cap: None,
        duration: Lasting::BySize { per_unit: 1.0, fixed: 0.0 },
        price: 1.0,
    }
}

fn lognormal(success: f64, log_mean: f64, log_deviation: f64) -> Activity {
    Activity { size: Quantity::Lognormal { log_mean, log_deviation }, ..plain(success) }
}

fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
    Graph::new((0..nodes).map(|node| node.to_string()), edges.iter().copied()).unwrap()
}

fn streams() -> Streams {
    Streams::new(11, Purpose::World, Family::common())
}

fn blocks(network: &Network, count: u64) -> Vec<Outcomes> {
    (0..count).map(|block| network.run(streams().open(Address::block(block)))).collect()
}

/// Makespans and costs of all trials.
fn trials(network: &Network, count: u64) -> Vec<(f64, f64)> {
    let blocks = blocks(network, count);
    blocks.iter().flat_map(|all| (0..512).map(|lane| (all.makespan(lane), all.cost(lane)))).collect()
}

fn mean(values: impl IntoIterator<Item = f64>) -> Mean {
    let mut mean = Mean::default();
    for value in values {
        mean.record(value);
    }
    mean
}

/// |z| < 5: one false alarm in 1.7 million checks.
fn assert_mean(values: impl IntoIterator<Item = f64>, expected: f64) {
    let mean = mean(values);
    let z = (mean.value() - expected) / mean.standard_error();
    assert!(z.abs() < 5.0, "{} instead of {expected}, z = {z}", mean.value());
}

/// The rounds of one activity are geometric: P(rounds > r) = (1 - p)^(k r).
#[test]
fn rounds_are_geometric() {
    for (success, samples) in [(0.3, 1), (0.3, 3), (0.9, 2), (0.02, 1)] {
        let activity = Activity { samples, ..plain(success) };
        let network = Network::new(&graph(1, &[]), &[activity], Workers::Unlimited).unwrap();
        let trials = trials(&network, 60);
        let fails = (1.0f64 - success).powi(samples as i32);
        assert_mean(trials.iter().map(|one| one.0), 1.0 / (1.0 - fails));
        for rounds in [1, 2, 5].into_iter().filter(|&rounds| fails.powi(rounds) > 1e-3) {
            let more = trials.iter().map(|one| f64::from(u8::from(one.0 > f64::from(rounds))));
            assert_mean(more, fails.powi(rounds));
        }
        assert!(trials.iter().all(|one| one.1 == one.0 * f64::from(samples)));
    }
}

/// A chain of n: the rounds are negative binomial, P(rounds = n) = p^n and P(rounds = n + 1) = n p^n (1 - p).
#[test]
fn rounds_of_a_chain_are_negative_binomial() {
    let network =
        Network::new(&graph(3, &[(0, 1), (1, 2)]), &vec![plain(0.6); 3], Workers::Unlimited).unwrap();
    let trials = trials(&network, 60);
    let share = |rounds: f64| trials.iter().map(move |one| f64::from(u8::from(one.0 == rounds)));
    assert_mean(share(3.0), 0.216);
    assert_mean(share(4.0), 3.0 * 0.216 * 0.4);
    assert_mean(share(5.0), 6.0 * 0.216 * 0.16);
}

/// Mean and second moment of a lognormal size, and the mean of the larger of two: 2 e^(m + s^2/2) Phi(s / sqrt 2).
#[test]
fn sizes_are_lognormal() {
    let (m, s) = (4.0, 0.8);
    let activity = Activity { samples: 2, ..lognormal(1.0, m, s) };
    let network = Network::new(&graph(1, &[]), &[activity], Workers::Unlimited).unwrap();
    let trials = trials(&network, 400);
    let mean = (m + 0.5 * s * s).exp();
    // Rounded up: half a unit more.
    assert_mean(trials.iter().map(|one| one.1), 2.0 * (mean + 0.5));
    let larger = 2.0 * mean * sim_core::special::normal_cdf(s / 2f64.sqrt());
    assert_mean(trials.iter().map(|one| one.0), larger + 0.5);
    let variance = mean * mean * ((s * s).exp() - 1.0);
    let centered = trials.iter().map(|one| (one.1 - 2.0 * mean - 1.0).powi(2));
    // Rounding adds 1/12 to each variance.
    assert_mean(centered, 2.0 * (variance + 1.0 / 12.0));
}

/// Right samples are shorter by one deviation and what is longer than the cap is wrong: P(right) = p Phi(ln(cap) + shift).
#[test]
fn shifts_and_caps_couple_success_and_size() {
    let (success, cap) = (0.5, 64.0f64);
    let activity = Activity { shifts: [-1.0, 1.0], cap: Some(cap), ..lognormal(success, 4.0, 1.0) };
    let network = Network::new(&graph(1, &[]), &[activity], Workers::Unlimited).unwrap();
    let trials = trials(&network, 200);
    assert!(trials.iter().all(|one| one.0 == one.1));
    let right = success * sim_core::special::normal_cdf(cap.ln() - 4.0 + 1.0);
    let first_longer = trials.iter().filter(|one| one.0 > cap).count();
    assert!(first_longer > 0);
    // E[min(X, cap)] of a lognormal X, by its partial moment; half a unit of rounding where it is below the cap.
    let capped = |center: f64| {
        let z = cap.ln() - center;
        let below = sim_core::special::normal_cdf(z);
        (center + 0.5).exp() * sim_core::special::normal_cdf(z - 1.0) + 0.5 * below + cap * (1.0 - below)
    };
    let size = success * capped(3.0) + (1.0 - success) * capped(5.0);
    // Wald: the mean cost is the mean size over the probability of success. The half unit is not exact near the cap: 0.2 %.
    let mean = mean(trials.iter().map(|one| one.1));
    assert!((mean.value() / (size / right) - 1.0).abs() < 5.0 * mean.standard_error() / mean.value() + 0.002);
}

/// What is drawn one by one follows its law too: durations of their own, and samples drawn together.
#[test]
fn other_laws_are_drawn() {
    let uniform = Quantity::Drawn(Arc::new(|stream: &mut Stream| 10.0 * stream.uniform()));
    let own = Activity { size: uniform.clone(), duration: Lasting::Own(uniform), ..plain(0.5) };
    let together = Activity {
        duration: Lasting::Joint(Arc::new(|stream: &mut Stream| {
            let right = stream.fair();
            (right, if right { 2.0 } else { 1.0 }, 3.0)
        })),
        ..plain(0.0)
    };
    let network = Network::new(&graph(2, &[]), &[own, together], Workers::Limited(1)).unwrap();
    let trials = trials(&network, 100);
    // Two attempts each on average: of 5 seconds and 5.5 units; of 3 seconds, 1 unit and 2 in the last.
    assert_mean(trials.iter().map(|one| one.0), 10.0 + 6.0);
    assert_mean(trials.iter().map(|one| one.1), 11.0 + 3.0);
}

/// One trial as one writes it down: the events of list scheduling with given durations.
fn list_schedule(graph: &Graph, durations: &[f64], workers: usize) -> f64 {
    let n = graph.len();
    let (mut start, mut done) = (vec![None::<f64>; n], vec![false; n]);
    let mut now = 0.0;
    loop {
        let is_running =
            |start: &[Option<f64>], done: &[bool], node: usize| start[node].is_some() && !done[node];
        for node in 0..n {
            let busy = (0..n).filter(|&other| is_running(&start, &done, other)).count();
            let ready = start[node].is_none() && graph.senders(node).all(|sender| done[sender]);
            if ready && busy < workers {
                start[node] = Some(now);
            }
        }
        let ends = (0..n).filter(|&node| is_running(&start, &done, node));
        let Some(next) = ends.map(|node| start[node].unwrap() + durations[node]).reduce(f64::min) else {
            return now;
        };
        now = next;
        for node in 0..n {
            if is_running(&start, &done, node) && start[node].unwrap() + durations[node] == next {
                done[node] = true;
            }
        }
    }
}

/// A graph whose edges lead from any earlier to any later node of a shuffled order, so that positions are no topological order.
fn random_graph(nodes: usize, stream: &mut Stream) -> Graph {
    let mut order: Vec<usize> = (0..nodes).collect();
    for i in (1..nodes).rev() {
        order.swap(i, stream.below(i as u64 + 1) as usize);
    }
    let mut edges = Vec::new();
    for to in 1..nodes {
        for from in 0..to {
            if stream.below(nodes as u64) < 2 {
                edges.push((order[from], order[to]));
            }
        }
    }
    graph(nodes, &edges)
}

/// Whole durations, many of them equal or 0, so that several activities end at once; any number of workers.
#[test]
fn schedules_are_those_of_a_simulation_of_events() {
    for case in 0..40 {
        let mut stream = streams().open(Address::trial(case));
        let nodes = 1 + stream.below(70) as usize;
        let graph = random_graph(nodes, &mut stream);
        let durations: Vec<f64> = (0..nodes).map(|_| stream.below(6) as f64).collect();
        let activities: Vec<Activity> = durations
            .iter()
            .map(|&fixed| Activity { duration: Lasting::BySize { per_unit: 0.0, fixed }, ..plain(1.0) })
            .collect();
        for workers in [1, 2, 3, 4, 5, 8, 100] {
            let network = Network::new(&graph, &activities, Workers::Limited(workers)).unwrap();
            let expected = list_schedule(&graph, &durations, workers as usize);
            let outcomes = network.run(streams().open(Address::block(0)));
            assert!((0..512).all(|lane| outcomes.makespan(lane) == expected), "{case} {workers} {expected}");
        }
        let network = Network::new(&graph, &activities, Workers::Unlimited).unwrap();
        let outcomes = network.run(streams().open(Address::block(0)));
        assert_eq!(outcomes.makespan(17), list_schedule(&graph, &durations, nodes));
    }
}

fn mixed(nodes: usize, stream: &mut Stream) -> Vec<Activity> {
    let kind = |stream: &mut Stream| match stream.below(4) {
        0 => plain(stream.uniform()),
        1 => Activity { shifts: [-0.3, 0.3], cap: Some(500.0), samples: 5, ..lognormal(0.4, 5.0, 0.9) },
        2 => Activity {
            duration: Lasting::Own(Quantity::Lognormal { log_mean: 1.0, log_deviation: 0.5 }),
            size: Quantity::Drawn(Arc::new(|stream: &mut Stream| 9.0 * stream.exponential())),
            ..plain(0.7)
        },
        _ => Activity { samples: 3, ..lognormal(0.2 + 0.7 * stream.uniform(), 5.0, 0.7) },
    };
    (0..nodes).map(|_| kind(stream)).collect()
}

/// As many workers as activities are as good as unlimited ones, trial by trial, with random durations.
#[test]
fn enough_workers_are_unlimited() {
    let mut stream = streams().open(Address::trial(99));
    let graph = random_graph(50, &mut stream);
    let activities = mixed(50, &mut stream);
    let with = |workers| Network::new(&graph, &activities, workers).unwrap();
    assert_eq!(blocks(&with(Workers::Unlimited), 3), blocks(&with(Workers::Limited(50)), 3));
    // And one worker takes the sum: costs are the same, makespans at least as long.
    let (one, all) = (blocks(&with(Workers::Limited(1)), 3), blocks(&with(Workers::Unlimited), 3));
    for (one, all) in one.iter().zip(&all) {
        for lane in 0..512 {
            assert!(one.makespan(lane) > all.makespan(lane) && one.cost(lane) == all.cost(lane));
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let mut stream = streams().open(Address::trial(98));
    let graph = random_graph(40, &mut stream);
    let activities = mixed(40, &mut stream);
    for workers in [Workers::Unlimited, Workers::Limited(3)] {
        let network = Network::new(&graph, &activities, workers).unwrap();
        for block in 0..4 {
            let on = |kernel| network.run_on(kernel, streams().open(Address::block(block)));
            for kernel in Kernel::available() {
                assert_eq!(on(kernel), on(Kernel::Portable), "{kernel} {workers:?}");
            }
        }
    }
}

#[test]
fn what_never_succeeds_is_given_up() {
    let network = Network::new(&graph(2, &[(0, 1)]), &[plain(0.0), plain(0.5)], Workers::Limited(1)).unwrap();
    let outcomes = network.run(streams().open(Address::block(0)));
    assert!((0..512).all(|lane| outcomes.is_given_up(lane)));
    assert_eq!(outcomes.cost(0), f64::from(MOST_ATTEMPTS));
    let network = Network::new(&graph(1, &[]), &[plain(1.0)], Workers::Unlimited).unwrap();
    let outcomes = network.run(streams().open(Address::block(0)));
    assert!((0..512).all(|lane| !outcomes.is_given_up(lane) && outcomes.makespan(lane) == 1.0));
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let refused = |activity: Activity| {
        let graph = Graph::new(["solve"], []).unwrap();
        Network::new(&graph, &[activity], Workers::Unlimited).unwrap_err().to_string()
    };
    assert_eq!(
        refused(Activity { samples: 0, ..plain(0.5) }),
        "the number of samples of `solve` is from 1 to 4096; found 0"
    );
    assert!(
        refused(plain(1.5)).contains("the success probability of `solve` lies between 0 and 1; found 1.5")
    );
    assert!(refused(plain(f64::NAN)).contains("found NaN"));
    assert!(refused(lognormal(0.5, 4.0, 40.0)).contains("lognormal"));
    assert!(refused(Activity { price: -1.0, ..plain(0.5) }).contains("price"));
    assert!(Network::new(&graph(2, &[]), &[plain(0.5)], Workers::Unlimited).is_err());
    assert!(Network::new(&graph(1, &[]), &[plain(0.5)], Workers::Limited(0)).is_err());
}

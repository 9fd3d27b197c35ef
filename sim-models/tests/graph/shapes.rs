//! Shapes, edge by edge, and the counters of the five architectures.

use std::collections::BTreeSet;

use sim_models::organization::graph::shapes::{
    Architecture, Blackboard, Chain, Debate, Layered, Partners, Shape, Star, Team, Turns,
};
use sim_models::organization::graph::{Cause, CauseLaw, Coupling, Organization, Rule, Tie};
use sim_models::organization::{
    AgentTree, Bias, Channel, CommonCause, Correlation, Dependence, Erasure, Fidelity, Layer, Leaf, Node,
    Sharing,
};

fn bias() -> Bias {
    Bias::new(0.2).unwrap()
}

fn lossy() -> Channel {
    Channel::new(50.0, Fidelity::new(0.9).unwrap()).losing(Erasure::new(0.05).unwrap())
}

/// Whom an agent hears.
fn heard(organization: &Organization, id: &str) -> String {
    let graph = organization.graph();
    let node = graph.find(id).unwrap_or_else(|| panic!("no agent {id}"));
    graph.senders(node).map(|sender| graph.name(sender)).collect::<Vec<_>>().join(" ")
}

fn outputs(organization: &Organization) -> String {
    let names = organization.outputs().iter().map(|&output| organization.graph().name(output));
    names.collect::<Vec<_>>().join(" ")
}

fn size(organization: &Organization) -> (usize, usize) {
    (organization.graph().len(), organization.graph().edge_count())
}

#[test]
fn a_star_hears_everyone_once() {
    let rho = Correlation::new(0.3).unwrap();
    let coupling = Some(Coupling::model(Dependence::Copying, rho));
    let star = Star { channel: lossy(), coupling, ..Star::new(4, bias()) }.organization().unwrap();
    assert_eq!((heard(&star, "root"), outputs(&star)), ("a1 a2 a3 a4".into(), "root".into()));
    assert!((0..4).all(|edge| star.channel(edge) == &lossy()));
    assert!(matches!(star.coupling(4), Some(Coupling::Model { dependence: Dependence::Copying, .. })));
    assert_eq!(
        Star::new(0, bias()).organization().unwrap_err().to_string(),
        "a star has at least one agent; found 0"
    );
    let error = Star::new(usize::MAX, bias()).organization().unwrap_err().to_string();
    assert!(error.contains("at most 1e6 and 2e6"), "{error}");
}

#[test]
fn a_chain_hands_on() {
    let chain = Chain { channel: lossy(), relay: Some(Leaf::Bias(bias())), ..Chain::new(2, bias()) };
    let chain = chain.organization().unwrap();
    assert_eq!(["a1", "a2", "a3"].map(|id| heard(&chain, id)), ["", "a1", "a2"]);
    assert_eq!((outputs(&chain), chain.bias(2)), ("a3".into(), Some(bias())));
    assert_eq!(outputs(&Chain::new(0, bias()).organization().unwrap()), "a1");
}

#[test]
fn a_tree_is_the_graph_of_its_layers() {
    let node = |fan_in, dependence, rho| Node {
        fan_in,
        dependence,
        correlation: Correlation::new(rho).unwrap(),
        sharing: Sharing::AfterChannel,
    };
    let layers = vec![
        Layer { node: node(2, Dependence::Gaussian, 0.25), channel: lossy() },
        Layer { node: node(3, Dependence::Mixture, 0.0), channel: Channel::PERFECT },
    ];
    let tree = AgentTree::new(Leaf::Bias(bias()), layers.clone()).unwrap();
    let graph = tree.organization().unwrap();
    assert_eq!(size(&graph), (10, 9));
    assert_eq!((graph.graph().len() - 1) as f64, tree.edges());
    let lists = ["n1.1", "n1.2", "n1.3", "root"].map(|id| heard(&graph, id));
    assert_eq!(lists, ["a1 a2", "a3 a4", "a5 a6", "n1.1 n1.2 n1.3"]);
    let at = |id: &str| graph.graph().find(id).unwrap();
    assert_eq!(graph.channel(graph.graph().incoming(at("n1.2"))[0]), &lossy());
    assert_eq!(graph.channel(graph.graph().incoming(at("root"))[0]), &Channel::PERFECT);
    assert!(matches!(
        graph.coupling(at("n1.3")),
        Some(Coupling::Model { dependence: Dependence::Gaussian, .. })
    ));
    assert!(graph.coupling(at("root")).is_none());
    assert!(matches!(graph.agent(at("root")).rule, Rule::Majority { tie: Some(Tie::Fair) }));

    let alone = AgentTree::new(Leaf::Bias(bias()), vec![]).unwrap().organization().unwrap();
    assert_eq!((size(&alone), outputs(&alone)), ((1, 0), "root".into()));

    let rho = Correlation::new(0.5).unwrap();
    let plain = Layer { node: Node::independent(2), channel: lossy() };
    for (cause, law) in [
        (CommonCause::SharedVote(rho), CauseLaw::SharedVote),
        (CommonCause::Difficulty(rho), CauseLaw::Difficulty),
        (CommonCause::GaussianFactor(rho), CauseLaw::GaussianFactor),
    ] {
        let tree =
            AgentTree::uniform(Leaf::Bias(bias()), plain, 2).unwrap().with_common_cause(cause).unwrap();
        assert_eq!(tree.organization().unwrap().causes(), [Cause::everyone(law, rho)]);
    }

    let mut before = layers;
    before[0].node.sharing = Sharing::BeforeChannel;
    let error = AgentTree::new(Leaf::Bias(bias()), before).unwrap().organization().unwrap_err().to_string();
    assert!(
        error.starts_with("the votes into layer 1 have the correlation 0.25 before their channels"),
        "{error}"
    );
    let error =
        AgentTree::uniform(Leaf::Bias(bias()), plain, 40).unwrap().organization().unwrap_err().to_string();
    assert!(error.starts_with("this tree has 2199023255551 agents"), "{error}");
}

#[test]
fn layers_read_the_layer_before() {
    let full = Layered { workers: Some(Leaf::Bias(bias())), ..Layered::new([3, 2, 1], bias()) };
    let full = full.organization().unwrap();
    assert_eq!(size(&full), (6, 8));
    assert_eq!(
        ["l2.1", "l2.2", "l3.1"].map(|id| heard(&full, id)),
        ["l1.1 l1.2 l1.3", "l1.1 l1.2 l1.3", "l2.1 l2.2"]
    );
    assert_eq!((outputs(&full), full.bias(5)), ("l3.1".into(), Some(bias())));
    let sparse = Layered { fan_in: Some(3), ..Layered::new([4, 3], bias()) }.organization().unwrap();
    let lists = ["l2.1", "l2.2", "l2.3"].map(|id| heard(&sparse, id));
    assert_eq!(lists, ["l1.1 l1.2 l1.3", "l1.4 l1.1 l1.2", "l1.3 l1.4 l1.1"]);
    assert_eq!(outputs(&sparse), "l2.1 l2.2 l2.3");
    let error = |widths: &[usize], fan_in| {
        Layered { fan_in, ..Layered::new(widths, bias()) }.organization().unwrap_err().to_string()
    };
    assert_eq!(error(&[], None), "a layered organization has at least one layer; found 0");
    assert_eq!(error(&[2, 0], None), "a layered organization has at least one agent per layer; found 0");
    assert!(
        error(&[5, 3, 1], Some(4)).starts_with("layer 3 has fan-in 4, but the layer before it has 3 agents")
    );
    // Agents that nobody reads are refused by name.
    assert!(error(&[5, 1], Some(4)).starts_with("no output can be reached from agent `l1.5`"));
}

#[test]
fn debaters_hear_the_round_before() {
    let debate = Debate { own_weight: 0.5, channel: lossy(), ..Debate::new(3, 3, bias()) };
    let all = debate.organization().unwrap();
    assert_eq!(size(&all), (10, 2 * 3 * 3 + 3));
    let lists = ["a1@1", "a2@2", "a3@3", "judge"].map(|id| heard(&all, id));
    assert_eq!(lists, ["", "a1@1 a3@1 a2@1", "a1@2 a2@2 a3@2", "a1@3 a2@3 a3@3"]);
    let second = all.graph().find("a2@2").unwrap();
    let agent = all.agent(second);
    assert_eq!(
        (agent.own_weight, agent.family.as_deref(), agent.knowledge),
        (0.5, Some("a2"), Some(Leaf::Bias(bias())))
    );
    // Others are heard through the channel, the own vote is remembered without loss.
    let channels: Vec<Channel> =
        all.graph().incoming(second).iter().map(|&edge| *all.channel(edge)).collect();
    assert_eq!(channels, [lossy(), lossy(), Channel::PERFECT]);

    let ring = Debate { partners: Partners::Ring, remembers: false, ..Debate::new(5, 2, bias()) };
    let ring = ring.organization().unwrap();
    assert_eq!(["a1@2", "a3@2", "a5@2"].map(|id| heard(&ring, id)), ["a2@1 a5@1", "a2@1 a4@1", "a1@1 a4@1"]);
    let pair = Debate { partners: Partners::Ring, remembers: false, ..Debate::new(2, 2, bias()) };
    assert_eq!(heard(&pair.organization().unwrap(), "a1@2"), "a2@1");
    let alone = Debate { partners: Partners::Ring, ..Debate::new(1, 2, bias()) }.organization().unwrap();
    assert_eq!(heard(&alone, "a1@2"), "a1@1");

    let turns = Debate { turns: Turns::OneByOne, remembers: false, ..Debate::new(3, 2, bias()) };
    let turns = turns.organization().unwrap();
    let lists = ["a1@1", "a2@1", "a3@1", "a1@2", "a2@2", "a3@2"].map(|id| heard(&turns, id));
    assert_eq!(lists, ["", "a1@1", "a1@1 a2@1", "a2@1 a3@1", "a1@2 a3@1", "a1@2 a2@2"]);
    assert_eq!(
        Debate::new(3, 0, bias()).organization().unwrap_err().to_string(),
        "a debate has at least one round; found 0"
    );
}

#[test]
fn a_blackboard_is_written_and_read_in_every_round() {
    let (writing, reading) = (lossy(), Channel::new(10.0, Fidelity::new(0.8).unwrap()));
    let board = Blackboard { writing, reading, ..Blackboard::new(3, 3, bias()) }.organization().unwrap();
    // 3 x 3 written, 2 x 3 read, 2 x 3 remembered.
    assert_eq!(size(&board), (12, 9 + 6 + 6));
    let lists = ["a1@1", "board@1", "a3@2", "board@3"].map(|id| heard(&board, id));
    assert_eq!(lists, ["", "a1@1 a2@1 a3@1", "board@1 a3@1", "a1@3 a2@3 a3@3"]);
    assert_eq!(outputs(&board), "board@3");
    let into = |id: &str| {
        let graph = board.graph();
        *board.channel(graph.incoming(graph.find(id).unwrap())[0])
    };
    assert_eq!((into("board@2"), into("a1@2")), (writing, reading));
}

/// The agent that a node belongs to, `a1@2.3` to `a1`; none for an orchestrator, an exchange or a judge.
fn owner(id: &str) -> Option<&str> {
    id.split_once('@').map(|(agent, _)| agent).filter(|agent| agent.starts_with('a'))
}

/// Votes that agents give away: counted once per orchestrator or exchange that gets them, and once for all agents and judges
/// that hear them.
fn messages(organization: &Organization) -> usize {
    let graph = organization.graph();
    let mut given = BTreeSet::new();
    for edge in 0..graph.edge_count() {
        let [from, to] = [graph.sender(edge), graph.receiver(edge)].map(|node| graph.name(node));
        if owner(from).is_some() && owner(from) != owner(to) {
            let occasion = if owner(to).is_none() && to != "judge" { to } else { "said" };
            given.insert((from, occasion));
        }
    }
    given.len()
}

#[test]
fn calls_and_messages_are_those_of_the_table() {
    for architecture in Architecture::ALL {
        for (n, k, r, p) in (1..=4).flat_map(|n| {
            (1..=3).flat_map(move |k| (1..=4).flat_map(move |r| [0, 1, 3, 7].map(|p| (n, k, r, p))))
        }) {
            let team = Team {
                agents: n,
                iterations: k,
                rounds: r,
                peer_rounds: p,
                ..Team::new(architecture, bias())
            };
            let organization = team.organization().unwrap();
            // The rows "LLM calls" and "messages" of mechanisms B35.
            let (calls, counted) = match architecture {
                Architecture::Single => (k, 0),
                Architecture::Independent => (n * k + 1, 1),
                Architecture::Decentralized => (r * n * k + 1, r * n),
                Architecture::Centralized => (r * n * k + r, r * n),
                Architecture::Hybrid => (r * n * k + r + p, r * n * k + p * n),
            };
            let case = format!("{architecture:?} n = {n}, k = {k}, r = {r}, p = {p}");
            let counts = team.counts();
            assert_eq!((counts.calls, counts.messages), (calls as u64, counted as u64), "{case}");
            assert_eq!(organization.graph().len(), calls, "{case}");
            match architecture {
                // An agent alone is heard by nobody but itself before the end.
                Architecture::Decentralized if n == 1 => assert_eq!(messages(&organization), 1, "{case}"),
                // The n answers of independent agents are collected once.
                Architecture::Independent => assert_eq!(messages(&organization), n, "{case}"),
                _ => assert_eq!(messages(&organization), counted, "{case}"),
            }
            let to = |prefix: &str| {
                let graph = organization.graph();
                let ends = (0..graph.edge_count()).map(|edge| (graph.sender(edge), graph.receiver(edge)));
                let named = ends.map(|(from, to)| (graph.name(from), graph.name(to)));
                named.filter(|(from, to)| owner(from).is_some() && to.starts_with(prefix)).count()
            };
            match architecture {
                Architecture::Centralized => assert_eq!(to("orchestrator"), r * n, "{case}"),
                Architecture::Hybrid => {
                    assert_eq!((to("orchestrator"), to("peers")), (r * n * k, p * n), "{case}")
                }
                _ => assert_eq!(to("orchestrator") + to("peers"), 0, "{case}"),
            }
        }
    }
}

/// Nodes on the longest way to each node, drafts not counted.
fn depth(organization: &Organization) -> usize {
    let graph = organization.graph();
    let mut depth = vec![0; graph.len()];
    for node in graph.order() {
        let before = graph.senders(node).map(|sender| depth[sender]).max().unwrap_or(0);
        depth[node] = before + usize::from(!graph.name(node).contains('.'));
    }
    organization.outputs().iter().map(|&output| depth[output]).max().unwrap_or(0)
}

#[test]
fn a_serial_debate_is_as_deep_as_it_has_turns() {
    for (agents, rounds) in [(1, 1), (3, 1), (3, 4), (5, 2)] {
        let team = Team { agents, rounds, ..Team::new(Architecture::Decentralized, bias()) };
        // The judge comes after the d n turns.
        assert_eq!(depth(&team.organization().unwrap()), agents * rounds + 1);
    }
}

#[test]
fn teams_are_wired_as_described() {
    let team = |architecture| Team {
        agents: 2,
        iterations: 2,
        rounds: 2,
        peer_rounds: 3,
        ..Team::new(architecture, bias())
    };
    let lists = |architecture, ids: &[&str]| {
        let organization = team(architecture).organization().unwrap();
        ids.iter().map(|id| heard(&organization, id)).collect::<Vec<_>>()
    };
    assert_eq!(lists(Architecture::Single, &["a1@1"]), ["a1@1.1"]);
    assert_eq!(lists(Architecture::Independent, &["a2@1", "judge"]), ["a2@1.1", "a1@1 a2@1"]);
    assert_eq!(
        lists(Architecture::Decentralized, &["a1@1", "a2@1", "a1@2", "judge"]),
        ["a1@1.1", "a1@1 a2@1.1", "a2@1 a1@1 a1@2.1", "a1@2 a2@2"]
    );
    assert_eq!(
        lists(Architecture::Centralized, &["a1@1", "orchestrator@1", "a1@2", "orchestrator@2"]),
        ["a1@1.1", "a1@1 a2@1", "a1@2.1 orchestrator@1", "a1@2 a2@2"]
    );
    // Three exchanges in two rounds: one in the first, two in the second.
    assert_eq!(
        lists(Architecture::Hybrid, &["peers@1.1", "orchestrator@1", "a1@2", "peers@2.2", "orchestrator@2"]),
        [
            "a1@1 a2@1",
            "a1@1.1 a1@1 a2@1.1 a2@1 peers@1.1",
            "a1@2.1 orchestrator@1 peers@1.1",
            "a1@2 a2@2",
            "a1@2.1 a1@2 a2@2.1 a2@2 peers@2.1 peers@2.2"
        ]
    );
    let none = Team { iterations: 0, ..team(Architecture::Single) };
    assert_eq!(none.organization().unwrap_err().to_string(), "a team has at least one iteration; found 0");
    let huge = Team { agents: usize::MAX, rounds: usize::MAX, ..team(Architecture::Hybrid) };
    assert!(huge.organization().is_err());
}

#[test]
fn every_shape_survives_its_files() {
    let shapes: Vec<Box<dyn Shape>> = vec![
        Box::new(Star::new(3, bias())),
        Box::new(Chain::new(3, bias())),
        Box::new(Layered::new([3, 2], bias())),
        Box::new(Debate::new(3, 2, bias())),
        Box::new(Blackboard::new(3, 2, bias())),
        Box::new(Team::new(Architecture::Hybrid, bias())),
    ];
    for shape in shapes {
        let organization = shape.organization().unwrap();
        let seen = format!("{organization:?}");
        let json = Organization::from_json(&organization.to_json().unwrap()).unwrap();
        let dot = Organization::from_dot(&organization.to_dot()).unwrap();
        assert_eq!((format!("{json:?}"), format!("{dot:?}")), (seen.clone(), seen));
    }
}

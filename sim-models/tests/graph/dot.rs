//! Organizations as DOT.

use sim_models::organization::graph::{
    Agent, Aggregator, Answer, Cause, CauseLaw, Coupling, Draws, FileDefaults, Organization, Rule, Tie,
    VoteCoupling,
};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity};

fn same(a: &Organization, b: &Organization) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

fn refused(text: &str) -> String {
    Organization::from_dot(text).unwrap_err().to_string()
}

fn small() -> Organization {
    let rho = Correlation::new(0.1).unwrap();
    let channel = Channel::new(200.0, Fidelity::new(0.9).unwrap());
    Organization::builder()
        .agent(Agent::leaf("a 1", Bias::new(0.2).unwrap()).in_family("small"))
        .agent(Agent::leaf("a2", Bias::new(0.2).unwrap()).in_family("small"))
        .agent(
            Agent::worker("w", Bias::new(0.1).unwrap(), Rule::majority().with_tie(Tie::Abstain))
                .own_weight(1.5),
        )
        .agent(Agent::aggregator("v", Rule::weighted([("a 1", 1.5)]).with_tie(Tie::Fair)))
        .channel("a 1", "v", channel)
        .channel("a2", "v", Channel::PERFECT.losing_noticeably(Erasure::new(0.1).unwrap()))
        .channel("a2", "w", Channel::PERFECT)
        .channel("w", "v", Channel::PERFECT)
        .couple("v", Coupling::model(Dependence::BetaBinomial, rho))
        .cause(Cause::family("small", CauseLaw::SharedVote, rho))
        .window(4000.0)
        .build()
        .unwrap()
}

#[test]
fn a_figure_says_everything() {
    let expected = r##"digraph organization {
  graph [rankdir=BT, fontname=Helvetica, window=4000, outputs=v, causes="[{\"family\":\"small\",\"model\":\"shared-vote\",\"correlation\":0.1}]", label="shared-vote of family `small` 0.1"];
  node [style=filled, fillcolor=white, fontname=Helvetica];
  edge [fontname=Helvetica, fontsize=10];
  "a 1" [shape=ellipse, bias=0.2, family=small, fillcolor="#f6dfa4", label="a 1\nbias 0.2\nsmall"];
  a2 [shape=ellipse, bias=0.2, family=small, fillcolor="#f6dfa4", label="a2\nbias 0.2\nsmall"];
  w [shape=box, bias=0.1, own_weight=1.5, aggregator=majority, tie=abstain, label="w\nbias 0.1\nmajority"];
  v [shape=box, aggregator="weighted-majority", weights="by-channel", dependence="beta-binomial", correlation=0.1, label="v\nweighted-majority\nbeta-binomial 0.1", peripheries=2];
  "a 1" -> v [fidelity=0.9, erasure=0, tokens=200, vote_weight=1.5, label="0.9\nweight 1.5"];
  a2 -> v [fidelity=1, erasure=0.1, style=dashed, detected=true, label="lost 0.1"];
  a2 -> w [fidelity=1, erasure=0];
  w -> v [fidelity=1, erasure=0];
}
"##;
    assert_eq!(small().to_dot(), expected);
    same(&small(), &Organization::from_dot(expected).unwrap());
}

#[test]
fn a_graph_written_by_hand_is_read() {
    let text = r#"
# made by hand
strict digraph "my team" { // a comment
    rankdir = LR; window=1E3_; node [shape=box bias=".5"]
    subgraph cluster_leaves { label=<the <b>leaves</b>>; node [family="s" + "mall"]; a; b [bias=-.25, tooltip="x"] /* here
    too */ c:n }
    node [bias=""]
    edge [fidelity=0.9]
    { a b } -> {v; w:port:ne} [tokens=50] [erasure=0.125, detected]
    c -> w -> v
    c -> w [fidelity=1]
    v [aggregator="weighted-majority", tie=first]; w [aggregator=supermajority threshold="6e-1"]
    graph [causes="[{\"family\": \"small\", \"model\": \"gaussian\", \"correlation\": 0.5}]"]
}"#;
    let text = text.replace("1E3_", "\"1e3\"");
    let error = Organization::from_dot(&text).unwrap_err().to_string();
    // w decides on votes of others, hence its log-odds are not closed.
    let organization = match Organization::from_dot(&text.replace("weighted-majority", "majority")) {
        Ok(organization) => organization,
        Err(other) => panic!("{other}; {error}"),
    };
    let graph = organization.graph();
    let names: Vec<&str> = (0..graph.len()).map(|node| graph.name(node)).collect();
    assert_eq!(names, ["a", "b", "c", "v", "w"]);
    let edges: Vec<(usize, usize)> =
        (0..graph.edge_count()).map(|edge| (graph.sender(edge), graph.receiver(edge))).collect();
    assert_eq!(edges, [(0, 3), (0, 4), (1, 3), (1, 4), (2, 4), (4, 3)]);
    let biases: Vec<Option<f64>> = (0..5).map(|node| organization.bias(node).map(Bias::get)).collect();
    assert_eq!(biases, [Some(0.5), Some(-0.25), Some(0.5), None, None]);
    assert_eq!(organization.agent(2).family.as_deref(), Some("small"));
    let fidelities: Vec<f64> = (0..6).map(|edge| organization.channel(edge).fidelity.get()).collect();
    assert_eq!(fidelities, [0.9, 0.9, 0.9, 0.9, 1.0, 0.9]);
    assert_eq!(
        organization.channel(3),
        &Channel::new(50.0, Fidelity::new(0.9).unwrap()).losing_noticeably(Erasure::new(0.125).unwrap())
    );
    assert_eq!(organization.channel(4).tokens, 0.0);
    assert!(matches!(organization.agent(3).rule, Rule::Majority { tie: Some(Tie::First) }));
    assert!(matches!(organization.agent(4).rule, Rule::Supermajority { threshold: 0.6 }));
    assert_eq!((organization.window(), organization.outputs()), (Some(1000.0), &[3][..]));
    assert_eq!(
        organization.causes(),
        [Cause::family("small", CauseLaw::GaussianFactor, Correlation::new(0.5).unwrap())]
    );
}

#[test]
fn what_a_figure_leaves_open_is_filled_by_the_defaults() {
    let defaults = FileDefaults { bias: Some(Bias::new(0.25).unwrap()), ..FileDefaults::default() };
    let organization = Organization::from_dot_with("digraph { {a b c} -> v }", &defaults).unwrap();
    assert_eq!([0, 3].map(|node| organization.bias(node).map(Bias::get)), [Some(0.25), None]);
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    for (text, expected) in [
        ("", "the text is no DOT: line 1, column 1: expected `digraph`; found the end of the text"),
        ("graph { a -- b }", "line 1, column 1: an organization is a `digraph`"),
        (
            "digraph {\n  a -- b }",
            "line 2, column 5: expected `->`, because messages have a direction; found `--`",
        ),
        (
            "digraph {\n a [bias=0.2\n",
            "line 3, column 1: expected an attribute or `]`; found the end of the text",
        ),
        ("digraph { a [bias=] }", "line 1, column 19: expected a value; found `]`"),
        ("digraph { a [bais=0.2] }", "line 1, column 14: a node has no key `bais`; did you mean `bias`?"),
        (
            "digraph { a -> v [fidelty=0.2] }",
            "line 1, column 19: an edge has no key `fidelty`; did you mean `fidelity`?",
        ),
        ("digraph { widow=5 }", "line 1, column 11: a graph has no key `widow`; did you mean `window`?"),
        ("digraph { subgraph s { window=5 } }", "line 1, column 24: `window` belongs to the whole graph"),
        ("digraph { \"a", "line 1, column 11: this quoted text does not end"),
        ("digraph { /* a", "line 1, column 11: this comment does not end"),
        ("digraph { a [label=<<b>] }", "line 1, column 20: this text in angle brackets does not end"),
        (
            "digraph { a [bias=1e-3] }",
            "line 1, column 19: `1e` is no number; put names, and numbers with an exponent, in quotes",
        ),
        ("digraph { a [bias=1.2.3] }", "`1.2.3` is no number"),
        ("digraph { a ? b }", "line 1, column 13: `?` begins no word"),
        ("digraph { a } b", "line 1, column 15: expected the end of the text; found `b`"),
        ("digraph { a [bias=x] }", "agent `a`: `bias` is a number; found the text `x`"),
        ("digraph { a [bias=nan] }", "agent `a`: `bias` is a number; found the text `nan`"),
        (
            "digraph { a [bias=1] a -> v [fidelity=2] }",
            "channel 1 (`a` -> `v`): `fidelity`: a fidelity lies in [0, 1]; found 2",
        ),
        ("digraph { a [bias=1] a -> v [detected=yes] }", "`detected` is true or false; found the text `yes`"),
        ("digraph { a [bias=1] outputs=\"b\" }", "the list of outputs names `b`, which is no agent"),
        ("digraph { a [bias=1] causes=\"{}\" }", "`causes` is a list of tables in JSON; found `{}`"),
        ("digraph { a [bias=1] causes=\"[\" }", "in `causes`, the text is no JSON: EOF"),
        (
            "digraph { a [bias=1] a -> v [vote_weight=1] v [aggregator=majority] }",
            "the aggregator of agent `v` has no key `weights`",
        ),
        (
            "digraph { a [bias=1] a -> v [vote_weight=1] v [aggregator=\"weighted-majority\", weights=\"log-odds\"] }",
            "node `v` has weights=\"log-odds\" and channels with a `vote_weight`",
        ),
        (
            "digraph { a [bias=1] a -> v [vote_weight=1]; a -> v [vote_weight=2]; v [aggregator=\"weighted-majority\"] }",
            "agent `v` has two weights for `a`",
        ),
        ("digraph { a -> b -> a }", "the channels form a cycle: a -> b -> a"),
    ] {
        let error = refused(text);
        assert!(error.contains(expected), "{text}\nsaid: {error}\nexpected: {expected}");
    }
    let deep = format!("digraph {}", "{".repeat(1_000_000));
    assert!(refused(&deep).contains("subgraphs are at most 64 deep"));
    let side = |letter: &str| (0..10_000).map(|i| format!("{letter}{i} ")).collect::<String>();
    let pairs = format!("digraph {{ {{ {} }} -> {{ {} }} }}", side("a"), side("b"));
    assert!(refused(&pairs).contains("line 1, column 11: a graph has at most 5000000 edges"));
}

#[derive(Debug)]
struct Own;

impl Aggregator for Own {
    fn decide(&self, votes: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        votes[0]
    }
}

impl VoteCoupling for Own {
    fn couple(&self, _: &mut [Option<Answer>], _: &mut Draws<'_>) {}
}

#[test]
fn rules_of_ones_own_have_no_file_but_a_figure() {
    let builder = Organization::builder()
        .agent(Agent::leaf("a", Bias::new(0.2).unwrap()))
        .agent(Agent::aggregator("the boss", Rule::custom(Own)))
        .channel("a", "the boss", Channel::PERFECT);
    let organization = builder.clone().build().unwrap();
    let error = organization.to_json().unwrap_err().to_string();
    assert_eq!(error, "agent `the boss` decides by a rule of one's own, which no file can say");
    let dot = organization.to_dot();
    assert!(dot.contains(r#""the boss" [shape=box, aggregator=custom, label="the boss\ncustom""#), "{dot}");
    assert!(
        refused(&dot).contains("the aggregator of agent `the boss`: `rule` is `custom`; allowed: majority")
    );
    let coupled = builder.agent(Agent::aggregator("w", Rule::First)).channel("a", "w", Channel::PERFECT);
    let coupled = coupled.couple("w", Coupling::custom(Own)).outputs(["w", "the boss"]).build().unwrap();
    assert!(coupled.to_dot().contains("dependence=custom"));
    assert!(coupled.to_json().is_err());
}

#[test]
fn large_figures_are_read_in_seconds() {
    let edges: String = (0..100_000).map(|i| format!("a{i} [bias=0.1]; a{i} -> v\n")).collect();
    let start = std::time::Instant::now();
    let organization = Organization::from_dot(&format!("digraph {{ {edges} }}")).unwrap();
    same(&organization, &Organization::from_dot(&organization.to_dot()).unwrap());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

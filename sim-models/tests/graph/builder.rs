//! Building: what is refused, and how rules are resolved.

use std::sync::Arc;

use sim_models::organization::graph::{
    Agent, Aggregator, Answer, Answers, Cause, CauseLaw, Coupling, Decision, Draws, Organization,
    OrganizationBuilder, Rule, Tie, received_accuracy,
};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity};
use sim_models::theory::leaf::LeafLaw;
use sim_models::theory::majority::majority;

fn bias(bias: f64) -> Bias {
    Bias::new(bias).unwrap()
}

fn rho(correlation: f64) -> Correlation {
    Correlation::new(correlation).unwrap()
}

fn leaf(id: &str) -> Agent {
    Agent::leaf(id, bias(0.2))
}

/// Leaves `a1`, `a2`, ... that report to `v`.
fn star(leaves: usize, rule: Rule) -> OrganizationBuilder {
    let ids = || (1..=leaves).map(|i| format!("a{i}"));
    Organization::builder().agents(ids().map(|id| leaf(&id))).agent(Agent::aggregator("v", rule)).channels(
        ids(),
        "v",
        Channel::PERFECT,
    )
}

fn refused(builder: OrganizationBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

fn fair() -> Rule {
    Rule::majority().with_tie(Tie::Fair)
}

fn three_answers() -> Answers {
    Answers::new(2, 0.0).unwrap()
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let lost = || Channel::PERFECT.losing_noticeably(Erasure::new(0.1).unwrap());
    let long = |tokens| Channel::new(tokens, Fidelity::PERFECT);
    let couple = || Coupling::model(Dependence::Mixture, rho(0.1));
    let family = |law| Cause::family("small", law, rho(0.1));
    let unlike = || {
        star(2, fair())
            .agent(Agent::leaf("b1", bias(0.25)).in_family("small"))
            .agent(Agent::leaf("b2", bias(-0.5)).in_family("small"))
            .channels(["b1", "b2"], "v", Channel::PERFECT)
    };
    let cases: Vec<(OrganizationBuilder, &str)> = vec![
        // Names and the graph.
        (Organization::builder(), "an organization needs at least one agent; found none"),
        (star(1, fair()).agent(leaf("")), "agent 3 has an empty id; an id has at least one character"),
        (
            star(1, fair()).agent(leaf("x").in_family("")),
            "agent `x` is in a family without a name; leave the family out, or give it one",
        ),
        (star(2, fair()).agent(leaf("a2")), "there are two agents `a2`; an id is unique"),
        (
            star(1, fair()).channel("a1", "w", Channel::PERFECT),
            "the receiver of the channel `a1` -> `w` names `w`, which is no agent; did you mean `v`?",
        ),
        (
            star(1, fair()).channel("alpha", "v", Channel::PERFECT),
            "the sender of the channel `alpha` -> `v` names `alpha`, which is no agent",
        ),
        (
            star(1, fair()).couple("w", couple()),
            "a dependence names `w`, which is no agent; did you mean `v`?",
        ),
        (star(1, fair()).output("w"), "the list of outputs names `w`, which is no agent; did you mean `v`?"),
        (
            star(1, fair())
                .agent(Agent::worker("w", bias(0.1), fair()))
                .channel("v", "w", Channel::PERFECT)
                .channel("w", "v", Channel::PERFECT),
            "the channels form a cycle: v -> w -> v; an organization is acyclic, with one agent per round",
        ),
        (
            star(1, fair()).channel("a1", "a1", Channel::PERFECT),
            "the channels form a cycle: a1 -> a1; an organization is acyclic, with one agent per round",
        ),
        (
            star(1, fair()).agent(Agent::aggregator("w", fair())).channel("w", "v", Channel::PERFECT),
            "agent `w` has neither a bias nor an incoming channel; a leaf has a bias, and any other agent a channel into it",
        ),
        (
            star(1, fair()).agent(Agent::computing("c", 10.0, LeafLaw::new(-1.0, 0.5))).channel(
                "c",
                "v",
                Channel::PERFECT,
            ),
            "the compute of agent `c` buys no bias: a bias lies in [-1, 1]; found NaN",
        ),
        (
            star(1, fair()).agent(Agent::computing("c", f64::INFINITY, LeafLaw::new(1.0, 0.5))).channel(
                "c",
                "v",
                Channel::PERFECT,
            ),
            "the compute of agent `c` is inf tokens; an amount is a finite number from 0",
        ),
        // Outputs.
        (
            star(1, fair()).agent(leaf("x")),
            "no output is stated, and 2 agents have no outgoing channel: v, x; name those that give the answer",
        ),
        (star(1, fair()).outputs(["v", "v"]), "`v` is named twice among the outputs"),
        (
            star(1, fair()).agent(leaf("x")).output("v"),
            "no output can be reached from agent `x`; remove it, give it a channel, or make it an output (v)",
        ),
        // The window.
        (
            star(3, fair())
                .window(500.0)
                .agent(Agent::aggregator("u", fair()))
                .channels(["a1", "a2", "a3"], "u", long(250.0))
                .outputs(["u", "v"]),
            "the messages to agent `u` do not fit: fan-in 3 x 250 tokens = 750 > window 500",
        ),
        (
            star(0, fair())
                .agents([leaf("a"), leaf("b")])
                .channel("a", "v", long(400.0))
                .channel("b", "v", long(100.5))
                .window(500.0),
            "the messages to agent `v` do not fit: fan-in 2, 400 + 100.5 tokens = 500.5 > window 500",
        ),
        (star(1, fair()).window(0.0), "the window has 0 tokens; a window is a positive number"),
        (star(1, fair()).window(f64::NAN), "the window has NaN tokens; a window is a positive number"),
        (
            star(1, fair()).channel("a1", "v", long(-1.0)),
            "the channel from `a1` to `v` has -1 tokens; a length is a number from 0",
        ),
        (
            star(1, fair()).channel("a1", "v", long(f64::NAN)),
            "the channel from `a1` to `v` has NaN tokens; a length is a number from 0",
        ),
        // Ties.
        (
            star(2, Rule::majority()),
            "the votes of agent `v` can be even (2 votes of equal weight), and its majority does not say what happens then; \
             state the tie: fair, abstain, first or wrong",
        ),
        (
            star(2, Rule::majority()).channel("a1", "v", lost()),
            "the votes of agent `v` can be even (1 of 3 votes can be missing), and its majority does not say what happens then; \
             state the tie: fair, abstain, first or wrong",
        ),
        (
            star(3, Rule::weighted([("a2", 2.0)])),
            "the votes of agent `v` can be even (weights of 3 votes that can sum to halves), and its weighted-majority does \
             not say what happens then; state the tie: fair, abstain, first or wrong",
        ),
        (
            star(2, Rule::majority().with_tie(Tie::Abstain))
                .agent(Agent::aggregator("u", Rule::majority()))
                .channel("v", "u", Channel::PERFECT),
            "the votes of agent `u` can be even (1 of 1 votes can be missing), and its majority does not say what happens then; \
             state the tie: fair, abstain, first or wrong",
        ),
        // Weights.
        (
            star(2, Rule::weighted([("a3", 2.0)])),
            "agent `v` has a weight for `a3`, from which it receives no vote; did you mean `a1`?",
        ),
        (
            star(2, Rule::weighted([("v", 2.0)])),
            "agent `v` has a weight for `v`, from which it receives no vote",
        ),
        (star(2, Rule::weighted([("a1", 2.0), ("a1", 2.0)])), "agent `v` has two weights for `a1`"),
        (
            star(2, Rule::weighted([("a1", -2.0)])),
            "agent `v` gives the vote of `a1` the weight -2; a weight is a number from 0",
        ),
        (
            star(2, Rule::weighted([("a2", f64::NAN)])),
            "agent `v` gives the vote of `a2` the weight NaN; a weight is a number from 0",
        ),
        (
            star(2, Rule::weighted([("a1", 0.0), ("a2", 0.0)])),
            "all votes of agent `v` have weight 0; at least one weight is positive",
        ),
        (
            star(1, fair()).agent(Agent::worker("w", bias(0.1), fair()).own_weight(-0.5)),
            "agent `w` gives its own vote the weight -0.5; a weight is a number from 0",
        ),
        (
            star(1, Rule::custom(AnyVote)).agent(Agent::aggregator("u", Rule::log_odds())).channel(
                "v",
                "u",
                Channel::PERFECT,
            ),
            "agent `u` weighs votes by their log-odds, but the accuracy of `v`, which decides on votes of others, is not known exactly: \
             the aggregator of agent `v` draws random numbers and states no law; give the weights by name",
        ),
        (
            star(0, Rule::log_odds()).agent(Agent::leaf("a", bias(1.0))).channel("a", "v", Channel::PERFECT),
            "agent `v` weighs votes by their log-odds, but the vote of `a` arrives right with probability 1, which gives an infinite \
             weight (allowed: below 1); give the weights by name",
        ),
        (
            star(0, Rule::log_odds()).agent(Agent::leaf("a", bias(-0.5))).channel("a", "v", Channel::PERFECT),
            "agent `v` weighs votes by their log-odds, but the vote of `a` arrives right with probability 0.25, which gives a negative \
             weight (allowed: from 0.5); give the weights by name",
        ),
        // Rules.
        (
            star(3, Rule::supermajority(0.5)),
            "agent `v` has the threshold 0.5; a supermajority's threshold lies in (0.5, 1]",
        ),
        (
            star(3, Rule::supermajority(1.1)),
            "agent `v` has the threshold 1.1; a supermajority's threshold lies in (0.5, 1]",
        ),
        (
            star(3, Rule::supermajority(f64::NAN)),
            "agent `v` has the threshold NaN; a supermajority's threshold lies in (0.5, 1]",
        ),
        (star(3, Rule::margin(0)), "agent `v` has the margin 0; a margin is at least 1"),
        (
            star(3, Rule::best_of(1.1, 0.0)),
            "agent `v` has the true-positive rate 1.1; a probability lies in [0, 1]",
        ),
        (
            star(3, Rule::best_of(1.0, -0.1)),
            "agent `v` has the false-positive rate -0.1; a probability lies in [0, 1]",
        ),
        (
            star(3, fair()).answers(three_answers()),
            "agent `v` has the rule majority, which is for one wrong answer; with 2 of them use plurality",
        ),
        (
            star(3, Rule::log_odds()).answers(three_answers()),
            "agent `v` has the rule weighted-majority, which is for one wrong answer; with 2 of them use plurality",
        ),
        (
            star(3, Rule::Plurality)
                .answers(three_answers())
                .couple("v", Coupling::model(Dependence::Gaussian, rho(0.1))),
            "agent `v` has the dependence gaussian, which is for one wrong answer; with 2 of them use mixture, copying or beta-binomial",
        ),
        // Dependence.
        (
            star(1, fair()).couple("a1", couple()),
            "agent `a1` is a leaf: it receives no votes that a dependence could couple",
        ),
        (
            star(1, fair()).couple("v", couple()).couple("v", couple()),
            "there are two dependences at agent `v`; there is at most one",
        ),
        (
            unlike().cause(family(CauseLaw::SharedVote)),
            "family `small` shares the cause shared-vote, which asks for equal biases, but `b1` has bias 0.25 and `b2` has bias -0.5; \
             allowed for unlike biases: gaussian-factor",
        ),
        (
            unlike().cause(Cause::everyone(CauseLaw::Difficulty, rho(0.1))),
            "everyone shares the cause difficulty, which asks for equal biases, but `a1` has bias 0.2 and `b1` has bias 0.25; \
             allowed for unlike biases: gaussian-factor",
        ),
        (
            unlike()
                .cause(family(CauseLaw::GaussianFactor))
                .cause(Cause::everyone(CauseLaw::GaussianFactor, rho(0.1))),
            "the fresh vote of agent `b1` has two causes, gaussian-factor of family `small` and gaussian-factor of everyone; it has at most one",
        ),
        (
            star(1, fair()).cause(family(CauseLaw::Copying)),
            "family `small` has no fresh votes to share a cause: no agent is in this family",
        ),
        (
            unlike().cause(Cause::family("smal", CauseLaw::Copying, rho(0.1))),
            "family `smal` has no fresh votes to share a cause: no agent is in this family; did you mean `small`?",
        ),
        (
            star(1, fair())
                .agent(Agent::worker("w", bias(0.1), fair()).in_family("small"))
                .channels(["v"], "w", Channel::PERFECT)
                .cause(family(CauseLaw::Copying)),
            "family `small` has no fresh votes to share a cause: none of its members is a leaf, and only the votes of leaves are meant",
        ),
        (
            star(1, fair())
                .agent(Agent::aggregator("w", fair()).in_family("small"))
                .channel("v", "w", Channel::PERFECT)
                .cause(family(CauseLaw::Copying).of_all_votes()),
            "family `small` has no fresh votes to share a cause: none of its members has a bias",
        ),
    ];
    for (builder, expected) in cases {
        assert_eq!(refused(builder), expected);
    }
}

#[test]
fn what_must_be_allowed_is_not_refused() {
    let lost = Channel::PERFECT.losing_noticeably(Erasure::new(0.1).unwrap());
    for builder in [
        star(1, Rule::majority()),
        star(3, Rule::majority()),
        // The own vote makes it odd.
        star(2, fair()).agent(Agent::worker("w", bias(0.1), Rule::majority())).channels(
            ["a1", "v"],
            "w",
            Channel::PERFECT,
        ),
        // Weights 3, 1, 1 are never even, and neither are 3, 1 where the 1 can be missing.
        star(3, Rule::weighted([("a1", 3.0)])),
        star(1, Rule::weighted([("a1", 3.0)])).agent(leaf("b")).channel("b", "v", lost),
        // A share of 2 of 3 is always reached; an agent that cannot abstain needs no word on ties above it.
        star(3, Rule::supermajority(0.6)).agent(Agent::aggregator("u", Rule::majority())).channel(
            "v",
            "u",
            Channel::PERFECT,
        ),
        // Erasure without loss, and loss that is not noticed, leave all votes present.
        star(0, Rule::majority()).agent(leaf("a")).channel(
            "a",
            "v",
            Channel::PERFECT.losing_noticeably(Erasure::NONE),
        ),
        star(0, Rule::majority()).agent(leaf("a")).channel(
            "a",
            "v",
            Channel::PERFECT.losing(Erasure::new(0.5).unwrap()),
        ),
        star(3, Rule::majority()).window(1.0),
        star(3, Rule::Plurality)
            .answers(three_answers())
            .cause(Cause::everyone(CauseLaw::GaussianFactor, rho(0.1))),
    ] {
        builder.build().unwrap();
    }
}

/// Casts any of the votes.
#[derive(Debug)]
struct AnyVote;

impl Aggregator for AnyVote {
    fn decide(&self, votes: &[Option<Answer>], draws: &mut Draws<'_>) -> Option<Answer> {
        votes[draws.below(votes.len())]
    }
}

#[derive(Debug)]
struct Echo;

impl Aggregator for Echo {
    fn decide(&self, votes: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        votes.first().copied().flatten()
    }
}

#[test]
fn who_can_abstain_is_known() {
    let lost = Channel::PERFECT.losing_noticeably(Erasure::new(0.1).unwrap());
    let abstains = |builder: OrganizationBuilder| {
        let organization = builder.build().unwrap();
        organization.may_abstain(organization.graph().find("v").unwrap())
    };
    let lossy = |rule| star(0, rule).agents([leaf("a"), leaf("b")]).channels(["a", "b"], "v", lost);
    let half_lossy = |rule| lossy(rule).agent(leaf("c")).channel("c", "v", Channel::PERFECT);
    let abstain = || Rule::majority().with_tie(Tie::Abstain);
    for (builder, expected) in [
        (star(2, fair()), false),
        (star(2, abstain()), true),
        (star(3, abstain()), false),
        (half_lossy(abstain()), true),
        (lossy(fair()), false),
        (lossy(Rule::First), true),
        (half_lossy(Rule::First), false),
        (lossy(Rule::best_of(0.5, 0.5)), true),
        (half_lossy(Rule::best_of(0.5, 0.5)), false),
        (lossy(Rule::Plurality), false),
        // 2 of 3 is a share of 0.66; of 4 or of 2, votes can be even; of one vote, a share is whole.
        (star(3, Rule::supermajority(0.66)), false),
        (star(3, Rule::supermajority(0.67)), true),
        (star(4, Rule::supermajority(0.51)), true),
        (star(1, Rule::supermajority(1.0)), false),
        (half_lossy(Rule::supermajority(0.51)), true),
        // With three answers, three votes can be all different.
        (star(3, Rule::supermajority(0.66)).answers(three_answers()), true),
        (star(3, Rule::Custom(Arc::new(Echo))), true),
    ] {
        let case = format!("{builder:?}");
        assert_eq!(abstains(builder), expected, "{case}");
    }
}

#[test]
fn rules_are_resolved_against_the_inputs() {
    // Channels first, in the order in which they were added; the own vote last.
    let organization = star(2, fair())
        .agent(
            Agent::worker("w", bias(0.1), Rule::weighted([("v", 2.0), ("a1", 0.5)]).with_tie(Tie::First))
                .own_weight(3.5),
        )
        .channels(["v", "a2", "a1", "v"], "w", Channel::PERFECT)
        .build()
        .unwrap();
    let w = organization.graph().find("w").unwrap();
    assert_eq!(organization.inputs(w), 5);
    match organization.decision(w) {
        Some(Decision::Majority { weights, tie: Tie::First }) => assert_eq!(weights.of(), [4, 2, 1, 4, 7]),
        other => panic!("{other:?}"),
    }
    for rule in [Rule::supermajority(0.75), Rule::Plurality, fair()] {
        let worker = Agent::worker("w", bias(0.1), rule).own_weight(0.5);
        let organization =
            star(1, fair()).agent(worker).channels(["a1", "v"], "w", Channel::PERFECT).build().unwrap();
        match organization.decision(organization.graph().find("w").unwrap()) {
            Some(
                Decision::Majority { weights, .. }
                | Decision::Supermajority { weights, .. }
                | Decision::Plurality { weights },
            ) => assert_eq!(weights.of(), [2, 2, 1]),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn log_odds_are_those_of_the_votes_received() {
    let channel = Channel::new(0.0, Fidelity::new(0.5).unwrap());
    let half = Erasure::new(0.5).unwrap();
    let organization = star(0, Rule::log_odds().with_tie(Tie::Fair))
        .agent(Agent::leaf("a", bias(0.8)))
        .channel("a", "v", Channel::PERFECT)
        .channel("a", "v", channel)
        .channel("a", "v", channel.losing(half))
        .channel("a", "v", channel.losing_noticeably(half))
        .build()
        .unwrap();
    // A channel shrinks the bias 0.8 to 0.4, an unnoticed loss to 0.2; a noticed one leaves the votes that arrive as they are.
    let accuracies = [0.9, 0.7, 0.6, 0.7];
    for (edge, expected) in accuracies.into_iter().enumerate() {
        let found = received_accuracy(&organization, edge).unwrap();
        assert!((found - expected).abs() < 1e-15, "{edge}: {found}");
    }
    let Some(Decision::Majority { weights, .. }) = organization.decision(0) else { panic!() };
    for (weight, p) in weights.of().iter().zip(accuracies) {
        let ratio = *weight as f64 / weights.of()[0] as f64;
        assert!((ratio - (p / (1.0 - p)).ln() / 9.0_f64.ln()).abs() < 1e-10, "{ratio}");
    }
    // Of four answers, a lossless vote that is right with 0.9 and a channel that replaces half of them by any answer.
    let organization = star(0, Rule::Plurality)
        .answers(Answers::new(3, 1.0).unwrap())
        .agent(Agent::leaf("a", bias(0.8)))
        .channel("a", "v", channel.losing(half))
        .build()
        .unwrap();
    let expected = 0.5 * (0.5 * 0.9 + 0.5 * 0.25) + 0.5 * 0.25;
    assert!((received_accuracy(&organization, 0).unwrap() - expected).abs() < 1e-15);
}

#[test]
fn decisions_are_weighed_by_their_exact_accuracy() {
    let organization = star(3, fair())
        .agents([leaf("b"), Agent::aggregator("u", Rule::log_odds().with_tie(Tie::Fair))])
        .channels(["v", "b"], "u", Channel::PERFECT)
        .build()
        .unwrap();
    let u = organization.graph().find("u").unwrap();
    let leaf_bias = organization.bias(organization.graph().find("b").unwrap()).unwrap().get();
    let expected = majority(3, leaf_bias);
    let found = received_accuracy(&organization, organization.graph().incoming(u)[0]).unwrap();
    assert!((found - 0.5 * (1.0 + expected)).abs() < 1e-15, "{found}");
    let Some(Decision::Majority { weights, .. }) = organization.decision(u) else { panic!() };
    let ratio = weights.of()[0] as f64 / weights.of()[1] as f64;
    assert!((ratio - expected.atanh() / leaf_bias.atanh()).abs() < 1e-9, "{ratio}");
}

#[test]
fn votes_that_say_nothing_have_log_odds_of_nothing() {
    let silent = Channel::new(0.0, Fidelity::new(0.0).unwrap());
    let rule = Rule::log_odds().with_tie(Tie::Fair);
    let organization = star(0, rule).agent(leaf("a")).channels(["a", "a"], "v", silent).build().unwrap();
    match organization.decision(0) {
        Some(Decision::Majority { weights, .. }) => assert_eq!(weights.total(), 0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn causes_belong_to_the_votes_that_they_name() {
    let team = || {
        star(2, fair())
            .agent(Agent::worker("w", bias(0.2), fair()).in_family("b"))
            .agent(leaf("b").in_family("b"))
            .channels(["b", "v"], "w", Channel::PERFECT)
    };
    let owners = |cause: Cause| {
        let organization = team().cause(cause).build().unwrap();
        ["a1", "a2", "v", "w", "b"]
            .map(|id| organization.cause_of(organization.graph().find(id).unwrap()).is_some())
    };
    let family = Cause::family("b", CauseLaw::SharedVote, rho(0.5));
    assert_eq!(owners(family.clone()), [false, false, false, false, true]);
    assert_eq!(owners(family.of_all_votes()), [false, false, false, true, true]);
    let everyone = Cause::everyone(CauseLaw::Copying, rho(0.5));
    assert_eq!(owners(everyone.clone()), [true, true, false, false, true]);
    assert_eq!(owners(everyone.of_all_votes()), [true, true, false, true, true]);
}

#[test]
fn the_output_is_the_end_unless_stated() {
    let organization = star(2, fair()).build().unwrap();
    assert_eq!(organization.outputs(), [2]);
    let organization = star(2, fair()).outputs(["v", "a1"]).build().unwrap();
    assert_eq!(organization.outputs(), [2, 0]);
    assert_eq!(organization.window(), None);
}

//! Where exact laws end, and what is said then.

use sim_core::special::beta_inc;
use sim_models::organization::graph::{
    Agent, Aggregator, Answer, Cause, CauseLaw, Coupling, Draws, Law, Organization, OrganizationBuilder,
    Rule, Tie, VoteCoupling,
};
use sim_models::organization::{
    Bias, Channel, Correlation, Dependence, NotSampled, ScalarOrganization, Unavailable,
};

fn bias(value: f64) -> Bias {
    Bias::new(value).unwrap()
}

fn rho(value: f64) -> Correlation {
    Correlation::new(value).unwrap()
}

fn fair() -> Rule {
    Rule::majority().with_tie(Tie::Fair)
}

/// `count` leaves that all report to `u` and to `w`, which report to `v`.
fn read_twice(count: usize, first: Rule, second: Rule) -> Organization {
    let ids = || (0..count).map(|i| format!("a{i}"));
    Organization::builder()
        .agents(ids().map(|id| Agent::leaf(id, bias(0.2))))
        .agents([
            Agent::aggregator("u", first),
            Agent::aggregator("w", second),
            Agent::aggregator("v", Rule::supermajority(1.0)),
        ])
        .channels(ids(), "u", Channel::PERFECT)
        .channels(ids(), "w", Channel::PERFECT)
        .channels(["u", "w"], "v", Channel::PERFECT)
        .build()
        .unwrap()
}

/// `w` repeats the first leaf, which outweighs all others; `v` is right where that leaf and the majority are.
#[test]
fn twenty_votes_that_are_read_twice_are_exact_and_more_are_not() {
    let first = || Rule::weighted([("a0", 25.0)]);
    let law = &read_twice(20, fair(), first()).exact().unwrap()[0];
    // Of the 19 others at least ten, or nine and a coin.
    let [nine, ten] = [9.0, 10.0].map(|least| beta_inc(least, 20.0 - least, 0.6));
    let expected = 0.6 * (ten + 0.5 * (nine - ten));
    assert!((law.accuracy() - expected).abs() < 1e-13, "{law:?}");
    let error = read_twice(22, fair(), first()).exact().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the votes at agent `u` have more than 2097152 joint states; about 20 binary votes can wait to be read at a time"
    );
}

/// Each output alone reads few enough votes, all of them together do not.
#[test]
fn outputs_are_evaluated_one_by_one_where_together_they_are_too_many() {
    let count = 24;
    let ids: Vec<String> = (0..count).map(|i| format!("a{i}")).collect();
    let mut builder =
        Organization::builder().agents(ids.iter().map(|id| Agent::leaf(id, bias(0.2)))).agents([
            Agent::aggregator("u", Rule::majority().with_tie(Tie::Wrong)),
            Agent::aggregator("w", Rule::majority().with_tie(Tie::Wrong)),
        ]);
    builder = builder.channels(&ids, "u", Channel::PERFECT).channels(&ids, "w", Channel::PERFECT);
    let laws = builder.outputs(["u", "w"]).build().unwrap().exact().unwrap();
    let expected = beta_inc(13.0, 12.0, 0.6);
    assert!(laws.iter().all(|law| (law.accuracy() - expected).abs() < 1e-14), "{laws:?}");
}

fn star(count: usize, rule: Rule) -> OrganizationBuilder {
    let ids = || (0..count).map(|i| format!("a{i}"));
    Organization::builder()
        .agents(ids().map(|id| Agent::leaf(id, bias(0.2))))
        .agent(Agent::aggregator("v", rule))
        .channels(ids(), "v", Channel::PERFECT)
}

#[derive(Debug)]
struct Drawing;

impl Aggregator for Drawing {
    /// Waits for a large number, which one that never changes would not be.
    fn decide(&self, votes: &[Option<Answer>], draws: &mut Draws<'_>) -> Option<Answer> {
        while draws.uniform() < 0.9 {}
        votes[0]
    }
}

impl VoteCoupling for Drawing {
    fn couple(&self, votes: &mut [Option<Answer>], draws: &mut Draws<'_>) {
        let chosen = draws.below(votes.len());
        votes[0] = votes[chosen];
    }
}

#[derive(Debug)]
struct Stated(Law);

impl Aggregator for Stated {
    fn decide(&self, _: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        None
    }

    fn law(&self, _: &[Option<Answer>]) -> Option<Law> {
        Some(self.0.clone())
    }
}

/// Casts answers that a binary question does not have: they count as wrong.
#[derive(Debug)]
struct Unknown;

impl Aggregator for Unknown {
    fn decide(&self, votes: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        votes[0].map(|vote| if vote.is_right() { vote } else { Answer::number(200) })
    }
}

impl VoteCoupling for Unknown {
    fn couple(&self, votes: &mut [Option<Answer>], _: &mut Draws<'_>) {
        votes
            .iter_mut()
            .flatten()
            .for_each(|vote| *vote = Answer::number(if vote.is_right() { 0 } else { 9 }));
    }
}

#[test]
fn rules_of_ones_own_are_enumerated_or_refused_by_name() {
    let refused = |builder: OrganizationBuilder| builder.build().unwrap().exact().unwrap_err().to_string();
    assert_eq!(
        refused(star(3, Rule::custom(Drawing))),
        "the aggregator of agent `v` draws random numbers and states no law"
    );
    assert_eq!(
        refused(star(3, fair()).couple("v", Coupling::custom(Drawing))),
        "the coupling of agent `v` draws random numbers"
    );
    let odd = Law { answers: vec![0.5, 0.4], abstention: 0.0 };
    assert_eq!(
        refused(star(3, Rule::custom(Stated(odd)))),
        "the aggregator of agent `v` states a law that is none: Law { answers: [0.5, 0.4], abstention: 0.0 }; probabilities of 2 \
         answers and of an abstention sum to 1"
    );
    for law in [vec![1.5, -0.5], vec![f64::NAN, 1.0], vec![1.0], vec![0.5, 0.25, 0.25]] {
        let law = Law { answers: law, abstention: 0.0 };
        assert!(refused(star(3, Rule::custom(Stated(law)))).contains("a law that is none"));
    }
    let stated = Law { answers: vec![0.5, 0.25], abstention: 0.25 };
    let organization = star(3, Rule::custom(Stated(stated.clone()))).build().unwrap();
    assert_eq!(organization.exact().unwrap(), [stated]);
    assert!(matches!(
        star(21, Rule::custom(Unknown)).build().unwrap().exact(),
        Err(Unavailable::Remembered { agent }) if agent == "v"
    ));
    for builder in [star(3, Rule::custom(Unknown)), star(1, fair()).couple("v", Coupling::custom(Unknown))] {
        let organization = builder.build().unwrap();
        assert!((organization.exact().unwrap()[0].accuracy() - 0.6).abs() < 1e-15);
        let streams = sim_core::random::Streams::new(
            1,
            sim_core::random::Purpose::World,
            sim_core::random::Family::common(),
        );
        let sampled = ScalarOrganization::new(&organization).unwrap();
        for trial in 0..100 {
            let votes = sampled.replication(&streams, trial);
            let v = organization.outputs()[0];
            assert_eq!(votes.len(), organization.graph().len());
            assert!(matches!(votes[v], Some(Answer::RIGHT | Answer::WRONG)));
            assert_eq!(votes[v], votes[organization.graph().find("a0").unwrap()]);
        }
    }
}

#[test]
fn too_many_causes_are_named() {
    let mut builder = Organization::builder().agent(Agent::aggregator("v", fair()));
    for family in 0..13 {
        let ids = [format!("a{family}"), format!("b{family}")];
        let member = |id: &String| Agent::leaf(id, bias(0.2)).in_family(format!("f{family}"));
        builder = builder
            .agents(ids.iter().map(member))
            .channels(&ids, "v", Channel::PERFECT)
            .cause(Cause::family(format!("f{family}"), CauseLaw::SharedVote, rho(0.5)));
    }
    let error = builder.build().unwrap().exact().unwrap_err().to_string();
    assert!(
        error.starts_with(
            "the votes at agent `v` depend on shared-vote of family `f0` and shared-vote of family `f1` and "
        ) && error.ends_with(", whose values have 1594323 combinations (allowed: 1048576)"),
        "{error}"
    );
}

#[test]
fn a_cause_that_floats_cannot_hold_is_refused_by_all_evaluators() {
    let cause = Cause::everyone(CauseLaw::Difficulty, rho(1e-12));
    let organization = star(3, fair()).cause(cause).build().unwrap();
    let (exact, sampled) =
        (organization.exact().unwrap_err(), ScalarOrganization::new(&organization).unwrap_err());
    assert!(matches!(exact, Unavailable::NoCause(_)) && matches!(sampled, NotSampled::NoCause(_)));
    assert_eq!(exact.to_string(), sampled.to_string());
    assert!(exact.to_string().contains("correlation 1e-12 at leaf bias 0.2 is too near a certain one"));
}

#[test]
fn gaussian_coupling_of_votes_without_an_exact_law_is_refused() {
    let organization = star(3, Rule::custom(Drawing))
        .agents([Agent::leaf("b", bias(0.2)), Agent::aggregator("w", fair())])
        .channels(["v", "b"], "w", Channel::PERFECT)
        .couple("w", Coupling::model(Dependence::Gaussian, rho(0.2)))
        .build()
        .unwrap();
    assert_eq!(
        ScalarOrganization::new(&organization).unwrap_err().to_string(),
        "agent `w` couples votes by a Gaussian factor, which asks for their exact accuracy: the accuracy of `v`, which decides on \
         votes of others, is not known exactly: the aggregator of agent `v` draws random numbers and states no law"
    );
}

/// What would take long is refused before it does.
#[test]
fn much_work_is_refused_soon() {
    let start = std::time::Instant::now();
    let error = star(20_000, fair()).build().unwrap().exact().unwrap_err();
    assert!(matches!(&error, Unavailable::Work { agent } if agent == "v"), "{error}");
    assert!(start.elapsed().as_secs() < 60);
    // A long chain is no work, and no recursion that would end the stack.
    let chain =
        (1..50_000).fold(Organization::builder().agent(Agent::leaf("a0", bias(0.5))), |builder, i| {
            builder.agent(Agent::aggregator(format!("a{i}"), fair())).channel(
                format!("a{}", i - 1),
                format!("a{i}"),
                Channel::PERFECT,
            )
        });
    let laws = chain.build().unwrap().exact().unwrap();
    assert!((laws[0].accuracy() - 0.75).abs() < 1e-12);
}

//! Situations in which it is provable which organization is best. The numbers come from the closed forms that are named, not from the advice.

use sim_models::advice::{Choice, Fleet, Kind, Limits, Plan, budget_for, choose, reasons};
use sim_models::theory::allocation::exact::TreeFamily;
use sim_models::theory::layer::Layer;
use sim_models::theory::leaf::LeafLaw;
use sim_models::theory::majority::majority;

fn fleet(text: &str) -> Fleet {
    Fleet::from_toml(text).unwrap()
}

/// A model whose answer takes 1000 tokens, that is 0.001 USD per USD of price, and a second.
fn model(name: &str, accuracy: f64, price: f64) -> String {
    format!(
        "[[models]]\nname = \"{name}\"\naccuracy = {accuracy}\noutput_tokens = 1000\nprice_per_million_output_tokens = {price}\nlatency_seconds = 1\n"
    )
}

fn dollars(amount: f64) -> Limits {
    Limits { budget: Some((amount, sim_models::advice::Unit::Dollars)), ..Limits::default() }
}

fn tokens(amount: f64) -> Limits {
    Limits { budget: Some((amount, sim_models::advice::Unit::Tokens)), ..Limits::default() }
}

fn best(choice: &Choice) -> (Plan, f64) {
    let best = choice.best().unwrap();
    (best.plan, best.outlook.accuracy)
}

/// Condorcet: more independent votes of an agent that is right more often than not are better, so the budget is spent: f_9 of spec 3.1.
#[test]
fn independent_votes_are_as_many_as_the_budget_pays() {
    let fleet = fleet(&model("a", 0.625, 1.0));
    let choice = choose(&fleet, &Limits { deadline: Some(1.0), ..dollars(0.0095) });
    let (plan, accuracy) = best(&choice);
    assert!(matches!(plan, Plan::Vote { votes: 9, .. }), "{plan:?}");
    // f_9(0.25) = 0.56676396727562, spec 7, row 2.
    assert!((accuracy - 0.5 * (1.0 + 0.56676396727562)).abs() < 1e-12, "{accuracy}");
}

/// An agent that is right half of the time or less is not helped by votes of its own.
#[test]
fn votes_never_help_a_coin_or_worse() {
    for accuracy in [0.5, 0.4, 0.1] {
        let fleet = fleet(&model("a", accuracy, 1.0));
        let choice = choose(&fleet, &dollars(0.1));
        assert_eq!(best(&choice).0.kind(), Kind::Single, "{accuracy}");
        let said = reasons(&fleet, &choice).join("; ");
        assert!(said.contains("half of the time or less"), "{said}");
    }
}

/// Where all answers are the same, one is enough.
#[test]
fn one_agent_where_the_correlation_is_one() {
    let fleet = fleet(&format!("[question]\ncorrelation = 1\n{}", model("a", 0.8, 1.0)));
    let choice = choose(&fleet, &dollars(0.1));
    assert_eq!(best(&choice).0.kind(), Kind::Single);
    assert!(reasons(&fleet, &choice).join("; ").contains("correlation is 1"));
}

/// A perfect checker: retries until one is right cost c/p on average and are right with probability 1 - (1-p)^n, above every vote.
#[test]
fn retries_with_a_perfect_checker_beat_every_vote() {
    let fleet = fleet(&format!("[checker]\ntrue_positive = 1\nfalse_positive = 0\n{}", model("a", 0.4, 1.0)));
    let choice = choose(&fleet, &dollars(0.004));
    let (plan, accuracy) = best(&choice);
    let Plan::Retry { tries, .. } = plan else { panic!("{plan:?}") };
    assert!((accuracy - (1.0 - 0.6_f64.powi(tries as i32))).abs() < 1e-12);
    assert!(accuracy > 0.999);
    let cost = choice.best().unwrap().outlook.spend.dollars;
    assert!((cost - 0.001 / 0.4).abs() < 1e-5, "{cost}");
}

/// A checker that accepts everything checks nothing: a retry is a single agent, and votes are better.
#[test]
fn a_checker_that_accepts_everything_is_of_no_use() {
    let fleet = fleet(&format!("[checker]\ntrue_positive = 1\nfalse_positive = 1\n{}", model("a", 0.7, 1.0)));
    let (plan, accuracy) = best(&choose(&fleet, &Limits { deadline: Some(1.0), ..dollars(0.0051) }));
    assert!(matches!(plan, Plan::Vote { votes: 5, .. }), "{plan:?}");
    assert!((accuracy - 0.83692).abs() < 1e-12, "mechanisms B0.2, rho = 0");
}

/// alpha < 1 (spec 3.3): messages lose more than votes gain, at every fan-in of the window, so no tree is worth anything.
#[test]
fn no_tree_where_the_signal_shrinks() {
    // Fidelity 0.5 is below the critical 0.5333 of b = 5 (table 3.1); fan-ins above 5 do not fit.
    let text = format!(
        "[question]\ncountable = false\ndependence = \"mixture\"\n[channel]\nfidelity = 0.5\nmessage_tokens = 100\n{}",
        model("a", 0.7, 1.0)
    );
    let fleet = fleet(&text);
    let choice = choose(&fleet, &Limits { window: Some(500.0), ..dollars(10.0) });
    assert_eq!(best(&choice).0.kind(), Kind::Single);
    let said = reasons(&fleet, &choice).join("; ");
    assert!(said.contains("alpha = 0.9375 < 1"), "1.875 x 0.5: {said}");
}

/// The exact optimizer of spec 4.4 where answers err independently: gamma = 0.9, m = 50, k = 0.01, beta = 0.2, B = 1e6 tokens.
#[test]
fn the_tree_of_the_exact_optimizer() {
    let text = "[question]\ncountable = false\n\
        [channel]\nfidelity = 0.9\nmessage_tokens = 50\n[[models]]\nname = \"a\"\nscale = 0.01\nexponent = 0.2\n";
    let choice = choose(&fleet(text), &Limits { window: Some(250.0), ..tokens(1e6) });
    // The window allows fan-ins of 3 and 5: of each the best tree, and the best of both is chosen.
    let of = |b: u32| {
        let family = TreeFamily::new(
            &Layer::new(b, 0.0, 0.9),
            LeafLaw::new(0.01, 0.2),
            100.0 * f64::from(b) / f64::from(b - 1),
        );
        let expected = 0.5 * (1.0 + family.best(1e6).unwrap().bias);
        let trees =
            choice.ranking.iter().filter(|it| matches!(it.plan, Plan::Tree { fan_in, .. } if fan_in == b));
        let found = trees.map(|it| it.outlook.accuracy).fold(0.0, f64::max);
        assert!((found - expected).abs() < 1e-6, "{b}: {found} {expected}");
        expected
    };
    let expected = of(3).max(of(5));
    assert!((best(&choice).1 - expected).abs() < 1e-6, "{} {expected}", best(&choice).1);
}

/// Below the lower end of the synergy window one agent wins, inside it a tree.
#[test]
fn one_agent_outside_the_synergy_window() {
    let text = "[question]\ncountable = false\n\
        [channel]\nfidelity = 0.9\nmessage_tokens = 50\n[[models]]\nname = \"a\"\nscale = 0.01\nexponent = 0.2\n";
    let fleet = fleet(text);
    // Fan-in 5 alone fits between 5 and 7 messages; 3 is never better at the ends.
    let kind = |budget: f64| {
        let choice = choose(&fleet, &Limits { window: Some(250.0), ..tokens(budget) });
        best(&choice).0.kind()
    };
    assert_eq!(kind(400.0), Kind::Single);
    assert_eq!(kind(1e5), Kind::Tree);
}

/// A deadline that leaves time for one layer: the star, although the tree is better without it.
#[test]
fn a_star_where_time_is_short() {
    let text = format!(
        "[question]\ncountable = false\n[channel]\nfidelity = 0.95\nmessage_tokens = 100\n{}",
        model("a", 0.6, 1.0)
    );
    let fleet = fleet(&text);
    let with = |deadline: f64| {
        let limits = Limits { deadline: Some(deadline), window: Some(500.0), ..dollars(0.2) };
        best(&choose(&fleet, &limits)).0.kind()
    };
    assert_eq!(with(1.5), Kind::Single);
    assert_eq!(with(2.5), Kind::Star);
    assert_eq!(with(60.0), Kind::Tree);
}

/// A strong model whose accuracy is above what the trees of a weak one can reach, (1 + mu*)/2: the strong one alone.
#[test]
fn a_strong_model_above_the_fixed_point_is_used_alone() {
    // b = 3, rho = 0, gamma = 0.8: mu* = 0.883883476 (spec 3.4), so trees reach 0.9419. The strong one costs as much as 20 weak ones.
    let text = format!(
        "[question]\ncountable = false\n[channel]\nfidelity = 0.8\nmessage_tokens = 10\n{}{}",
        model("weak", 0.6, 1.0),
        model("strong", 0.95, 20.0)
    );
    let (plan, accuracy) = best(&choose(&fleet(&text), &Limits { window: Some(30.0), ..dollars(0.021) }));
    assert_eq!(plan, Plan::Single { model: 1, tokens: 1000.0 });
    assert!((accuracy - 0.95).abs() < 1e-12);
}

/// If answers cannot be counted and messages lose nothing, a star is the vote, and a chain is never better than its first agent.
#[test]
fn chains_never_help() {
    let text = format!(
        "[question]\ncountable = false\n[channel]\nfidelity = 0.9\nmessage_tokens = 10\n{}",
        model("a", 0.7, 1.0)
    );
    let choice = choose(&fleet(&text), &dollars(0.1));
    let chain = choice.ranking.iter().find(|it| it.plan.kind() == Kind::Chain).unwrap();
    assert!((chain.outlook.accuracy - 0.5 * (1.0 + 0.9 * 0.4)).abs() < 1e-12);
    assert_ne!(best(&choice).0.kind(), Kind::Chain);
}

/// Wald: to a given accuracy a vote to a margin needs fewer answers than a fixed vote; without a deadline it is at least as good.
#[test]
fn a_margin_beats_a_fixed_vote_without_a_deadline() {
    let fleet = fleet(&model("a", 0.7, 1.0));
    let choice = choose(&fleet, &dollars(0.0055));
    let (plan, accuracy) = best(&choice);
    // Margin 3 takes 3/(0.4) (1-r^3)/(1+r^3) = 6.4 answers, margin 2 takes 5/... = 3.45 and is right with 0.49/0.58.
    assert!(matches!(plan, Plan::Margin { margin: 2, .. }), "{plan:?}");
    assert!((accuracy - 0.49 / 0.58).abs() < 1e-12, "{accuracy}");
    assert!(accuracy > 0.83692, "five votes");
}

/// Of two models that cost the same, the votes of the better one.
#[test]
fn the_better_of_two_models_at_one_price() {
    let text = format!("{}{}", model("worse", 0.6, 1.0), model("better", 0.7, 1.0));
    let (plan, _) = best(&choose(&fleet(&text), &Limits { deadline: Some(1.0), ..dollars(0.0031) }));
    assert!(matches!(plan, Plan::Vote { model: 1, votes: 3, .. }), "{plan:?}");
}

/// Two models that err independently of each other while each repeats itself: one answer of each of them and a third one is better than three
/// of one. At correlation 1 within a model a vote of two models with 2 + 1 answers is the first model alone, so the cascade by a perfect
/// checker is what helps: right unless both are wrong.
#[test]
fn a_second_model_where_the_first_repeats_itself() {
    let text = format!(
        "[question]\ncorrelation = 1\nacross = 0\n[checker]\ntrue_positive = 1\nfalse_positive = 0\n{}{}",
        model("a", 0.7, 1.0),
        model("b", 0.6, 1.0)
    );
    let (plan, accuracy) = best(&choose(&fleet(&text), &dollars(0.01)));
    assert_eq!(plan.kind(), Kind::Cascade);
    assert!((accuracy - (1.0 - 0.3 * 0.4)).abs() < 1e-12, "{accuracy}");
    // Of both orders the cheaper one: the better student escalates less.
    assert!(matches!(plan, Plan::Cascade { student: 0, votes: 1, teacher: 1 }), "{plan:?}");
}

/// If a question is equally hard for both models, the second one that is worse knows nothing that the first does not.
#[test]
fn a_worse_model_is_no_help_on_the_same_questions() {
    let text = format!(
        "[question]\ncorrelation = 1\nacross = 1\n[checker]\ntrue_positive = 1\nfalse_positive = 0\n{}{}",
        model("a", 0.7, 1.0),
        model("b", 0.6, 1.0)
    );
    let (plan, accuracy) = best(&choose(&fleet(&text), &dollars(0.01)));
    assert_eq!(plan.kind(), Kind::Single);
    assert!((accuracy - 0.7).abs() < 1e-12, "{accuracy}");
}

/// The cheapest organization that suffices: two models of equal accuracy, one of which is dearer.
#[test]
fn the_cheapest_one_that_suffices() {
    let text = format!("{}{}", model("dear", 0.9, 30.0), model("cheap", 0.9, 2.0));
    let limits = Limits { accuracy: Some(0.9), ..dollars(1.0) };
    let choice = choose(&fleet(&text), &limits);
    assert_eq!(best(&choice).0, Plan::Single { model: 1, tokens: 1000.0 });
    assert!(choice.suffices());
}

/// 0.98 by votes of 0.7 takes n with P(majority) >= 0.98: by the exact majority map, and the budget is told in multiples.
#[test]
fn it_says_no_and_what_it_would_take() {
    let fleet = fleet(&model("a", 0.7, 1.0));
    let limits = Limits { accuracy: Some(0.98), deadline: Some(1.0), ..dollars(0.0101) };
    let choice = choose(&fleet, &limits);
    assert!(!choice.suffices());
    let needed = (1..200).step_by(2).find(|&b| 0.5 * (1.0 + majority(b, 0.4)) >= 0.98).unwrap();
    let factor = budget_for(&fleet, &limits).unwrap();
    // Sizes above 21 grow by a tenth, and the factor is found within one percent.
    let exact = f64::from(needed) * 0.001 / 0.0101;
    assert!(factor >= 0.99 * exact && factor <= 1.15 * exact, "{factor} {exact}");
    let said = reasons(&fleet, &choice).join("; ");
    let reach = 0.5 * (1.0 + majority(9, 0.4));
    assert!(said.contains(&format!("the best reaches {}", (reach * 1e4).round() / 1e4)), "{said}");
    assert!(said.contains(&format!("0.98 needs about {factor:.1}x the budget")), "{said}");
}

/// Nothing helps a fleet whose answers are all the same to more than its best model.
#[test]
fn no_budget_is_enough_where_votes_do_not_help() {
    let fleet = fleet(&format!("[question]\ncorrelation = 1\n{}", model("a", 0.8, 1.0)));
    let limits = Limits { accuracy: Some(0.9), ..dollars(0.01) };
    assert_eq!(budget_for(&fleet, &limits), None);
    let said = reasons(&fleet, &choose(&fleet, &limits)).join("; ");
    assert!(said.contains("no budget is enough, among votes of up to 1001"), "{said}");
}

/// Weak but independent votes reach any accuracy: 0.97 by votes of 0.55 takes hundreds, which a budget can pay. Without a deadline a race does.
#[test]
fn many_weak_votes_reach_an_accuracy() {
    let fleet = fleet(&model("a", 0.55, 1.0));
    for deadline in [Some(1.0), None] {
        let limits = Limits { accuracy: Some(0.97), deadline, ..dollars(0.02) };
        let factor = budget_for(&fleet, &limits).unwrap();
        let wider = limits.with_budget_times(factor);
        assert!(choose(&fleet, &wider).suffices());
        let needed = (1..1001).step_by(2).find(|&b| 0.5 * (1.0 + majority(b, 0.1)) >= 0.97).unwrap();
        assert!(needed > 301);
        // Sizes grow by a tenth, and the factor is found within one percent.
        assert!(factor <= 1.15 * f64::from(needed) * 0.001 / 0.02, "{factor} {needed}");
    }
}

/// Where the search ends before the budget does, that is what binds.
#[test]
fn the_end_of_the_search_is_said() {
    let fleet = fleet(&model("a", 0.501, 1.0));
    let choice = choose(&fleet, &Limits { deadline: Some(1.0), ..dollars(10.0) });
    assert!(matches!(best(&choice).0, Plan::Vote { votes: 1001, .. }), "{:?}", best(&choice));
    let said = reasons(&fleet, &choice).join("; ");
    assert!(said.contains("the search binds") && said.contains("votes of up to 1001"), "{said}");
    assert!(!said.contains("the budget binds"), "{said}");
}

/// Once the accuracy is reached no limit is said to bind, and what several could reach is that of the most accurate of them.
#[test]
fn an_accuracy_that_is_reached_is_bound_by_nothing() {
    let fleet = fleet(&model("a", 0.7, 1.0));
    let choice = choose(&fleet, &Limits { accuracy: Some(0.65), deadline: Some(1.0), ..dollars(0.0055) });
    assert_eq!(best(&choice).0.kind(), Kind::Single);
    let said = reasons(&fleet, &choice).join("; ");
    assert!(!said.contains("binds") && !said.contains("twice"), "{said}");
    assert!(said.contains("right with probability 0.8369: vote of 5 a"), "{said}");
    // Without an accuracy five votes are the most, and twice the budget gains.
    let choice = choose(&fleet, &Limits { deadline: Some(1.0), ..dollars(0.0055) });
    assert!(reasons(&fleet, &choice).join("; ").contains("the budget binds"));
}

/// What a limit is about must be known of a model: it is left out, and not taken for free or instant.
#[test]
fn models_of_unknown_price_or_time_are_left_out() {
    let known = model("known", 0.6, 1.0);
    let unknown = "[[models]]\nname = \"unknown\"\naccuracy = 0.9\n";
    let fleet = fleet(&format!("{known}{unknown}"));
    let tokens = Limits { budget: Some((5000.0, sim_models::advice::Unit::Tokens)), ..Limits::default() };
    let target = Limits { accuracy: Some(0.5), ..Limits::default() };
    for (limits, key) in [
        (dollars(1.0), "`price_per_million_output_tokens`"),
        (target, "`price_per_million_output_tokens`"),
        (tokens, "`output_tokens`"),
        (Limits { deadline: Some(5.0), ..Limits::default() }, "`latency_seconds`"),
    ] {
        let choice = choose(&fleet, &limits);
        assert!(choice.ranking.iter().all(|it| it.plan.models() == [0]), "{limits:?}");
        let said = fleet.warnings(&limits).join("; ");
        assert!(said.contains(&format!("`unknown` is left out: it has no {key}")), "{said}");
    }
    let said = fleet.warnings(&Limits::default()).join("; ");
    assert!(
        said.contains("answers of `unknown` are taken as free")
            && said.contains("`unknown` are taken as instant"),
        "{said}"
    );
    // Without a limit, or where 0 is said, the better model is used.
    assert_eq!(best(&choose(&fleet, &Limits::default())).0.models(), [1]);
    let zero = "price_per_million_output_tokens = 0\nlatency_seconds = 0\n";
    let fleet = Fleet::from_toml(&format!("{known}{unknown}{zero}")).unwrap();
    assert_eq!(best(&choose(&fleet, &Limits { deadline: Some(5.0), ..dollars(1.0) })).0.models(), [1]);
    assert!(!fleet.warnings(&dollars(1.0)).join("; ").contains("unknown"));
}

/// Trees need messages, of which a file without a channel says nothing.
#[test]
fn trees_need_a_channel() {
    let essays = format!("[question]\ncountable = false\n{}", model("a", 0.7, 1.0));
    let with = |channel: &str| {
        let fleet = fleet(&format!("{channel}{essays}"));
        (best(&choose(&fleet, &dollars(0.01))).0.kind(), fleet.warnings(&dollars(0.01)).join("; "))
    };
    let (kind, said) = with("");
    assert!(kind == Kind::Single && said.contains("there is no [channel]"), "{said}");
    let (kind, said) = with("[channel]\nfidelity = 0.95\n");
    // Messages that cost nothing are heard by everybody.
    assert!(kind == Kind::Debate && said.contains("[channel] has no `message_tokens`"), "{said}");
    let (_, said) = with("[channel]\nfidelity = 0.95\nmessage_tokens = 1\n");
    assert_eq!(said, "");
}

#[test]
fn limits_that_nothing_keeps_are_named() {
    let fleet = fleet(&model("a", 0.8, 1.0));
    let choice = choose(&fleet, &dollars(0.0001));
    assert!(choice.best().is_none());
    assert!(reasons(&fleet, &choice).join("; ").contains("keeps the budget"));
    let choice = choose(&fleet, &Limits { deadline: Some(0.1), ..dollars(1.0) });
    assert!(reasons(&fleet, &choice).join("; ").contains("keeps the deadline"));
}

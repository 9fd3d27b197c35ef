//! The exact evaluator against enumeration: a trial told event by event, repeated for every way that its events can go.
//!
//! The trial draws by asking which of some events happens; the answers are tried one after the other, depth first, and the
//! probability of each path is the product of those of its events.

mod events;
mod trial;

use sim_models::organization::graph::{Agent, Coupling, Law, Organization, Rule, Tie};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity};

use self::trial::Enumeration;
use super::random::{Extent, organization, paths_meet_again};

fn assert_equal(found: &Law, expected: &Law, tolerance: f64, name: &str) {
    let values = |law: &Law| [law.answers.clone(), vec![law.abstention]].concat();
    for (a, b) in values(found).iter().zip(values(expected)) {
        assert!((a - b).abs() < tolerance, "{name}: found {found:?}, enumerated {expected:?}");
    }
}

/// Compares random organizations; gives how many outputs, and in how many of them paths meet again.
fn compare(seeds: std::ops::Range<u64>, extent: Extent, tolerance: f64) -> (usize, usize) {
    let (mut compared, mut meeting) = (0, 0);
    for seed in seeds {
        let organization = organization(seed, extent);
        let laws = organization.exact().unwrap_or_else(|error| panic!("organization {seed}: {error}"));
        for (&output, law) in organization.outputs().iter().zip(&laws) {
            if let Some(expected) = Enumeration::new(&organization).law(output) {
                let told = organization.to_json().unwrap_or_else(|error| error.to_string());
                assert_equal(law, &expected, tolerance, &format!("organization {seed}: {told}"));
                compared += 1;
                meeting += usize::from(paths_meet_again(&organization));
            }
        }
    }
    (compared, meeting)
}

/// Every event of small organizations: fresh votes, losses, noise, couplings, causes and ties.
#[test]
fn small_organizations_have_the_law_that_enumeration_finds() {
    let extent = Extent { leaves: 4, deciding: 3, fan_in: 3, continuous: false };
    let (compared, meeting) = compare(0..400, extent, 1e-12);
    assert!(compared > 300 && meeting > 100, "{compared} compared, {meeting} with paths that meet again");
}

/// The same with hidden continuous variables: factors of couplings, factors and difficulties of groups. The grid over them meets the
/// bends of the probabilities of coupled votes.
#[test]
fn small_organizations_have_the_law_that_enumeration_over_a_grid_finds() {
    let extent = Extent { leaves: 3, deciding: 2, fan_in: 3, continuous: true };
    let (compared, meeting) = compare(1000..1150, extent, 2e-7);
    assert!(compared > 100 && meeting > 30, "{compared} compared, {meeting} with paths that meet again");
}

/// Leaves that are read by two agents, by one of them twice, and those by a third.
#[test]
fn a_vote_read_twice_is_one_vote() {
    let leaf = |id: &str, bias: f64| Agent::leaf(id, Bias::new(bias).unwrap());
    let noisy = Channel::new(0.0, Fidelity::new(0.8).unwrap());
    let lossy = Channel::PERFECT.losing_noticeably(Erasure::new(0.3).unwrap());
    let fair = || Rule::majority().with_tie(Tie::Fair);
    let organization = Organization::builder()
        .agents([leaf("a", 0.3), leaf("b", -0.2), leaf("c", 0.6)])
        .agents([Agent::aggregator("u", fair()), Agent::aggregator("w", Rule::supermajority(0.6))])
        .agent(Agent::worker("v", Bias::new(0.1).unwrap(), fair()))
        .channels(["a", "b"], "u", noisy)
        .channels(["c", "a", "a"], "w", lossy)
        .channels(["u", "w", "b"], "v", Channel::PERFECT)
        .couple("u", Coupling::model(Dependence::Copying, Correlation::new(0.3).unwrap()))
        .build()
        .unwrap();
    let expected = Enumeration::new(&organization).law(organization.outputs()[0]).unwrap();
    assert_equal(&organization.exact().unwrap()[0], &expected, 1e-12, "three leaves");
    assert!(expected.accuracy() > 0.5 && expected.abstention == 0.0);
}

//! The sampled evaluators against the exact one, over random organizations.
//!
//! Every check is an exact two-sided binomial tail. The suite has a false-alarm rate of 1e-6: half is shared out over its checks
//! (Bonferroni), half goes to the independent ones among them taken together (Fisher's method, conservative for discrete tails),
//! which sees a small deviation that no single check shows.

use sim_core::estimate::binomial_tails;
use sim_core::lanes::Kernel;
use sim_core::monte_carlo::{self, Control, Simulation, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::organization::graph::{Law, Organization};
use sim_models::organization::{LaneOrganization, OutputTally, ScalarOrganization};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::random::{Extent, organization, paths_meet_again};

const FALSE_ALARMS: f64 = 1e-6;
const ORGANIZATIONS: u64 = 520;
const TRIALS: u64 = 20_000;
const EXTENT: Extent = Extent { leaves: 7, deciding: 6, fan_in: 5, continuous: true };

pub struct Check {
    pub name: String,
    pub p_value: f64,
    /// Whether it is independent of the other checks.
    pub independent: bool,
}

/// How unusual a count is; where the law is certain up to rounding, rounding must not make one event impossible.
pub fn p_value(count: u64, trials: u64, probability: f64) -> f64 {
    let around = [probability - 1e-9, probability, probability + 1e-9];
    around
        .map(|p| binomial_tails(count, trials, p.clamp(0.0, 1.0)).two_sided())
        .into_iter()
        .fold(0.0, f64::max)
}

/// The right votes of every output, and the wrong ones among the others, which are independent of those.
fn check(name: &str, sampled: &impl Simulation<Tally = OutputTally>, laws: &[Law], seed: u64) -> Vec<Check> {
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let run = monte_carlo::run(sampled, &streams, &Stop::after(TRIALS).unwrap(), &Control::default());
    assert_eq!(run.tally.trials(), TRIALS);
    assert_eq!(run.estimates.len(), 3 * laws.len());
    let mut checks = Vec::new();
    for (output, law) in laws.iter().enumerate() {
        let (right, wrong) = (run.tally.right(output), run.tally.wrong(output));
        let (accuracy, error) = (law.accuracy(), law.accuracy() - law.bias());
        let others = if accuracy < 1.0 - 1e-12 { error / (1.0 - accuracy) } else { 1.0 };
        let counts = [(right, TRIALS, accuracy, "right"), (wrong, TRIALS - right, others, "wrong")];
        checks.extend(counts.map(|(count, trials, p, what)| Check {
            name: format!("{name}, output {output}: {count} of {trials} {what}, exact {p}"),
            p_value: p_value(count, trials, p),
            // Outputs of one run share its trials.
            independent: output == 0,
        }));
    }
    checks
}

pub fn assert_all_pass(checks: &[Check]) {
    let each = 0.5 * FALSE_ALARMS / checks.len() as f64;
    for check in checks {
        assert!(check.p_value > each, "p = {:e} for {}", check.p_value, check.name);
    }
    let independent: Vec<f64> = checks.iter().filter(|c| c.independent).map(|c| c.p_value).collect();
    if independent.is_empty() {
        return;
    }
    let fisher: f64 = independent.iter().map(|p| -2.0 * p.ln()).sum();
    let together = ChiSquared::new(2.0 * independent.len() as f64).unwrap().sf(fisher);
    assert!(together > 0.5 * FALSE_ALARMS, "{} checks together: p = {together:e}", independent.len());
}

/// All sampled evaluators of one organization. On every instruction set of this machine and on 1, 2 and 7 threads the lanes count the
/// same.
fn checks(name: &str, organization: &Organization, laws: &[Law], seed: u64) -> Vec<Check> {
    let scalar = ScalarOrganization::new(organization).unwrap_or_else(|error| panic!("{name}: {error}"));
    let lanes = LaneOrganization::new(organization).unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected = count(&lanes.clone().on(Kernel::Portable), seed, 1);
    for kernel in Kernel::available() {
        assert_eq!(count(&lanes.clone().on(kernel), seed, 1), expected, "{name} on {kernel}");
    }
    for threads in [2, 7] {
        assert_eq!(count(&lanes, seed, threads), expected, "{name} on {threads} threads");
    }
    let checks = [
        check(&format!("{name}, scalar"), &scalar, laws, seed),
        check(&format!("{name}, lanes"), &lanes, laws, seed),
    ];
    checks.into_iter().flatten().collect()
}

/// What lanes count in 1000 trials, the last block of which is not whole.
fn count(lanes: &LaneOrganization, seed: u64, threads: usize) -> OutputTally {
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let stop = Stop::after(1000).unwrap();
    pool.install(|| monte_carlo::run(lanes, &streams, &stop, &Control::default())).tally
}

#[test]
fn random_organizations_are_sampled_as_their_exact_law_says() {
    let (mut all, mut meeting, mut evaluated) = (Vec::new(), 0, 0);
    for seed in 0..ORGANIZATIONS {
        let organization = organization(seed, EXTENT);
        let laws = organization.exact().unwrap_or_else(|error| panic!("organization {seed}: {error}"));
        for law in &laws {
            let total: f64 = law.answers.iter().sum::<f64>() + law.abstention;
            assert!((total - 1.0).abs() < 1e-9, "organization {seed}: {law:?}");
        }
        evaluated += 1;
        meeting += usize::from(paths_meet_again(&organization));
        all.extend(checks(&format!("organization {seed}"), &organization, &laws, seed));
    }
    assert!(evaluated >= 500, "{evaluated}");
    assert!(meeting * 10 >= evaluated * 4, "paths meet again in {meeting} of {evaluated}");
    assert_all_pass(&all);
}

/// Not only outputs, and not only whether they are right: every answer of every agent, one trial at a time.
#[test]
fn every_answer_of_every_agent_comes_as_often_as_its_exact_law_says() {
    const TRIALS: u64 = 4_000;
    let streams = Streams::new(3, Purpose::World, Family::common());
    let mut checks = Vec::new();
    for seed in 0..120 {
        let organization = organization(10_000 + seed, EXTENT);
        let agents: Vec<usize> = (0..organization.graph().len()).collect();
        let Ok(laws) = organization.exact_votes(&agents) else { continue };
        let sampled = ScalarOrganization::new(&organization).unwrap();
        let mut counts = vec![vec![0; organization.answers().count() + 1]; agents.len()];
        for trial in 0..TRIALS {
            for (counts, vote) in counts.iter_mut().zip(sampled.replication(&streams, trial)) {
                counts[vote.map_or(organization.answers().count(), |answer| answer.index())] += 1;
            }
        }
        for (agent, (counts, law)) in counts.iter().zip(&laws).enumerate() {
            let chances = law.answers.iter().chain([&law.abstention]);
            checks.extend(counts.iter().zip(chances).enumerate().map(|(value, (&count, &p))| Check {
                name: format!("organization {seed}, agent {agent}, answer {value}: {count}, exact {p}"),
                p_value: p_value(count, TRIALS, p),
                independent: false,
            }));
        }
    }
    assert!(checks.len() > 1_500, "{}", checks.len());
    assert_all_pass(&checks);
}

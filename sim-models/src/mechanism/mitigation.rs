//! Which helpers to switch on against modes of failure, as far as pilot runs show what fails (mechanisms B43).
//!
//! A run fails first by one of six modes. A helper against a mode keeps a share of its failures from happening and costs something on every
//! run. Of `n` pilot runs the first failures are counted by mode, and helpers are chosen whose cost together stays within what may be
//! added: greedily, the most frequent mode first, or the best of all sets. Shares add up, so that a set `S` of helpers succeeds with
//! probability `s + (1 - s) f (sum of the shares in S)`, and with equal costs the greedy choice is the best one.

use std::borrow::Borrow;

use sim_core::random::Stream;

use super::primitives::{Answered, Answering, Call, ExpectedAnswer, Spending, measures, nanodollars};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};

/// The model `mitigation`.
#[derive(Clone, Copy, Debug)]
pub struct Mitigation;

/// Modes of failure, as those of [`Faults`](super::faults::Faults).
const MODES: usize = 6;

/// A set of helpers, one bit per mode.
type Helpers = u8;

/// How helpers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selection {
    Greedy,
    Exhaustive,
    None,
}

/// Parameters of [`Mitigation`].
#[derive(Clone, Debug)]
pub struct MitigationParameters {
    selection: Selection,
    success: f64,
    /// Shares of first failures; they add up to 1.
    shares: [f64; MODES],
    removed: f64,
    /// What each helper costs a run.
    helpers: [Call; MODES],
    /// What helpers may cost together, in nanodollars.
    allowance: u64,
    pilot_runs: u32,
    call: Call,
}

/// Keys and defaults of the shares and of the helpers' costs, in USD.
const KEYS: [(&str, f64, &str, f64); MODES] = [
    ("drift_share", 0.45, "drift_helper", 0.001),
    ("inconsistency_share", 0.2, "inconsistency_helper", 0.001),
    ("context_share", 0.12, "context_helper", 0.001),
    ("tools_share", 0.1, "tools_helper", 0.001),
    ("versions_share", 0.08, "versions_helper", 0.001),
    ("cost_share", 0.05, "cost_helper", 0.001),
];

impl Parameters for MitigationParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let selections = [
            ("greedy", Selection::Greedy, "the most frequent mode first, while the allowance lasts"),
            ("exhaustive", Selection::Exhaustive, "the set that would have saved the most pilot runs"),
            ("none", Selection::None, "no helpers"),
        ];
        let selection = form.read(choice("selection", &selections).help("how helpers are chosen"))?;
        let success = form.read(
            real("unaided_success", 0.4)
                .between(0.0, 1.0)
                .help("probability that a run succeeds without helpers"),
        )?;
        let removed = form.read(
            real("removed", 1.0)
                .between(0.0, 1.0)
                .help("share of a mode's failures that its helper prevents"),
        )?;
        let (mut shares, mut helpers) = ([0.0; MODES], [Call::default(); MODES]);
        for (mode, (share_key, share, cost_key, cost)) in KEYS.into_iter().enumerate() {
            let share = real(share_key, share).between(0.0, 1e6);
            shares[mode] = form.read(share.help("weight of the mode among first failures"))?;
            let cost = real(cost_key, cost).between(0.0, 1e6).unit(Unit::Dollars);
            helpers[mode].nanodollars = nanodollars(form.read(cost.help("what its helper costs a run"))?);
        }
        let helper_time = form.read(
            real("helper_time", 2.0)
                .between(0.0, 1e9)
                .unit(Unit::Seconds)
                .help("how long a helper takes on a run"),
        )?;
        for helper in &mut helpers {
            helper.seconds = helper_time;
        }
        let allowance = real("allowance", 0.001).between(0.0, 1e6).unit(Unit::Dollars);
        let allowance = nanodollars(form.read(allowance.help("what helpers may cost a run together"))?);
        let pilot_runs =
            form.read(integer("pilot_runs", 50).between(0, 10_000).help(
                "runs of which the first failure is counted before the choice; 0: the shares are known",
            ))?;
        let call = Call::read(form)?;
        let total: f64 = shares.iter().sum();
        if total == 0.0 {
            let keys = KEYS.map(|(key, ..)| key);
            return Err(ParameterError::impossible(&keys, "no mode has a share in the failures"));
        }
        let shares = shares.map(|share| share / total);
        Ok(Self { selection, success, shares, removed, helpers, allowance, pilot_runs, call })
    }
}

fn has(helpers: Helpers, mode: usize) -> bool {
    helpers & (1 << mode) != 0
}

impl MitigationParameters {
    fn within_allowance(&self, helpers: Helpers) -> bool {
        let chosen = (0..MODES).filter(|&mode| has(helpers, mode));
        let cost: u128 = chosen.map(|mode| u128::from(self.helpers[mode].nanodollars)).sum();
        cost <= u128::from(self.allowance)
    }

    /// The most frequent mode first, as far as its helper can still be paid.
    fn greedy(&self, weights: &[f64; MODES]) -> Helpers {
        let mut order: Vec<usize> = (0..MODES).filter(|&mode| weights[mode] > 0.0).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        order.into_iter().fold(0, |chosen, mode| {
            let more = chosen | 1 << mode;
            if self.within_allowance(more) { more } else { chosen }
        })
    }

    /// The set within the allowance that has the most weight.
    fn exhaustive(&self, weights: &[f64; MODES]) -> Helpers {
        let all = (0..1 << MODES).filter(|&helpers| self.within_allowance(helpers));
        let weight = |helpers: Helpers| total(weights, helpers);
        all.fold(0, |best, helpers| if weight(helpers) > weight(best) { helpers } else { best })
    }

    fn choose(&self, weights: &[f64; MODES]) -> Helpers {
        match self.selection {
            Selection::Greedy => self.greedy(weights),
            Selection::Exhaustive => self.exhaustive(weights),
            Selection::None => 0,
        }
    }

    /// Success with these helpers.
    fn with(&self, helpers: Helpers) -> f64 {
        self.success + (1.0 - self.success) * self.removed * total(&self.shares, helpers)
    }

    /// The choice where the shares are known.
    fn informed(&self) -> Option<Helpers> {
        (self.pilot_runs == 0 || self.selection == Selection::None).then(|| self.choose(&self.shares))
    }

    /// The mode by which a failed run fails first.
    fn first_failure(&self, draws: &mut Stream) -> usize {
        let mut left = draws.uniform();
        let found = self.shares.iter().position(|&share| {
            left -= share;
            left < 0.0
        });
        // What rounding leaves over belongs to the last mode that there is.
        found.or_else(|| self.shares.iter().rposition(|&share| share > 0.0)).unwrap_or(0)
    }

    /// First failures of the pilot runs, or the shares if they are known.
    fn pilot(&self, draws: &mut Stream) -> [f64; MODES] {
        if self.pilot_runs == 0 {
            return self.shares;
        }
        let mut counts = [0.0; MODES];
        for _ in 0..self.pilot_runs {
            if draws.uniform() >= self.success {
                counts[self.first_failure(draws)] += 1.0;
            }
        }
        counts
    }

    /// What a run takes with these helpers.
    fn spending(&self, helpers: Helpers) -> Spending {
        let mut spending = Spending::default();
        spending.add(&self.call, 1, 1);
        for mode in (0..MODES).filter(|&mode| has(helpers, mode)) {
            spending.pay(&self.helpers[mode]);
        }
        spending
    }
}

/// Weight of a set of modes.
fn total(weights: &[f64; MODES], helpers: Helpers) -> f64 {
    (0..MODES).filter(|&mode| has(helpers, mode)).map(|mode| weights[mode]).sum()
}

impl Answering for MitigationParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let helpers = self.informed()?;
        let spending = self.spending(helpers);
        Some(ExpectedAnswer {
            answered: 1.0,
            right: self.with(helpers),
            calls: spending.calls as f64,
            tokens: spending.tokens as f64,
            dollars: spending.dollars(),
            seconds: spending.seconds,
        })
    }
}

/// What became of one run after its pilot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MitigatedRun {
    run: Answered,
    rescued: bool,
    chose_best: bool,
}

impl Borrow<Answered> for MitigatedRun {
    fn borrow(&self) -> &Answered {
        &self.run
    }
}

impl Trial for MitigationParameters {
    type Outcome = MitigatedRun;

    fn run(&self, draws: &mut Stream) -> MitigatedRun {
        let helpers = self.choose(&self.pilot(draws));
        let succeeds = draws.uniform() < self.success;
        let mode = self.first_failure(draws);
        let rescued = !succeeds && has(helpers, mode) && draws.uniform() < self.removed;
        let best = self.with(self.exhaustive(&self.shares));
        MitigatedRun {
            run: Answered { right: Some(succeeds || rescued), spending: self.spending(helpers) },
            rescued,
            chose_best: self.with(helpers) >= best - 1e-12,
        }
    }
}

impl Mechanism for Mitigation {
    type Parameters = MitigationParameters;
    type Trial = MitigationParameters;

    fn about(&self) -> About {
        About {
            name: "mitigation",
            summary: "Helpers against modes of failure, chosen from pilot runs within an allowance",
            references: &[
                "FAMA: failure-aware agents",
                "mechanisms B43: first failures, greedy and best sets",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<MitigationParameters, MitigatedRun>> {
        let mut all = measures();
        all.push(
            Measure::share("gain", "share of runs that only the helpers save", |o: &MitigatedRun| {
                Some(o.rescued)
            })
            .predicted("(1 - s) f times the shares chosen, if they are known", |p: &MitigationParameters| {
                p.informed().map(|helpers| p.with(helpers) - p.success)
            }),
        );
        all.push(Measure::share(
            "chose_best",
            "probability that the choice is as good as the best set, of which only the shares would tell",
            |o: &MitigatedRun| Some(o.chose_best),
        ));
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<MitigationParameters>> {
        vec![
            Prediction::new("greedy_success", "success of the greedy choice, if the shares are known", |p| {
                Some(p.with(p.greedy(&p.shares)))
            }),
            Prediction::new("best_success", "success of the best set within the allowance", |p| {
                Some(p.with(p.exhaustive(&p.shares)))
            }),
        ]
    }

    fn trial(&self, parameters: &MitigationParameters) -> Result<MitigationParameters, ParameterError> {
        Ok(parameters.clone())
    }
}

//! An agent that searches with a budget of tool calls, and knows it or not (mechanisms B4).
//!
//! A lead is good with probability `q`; a call on it finds the answer with probability `g`, larger on good leads than on bad ones. An agent
//! that does not know its budget stays with its lead and stops after a call in vain with probability `psi`: on a lead of hazard `g` it finds
//! the answer with probability `g (1 - x^b)/(1 - x)`, `x = (1-g)(1-psi)`, within `b` calls. One that knows its budget goes on to the end,
//! and leaves a lead, at the price of some calls, when a fresh one is worth more: a dynamic programme over the calls left and those made on
//! the lead, which are all that it knows of the lead.

use std::sync::OnceLock;

use sim_core::random::Stream;

use super::primitives::{Answered, Answering, Call, ExpectedAnswer, Spending, measures, nanodollars};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};
use crate::theory::numeric::power;

/// The model `tool-budget`.
#[derive(Clone, Copy, Debug)]
pub struct ToolBudget;

/// Parameters of [`ToolBudget`].
#[derive(Clone, Debug)]
pub struct SearchParameters {
    aware: bool,
    budget: u32,
    stop: f64,
    good_share: f64,
    /// Probability that a call finds the answer, on a good and on a bad lead.
    hazards: [f64; 2],
    fresh_lead: u32,
    /// A call of the model and of its tool.
    call: Call,
    programme: OnceLock<Programme>,
}

impl Parameters for SearchParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let agents = [
            (
                "aware",
                true,
                "knows what is left, goes on to the end, and leaves leads that are worth less than a fresh one",
            ),
            ("unaware", false, "stays with its lead, and stops when it has enough of it"),
        ];
        let aware = form.read(choice("agent", &agents).help("whether the agent is told its budget"))?;
        let budget = form.read(integer("budget", 100).between(1, 400).help("tool calls"))?;
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let stop =
            probability("stop", 1.0 / 30.0, "probability to stop after a call in vain, agent = unaware")?;
        let good_share = probability("good_share", 0.1, "share of good leads")?;
        let hazards = [
            probability(
                "good_hazard",
                GOOD_HAZARD,
                "probability that a call on a good lead finds the answer",
            )?,
            probability("bad_hazard", BAD_HAZARD, "probability that a call on a bad lead finds the answer")?,
        ];
        let fresh_lead =
            form.read(integer("fresh_lead", 50).between(1, 400).help("calls that a fresh lead costs"))?;
        let mut call = Call::read(form)?;
        let tool = form.read(
            real("tool_price", 0.001)
                .between(0.0, 1e6)
                .unit(Unit::Dollars)
                .help("what the tool costs per call"),
        )?;
        call.nanodollars += nanodollars(tool);
        let programme = OnceLock::new();
        Ok(Self { aware, budget, stop, good_share, hazards, fresh_lead, call, programme })
    }
}

/// Hazards of the preset, with which both agents find about what BATS reports on BrowseComp at 100 calls.
const GOOD_HAZARD: f64 = 0.2;
const BAD_HAZARD: f64 = 0.0015;

/// What is best with so many calls left and made on the lead, and what that is worth.
#[derive(Clone, Debug)]
struct Programme {
    /// By calls left, then by calls made on the lead: whether a fresh one is better.
    leaves: Vec<Vec<bool>>,
    success: f64,
    calls: f64,
}

impl SearchParameters {
    /// Probability that the next call finds the answer after `made` calls in vain on the lead.
    fn hazard_after(&self, made: u32) -> f64 {
        let [good, bad] = self.hazards;
        let weights =
            [self.good_share * power(1.0 - good, made), (1.0 - self.good_share) * power(1.0 - bad, made)];
        let total = weights[0] + weights[1];
        // After what cannot happen nothing will.
        if total > 0.0 { (weights[0] * good + weights[1] * bad) / total } else { 0.0 }
    }

    /// Forward over the calls left.
    fn work_out(&self) -> Programme {
        let budget = self.budget as usize;
        let hazards: Vec<f64> = (0..=self.budget).map(|made| self.hazard_after(made)).collect();
        // Success and calls, by calls left and made.
        let mut worth = vec![vec![(0.0, 0.0); budget + 1]];
        let mut leaves = vec![vec![false; budget + 1]];
        for left in 1..=budget {
            let fresh = left.checked_sub(self.fresh_lead as usize).filter(|&rest| rest > 0);
            let mut row = vec![(0.0, 0.0); budget + 1];
            let mut leave = vec![false; budget + 1];
            for made in 0..=budget - left {
                let (hazard, later) = (hazards[made], worth[left - 1][made + 1]);
                row[made] = (hazard + (1.0 - hazard) * later.0, 1.0 + (1.0 - hazard) * later.1);
                if let Some((success, calls)) = fresh.map(|rest| worth[rest][0])
                    && made > 0
                    && success > row[made].0
                {
                    row[made] = (success, f64::from(self.fresh_lead) + calls);
                    leave[made] = true;
                }
            }
            worth.push(row);
            leaves.push(leave);
        }
        let (success, calls) = worth[budget][0];
        Programme { leaves, success, calls }
    }

    fn programme(&self) -> &Programme {
        self.programme.get_or_init(|| self.work_out())
    }

    /// Success and calls of an agent that does not know its budget.
    fn unaware(&self) -> (f64, f64) {
        let of = |hazard: f64| {
            let goes_on = (1.0 - hazard) * (1.0 - self.stop);
            let calls = if goes_on == 1.0 {
                f64::from(self.budget)
            } else {
                (1.0 - power(goes_on, self.budget)) / (1.0 - goes_on)
            };
            (hazard * calls, calls)
        };
        let [good, bad] = self.hazards.map(of);
        let mean = |good: f64, bad: f64| self.good_share * good + (1.0 - self.good_share) * bad;
        (mean(good.0, bad.0), mean(good.1, bad.1))
    }

    fn draw_hazard(&self, draws: &mut Stream) -> f64 {
        self.hazards[usize::from(draws.uniform() >= self.good_share)]
    }
}

impl Answering for SearchParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let (right, calls) = if self.aware {
            let programme = self.programme();
            (programme.success, programme.calls)
        } else {
            self.unaware()
        };
        Some(ExpectedAnswer {
            answered: right,
            right,
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: calls * self.call.dollars(),
            seconds: calls * self.call.seconds,
        })
    }
}

impl Trial for SearchParameters {
    type Outcome = Answered;

    fn run(&self, draws: &mut Stream) -> Answered {
        let (mut used, mut made, mut found) = (0, 0, false);
        let mut hazard = self.draw_hazard(draws);
        while used < self.budget {
            if self.aware && self.programme().leaves[(self.budget - used) as usize][made] {
                used += self.fresh_lead;
                made = 0;
                hazard = self.draw_hazard(draws);
            }
            used += 1;
            made += 1;
            found = draws.uniform() < hazard;
            if found || (!self.aware && draws.uniform() < self.stop) {
                break;
            }
        }
        let mut spending = Spending::default();
        spending.add(&self.call, u64::from(used), u64::from(used));
        Answered { right: found.then_some(true), spending }
    }
}

impl Mechanism for ToolBudget {
    type Parameters = SearchParameters;
    type Trial = SearchParameters;

    fn about(&self) -> About {
        About {
            name: "tool-budget",
            summary: "An agent searches with a budget of tool calls, and knows it or not",
            references: &[
                "BATS: budget-aware tool use, arXiv 2511.17006",
                "mechanisms B4: leads, stopping, fresh leads",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<SearchParameters, Answered>> {
        measures()
    }

    fn further_predictions(&self) -> Vec<Prediction<SearchParameters>> {
        vec![
            Prediction::new(
                "success_unaware",
                "of an agent that does not know its budget, g (1 - x^b)/(1 - x)",
                |p| Some(p.unaware().0),
            ),
            Prediction::new("success_aware", "of one that does, by a dynamic programme", |p| {
                Some(p.programme().success)
            }),
        ]
    }

    fn trial(&self, parameters: &SearchParameters) -> Result<SearchParameters, ParameterError> {
        Ok(parameters.clone())
    }
}

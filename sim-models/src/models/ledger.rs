//! Ledgers that keep, or fail to keep, a fleet to its budget.

use sim_core::events::Duration;
use sim_core::random::Streams;

use crate::law::Law;
use crate::mechanism::ledger::{Fleet, Guard, SampledFleet};
use crate::money;
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Replay, Single, Unit, boolean,
    choice, integer, real,
};
use crate::theory::ledger::exceeds_reservation;

/// The model `ledger`: children of one parent make calls against a common cap.
#[derive(Clone, Copy, Debug)]
pub struct BudgetLedger;

/// Parameters of [`BudgetLedger`].
#[derive(Clone, Debug)]
pub struct LedgerParameters {
    fleet: Fleet,
    margin: f64,
    variation: f64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Split,
    Reserve,
    Racy,
    Cached,
    RetryLoop,
    Absent,
}

const NANODOLLARS: f64 = 1e9;

impl Parameters for LedgerParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let kinds = [
            ("split", Kind::Split, "every child has an equal part of its own, and reserves from it"),
            ("reserve", Kind::Reserve, "one budget behind a lock, from which every call is reserved"),
            ("racy", Kind::Racy, "check what is debited, then act; debit when the call ends"),
            ("cached", Kind::Cached, "as racy, but others' debits are seen only at synchronizations"),
            ("retry-loop", Kind::RetryLoop, "as racy, but retries are not checked"),
            ("absent", Kind::Absent, "nothing is checked"),
        ];
        let kind = form.read(choice("ledger", &kinds).help("how the cap is guarded"))?;
        let cap = form.read(dollars("cap", 1.0).help("most that may be spent"))?;
        let children = form.read(
            integer("children", 8)
                .between(1, 100_000)
                .unit(Unit::Agents)
                .help("children that spend at the same time"),
        )?;
        let random = form.read(
            boolean("random_children", false).help("draw their number uniformly, from 1 to children"),
        )?;
        let calls =
            form.read(integer("calls", 20).between(1, 1_000_000).help("calls that every child tries"))?;
        let interval = form.read(
            time("interval", 1.0)
                .help("time between the starts of a child's calls")
                .or_word("sequential", "each starts when the one before has ended"),
        )?;
        let cost = form.read(dollars("cost", 0.01).help("mean cost of a call"))?;
        let variation = form.read(
            real("cost_sigma", 0.5)
                .between(0.0, 5.0)
                .help("standard deviation of the logarithm of a call's cost, which is lognormal"),
        )?;
        let margin = form.read(
            real("margin", 2.0)
                .between(0.001, 1000.0)
                .help("estimate of a call's cost before it is made, as a multiple of its mean"),
        )?;
        let lag = form.read(seconds("call_time", 10.0).help("mean time until a call is debited"))?;
        let spread =
            form.read(seconds("call_deviation", 5.0).help("its standard deviation; the law is lognormal"))?;
        let failure = form.read(
            real("failure", 0.1)
                .between(0.0, 1.0)
                .help("probability that a call fails: it is paid, and the child's next call is a retry"),
        )?;
        let cancellation = form.read(
            real("cancellation", 0.0)
                .between(0.0, 1.0)
                .help("probability that a call is cancelled at a random moment, and paid in part"),
        )?;
        let truncated = form.read(boolean("truncated", true).help(
            "end a call at what was reserved for it; otherwise the cap is only as good as the estimate",
        ))?;
        let every = form.read(
            time("synchronize_every", 5.0).help("time between two synchronizations, ledger = cached only"),
        )?;
        let under_report = form.read(
            integer("under_report", 1)
                .between(1, 1_000_000)
                .help("the provider reports one part in this many of a call's cost"),
        )?;
        let reconcile = form.read(
            integer("reconcile_every", 10)
                .between(1, u32::MAX)
                .help("calls after which true costs are found out")
                .or_word("never", "they are not"),
        )?;
        let deviation = cost * libm::sqrt(libm::expm1(variation * variation));
        let law = |law: Result<Law, crate::law::InvalidLaw>, key: &'static str| {
            law.map_err(|error| ParameterError::impossible(&[key], error.to_string()))
        };
        let fleet = Fleet {
            guard: match kind {
                Kind::Split => Guard::Split,
                Kind::Reserve => Guard::Reserve,
                Kind::Racy => Guard::Racy,
                Kind::Cached => Guard::Cached { every },
                Kind::RetryLoop => Guard::RetryLoop,
                Kind::Absent => Guard::Absent,
            },
            cap: (cap * NANODOLLARS) as u64,
            children,
            random_children: random,
            calls,
            interval,
            estimate: (cost * margin * NANODOLLARS) as u64,
            cost: law(Law::lognormal(cost * NANODOLLARS, deviation * NANODOLLARS), "cost_sigma")?,
            duration: law(Law::lognormal(lag, spread), "call_time")?,
            failure,
            cancellation,
            truncated,
            under_report: u64::from(under_report),
            reconcile_every: reconcile.map(u64::from),
        };
        Ok(Self { fleet, margin, variation })
    }
}

fn dollars(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(1e-9, 1e6).unit(Unit::Dollars)
}

fn seconds(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Seconds)
}

fn time(key: &'static str, default: f64) -> Single<Duration> {
    real(key, default).between(1e-9, 1e9).unit(Unit::Seconds).try_map(Duration::from_seconds)
}

impl LedgerParameters {
    /// Calls that are admitted and what each costs in nanodollars, where there is a closed form.
    fn exact(&self) -> Option<(u64, u64)> {
        let plan = self.fleet.plan()?;
        if self.fleet.reconcile_every.is_some() {
            return None;
        }
        match self.fleet.guard {
            Guard::Split => Some((plan.admitted_split()?, plan.reserved_cost())),
            Guard::Reserve => Some((plan.admitted_reserve()?, plan.reserved_cost())),
            Guard::Racy => Some((plan.admitted_racy()?, plan.cost)),
            Guard::Absent => Some((u64::from(plan.children) * u64::from(plan.calls), plan.cost)),
            Guard::RetryLoop | Guard::Cached { .. } => None,
        }
    }

    fn spend(&self) -> Option<f64> {
        self.exact().map(|(calls, cost)| (calls * cost) as f64)
    }

    /// Calls are not cut off, failed or not: their whole costs are compared with the estimate.
    fn underestimated(&self) -> f64 {
        exceeds_reservation(self.margin, self.variation)
    }
}

impl Model for BudgetLedger {
    type Parameters = LedgerParameters;
    type Plan = SampledFleet;

    fn about(&self) -> About {
        About {
            name: "ledger",
            summary: "Children of one parent make calls against a common cap, under ledgers that keep it or do not",
            references: &[
                "mechanisms B60: move-only budgets, races between check and debit, under-reporting",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let (one, any) = ((0.0, 1.0), (0.0, f64::INFINITY));
        let metric = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            metric("overshoot_probability", Unit::One, one, "probability that more than the cap is spent"),
            metric("overshoot", Unit::Dollars, any, "mean of what is spent beyond the cap"),
            metric("spend", Unit::Dollars, any, "what is spent"),
            metric("utilization", Unit::One, any, "what is spent over the cap: safety is not free"),
            metric("admitted", Unit::One, any, "calls that are made"),
            metric("refused", Unit::One, any, "calls that are not allowed"),
            metric("completed", Unit::One, any, "calls that end with an answer"),
            metric(
                "underestimated",
                Unit::One,
                one,
                "share of calls that cost more than their estimate, if nothing ends them",
            ),
            metric("over_reservation", Unit::One, any, "estimates over costs of the calls that are made"),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<LedgerParameters>> {
        let certain = "certain costs only: cost_sigma, call_deviation, failure and cancellation 0";
        vec![
            Prediction::in_unit("spend", Unit::Dollars, certain, |p| Some(p.spend()? / NANODOLLARS)),
            Prediction::in_unit("overshoot", Unit::Dollars, certain, |p| {
                Some((p.spend()? - p.fleet.cap as f64).max(0.0) / NANODOLLARS)
            }),
            Prediction::new("admitted", certain, |p| p.exact().map(|(calls, _)| calls as f64)),
            Prediction::new("underestimated", "1 - Phi((ln m + sigma^2 / 2) / sigma)", |p| {
                Some(p.underestimated())
            }),
        ]
    }

    fn prepare(&self, parameters: &LedgerParameters) -> Result<SampledFleet, ParameterError> {
        parameters.fleet.simulation().map_err(|error| {
            ParameterError::impossible(&["cost", "children", "calls", "synchronize_every"], error.to_string())
        })
    }

    fn replay(&self, plan: &SampledFleet, trial: u64, streams: &Streams) -> Option<Replay> {
        let (result, trace) = plan.trace(streams, trial);
        let dollars = |amount: u64| format!("{} USD", money::dollars(amount));
        let facts = vec![
            ("outcome", if result.overshoot > 0 { "overshoot" } else { "within" }.to_owned()),
            ("spend", dollars(result.spent)),
            ("overshoot", dollars(result.overshoot)),
            ("admitted", result.admitted.to_string()),
            ("refused", result.refused.to_string()),
        ];
        Some(Replay { facts, trace })
    }
}

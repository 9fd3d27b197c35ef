//! What ledgers let a fleet spend, in closed form (mechanisms B60). Calls have one certain cost and are debited a certain time after their
//! start.

use super::numeric::power;
use sim_core::special::normal_cdf;

/// A fleet with certain costs: `children`, each of which tries `calls` calls against a common `cap`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Most that may be spent, in any whole unit.
    pub cap: u64,
    /// Number of children.
    pub children: u32,
    /// Calls that each of them tries.
    pub calls: u32,
    /// What a call is thought to cost.
    pub estimate: u64,
    /// What it costs.
    pub cost: u64,
    /// Time from the start of a call to its debit, in seconds.
    pub lag: f64,
    /// Time between the starts of a child's calls, in seconds; `None`: each starts when the one before is debited.
    pub interval: Option<f64>,
    /// Whether a call cannot cost more than its estimate, where that is reserved.
    pub truncated: bool,
    /// The provider reports this fraction of the cost.
    pub under_report: u64,
}

impl Plan {
    fn attempts(&self) -> u64 {
        u64::from(self.children) * u64::from(self.calls)
    }

    /// Calls that check-then-act admits. All children start at once; `None` where there is no closed form: several children with
    /// several calls each.
    ///
    /// One call each: all, if the first passes. One child that calls every `g` seconds: `floor((cap - e) / a) + max(1, ceil(lag / g))`,
    /// with `e` the estimate and `a` the debit.
    pub fn admitted_racy(&self) -> Option<u64> {
        let first_passes = self.estimate <= self.cap;
        if !first_passes {
            return Some(0);
        }
        let debit = (self.cost + self.under_report / 2) / self.under_report;
        if self.calls == 1 {
            let all = u64::from(self.children);
            // Without a lag one is debited before the next one looks.
            return (self.lag > 0.0 || self.children == 1).then_some(all);
        }
        if self.children > 1 {
            return None;
        }
        if debit == 0 {
            return Some(self.attempts());
        }
        let in_flight = match self.interval {
            None => 1,
            Some(interval) => (libm::ceil(self.lag / interval) as u64).max(1),
        };
        Some(((self.cap - self.estimate) / debit + in_flight).min(self.attempts()))
    }

    /// Calls that a lock with reservations admits, where every child makes one call: all are reserved before any ends. With several, one
    /// child. `None` elsewhere.
    pub fn admitted_reserve(&self) -> Option<u64> {
        if self.under_report != 1 {
            return None;
        }
        if self.calls == 1 && (self.lag > 0.0 || self.children == 1) {
            return Some(u64::from(self.children).min(self.cap.checked_div(self.estimate)?));
        }
        (self.children == 1).then(|| self.one_after_the_other(self.cap)).flatten()
    }

    /// Calls that an equal split admits, all children together.
    pub fn admitted_split(&self) -> Option<u64> {
        if self.under_report != 1 {
            return None;
        }
        let each = self.one_after_the_other(self.cap / u64::from(self.children))?;
        Some(each * u64::from(self.children))
    }

    /// What a call costs where its estimate is reserved.
    pub fn reserved_cost(&self) -> u64 {
        if self.truncated { self.cost.min(self.estimate) } else { self.cost }
    }

    /// Calls that one child makes from a budget of its own, each reserved before and settled after it.
    fn one_after_the_other(&self, budget: u64) -> Option<u64> {
        if self.interval.is_some_and(|interval| self.lag > interval) {
            return None;
        }
        let most = u64::from(self.calls);
        let Some(spare) = budget.checked_sub(self.estimate) else { return Some(0) };
        // What is not truncated may cost more than was reserved, and is then not paid by the ledger.
        let paid = self.cost.min(self.estimate);
        // What is free is never refused.
        Some(spare.checked_div(paid).map_or(most, |calls| (calls + 1).min(most)))
    }
}

/// Probability that a call costs more than what is reserved for it: its cost is lognormal, with deviation `sigma` of its logarithm, and
/// the reservation is `margin` times its mean. `1 - Phi((ln margin + sigma^2 / 2) / sigma)`; for `sigma = 0` whether `margin < 1`.
pub fn exceeds_reservation(margin: f64, sigma: f64) -> f64 {
    if sigma == 0.0 {
        return f64::from(u8::from(margin < 1.0));
    }
    normal_cdf(-(libm::log(margin) + 0.5 * power(sigma, 2)) / sigma)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FANNED: Plan = Plan {
        cap: 60,
        children: 3,
        calls: 1,
        estimate: 31,
        cost: 23,
        lag: 1.0,
        interval: None,
        truncated: true,
        under_report: 1,
    };

    /// Golden numbers 1 of mechanisms B60: three children, cap 60, estimate 31, cost 23.
    #[test]
    fn three_children() {
        assert_eq!(FANNED.admitted_racy().map(|calls| calls * 23), Some(69));
        assert_eq!(FANNED.admitted_reserve().map(|calls| calls * 23), Some(23));
        assert_eq!(FANNED.admitted_split(), Some(0));
        for (cap, overshoots) in [(50, true), (60, true), (69, false), (100, false)] {
            let spent = Plan { cap, ..FANNED }.admitted_racy().unwrap() * 23;
            assert_eq!(spent > cap, overshoots, "cap {cap}");
        }
    }

    /// Golden numbers 2: calls every second, cap 100, estimate and cost 10.
    #[test]
    fn late_debits() {
        for (lag, spent) in [(0.0, 100), (0.5, 100), (1.0, 100), (5.0, 140)] {
            let plan = Plan {
                cap: 100,
                children: 1,
                calls: 1000,
                estimate: 10,
                cost: 10,
                lag,
                interval: Some(1.0),
                ..FANNED
            };
            assert_eq!(plan.admitted_racy().map(|calls| calls * 10), Some(spent), "lag {lag}");
        }
    }

    /// Golden numbers 4: cap 2000, cost 200, estimate 400; the provider reports all, or a fifth.
    #[test]
    fn under_reports() {
        for (under_report, calls) in [(1, 9), (5, 41)] {
            let plan = Plan {
                cap: 2000,
                children: 1,
                calls: 1000,
                estimate: 400,
                cost: 200,
                under_report,
                ..FANNED
            };
            assert_eq!(plan.admitted_racy(), Some(calls));
        }
    }

    /// Golden numbers 3: at `sigma = 1` a margin of `e^(1/2)` lies one deviation above the median, 0.158655 of a normal law is above.
    #[test]
    fn margins() {
        assert!((exceeds_reservation(libm::exp(0.5), 1.0) - 0.158_655_253_931).abs() < 1e-12);
        assert_eq!((exceeds_reservation(0.9, 0.0), exceeds_reservation(1.0, 0.0)), (1.0, 0.0));
    }
}

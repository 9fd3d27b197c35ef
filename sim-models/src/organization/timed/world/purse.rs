//! Budgets of a trial: what is reserved before a turn, and paid after it.

use sim_core::budget::{Budget, Ledger, NanoDollars, Reservation, Tokens, Unit};

use super::World;
use crate::organization::timed::{Allowance, Meters, Service, TimedOrganization};

/// The budgets of a trial.
pub(super) struct Purse {
    money: Option<Account<NanoDollars>>,
    tokens: Option<Account<Tokens>>,
}

/// The budget of the run, and those of agents that were split off it.
struct Account<U: Unit> {
    ledger: Ledger<U>,
    run: Budget<U>,
    /// By agent; empty where all spend from the run's.
    agents: Vec<Budget<U>>,
}

/// What is set aside for a turn.
#[derive(Debug, Default)]
pub(super) struct Reserved {
    money: Option<Reservation<NanoDollars>>,
    tokens: Option<Reservation<Tokens>>,
}

impl<U: Unit> Account<U> {
    fn new(amount: u64) -> Self {
        let ledger = Ledger::new();
        let run = ledger.grant(amount);
        Self { ledger, run, agents: Vec::new() }
    }

    fn of(&mut self, agent: usize) -> &mut Budget<U> {
        self.agents.get_mut(agent).unwrap_or(&mut self.run)
    }
}

impl Purse {
    pub(super) fn new(plan: &TimedOrganization) -> Self {
        let allowance = &plan.timing.allowance;
        let tokens = allowance.tokens.map(Account::new);
        Self { money: money(plan, allowance), tokens }
    }

    /// Whether anything is limited.
    pub(super) fn is_open(&self) -> bool {
        self.money.is_some() || self.tokens.is_some()
    }

    #[inline]
    fn reserve(&mut self, agent: usize, money: u64, tokens: u64) -> Option<Reserved> {
        let mut reserved = Reserved::default();
        if let Some(account) = &mut self.money {
            reserved.money = Some(account.of(agent).reserve(money).ok()?);
        }
        if let Some(account) = &mut self.tokens {
            match account.of(agent).reserve(tokens) {
                Ok(reservation) => reserved.tokens = Some(reservation),
                Err(_) => {
                    self.pay(agent, reserved, 0, 0);
                    return None;
                }
            }
        }
        Some(reserved)
    }

    /// Pays, and gets the rest back. What is more than was reserved stays unpaid; a turn is cut off before that.
    fn pay(&mut self, agent: usize, reserved: Reserved, money: u64, tokens: u64) {
        if let (Some(account), Some(reservation)) = (&mut self.money, reserved.money) {
            let paid = reservation.commit(money, account.of(agent));
            debug_assert!(paid.is_ok(), "{paid:?}");
        }
        if let (Some(account), Some(reservation)) = (&mut self.tokens, reserved.tokens) {
            let paid = reservation.commit(tokens, account.of(agent));
            debug_assert!(paid.is_ok(), "{paid:?}");
        }
        debug_assert!(self.is_conserved());
    }

    fn is_conserved(&self) -> bool {
        self.money.as_ref().is_none_or(|account| account.ledger.is_conserved())
            && self.tokens.as_ref().is_none_or(|account| account.ledger.is_conserved())
    }
}

fn money(plan: &TimedOrganization, allowance: &Allowance) -> Option<Account<NanoDollars>> {
    let calls = |agent: usize| plan.service(agent).is_some();
    let calling = (0..plan.agents.len()).filter(|&agent| calls(agent)).count() as u64;
    let each = allowance.money_per_agent;
    // Without a budget of the run, it is what its agents have together.
    let amount = allowance.money.or_else(|| each.map(|each| each.saturating_mul(calling)))?;
    let mut account = Account::new(amount);
    if let Some(each) = each {
        for agent in 0..plan.agents.len() {
            // Who comes when nothing is left gets what is left.
            let share = if calls(agent) { each.min(account.run.amount()) } else { 0 };
            account.agents.extend(account.run.split(share));
        }
    }
    Some(account)
}

impl World<'_> {
    /// Reserves what a turn may cost at most; false where it cannot be paid.
    pub(super) fn reserve(&mut self, request: usize, service: &Service) -> bool {
        if !self.purse.is_open() {
            return true;
        }
        let meters = self.requests[request].largest(service, self.plan.timing.allowance.reservation);
        let price = self.price(request, service, &meters);
        let tokens = meters.all();
        match self.purse.reserve(self.agent_of(request), price, tokens) {
            Some(reserved) => {
                self.reserved[request] = reserved;
                true
            }
            None => false,
        }
    }

    /// Pays from what was reserved, and gets the rest back.
    #[inline]
    pub(super) fn settle_reservation(&mut self, request: usize, cost: u64, meters: &Meters) {
        if self.purse.is_open() {
            let reserved = std::mem::take(&mut self.reserved[request]);
            let agent = self.agent_of(request);
            self.purse.pay(agent, reserved, cost, meters.all());
        }
    }

    /// Whether something was reserved for a request and not paid.
    pub(super) fn holds_reservation(&self, request: usize) -> bool {
        self.reserved
            .get(request)
            .is_some_and(|reserved| reserved.money.is_some() || reserved.tokens.is_some())
    }
}

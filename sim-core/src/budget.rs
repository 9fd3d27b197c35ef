//! Budgets that cannot be overspent: move-only values in whole units, whose sum is conserved.
//!
//! A [`Ledger`] grants a [`Budget`]. A budget is split among those who may spend it, and merged again; before something is bought its
//! largest price is taken out as a [`Reservation`], and when the price is known it is committed and the rest comes back. None of these
//! values can be copied: what was given away, merged or reserved cannot be spent a second time, because that does not compile. What is
//! dropped is forfeited, never freed.
//!
//! ```
//! use sim_core::budget::{Ledger, NanoDollars};
//!
//! let ledger = Ledger::<NanoDollars>::new();
//! let mut purse = ledger.grant(100);
//! let mut child = purse.split(40)?;
//!
//! let call = child.reserve(30)?;
//! // Only 10 are left to the child.
//! assert!(child.reserve(11).is_err());
//! // The call cost 23, and 7 come back.
//! call.commit(23, &mut child)?;
//! assert_eq!(child.amount(), 17);
//!
//! purse.merge(child)?;
//! assert_eq!(purse.amount(), 77);
//! assert_eq!(ledger.totals().spent, 23);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What does not compile
//! Each of these differs from a program that compiles in one line.
//!
//! A budget is spent once:
//! ```
//! # use sim_core::budget::{Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! # let mut purse = ledger.grant(10);
//! let call = purse.reserve(10).unwrap();
//! call.commit(10, &mut purse).unwrap();
//! ```
//! ```compile_fail,E0382
//! # use sim_core::budget::{Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! # let mut purse = ledger.grant(10);
//! let call = purse.reserve(10).unwrap();
//! call.commit(10, &mut purse).unwrap();
//! call.commit(10, &mut purse).unwrap(); // use of moved value
//! ```
//!
//! What was delegated is not there any more:
//! ```
//! # use sim_core::budget::{Budget, Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! # fn delegate(_: Budget<Tokens>) {}
//! let purse = ledger.grant(10);
//! delegate(purse);
//! ```
//! ```compile_fail,E0382
//! # use sim_core::budget::{Budget, Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! # fn delegate(_: Budget<Tokens>) {}
//! let mut purse = ledger.grant(10);
//! delegate(purse);
//! purse.split(1); // borrow of moved value
//! ```
//!
//! Neither is what was merged:
//! ```compile_fail,E0382
//! # use sim_core::budget::{Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! # let mut purse = ledger.grant(10);
//! let child = purse.split(5).unwrap();
//! purse.merge(child).unwrap();
//! purse.merge(child).unwrap(); // use of moved value
//! ```
//!
//! A budget has no copy:
//! ```compile_fail,E0599
//! # use sim_core::budget::{Ledger, Tokens};
//! # let ledger = Ledger::<Tokens>::new();
//! let purse = ledger.grant(10);
//! let second = purse.clone(); // no method named `clone`
//! ```
//!
//! Tokens are not money:
//! ```compile_fail,E0308
//! # use sim_core::budget::{Ledger, NanoDollars, Tokens};
//! # let (tokens, money) = (Ledger::<Tokens>::new(), Ledger::<NanoDollars>::new());
//! let mut purse = money.grant(10);
//! purse.merge(tokens.grant(10)); // mismatched types
//! ```
//!
//! # Conservation
//! At every moment `held + reserved + spent + forfeited = granted` (mechanisms B60). The ledger keeps these five totals as they change, so
//! that [`Ledger::is_conserved`] costs nothing; debug builds check it after every operation.
//!
//! A ledger and its budgets belong to one thread: a run is single-threaded, and every replication has a ledger of its own.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use thiserror::Error;

/// What a budget is counted in.
pub trait Unit: fmt::Debug + 'static {
    /// Its name, in the plural.
    const NAME: &'static str;
}

/// Tokens of language models.
#[derive(Clone, Copy, Debug)]
pub enum Tokens {}

/// Money, in units of 10^-9 USD.
#[derive(Clone, Copy, Debug)]
pub enum NanoDollars {}

/// Time, in units of 10^-9 seconds. A deadline is a budget of time.
#[derive(Clone, Copy, Debug)]
pub enum Nanoseconds {}

impl Unit for Tokens {
    const NAME: &'static str = "tokens";
}

impl Unit for NanoDollars {
    const NAME: &'static str = "nanodollars";
}

impl Unit for Nanoseconds {
    const NAME: &'static str = "nanoseconds";
}

/// Where all that was granted is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Granted so far.
    pub granted: u64,
    /// In budgets.
    pub held: u64,
    /// In reservations.
    pub reserved: u64,
    /// Spent.
    pub spent: u64,
    /// Lost with budgets and reservations that were dropped.
    pub forfeited: u64,
}

impl Totals {
    /// Whether nothing appeared or disappeared.
    pub fn are_conserved(&self) -> bool {
        let parts = [self.held, self.reserved, self.spent, self.forfeited];
        parts.into_iter().map(u128::from).sum::<u128>() == u128::from(self.granted)
    }
}

/// The account behind budgets of one unit.
#[derive(Debug)]
pub struct Ledger<U: Unit> {
    totals: Rc<Cell<Totals>>,
    unit: PhantomData<U>,
}

/// An amount that may be spent, once.
#[derive(Debug)]
#[must_use = "a budget that is dropped is forfeited"]
pub struct Budget<U: Unit> {
    amount: u64,
    account: Account<U>,
}

/// An amount that is set aside for one purchase.
#[derive(Debug)]
#[must_use = "a reservation that is dropped is forfeited"]
pub struct Reservation<U: Unit> {
    amount: u64,
    account: Account<U>,
}

/// More was asked for than is there. Nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{asked} {unit} were asked of a budget of {available}")]
pub struct Insufficient {
    /// What was asked for.
    pub asked: u64,
    /// What is there.
    pub available: u64,
    /// The unit.
    pub unit: &'static str,
}

/// A purchase costs more than was reserved for it. The reservation is given back.
#[derive(Debug, Error)]
#[error("{actual} {unit} were to be paid from a reservation of {reserved}", reserved = reservation.amount(), unit = U::NAME)]
pub struct Overspent<U: Unit> {
    /// What was to be paid.
    pub actual: u64,
    /// The reservation.
    pub reservation: Reservation<U>,
}

/// Two values of different ledgers. The one that was to be moved is given back.
#[derive(Debug, Error)]
#[error("{unit} of one ledger cannot go into a budget of another", unit = U::NAME)]
pub struct Foreign<U: Unit>(pub Budget<U>);

/// The totals of a ledger, from the side of those who hold a part of it.
#[derive(Debug)]
struct Account<U: Unit> {
    totals: Rc<Cell<Totals>>,
    unit: PhantomData<U>,
}

impl<U: Unit> Account<U> {
    fn again(&self) -> Self {
        Self { totals: Rc::clone(&self.totals), unit: PhantomData }
    }

    fn change(&self, change: impl FnOnce(&mut Totals)) {
        let mut totals = self.totals.get();
        change(&mut totals);
        debug_assert!(totals.are_conserved(), "not conserved: {totals:?}");
        self.totals.set(totals);
    }

    fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.totals, &other.totals)
    }
}

impl<U: Unit> Default for Ledger<U> {
    fn default() -> Self {
        Self::new()
    }
}

impl<U: Unit> Ledger<U> {
    /// A ledger that has granted nothing.
    pub fn new() -> Self {
        Self { totals: Rc::default(), unit: PhantomData }
    }

    /// Puts an amount into a new budget. What would take all that was granted beyond 2^64 - 1 is not granted.
    pub fn grant(&self, amount: u64) -> Budget<U> {
        let account = Account { totals: Rc::clone(&self.totals), unit: PhantomData };
        let amount = amount.min(u64::MAX - self.totals.get().granted);
        account.change(|totals| {
            totals.granted += amount;
            totals.held += amount;
        });
        Budget { amount, account }
    }

    /// Where all that was granted is.
    pub fn totals(&self) -> Totals {
        self.totals.get()
    }

    /// Whether nothing appeared or disappeared.
    pub fn is_conserved(&self) -> bool {
        self.totals().are_conserved()
    }
}

impl<U: Unit> Budget<U> {
    /// What is there.
    pub fn amount(&self) -> u64 {
        self.amount
    }

    /// Takes out an amount as a budget of its own.
    ///
    /// # Errors
    /// There is less.
    pub fn split(&mut self, amount: u64) -> Result<Self, Insufficient> {
        self.take(amount)?;
        Ok(Self { amount, account: self.account.again() })
    }

    /// Takes in another budget of the same ledger.
    ///
    /// # Errors
    /// It is of another ledger; it is given back.
    pub fn merge(&mut self, mut other: Self) -> Result<(), Foreign<U>> {
        if !self.account.is_same(&other.account) {
            return Err(Foreign(other));
        }
        self.amount += std::mem::take(&mut other.amount);
        Ok(())
    }

    /// Sets an amount aside for one purchase.
    ///
    /// # Errors
    /// There is less.
    pub fn reserve(&mut self, amount: u64) -> Result<Reservation<U>, Insufficient> {
        self.take(amount)?;
        self.account.change(|totals| {
            totals.held -= amount;
            totals.reserved += amount;
        });
        Ok(Reservation { amount, account: self.account.again() })
    }

    fn take(&mut self, amount: u64) -> Result<(), Insufficient> {
        let insufficient = Insufficient { asked: amount, available: self.amount, unit: U::NAME };
        self.amount = self.amount.checked_sub(amount).ok_or(insufficient)?;
        Ok(())
    }
}

impl<U: Unit> Reservation<U> {
    /// What is set aside.
    pub fn amount(&self) -> u64 {
        self.amount
    }

    /// Pays the actual price; the rest goes into `refund`, or is forfeited where that is of another ledger.
    ///
    /// # Errors
    /// The price is more than what was reserved; the reservation is given back.
    pub fn commit(mut self, actual: u64, refund: &mut Budget<U>) -> Result<(), Overspent<U>> {
        if actual > self.amount {
            return Err(Overspent { actual, reservation: self });
        }
        self.amount -= actual;
        self.account.change(|totals| {
            totals.reserved -= actual;
            totals.spent += actual;
        });
        self.cancel(refund);
        Ok(())
    }

    /// Puts all of it into `refund`; where that is of another ledger it is forfeited.
    pub fn cancel(mut self, refund: &mut Budget<U>) {
        if self.account.is_same(&refund.account) {
            let amount = std::mem::take(&mut self.amount);
            self.account.change(|totals| {
                totals.reserved -= amount;
                totals.held += amount;
            });
            refund.amount += amount;
        }
    }
}

impl<U: Unit> Drop for Budget<U> {
    fn drop(&mut self) {
        let amount = self.amount;
        self.account.change(|totals| {
            totals.held -= amount;
            totals.forfeited += amount;
        });
    }
}

impl<U: Unit> Drop for Reservation<U> {
    fn drop(&mut self) {
        let amount = self.amount;
        self.account.change(|totals| {
            totals.reserved -= amount;
            totals.forfeited += amount;
        });
    }
}

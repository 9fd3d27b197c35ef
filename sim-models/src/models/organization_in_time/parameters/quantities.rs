//! Fields in units of time, tokens and money.

use sim_core::events::Duration;

use crate::organization::timed::picodollars_per_token;
use crate::registry::{OrWord, ParameterError, Single, Unit, integer, real};

/// Most tokens of anything: sums of them stay far below what is counted.
const MOST_TOKENS: u32 = 1_000_000_000;

/// Nanodollars to a dollar.
pub(super) const NANODOLLARS: f64 = 1e9;

pub(super) fn seconds(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Seconds)
}

pub(super) fn time(key: &'static str, default: f64) -> Single<Duration> {
    seconds(key, default).try_map(Duration::from_seconds)
}

pub(super) fn tokens(key: &'static str, default: u32) -> Single<u32> {
    integer(key, default).between(0, MOST_TOKENS).unit(Unit::Tokens)
}

pub(super) fn dollars(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Dollars)
}

/// Whole nanodollars.
pub(super) fn money(key: &'static str, default: f64) -> Single<u64> {
    dollars(key, default).try_map(|dollars| Ok::<_, ParameterError>((dollars * NANODOLLARS) as u64))
}

/// A price that a scenario may leave to the table.
pub(super) fn price(key: &'static str) -> Price {
    Price(key)
}

pub(super) struct Price(&'static str);

impl Price {
    pub(super) fn help(self, help: &'static str) -> OrWord<Single<u64>> {
        real(self.0, 1.0)
            .between(0.0, 1e6)
            .unit(Unit::DollarsPerMillionTokens)
            .help(help)
            .try_map(|dollars| picodollars_per_token(dollars).ok_or(()))
            .or_word("listed", "as the table says")
    }
}

/// A mean or deviation of tokens.
pub(super) fn token_law(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, f64::from(MOST_TOKENS)).unit(Unit::Tokens)
}

/// A limit per minute: what is less than one could never serve.
pub(super) fn per_minute(key: &'static str, default: f64, unit: Unit) -> Single<f64> {
    real(key, default).between(1.0, 1e12).unit(unit)
}

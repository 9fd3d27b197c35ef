//! Fields in units of time, tokens and money.

use sim_core::events::Duration;

use crate::organization::timed::picodollars_per_token;
use crate::registry::{OrWord, ParameterError, Single, Unit, integer, real};

/// Nanodollars to a dollar.
pub(super) const NANODOLLARS: f64 = 1e9;

pub(super) fn seconds(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Seconds)
}

pub(super) fn time(key: &'static str, default: f64) -> Single<Duration> {
    seconds(key, default).try_map(Duration::from_seconds)
}

pub(super) fn tokens(key: &'static str, default: u32) -> Single<u32> {
    integer(key, default).unit(Unit::Tokens)
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

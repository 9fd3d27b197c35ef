//! What a call of a language model takes: tokens, money, time (mechanisms B0.8).

use crate::organization::timed::{Meters, Prices, picodollars_per_token};
use crate::registry::{Form, ParameterError, Unit, real};

/// Calls that are all alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Call {
    /// Input and output of a call, in tokens.
    pub tokens: u64,
    /// What a call costs, in nanodollars: whole ones, rounded up once.
    pub nanodollars: u64,
    /// How long a call takes, in seconds.
    pub seconds: f64,
}

/// The keys and defaults under which a mechanism asks for its calls.
#[derive(Clone, Copy, Debug)]
pub struct CallKeys {
    /// Keys of input and output tokens, of their prices and of the time.
    pub keys: [&'static str; 5],
    /// Their defaults: tokens, tokens, USD per million tokens twice, seconds.
    pub defaults: [f64; 5],
}

impl CallKeys {
    /// The calls of a mechanism that has only one kind of them.
    pub const ONLY: Self = Self {
        keys: ["prompt_tokens", "answer_tokens", "input_price", "output_price", "call_time"],
        defaults: [600.0, 500.0, 0.4, 1.6, 10.0],
    };
}

impl Call {
    /// Asks for the calls of a mechanism that has only one kind of them.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read(form: &mut Form) -> Result<Self, ParameterError> {
        Self::read_as(form, &CallKeys::ONLY)
    }

    /// Asks for one of several kinds of calls.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_as(form: &mut Form, names: &CallKeys) -> Result<Self, ParameterError> {
        Ok(CallTerms::read_as(form, names)?.call_after(0))
    }

    /// Asks for a check: `check_cost` and `check_time`.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_check(form: &mut Form) -> Result<Self, ParameterError> {
        let time = ("check_time", 1.0, "how long a check takes");
        Self::read_fee(form, ("check_cost", 0.0, "what a check costs"), time)
    }

    /// Asks for what is no call of a language model but costs money and time: key, default in USD or seconds, and help of both.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_fee(
        form: &mut Form,
        (cost_key, cost, cost_help): (&'static str, f64, &'static str),
        (time_key, time, time_help): (&'static str, f64, &'static str),
    ) -> Result<Self, ParameterError> {
        let cost = real(cost_key, cost).between(0.0, 1e6).unit(Unit::Dollars).help(cost_help);
        let time = real(time_key, time).between(0.0, 1e9).unit(Unit::Seconds).help(time_help);
        Ok(Self { tokens: 0, nanodollars: nanodollars(form.read(cost)?), seconds: form.read(time)? })
    }

    /// What a call costs, in USD.
    pub fn dollars(&self) -> f64 {
        self.nanodollars as f64 / 1e9
    }
}

/// Calls at the same prices of which some read more than others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallTerms {
    prices: Prices,
    meters: Meters,
    seconds: f64,
}

impl CallTerms {
    /// Asks for the calls, without what only some of them read.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_as(form: &mut Form, names: &CallKeys) -> Result<Self, ParameterError> {
        let tokens = |i: usize| real(names.keys[i], names.defaults[i]).between(0.0, 1e9).unit(Unit::Tokens);
        let price = |i: usize| {
            real(names.keys[i], names.defaults[i])
                .between(0.0, 1e6)
                .unit(Unit::DollarsPerMillionTokens)
                .try_map(|price| picodollars_per_token(price).ok_or(()))
        };
        let input = form.read(tokens(0).help("tokens that a call reads"))?;
        let output = form.read(tokens(1).help("tokens that a call writes"))?;
        let input_price = form.read(price(2).help("price of what is read"))?;
        let output_price = form.read(price(3).help("price of what is written"))?;
        let time = real(names.keys[4], names.defaults[4]).between(0.0, 1e9).unit(Unit::Seconds);
        let seconds = form.read(time.help("how long a call takes"))?;
        let prices = Prices { input: input_price, output: output_price, ..Prices::default() };
        let meters = Meters {
            input: libm::round(input) as u64,
            output: libm::round(output) as u64,
            ..Meters::default()
        };
        Ok(Self { prices, meters, seconds })
    }

    /// A call that reads so many tokens more.
    pub fn call_after(&self, history: u64) -> Call {
        let meters = Meters { input: self.meters.input + history, ..self.meters };
        let nanodollars = self.prices.cost(&meters);
        Call { tokens: meters.input + meters.output, nanodollars, seconds: self.seconds }
    }
}

/// Whole nanodollars, rounded up. What a decimal is off by when it is read, less than a picodollar up to a thousand USD, is no nanodollar.
pub fn nanodollars(dollars: f64) -> u64 {
    (libm::round(dollars * 1e12) as u64).div_ceil(1000)
}

/// What a trial spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spending {
    /// Calls made.
    pub calls: u64,
    /// Tokens read and written. Sums are wide: calls can be many, and each of them dear.
    pub tokens: u128,
    /// Money, in nanodollars.
    pub nanodollars: u128,
    /// Time from the question to the answer, in seconds.
    pub seconds: f64,
}

impl Spending {
    /// `calls` more calls, of which those in one of `rounds` run at the same time.
    pub fn add(&mut self, call: &Call, calls: u64, rounds: u64) {
        self.calls += calls;
        self.tokens += u128::from(calls) * u128::from(call.tokens);
        self.nanodollars += u128::from(calls) * u128::from(call.nanodollars);
        self.seconds += rounds as f64 * call.seconds;
    }

    /// What is no call of a language model, such as a check: its money and its time.
    pub fn pay(&mut self, other: &Call) {
        self.nanodollars += u128::from(other.nanodollars);
        self.seconds += other.seconds;
    }

    /// The money, in USD.
    pub fn dollars(&self) -> f64 {
        self.nanodollars as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Parameters, Value, Values};
    use std::collections::BTreeMap;

    struct Only(Call);

    impl Parameters for Only {
        fn read(form: &mut Form) -> Result<Self, ParameterError> {
            Call::read(form).map(Self)
        }
    }

    /// 0.0041 x 10^9 is 4100000.0000000005 in floating point.
    #[test]
    fn money_is_rounded_up_to_whole_nanodollars() {
        for (dollars, expected) in [
            (0.0, 0),
            (0.0041, 4_100_000),
            (0.000123, 123_000),
            (1e-9, 1),
            (1.1e-9, 2),
            (4.0005e-6, 4001),
            (1e6, 1_000_000_000_000_000),
        ] {
            assert_eq!(nanodollars(dollars), expected, "{dollars}");
        }
    }

    /// 600 tokens at 0.4 and 538 at 1.6 USD per million: 240 + 860.8 microdollars, a call of MAKER's table.
    #[test]
    fn a_call_is_billed_in_whole_nanodollars() {
        let given = BTreeMap::from([("answer_tokens".to_owned(), Value::Integer(538))]);
        let values = Values::resolve(&Only::definitions(), &given).unwrap();
        let call = Only::from_values(&values).unwrap().0;
        assert_eq!((call.tokens, call.nanodollars), (1138, 1_100_800));
        let mut spending = Spending::default();
        spending.add(&call, 3, 1);
        spending.add(&call, 1, 1);
        assert_eq!((spending.calls, spending.nanodollars, spending.seconds), (4, 4_403_200, 20.0));
    }
}

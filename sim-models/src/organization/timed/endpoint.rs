//! Where calls are served: a language model behind an interface, with its speed, its prices and its limits.

use crate::law::Law;

/// Prices of tokens. Whole picodollars (10^-12 USD) per token are kept, which is 10^-6 USD per million tokens, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// Input that is not in the cache and is not written to it.
    pub input: u64,
    /// Output, thinking included.
    pub output: u64,
    /// Input that is written to the cache.
    pub cache_write: u64,
    /// Input that is read from the cache.
    pub cache_read: u64,
}

/// Tokens of one request by what they are billed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meters {
    /// Input that is not in the cache and is not written to it.
    pub input: u64,
    /// Output, thinking included.
    pub output: u64,
    /// Input that is written to the cache.
    pub cache_write: u64,
    /// Input that is read from the cache.
    pub cache_read: u64,
}

/// Picodollars per token of a price in USD per million tokens; `None` where it is negative, not a number, or more than a dollar a token.
pub fn picodollars_per_token(dollars_per_million: f64) -> Option<u64> {
    let price = libm::round(dollars_per_million * 1e6);
    (dollars_per_million >= 0.0 && price <= 1e12).then_some(price as u64)
}

impl Prices {
    /// What a request costs, in nanodollars, rounded up once (mechanisms B0.8).
    #[inline]
    pub fn cost(&self, meters: &Meters) -> u64 {
        let (most_tokens, most_price) = (
            meters.input | meters.output | meters.cache_write | meters.cache_read,
            self.input | self.output | self.cache_write | self.cache_read,
        );
        // Nearly always a word is enough, which is much faster to divide.
        if most_tokens < 1 << 22 && most_price < 1 << 40 {
            let picodollars = meters.input * self.input
                + meters.output * self.output
                + meters.cache_write * self.cache_write
                + meters.cache_read * self.cache_read;
            return picodollars.div_ceil(1000);
        }
        let part = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let picodollars = part(meters.input, self.input)
            + part(meters.output, self.output)
            + part(meters.cache_write, self.cache_write)
            + part(meters.cache_read, self.cache_read);
        u64::try_from(picodollars.div_ceil(1000)).unwrap_or(u64::MAX)
    }
}

impl Meters {
    /// No tokens.
    pub const NONE: Self = Self { input: 0, output: 0, cache_write: 0, cache_read: 0 };

    /// All input, however it is billed.
    pub fn all_input(&self) -> u64 {
        self.input.saturating_add(self.cache_write).saturating_add(self.cache_read)
    }

    /// All tokens.
    pub fn all(&self) -> u64 {
        self.all_input().saturating_add(self.output)
    }
}

/// A language model behind an interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its name, such as that of the language model.
    pub name: String,
    /// What tokens cost.
    pub prices: Prices,
    /// Time until the first token of an answer, in seconds, apart from reading the input.
    pub time_to_first_token: Law,
    /// Input that is read per second; `None` takes no time.
    pub prefill_tokens_per_second: Option<f64>,
    /// Tokens per second of one answer while nobody else is served.
    pub tokens_per_second: f64,
    /// Energy of an output token, in joules at the facility's meter.
    pub joules_per_output_token: f64,
    /// Energy of an input token that is not read from the cache, in joules at the facility's meter.
    pub joules_per_input_token: f64,
    /// How much it serves at once and per minute.
    pub limits: EndpointLimits,
}

/// How much an endpoint serves. The default has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EndpointLimits {
    /// Requests that are served at once; others wait in line.
    pub concurrency: Option<u32>,
    /// The larger, the less requests slow each other down: with `n` at once each is served at `1 / (1 + (n - 1) / half_speed)` of its
    /// own speed (mechanisms B0.5), one half at `n = half_speed + 1`. `None`: they do not.
    pub half_speed: Option<f64>,
    /// Requests per minute, as a token bucket that holds one minute's worth.
    pub requests_per_minute: Option<f64>,
    /// Tokens per minute, input and largest output, as a token bucket that holds one minute's worth.
    pub tokens_per_minute: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_rounded_up_once() {
        // Claude Haiku 4.5 of mechanisms B61: 1, 5, 1.25 and 0.10 USD per million tokens.
        let price = |dollars| picodollars_per_token(dollars).unwrap();
        let prices = Prices {
            input: price(1.0),
            output: price(5.0),
            cache_write: price(1.25),
            cache_read: price(0.1),
        };
        let meters = Meters { input: 3, output: 1, cache_write: 0, cache_read: 1 };
        // 3 + 5 + 0.1 microdollars.
        assert_eq!(prices.cost(&meters), 8_100);
        let cheap = Prices { output: price(0.0001), ..Prices::default() };
        assert_eq!(cheap.cost(&Meters { output: 11, ..Meters::default() }), 2);
        assert_eq!(prices.cost(&Meters::default()), 0);
        assert_eq!(prices.cost(&Meters { output: u64::MAX, ..Meters::default() }), u64::MAX);
    }

    #[test]
    fn nonsense_is_no_price() {
        for price in [-0.1, f64::NAN, f64::INFINITY, 1.1e6] {
            assert_eq!(picodollars_per_token(price), None);
        }
    }
}

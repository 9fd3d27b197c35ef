//! Laws of positive quantities: how long something takes, how many tokens an answer has.

use sim_core::random::Stream;
use sim_core::special::{gamma_inc, normal_cdf};
use thiserror::Error;

/// The law of a quantity that is never negative, in its own unit.
///
/// ```
/// use sim_core::random::{Address, Family, Purpose, Streams};
/// use sim_models::law::Law;
///
/// let latency = Law::lognormal(20.0, 8.0)?;
/// assert_eq!((latency.mean(), latency.deviation()), (20.0, 8.0));
/// let mut stream = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
/// assert!(latency.draw(&mut stream) > 0.0);
/// # Ok::<(), sim_models::law::InvalidLaw>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Constant(f64),
    Exponential {
        mean: f64,
    },
    /// The exponential of a normal quantity with this mean and deviation.
    Lognormal {
        mean: f64,
        deviation: f64,
        log_mean: f64,
        log_deviation: f64,
    },
    Gamma {
        mean: f64,
        deviation: f64,
        shape: f64,
    },
}

/// A mean or deviation that no quantity has.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidLaw {
    /// The mean is negative or not a finite number.
    #[error("the mean of a quantity is a finite number from 0; found {0}")]
    Mean(f64),
    /// The deviation is negative or not a finite number; in a gamma law also if it is more than about 10^150 times the mean.
    #[error("the standard deviation of a quantity is a finite number from 0; found {0}")]
    Deviation(f64),
}

/// Deviation over the mean below which a quantity is constant, and from which 1 is nothing beside its square, which may be no number.
const LEAST_VARIATION: f64 = 1e-100;
const LARGE_VARIATION: f64 = 1e100;

impl Law {
    /// Always nothing.
    pub const ZERO: Self = Self(Kind::Constant(0.0));

    /// Always the same.
    ///
    /// # Errors
    /// `value` is negative or not finite.
    pub fn constant(value: f64) -> Result<Self, InvalidLaw> {
        Ok(Self(Kind::Constant(checked(value)?)))
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// `mean` is negative or not finite.
    pub fn exponential(mean: f64) -> Result<Self, InvalidLaw> {
        let mean = checked(mean)?;
        Ok(Self(if mean == 0.0 { Kind::Constant(0.0) } else { Kind::Exponential { mean } }))
    }

    /// Lognormal with this mean and standard deviation; constant where the deviation is 0.
    ///
    /// The logarithm is normal with variance `s^2 = ln(1 + deviation^2 / mean^2)` and mean `ln(mean) - s^2 / 2`.
    ///
    /// # Errors
    /// `mean` or `deviation` is negative or not finite.
    pub fn lognormal(mean: f64, deviation: f64) -> Result<Self, InvalidLaw> {
        let mean = checked(mean)?;
        if !(deviation.is_finite() && deviation >= 0.0) {
            return Err(InvalidLaw::Deviation(deviation));
        }
        let variation = deviation / mean;
        if mean == 0.0 || variation < LEAST_VARIATION {
            return Ok(Self(Kind::Constant(mean)));
        }
        let variance = if variation < LARGE_VARIATION {
            libm::log1p(variation * variation)
        } else {
            2.0 * (libm::log(deviation) - libm::log(mean))
        };
        let log_mean = libm::log(mean) - 0.5 * variance;
        Ok(Self(Kind::Lognormal { mean, deviation, log_mean, log_deviation: libm::sqrt(variance) }))
    }

    /// Lognormal by mean and standard deviation of the logarithm.
    ///
    /// # Errors
    /// `log_deviation` is negative, or one of the moments is not finite.
    pub fn of_logarithm(log_mean: f64, log_deviation: f64) -> Result<Self, InvalidLaw> {
        if !(log_deviation.is_finite() && log_deviation >= 0.0) {
            return Err(InvalidLaw::Deviation(log_deviation));
        }
        let variance = log_deviation * log_deviation;
        let mean = libm::exp(log_mean + 0.5 * variance);
        Self::lognormal(mean, mean * libm::sqrt(libm::expm1(variance)))
    }

    /// Gamma with this mean and standard deviation; constant where the deviation is 0.
    ///
    /// # Errors
    /// `mean` or `deviation` is negative or not finite.
    pub fn gamma(mean: f64, deviation: f64) -> Result<Self, InvalidLaw> {
        // The same numbers are allowed, and the same are certain.
        match Self::lognormal(mean, deviation)?.0 {
            Kind::Lognormal { mean, deviation, .. } => {
                let shape = (mean / deviation) * (mean / deviation);
                if shape < f64::MIN_POSITIVE {
                    return Err(InvalidLaw::Deviation(deviation));
                }
                Ok(Self(Kind::Gamma { mean, deviation, shape }))
            }
            certain => Ok(Self(certain)),
        }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        match self.0 {
            Kind::Constant(value) => value,
            Kind::Exponential { mean } | Kind::Lognormal { mean, .. } | Kind::Gamma { mean, .. } => mean,
        }
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        match self.0 {
            Kind::Constant(_) => 0.0,
            Kind::Exponential { mean } => mean,
            Kind::Lognormal { deviation, .. } | Kind::Gamma { deviation, .. } => deviation,
        }
    }

    /// Whether it is always 0.
    pub fn is_zero(&self) -> bool {
        self.0 == Kind::Constant(0.0)
    }

    /// The mean, if the law is exponential.
    pub fn exponential_mean(&self) -> Option<f64> {
        match self.0 {
            Kind::Exponential { mean } => Some(mean),
            _ => None,
        }
    }

    /// Mean and standard deviation of the logarithm, if the law is lognormal.
    pub fn logarithm(&self) -> Option<(f64, f64)> {
        match self.0 {
            Kind::Lognormal { log_mean, log_deviation, .. } => Some((log_mean, log_deviation)),
            _ => None,
        }
    }

    /// A draw. A constant draws nothing from the stream, a gamma law some numbers, another law one.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        match self.0 {
            Kind::Constant(value) => value,
            Kind::Exponential { mean } => mean * stream.exponential(),
            Kind::Lognormal { .. } => self.draw_shifted(0.0, stream),
            Kind::Gamma { mean, shape, .. } => mean / shape * standard_gamma(shape, stream),
        }
    }

    /// A draw of a lognormal law whose normal quantity is shifted by this many of its deviations; the other laws are not shifted.
    #[inline]
    pub fn draw_shifted(&self, shift: f64, stream: &mut Stream) -> f64 {
        match self.0 {
            Kind::Lognormal { log_mean, log_deviation, .. } => {
                libm::exp(log_mean + log_deviation * (stream.normal() + shift))
            }
            _ => self.draw(stream),
        }
    }

    /// Mean of the smaller of a draw, a lognormal one shifted by so many deviations, and `cap`.
    pub(crate) fn mean_up_to(&self, cap: f64, shift: f64) -> f64 {
        if cap <= 0.0 {
            return 0.0;
        }
        match self.0 {
            Kind::Constant(value) => value.min(cap),
            Kind::Exponential { mean } => -mean * libm::expm1(-cap / mean),
            Kind::Lognormal { log_mean, log_deviation, .. } => {
                let center = log_mean + shift * log_deviation;
                let z = (libm::log(cap) - center) / log_deviation;
                let below = normal_cdf(z - log_deviation);
                // The mean of what is hardly ever below the cap may be no number.
                let whole =
                    if below > 0.0 { libm::exp(center + 0.5 * log_deviation * log_deviation) } else { 0.0 };
                whole * below + cap * normal_cdf(-z)
            }
            Kind::Gamma { mean, shape, .. } => {
                let x = cap * shape / mean;
                mean * gamma_inc(shape + 1.0, x) + cap * (1.0 - gamma_inc(shape, x))
            }
        }
    }

    /// Probability that a draw, a lognormal one shifted by so many deviations, is at most `x`.
    pub(crate) fn probability_below(&self, x: f64, shift: f64) -> f64 {
        match self.0 {
            Kind::Constant(value) => f64::from(u8::from(value <= x)),
            _ if x <= 0.0 => 0.0,
            Kind::Exponential { mean } => -libm::expm1(-x / mean),
            Kind::Lognormal { log_mean, log_deviation, .. } => {
                normal_cdf((libm::log(x) - log_mean) / log_deviation - shift)
            }
            Kind::Gamma { mean, shape, .. } => gamma_inc(shape, x * shape / mean),
        }
    }
}

/// The shift of the log-length of an answer in its deviations, with mean 0 over right and wrong ones: right answers are shorter by
/// `coupling` deviations, wrong ones longer (mechanisms B0.3).
pub(crate) fn length_shift(right: bool, success: f64, coupling: f64) -> f64 {
    match right {
        true => -coupling,
        false if success < 1.0 => coupling * success / (1.0 - success),
        false => 0.0,
    }
}

/// A draw of the gamma law of scale 1.
///
/// Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000; below shape 1 by the
/// power of a uniform number (their section 6).
fn standard_gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let power = libm::pow(stream.uniform(), 1.0 / shape);
        return standard_gamma(shape + 1.0, stream) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let normal = stream.normal();
        let v = 1.0 + c * normal;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(stream.uniform()) < 0.5 * normal * normal + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

fn checked(mean: f64) -> Result<f64, InvalidLaw> {
    if mean.is_finite() && mean >= 0.0 { Ok(mean) } else { Err(InvalidLaw::Mean(mean)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::estimate::Mean;
    use sim_core::random::{Address, Family, Purpose, Streams};

    /// Means and deviations of 10^5 draws within 5 standard errors; the deviation's is computed from the fourth central moment of the
    /// law, as the mean of squared deviations (false-alarm rate 5e-7 a check, ten checks).
    #[test]
    fn draws_have_the_mean_and_the_deviation() {
        let laws = [
            Law::exponential(3.0),
            Law::lognormal(20.0, 8.0),
            Law::lognormal(0.5, 0.6),
            Law::gamma(60.0, 20.0),
            Law::gamma(2.0, 3.0),
        ];
        for (trial, law) in laws.into_iter().enumerate() {
            let law = law.unwrap();
            let mut stream =
                Streams::new(8, Purpose::World, Family::common()).open(Address::trial(trial as u64));
            let (mut mean, mut square) = (Mean::default(), Mean::default());
            for _ in 0..100_000 {
                let value = law.draw(&mut stream);
                mean.record(value);
                square.record((value - law.mean()) * (value - law.mean()));
            }
            assert!((mean.value() - law.mean()).abs() < 5.0 * mean.standard_error(), "{law:?}");
            let variance = law.deviation() * law.deviation();
            assert!((square.value() - variance).abs() < 5.0 * square.standard_error(), "{law:?}");
        }
    }

    /// Shares and capped means of 10^5 draws within 5 standard errors (false-alarm rate 6e-7 a check, 18 checks).
    #[test]
    fn draws_below_a_cap_are_as_many_and_as_large_as_said() {
        let laws =
            [(Law::exponential(3.0), 0.0), (Law::lognormal(4.0, 3.0), 0.4), (Law::gamma(5.0, 2.0), 0.0)];
        for (trial, (law, shift)) in laws.into_iter().enumerate() {
            let law = law.unwrap();
            for cap in [1.5, 4.0, 9.0] {
                let mut stream =
                    Streams::new(9, Purpose::World, Family::common()).open(Address::trial(trial as u64));
                let (mut below, mut capped) = (Mean::default(), Mean::default());
                for _ in 0..100_000 {
                    let value = law.draw_shifted(shift, &mut stream);
                    below.record(f64::from(u8::from(value <= cap)));
                    capped.record(value.min(cap));
                }
                for (found, expected) in
                    [(below, law.probability_below(cap, shift)), (capped, law.mean_up_to(cap, shift))]
                {
                    assert!((found.value() - expected).abs() < 5.0 * found.standard_error(), "{law:?} {cap}");
                }
            }
        }
        assert_eq!(Law::constant(3.0).unwrap().mean_up_to(2.0, 0.0), 2.0);
        assert_eq!(Law::gamma(3.0, 1.0).unwrap().probability_below(0.0, 0.0), 0.0);
    }

    #[test]
    fn nothing_is_drawn_from_certainty() {
        let mut stream = Streams::new(8, Purpose::World, Family::common()).open(Address::trial(0));
        let mut same = stream.clone();
        for law in [Law::ZERO, Law::exponential(0.0).unwrap(), Law::lognormal(0.0, 3.0).unwrap()] {
            assert!(law.is_zero());
            assert_eq!(law.draw(&mut stream), 0.0);
        }
        assert_eq!(Law::lognormal(4.0, 0.0).unwrap().draw(&mut stream), 4.0);
        assert_eq!(stream.uniform(), same.uniform());
    }

    #[test]
    fn extremes_are_constant_or_refused() {
        assert_eq!(Law::gamma(1.0, 1e-160).unwrap(), Law::constant(1.0).unwrap());
        assert_eq!(Law::lognormal(1.0, 1e-200).unwrap(), Law::constant(1.0).unwrap());
        assert!(Law::gamma(1.0, 1e200).is_err());
        let (log_mean, log_deviation) = Law::lognormal(1e-200, 1.0).unwrap().logarithm().unwrap();
        // 2 ln 10^200 is 921.03.
        assert!((log_deviation * log_deviation - 921.034).abs() < 1e-3);
        assert!((log_mean + 2.0 * 460.517).abs() < 1e-3);
        let wide = Law::lognormal(1000.0, 500.0).unwrap();
        assert_eq!(wide.mean_up_to(10_000.0, 3000.0), 10_000.0);
    }

    #[test]
    fn nonsense_is_refused() {
        for mean in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Law::constant(mean).is_err() && Law::exponential(mean).is_err());
            assert!(Law::lognormal(mean, 1.0).is_err() && Law::lognormal(1.0, mean).is_err());
            assert!(Law::gamma(mean, 1.0).is_err() && Law::gamma(1.0, mean).is_err());
        }
    }
}

//! The standard normal distribution.

/// `1 / sqrt(2 pi)`.
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// `1 / sqrt(2)`, split so that the sum of the two parts is good to 107 bits.
const INVERSE_SQRT_2: (f64, f64) = (core::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17);

/// Density of the standard normal distribution at `x`: `exp(-x^2 / 2) / sqrt(2 pi)`.
///
/// The relative error is a few units in the last place, in the tails too, as long as the result is not
/// subnormal.
///
/// ```
/// # use sim_core::special::normal_pdf;
/// assert_eq!(normal_pdf(0.0), 0.3989422804014327);
/// assert_eq!(normal_pdf(f64::INFINITY), 0.0);
/// ```
pub fn normal_pdf(x: f64) -> f64 {
    if x.abs() > 40.0 {
        return 0.0;
    }
    // The leading half of x has an exact square. Without the split the rounding of x^2 would be magnified
    // to a relative error of x^2 / 2 units in the last place.
    let lead = f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000);
    let rest = (x - lead) * (x + lead);
    DENSITY_AT_ZERO * libm::exp(-0.5 * lead * lead) * libm::exp(-0.5 * rest)
}

/// Distribution function of the standard normal distribution: the probability of a value of at most `x`.
///
/// `normal_cdf(-x)` is the upper tail beyond `x`, accurate to a few units in the last place as long as it
/// is not subnormal, where `1 - normal_cdf(x)` would have lost all digits.
///
/// ```
/// # use sim_core::special::normal_cdf;
/// assert_eq!(normal_cdf(0.0), 0.5);
/// assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
/// // Six standard deviations: one in a thousand million.
/// assert!((normal_cdf(-6.0) / 9.865876450376981e-10 - 1.0).abs() < 1e-15);
/// ```
pub fn normal_cdf(x: f64) -> f64 {
    if x.abs() > 40.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    // erfc(z) falls so steeply for large z that the rounding of z = -x / sqrt(2) shows: its relative
    // effect is 2 z^2 units. One step of Taylor's series, with the rounding known exactly, takes it back.
    let (high, low) = INVERSE_SQRT_2;
    let z = -x * high;
    let rounding = libm::fma(-x, high, -z) - x * low;
    let slope = core::f64::consts::FRAC_2_SQRT_PI * libm::exp(-z * z);
    0.5 * (libm::erfc(z) - rounding * slope)
}

/// Quantile of the standard normal distribution: the `x` with `normal_cdf(x) = p`, for `p` in [0, 1].
///
/// Minus infinity at 0, infinity at 1, NaN outside [0, 1]. For an upper tail `q` use
/// `-normal_quantile(q)`: `1 - q` is rounded. The relative error is about 1e-15.
///
/// Source: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
/// Statistics 37 (1988), 477-484, routine PPND16.
///
/// ```
/// # use sim_core::special::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-15);
/// assert_eq!(normal_quantile(1.0), f64::INFINITY);
/// assert!(normal_quantile(1.5).is_nan());
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let centered = p - 0.5;
    if centered.abs() <= 0.425 {
        let r = 0.180625 - centered * centered;
        return centered * rational(r, &CENTER);
    }
    let tail = if centered < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centered);
    }
    let r = (-libm::log(tail)).sqrt();
    let magnitude = if r <= 5.0 { rational(r - 1.6, &MIDDLE) } else { rational(r - 5.0, &FAR) };
    magnitude.copysign(centered)
}

/// Coefficients of a ratio of polynomials of degree 7, constant term first.
struct Rational {
    numerator: [f64; 8],
    denominator: [f64; 8],
}

fn rational(x: f64, ratio: &Rational) -> f64 {
    let horner = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(&ratio.numerator) / horner(&ratio.denominator)
}

/// For `|p - 1/2| <= 0.425`.
#[expect(clippy::excessive_precision, reason = "as published")]
const CENTER: Rational = Rational {
    numerator: [
        3.387_132_872_796_366_608_0e0,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    denominator: [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ],
};

/// For a tail not below `exp(-25)`.
#[expect(clippy::excessive_precision, reason = "as published")]
const MIDDLE: Rational = Rational {
    numerator: [
        1.423_437_110_749_683_577_34e0,
        4.630_337_846_156_545_295_90e0,
        5.769_497_221_460_691_405_50e0,
        3.647_848_324_763_204_605_04e0,
        1.270_458_252_452_368_382_58e0,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ],
    denominator: [
        1.0,
        2.053_191_626_637_758_821_87e0,
        1.676_384_830_183_803_849_40e0,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
};

/// For a tail below `exp(-25)`.
#[expect(clippy::excessive_precision, reason = "as published")]
const FAR: Rational = Rational {
    numerator: [
        6.657_904_643_501_103_777_20e0,
        5.463_784_911_164_114_369_90e0,
        1.784_826_539_917_291_335_80e0,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    denominator: [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
};

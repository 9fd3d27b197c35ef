//! The normal distribution against values computed with 60 digits (mpmath 1.x) and against `statrs`.

use sim_core::special::{normal_cdf, normal_pdf, normal_quantile};
use statrs::distribution::{ContinuousCDF, Normal};

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = if expected == 0.0 { found.abs() } else { (found / expected - 1.0).abs() };
    assert!(error <= tolerance, "{what}: found {found:e}, expected {expected:e}, relative error {error:e}");
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 60 digits")]
fn distribution_and_density_have_full_precision_in_both_tails() {
    let rows = [
        (-37.0, 5.72557122252457682e-300, 2.12000655152460563e-298),
        (-20.0, 2.7536241186062337e-89, 5.52094836215976319e-88),
        (-8.3, 5.20556974489025402e-17, 4.38163943550933272e-16),
        (-5.0, 2.86651571879193912e-7, 1.48671951473429771e-6),
        (-1.959964, 0.024999999096442402, 0.058445068034095004),
        (-1.0, 0.158655253931457051, 0.24197072451914335),
        (-0.1, 0.460172162722971016, 0.396952547477011765),
        (0.0, 0.5, 0.398942280401432678),
        (0.3, 0.617911422188952633, 0.381387815460524087),
        (1.0, 0.841344746068542949, 0.24197072451914335),
        (2.5, 0.993790334674223865, 0.0175283004935685374),
        (6.0, 0.999999999013412355, 6.07588284982328549e-9),
        (8.0, 0.999999999999999378, 5.05227108353689229e-15),
    ];
    for (x, cdf, pdf) in rows {
        assert_close(normal_cdf(x), cdf, 1e-15, &format!("cdf({x})"));
        assert_close(normal_pdf(x), pdf, 1e-15, &format!("pdf({x})"));
        assert_close(normal_pdf(-x), pdf, 1e-15, &format!("pdf({})", -x));
    }
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 60 digits")]
fn quantile_has_full_precision_in_each_of_its_three_ranges() {
    let rows = [
        (5e-324, -38.467_405_617_144_346_251),
        (1e-300, -37.047_096_299_361_199_237),
        (1e-100, -21.273_453_560_965_324_294),
        (1e-30, -11.464_024_688_443_615_72),
        (1.3e-11, -6.667_611_456_510_740_834_7),
        (1.4e-11, -6.656_723_091_518_183_635_6),
        (1e-10, -6.361_340_902_404_056_199_1),
        (1e-6, -4.753_424_308_822_898_957_3),
        (0.001, -3.090_232_306_167_813_535_4),
        (0.025, -1.959_963_984_540_054_211_8),
        (0.074, -1.446_632_067_158_978_509_9),
        (0.076, -1.432_502_720_825_811_618_8),
        (0.25, -0.674_489_750_196_081_743_2),
        (0.49999, -2.506_628_274_896_000_852_7e-5),
        (0.75, 0.674_489_750_196_081_743_2),
        (0.9, 1.281_551_565_544_600_593_5),
        (0.975, 1.959_963_984_540_053_855_6),
        (0.995, 2.575_829_303_548_900_453_9),
        (0.999, 3.090_232_306_167_813_277_8),
    ];
    for (p, x) in rows {
        assert_close(normal_quantile(p), x, 1e-15, &format!("quantile({p:e})"));
    }
}

#[test]
fn quantile_ends_and_refusals() {
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert_eq!(normal_quantile(0.5), 0.0);
    for outside in [-1e-300, 1.0 + 1e-15, f64::NAN] {
        assert!(normal_quantile(outside).is_nan());
    }
    assert!(normal_cdf(f64::NAN).is_nan() && normal_pdf(f64::NAN).is_nan());
    assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
    assert_eq!(normal_cdf(f64::INFINITY), 1.0);
}

#[test]
fn agrees_with_an_independent_implementation() {
    let reference = Normal::standard();
    for step in -600..=600 {
        let x = f64::from(step) / 100.0;
        // `statrs` itself is good to ten digits here.
        assert_close(normal_cdf(x), reference.cdf(x), 1e-9, &format!("cdf({x})"));
    }
}

#[test]
fn quantile_inverts_the_distribution_over_a_thousand_binades() {
    let mut p = 0.5;
    while p > 1e-300 {
        assert_close(normal_cdf(normal_quantile(p)), p, 2e-12, &format!("cdf(quantile({p:e}))"));
        p *= 0.37;
    }
}

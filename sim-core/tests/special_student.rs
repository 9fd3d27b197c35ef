//! Student's t distribution against values computed with 50 digits (mpmath), closed forms and tables.

use proptest::prelude::*;
use sim_core::special::{normal_cdf, student_cdf, student_quantile};

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= tolerance, "{what}: found {found:e}, expected {expected:e}, relative error {error:e}");
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 50 digits")]
fn lower_tail_keeps_twelve_digits() {
    let rows = [
        (-1.0, 1.0, 0.25),
        (-100000.0, 1.0, 3.18309886173180342e-6),
        (-2.5, 2.0, 0.0648058601107554046),
        (-0.01, 3.0, 0.496324555706425991),
        (-2.262, 9.0, 0.0250064227512273148),
        (-12.0, 30.0, 2.79009270759962803e-13),
        (-5.0, 2.5, 0.0117255949854309235),
        (-1.7, 0.5, 0.240067564957884809),
        (-1.96, 1000.0, 0.0251365924778743592),
        (-1.96, 1000000.0, 0.0249980337926348953),
        (-6.0, 1000000000.0, 9.86587982249245943e-10),
        (-0.5, 1000000000.0, 0.308537538780997104),
    ];
    for (t, df, expected) in rows {
        assert_close(student_cdf(t, df), expected, 1e-12, &format!("cdf({t}, {df})"));
        assert_close(student_quantile(expected, df), t, 1e-11, &format!("quantile({expected:e}, {df})"));
    }
}

#[test]
fn quantiles_of_the_printed_tables() {
    // R. A. Fisher and F. Yates, Statistical Tables, table III (two-sided 5 % and 1 %).
    let rows = [
        (1.0, 12.706, 63.657),
        (2.0, 4.303, 9.925),
        (5.0, 2.571, 4.032),
        (10.0, 2.228, 3.169),
        (30.0, 2.042, 2.750),
        (60.0, 2.000, 2.660),
        (120.0, 1.980, 2.617),
        (f64::INFINITY, 1.960, 2.576),
    ];
    for (df, five, one) in rows {
        assert!((student_quantile(0.975, df) - five).abs() <= 0.0005, "5 % at {df}");
        assert!((student_quantile(0.995, df) - one).abs() <= 0.0005, "1 % at {df}");
    }
}

#[test]
fn closed_forms_of_one_and_two_degrees_of_freedom() {
    for step in -400..=400 {
        let t = f64::from(step) / 20.0;
        let cauchy = if t < 0.0 {
            (-1.0 / t).atan() / core::f64::consts::PI
        } else {
            0.5 + t.atan() / core::f64::consts::PI
        };
        assert_close(student_cdf(t, 1.0), cauchy, 1e-13, &format!("cdf({t}, 1)"));
        let root = (2.0 + t * t).sqrt();
        let two = if t < 0.0 { 1.0 / (root * (root - t)) } else { 0.5 + 0.5 * t / root };
        assert_close(student_cdf(t, 2.0), two, 1e-13, &format!("cdf({t}, 2)"));
    }
}

#[test]
fn ends_and_refusals() {
    assert_eq!(student_quantile(0.0, 3.0), f64::NEG_INFINITY);
    assert_eq!(student_quantile(1.0, 3.0), f64::INFINITY);
    assert_eq!(student_quantile(0.5, 3.0), 0.0);
    assert_eq!(student_cdf(f64::NEG_INFINITY, 3.0), 0.0);
    assert_eq!(student_cdf(f64::INFINITY, 3.0), 1.0);
    assert_eq!(student_cdf(1.3, f64::INFINITY), normal_cdf(1.3));
    for df in [0.0, -1.0, f64::NAN] {
        assert!(student_cdf(1.0, df).is_nan() && student_quantile(0.9, df).is_nan(), "{df}");
    }
    assert!(student_quantile(1.1, 3.0).is_nan() && student_cdf(f64::NAN, 3.0).is_nan());
}

proptest! {
    #[test]
    fn quantile_inverts_and_is_odd(p in 0.0001..0.4999, exponent in 0.0..9.0) {
        let df = 10.0_f64.powf(exponent);
        let t = student_quantile(p, df);
        prop_assert!((student_cdf(t, df) / p - 1.0).abs() < 1e-11);
        prop_assert!((student_quantile(1.0 - p, df) + t).abs() < 1e-11 * t.abs() + 1e-13);
    }
}

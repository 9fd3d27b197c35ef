//! The beta distribution against values computed with 50 digits (mpmath) and against `statrs`.

use proptest::prelude::*;
use sim_core::special::{beta_inc, beta_inc_upper, beta_quantile, beta_quantile_upper, ln_beta};

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= tolerance, "{what}: found {found:e}, expected {expected:e}, relative error {error:e}");
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 50 digits")]
fn both_tails_keep_twelve_digits_for_shapes_up_to_a_thousand_million() {
    let rows = [
        (0.5, 0.5, 0.3, 0.369010119565545375, 0.630989880434454625),
        (0.5, 4.5, 0.01, 0.230125000107863376, 0.769874999892136624),
        (1.0, 1.0, 0.25, 0.25, 0.75),
        (2.0, 5.0, 0.7, 0.989064999999999992, 0.0109350000000000076),
        (10.0, 20.0, 0.3, 0.364004081071944228, 0.635995918928055772),
        (10.5, 0.5, 0.999, 0.886104242086468175, 0.113895757913531825),
        (100.0, 900.0, 0.12, 0.97851099920652592, 0.0214890007934740797),
        (900.0, 100.0, 0.88, 0.0214890007934740797, 0.97851099920652592),
        (999.0, 1000000.0, 0.001, 0.529400882279795494, 0.470599117720204506),
        (999.0, 1000000.0, 0.0011, 0.999150804810244898, 0.000849195189755101989),
        (5.0, 1000000000.0, 3e-09, 0.184736757240557171, 0.815263242759442829),
        (5.0, 1000000000.0, 2e-08, 0.999983055259367778, 0.0000169447406322218579),
        (1000000000.0, 3.0, 0.9999999990686774, 0.931887577240118775, 0.0681124227598812252),
        (500000000.0, 0.5, 0.9999999962747097, 0.0535943106774392733, 0.946405689322560727),
        (1001.0, 1001.0, 0.5, 0.5, 0.5),
        (1001.0, 2000.0, 0.3, 0.0000364337089840291141, 0.999963566291015971),
        (10000.0, 1000000000.0, 1.02e-05, 0.976768600674942269, 0.023231399325057731),
        (1000000000.0, 10000.0, 0.99999, 0.498271272899010639, 0.501728727100989361),
        (1000000.0, 1000000.0, 0.501, 0.997661150593068495, 0.00233884940693150475),
        (1000000000.0, 1000000000.0, 0.5, 0.5, 0.5),
        (1000000000.0, 1000000000.0, 0.49998, 0.0368191350203843015, 0.963180864979615699),
        (1000000000.0, 1000000000.0, 0.4999, 1.87204719514942542e-19, 1.0),
        (300000000.0, 700000000.0, 0.30002, 0.916225580025830435, 0.0837744199741695649),
        (1200.5, 300000000.0, 3e-06, 9.08471397871672326e-22, 1.0),
        (999.0, 999.0, 0.49, 0.185672336015780823, 0.814327663984219177),
    ];
    for (a, b, x, lower, upper) in rows {
        assert_close(beta_inc(a, b, x), lower, 1e-12, &format!("I_{x}({a}, {b})"));
        assert_close(beta_inc_upper(a, b, x), upper, 1e-12, &format!("1 - I_{x}({a}, {b})"));
    }
    // 2.9e-439 is below the smallest number.
    assert_eq!(beta_inc(1e5, 1e5, 0.45), 0.0);
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 50 digits")]
fn logarithm_of_the_beta_function() {
    let rows = [
        (0.5, 0.5, 1.14472988584940017),
        (2.0, 3.0, -2.48490664978800031),
        (0.01, 40.0, 4.56271533865327107),
        (15.9, 16.1, -22.2930358433330784),
        (100000.0, 0.5, -5.18409653956041413),
        (1000000000.0, 1000000000.0, -1386294370.21601141),
        (1000000000.0, 3.0, -61.4766503332792882),
        (0.001, 0.001, 7.60090081700834738),
    ];
    for (a, b, expected) in rows {
        assert_close(ln_beta(a, b), expected, 1e-13, &format!("ln B({a}, {b})"));
        assert_close(ln_beta(b, a), expected, 1e-13, &format!("ln B({b}, {a})"));
    }
}

#[test]
#[expect(clippy::excessive_precision, reason = "as computed with 50 digits")]
fn quantiles_keep_twelve_digits() {
    let rows = [
        (0.5, 0.5, 0.1, false, 0.0244717418524232166),
        (3.0, 8.0, 0.025, false, 0.0667395111777344685),
        (11.0, 990.0, 0.025, true, 0.0183132430551124521),
        (10.0, 991.0, 0.025, false, 0.00480551069104930724),
        (6.0, 999999995.0, 0.005, true, 1.4149759346289568e-8),
        (500000000.0, 500000001.0, 0.025, false, 0.499969009748422282),
        (300000000.0, 700000000.0, 1e-09, true, 0.300086921143557249),
        (999999990.0, 11.0, 0.025, false, 0.999999981609644035),
    ];
    for (a, b, probability, upper, expected) in rows {
        let quantile = if upper { beta_quantile_upper } else { beta_quantile };
        assert_close(
            quantile(a, b, probability),
            expected,
            1e-12,
            &format!("quantile({a}, {b}, {probability})"),
        );
    }
}

#[test]
fn quantiles_have_their_closed_forms_where_one_shape_is_one() {
    for n in [1.0, 2.0, 10.0, 1e4, 1e9] {
        for p in [1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5] {
            // mpmath is not needed: x^n = p, and (1 - x)^n = p.
            let root = (f64::ln(p) / n).exp();
            let complement = -(f64::ln(p) / n).exp_m1();
            assert_close(beta_quantile(n, 1.0, p), root, 1e-12, &format!("Beta({n}, 1) at {p}"));
            assert_close(
                beta_quantile_upper(1.0, n, p),
                complement,
                1e-12,
                &format!("Beta(1, {n}) above {p}"),
            );
        }
    }
}

#[test]
fn ends_and_refusals() {
    assert_eq!((beta_inc(2.0, 3.0, 0.0), beta_inc(2.0, 3.0, 1.0)), (0.0, 1.0));
    assert_eq!((beta_inc(2.0, 3.0, -1.0), beta_inc(2.0, 3.0, 2.0)), (0.0, 1.0));
    assert_eq!((beta_quantile(2.0, 3.0, 0.0), beta_quantile(2.0, 3.0, 1.0)), (0.0, 1.0));
    assert_eq!((beta_quantile_upper(2.0, 3.0, 0.0), beta_quantile_upper(2.0, 3.0, 1.0)), (1.0, 0.0));
    for (a, b) in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        assert!(beta_inc(a, b, 0.5).is_nan() && beta_quantile(a, b, 0.5).is_nan() && ln_beta(a, b).is_nan());
    }
    assert!(beta_inc(1.0, 1.0, f64::NAN).is_nan() && beta_quantile(1.0, 1.0, 1.1).is_nan());
}

/// Shapes over ten orders of magnitude.
fn shape() -> impl Strategy<Value = f64> {
    (-0.3..9.0).prop_map(|exponent| 10.0_f64.powf(exponent))
}

proptest! {
    #[test]
    fn agrees_with_an_independent_implementation(a in 0.5..200.0, b in 0.5..200.0, x in 0.0..1.0) {
        let reference = statrs::function::beta::beta_reg(a, b, x);
        prop_assert!((beta_inc(a, b, x) - reference).abs() < 1e-10);
    }

    #[test]
    fn quantile_inverts_the_distribution(a in shape(), b in shape(), p in 0.000001..0.5) {
        let (low, high) = (beta_quantile(a, b, p), beta_quantile_upper(a, b, p));
        prop_assert!(0.0 < low && low <= high && high <= 1.0);
        // The root lies within a few units in the last place, up to the error of the tail itself.
        let (step, slack) = (4.0 * f64::EPSILON, 1e-11);
        prop_assert!(beta_inc(a, b, low * (1.0 - step)) <= p * (1.0 + slack));
        prop_assert!(beta_inc(a, b, low * (1.0 + step)) >= p * (1.0 - slack));
        prop_assert!(beta_inc_upper(a, b, high * (1.0 - step)) >= p * (1.0 - slack));
        prop_assert!(beta_inc_upper(a, b, high * (1.0 + step)) <= p * (1.0 + slack));
    }

    #[test]
    fn reflection_and_monotony(a in shape(), b in shape(), p in 0.01..0.99) {
        let x = beta_quantile(a, b, p);
        prop_assert!((beta_inc(a, b, x) + beta_inc_upper(a, b, x) - 1.0).abs() < 1e-15);
        prop_assert!(beta_inc(a, b, 0.999 * x) <= beta_inc(a, b, x));
    }
}

use crate::{agrees, shows};
use sim_models::theory::dependence::Dependence;
use sim_models::theory::layer::{Layer, Sharing};
use sim_models::theory::majority::majority_gain;
use sim_models::theory::phase::{
    critical_correlation, critical_fidelity, critical_flip, smallest_fan_in, smallest_fan_in_asymptotic,
    synergy_correlation, synergy_fidelity,
};

#[test]
fn critical_correlations_are_those_of_the_table() {
    for (b, gamma, critical) in [
        (3, 0.9, "0.777777777777778"),
        (5, 0.6, "0.238095238095238"),
        (5, 0.9, "0.873015873015873"),
        (7, 0.6, "0.438596491228070"),
        (9, 0.5, "0.315508021390374"),
        (15, 0.4, "0.299749259174835"),
        (31, 0.3, "0.329193092193210"),
        (101, 0.2, "0.431698142266763"),
    ] {
        shows(critical_correlation(&Layer::new(b, 0.0, gamma)).unwrap(), critical);
    }
}

#[test]
fn critical_fidelities_are_those_of_the_table() {
    for (b, rho, critical) in [
        (3, 0.2, "0.714285714285714"),
        (5, 0.1, "0.559440559440559"),
        (5, 0.25, "0.603773584905660"),
        (5, 0.5, "0.695652173913043"),
        (9, 0.3, "0.494399382000772"),
        (31, 0.5, "0.365070234002693"),
        (101, 0.9, "0.586905677392392"),
    ] {
        shows(critical_fidelity(&Layer::new(b, rho, 1.0)).unwrap(), critical);
    }
}

#[test]
fn without_correlation_the_threshold_is_that_of_noisy_gates() {
    for (b, fidelity, flip) in [
        (3, "0.666666666666667", "0.1666666667"),
        (5, "0.533333333333333", "0.2333333333"),
        (7, "0.457142857142857", "0.2714285714"),
        (9, "0.406349206349206", "0.2968253968"),
        (15, "0.318259518259518", "0.3408702409"),
        (31, "0.223294138742407", "0.3883529306"),
        (101, "0.124401117840148", "0.4377994411"),
        (1001, "0.039603578952343", "0.4801982105"),
    ] {
        let layer = Layer::new(b, 0.0, 1.0);
        shows(critical_fidelity(&layer).unwrap(), fidelity);
        shows(critical_flip(&layer).unwrap(), flip);
    }
}

#[test]
fn the_models_differ_in_their_critical_correlation() {
    for (dependence, critical) in
        Dependence::ALL.into_iter().zip(["0.873015873", "0.460515736", "0.500638376", "0.524382314"])
    {
        let layer = Layer { dependence, ..Layer::new(5, 0.0, 0.9) };
        shows(critical_correlation(&layer).unwrap(), critical);
    }
}

#[test]
fn sharing_before_the_channel_tolerates_more_correlation() {
    let layer = Layer { sharing: Sharing::BeforeChannel, ..Layer::new(5, 0.0, 0.6) };
    shows(critical_correlation(&layer).unwrap(), "0.519016774622156");
    for dependence in Dependence::ALL {
        let layer = Layer { dependence, correlation: 0.2, ..layer };
        let fidelity = critical_fidelity(&layer).unwrap();
        agrees(Layer { fidelity, ..layer }.gain(), 1.0, 1e-12);
    }
}

#[test]
fn the_gain_is_one_on_the_boundary_of_every_kind_of_layer() {
    for dependence in Dependence::ALL {
        for sharing in [Sharing::AfterChannel, Sharing::BeforeChannel] {
            for (b, erasure) in [(3, 0.0), (6, 0.1), (21, 0.4)] {
                let layer =
                    Layer { dependence, sharing, erasure, detected: true, ..Layer::new(b, 0.0, 0.85) };
                let correlation = critical_correlation(&layer).unwrap();
                agrees(Layer { correlation, ..layer }.gain(), 1.0, 1e-12);
            }
        }
    }
}

#[test]
fn outside_the_domain_there_is_no_boundary() {
    assert_eq!(critical_correlation(&Layer::new(5, 0.0, 0.5)), None); // collapse at every correlation
    assert_eq!(critical_correlation(&Layer::new(1, 0.0, 1.0)), None);
    assert_eq!(critical_correlation(&Layer::new(2, 0.0, 0.9)), None);
    assert_eq!(critical_correlation(&Layer::new(0, 0.0, 0.9)), None);
    assert_eq!(critical_correlation(&Layer::new(5, 0.0, f64::NAN)), None);
    for dependence in Dependence::ALL {
        assert_eq!(critical_correlation(&Layer { dependence, ..Layer::new(5, 0.0, 1.0) }), Some(1.0));
    }
    assert_eq!(critical_fidelity(&Layer { erasure: 0.7, ..Layer::new(3, 0.0, 1.0) }), None);
    assert_eq!(critical_fidelity(&Layer::new(3, 1.0, 0.2)), Some(1.0));
    assert_eq!(critical_fidelity(&Layer::new(3, f64::NAN, 0.2)), None);
}

#[test]
fn the_smallest_sufficient_fan_in_is_the_first_that_amplifies() {
    assert_eq!(smallest_fan_in(0.1, 0.3), Some(21));
    shows(smallest_fan_in_asymptotic(0.1, 0.3), "20.27");
    assert_eq!(smallest_fan_in(0.5, 1.0), Some(3));
    assert_eq!(
        (smallest_fan_in(1.0, 1.0), smallest_fan_in(0.1, 0.0), smallest_fan_in(0.1, 1e-9)),
        (None, None, None)
    );
    assert_eq!(smallest_fan_in(f64::NAN, 0.5), None);
    for (rho, gamma) in [(0.0, 0.5), (0.3, 0.2), (0.9, 0.5), (0.2, 0.02)] {
        let b = smallest_fan_in(rho, gamma).unwrap();
        let needed = (1.0 / gamma - rho) / (1.0 - rho);
        assert!(majority_gain(b) > needed && majority_gain(b - 2) <= needed);
    }
}

#[test]
fn the_synergy_boundary_is_that_of_the_text() {
    shows(synergy_correlation(&Layer::new(5, 0.0, 0.9), 0.2).unwrap(), "0.390819477510");
    shows(synergy_fidelity(&Layer::new(5, 0.1, 1.0), 0.2).unwrap(), "0.771876733685");
    assert_eq!(synergy_correlation(&Layer::new(5, 0.0, 0.9), 0.5), None);
    assert_eq!(synergy_fidelity(&Layer::new(5, 0.1, 0.9), f64::NAN), None);
}

//! What the literature reports.

use sim_models::literature::{FINDINGS, Standing};
use sim_models::registry::Registry;

/// Every claim of the table holds; a simulation, where there is one, agrees with the prediction. Intervals are of 95 %: each may miss one time
/// in twenty, so they are widened three times (false-alarm rate 4e-9 each).
#[test]
fn the_models_say_what_is_claimed() {
    let registry = Registry::builtin();
    for finding in FINDINGS {
        let what = format!("{}: {}", finding.paper, finding.what);
        let checked = finding.check(&registry).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(checked.holds, "{what}: {checked:?}");
        let claims = finding.claim.standing() != Standing::NotAsserted;
        assert_eq!(claims, !finding.model.is_empty(), "{what}");
        if let (Some(predicted), Some(simulated)) = (checked.predicted, checked.simulated) {
            let room = 3.0 * simulated.half_width() + 1e-9 * predicted.abs();
            assert!((predicted - simulated.value).abs() <= room, "{what}: {checked:?}");
        }
    }
    let of = |standing| FINDINGS.iter().filter(|finding| finding.claim.standing() == standing).count();
    let all = [Standing::Exact, Standing::Preset, Standing::Direction, Standing::NotAsserted].map(of);
    assert!(all.iter().all(|&count| count >= 3), "{all:?}");
}

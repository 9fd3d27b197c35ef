//! What "Towards a Science of Scaling Agent Systems" (arXiv 2512.08296) reports of the five architectures, as settings of the model, and the
//! figures it derives from turns (mechanisms B35).

use crate::organization::graph::shapes::Architecture;

/// Share of the errors that checks of each other's work catch: calibrated by the published amplifications, if all architectures make as
/// many errors (1 less the amplification over 17.2).
pub(super) fn catch(architecture: Architecture) -> f64 {
    match architecture {
        Architecture::Single | Architecture::Independent => 0.0,
        Architecture::Decentralized => 0.547,
        Architecture::Centralized => 0.744,
        Architecture::Hybrid => 0.703,
    }
}

/// Success of a step of a chain that agents hand over to each other, over that of a single agent: calibrated by the four published
/// values on PlanCraft with chains of ten steps.
pub(super) fn handover(architecture: Architecture) -> f64 {
    match architecture {
        Architecture::Single => 1.0,
        Architecture::Independent => 0.8864,
        Architecture::Decentralized => 0.9477,
        Architecture::Centralized => 0.9324,
        Architecture::Hybrid => 0.9517,
    }
}

/// Turns beyond those of a single agent, in single agents.
///
/// ```
/// // 27.7 turns against 7.2: 285 % (B35).
/// let overhead = sim_models::mechanism::architecture::overhead(27.7, 7.2);
/// assert!((overhead - 2.85).abs() < 0.005);
/// ```
pub fn overhead(turns: f64, single: f64) -> f64 {
    turns / single - 1.0
}

/// Success per turn, where the turns of a single agent are 1.
pub fn coordination_efficiency(success: f64, turns: f64, single: f64) -> f64 {
    success * single / turns
}

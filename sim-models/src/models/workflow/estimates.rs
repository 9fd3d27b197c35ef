//! What policies know about samples, as parameters.

use crate::registry::{Form, ParameterError, choice, integer, real};
use crate::workflow::Estimates;

/// The truth, unless a source is given.
pub(super) fn read(form: &mut Form) -> Result<Estimates, ParameterError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Source {
        Truth,
        PlugIn,
        BetaPosterior,
        Adversarial,
    }
    let source = form.read(
        choice(
            "estimates",
            &[
                ("truth", Source::Truth, "the laws of samples are known"),
                ("plug-in", Source::PlugIn, "pilot_runs samples of every model at every subtask are known"),
                (
                    "beta-posterior",
                    Source::BetaPosterior,
                    "the same; success has the posterior mean under a uniform prior",
                ),
                (
                    "adversarial",
                    Source::Adversarial,
                    "success is wrong by estimate_error, lower for better models and higher for worse ones",
                ),
            ],
        )
        .help("what policies know about samples; pilot samples belong to the workflow and do not depend on the seed"),
    )?;
    let runs = form.read(
        integer("pilot_runs", 8)
            .between(1, 10_000)
            .help("samples of every model at every subtask, where estimates are plug-in or beta-posterior"),
    )?;
    let error = form.read(
        real("estimate_error", 0.1)
            .between(0.0, 1.0)
            .help("by how much success is wrong, where estimates are adversarial"),
    )?;
    Ok(match source {
        Source::Truth => Estimates::Truth,
        Source::PlugIn => Estimates::PlugIn { runs },
        Source::BetaPosterior => Estimates::BetaPosterior { runs },
        Source::Adversarial => Estimates::Adversarial { error },
    })
}

//! Single trials, one by one: on all threads, with the same result for any number of them, until somebody cancels.

use std::ops::Range;

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_core::random::Streams;
use sim_models::registry::{AnyPlan, Failure};

/// Trials that a thread takes at a time.
const CHUNK: u64 = 64;

/// What `of` makes of every one of these trials' metrics, in the order of the trials; `None` if it was cancelled. After each piece of the work `done` hears
/// how many trials it had.
///
/// # Errors
/// A trial fails.
pub fn single_trials<T: Send>(
    plan: &dyn AnyPlan,
    trials: Range<u64>,
    streams: &Streams,
    control: &Control,
    of: impl Fn(Vec<f64>) -> T + Sync,
    done: impl Fn(u64) + Sync,
) -> Result<Option<Vec<T>>, Failure> {
    let starts: Vec<u64> = trials.clone().step_by(CHUNK as usize).collect();
    let chunks: Vec<Vec<T>> = starts
        .par_iter()
        .map(|&from| {
            if control.is_cancelled() {
                return Ok(Vec::new());
            }
            let until = (from + CHUNK).min(trials.end);
            let runs = plan.single_trials(from..until, streams)?;
            done(until - from);
            Ok(runs.into_iter().map(&of).collect())
        })
        .collect::<Result<_, Failure>>()?;
    Ok((!control.is_cancelled()).then(|| chunks.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::monte_carlo::Cancellation;
    use sim_core::random::{Family, Purpose};
    use sim_models::registry::{Registry, Values};

    fn trials(threads: usize, control: &Control) -> Option<Vec<Vec<f64>>> {
        let registry = Registry::builtin();
        let model = registry.find("queue").unwrap();
        let values = Values::resolve(&model.parameters(), &[].into()).unwrap();
        let plan = model.prepare(&values).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let streams = Streams::new(1, Purpose::World, Family::common());
        pool.install(|| single_trials(&*plan, 10..300, &streams, control, |run| run, |_| {})).unwrap()
    }

    #[test]
    fn trials_are_the_same_on_any_number_of_threads() {
        let one = trials(1, &Control::default()).unwrap();
        assert_eq!(one.len(), 290);
        assert_eq!(trials(3, &Control::default()).unwrap(), one);
    }

    #[test]
    fn cancelled_trials_are_none() {
        let cancellation = Cancellation::default();
        cancellation.cancel();
        assert_eq!(trials(2, &Control::new(cancellation)), None);
    }
}

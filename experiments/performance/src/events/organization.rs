//! An organization in time on synergy's engine: what its agents, messages and votes cost beside the engine itself.

use super::{Case, Engine, Outcome};
use crate::clock::thread_cpu_seconds;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::{
    law::Law,
    organization::{
        Bias,
        graph::shapes::{Shape, Star},
        timed::{Delivery, Service, TimedOrganization, Timing},
    },
};
use std::error::Error;

/// The product's evaluator of organizations in time.
pub struct InTime;

impl Engine for InTime {
    fn name(&self) -> &'static str {
        "synergy, organization in time"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let Case::Star(agents) = case else { return Ok(None) };
        let star = Star::new(agents, Bias::new(0.2)?).organization()?;
        let mut timing =
            Timing::instant(agents + 1).serving(0..agents, &Service::lasting(Law::exponential(1.0)?));
        timing.delivery = Delivery { latency: Law::exponential(0.2)?, ..Delivery::default() };
        let timed = TimedOrganization::new(&star, &timing)?;
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let mut trials = timed.trials(&streams);
        let (mut handled, mut trial) = (0, 0);
        let begin = thread_cpu_seconds();
        while handled < events {
            handled += trials.run(trial).events;
            trial += 1;
        }
        Ok(Some(Outcome { events: handled, seconds: thread_cpu_seconds() - begin, wait: None }))
    }
}

//! Parameters of an organization in time: an organization, and what is laid over it.

mod calls;
mod endpoint;
mod limits;
mod quantities;
mod waiting;

use self::calls::read_calls;
use self::endpoint::read_endpoint;
use self::limits::{read_allowance, read_context, read_delivery};
use self::waiting::{read_policy, read_waiting};
use super::{faults, services};
use crate::models::organization::OrganizationParameters;
use crate::organization::timed::{Endpoint, InvalidTiming, Service, TimedOrganization, Timing, Waiting};
use crate::registry::{Form, ParameterError, Parameters, boolean, real, table};

/// Parameters of [`OrganizationInTime`](super::OrganizationInTime).
#[derive(Clone, Debug)]
pub struct TimedParameters {
    pub(super) base: OrganizationParameters,
    pub(super) timing: Timing,
    pub(super) by_agent: bool,
    pub(super) attribute: bool,
}

impl Parameters for TimedParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let base = OrganizationParameters::read(form)?;
        let Calls { service, endpoint, waiting } = Calls::read(form)?;
        let judge = form.read(
            boolean("judges_call", false)
                .help("whether agents that only decide on the votes of others make a call for it; otherwise they decide at once and for nothing"),
        )?;
        let services = form.read(
            table("services")
                .help("calls and waiting of agents of their own, by name, \"a*\" or \"family:NAME\": root = { language_model = \"gpt-4o\", output_tokens = 200 }")
                .or_word("none", "all agents call and wait alike"),
        )?;
        let calls = read_policy(form)?;
        let (delivery, message_tokens) = read_delivery(form)?;
        let context = read_context(form, &base)?;
        let allowance = read_allowance(form)?;
        let fault_table = form.read(
            table("faults")
                .help("what goes wrong, an entry per fault: silent-wrong = 0.05, crash = { rate = \"0.01 per s\", restart = \"20 s\" }; an entry may have a target = \"a*\" or \"family:NAME\"")
                .or_word("none", "nothing goes wrong"),
        )?;
        let scale = form.read(
            real("fault_scale", 1.0).not_negative().help("factor of all probabilities and rates of faults"),
        )?;
        let attribute = form.read(
            boolean("attribute", false)
                .help("run every trial once more without each fault, and tell what each costs in success"),
        )?;
        let by_agent =
            form.read(boolean("by_agent", false).help("tell the tokens of every agent that makes calls"))?;

        let base = base.with_message_tokens(f64::from(message_tokens));
        let organization = base.organization();
        let agents = organization.graph().len();
        let calls_at_all = |agent: usize| judge || organization.bias(agent).is_some();
        let mut timing = Timing::instant(agents).waiting(waiting);
        timing.endpoints = vec![endpoint];
        if let Some(service) = service {
            timing = timing.serving((0..agents).filter(|&agent| calls_at_all(agent)), &service);
        }
        if let Some(services) = &services {
            services::lay_over(&mut timing, services, form, organization)?;
        }
        let working: Vec<bool> =
            (0..agents).map(|agent| calls_at_all(agent) || timing.services[agent].is_some()).collect();
        timing = Timing {
            calls,
            delivery,
            context,
            allowance,
            faults: faults::read(&fault_table.unwrap_or_default(), scale, organization, &working)?,
            ..timing
        };
        Ok(Self { base, timing, by_agent, attribute })
    }
}

/// What one agent can have otherwise than the others.
pub(super) struct Calls {
    /// `None`: it decides at once and for nothing.
    pub(super) service: Option<Service>,
    pub(super) endpoint: Endpoint,
    pub(super) waiting: Waiting,
}

impl Parameters for Calls {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        Ok(Self { service: read_calls(form)?, endpoint: read_endpoint(form)?, waiting: read_waiting(form)? })
    }
}

impl TimedParameters {
    /// The organization in time that these parameters describe.
    ///
    /// # Errors
    /// It cannot be simulated.
    pub fn timed(&self) -> Result<TimedOrganization, ParameterError> {
        let timed = TimedOrganization::new(self.base.organization(), &self.timing).map_err(explain)?;
        let timed = if self.by_agent { timed.by_agent() } else { timed };
        Ok(if self.attribute { timed.attributing() } else { timed })
    }
}

/// Names the keys behind what is wrong.
fn explain(error: InvalidTiming) -> ParameterError {
    let keys: &[&'static str] = match &error {
        InvalidTiming::NotSampled(_) => &["file", "graph", "shape"],
        InvalidTiming::TooFewSenders { .. } => &["wait_for"],
        InvalidTiming::NeverServed { .. } => {
            &["tokens_per_minute", "prompt_tokens", "output_tokens", "faults"]
        }
        InvalidTiming::NoRoom { .. } => &["context_window", "prompt_tokens", "output_tokens"],
        InvalidTiming::NeverDone { .. } | InvalidTiming::TwoFaults(_) => &["faults"],
        InvalidTiming::Number { quantity, .. } if quantity.contains("per minute") => {
            &["requests_per_minute", "tokens_per_minute"]
        }
        _ => &["faults", "fault_scale"],
    };
    ParameterError::impossible(keys, error.to_string())
}

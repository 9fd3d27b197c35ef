//! Agents with calls of their own: `services = { root = { language_model = "gpt-4o", output_tokens = 200 } }`.

use std::collections::BTreeMap;

use super::parameters::Calls;
use super::selection::select;
use crate::organization::graph::Organization;
use crate::organization::timed::Timing;
use crate::registry::{Form, ParameterError, Parameters, Value};

/// Gives agents the calls and the waiting of their own that a table says, by name, pattern or family; a later entry of the table, in the
/// order of the names, takes the place of an earlier one. Who is named makes a call.
pub(super) fn lay_over(
    timing: &mut Timing,
    table: &BTreeMap<String, Value>,
    form: &Form,
    organization: &Organization,
) -> Result<(), ParameterError> {
    let definitions = Calls::definitions();
    for (pattern, own) in table {
        let wrong = |sentence: String| {
            ParameterError::impossible(&["services"], format!("services of `{pattern}`: {sentence}"))
        };
        let Value::Table(own) = own else {
            let example = "a table of parameters of calls, such as { output_tokens = 200 }";
            return Err(wrong(format!("they are {example}; found the {} `{own}`", own.kind())));
        };
        let selected = select(pattern, organization);
        if !selected.contains(&true) {
            return Err(wrong("no agent has this name".to_owned()));
        }
        let mut form = form.with(own, &definitions).map_err(|error| wrong(error.to_string()))?;
        let Calls { service, endpoint, waiting } =
            Calls::read(&mut form).map_err(|error| wrong(error.to_string()))?;
        let known = timing.endpoints.iter().position(|known| *known == endpoint);
        let position = known.unwrap_or_else(|| {
            timing.endpoints.push(endpoint);
            timing.endpoints.len() - 1
        });
        for agent in (0..selected.len()).filter(|&agent| selected[agent]) {
            timing.services[agent] = service.clone().map(|mut service| {
                service.endpoint = position;
                service
            });
            timing.waiting[agent] = waiting;
        }
    }
    Ok(())
}

//! Where calls are served.

use super::quantities::{per_minute, price, seconds};
use crate::law::Law;
use crate::organization::timed::{Catalog, Endpoint, EndpointLimits, LanguageModel};
use crate::registry::{Document, Form, ParameterError, Single, Unit, choice, document, integer, real};

/// The endpoint: a row of the table or a file, with what the scenario says otherwise.
pub(super) fn read_endpoint(form: &mut Form) -> Result<Endpoint, ParameterError> {
    let language_model = form.read(language_model())?;
    let file = form.read(
        document("language_model_file")
            .help("JSON file of a language model of one's own, with the fields of the table's rows")
            .or_word("none", "a row of the table"),
    )?;
    let input = form.read(price("input_price").help("price of input"))?;
    let output = form.read(price("output_price").help("price of output"))?;
    let cache_write =
        form.read(price("cache_write_price").help("price of input that is written to the cache"))?;
    let cache_read =
        form.read(price("cache_read_price").help("price of input that is read from the cache"))?;
    let speed = form.read(
        real("tokens_per_second", 100.0)
            .positive()
            .unit(Unit::TokensPerSecond)
            .help("speed of one answer")
            .or_word("listed", "as the table says"),
    )?;
    let first = form.read(
        seconds("time_to_first_token", 0.5)
            .help("time until the first token of an answer")
            .or_word("listed", "as the table says"),
    )?;
    let limits = EndpointLimits {
        concurrency: form.read(
            integer("concurrency", 1)
                .between(1, 1_000_000)
                .help("requests that are served at once; others wait in line")
                .or_word("unlimited", "any number"),
        )?,
        half_speed: form.read(
            real("half_speed", 8.0)
                .positive()
                .help("with this many requests beside it, a request is served at half its speed")
                .or_word("unlimited", "requests do not slow each other down"),
        )?,
        requests_per_minute: form.read(
            per_minute("requests_per_minute", 60.0, Unit::RequestsPerMinute)
                .help("requests that are admitted; others are refused, and tried again")
                .or_word("unlimited", "any number"),
        )?,
        tokens_per_minute: form.read(
            per_minute("tokens_per_minute", 100_000.0, Unit::TokensPerMinute)
                .help("tokens that are admitted, input and largest output")
                .or_word("unlimited", "any number"),
        )?,
    };
    let energy = form.read(
        real("energy_per_token", 0.0)
            .not_negative()
            .unit(Unit::JoulesPerToken)
            .help("energy of an output token at the processor"),
    )?;
    let input_energy = form.read(
        real("energy_per_input_token", 0.0)
            .not_negative()
            .unit(Unit::JoulesPerToken)
            .help("energy of an input token that is not in the cache"),
    )?;
    let pue = form.read(
        real("power_usage_effectiveness", 1.0)
            .between(1.0, 10.0)
            .help("energy of the facility over that of its processors"),
    )?;
    let row = match &file {
        Some(file) => of_file(file)?,
        None => language_model.clone(),
    };
    let wrong = |error: String| ParameterError::impossible(&["language_model_file", "language_model"], error);
    let mut endpoint = row.endpoint().map_err(|error| wrong(error.to_string()))?;
    for (given, meter) in [
        (input, &mut endpoint.prices.input),
        (output, &mut endpoint.prices.output),
        (cache_write, &mut endpoint.prices.cache_write),
        (cache_read, &mut endpoint.prices.cache_read),
    ] {
        if let Some(price) = given {
            *meter = price;
        }
    }
    endpoint.tokens_per_second = speed.unwrap_or(endpoint.tokens_per_second);
    if let Some(first) = first {
        endpoint.time_to_first_token = Law::constant(first)
            .map_err(|error| ParameterError::impossible(&["time_to_first_token"], error.to_string()))?;
    }
    endpoint.joules_per_output_token = energy * pue;
    endpoint.joules_per_input_token = input_energy * pue;
    endpoint.limits = limits;
    Ok(endpoint)
}

fn of_file(file: &Document) -> Result<LanguageModel, ParameterError> {
    LanguageModel::from_json(file.text()).map_err(|error| {
        ParameterError::impossible(&["language_model_file"], format!("{}: {error}", file.name()))
    })
}

/// The rows of the table as choices; the first is the default.
fn language_model() -> Single<&'static LanguageModel> {
    static TABLE: std::sync::LazyLock<Vec<LanguageModel>> =
        std::sync::LazyLock::new(|| Catalog::builtin().map(|table| table.models).unwrap_or_default());
    let choices: Vec<(&'static str, &'static LanguageModel, &'static str)> =
        TABLE.iter().map(|row| (row.name.as_str(), row, "")).collect();
    choice("language_model", &choices).help("row of the table of prices and speeds")
}

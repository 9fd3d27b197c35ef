//! What a comparison came to, for a person and for programs.

use serde_json::{Map, Value, json};
use sim_core::estimate::{Confidence, Estimate};
use sim_models::workflow::{Budget, ComparisonTally, WorkflowTally};

use crate::command::workflow::unit;
use crate::output::{Format, align, estimate_text, say, write_bytes};
use crate::problem::{Outcome, Problem as Trouble};

/// Policies under the same rules, and perhaps again where baselines have rules of their own.
pub(super) struct Report {
    names: Vec<String>,
    tallies: Vec<ComparisonTally>,
    factor: f64,
    unit: &'static str,
}

/// A pair of policies of which the better one changes with the rules of baselines, beyond doubt: neither interval holds 0.
struct RankingChange {
    a: usize,
    b: usize,
    symmetric: Estimate,
    asymmetric: Estimate,
}

/// Rules, as results name them.
const RULES: [&str; 2] = ["symmetric", "asymmetric"];
/// The same for a person.
const RULES_TEXT: [&str; 2] =
    ["the same rules for all", "baselines under the rules of the published program's"];

impl Report {
    /// Of one tally, or of two: the second one where baselines have rules of their own.
    pub(super) fn new(names: Vec<String>, tallies: Vec<ComparisonTally>, budget: Budget) -> Self {
        let (factor, unit) = unit(budget);
        Self { names, tallies, factor, unit }
    }

    pub(super) fn print(&self, format: Format) -> Outcome<()> {
        match format {
            Format::Json => self.print_json(),
            Format::Csv => self.print_csv(),
            Format::Table => self.print_tables(),
        }
    }

    fn columns(&self, policy: &WorkflowTally) -> [(&'static str, Estimate); 5] {
        let confidence = Confidence::DEFAULT;
        [
            ("completion_probability", policy.completion().estimate(confidence)),
            ("cost", policy.cost().estimate(confidence).affine(0.0, self.factor)),
            ("makespan", policy.makespan().estimate(confidence)),
            ("decisions", policy.decisions().estimate(confidence)),
            ("simulations_per_decision", policy.simulations().estimate(confidence)),
        ]
    }

    /// Pairs whose difference changes its sign, where neither interval holds 0.
    fn ranking_changes(&self) -> Vec<RankingChange> {
        let [symmetric, asymmetric] = self.tallies.as_slice() else { return Vec::new() };
        let differences = symmetric.differences(Confidence::DEFAULT).into_iter();
        let pairs = differences.zip(asymmetric.differences(Confidence::DEFAULT));
        let changes =
            pairs.map(|((a, b, symmetric), (.., asymmetric))| RankingChange { a, b, symmetric, asymmetric });
        let sign = |difference: &Estimate| i8::from(difference.low > 0.0) - i8::from(difference.high < 0.0);
        changes.filter(|change| sign(&change.symmetric) * sign(&change.asymmetric) < 0).collect()
    }

    fn object(&self, tally: &ComparisonTally) -> Map<String, Value> {
        let rows = self.names.iter().zip(tally.policies()).map(|(name, policy)| {
            let entries = self.columns(policy).map(|(key, estimate)| (key.to_owned(), json!(estimate)));
            (name.clone(), Value::Object(entries.into_iter().collect()))
        });
        let differences = tally.differences(Confidence::DEFAULT).into_iter().map(|(a, b, estimate)| {
            let (value, low, high) = (estimate.value, estimate.low, estimate.high);
            json!({"a": self.names[a], "b": self.names[b], "value": value, "low": low, "high": high})
        });
        Map::from_iter([
            ("policies".to_owned(), Value::Object(rows.collect())),
            ("differences".to_owned(), Value::Array(differences.collect())),
        ])
    }

    fn print_json(&self) -> Outcome<()> {
        let mut report = self.tallies.first().map(|tally| self.object(tally)).unwrap_or_default();
        if let Some(tally) = self.tallies.get(1) {
            report.insert("asymmetric".to_owned(), Value::Object(self.object(tally)));
            let changes = self.ranking_changes();
            let changes = changes.iter().map(|change| {
                let (a, b) = (&self.names[change.a], &self.names[change.b]);
                json!({"a": a, "b": b, "symmetric": change.symmetric, "asymmetric": change.asymmetric})
            });
            report.insert("ranking_changes".to_owned(), Value::Array(changes.collect()));
        }
        let json = serde_json::to_string_pretty(&report);
        let json = json.map_err(|error| Trouble::failure(format!("cannot write JSON: {error}")))?;
        write_bytes(format!("{json}\n").as_bytes())
    }

    fn print_csv(&self) -> Outcome<()> {
        // With both rules a column says which; whose order changes follows from the rows.
        let both = self.tallies.len() > 1;
        let first = if both { "baselines," } else { "" };
        say(format_args!(
            "{first}policy,completion_probability,low,high,cost,makespan,decisions,simulations_per_decision"
        ))?;
        for (tally, rules) in self.tallies.iter().zip(RULES) {
            let first = if both { format!("{rules},") } else { String::new() };
            for (name, policy) in self.names.iter().zip(tally.policies()) {
                let [completion, rest @ ..] = self.columns(policy).map(|(_, estimate)| estimate);
                let rest: Vec<String> = rest.iter().map(|estimate| estimate.value.to_string()).collect();
                let (value, low, high) = (completion.value, completion.low, completion.high);
                say(format_args!("{first}{name},{value},{low},{high},{}", rest.join(",")))?;
            }
        }
        Ok(())
    }

    fn print_tables(&self) -> Outcome<()> {
        for (position, (tally, rules)) in self.tallies.iter().zip(RULES_TEXT).enumerate() {
            if self.tallies.len() > 1 {
                say(format_args!("{}{rules}:", if position > 0 { "\n" } else { "" }))?;
            }
            self.print_table(tally)?;
        }
        if self.tallies.len() < 2 {
            return Ok(());
        }
        let changes = self.ranking_changes();
        if changes.is_empty() {
            return say(format_args!("\nranking changes beyond doubt: none"));
        }
        let head = ["ranking change", RULES[0], RULES[1]];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(changes.iter().map(|change| {
            let pair = format!("{} - {}", self.names[change.a], self.names[change.b]);
            vec![pair, estimate_text(&change.symmetric), estimate_text(&change.asymmetric)]
        }));
        say(format_args!("\n{}", align(&rows).trim_end()))
    }

    fn print_table(&self, tally: &ComparisonTally) -> Outcome<()> {
        let cost = format!("cost ({})", self.unit);
        let head =
            ["policy", "completion probability", &cost, "makespan (s)", "decisions", "simulations each"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (name, policy) in self.names.iter().zip(tally.policies()) {
            let [completion, rest @ ..] = self.columns(policy).map(|(_, estimate)| estimate);
            let mut row = vec![name.clone(), estimate_text(&completion)];
            row.extend(rest.iter().map(|estimate| short(estimate.value)));
            rows.push(row);
        }
        say(format_args!("{}", align(&rows).trim_end()))?;
        let mut rows = vec![vec!["difference".to_owned(), "of completion probabilities".to_owned()]];
        rows.extend(tally.differences(Confidence::DEFAULT).iter().map(|(a, b, estimate)| {
            vec![format!("{} - {}", self.names[*a], self.names[*b]), estimate_text(estimate)]
        }));
        if rows.len() > 1 {
            say(format_args!("\n{}", align(&rows).trim_end()))?;
        }
        Ok(())
    }
}

/// Four digits; a bound decides nothing, and has no mean per decision.
fn short(x: f64) -> String {
    if !x.is_finite() {
        return "-".to_owned();
    }
    if x == 0.0 || x.abs() >= 1000.0 { format!("{x:.0}") } else { format!("{x:.*}", digits(x)) }
}

fn digits(x: f64) -> usize {
    (3 - x.abs().log10().floor() as i32).clamp(0, 12) as usize
}

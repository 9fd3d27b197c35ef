//! Claims and findings, as a table, JSON, JUnit XML or Markdown.

use clap::ValueEnum;
use serde::Serialize;
use sim_models::claims::{Claim, Effort, Finding, Relation};

use super::{align, grouped};
use crate::problem::{Outcome, Problem};

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For continuous integration
    Junit,
    /// For a report
    Markdown,
}

/// A claim with what was found.
pub struct Checked<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What was found.
    pub finding: Finding,
}

/// What JSON says of a claim.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    group: &'a str,
    sentence: &'a str,
    source: &'a str,
    relation: Relation,
    false_where: Option<&'a str>,
    #[serde(flatten)]
    finding: Option<&'a Finding>,
    /// Trials at which the interval is half the margin on either side.
    trials_needed: Option<f64>,
}

impl<'a> Entry<'a> {
    fn new(claim: &'a Claim, finding: Option<&'a Finding>) -> Self {
        Self {
            id: claim.id(),
            group: claim.group(),
            sentence: claim.sentence(),
            source: claim.source(),
            relation: claim.relation(),
            false_where: claim.known_false(),
            finding,
            trials_needed: finding.map(Finding::trials_needed),
        }
    }
}

/// The findings, in a format.
pub fn report(checked: &[Checked<'_>], format: CheckFormat, power: bool) -> Outcome<String> {
    let rows = || checked.iter().map(|checked| row(checked, power));
    match format {
        CheckFormat::Table => {
            let rows: Vec<Vec<String>> = std::iter::once(header(power)).chain(rows()).collect();
            Ok(format!("{}\n{}", align(&rows), summary(checked)))
        }
        CheckFormat::Markdown => {
            let rows: Vec<Vec<String>> = rows().collect();
            Ok(format!("# Findings\n\n{}\n{}", markdown(&header(power), &rows), summary(checked)))
        }
        CheckFormat::Json => {
            json(checked.iter().map(|checked| Entry::new(checked.claim, Some(&checked.finding))))
        }
        CheckFormat::Junit => Ok(junit(checked)),
    }
}

/// The claims alone, in a format.
///
/// # Errors
/// JUnit XML, which is about findings.
pub fn table_of_claims(claims: &[Claim], effort: Effort, format: CheckFormat) -> Outcome<String> {
    let head = ["claim", "sentence", "relation", "margin", "source"].map(str::to_owned);
    let row = |claim: &Claim| {
        let sentence = match claim.known_false() {
            Some(place) => format!("{} Known to be false {place}.", claim.sentence()),
            None => claim.sentence().to_owned(),
        };
        let margin = match claim.relation() {
            Relation::RelativelyEqual => format!("{} %", short(100.0 * claim.margin(effort))),
            _ => short(claim.margin(effort)),
        };
        let relation = relation_text(claim.relation()).to_owned();
        vec![format!("`{}`", claim.id()), sentence, relation, margin, claim.source().to_owned()]
    };
    match format {
        CheckFormat::Table => {
            let rows: Vec<Vec<String>> =
                claims.iter().map(|claim| vec![claim.id().to_owned(), claim.sentence().to_owned()]).collect();
            Ok(align(&rows))
        }
        CheckFormat::Json => json(claims.iter().map(|claim| Entry::new(claim, None))),
        CheckFormat::Junit => Err(Problem::input("JUnit XML is about findings; a list has none")),
        CheckFormat::Markdown => {
            let mut text = CLAIMS_PAGE.to_owned();
            for group in claims.chunk_by(|a, b| a.group() == b.group()) {
                let name = group.first().map_or("", Claim::group);
                let rows: Vec<Vec<String>> = group.iter().map(row).collect();
                text.push_str(&format!("\n## Claims: {name}\n\n{}", markdown(&head, &rows)));
            }
            Ok(text)
        }
    }
}

const CLAIMS_PAGE: &str = "\
# Claims

What the theory claims and `synergy check` tests by simulation. A measured number *equals* a predicted one if its interval lies within the \
margin around it; numbers *tend to* a prediction if their errors shrink and the last is within the margin. With `--fast` margins are four \
times as wide. Numbers in parentheses are sections of the specification.
";

fn relation_text(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal | Relation::RelativelyEqual => "equal",
        Relation::Tends => "tend to",
        Relation::AtMost => "at most",
        Relation::AtLeast => "at least",
    }
}

fn header(power: bool) -> Vec<String> {
    let mut header =
        ["claim", "verdict", "effect", "interval", "margin", "trials"].map(str::to_owned).to_vec();
    header.extend(power.then(|| "trials needed".to_owned()));
    header
}

fn row(Checked { claim, finding }: &Checked<'_>, power: bool) -> Vec<String> {
    let mut row = vec![
        claim.id().to_owned(),
        finding.verdict.to_string(),
        short(finding.effect),
        format!("[{}, {}]", short(finding.low), short(finding.high)),
        short(finding.margin),
        grouped(finding.trials),
    ];
    row.extend(power.then(|| grouped(finding.trials_needed() as u64)));
    row
}

fn summary(checked: &[Checked<'_>]) -> String {
    let failed = checked.iter().filter(|checked| !checked.finding.verdict.is_good()).count();
    let rest = checked.len() - failed;
    format!("{rest} of {} claims are as they should be, {failed} fail\n", checked.len())
}

fn short(x: f64) -> String {
    if x == 0.0 || (0.001..1e6).contains(&x.abs()) {
        let digits = if x.abs() >= 100.0 { 0 } else { 4 };
        let text = format!("{x:.digits$}");
        if digits == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
    } else {
        format!("{x:.1e}")
    }
}

fn markdown(header: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace('*', "\\*"));
    let rule: Vec<String> = header.iter().map(|_| "---".to_owned()).collect();
    let lines = rows.iter().map(|row| line(row));
    [line(header), line(&rule)].into_iter().chain(lines).collect()
}

fn json<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Outcome<String> {
    let text = serde_json::to_string_pretty(&entries.collect::<Vec<_>>());
    let text = text.map_err(|error| Problem::failure(format!("cannot write the findings: {error}")))?;
    Ok(text + "\n")
}

/// One test case per claim; what fails has its sentence and numbers.
fn junit(checked: &[Checked<'_>]) -> String {
    let failures = checked.iter().filter(|checked| !checked.finding.verdict.is_good()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"synergy check\" tests=\"{}\" failures=\"{failures}\">\n",
        checked.len()
    );
    for Checked { claim, finding } in checked {
        let name = format!("classname=\"{}\" name=\"{}\"", escaped(claim.group()), escaped(claim.id()));
        if finding.verdict.is_good() {
            text.push_str(&format!("  <testcase {name}/>\n"));
            continue;
        }
        let found = format!(
            "{} effect {} in [{}, {}], margin {}",
            claim.sentence(),
            finding.effect,
            finding.low,
            finding.high,
            finding.margin
        );
        let failure = format!("<failure message=\"{}\"/>", escaped(&found));
        text.push_str(&format!("  <testcase {name}>{failure}</testcase>\n"));
    }
    text + "</testsuite>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

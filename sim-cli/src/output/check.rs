//! Claims and findings, as a table, JSON, JUnit XML or Markdown.

use clap::ValueEnum;
use serde::Serialize;
use sim_models::claims::{Claim, ERROR_RATE, Effort, Finding, Relation, Verdict};

use super::{align, escaped, grouped};
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
    /// Trials at which every interval is half the margin on either side; nothing where that is not a matter of trials.
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
            trials_needed: finding.and_then(Finding::trials_needed),
        }
    }
}

/// The findings, in a format.
pub fn report(checked: &[Checked<'_>], format: CheckFormat, power: bool) -> Outcome<String> {
    let rows = || checked.iter().map(|checked| row(checked, power));
    match format {
        CheckFormat::Table => {
            let rows: Vec<Vec<String>> = std::iter::once(header(power)).chain(rows()).collect();
            Ok(format!("{}\n{}", align(&rows), summary(checked, "")))
        }
        CheckFormat::Markdown => {
            let rows: Vec<Vec<String>> = rows().collect();
            Ok(format!("# Findings\n\n{}\n{}", markdown(&header(power), &rows), summary(checked, "- ")))
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
            Some(why) => format!("{} *False {why}.*", claim.sentence()),
            None => claim.sentence().to_owned(),
        };
        let margin = match claim.relation() {
            Relation::RelativelyEqual | Relation::RelativelyTends => {
                format!("{} %", short(100.0 * claim.margin(effort)))
            }
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
margin around it (two one-sided tests), so that too few trials make a claim fail, not hold. Numbers *tend to* a prediction if the error is \
surely smaller at every scale than at the one before, and within the margin at the last. A claim that is *false* in a part of its domain \
must be refuted there and hold elsewhere. With `--fast` margins are twice as wide, except those of claims that are false somewhere, or \
whose sentence names the margin. \
Numbers in parentheses are sections of the specification.
";

fn relation_text(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal | Relation::RelativelyEqual => "equal",
        Relation::Tends => "tend to",
        Relation::RelativelyTends => "tend to (quotient)",
        Relation::AtMost => "at most",
        Relation::AtLeast => "at least",
    }
}

fn header(power: bool) -> Vec<String> {
    let mut header =
        ["claim", "verdict", "effect", "interval", "margin", "where", "trials"].map(str::to_owned).to_vec();
    header.extend(power.then(|| "trials needed".to_owned()));
    header
}

fn row(Checked { claim, finding }: &Checked<'_>, power: bool) -> Vec<String> {
    let decisive = &finding.decisive;
    let mut row = vec![
        claim.id().to_owned(),
        finding.verdict.to_string(),
        short(decisive.effect),
        format!("[{}, {}]", short(decisive.low), short(decisive.high)),
        short(decisive.margin),
        place(claim, finding),
        grouped(finding.trials),
    ];
    row.extend(
        power.then(|| finding.trials_needed().map_or("-".to_owned(), |trials| grouped(trials.ceil() as u64))),
    );
    row
}

/// Where the effect was found; for a claim that is false somewhere, all places where it is.
fn place(claim: &Claim, finding: &Finding) -> String {
    let joined = |verdict| finding.places(verdict).collect::<Vec<_>>().join(", ");
    match finding.verdict {
        Verdict::OutsideItsDomain => format!("false at {}", joined(Verdict::OutsideItsDomain)),
        Verdict::Fails if !claim.places().is_empty() && !claim.relation().is_limit() => {
            format!("fails at {}", joined(Verdict::Fails))
        }
        _ => finding.decisive.place.clone(),
    }
}

/// How many claims came to what, and why those that are false somewhere are.
fn summary(checked: &[Checked<'_>], bullet: &str) -> String {
    let count = |verdict| checked.iter().filter(|checked| checked.finding.verdict == verdict).count();
    let mut text = String::new();
    for Checked { claim, finding } in checked {
        if let (Verdict::OutsideItsDomain, Some(why)) = (finding.verdict, claim.known_false()) {
            text.push_str(&format!("{bullet}{} is false {why}\n", claim.id()));
        }
    }
    let space = if text.is_empty() { "" } else { "\n" };
    format!(
        "{text}{space}{} claims: {} hold, {} hold within their margins, {} are outside their domains where expected, {} fail; all intervals \
         of a run are right together except with probability {ERROR_RATE:e}\n",
        checked.len(),
        count(Verdict::Holds),
        count(Verdict::HoldsWithinMargin),
        count(Verdict::OutsideItsDomain),
        count(Verdict::Fails),
    )
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
        let decisive = &finding.decisive;
        let found = format!(
            "{} Effect {} in [{}, {}], margin {}; {}",
            claim.sentence(),
            decisive.effect,
            decisive.low,
            decisive.high,
            decisive.margin,
            place(claim, finding)
        );
        let failure = format!("<failure message=\"{}\"/>", escaped(&found));
        text.push_str(&format!("  <testcase {name}>{failure}</testcase>\n"));
    }
    text + "</testsuite>\n"
}

//! From records, one at a time and in any order, to counts and sums: a log of any length in bounded memory.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::lengths::Lengths;
use super::names::{Names, digest};
use super::votes::{Member, Question, Vote, Votes};
use super::{Clusters, Irregularities, Observation, checker, economy, leaf, relay, steps, timing};

/// Most of what is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Answers, of 12 bytes each.
    pub votes: u64,
    /// Questions, of about 60 bytes each.
    pub questions: u32,
    /// Agents, models, families, subtasks and difficulty classes, each.
    pub names: usize,
    /// Answers that are remembered to find their duplicates, of about 20 bytes each.
    pub remembered: usize,
}

impl Default for Limits {
    /// About 2 GiB altogether.
    fn default() -> Self {
        Self { votes: 50_000_000, questions: 10_000_000, names: 100_000, remembered: 20_000_000 }
    }
}

/// A log that has more of something than is kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the log has more than {most} {what}, the most that are kept in memory")]
pub struct TooLarge {
    /// What there is too much of.
    pub what: &'static str,
    /// How many are kept.
    pub most: u64,
}

/// Which quantities the log has at all, by number of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Records that were used.
    pub records: u64,
    /// With a label.
    pub labels: u64,
    /// With a parent.
    pub parents: u64,
    /// With the number of an attempt.
    pub attempts: u64,
    /// With a difficulty class.
    pub strata: u64,
    /// With allowed tokens.
    pub budgets: u64,
    /// With tokens that were written.
    pub outputs: u64,
    /// With a latency.
    pub latencies: u64,
    /// With a cost.
    pub costs: u64,
    /// With a relayed bit, sent and received.
    pub relays: u64,
    /// With a relayed bit and the length of its message.
    pub relay_lengths: u64,
    /// With a checker's verdict and a label.
    pub verdicts: u64,
    /// With a subtask and a label.
    pub subtasks: u64,
}

/// Sums over the records of a log.
#[derive(Debug, Default)]
pub struct Gathering {
    limits: Limits,
    questions: HashMap<u64, u32>,
    votes: Vec<Question>,
    count: u64,
    /// Indices of members by agent, model and budget.
    agents: HashMap<u64, u32>,
    members: Vec<Member>,
    plain_agents: Names,
    models: Names,
    families: Names,
    strata: Names,
    seen: HashMap<u64, bool>,
    last_time: Option<f64>,
    /// Answers and right ones, by model.
    pub(super) answers: BTreeMap<String, Clusters>,
    pub(super) leaves: BTreeMap<String, BTreeMap<u64, Clusters>>,
    pub(super) crowded_leaves: bool,
    pub(super) relays: BTreeMap<i64, Clusters>,
    pub(super) lengths: BTreeMap<String, Lengths>,
    pub(super) timing: BTreeMap<String, Clusters>,
    pub(super) economy: BTreeMap<String, Clusters>,
    pub(super) checker: Option<Clusters>,
    pub(super) steps: BTreeMap<(String, String), Clusters>,
    irregularities: Irregularities,
    presence: Presence,
}

/// Name of agents and models that have none.
const NAMELESS: &str = "agent";

impl Gathering {
    /// Nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// What is wrong with the records so far.
    pub fn irregularities(&self) -> Irregularities {
        self.irregularities
    }

    /// Number of agents whose answers have labels; one agent with several budgets is one.
    pub fn agents(&self) -> usize {
        self.plain_agents.len()
    }

    /// What the records so far have.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Takes in one record. Whether it is used does not depend on its label.
    ///
    /// # Errors
    /// There are more answers, questions or names than the limits allow.
    pub fn observe(&mut self, record: &Observation<'_>) -> Result<(), TooLarge> {
        if record.question.is_empty() {
            self.irregularities.without_question += 1;
            return Ok(());
        }
        let record = &self.cleaned(record);
        self.watch_clock(record.time);
        if self.is_duplicate(record) {
            return Ok(());
        }
        self.presence.records += 1;
        let question = self.question(record)?;
        let model = record.model.or(record.agent).unwrap_or(NAMELESS);
        if let Some(right) = record.correct {
            self.presence.labels += 1;
            self.vote(question, record, right)?;
            self.leaf(question, model, record.budget, right);
            self.label_dependent(question, model, record, right);
        }
        self.relay(question, record);
        if let Some(latency) = record.latency.filter(|latency| *latency > 0.0) {
            self.presence.latencies += 1;
            entry(&mut self.timing, model, timing::WIDTH)
                .add(question, &timing::row(latency, record.output_tokens));
        }
        self.presence.outputs += u64::from(record.output_tokens.is_some());
        self.presence.costs += u64::from(record.cost.is_some());
        entry(&mut self.economy, model, economy::WIDTH).add(question, &economy::row(record));
        self.within("models or subtasks", self.economy.len().max(self.steps.len()))
    }

    /// The record with impossible numbers taken for missing.
    fn cleaned<'a>(&mut self, record: &Observation<'a>) -> Observation<'a> {
        let mut record = *record;
        let numbers = [
            &mut record.budget,
            &mut record.input_tokens,
            &mut record.cached_tokens,
            &mut record.output_tokens,
            &mut record.thinking_tokens,
            &mut record.latency,
            &mut record.cost,
            &mut record.message_tokens,
        ];
        for number in numbers {
            if number.is_some_and(|number| !(number >= 0.0 && number.is_finite())) {
                *number = None;
                self.irregularities.negative += 1;
            }
        }
        record.budget = record.budget.filter(|budget| *budget > 0.0);
        record
    }

    fn watch_clock(&mut self, time: Option<f64>) {
        let Some(time) = time.filter(|time| time.is_finite()) else { return };
        if let Some(last) = self.last_time
            && !(-60.0..=86_400.0).contains(&(time - last))
        {
            self.irregularities.clock_jumps += 1;
        }
        self.last_time = Some(time);
    }

    /// Whether the same answer was seen before. Only answers that carry a number or a time can be known again.
    fn is_duplicate(&mut self, record: &Observation<'_>) -> bool {
        if record.attempt.is_none() && record.time.is_none() {
            return false;
        }
        let kind = (record.correct.is_some(), record.sent.is_some(), record.accepted.is_some());
        let who =
            (record.question, record.agent, record.model, record.parent, record.attempt, record.subtask);
        let which = (record.budget.map(f64::to_bits), record.time.map(f64::to_bits));
        let message = (record.message_tokens.map(f64::to_bits), record.sent.and(record.received).is_some());
        let key = digest((kind, who, which, message));
        let label = record.correct.unwrap_or(false);
        if let Some(&first) = self.seen.get(&key) {
            let count = if first == label {
                &mut self.irregularities.duplicates
            } else {
                &mut self.irregularities.contradictions
            };
            *count += 1;
            return true;
        }
        self.remember(key, label);
        false
    }

    fn remember(&mut self, key: u64, label: bool) {
        if self.seen.len() < self.limits.remembered {
            self.seen.insert(key, label);
        } else {
            self.irregularities.unremembered += 1;
        }
    }

    /// Whether a labeled record without the number of an attempt or a time says what another one said, except perhaps the label. It may be
    /// a copy or a further answer; which of them is seen when all are known.
    fn is_repeat(&mut self, record: &Observation<'_>, right: bool) -> bool {
        if record.attempt.is_some() || record.time.is_some() {
            return false;
        }
        let names = [record.question, record.agent.unwrap_or(""), record.model.unwrap_or("")];
        let more = [record.parent, record.subtask, record.family, record.stratum];
        let numbers = [
            record.budget,
            record.input_tokens,
            record.cached_tokens,
            record.output_tokens,
            record.thinking_tokens,
            record.latency,
            record.cost,
            record.message_tokens,
        ];
        let bits = numbers.map(|number| number.map(f64::to_bits));
        let key = digest(("repeat", names, more, bits, (record.sent, record.received, record.accepted)));
        let Some(&first) = self.seen.get(&key) else {
            self.remember(key, right);
            return false;
        };
        self.irregularities.repeats += 1;
        self.irregularities.repeats_that_differ += u64::from(first != right);
        true
    }

    fn question(&mut self, record: &Observation<'_>) -> Result<u32, TooLarge> {
        let next = self.votes.len() as u32;
        let index = *self.questions.entry(digest(record.question)).or_insert(next);
        if index == next {
            if next >= self.limits.questions {
                return Err(TooLarge { what: "questions", most: u64::from(self.limits.questions) });
            }
            self.votes.push(Question::default());
        }
        if let Some(stratum) = record.stratum {
            self.presence.strata += 1;
            let stratum = self.strata.of(stratum);
            let first = *self.votes[index as usize].stratum.get_or_insert(stratum);
            self.irregularities.strata_changed += u64::from(first != stratum);
        }
        self.within("difficulty classes", self.strata.len())?;
        Ok(index)
    }

    fn vote(&mut self, question: u32, record: &Observation<'_>, right: bool) -> Result<(), TooLarge> {
        self.count += 1;
        if self.count > self.limits.votes {
            return Err(TooLarge { what: "answers", most: self.limits.votes });
        }
        let plain = record.agent.or(record.model).unwrap_or(NAMELESS);
        self.plain_agents.of(plain);
        let next = self.members.len() as u32;
        let key = digest((plain, record.model, record.budget.map(f64::to_bits)));
        let agent = *self.agents.entry(key).or_insert(next);
        if agent == next {
            let family = self.families.of(record.family.or(record.model).unwrap_or(plain));
            let model = self.models.of(record.model.unwrap_or(plain));
            self.members.push(Member { name: plain.to_owned(), family, model });
        }
        self.within("agents", self.members.len())?;
        let repeat = self.is_repeat(record, right);
        self.presence.parents += u64::from(record.parent.is_some());
        self.presence.attempts += u64::from(record.attempt.is_some());
        self.presence.budgets += u64::from(record.budget.is_some());
        let group = match record.parent {
            Some(parent) => digest(parent),
            // Answers that were allowed different numbers of tokens belong to different experiments.
            None => digest((record.attempt, record.budget.map(f64::to_bits))),
        };
        self.votes[question as usize].votes.push(Vote { agent, group: group as u32, right, repeat });
        Ok(())
    }

    fn leaf(&mut self, question: u32, model: &str, budget: Option<f64>, right: bool) {
        let Some(budget) = budget else { return };
        let levels = self.leaves.entry(model.to_owned()).or_default();
        // Positive numbers are in the order of their bits.
        if levels.len() >= leaf::MOST_LEVELS && !levels.contains_key(&budget.to_bits()) {
            self.crowded_leaves = true;
            return;
        }
        let clusters = levels.entry(budget.to_bits()).or_insert_with(|| Clusters::new(2));
        clusters.add(question, &[1.0, f64::from(u8::from(right))]);
    }

    fn label_dependent(&mut self, question: u32, model: &str, record: &Observation<'_>, right: bool) {
        entry(&mut self.answers, model, 2).add(question, &[1.0, f64::from(u8::from(right))]);
        if let Some(tokens) = record.output_tokens.filter(|tokens| *tokens > 0.0) {
            let lengths = match self.lengths.get_mut(model) {
                Some(lengths) => lengths,
                None => self.lengths.entry(model.to_owned()).or_insert_with(Lengths::new),
            };
            lengths.add(question, tokens, right);
        }
        if let Some(accepted) = record.accepted {
            self.presence.verdicts += 1;
            let kept = f64::from(u8::from(accepted));
            let row = if right { [1.0, kept, 0.0, 0.0] } else { [0.0, 0.0, 1.0, kept] };
            self.checker.get_or_insert_with(|| Clusters::new(checker::WIDTH)).add(question, &row);
        }
        if let Some(subtask) = record.subtask {
            self.presence.subtasks += 1;
            let key = (subtask.to_owned(), model.to_owned());
            let clusters = self.steps.entry(key).or_insert_with(|| Clusters::new(steps::WIDTH));
            clusters.add(question, &steps::row(right, record.latency, record.output_tokens));
        }
    }

    fn relay(&mut self, question: u32, record: &Observation<'_>) {
        let (Some(sent), Some(received)) = (record.sent, record.received) else { return };
        self.presence.relays += 1;
        let length = record.message_tokens.filter(|tokens| *tokens > 0.0);
        self.presence.relay_lengths += u64::from(length.is_some());
        // Lengths within about 19 % are taken together; the fit uses their mean.
        let level = length.map_or(i64::MIN, |tokens| libm::round(4.0 * libm::log2(tokens)) as i64);
        let arrived = f64::from(u8::from(sent == received));
        let clusters = self.relays.entry(level).or_insert_with(|| Clusters::new(relay::WIDTH));
        clusters.add(question, &[1.0, length.unwrap_or(0.0), arrived]);
    }

    fn within(&self, what: &'static str, count: usize) -> Result<(), TooLarge> {
        if count > self.limits.names {
            return Err(TooLarge { what, most: self.limits.names as u64 });
        }
        Ok(())
    }

    /// The votes, without those that are taken for copies. Where one agent answered alone and no parents are known, all its answers to a
    /// question are siblings.
    pub(super) fn take_votes(&mut self) -> Votes {
        let mut questions = std::mem::take(&mut self.votes);
        if self.irregularities.repeats_are_copies() {
            questions.iter_mut().for_each(|question| question.votes.retain(|vote| !vote.repeat));
        }
        if self.presence.parents == 0 && self.plain_agents.len() == 1 {
            for vote in questions.iter_mut().flat_map(|question| &mut question.votes) {
                vote.group = vote.agent;
            }
        }
        Votes {
            questions,
            agents: std::mem::take(&mut self.members),
            families: std::mem::take(&mut self.families).into_names(),
            models: self.models.len() as u32,
            strata: std::mem::take(&mut self.strata).into_names(),
        }
    }
}

fn entry<'a>(tables: &'a mut BTreeMap<String, Clusters>, name: &str, width: usize) -> &'a mut Clusters {
    if !tables.contains_key(name) {
        tables.insert(name.to_owned(), Clusters::new(width));
    }
    tables.entry(name.to_owned()).or_insert_with(|| Clusters::new(width))
}

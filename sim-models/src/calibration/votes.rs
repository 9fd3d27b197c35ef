//! Who was right on which question, in a few bytes per answer.

/// One answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Index of the agent.
    pub agent: u32,
    /// Which siblings it met: equal for siblings, only compared within a question.
    pub group: u32,
    /// Whether it is right.
    pub right: bool,
    /// Whether the same agent gave an answer to the question before that differs from it in nothing but perhaps the label.
    pub repeat: bool,
}

/// The answers to one question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Its answers.
    pub votes: Vec<Vote>,
    /// Its difficulty class, where one is known.
    pub stratum: Option<u32>,
}

impl Question {
    /// Number of answers and of right ones in each group of siblings.
    pub fn groups(&self) -> Vec<(u32, u32)> {
        let mut votes: Vec<(u32, bool)> = self.votes.iter().map(|vote| (vote.group, vote.right)).collect();
        votes.sort_unstable();
        let groups = votes.chunk_by(|a, b| a.0 == b.0);
        groups.map(|group| (group.len() as u32, group.iter().filter(|vote| vote.1).count() as u32)).collect()
    }
}

/// An agent of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Index of its family.
    pub family: u32,
    /// Index of its model.
    pub model: u32,
}

/// All votes of a log.
#[derive(Clone, Debug, Default)]
pub struct Votes {
    /// The questions, in order of first appearance.
    pub questions: Vec<Question>,
    /// The agents.
    pub agents: Vec<Member>,
    /// Names of the families.
    pub families: Vec<String>,
    /// Number of models.
    pub models: u32,
    /// Names of the difficulty classes.
    pub strata: Vec<String>,
}

impl Votes {
    /// The questions that somebody answered, with their numbers.
    pub fn answered(&self) -> impl Iterator<Item = (u32, &Question)> {
        (0u32..).zip(&self.questions).filter(|(_, question)| !question.votes.is_empty())
    }

    /// Questions whose difficulty class is not known.
    pub fn unclassed(&self) -> usize {
        self.answered().filter(|(_, question)| question.stratum.is_none()).count()
    }

    /// The row of a question in [`Self::accuracies`]; `None` where its difficulty class counts and is not known.
    pub(super) fn class(question: &Question, stratified: bool) -> Option<usize> {
        if stratified { question.stratum.map(|stratum| stratum as usize) } else { Some(0) }
    }

    /// Share of right answers of every agent in every stratum, `[stratum][agent]`; NaN where there is no answer. Questions of no known
    /// stratum are in none.
    pub fn accuracies(&self, stratified: bool) -> Vec<Vec<f64>> {
        let strata = if stratified { self.strata.len().max(1) } else { 1 };
        let mut counts = vec![vec![(0.0, 0.0); self.agents.len()]; strata];
        for (_, question) in self.answered() {
            let Some(class) = Self::class(question, stratified) else { continue };
            for vote in &question.votes {
                let (all, right) = &mut counts[class][vote.agent as usize];
                *all += 1.0;
                *right += f64::from(u8::from(vote.right));
            }
        }
        let share = |(all, right): (f64, f64)| right / all;
        counts.into_iter().map(|agents| agents.into_iter().map(share).collect()).collect()
    }

    /// Lets all answers of one model to one question be siblings.
    pub(super) fn meet_by_model(&mut self) {
        for vote in self.questions.iter_mut().flat_map(|question| &mut question.votes) {
            vote.group = self.agents[vote.agent as usize].model;
        }
    }

    /// Votes of all questions.
    pub fn len(&self) -> usize {
        self.questions.iter().map(|question| question.votes.len()).sum()
    }

    /// Whether nobody voted.
    pub fn is_empty(&self) -> bool {
        self.questions.iter().all(|question| question.votes.is_empty())
    }

    /// Mean number of votes that meet.
    pub fn mean_group(&self) -> f64 {
        let groups: usize = self.questions.iter().map(|question| question.groups().len()).sum();
        self.len() as f64 / groups as f64
    }
}

//! What is wrong with a log, counted.

/// Records that could not be used as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Irregularities {
    /// Records without a question.
    pub without_question: u64,
    /// The same answer a second time, with the same label; left out.
    pub duplicates: u64,
    /// The same answer a second time with the other label; the first label is kept.
    pub contradictions: u64,
    /// Answers after the most that are remembered, of which duplicates are not looked for.
    pub unremembered: u64,
    /// Negative or infinite numbers of tokens, seconds or dollars; taken for missing.
    pub negative: u64,
    /// Times that lie more than a minute before the record before, or more than a day after it.
    pub clock_jumps: u64,
    /// Questions with more than one difficulty class; the first is kept.
    pub strata_changed: u64,
}

impl Irregularities {
    /// A sentence for each kind that occurred.
    pub fn sentences(&self) -> Vec<String> {
        let kinds = [
            (self.without_question, "records name no question and are left out"),
            (self.duplicates, "records repeat an answer with the same label; the first of each is kept"),
            (self.contradictions, "records repeat an answer with the other label; the first of each is kept"),
            (
                self.unremembered,
                "answers came after the most that are remembered: duplicates among them are not found",
            ),
            (
                self.negative,
                "numbers of tokens, seconds or dollars are negative or infinite and count as missing",
            ),
            (
                self.clock_jumps,
                "records lie more than a minute before or a day after the record before: the clock jumps, or logs are not in order",
            ),
            (self.strata_changed, "records give their question another difficulty class; the first is kept"),
        ];
        kinds.into_iter().filter(|kind| kind.0 > 0).map(|(count, what)| format!("{count} {what}")).collect()
    }
}

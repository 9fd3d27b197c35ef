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
    /// Labeled records without the number of an attempt or a time that say what another one said, except perhaps the label.
    pub repeats: u64,
    /// Those of them with another label than the first.
    pub repeats_that_differ: u64,
    /// Answers after the most that are remembered, of which duplicates are not looked for.
    pub unremembered: u64,
    /// Negative or infinite numbers of tokens, seconds or dollars; taken for missing.
    pub negative: u64,
    /// Times that lie more than a minute before the record before, or more than a day after it.
    pub clock_jumps: u64,
    /// Questions with more than one difficulty class; the first is kept.
    pub strata_changed: u64,
}

/// Share of repeats with another label below which they are copies: labels of copies differ where something was graded twice, those of
/// further answers in a share `2 p (1 - p) (1 - rho)` of them.
const FEWEST_DIFFER: f64 = 0.01;

impl Irregularities {
    /// Whether repeats are taken for copies of records rather than for further answers.
    ///
    /// This looks at all labels together, and either all repeats are votes or none is: no record is chosen for its label.
    pub fn repeats_are_copies(&self) -> bool {
        (self.repeats_that_differ as f64) < FEWEST_DIFFER * self.repeats as f64
    }

    fn repeats(&self) -> Option<String> {
        let (count, differ) = (self.repeats, self.repeats_that_differ);
        let what = if self.repeats_are_copies() {
            "nearly all with the same label: they are taken for copies and do not vote; if they are further answers, number them in `attempt`"
                .to_owned()
        } else {
            format!(
                "{differ} of them with another label: they are taken for further answers; number them in `attempt` to be sure"
            )
        };
        let sentence =
            format!("{count} records say what another one says, without an attempt or a time, {what}");
        (count > 0).then_some(sentence)
    }

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
        let kinds = kinds.into_iter().filter(|kind| kind.0 > 0);
        kinds.map(|(count, what)| format!("{count} {what}")).chain(self.repeats()).collect()
    }
}

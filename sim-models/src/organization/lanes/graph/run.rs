//! Running a program over one block of trials.

use sim_core::lanes::{Generator, LANES, Lanes, Source, Task, WORDS};
use sim_core::random::Stream;

use super::causes::Drawn;
use super::program::{Origin, Program, StepCoupling};
use crate::organization::graph::{Aggregator, Answer, Draws, WordVotes};
use crate::organization::scalar::OneTrialRules;

/// The votes of one agent in all lanes.
pub(super) struct Ballot<L> {
    /// Whether the vote is right; no meaning where there is none.
    pub(super) right: L,
    /// Whether there is a vote.
    pub(super) present: L,
}

impl<L: Lanes> Ballot<L> {
    /// Votes none of which is missing.
    #[inline(always)]
    pub(super) fn certain(right: L) -> Self {
        Self { right, present: L::splat(true) }
    }
}

/// The votes of one output: those that are right, and those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutputVotes {
    pub(super) right: [u64; WORDS],
    pub(super) present: [u64; WORDS],
}

/// One block of trials.
pub(super) struct BlockTask<'a> {
    pub(super) program: &'a Program,
    pub(super) generator: Generator,
}

impl Task for BlockTask<'_> {
    type Output = Vec<OutputVotes>;

    #[inline(always)]
    fn run<L: Lanes>(mut self) -> Vec<OutputVotes> {
        let program = self.program;
        let mut source = self.generator.load::<L>();
        let drawn = Drawn::new(&program.causes, &program.masks, &mut source);
        let (none, all) = (L::splat(false), L::splat(true));
        let (mut slots, mut slots_present) = (vec![none; program.slots], vec![all; program.slots]);
        let (mut votes, mut present) = (vec![none; program.inputs], vec![all; program.inputs]);
        let mut room = vec![none; program.room];
        for step in &program.steps {
            let ports = &program.ports[step.first_port as usize..][..step.ports as usize];
            for (port, vote) in ports.iter().zip(&mut votes) {
                *vote = match port.origin {
                    Origin::Slot(slot) => slots[slot as usize],
                    Origin::Leaf(fresh) => {
                        let vote;
                        (vote, source) = drawn.vote(fresh, &program.masks, source);
                        vote
                    }
                };
                if let Some(flip) = port.flip {
                    *vote = vote.xor(source.mask(program.masks.get(flip)));
                }
            }
            let received = ports.len();
            if step.missing {
                for (port, here) in ports.iter().zip(&mut present) {
                    *here = match port.origin {
                        Origin::Slot(slot) => slots_present[slot as usize],
                        Origin::Leaf(_) => all,
                    };
                    if let Some(lost) = port.lost {
                        let lost_here;
                        (lost_here, source) = source.mask_outlined(program.masks.get(lost));
                        *here = here.and_not(lost_here);
                    }
                }
            }
            let arrived: &[L] = if step.missing { &present[..received] } else { &[] };
            match &step.coupling {
                StepCoupling::Lanes(coupling) => {
                    source = coupling.apply(&mut votes[..received], arrived, &mut room, source);
                }
                StepCoupling::OneByOne(rules) => {
                    couple_one_by_one(rules, &mut votes[..received], arrived, &mut source);
                }
            }
            let mut inputs = received;
            if let Some(own) = step.own {
                (votes[received], source) = drawn.vote(own, &program.masks, source);
                present[received] = all;
                inputs += 1;
            }
            let here = if step.missing { &present[..inputs] } else { &[] };
            let ballot;
            (ballot, source) = step.rule.decide(&votes[..inputs], here, &mut room, source);
            slots[step.slot as usize] = ballot.right;
            slots_present[step.slot as usize] = ballot.present;
        }
        let mut outputs = Vec::with_capacity(program.outputs.len());
        for &slot in &program.outputs {
            let (right, present) = (slots[slot as usize], slots_present[slot as usize]);
            outputs.push(OutputVotes { right: right.and(present).to_words(), present: present.to_words() });
        }
        outputs
    }
}

/// The inputs of a step as words, for rules that have no form for vectors.
struct Inputs {
    right: Vec<[u64; WORDS]>,
    /// Empty where none is missing.
    present: Vec<[u64; WORDS]>,
}

impl Inputs {
    #[inline(always)]
    fn new<L: Lanes>(votes: &[L], present: &[L]) -> Self {
        let (mut right, mut here) = (Vec::with_capacity(votes.len()), Vec::with_capacity(present.len()));
        for vote in votes {
            right.push(vote.to_words());
        }
        for present in present {
            here.push(present.to_words());
        }
        Self { right, present: here }
    }

    fn word(&self, word: usize) -> Vec<WordVotes> {
        let vote = |i: usize| {
            let present = self.present.get(i).map_or(u64::MAX, |words| words[word]);
            WordVotes { right: self.right[i][word] & present, present }
        };
        (0..self.right.len()).map(vote).collect()
    }

    /// The votes of one trial.
    fn trial(&self, lane: usize, votes: &mut Vec<Option<Answer>>) {
        let bit = |words: &[u64; WORDS]| words[lane / 64] >> (lane % 64) & 1 == 1;
        votes.clear();
        votes.extend((0..self.right.len()).map(|i| {
            let present = self.present.get(i).is_none_or(bit);
            present.then(|| Answer::of(bit(&self.right[i])))
        }));
    }
}

fn set(words: &mut [u64; WORDS], lane: usize, bit: bool) {
    let place = 1 << (lane % 64);
    words[lane / 64] = words[lane / 64] & !place | if bit { place } else { 0 };
}

/// A user's rule, 64 trials at a time.
#[inline(always)]
pub(super) fn decide_words<L: Lanes>(
    rule: &dyn Aggregator,
    votes: &[L],
    present: &[L],
    source: &mut Source<'_, L>,
) -> Ballot<L> {
    let [right, here] = words_decided(rule, &Inputs::new(votes, present), source.stream());
    Ballot { right: L::from_words(right), present: L::from_words(here) }
}

#[inline(never)]
fn words_decided(rule: &dyn Aggregator, inputs: &Inputs, stream: &mut Stream) -> [[u64; WORDS]; 2] {
    let (mut right, mut present) = ([0; WORDS], [0; WORDS]);
    let Some(rule) = rule.words() else { return [right, present] };
    for (word, (right, present)) in right.iter_mut().zip(&mut present).enumerate() {
        let decided = rule.decide(&inputs.word(word), &mut Draws::new(stream));
        (*right, *present) = (decided.right & decided.present, decided.present);
    }
    [right, present]
}

/// A rule that is applied trial by trial.
#[inline(always)]
pub(super) fn decide_one_by_one<L: Lanes>(
    rules: &OneTrialRules,
    votes: &[L],
    present: &[L],
    source: &mut Source<'_, L>,
) -> Ballot<L> {
    let [right, here] = trials_decided(rules, &Inputs::new(votes, present), source.stream());
    Ballot { right: L::from_words(right), present: L::from_words(here) }
}

#[inline(never)]
fn trials_decided(rules: &OneTrialRules, inputs: &Inputs, stream: &mut Stream) -> [[u64; WORDS]; 2] {
    let mut result = [[0; WORDS]; 2];
    let mut votes = Vec::with_capacity(inputs.right.len());
    for lane in 0..LANES {
        inputs.trial(lane, &mut votes);
        let answer = rules.decide(&votes, stream);
        set(&mut result[0], lane, answer.is_some_and(Answer::is_right));
        set(&mut result[1], lane, answer.is_some());
    }
    result
}

/// A coupling that is applied trial by trial.
#[inline(always)]
fn couple_one_by_one<L: Lanes>(
    rules: &OneTrialRules,
    votes: &mut [L],
    present: &[L],
    source: &mut Source<'_, L>,
) {
    let mut inputs = Inputs::new(votes, present);
    trials_coupled(rules, &mut inputs, source.stream());
    for (vote, words) in votes.iter_mut().zip(&inputs.right) {
        *vote = L::from_words(*words);
    }
}

#[inline(never)]
fn trials_coupled(rules: &OneTrialRules, inputs: &mut Inputs, stream: &mut Stream) {
    let mut votes = Vec::with_capacity(inputs.right.len());
    for lane in 0..LANES {
        inputs.trial(lane, &mut votes);
        rules.couple(&mut votes, stream);
        for (words, vote) in inputs.right.iter_mut().zip(&votes) {
            if let Some(answer) = vote {
                set(words, lane, answer.is_right());
            }
        }
    }
}

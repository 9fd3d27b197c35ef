//! An aggregator that has no name: a chair with a veto.
//!
//! What is demonstrated:
//! - a rule of one's own: the one required function, [`Aggregator::decide`],
//! - the exact evaluator finds the law of a rule that draws nothing by asking it about every combination of votes,
//! - the same rule for 64 trials at once, which makes the lanes faster and changes nothing else.
//!
//! ```text
//!  chair ────┐
//!  member-1 ─┤
//!  member-2 ─┼─► board   (right only if the chair is right and at least two members are)
//!  member-3 ─┘
//! ```
//!
//! Run it: `cargo run --release -p sim-models --example custom_aggregator`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Instant;

use sim_core::estimate::Estimate;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::organization::graph::{
    Agent, Aggregator, Answer, Draws, Organization, Rule, WordAggregator, WordVotes,
};
use sim_models::organization::{Bias, Channel, Fidelity, LaneOrganization};

/// The first vote is the chair's: without it nothing passes, and two of the three others must agree.
#[derive(Debug)]
struct Veto {
    /// Whether trials are decided 64 at a time.
    in_words: bool,
}

impl Aggregator for Veto {
    fn decide(&self, votes: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        let (chair, members) = votes.split_first()?;
        let right = |vote: &Option<Answer>| vote.is_some_and(Answer::is_right);
        Some(Answer::of(right(chair) && members.iter().filter(|vote| right(vote)).count() >= 2))
    }

    fn words(&self) -> Option<&dyn WordAggregator> {
        if self.in_words { Some(self) } else { None }
    }
}

impl WordAggregator for Veto {
    fn decide(&self, votes: &[WordVotes], _: &mut Draws<'_>) -> WordVotes {
        // Bit j of each number is trial j; missing votes are not right.
        let [chair, a, b, c] = [0, 1, 2, 3].map(|i| votes[i].right);
        WordVotes { right: chair & (a & b | b & c | a & c), present: u64::MAX }
    }
}

fn board(in_words: bool) -> Result<Organization, Box<dyn Error>> {
    let channel = Channel::new(0.0, Fidelity::new(0.9)?);
    let members = ["member-1", "member-2", "member-3"];
    let mut builder = Organization::builder().agent(Agent::leaf("chair", Bias::new(0.6)?));
    for member in members {
        builder = builder.agent(Agent::leaf(member, Bias::new(0.4)?));
    }
    let builder = builder.agent(Agent::aggregator("board", Rule::custom(Veto { in_words })));
    let builder = builder.channel("chair", "board", channel).channels(members, "board", channel);
    Ok(builder.output("board").build()?)
}

fn sample(board: &Organization) -> Result<Estimate, Box<dyn Error>> {
    let lanes = LaneOrganization::new(board)?;
    let streams = Streams::new(1, Purpose::World, Family::common());
    let started = Instant::now();
    let run = monte_carlo::run(&lanes, &streams, &Stop::after(2_000_000)?, &Control::default());
    let accuracy = run.estimates[0];
    println!(
        "accuracy, sampled  {:.6} [{:.6}, {:.6}]  {:>4} ms  {}",
        accuracy.value,
        accuracy.low,
        accuracy.high,
        started.elapsed().as_millis(),
        lanes.note().unwrap_or_default()
    );
    Ok(accuracy)
}

fn main() -> Result<(), Box<dyn Error>> {
    let exact = board(false)?.exact()?[0].accuracy();
    println!("accuracy, exact    {exact:.6}");
    let (one_by_one, in_words) = (sample(&board(false)?)?, sample(&board(true)?)?);
    assert_eq!(one_by_one.value, in_words.value, "both forms of the rule decide alike");
    // The same by hand: the chair, and two or three of three members, each as it is heard.
    let heard = |bias: f64| 0.5 * (1.0 + 0.9 * bias);
    let (chair, member) = (heard(0.6), heard(0.4));
    let by_hand = chair * (3.0 * member * member - 2.0 * member * member * member);
    assert!((exact - by_hand).abs() < 1e-12, "{exact} {by_hand}");
    Ok(())
}

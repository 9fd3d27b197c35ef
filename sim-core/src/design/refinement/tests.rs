use super::*;
use crate::estimate::Proportion;
use crate::random::{Address, Family, Purpose, Stream, Streams};
use crate::special::normal_quantile;

/// More wrong ones than this among 1000 would be seen with probability 1e-6 if each were wrong with probability 0.05: the 1 - 1e-6 quantile of
/// the binomial distribution (SciPy, `binom.isf(1e-6, 1000, 0.05)`).
const MOST_WRONG: usize = 86;

const LOOKS: Looks = Looks { first: 64, most: 1 << 18 };

/// A cell whose value is seen in normal noise of deviation 1.
struct Cell {
    truth: f64,
    sum: f64,
    stream: Stream,
}

impl Cell {
    fn all(truths: impl IntoIterator<Item = f64>, seed: u64) -> Vec<Self> {
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let of = |(cell, truth)| Self { truth, sum: 0.0, stream: streams.open(Address::trial(cell)) };
        (0..).zip(truths).map(of).collect()
    }

    fn look(&mut self, look: u32, confidence: f64) -> Seen {
        let trials = LOOKS.trials(look) as f64;
        let before = if look == 0 { 0.0 } else { LOOKS.trials(look - 1) as f64 };
        self.sum += (trials - before) * self.truth + (trials - before).sqrt() * self.stream.normal();
        let (mean, reach) = (self.sum / trials, normal_quantile(0.5 + 0.5 * confidence) / trials.sqrt());
        Seen { low: mean - reach, high: mean + reach, look, closed: false }
    }
}

/// Runs a plan to its end. Gives what was seen last, and all trials.
fn refined(cells: &mut [Cell], question: Question, careful: bool, total: u64) -> (Vec<Seen>, u64) {
    let plan = Refinement { question, looks: LOOKS };
    let confidence = |look| {
        let own = question.confidence(Confidence::DEFAULT, look).unwrap();
        if careful { own.get() } else { 0.95 }
    };
    let mut seen: Vec<Seen> = cells.iter_mut().map(|cell| cell.look(0, confidence(0))).collect();
    let mut trials = LOOKS.trials(0) * cells.len() as u64;
    loop {
        let round = plan.round(&seen, total - trials);
        if round.is_empty() {
            return (seen, trials);
        }
        for cell in round {
            let look = seen[cell].look + 1;
            trials += LOOKS.trials(look) - LOOKS.trials(look - 1);
            seen[cell] = cells[cell].look(look, confidence(look));
        }
    }
}

/// Cells on the line itself, where stopping as soon as an interval leaves it does most harm: at most 5 % of 1000 are ever put on a side. Intervals
/// that ignore how often one looks are caught, so that the test can fail.
#[test]
fn sides_are_wrong_no_more_often_than_stated() {
    let wrong = |careful| {
        let mut cells = Cell::all(std::iter::repeat_n(0.0, 1000), 1);
        let (seen, _) = refined(&mut cells, Question::Side, careful, u64::MAX);
        seen.iter().filter(|seen| side(seen) != Answer::Open).count()
    };
    let (careful, careless) = (wrong(true), wrong(false));
    assert!(careful <= MOST_WRONG, "{careful} of 1000");
    assert!(careless > MOST_WRONG, "{careless} of 1000");
}

/// The interval that a cell ends with holds its truth, wherever that is.
#[test]
fn intervals_hold_although_they_end_the_trials() {
    let truths: Vec<f64> = (0..1000).map(|i| 0.0004 * f64::from(i - 500)).collect();
    let mut cells = Cell::all(truths, 2);
    let (seen, _) = refined(&mut cells, Question::Side, true, u64::MAX);
    let missed =
        cells.iter().zip(&seen).filter(|(cell, seen)| !(seen.low <= cell.truth && cell.truth <= seen.high));
    let missed = missed.count();
    assert!(missed <= MOST_WRONG, "{missed} of 1000");
}

/// Equal trials that decide as many of evenly spread cells, with intervals of one look, are four times as many.
#[test]
fn it_costs_a_quarter_of_equal_trials() {
    let truths: Vec<f64> = (0..1000).map(|i| 0.0004 * (f64::from(i) - 499.5)).collect();
    let (seen, trials) = refined(&mut Cell::all(truths.clone(), 3), Question::Side, true, u64::MAX);
    let decided = seen.iter().filter(|seen| side(seen) != Answer::Open).count();
    // The noise of a uniform plan is that of one look of its own. A tenth more trials per attempt: it spends no more than that above what it needs.
    let mut n = 64.0;
    let uniform = loop {
        let (mut draws, reach) = (Cell::all(truths.clone(), 4), normal_quantile(0.975) / f64::sqrt(n));
        let far = draws.iter_mut().filter_map(|cell| {
            let mean = cell.truth + cell.stream.normal() / f64::sqrt(n);
            (mean.abs() > reach).then_some(())
        });
        if far.count() >= decided {
            break n * 1000.0;
        }
        n *= 1.1;
    };
    assert!(uniform >= 4.0 * trials as f64, "{uniform} and {trials}");
}

/// 1000 groups of four: whoever is called the highest is it, and in groups of equals nobody is, at most 5 % excepted.
#[test]
fn leaders_are_wrong_no_more_often_than_stated() {
    let question = Question::Leader { stride: 1000, size: 4 };
    let plan = Refinement { question, looks: LOOKS };
    let truths = (0..4000).map(|cell| if cell % 1000 < 500 { 0.0 } else { 0.1 * f64::from(cell / 1000) });
    let (seen, _) = refined(&mut Cell::all(truths, 5), question, true, u64::MAX);
    let answers = plan.answers(&seen);
    let called = |cells: std::ops::Range<usize>| cells.filter(|&cell| answers[cell] == Answer::Ahead).count();
    let of_equals: usize = (0..4).map(|member| called(1000 * member..1000 * member + 500)).sum();
    let wrong: usize = (0..3).map(|member| called(1000 * member + 500..1000 * member + 1000)).sum();
    assert!(of_equals + wrong <= MOST_WRONG, "{of_equals} and {wrong}");
    assert!(called(3500..4000) >= 475, "{}", called(3500..4000));
}

/// Of proportions from 0.001 to 0.5 the widest intervals get the trials, and the intervals of 95 % hold: 1000 cells, each with Wilson's.
#[test]
fn the_widest_become_narrow_and_still_hold() {
    let streams = Streams::new(6, Purpose::World, Family::common());
    let truth = |cell: usize| 0.001 * 500.0_f64.powf(cell as f64 / 999.0);
    let mut draws: Vec<Stream> = (0..1000).map(|cell| streams.open(Address::trial(cell))).collect();
    let mut tallies = vec![Proportion::default(); 1000];
    let plan = Refinement { question: Question::Width, looks: Looks::new(256, 1 << 20) };
    let mut look = |cell: usize, look: u32| {
        while tallies[cell].trials() < plan.looks.trials(look) {
            tallies[cell].record(draws[cell].uniform() < truth(cell));
        }
        let interval = tallies[cell].wilson(Confidence::DEFAULT);
        Seen { low: interval.low, high: interval.high, look, closed: false }
    };
    let mut seen: Vec<Seen> = (0..1000).map(|cell| look(cell, 0)).collect();
    let (mut trials, total) = (256_000, 4_000_000);
    loop {
        let round = plan.round(&seen, total - trials);
        if round.is_empty() {
            break;
        }
        for cell in round {
            let next = seen[cell].look + 1;
            trials += plan.looks.trials(next) - plan.looks.trials(next - 1);
            seen[cell] = look(cell, next);
        }
    }
    assert!(trials <= total && trials > total - total / 10, "{trials}");
    let missed = (0..1000).filter(|&cell| !(seen[cell].low <= truth(cell) && truth(cell) <= seen[cell].high));
    let missed = missed.count();
    assert!(missed <= MOST_WRONG, "{missed} of 1000");
    // With as many trials in all, equal for all cells, the widest interval of a proportion near one half is wider.
    let equal = (total / 1000) as f64;
    let uniform = 2.0 * normal_quantile(0.975) * 0.5 / equal.sqrt();
    let widest = seen.iter().map(Seen::width).fold(0.0, f64::max);
    assert!(widest < 0.75 * uniform, "{widest} and {uniform}");
}

/// What cannot be afforded is not run, and the nearest to their answers come first.
#[test]
fn a_total_is_kept() {
    let plan = Refinement { question: Question::Side, looks: LOOKS };
    let seen = |low, high| Seen { low, high, look: 0, closed: false };
    let cells = [seen(-1.0, 1.0), seen(0.1, 1.0), seen(-0.1, 1.0), seen(-1.0, 0.2), Seen::NOTHING];
    assert_eq!(plan.round(&cells, u64::MAX), [0, 2, 3]);
    assert_eq!(plan.round(&cells, 191), [2, 3]);
    assert_eq!(plan.round(&cells, 64), [2]);
    assert_eq!(plan.round(&cells, 63), [] as [usize; 0]);
    let last = cells.map(|seen| Seen { look: 12, ..seen });
    assert_eq!(plan.round(&last, u64::MAX), [] as [usize; 0]);
    for total in [64_000, 70_000, 500_000] {
        let mut cells = Cell::all((0..1000).map(|i| 0.001 * f64::from(i)), 7);
        let (_, trials) = refined(&mut cells, Question::Side, true, total);
        assert!(trials <= total, "{trials} of {total}");
    }
}

#[test]
fn looks_are_fixed_beforehand() {
    assert_eq!(LOOKS.number(1), 0);
    assert_eq!(LOOKS.number(64), 0);
    assert_eq!(LOOKS.number(65), 1);
    assert_eq!(LOOKS.trials(60), 1 << 18);
    assert_eq!(LOOKS.trials(u32::MAX), 1 << 18);
    assert_eq!(Looks::new(0, 0).until(1).collect::<Vec<_>>(), [1]);
    // More trials look at the same places before.
    let longer = Looks::new(64, 1 << 20);
    assert!(LOOKS.until(1 << 17).eq(longer.until(1 << 17)));
    let huge = Looks::new(u64::MAX / 2, u64::MAX);
    assert_eq!(huge.until(u64::MAX).last(), Some(u64::MAX));
    assert_eq!(Looks::new(1, u64::MAX).number(u64::MAX), 64);
    // The shares of all looks are those of one error rate.
    let spent = |look| 1.0 - Question::Side.confidence(Confidence::DEFAULT, look).unwrap().get();
    let all: f64 = (0..64).map(spent).sum();
    assert!(all < 0.05 && all > 0.049, "{all}");
}

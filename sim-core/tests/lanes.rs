//! Lanes: the same bits on every instruction set, and masks with the law that they promise.

use sim_core::estimate::binomial_tails;
use sim_core::lanes::{
    BitQueue, CommonMasks, Generator, Kernel, LANES, Lanes, Mask, Task, Thresholds, VoteCounter, WORDS,
    WeightCounter, majority,
};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};

type Words = [u64; WORDS];

fn streams(seed: u64) -> Streams {
    Streams::new(seed, Purpose::World, Family::common())
}

fn generator(seed: u64) -> Generator {
    Generator::new(streams(seed).open(Address::block(0)))
}

fn bit(words: &Words, lane: usize) -> bool {
    words[lane / 64] >> (lane % 64) & 1 == 1
}

/// Runs a task on all kernels of this machine, which must agree; their common answer.
fn on_every_kernel<T: Task<Output: PartialEq + std::fmt::Debug>>(task: impl Fn() -> T) -> T::Output {
    let expected = Kernel::Portable.run(task());
    for kernel in Kernel::available() {
        assert_eq!(kernel.run(task()), expected, "{kernel}");
    }
    expected
}

/// Draws of one mask.
struct Draws<'a> {
    mask: &'a Mask,
    count: usize,
    seed: u64,
}

impl Task for Draws<'_> {
    type Output = Vec<Words>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<Words> {
        let mut generator = generator(self.seed);
        let mut source = generator.load::<L>();
        (0..self.count).map(|_| source.mask(self.mask).to_words()).collect()
    }
}

const PROBABILITIES: [f64; 14] =
    [0.0, 1.0, 0.5, 0.05, 0.1, 0.68, 0.999, 1e-3, 0.25, 1.0 / 3.0, 1e-9, 1.0 - 1e-9, 1e-16, 1.0 - 1e-16];

/// 14 probabilities, 2 000 vectors each, that is 10^6 bits: number of bits set, and number of nibbles with more than one bit set, against
/// exact binomial tails. 28 checks of false-alarm rate 3e-8: 8.4e-7 together.
#[test]
fn masks_have_the_law_of_independent_bits_on_every_kernel() {
    for (seed, p) in PROBABILITIES.into_iter().enumerate() {
        let mask = Mask::new(p).unwrap();
        let draws = on_every_kernel(|| Draws { mask: &mask, count: 2000, seed: seed as u64 });
        let ones: u64 = draws.iter().flatten().map(|word| u64::from(word.count_ones())).sum();
        let trials = draws.len() as u64 * LANES as u64;
        let tail = binomial_tails(ones, trials, p).two_sided();
        assert!(tail > 3e-8, "p = {p}: {ones} of {trials}, tail {tail:e}");

        let nibbles = |word: u64| (0..16).map(move |i| word >> (4 * i) & 15);
        let several =
            draws.iter().flatten().flat_map(|&word| nibbles(word)).filter(|nibble| nibble.count_ones() > 1);
        let several = several.count() as u64;
        let q: f64 = 1.0 - p;
        let expected = (1.0 - q.powi(4) - 4.0 * p * q.powi(3)).clamp(0.0, 1.0);
        // The closed form cancels for small p, where the pair term is all there is.
        let expected = if p < 1e-4 { 6.0 * p * p } else { expected };
        let tail = binomial_tails(several, trials / 4, expected).two_sided();
        assert!(tail > 3e-8, "p = {p}: {several} nibbles with more than one bit, tail {tail:e}");
    }
}

/// The tables are exact: what is realized is what was asked for, and the lanes of a nibble are uncorrelated.
#[test]
fn tables_realize_the_probability_and_independence() {
    for p in (1..1000).map(|i| f64::from(i) / 1000.0).chain(PROBABILITIES).chain([2f64.powi(-49), 1e-12]) {
        let mask = Mask::new(p).unwrap();
        assert!((mask.realized() - p).abs() <= 1e-15, "{p}: {}", mask.realized());
        assert!((mask.realized() - p).abs() <= 1e-6 * p, "{p}: {}", mask.realized());
        let relative = mask.pair_covariance().abs() / (p * (1.0 - p)).max(1e-300);
        assert!(p == 0.0 || p == 1.0 || relative < 1e-6, "{p}: {relative:e}");
    }
}

#[test]
fn no_positive_probability_becomes_zero() {
    for p in [1e-15, 1e-16, 1e-30, 1e-300, f64::MIN_POSITIVE] {
        assert_eq!(Mask::new(p).unwrap().certain(), None);
        let mask = Mask::new(p).unwrap();
        let draws = on_every_kernel(|| Draws { mask: &mask, count: 10, seed: 1 });
        assert!(draws.iter().flatten().all(|&word| word == 0), "p = {p}");
    }
    assert_eq!(Mask::new(1.0 - f64::EPSILON).unwrap().certain(), None);
    for p in [f64::NAN, -1e-9, 1.0 + 1e-9, f64::INFINITY] {
        assert!(Mask::new(p).is_err(), "{p}");
    }
}

/// Bits against one probability per lane.
struct Below<'a>(&'a Thresholds);

impl Task for Below<'_> {
    type Output = Vec<Words>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<Words> {
        let mut generator = generator(7);
        let mut source = generator.load::<L>();
        (0..20_000).map(|_| source.below(self.0).to_words()).collect()
    }
}

/// 512 lanes with probabilities 0, 1/511, ..., 1: 20 000 draws of each against exact binomial tails, false-alarm rate 512 x 1e-9.
#[test]
fn every_lane_has_its_own_probability() {
    let p = |lane: usize| lane as f64 / 511.0;
    let mut thresholds = Thresholds::default();
    thresholds.set(p);
    let draws = on_every_kernel(|| Below(&thresholds));
    for lane in 0..LANES {
        let ones = draws.iter().filter(|words| bit(words, lane)).count() as u64;
        let tail = binomial_tails(ones, draws.len() as u64, p(lane)).two_sided();
        assert!(tail > 1e-9, "lane {lane}: {ones}, tail {tail:e}");
    }
}

/// Masks that share their numbers.
struct Common<'a> {
    masks: &'a CommonMasks,
    count: usize,
}

impl Task for Common<'_> {
    type Output = Vec<Vec<Words>>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<Vec<Words>> {
        let mut generator = generator(11);
        let mut source = generator.load::<L>();
        let mut vectors = vec![L::splat(false); self.masks.len()];
        let mut room = vectors.clone();
        let mut draws = Vec::new();
        for _ in 0..self.count {
            source = source.common(self.masks, &mut vectors, &mut room);
            draws.push(vectors.iter().map(|vector| vector.to_words()).collect());
        }
        draws
    }
}

/// 10^6 numbers against six probabilities: each has its law (6 x 1e-7), and what is below a probability is below every larger one.
#[test]
fn common_masks_are_nested_and_have_their_own_law() {
    let probabilities = [0.0, 1e-3, 0.3, 0.31, 0.999, 1.0];
    let masks = CommonMasks::new(&probabilities).unwrap();
    let draws = on_every_kernel(|| Common { masks: &masks, count: 2000 });
    let trials = (draws.len() * LANES) as u64;
    for (i, p) in probabilities.into_iter().enumerate() {
        let ones = draws.iter().flat_map(|vectors| vectors[i]).map(|word| u64::from(word.count_ones())).sum();
        let tail = binomial_tails(ones, trials, p).two_sided();
        assert!(tail > 1e-7, "p = {p}: {ones} of {trials}, tail {tail:e}");
        if i > 0 {
            let outside = |vectors: &Vec<Words>| (0..WORDS).any(|w| vectors[i - 1][w] & !vectors[i][w] != 0);
            assert!(!draws.iter().any(outside), "p = {p}");
        }
    }
    assert!(CommonMasks::new(&[0.5, f64::NAN]).is_err() && CommonMasks::new(&[1.1]).is_err());
}

/// Random vectors through every operation.
struct Logic;

impl Task for Logic {
    type Output = Vec<Words>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<Words> {
        let mut generator = generator(3);
        let mut source = generator.load::<L>();
        let (a, b, c) = (source.fair(), source.fair(), source.fair());
        [
            a,
            b,
            c,
            a.and(b),
            a.and_not(b),
            a.or(b),
            a.xor(b),
            a.not(),
            L::xor3(a, b, c),
            L::majority(a, b, c),
            a.select(b, c),
            a.add_words(b),
            a.rotate_words_23(),
            a.rotate_words_45(),
            a.shift_words_17(),
            a.xor_word(5, 0xdead_beef),
            L::splat(true),
            L::splat(false),
        ]
        .map(L::to_words)
        .to_vec()
    }
}

#[test]
fn operations_are_those_of_words() {
    let results = on_every_kernel(|| Logic);
    let [a, b, c] = [results[0], results[1], results[2]];
    for i in 0..WORDS {
        let (a, b, c) = (a[i], b[i], c[i]);
        let expected = [
            a & b,
            a & !b,
            a | b,
            a ^ b,
            !a,
            a ^ b ^ c,
            (a & b) | (b & c) | (a & c),
            (a & b) | (!a & c),
            a.wrapping_add(b),
            a.rotate_left(23),
            a.rotate_left(45),
            a << 17,
            if i == 5 { a ^ 0xdead_beef } else { a },
            u64::MAX,
            0,
        ];
        for (j, expected) in expected.into_iter().enumerate() {
            assert_eq!(results[3 + j][i], expected, "operation {j}");
        }
    }
}

/// Votes of up to 40 agents, counted.
struct Count {
    agents: usize,
    weight: u64,
}

impl Task for Count {
    type Output = (Vec<Words>, Vec<u64>, [Words; 5]);
    #[inline(always)]
    fn run<L: Lanes>(self) -> Self::Output {
        let mut generator = generator(self.agents as u64);
        let mut source = generator.load::<L>();
        let votes: Vec<L> = (0..self.agents).map(|_| source.fair()).collect();
        let most = self.agents as u64 * self.weight;
        let mut counter = WeightCounter::new(most);
        match self.weight {
            1 => counter.add_all(&votes),
            weight => votes.iter().for_each(|&vote| counter.add_weighted(vote, weight)),
        }
        let mut others = WeightCounter::new(most);
        votes.iter().for_each(|vote| others.add_weighted(vote.not(), self.weight));
        let bound = most / 2 + 1;
        let (above, equal) = counter.compare(&others);
        let results =
            [counter.at_least(bound), counter.equals(bound), above, equal, majority_or_zero(&votes)];
        let numbers = (0..LANES).map(|lane| counter.number(lane)).collect();
        (votes.iter().map(|vote| vote.to_words()).collect(), numbers, results.map(L::to_words))
    }
}

#[inline(always)]
fn majority_or_zero<L: Lanes>(votes: &[L]) -> L {
    if votes.len() % 2 == 1 { majority(votes) } else { L::splat(false) }
}

#[test]
fn votes_are_counted_in_every_lane() {
    for agents in 1..=40 {
        for weight in [1, 5] {
            let (votes, numbers, [at_least, equals, above, tied, won]) =
                on_every_kernel(|| Count { agents, weight });
            for (lane, &number) in numbers.iter().enumerate() {
                let right = votes.iter().filter(|vote| bit(vote, lane)).count() as u64;
                let sum = right * weight;
                let most = agents as u64 * weight;
                assert_eq!(number, sum);
                assert_eq!(bit(&at_least, lane), sum > most / 2, "{agents} agents");
                assert_eq!(bit(&equals, lane), sum == most / 2 + 1);
                assert_eq!(bit(&above, lane), 2 * sum > most);
                assert_eq!(bit(&tied, lane), 2 * sum == most);
                assert_eq!(bit(&won, lane), agents % 2 == 1 && 2 * right > agents as u64);
            }
        }
    }
}

struct Deposit(u64, u64);

/// A number of votes that one trial of a sampled organization may reach, and where it is a majority.
struct MostVotes;

impl Task for MostVotes {
    type Output = (u64, u32);
    #[inline(always)]
    fn run<L: Lanes>(self) -> (u64, u32) {
        let most = 100_000_000;
        let mut counter = VoteCounter::<L>::new(most);
        counter.add_weighted(L::splat(true), most);
        (counter.number(511), counter.at_least(most / 2 + 1).count())
    }
}

#[test]
fn the_votes_of_the_widest_node_can_be_counted() {
    assert_eq!(on_every_kernel(|| MostVotes), (100_000_000, 512));
}

impl Task for Deposit {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self) -> u64 {
        L::deposit(self.0, self.1)
    }
}

#[test]
fn bits_are_deposited_in_order() {
    assert_eq!(on_every_kernel(|| Deposit(0b101, 0b1101_0000)), 0b1001_0000);
    assert_eq!(on_every_kernel(|| Deposit(u64::MAX, 0xf0f0)), 0xf0f0);
    assert_eq!(on_every_kernel(|| Deposit(0x0123_4567_89ab_cdef, u64::MAX)), 0x0123_4567_89ab_cdef);
    assert_eq!(on_every_kernel(|| Deposit(7, 0)), 0);
}

/// A queue gives every bit once, in order from the front, and whole words from the back, whatever the numbers taken.
#[test]
fn a_queue_gives_every_bit_once() {
    let mut stream: Stream = streams(9).open(Address::trial(0));
    let mut queue = BitQueue::with_capacity(64 * 9);
    let mut expected = std::collections::VecDeque::new();
    let mut compared = 0;
    for _ in 0..20_000 {
        if queue.len() < 128 {
            for _ in 0..=stream.below(6) {
                let word = stream.below(u64::MAX);
                queue.put(word);
                expected.extend((0..64).map(|i| word >> i & 1));
            }
        }
        if stream.below(3) == 0 && queue.len() >= 64 {
            let last = expected.split_off(expected.len() - 64);
            let word = queue.take_word();
            assert!(last.into_iter().eq((0..64).map(|i| word >> i & 1)));
        }
        let count = stream.below(65).min(queue.len() as u64) as u32;
        let bits = queue.take(count);
        assert!(expected.drain(..count as usize).eq((0..count).map(|i| bits >> i & 1)));
        assert_eq!(queue.len(), expected.len());
        compared += count;
    }
    assert!(compared > 500_000);
}

#[test]
fn kernels_have_names() {
    for kernel in Kernel::ALL {
        assert_eq!(kernel.to_string().parse(), Ok(kernel));
    }
    let error = "sse9".parse::<Kernel>().unwrap_err();
    assert_eq!(error.to_string(), "a kernel is one of portable, avx2, avx512; found `sse9`");
    assert!(Kernel::best().is_available());
}

//! Counting votes in every lane at once.

use super::Lanes;

/// A number per lane, bit-sliced.
///
/// The 512 numbers are written in binary and stored digit by digit: *plane* `i` is a vector that holds bit `i` of all of them.
///
/// ```text
///    lane       0 1 2 3 …                      plane 1   1 1 0 0 …    bit 1 of the numbers
///    ann        1 1 0 1 …                      plane 0   1 0 0 1 …    bit 0
///    bob        1 1 0 0 …      add, add, add   ──────────────────
///    cid        1 0 0 0 …                      number    3 2 0 1 …
/// ```
///
/// Adding a vote is addition by hand, with carries from plane to plane, in all lanes at once: the sum of two bits is their
/// exclusive or, their carry the conjunction. A comparison goes through the planes likewise.
///
/// ```
/// use sim_core::lanes::{Kernel, Lanes, Task, VoteCounter, WORDS};
///
/// /// The number of votes in lanes 0 to 3, and where there are two or more.
/// struct Count;
///
/// impl Task for Count {
///     type Output = ([u64; 4], u64);
///     #[inline(always)]
///     fn run<L: Lanes>(self) -> Self::Output {
///         let mut counter = VoteCounter::<L>::new(3);
///         for votes in [0b1011, 0b0011, 0b0001] {
///             let mut words = [0; WORDS];
///             words[0] = votes; // the lowest bit is lane 0
///             counter.add(L::from_words(words));
///         }
///         ([0, 1, 2, 3].map(|lane| counter.number(lane)), counter.at_least(2).to_words()[0])
///     }
/// }
///
/// assert_eq!(Kernel::best().run(Count), ([3, 2, 0, 1], 0b0011));
/// ```
#[derive(Clone, Copy)]
pub struct PlaneCounter<L, const PLANES: usize> {
    planes: [L; PLANES],
    used: usize,
}

/// Counts votes, below 2^27 of them: more than any organization has that is sampled.
pub type VoteCounter<L> = PlaneCounter<L, 27>;

/// Sums integer weights, below 2^48.
pub type WeightCounter<L> = PlaneCounter<L, 48>;

impl<L: Lanes, const PLANES: usize> PlaneCounter<L, PLANES> {
    /// Zero in every lane. `most` is the largest number that will be reached: it says how many planes are used. What is above
    /// it, or from 2^PLANES on, may lose its highest bits.
    #[inline(always)]
    pub fn new(most: u64) -> Self {
        let used = (64 - most.leading_zeros() as usize).min(PLANES);
        Self { planes: [L::splat(false); PLANES], used }
    }

    /// Adds 1 where the lane is set.
    #[inline(always)]
    pub fn add(&mut self, lanes: L) {
        self.carry(lanes, 0);
    }

    /// Adds 1 where `a` is set and 1 where `b` is: a full adder, cheaper than two additions.
    #[inline(always)]
    pub fn add_two(&mut self, a: L, b: L) {
        let ones = self.planes[0];
        self.planes[0] = L::xor3(ones, a, b);
        self.carry(L::majority(ones, a, b), 1);
    }

    /// Adds 1 for each vector of lanes that is set.
    #[inline(always)]
    pub fn add_all(&mut self, votes: &[L]) {
        let mut pairs = votes.chunks_exact(2);
        for pair in &mut pairs {
            self.add_two(pair[0], pair[1]);
        }
        for &vote in pairs.remainder() {
            self.add(vote);
        }
    }

    /// Adds `weight` where the lane is set: once for each of its binary digits.
    #[inline(always)]
    pub fn add_weighted(&mut self, lanes: L, weight: u64) {
        let mut rest = weight;
        while rest != 0 {
            self.carry(lanes, rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
    }

    /// Adds `2^from` where the lane is set: half adders from that plane up.
    #[inline(always)]
    fn carry(&mut self, mut carry: L, from: usize) {
        for plane in &mut self.planes[from.min(self.used)..self.used] {
            let next = plane.and(carry);
            *plane = plane.xor(carry);
            carry = next;
        }
    }

    /// Where the number is at least `bound`.
    #[inline(always)]
    pub fn at_least(&self, bound: u64) -> L {
        if self.used < 64 && bound >> self.used != 0 {
            return L::splat(false);
        }
        // From the lowest bit: at least, given that the lower bits are.
        let mut result = L::splat(true);
        for (i, &plane) in self.planes[..self.used].iter().enumerate() {
            result = if bound >> i & 1 == 1 { plane.and(result) } else { plane.or(result) };
        }
        result
    }

    /// Where the number is exactly `value`.
    #[inline(always)]
    pub fn equals(&self, value: u64) -> L {
        if self.used < 64 && value >> self.used != 0 {
            return L::splat(false);
        }
        let mut result = L::splat(true);
        for (i, &plane) in self.planes[..self.used].iter().enumerate() {
            result = if value >> i & 1 == 1 { result.and(plane) } else { result.and_not(plane) };
        }
        result
    }

    /// Where this number is above and where it equals the other one.
    #[inline(always)]
    pub fn compare(&self, other: &Self) -> (L, L) {
        let (mut above, mut equal) = (L::splat(false), L::splat(true));
        for i in 0..self.used.max(other.used) {
            let (a, b) = (self.planes[i], other.planes[i]);
            let differ = a.xor(b);
            above = differ.select(a, above);
            equal = equal.and_not(differ);
        }
        (above, equal)
    }

    /// The number in one lane; slow, for tests and for looking at.
    pub fn number(&self, lane: usize) -> u64 {
        let bit = |i: usize| self.planes[i].to_words()[lane / 64] >> (lane % 64) & 1;
        (0..self.used).map(|i| bit(i) << i).sum()
    }
}

/// Where more than half of an odd number of votes are set.
#[inline(always)]
pub fn majority<L: Lanes>(votes: &[L]) -> L {
    match *votes {
        [a] => a,
        [a, b, c] => L::majority(a, b, c),
        [a, b, c, d, e] => {
            // Two full adders leave s + 2 (x + y), which is 3 or more where two of the three are set.
            let (s, x) = (L::xor3(a, b, c), L::majority(a, b, c));
            let (s, y) = (L::xor3(s, d, e), L::majority(s, d, e));
            L::majority(x, y, s)
        }
        [a, b, c, d, e, f, g] => {
            let (s, x) = (L::xor3(a, b, c), L::majority(a, b, c));
            let (t, y) = (L::xor3(d, e, f), L::majority(d, e, f));
            // s + t + g carries once; four or more are two carries or more.
            L::majority(x, y, L::majority(s, t, g))
        }
        [a, b, c, d, e, f, g, h, i] => {
            let (r, w) = (L::xor3(a, b, c), L::majority(a, b, c));
            let (s, x) = (L::xor3(d, e, f), L::majority(d, e, f));
            let (t, y) = (L::xor3(g, h, i), L::majority(g, h, i));
            let (ones, z) = (L::xor3(r, s, t), L::majority(r, s, t));
            // ones + 2 (w + x + y + z) is five or more with three carries, or with two and the odd one.
            let (u, fours) = (L::xor3(w, x, y), L::majority(w, x, y));
            let (two, three) = (fours.or(u.and(z)), fours.and(u.or(z)));
            two.and(three.or(ones))
        }
        _ => {
            let mut counter = VoteCounter::new(votes.len() as u64);
            counter.add_all(votes);
            counter.at_least(votes.len() as u64 / 2 + 1)
        }
    }
}

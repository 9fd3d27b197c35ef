//! From durations to makespans.

use super::activity::Network;
use super::run::{Row, Sixteen, VECTORS};
use crate::graph::Node;
use crate::lanes::{Lanes, NUMBERS};

/// Trials that are simulated in lockstep: one per bit of a word.
const GROUP: usize = 64;
/// Vectors of one number per trial of a group.
const PARTS: usize = GROUP / NUMBERS;

/// A number per trial of a group.
type Numbers = [Sixteen; PARTS];

/// An activity starts when all that it needs have ended. `ends` has a row per node, of which those it needs are filled.
#[inline(always)]
pub(super) fn unlimited<L: Lanes>(
    network: &Network,
    node: Node,
    durations: &Row,
    ends: &mut [Sixteen],
    makespan: &mut Row,
) {
    let is_last = network.reach[node] == 0;
    for (vector, (duration, last)) in durations.iter().zip(makespan).enumerate() {
        let mut start = L::splat_number(0.0);
        for &needed in &network.needs[node] {
            start = start.larger(L::load_numbers(&ends[needed * VECTORS + vector].0));
        }
        let end = start.plus(L::load_numbers(&duration.0));
        end.store_numbers(&mut ends[node * VECTORS + vector].0);
        if is_last {
            L::load_numbers(&last.0).larger(end).store_numbers(&mut last.0);
        }
    }
}

/// Keeps durations for [`limited`], those of a group of trials together.
#[inline(always)]
pub(super) fn remember(network: &Network, node: Node, durations: &Row, rows: &mut [Sixteen]) {
    for (group, part) in durations.chunks_exact(PARTS).enumerate() {
        let place = (group * network.len() + node) * PARTS;
        rows[place..place + PARTS].copy_from_slice(part);
    }
}

/// Events of list scheduling, group by group. `rows` is what [`remember`] has kept.
#[inline(always)]
pub(super) fn limited<L: Lanes>(network: &Network, workers: u32, rows: &[Sixteen], makespan: &mut Row) {
    let mut group = Group::new(network.len());
    for (durations, makespan) in
        rows.chunks_exact(network.len() * PARTS).zip(makespan.chunks_exact_mut(PARTS))
    {
        let last = group.run::<L>(network, workers, durations);
        makespan.copy_from_slice(&last);
    }
}

/// Runs of 64 trials, which go from event to event together: bit `j` of a word is trial `j`.
///
/// At every step each trial goes on to its own next end of an activity. Which one that is differs from trial to trial, but all are among the few
/// that some trial has under way, so that these are asked one after the other, for all trials at once. Nothing is gathered or scattered,
/// and the number of workers does not matter.
struct Group {
    /// By node: when it ends, where it is under way, else never.
    ends: Vec<Numbers>,
    /// By node: trials that have started it, have it under way, and have done it.
    started: Vec<u64>,
    running: Vec<u64>,
    done: Vec<u64>,
    /// Number of idle workers per trial: bit `i` of it is in word `i`.
    idle: [u64; 32],
    /// Words of them in use.
    digits: usize,
    /// Below it everything is done in all trials.
    first_running: Node,
    /// From here on nothing has been started in any trial.
    end_started: Node,
    /// Below it everything is started in all trials.
    first_waiting: Node,
    /// From here on nothing can be ready in any trial, but what needs nothing.
    end_ready: Node,
}

impl Group {
    fn new(nodes: usize) -> Self {
        Self {
            ends: vec![[Sixteen([f32::INFINITY; NUMBERS]); PARTS]; nodes],
            started: vec![0; nodes],
            running: vec![0; nodes],
            done: vec![0; nodes],
            idle: [0; 32],
            digits: 0,
            first_running: 0,
            end_started: 0,
            first_waiting: 0,
            end_ready: 0,
        }
    }

    /// The makespans.
    #[inline(always)]
    fn run<L: Lanes>(&mut self, network: &Network, workers: u32, durations: &[Sixteen]) -> Numbers {
        // More workers than activities are never busy.
        let workers = workers.min(network.len() as u32);
        self.digits = (32 - workers.leading_zeros()) as usize;
        self.idle = std::array::from_fn(|digit| if workers >> digit & 1 == 1 { u64::MAX } else { 0 });
        for words in [&mut self.started, &mut self.running, &mut self.done] {
            words.fill(0);
        }
        (self.first_running, self.end_started, self.first_waiting) = (0, 0, 0);
        let mut roots = (0..network.len()).filter(|&node| network.needs[node].is_empty());
        self.end_ready = roots.next_back().map_or(0, |node| node + 1);
        let mut now = [L::splat_number(0.0); PARTS];
        self.start(network, durations, &now);
        loop {
            let next = self.next_ends::<L>();
            let never = L::splat_number(f32::INFINITY);
            let mut any = 0;
            for (now, next) in now.iter_mut().zip(next) {
                let ended = next.equal(never);
                *now = L::choose(ended, *now, next);
                any |= !ended;
            }
            if any == 0 {
                break;
            }
            self.end(network, &next);
            self.start(network, durations, &now);
        }
        let mut last = [Sixteen::ZERO; PARTS];
        for (now, last) in now.into_iter().zip(&mut last) {
            now.store_numbers(&mut last.0);
        }
        last
    }

    /// The next end in each trial, or never.
    #[inline(always)]
    fn next_ends<L: Lanes>(&self) -> [L; PARTS] {
        let mut next = [L::splat_number(f32::INFINITY); PARTS];
        let window = self.first_running..self.end_started;
        for (ends, &running) in self.ends[window.clone()].iter().zip(&self.running[window]) {
            if running != 0 {
                for (next, ends) in next.iter_mut().zip(ends) {
                    *next = next.smaller(L::load_numbers(&ends.0));
                }
            }
        }
        next
    }

    /// What is next ends.
    #[inline(always)]
    fn end<L: Lanes>(&mut self, network: &Network, next: &[L; PARTS]) {
        let never = L::splat_number(f32::INFINITY);
        for node in self.first_running..self.end_started {
            let running = self.running[node];
            if running == 0 {
                continue;
            }
            let mut ended = 0;
            for (part, (next, ends)) in next.iter().zip(&mut self.ends[node]).enumerate() {
                let time = L::load_numbers(&ends.0);
                let equal = time.equal(*next);
                L::choose(equal, never, time).store_numbers(&mut ends.0);
                ended |= u64::from(equal) << (part * NUMBERS);
            }
            // Where nothing is under way, never equals never.
            ended &= running;
            if ended != 0 {
                self.running[node] ^= ended;
                if self.done[node] == 0 {
                    self.end_ready = self.end_ready.max(network.reach[node]);
                }
                self.done[node] |= ended;
                self.release(ended);
            }
        }
        while self.done.get(self.first_running) == Some(&u64::MAX) {
            self.first_running += 1;
        }
    }

    /// Idle workers take what is ready, the lowest position first.
    #[inline(always)]
    fn start<L: Lanes>(&mut self, network: &Network, durations: &[Sixteen], now: &[L; PARTS]) {
        let mut idle = self.any_idle();
        for node in self.first_waiting..self.end_ready {
            if idle == 0 {
                break;
            }
            let mut takes = idle & !self.started[node];
            for &needed in &network.needs[node] {
                takes &= self.done[needed];
            }
            if takes == 0 {
                continue;
            }
            let durations = &durations[node * PARTS..(node + 1) * PARTS];
            for (part, ((ends, duration), now)) in
                self.ends[node].iter_mut().zip(durations).zip(now).enumerate()
            {
                let takes = (takes >> (part * NUMBERS)) as u16;
                let end = now.plus(L::load_numbers(&duration.0));
                L::choose(takes, end, L::load_numbers(&ends.0)).store_numbers(&mut ends.0);
            }
            self.started[node] |= takes;
            self.running[node] |= takes;
            self.end_started = self.end_started.max(node + 1);
            self.engage(takes);
            idle = self.any_idle();
        }
        while self.started.get(self.first_waiting) == Some(&u64::MAX) {
            self.first_waiting += 1;
        }
    }

    /// Trials with an idle worker.
    #[inline(always)]
    fn any_idle(&self) -> u64 {
        self.idle[..self.digits].iter().fold(0, |any, digit| any | digit)
    }

    /// One idle worker more in these trials.
    #[inline(always)]
    fn release(&mut self, trials: u64) {
        let mut carry = trials;
        for digit in &mut self.idle[..self.digits] {
            (*digit, carry) = (*digit ^ carry, *digit & carry);
        }
    }

    /// One idle worker less in these trials, which have one.
    #[inline(always)]
    fn engage(&mut self, trials: u64) {
        let mut borrow = trials;
        for digit in &mut self.idle[..self.digits] {
            (*digit, borrow) = (*digit ^ borrow, !*digit & borrow);
        }
    }
}

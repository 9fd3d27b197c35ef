//! How runs end under each control, one by one and in the mean over the law of turns.

use sim_core::random::Stream;
use sim_core::special::normal_cdf;

use super::{Control, TurnParameters};
use crate::mechanism::primitives::Spending;

/// Lognormal numbers of turns, rounded to whole ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TurnLaw {
    pub(super) median: f64,
    pub(super) sigma: f64,
}

impl TurnLaw {
    /// Turns of one run.
    pub(super) fn draw(&self, draws: &mut Stream) -> f64 {
        libm::round(self.median * libm::exp(self.sigma * draws.normal())).max(1.0)
    }

    /// Probability of at most so many turns.
    fn at_most(&self, turns: u32) -> f64 {
        let distance = libm::log((f64::from(turns) + 0.5) / self.median);
        if self.sigma == 0.0 {
            f64::from(u8::from(distance >= 0.0))
        } else {
            normal_cdf(distance / self.sigma)
        }
    }

    /// Probability of 1, ..., `most` turns, at positions 0, ..., `most - 1`, and of more at the end.
    fn law(&self, most: u32) -> Vec<f64> {
        let mut before = 0.0;
        let mut law: Vec<f64> = (1..=most)
            .map(|turns| {
                let up_to = self.at_most(turns);
                let mass = up_to - before;
                before = up_to;
                mass
            })
            .collect();
        law.push(1.0 - before);
        law
    }
}

/// What follows from the parameters before any run.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// First and last cap, in turns.
    pub(super) caps: [u32; 2],
    /// What 0, 1, 2, ... turns take.
    pub(super) spending: Vec<Spending>,
    /// Means without a limit, under the cap, and on request.
    means: [Means; 3],
}

/// Means over runs under one control.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Means {
    pub(super) solved: f64,
    pub(super) turns: f64,
    pub(super) tokens: f64,
    pub(super) dollars: f64,
    pub(super) extended: f64,
}

/// How one run ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub(super) turns: u32,
    pub(super) solved: bool,
    pub(super) extended: bool,
}

/// A run as it would be without a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Free {
    turns: u32,
    pub(super) solvable: bool,
}

impl TurnParameters {
    /// The run of this law, and so many turns if it had no end.
    pub(super) fn free(&self, solvable: bool, turns: f64) -> Free {
        let in_time = turns <= f64::from(self.most_turns);
        Free { turns: if in_time { turns as u32 } else { self.most_turns }, solvable: solvable && in_time }
    }

    /// Every run with its probability.
    fn free_runs(&self) -> impl Iterator<Item = (f64, Free)> {
        let shares = [(true, self.solvable, self.turns[0]), (false, 1.0 - self.solvable, self.turns[1])];
        shares.into_iter().flat_map(move |(solvable, share, turns)| {
            let law = turns.law(self.most_turns).into_iter().enumerate();
            law.map(move |(at, mass)| (share * mass, self.free(solvable, (at + 1) as f64)))
        })
    }

    /// What so many turns take: each reads what the earlier ones added.
    fn spending(&self) -> Vec<Spending> {
        let mut sums = vec![Spending::default()];
        for turn in 0..self.most_turns {
            let mut sum = sums[turn as usize];
            sum.add(&self.terms.call_after(u64::from(turn) * self.growth), 1, 1);
            sums.push(sum);
        }
        sums
    }

    /// The fewest turns within which this share of all runs ends by itself.
    fn cap(&self, share: f64) -> u32 {
        let mut ending = vec![0.0; self.most_turns as usize + 1];
        for (mass, free) in self.free_runs() {
            ending[free.turns as usize] += mass;
        }
        let mut sum = 0.0;
        let found = ending.iter().position(|mass| {
            sum += mass;
            // The sum of all is 1 but for rounding.
            sum >= share - 1e-12
        });
        found.map_or(self.most_turns, |turns| turns as u32)
    }

    /// Whether a run comes to its own end within a cap that it is told.
    fn in_time(&self, free: Free, cap: u32) -> bool {
        self.reminder * f64::from(free.turns) <= f64::from(cap) + 1e-9
    }

    pub(super) fn capped(&self, free: Free, cap: u32) -> End {
        let solved = free.solvable && self.in_time(free, cap);
        End { turns: free.turns.min(cap), solved, extended: false }
    }

    /// Probability that a run which the first cap would cut off asks for the last one.
    fn asks(&self, free: Free, [_, last]: [u32; 2]) -> f64 {
        match (free.solvable, self.in_time(free, last)) {
            (true, true) => self.asks[0],
            (true, false) => 0.0,
            (false, _) => self.asks[1],
        }
    }

    /// How a run ends that asks for more turns where `asks` says so.
    pub(super) fn on_request(&self, free: Free, caps: [u32; 2], asks: impl FnOnce(f64) -> bool) -> End {
        let [first, last] = caps;
        if self.in_time(free, first) {
            return self.capped(free, first);
        }
        if asks(self.asks(free, caps)) {
            return End { extended: true, ..self.capped(free, last) };
        }
        End { turns: first, solved: false, extended: false }
    }

    fn work_out(&self) -> Course {
        let caps = self.quantiles.map(|share| self.cap(share));
        let spending = self.spending();
        let mut means = [Means::default(); 3];
        let mut add = |control: Control, mass: f64, end: End| {
            let spent = spending[end.turns as usize];
            let mean = &mut means[control as usize];
            mean.solved += mass * f64::from(u8::from(end.solved));
            mean.turns += mass * f64::from(end.turns);
            mean.tokens += mass * spent.tokens as f64;
            mean.dollars += mass * spent.dollars();
            mean.extended += mass * f64::from(u8::from(end.extended));
        };
        for (mass, free) in self.free_runs() {
            add(Control::None, mass, self.unlimited(free));
            add(Control::Cap, mass, self.capped(free, caps[1]));
            let asks = if self.in_time(free, caps[0]) { 0.0 } else { self.asks(free, caps) };
            add(Control::OnRequest, mass * asks, self.on_request(free, caps, |_| true));
            add(Control::OnRequest, mass * (1.0 - asks), self.on_request(free, caps, |_| false));
        }
        Course { caps, spending, means }
    }

    pub(super) fn unlimited(&self, free: Free) -> End {
        End { turns: free.turns, solved: free.solvable, extended: false }
    }

    pub(super) fn course(&self) -> &Course {
        self.course.get_or_init(|| self.work_out())
    }

    pub(super) fn means(&self, control: Control) -> Means {
        self.course().means[control as usize]
    }

    /// Share of the cost under `control` that is saved under `other`.
    pub(super) fn saving(&self, control: Control, other: Control) -> f64 {
        1.0 - self.means(other).dollars / self.means(control).dollars
    }
}

//! Answers one after another: votes to a margin, retries, cascades.

use super::{Evaluator, Outlook, SLOW};
use crate::advice::latency::Moments;
use crate::advice::{Profile, Spend};
use crate::theory::ruin::{right_by_margin, votes_to_margin};

/// Parts of a profile over which the number of votes to a margin is computed.
const COARSE: usize = 8;
/// Most votes to a margin that are looked at for its time.
const MOST_VOTES: usize = 2000;
/// Largest margin whose races are stepped through.
const MOST_STEPPED: u32 = 8;

impl Evaluator<'_> {
    /// Gambler's ruin at every accuracy: right with probability 1/(1 + r^d), r = (1-p)/p, after d/(2p-1) (1-r^d)/(1+r^d) votes.
    pub(super) fn margin(&self, model: usize, tokens: f64, margin: u32) -> Option<Outlook> {
        let profile = self.profile(model, tokens)?;
        let model = self.fleet.models.get(model)?;
        let calls = profile.mean(|p| votes_to_margin(p, margin));
        let one = model.latency_of(tokens).moments_of_largest(1.0);
        let ends: Vec<(f64, Moments)> = if margin <= MOST_STEPPED {
            let ends = ends_of_races(&profile, margin).into_iter();
            ends.map(|(share, votes)| (share, one.times(votes))).collect()
        } else {
            profile.coarse(COARSE).into_iter().map(|(share, p)| (share, race(one, p, margin))).collect()
        };
        Some(Outlook {
            accuracy: profile.mean(|p| right_by_margin(p, margin)),
            spend: model.spend(model.input_tokens, tokens).times(calls),
            mean_time: calls * one.mean,
            slow_time: Moments::quantile_of_mixture(&ends, SLOW),
            window: 0.0,
            calls,
        })
    }

    /// At every accuracy p a try is accepted with probability a = p t + (1-p) f (mechanisms B0.7). After the last try its answer is given
    /// even so.
    pub(super) fn retry(&self, model: usize, tokens: f64, tries: u32) -> Option<Outlook> {
        let checker = self.fleet.checker?;
        let profile = self.profile(model, tokens)?;
        let model = self.fleet.models.get(model)?;
        let (t, f) = (checker.true_positive, checker.false_positive);
        let accepted = |p: f64| p * t + (1.0 - p) * f;
        let count = f64::from(tries);
        let none = |p: f64| libm::pow(1.0 - accepted(p), count - 1.0);
        // Of the first tries - 1 the first accepted one counts; the last try counts in any case.
        let right = |p: f64| {
            let a = accepted(p);
            let early = if a > 0.0 { p * t * (1.0 - none(p)) / a } else { 0.0 };
            early + none(p) * p
        };
        let calls = profile.mean(|p| expected_tries(accepted(p), count));
        // The last answer needs no check.
        let checks = profile.mean(|p| expected_tries(accepted(p), count - 1.0));
        let one = model.latency_of(tokens).moments_of_largest(1.0);
        // Ends with each try, the last of which is not checked.
        let end = |(tried, share): (u32, f64)| {
            let checks = f64::from(tried - u32::from(tried == tries));
            (share, one.times(f64::from(tried)).then(Moments::constant(checks * checker.seconds)))
        };
        let ends: Vec<(f64, Moments)> =
            ends_of_tries(&profile, tries, accepted).into_iter().map(end).collect();
        let spend = model.spend(model.input_tokens, tokens).times(calls);
        let check = Spend { dollars: checker.dollars, tokens: checker.tokens };
        Some(Outlook {
            accuracy: profile.mean(right),
            spend: spend + check.times(checks),
            mean_time: calls * one.mean + checks * checker.seconds,
            slow_time: Moments::quantile_of_mixture(&ends, SLOW),
            window: 0.0,
            calls,
        })
    }

    pub(super) fn cascade(&self, student: usize, votes: u32, teacher: usize) -> Option<Outlook> {
        let (pupil, master) = (self.fleet.models.get(student)?, self.fleet.models.get(teacher)?);
        let (length, long) = (pupil.known_tokens()?, master.known_tokens()?);
        let (low, high) = (self.profile(student, length)?, self.profile(teacher, long)?);
        let count = f64::from(votes);
        let checker = self.fleet.checker.filter(|_| votes == 1);
        if votes == 1 && checker.is_none() {
            return None;
        }
        // Right and accepted, and accepted.
        let right = |p: f64| checker.map_or_else(|| libm::pow(p, count), |it| p * it.true_positive);
        let wrong =
            |p: f64| checker.map_or_else(|| libm::pow(1.0 - p, count), |it| (1.0 - p) * it.false_positive);
        let kept = low.mean(right);
        let escalated = 1.0 - kept - low.mean(wrong);
        let apart = escalated * high.mean(|p| p);
        let together = self.together(student, teacher)?;
        let together =
            together.iter().map(|&(width, [p, q])| width * (1.0 - right(p) - wrong(p)) * q).sum::<f64>();
        let across = self.fleet.errors.across;
        let check = checker.map_or(Spend::default(), |it| Spend { dollars: it.dollars, tokens: it.tokens });
        let seconds = checker.map_or(0.0, |it| it.seconds);
        let first = pupil.latency_of(length).moments_of_largest(count).then(Moments::constant(seconds));
        let second = master.latency_of(long).moments_of_largest(1.0);
        let slow_time =
            Moments::quantile_of_mixture(&[(1.0 - escalated, first), (escalated, first.then(second))], SLOW);
        Some(Outlook {
            accuracy: kept + (1.0 - across) * apart + across * together,
            spend: pupil.spend(pupil.input_tokens, length).times(count)
                + check
                + master.spend(master.input_tokens, long).times(escalated),
            mean_time: first.mean + escalated * second.mean,
            slow_time,
            window: 0.0,
            calls: count + escalated,
        })
    }
}

/// Moments of the time of a race to a margin at one accuracy: the sum of a random number of independent times.
fn race(one: Moments, p: f64, margin: u32) -> Moments {
    let votes = votes_to_margin(p, margin);
    let variance = votes * one.variance + variance_of_votes(p, margin) * one.mean * one.mean;
    Moments { mean: votes * one.mean, variance }
}

/// Variance of the number of votes until one answer is ahead by a margin.
///
/// With e^(2h) = p/(1-p) the number T has E[s^T] = cosh(d h)/cosh(d f), cosh f = cosh(h)/s, as Wald's martingale gives (derived); the second
/// derivative of its logarithm is d tanh(d h) coth h/sinh^2 h - (d coth h/cosh(d h))^2, and 2 d^2 (d^2-1)/3 for a coin.
fn variance_of_votes(p: f64, margin: u32) -> f64 {
    let d = f64::from(margin);
    let p = p.max(1.0 - p);
    if p >= 1.0 {
        return 0.0;
    }
    let h = 0.5 * libm::log(p / (1.0 - p));
    // The two terms cancel near a coin, up to d^4 h^2.
    if d * h < 1e-2 {
        return 2.0 / 3.0 * d * d * (d * d - 1.0);
    }
    let coth = 1.0 / libm::tanh(h);
    let last = d * coth / libm::cosh((d * h).min(300.0));
    (d * libm::tanh(d * h) * coth / libm::pow(libm::sinh(h.min(300.0)), 2.0) - last * last).max(0.0)
}

/// How many of the races to a margin are decided after each number of votes, by stepping through them; the last one stands for all that are
/// longer than 98 % of them.
fn ends_of_races(profile: &Profile, margin: u32) -> Vec<(f64, f64)> {
    let span = 2 * margin as usize - 1;
    // A few parts of equal accuracy are enough for a time.
    let parts = profile.coarse(COARSE);
    let mut races: Vec<Vec<f64>> = parts
        .iter()
        .map(|&(width, _)| {
            let mut start = vec![0.0; span];
            start[margin as usize - 1] = width;
            start
        })
        .collect();
    let (mut ends, mut before) = (Vec::new(), 1.0);
    for votes in 1..=MOST_VOTES {
        let mut open = 0.0;
        for (race, &(_, p)) in races.iter_mut().zip(&parts) {
            let lead_before = race.clone();
            for (lead, mass) in race.iter_mut().enumerate() {
                let up = if lead > 0 { lead_before[lead - 1] * p } else { 0.0 };
                *mass = up + lead_before.get(lead + 1).map_or(0.0, |above| above * (1.0 - p));
                open += *mass;
            }
        }
        ends.push((before - open, votes as f64));
        before = open;
        if open <= 0.4 * (1.0 - SLOW) {
            break;
        }
    }
    if let Some(last) = ends.last_mut() {
        last.0 += before;
    }
    ends
}

/// How many of the retries end with each try.
fn ends_of_tries(profile: &Profile, tries: u32, accepted: impl Fn(f64) -> f64) -> Vec<(u32, f64)> {
    let mut open: Vec<(f64, f64)> = profile.steps().map(|(width, p)| (width, 1.0 - accepted(p))).collect();
    let (mut ends, mut before) = (Vec::new(), 1.0);
    for tried in 1..tries {
        open.iter_mut().for_each(|(mass, rejected)| *mass *= *rejected);
        let after: f64 = open.iter().map(|part| part.0).sum();
        ends.push((tried, before - after));
        before = after;
        if after < 1e-9 {
            return ends;
        }
    }
    ends.push((tries, before));
    ends
}

/// Mean number of tries, at most `most`, of which each is accepted with probability `a`.
fn expected_tries(a: f64, most: f64) -> f64 {
    if a <= 0.0 { most } else { -libm::expm1(most * libm::log1p(-a.min(1.0 - 1e-16))) / a }
}

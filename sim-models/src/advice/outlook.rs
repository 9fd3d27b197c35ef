//! What a plan comes to, without simulation: accuracy and mean cost exactly, times by moments where they have no closed form.

use std::cell::OnceCell;
use std::rc::Rc;

use super::latency::{Latency, Moments};
use super::{AgentModel, Fleet, Plan, Profile, Spend};
use crate::theory::layer::{Layer, Sharing};
use crate::theory::recursion;
use crate::theory::ruin::{right_by_margin, votes_to_margin};

/// What a plan comes to per question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Probability of a right answer.
    pub accuracy: f64,
    /// Mean cost.
    pub spend: Spend,
    /// Mean time in seconds; above the true one for trees, whose layers are taken one after the other.
    pub mean_time: f64,
    /// Time in seconds in which 95 % are answered: exact for one agent and for votes, else that of a lognormal law with the same moments.
    pub slow_time: f64,
    /// Tokens of messages that one agent reads at most.
    pub window: f64,
    /// Mean number of answers and decisions.
    pub calls: f64,
}

/// The share of questions that `slow_time` is about.
const SLOW: f64 = 0.95;

/// Parts of a profile over which the number of votes to a margin is computed.
const COARSE: usize = 8;

/// Most votes to a margin that are looked at for its time.
const MOST_VOTES: usize = 2000;

impl Fleet {
    /// What a plan comes to. NaN where the plan is none of this fleet.
    pub fn outlook(&self, plan: &Plan) -> Outlook {
        Evaluator::new(self).outlook(plan)
    }

    /// The profile of a model's answers of this length.
    pub fn profile(&self, model: usize, tokens: f64) -> Option<Profile> {
        let bias = self.models.get(model)?.bias(tokens);
        Some(Profile::new(self.errors.dependence, bias, self.errors.correlation))
    }

    /// The layer of a tree, as the theory sees it.
    pub fn layer(&self, fan_in: u32, message: f64) -> Layer {
        Layer {
            fan_in,
            fidelity: self.channel.fidelity(message),
            correlation: self.errors.correlation,
            dependence: self.errors.dependence,
            sharing: Sharing::AfterChannel,
            erasure: 0.0,
            detected: false,
        }
    }
}

/// Evaluates many plans of a fleet. Profiles of answers of known length are computed once.
pub(super) struct Evaluator<'a> {
    fleet: &'a Fleet,
    /// By model.
    known: Vec<OnceCell<Rc<Profile>>>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(fleet: &'a Fleet) -> Self {
        Self { fleet, known: vec![OnceCell::new(); fleet.models.len()] }
    }

    fn profile(&self, model: usize, tokens: f64) -> Option<Rc<Profile>> {
        let profile = || self.fleet.profile(model, tokens).map(Rc::new);
        if self.fleet.models.get(model)?.known_tokens() != Some(tokens) {
            return profile();
        }
        let known = self.known.get(model)?;
        if let Some(found) = known.get() {
            return Some(Rc::clone(found));
        }
        let found = profile()?;
        Some(Rc::clone(known.get_or_init(|| found)))
    }

    /// What a plan comes to, as [`Fleet::outlook`].
    pub(super) fn outlook(&self, plan: &Plan) -> Outlook {
        self.try_outlook(plan).unwrap_or(Outlook {
            accuracy: f64::NAN,
            spend: Spend { dollars: f64::NAN, tokens: f64::NAN },
            mean_time: f64::NAN,
            slow_time: f64::NAN,
            window: f64::NAN,
            calls: f64::NAN,
        })
    }

    fn try_outlook(&self, plan: &Plan) -> Option<Outlook> {
        Some(match *plan {
            Plan::Single { model, tokens } => self.vote(self.fleet.models.get(model)?, tokens, 1),
            Plan::Vote { model, tokens, votes } => self.vote(self.fleet.models.get(model)?, tokens, votes),
            Plan::Margin { model, tokens, margin } => self.margin(model, tokens, margin)?,
            Plan::Retry { model, tokens, tries } => self.retry(model, tokens, tries)?,
            Plan::Cascade { student, votes, teacher } => self.cascade(student, votes, teacher)?,
            Plan::Mixed { first, second } => self.mixed(first, second)?,
            Plan::Tree { tokens, depth, message, .. } => self.tree(plan, tokens, depth, message)?,
            Plan::Chain { model, tokens, relays, message } => {
                self.chain(self.fleet.models.get(model)?, tokens, relays, message)
            }
        })
    }

    fn vote(&self, model: &AgentModel, tokens: f64, votes: u32) -> Outlook {
        let count = f64::from(votes);
        let layer = Layer {
            dependence: self.fleet.errors.dependence,
            ..Layer::new(votes, self.fleet.errors.correlation, 1.0)
        };
        let bias = model.bias(tokens);
        let bias = if votes == 1 { bias } else { layer.map(bias) };
        let latency = model.latency_of(tokens);
        Outlook {
            accuracy: 0.5 * (1.0 + bias),
            spend: model.spend(model.input_tokens, tokens).times(count),
            mean_time: latency.moments_of_largest(count).mean,
            slow_time: latency.quantile_of_largest(count, SLOW),
            window: 0.0,
            calls: count,
        }
    }

    /// Gambler's ruin at every accuracy: right with probability 1/(1 + r^d), r = (1-p)/p, after d/(2p-1) (1-r^d)/(1+r^d) votes.
    fn margin(&self, model: usize, tokens: f64, margin: u32) -> Option<Outlook> {
        let profile = self.profile(model, tokens)?;
        let model = self.fleet.models.get(model)?;
        let calls = profile.mean(|p| votes_to_margin(p, margin));
        let one = model.latency_of(tokens).moments_of_largest(1.0);
        let ends = ends_of_races(&profile, margin);
        let ends: Vec<(f64, Moments)> =
            ends.into_iter().map(|(share, votes)| (share, one.times(votes))).collect();
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
    fn retry(&self, model: usize, tokens: f64, tries: u32) -> Option<Outlook> {
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
        let open = |after: u32| profile.mean(|p| libm::pow(1.0 - accepted(p), f64::from(after)));
        // Ends with each try, the last of which is not checked.
        let end = |tried: u32| {
            let is_last = tried == tries;
            let share = open(tried - 1) - if is_last { 0.0 } else { open(tried) };
            let checks = f64::from(tried - u32::from(is_last));
            (share, one.times(f64::from(tried)).then(Moments::constant(checks * checker.seconds)))
        };
        let ends: Vec<(f64, Moments)> = (1..=tries).map(end).collect();
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

    fn cascade(&self, student: usize, votes: u32, teacher: usize) -> Option<Outlook> {
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
        let together = low.together(&high);
        let together =
            together.iter().map(|&(width, p, q)| width * (1.0 - right(p) - wrong(p)) * q).sum::<f64>();
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

    fn mixed(&self, first: (usize, u32), second: (usize, u32)) -> Option<Outlook> {
        let (one, other) = (self.fleet.models.get(first.0)?, self.fleet.models.get(second.0)?);
        let (length, other_length) = (one.known_tokens()?, other.known_tokens()?);
        let (low, high) = (self.profile(first.0, length)?, self.profile(second.0, other_length)?);
        let mean_law = |profile: &Profile, votes: u32| {
            let mut law = vec![0.0; votes as usize + 1];
            for (width, p) in profile.steps() {
                law.iter_mut().zip(binomial(votes, p)).for_each(|(mass, more)| *mass += width * more);
            }
            law
        };
        let apart = majority_right(&mean_law(&low, first.1), &mean_law(&high, second.1));
        let together = low.together(&high).into_iter();
        let together: f64 = together
            .map(|(width, p, q)| width * majority_right(&binomial(first.1, p), &binomial(second.1, q)))
            .sum();
        let across = self.fleet.errors.across;
        let (count, other_count) = (f64::from(first.1), f64::from(second.1));
        let (latency, other_latency) = (one.latency_of(length), other.latency_of(other_length));
        let all_within =
            |t: f64| latency.largest_at_most(count, t) * other_latency.largest_at_most(other_count, t);
        let (a, b) = (latency.moments_of_largest(count), other_latency.moments_of_largest(other_count));
        let most = latency
            .quantile_of_largest(count, 0.999)
            .max(other_latency.quantile_of_largest(other_count, 0.999));
        Some(Outlook {
            accuracy: (1.0 - across) * apart + across * together,
            spend: one.spend(one.input_tokens, length).times(count)
                + other.spend(other.input_tokens, other_length).times(other_count),
            mean_time: a.mean.max(b.mean),
            slow_time: bisect(most, |t| all_within(t) >= SLOW),
            window: 0.0,
            calls: count + other_count,
        })
    }

    /// The recursion of spec 3.2 and the costs of 1.4: every edge is written and read.
    fn tree(&self, plan: &Plan, tokens: f64, depth: u32, message: f64) -> Option<Outlook> {
        let Plan::Tree { model, fan_in, .. } = *plan else { return None };
        let model = self.fleet.models.get(model)?;
        let (leaves, agents) = plan.agents();
        let edges = agents - 1.0;
        let bias = recursion::uniform_bias(&self.fleet.layer(fan_in, message), depth, model.bias(tokens));
        let leaf = model.spend(model.input_tokens, tokens).times(leaves);
        let mut time = model.latency_of(tokens + message).moments_of_largest(leaves);
        let decision = model.latency_of(message);
        for layer in 1..=depth {
            let nodes = leaves / libm::pow(f64::from(fan_in), f64::from(layer));
            time = time.then(decision.moments_of_largest(nodes));
        }
        Some(Outlook {
            accuracy: 0.5 * (1.0 + bias),
            spend: leaf + model.spend(message, message).times(edges),
            mean_time: time.mean,
            slow_time: time.quantile(SLOW),
            window: f64::from(fan_in) * message,
            calls: agents,
        })
    }

    fn chain(&self, model: &AgentModel, tokens: f64, relays: u32, message: f64) -> Outlook {
        let hops = f64::from(relays);
        let time = model.latency_of(tokens + message).moments_of_largest(1.0);
        let time = time.then(model.latency_of(message).moments_of_largest(1.0).times(hops));
        let fidelity = libm::pow(self.fleet.channel.fidelity(message), hops);
        Outlook {
            accuracy: 0.5 * (1.0 + fidelity * model.bias(tokens)),
            spend: model.spend(model.input_tokens, tokens) + model.spend(message, message).times(hops),
            mean_time: time.mean,
            slow_time: time.quantile(SLOW),
            window: message,
            calls: 1.0 + hops,
        }
    }
}

impl AgentModel {
    /// The time of an answer of this length.
    pub(super) fn latency_of(&self, tokens: f64) -> Latency {
        Latency::new(self.latency + self.seconds_per_token * tokens, self.variation)
    }
}

/// How many of the races to a margin are decided after each number of votes, by stepping through them; the last one stands for all that are
/// longer than 98 % of them.
fn ends_of_races(profile: &Profile, margin: u32) -> Vec<(f64, f64)> {
    let span = 2 * margin as usize - 1;
    let steps: Vec<(f64, f64)> = profile.steps().collect();
    // A few parts of equal accuracy are enough for a time.
    let size = steps.len().div_ceil(COARSE);
    let parts: Vec<(f64, f64)> = steps
        .chunks(size.max(1))
        .map(|part| {
            let width: f64 = part.iter().map(|step| step.0).sum();
            (width, part.iter().map(|step| step.0 * step.1).sum::<f64>() / width)
        })
        .collect();
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

/// Mean number of tries, at most `most`, of which each is accepted with probability `a`.
fn expected_tries(a: f64, most: f64) -> f64 {
    if a <= 0.0 { most } else { -libm::expm1(most * libm::log1p(-a.min(1.0 - 1e-16))) / a }
}

/// Probabilities of 0, ..., n right answers.
fn binomial(n: u32, p: f64) -> Vec<f64> {
    let mut law = vec![0.0; n as usize + 1];
    law[0] = 1.0;
    for answers in 1..=n as usize {
        for right in (0..=answers).rev() {
            let one_less = if right > 0 { law[right - 1] * p } else { 0.0 };
            law[right] = law[right] * (1.0 - p) + one_less;
        }
    }
    law
}

/// Probability that more than half of all votes are right; half of them is decided by a coin.
fn majority_right(first: &[f64], second: &[f64]) -> f64 {
    let votes = first.len() + second.len() - 2;
    let mut right = 0.0;
    for (a, mass) in first.iter().enumerate() {
        for (b, other) in second.iter().enumerate() {
            right += match (2 * (a + b)).cmp(&votes) {
                std::cmp::Ordering::Greater => mass * other,
                std::cmp::Ordering::Equal => 0.5 * mass * other,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    right
}

/// The smallest number up to `most` from which on a condition holds, within one part in 10^6.
fn bisect(most: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

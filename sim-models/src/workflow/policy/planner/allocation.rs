//! Which of several candidates is best: how simulations are shared out among them.
//!
//! Source: mechanisms A4.2.

/// How simulations are shared out among candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Allocation {
    /// Equally.
    Uniform,
    /// In rounds, after each of which the better half stays.
    #[default]
    Halving,
    /// By optimal computing budget allocation: in proportion to `(deviation / distance to the best)^2` (C.-H. Chen et al., "Simulation
    /// budget allocation for further enhancing the efficiency of ordinal optimization", 2000).
    Ocba,
    /// In rounds, after each of which those stay that are not clearly worse than the best, by their paired differences.
    Racing,
}

/// Simulations of every candidate before the first comparison.
const FIRST: u64 = 8;
/// Share of all simulations that are allocated anew in each step of OCBA.
const STEPS: u64 = 16;
/// Standard errors of a paired difference by which a candidate is clearly worse.
const CLEARLY: f64 = 2.5;

/// A candidate and what its simulations came to.
#[derive(Clone, Copy, Debug, Default)]
struct Arm {
    candidate: usize,
    made: u64,
    sum: f64,
}

impl Arm {
    fn mean(&self) -> f64 {
        if self.made == 0 { 0.0 } else { self.sum / self.made as f64 }
    }

    /// A success rate that is never 0 or 1.
    fn cautious(&self) -> f64 {
        (self.sum + 1.0) / (self.made as f64 + 2.0)
    }
}

impl Allocation {
    /// The candidate that seems best after about `total` simulations, the first of several; at least one simulation is made of each, if there are several.
    /// `simulate(candidate, replication)` is a value between 0 and 1; replications of one number may share their draws.
    pub fn best(
        self,
        candidates: usize,
        total: u64,
        mut simulate: impl FnMut(usize, u64) -> f64,
    ) -> Option<usize> {
        let mut arms: Vec<Arm> =
            (0..candidates).map(|candidate| Arm { candidate, ..Arm::default() }).collect();
        let mut more = |arm: &mut Arm, count: u64| {
            for _ in 0..count {
                arm.sum += simulate(arm.candidate, arm.made);
                arm.made += 1;
            }
        };
        if arms.len() <= 1 {
            return arms.first().map(|arm| arm.candidate);
        }
        let each = (total / candidates.max(1) as u64).max(1);
        match self {
            Self::Uniform => arms.iter_mut().for_each(|arm| more(arm, each)),
            Self::Halving => {
                let rounds = u64::from(candidates.next_power_of_two().ilog2()).max(1);
                let mut left = total.max(arms.len() as u64);
                for _ in 0..rounds {
                    let count = (total / (arms.len() as u64 * rounds)).max(1);
                    if left < count * arms.len() as u64 {
                        break;
                    }
                    left -= count * arms.len() as u64;
                    arms.iter_mut().for_each(|arm| more(arm, count));
                    let (least, most) = extremes(&arms);
                    if least == most && (least == 0.0 || least == 1.0) {
                        // Nothing tells them apart.
                        break;
                    }
                    let kept = arms.len().div_ceil(2);
                    // Stable: of equals the first stays.
                    arms.sort_by(|a, b| b.mean().total_cmp(&a.mean()));
                    arms.truncate(kept);
                }
            }
            Self::Ocba => {
                arms.iter_mut().for_each(|arm| more(arm, each.min(FIRST)));
                let mut left = total.saturating_sub(each.min(FIRST) * candidates as u64);
                let step = (total / STEPS).max(1);
                while left > 0 {
                    let shares = ocba_shares(&arms);
                    let now = step.min(left);
                    let made: u64 = arms.iter().map(|arm| arm.made).sum();
                    // Those that lack most of their share come first.
                    let lack = |arm: &Arm, share: f64| share * (made + now) as f64 - arm.made as f64;
                    let lacking: f64 =
                        arms.iter().zip(&shares).map(|(arm, &share)| lack(arm, share).max(0.0)).sum();
                    let mut given = 0;
                    for (arm, &share) in arms.iter_mut().zip(&shares) {
                        let part = now as f64 * lack(arm, share).max(0.0) / lacking.max(f64::MIN_POSITIVE);
                        let count = (part.round() as u64).min(now - given);
                        more(arm, count);
                        given += count;
                    }
                    if given == 0 {
                        break;
                    }
                    left -= given;
                }
            }
            Self::Racing => return race(arms, total, &mut simulate),
        }
        let best = arms.into_iter().reduce(|best, arm| if arm.mean() > best.mean() { arm } else { best });
        best.map(|arm| arm.candidate)
    }
}

/// The lowest and the highest mean.
fn extremes(arms: &[Arm]) -> (f64, f64) {
    let means = arms.iter().map(Arm::mean);
    means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| (low.min(mean), high.max(mean)))
}

/// The share of each arm.
fn ocba_shares(arms: &[Arm]) -> Vec<f64> {
    let variance = |arm: &Arm| arm.cautious() * (1.0 - arm.cautious());
    let best = (0..arms.len()).reduce(|a, b| if arms[b].mean() > arms[a].mean() { b } else { a });
    let Some(best) = best else { return Vec::new() };
    let mut shares: Vec<f64> = arms
        .iter()
        .map(|arm| {
            let distance = (arms[best].mean() - arm.mean()).max(1.0 / arm.made.max(1) as f64);
            variance(arm) / (distance * distance)
        })
        .collect();
    shares[best] = 0.0;
    let others: f64 = arms.iter().zip(&shares).map(|(arm, share)| share * share / variance(arm)).sum();
    shares[best] = (variance(&arms[best]) * others).sqrt();
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| if total > 0.0 { share / total } else { 1.0 / arms.len() as f64 }).collect()
}

/// Rounds of equally many simulations, until one is left or all are made.
fn race(mut arms: Vec<Arm>, total: u64, simulate: &mut impl FnMut(usize, u64) -> f64) -> Option<usize> {
    // By arm: its value in every replication, for paired differences.
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); arms.len()];
    let mut made = 0;
    while arms.len() > 1 {
        let left = total.saturating_sub(made) / arms.len() as u64;
        let round = FIRST.min(if made == 0 { left.max(1) } else { left });
        if round == 0 {
            break;
        }
        for arm in &mut arms {
            for _ in 0..round {
                let value = simulate(arm.candidate, arm.made);
                values[arm.candidate].push(value);
                arm.sum += value;
                arm.made += 1;
            }
            made += round;
        }
        let best = arms.iter().copied().reduce(|a, b| if b.mean() > a.mean() { b } else { a })?;
        let leader = std::mem::take(&mut values[best.candidate]);
        arms.retain(|arm| {
            arm.candidate == best.candidate || !is_clearly_worse(&values[arm.candidate], &leader)
        });
        values[best.candidate] = leader;
    }
    arms.into_iter().reduce(|a, b| if b.mean() > a.mean() { b } else { a }).map(|arm| arm.candidate)
}

fn is_clearly_worse(values: &[f64], than: &[f64]) -> bool {
    let n = values.len() as f64;
    let differences = || values.iter().zip(than).map(|(value, best)| best - value);
    let mean = differences().sum::<f64>() / n;
    let variance = differences().map(|difference| (difference - mean) * (difference - mean)).sum::<f64>() / n;
    // One observation more on either side, so that agreement by chance does not look like certainty.
    mean > CLEARLY * ((variance + 1.0 / n) / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::estimate::Mean;
    use sim_core::random::{Address, Family, Purpose, Stream, Streams};

    /// Three sets of 256 arms: two of mechanisms A4.2, and one of two good arms among equal ones, whose rates it does not give.
    fn arms(set: usize, stream: &mut Stream) -> Vec<f64> {
        // The second smallest of four uniform numbers has the law Beta(2, 3).
        let beta = |stream: &mut Stream| {
            let mut four = [(); 4].map(|()| stream.uniform());
            four.sort_by(f64::total_cmp);
            four[1]
        };
        let arm = |position| match set {
            0 => beta(stream),
            1 => 0.6 + 0.1 * stream.uniform(),
            _ if position < 2 => 0.7,
            _ => 0.5,
        };
        (0..256).map(arm).collect()
    }

    /// Regret of the arm that is chosen against that of uniform allocation, in 700 sets each, paired: lower by five standard errors
    /// (false-alarm rate 3e-7 a check), with as many simulations, and for halving with a quarter of them as well (mechanisms A10.6).
    #[test]
    fn halving_and_the_others_have_less_regret_than_uniform_allocation() {
        let streams = Streams::new(3, Purpose::World, Family::common());
        for set in 0..3 {
            let mut gains = [Mean::default(); 4];
            for repeat in 0..700 {
                let mut stream = streams.open(Address::trial(repeat).index(set as u64));
                let arms = arms(set, &mut stream);
                let most = arms.iter().copied().fold(0.0, f64::max);
                let mut regret = |allocation: Allocation, total: u64| {
                    let draw = |arm: usize, _: u64| f64::from(u8::from(stream.uniform() < arms[arm]));
                    most - arms[allocation.best(arms.len(), total, draw).unwrap()]
                };
                let uniform = regret(Allocation::Uniform, 16_384);
                let others = [
                    regret(Allocation::Halving, 16_384),
                    regret(Allocation::Halving, 4096),
                    regret(Allocation::Ocba, 16_384),
                    regret(Allocation::Racing, 16_384),
                ];
                for (gain, regret) in gains.iter_mut().zip(others) {
                    gain.record(uniform - regret);
                }
            }
            for (kind, gain) in ["halving", "a quarter", "ocba", "racing"].iter().zip(&gains) {
                // OCBA takes early bad luck at its word: among many arms that are alike it is no better than uniform. With a quarter of
                // the simulations the first round has two of each, which lose both good arms too often.
                if ![("ocba", 1), ("a quarter", 2)].contains(&(*kind, set)) {
                    assert!(gain.value() > 5.0 * gain.standard_error(), "{kind}, set {set}: {gain:?}");
                }
            }
        }
    }

    #[test]
    fn no_more_simulations_are_made_than_allowed() {
        for allocation in [Allocation::Uniform, Allocation::Halving, Allocation::Ocba, Allocation::Racing] {
            for (candidates, total) in [(2, 3), (3, 100), (256, 256), (256, 300), (7, 11)] {
                let mut made = 0;
                let mut stream =
                    Streams::new(4, Purpose::World, Family::common()).open(Address::trial(total));
                allocation.best(candidates, total, |_, _| {
                    made += 1;
                    stream.uniform()
                });
                assert!(made <= total, "{allocation:?}: {made} of {total}");
            }
            for (candidates, total) in [(1, 1), (3, 100), (7, 1000), (256, 16_384)] {
                let mut made = 0;
                let best = allocation.best(candidates, total, |arm, _| {
                    made += 1;
                    if arm + 1 == candidates { 1.0 } else { 0.0 }
                });
                assert_eq!(best, Some(candidates - 1), "{allocation:?}");
                assert!(made <= total, "{allocation:?}: {made} of {total}");
            }
            assert_eq!(allocation.best(0, 10, |_, _| 1.0), None);
        }
    }
}

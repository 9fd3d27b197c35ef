//! A Swiss tournament: agents are paired with others of equal score, the weakest are eliminated, the best is chosen (mechanisms B30).

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, integer, real};

/// The model `swiss`.
#[derive(Clone, Copy, Debug)]
pub struct Swiss;

/// Parameters of [`Swiss`].
#[derive(Clone, Debug)]
pub struct SwissParameters {
    agents: u32,
    rounds: u32,
    eliminated: u32,
    /// Difference in skill between neighbors, in units of the logistic law; `None`: the better one always wins.
    gap: Option<f64>,
    match_cost: f64,
}

impl Parameters for SwissParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let agents = form.read(
            integer("agents", 8).between(2, 1000).unit(Unit::Agents).help("agents, from the best down"),
        )?;
        let rounds = form.read(integer("rounds", 3).between(1, 1000).help("rounds of matches"))?;
        let eliminated = form.read(
            integer("eliminated", 0)
                .between(0, 1000)
                .help("agents with the lowest scores that leave after a round"),
        )?;
        let gap = form.read(
            real("skill_gap", 0.5)
                .between(0.0, 100.0)
                .help("skill by which an agent is better than the next; it wins with the logistic of the difference")
                .or_word("certain", "the better agent always wins"),
        )?;
        let match_cost = form.read(
            real("match_cost", 0.01).between(0.0, 1e6).unit(Unit::Dollars).help("what a match costs"),
        )?;
        Ok(Self { agents, rounds, eliminated, gap, match_cost })
    }
}

impl SwissParameters {
    /// Agents in each round. One agent alone plays no more.
    fn field(&self) -> impl Iterator<Item = u32> {
        let (agents, eliminated) = (self.agents, self.eliminated);
        (0..self.rounds).map(move |round| agents.saturating_sub(round.saturating_mul(eliminated)).max(1))
    }

    fn matches(&self) -> f64 {
        self.field().map(|agents| f64::from(agents / 2)).sum()
    }

    /// Whether the best agent wins every round. It never gets a bye where the field is even, and in the first rounds of a power of two
    /// there is no other with all points.
    fn best_is_certain(&self) -> bool {
        let decided = self.agents.checked_shr(self.rounds).unwrap_or(0) <= 1;
        self.gap.is_none() && self.eliminated == 0 && decided && self.agents.is_power_of_two()
    }
}

/// A tournament, with the probability that an agent beats one so many places below it.
#[derive(Clone, Debug)]
pub struct Tournament {
    parameters: SwissParameters,
    beats: Vec<f64>,
}

/// What a tournament came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    champion: usize,
    best_score: u32,
    matches: u32,
}

impl Trial for Tournament {
    type Outcome = Standing;

    fn run(&self, draws: &mut Stream) -> Standing {
        let (scores, matches, field) = self.play(draws);
        let top = field.iter().map(|&agent| scores[agent]).max().unwrap_or(0);
        let level: Vec<usize> = field.into_iter().filter(|&agent| scores[agent] == top).collect();
        let champion = level[draws.below(level.len() as u64) as usize];
        Standing { champion, best_score: scores[0], matches }
    }
}

impl Tournament {
    /// All rounds: the scores, the number of matches, and who is left.
    fn play(&self, draws: &mut Stream) -> (Vec<u32>, u32, Vec<usize>) {
        let agents = self.parameters.agents as usize;
        let mut scores = vec![0u32; agents];
        let mut field: Vec<usize> = (0..agents).collect();
        let mut matches = 0;
        for _ in 0..self.parameters.rounds {
            rank(&mut field, &scores, draws);
            // Neighbors in the ranking meet: the odd one of a group floats down, the last one of all has a bye.
            for pair in field.chunks_exact(2) {
                let (better, worse) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                let wins = draws.uniform() < self.beats[worse - better];
                scores[if wins { better } else { worse }] += 1;
                matches += 1;
            }
            let leave = (self.parameters.eliminated as usize).min(field.len() - 1);
            if leave > 0 {
                rank(&mut field, &scores, draws);
                field.truncate(field.len() - leave);
            }
        }
        (scores, matches, field)
    }
}

/// From the highest score down, in random order among equals.
fn rank(field: &mut [usize], scores: &[u32], draws: &mut Stream) {
    for last in (1..field.len()).rev() {
        field.swap(last, draws.below(last as u64 + 1) as usize);
    }
    field.sort_by_key(|&agent| std::cmp::Reverse(scores[agent]));
}

impl Mechanism for Swiss {
    type Parameters = SwissParameters;
    type Trial = Tournament;

    fn about(&self) -> About {
        About {
            name: "swiss",
            summary: "Agents are chosen by a Swiss tournament: equal scores meet, the weakest leave",
            references: &["LLM Swiss Round, arXiv 2512.21010", "mechanisms B30: pairing, byes, elimination"],
        }
    }

    fn measures(&self) -> Vec<Measure<SwissParameters, Standing>> {
        vec![
            Measure::share(
                "best_chosen",
                "probability that the best agent is the champion",
                |o: &Standing| Some(o.champion == 0),
            )
            .predicted("certain wins, a power of two, enough rounds", |p: &SwissParameters| {
                p.best_is_certain().then_some(1.0)
            }),
            Measure::mean("best_score", "matches that the best agent wins", Unit::One, |o: &Standing| {
                Some(f64::from(o.best_score))
            })
            .predicted("certain wins, an even field: every round", |p: &SwissParameters| {
                let even = p.eliminated == 0 && p.agents.is_multiple_of(2);
                (p.gap.is_none() && even).then_some(f64::from(p.rounds))
            }),
            Measure::mean("champion_rank", "true rank of the champion, from 1", Unit::One, |o: &Standing| {
                Some(o.champion as f64 + 1.0)
            }),
            Measure::mean("matches", "matches played", Unit::One, |o: &Standing| Some(f64::from(o.matches)))
                .predicted("half of the field in every round", |p: &SwissParameters| Some(p.matches())),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<SwissParameters>> {
        vec![Prediction::in_unit("cost", Unit::Dollars, "of all matches; it is certain", |p| {
            Some(p.matches() * p.match_cost)
        })]
    }

    fn trial(&self, parameters: &SwissParameters) -> Result<Tournament, ParameterError> {
        let beats =
            |places: u32| parameters.gap.map_or(1.0, |gap| 1.0 / (1.0 + libm::exp(-gap * f64::from(places))));
        Ok(Tournament { beats: (0..parameters.agents).map(beats).collect(), parameters: parameters.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::random::{Address, Family, Purpose, Streams};

    /// Four agents in strict order, two rounds: the scores are 2, 1, 1, 0 whoever is paired with whom (mechanisms B30).
    #[test]
    fn scores_of_four_in_strict_order() {
        let parameters = SwissParameters { agents: 4, rounds: 2, eliminated: 0, gap: None, match_cost: 0.0 };
        let tournament = Swiss.trial(&parameters).unwrap();
        let mut draws = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
        for _ in 0..200 {
            let (scores, matches, field) = tournament.play(&mut draws);
            assert_eq!((scores, matches, field.len()), (vec![2, 1, 1, 0], 4, 4));
        }
    }
}

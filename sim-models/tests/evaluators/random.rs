//! Random organizations of every kind, small enough for their exact law: trees and graphs whose paths split and meet again, all
//! rules, couplings and causes, losses that are noticed and that are not, workers with votes of their own, several answers and
//! several outputs.

use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::organization::graph::{
    Agent, Aggregator, Answer, Answers, Cause, CauseLaw, Coupling, Draws, Group, Law, Link, Members,
    Organization, Rule, Tie, VoteCoupling, Weights,
};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity};

/// The last vote present is heard two times in three, the first one else: a rule that draws, and states its law. For binary
/// questions.
#[derive(Debug)]
pub struct Last;

impl Aggregator for Last {
    fn decide(&self, votes: &[Option<Answer>], draws: &mut Draws<'_>) -> Option<Answer> {
        let mut present = votes.iter().flatten();
        if draws.below(3) == 0 { present.next().copied() } else { present.next_back().copied() }
    }

    fn law(&self, votes: &[Option<Answer>]) -> Option<Law> {
        let mut law = Law { answers: vec![0.0; 2], abstention: 0.0 };
        let mut present = votes.iter().flatten();
        match (present.clone().next(), present.next_back()) {
            (Some(first), Some(last)) => {
                law.answers[first.index()] += 1.0 / 3.0;
                law.answers[last.index()] += 2.0 / 3.0;
            }
            _ => law.abstention = 1.0,
        }
        Some(law)
    }
}

/// Agrees only with a second vote: the first answer that is given twice, else an abstention.
#[derive(Debug)]
pub struct Twice;

impl Aggregator for Twice {
    fn decide(&self, votes: &[Option<Answer>], _: &mut Draws<'_>) -> Option<Answer> {
        let repeated = |i: &usize| votes[..*i].contains(&votes[*i]);
        (0..votes.len()).filter(|&i| votes[i].is_some()).find(repeated).and_then(|i| votes[i])
    }
}

/// Each vote present after the first is the one before it where that is right: a coupling that draws nothing.
#[derive(Debug)]
pub struct Follow;

impl VoteCoupling for Follow {
    fn couple(&self, votes: &mut [Option<Answer>], _: &mut Draws<'_>) {
        for i in 1..votes.len() {
            if votes[i].is_some() && votes[i - 1] == Some(Answer::RIGHT) {
                votes[i] = votes[i - 1];
            }
        }
    }
}

/// How large and how various.
#[derive(Clone, Copy)]
pub struct Extent {
    pub leaves: usize,
    pub deciding: usize,
    pub fan_in: usize,
    /// Whether causes and couplings may be continuous.
    pub continuous: bool,
}

struct Maker {
    stream: Stream,
    extent: Extent,
}

impl Maker {
    fn below(&mut self, bound: usize) -> usize {
        self.stream.below(bound as u64) as usize
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.stream.uniform() < probability
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.stream.uniform()
    }

    fn bias(&mut self) -> Bias {
        let special = if self.chance(0.1) { self.pick(&[0.0, 1.0, -1.0, 0.5]) } else { f64::NAN };
        let any = self.between(-0.4, 0.9);
        Bias::new(if special.is_nan() { any } else { special }).unwrap()
    }

    fn correlation(&mut self) -> Correlation {
        let any = self.between(0.02, 0.95);
        Correlation::new(if self.chance(0.1) { self.pick(&[0.0, 1.0]) } else { any }).unwrap()
    }

    fn channel(&mut self) -> Channel {
        let fidelity = if self.chance(0.3) { 1.0 } else { self.between(0.2, 1.0) };
        let channel = Channel::new(0.0, Fidelity::new(fidelity).unwrap());
        let erasure = Erasure::new(self.between(0.0, 0.6)).unwrap();
        match self.below(5) {
            0 => channel.losing(erasure),
            1 => channel.losing_noticeably(erasure),
            _ => channel,
        }
    }

    fn rule(&mut self, answers: Answers, senders: &[String]) -> Rule {
        let tie = self.pick(&[Tie::Fair, Tie::Fair, Tie::Abstain, Tie::First, Tie::Wrong]);
        let (high, low) = (self.between(0.3, 1.0), self.between(0.0, 0.7));
        let threshold = if self.chance(0.3) { 2.0 / 3.0 } else { self.between(0.5001, 1.0) };
        let any = [
            Rule::Plurality,
            Rule::Plurality,
            Rule::supermajority(threshold),
            Rule::supermajority(threshold),
            Rule::First,
            Rule::margin(1 + self.below(3) as u32),
            Rule::best_of(high, low),
            Rule::custom(Twice),
        ];
        if !answers.is_binary() {
            return self.pick(&any);
        }
        match self.below(12) {
            0..4 => Rule::majority().with_tie(tie),
            4..6 => {
                let mut named: Vec<String> = senders.to_vec();
                named.sort();
                named.dedup();
                let weight = |id| (id, self.pick(&[0.0, 0.5, 1.0, 1.0, 2.0, 2.5, 2f64.sqrt()]));
                let named: Vec<(String, f64)> = named.into_iter().map(weight).collect();
                Rule::WeightedMajority { weights: Weights::Named(named), tie: Some(tie) }
            }
            6 => Rule::log_odds().with_tie(tie),
            7 => Rule::custom(Last),
            _ => self.pick(&any),
        }
    }

    fn coupling(&mut self, answers: Answers) -> Coupling {
        let models = match (answers.is_binary(), self.extent.continuous) {
            (true, true) => &[0, 1, 2, 3, 3][..],
            _ => &[0, 1, 2][..],
        };
        if self.chance(0.05) {
            return Coupling::custom(Follow);
        }
        let model = self.pick(models);
        Coupling::model(Dependence::ALL[model], self.correlation())
    }

    /// Who reads whom: with trees every vote is read once, else any earlier one may be read by any number of agents.
    fn links(&mut self, ids: &[String], leaves: usize, tree: bool) -> Vec<Link> {
        let mut links = Vec::new();
        let mut unread: Vec<usize> = (0..leaves).collect();
        for agent in leaves..ids.len() {
            let fan_in = 1 + self.below(self.extent.fan_in);
            for input in 0..fan_in {
                let sender = if tree || input == 0 && !unread.is_empty() {
                    if unread.is_empty() {
                        break;
                    }
                    let chosen = self.below(unread.len());
                    unread.remove(chosen)
                } else {
                    let chosen = self.below(agent);
                    unread.retain(|&other| other != chosen);
                    chosen
                };
                links.push(Link::new(&ids[sender], &ids[agent], self.channel()));
            }
            unread.push(agent);
        }
        links
    }

    fn causes(&mut self, families: &[&str]) -> Vec<Cause> {
        let laws = [CauseLaw::SharedVote, CauseLaw::Copying, CauseLaw::Difficulty, CauseLaw::GaussianFactor];
        let laws = if self.extent.continuous { &laws[..] } else { &laws[..2] };
        let mut causes = Vec::new();
        for family in families {
            if self.chance(0.6) {
                let group = Group::Family((*family).to_owned());
                let votes = self.pick(&[Members::Leaves, Members::All]);
                causes.push(Cause { group, votes, law: self.pick(laws), correlation: self.correlation() });
            }
        }
        if self.extent.continuous && causes.is_empty() && self.chance(0.3) {
            let cause = Cause::everyone(CauseLaw::GaussianFactor, self.correlation());
            causes.push(if self.chance(0.5) { cause.of_all_votes() } else { cause });
        }
        causes
    }

    /// An organization that may be invalid, as where log-odds do not exist.
    fn organization(&mut self, tree: bool) -> Option<Organization> {
        let leaves = 1 + self.below(self.extent.leaves);
        let count = leaves + 1 + self.below(self.extent.deciding);
        let answers = if self.chance(0.75) {
            Answers::BINARY
        } else {
            Answers::new(2 + self.below(2) as u64, self.between(0.0, 1.5)).unwrap()
        };
        let ids: Vec<String> = (0..count).map(|agent| format!("a{agent}")).collect();
        let links = self.links(&ids, leaves, tree);
        let families = ["small", "large"];
        let family_bias = [self.bias(), self.bias()];
        let mut builder = Organization::builder().answers(answers);
        for (position, id) in ids.iter().enumerate() {
            let senders: Vec<String> =
                links.iter().filter(|link| link.to == *id).map(|link| link.from.clone()).collect();
            if position >= leaves && senders.is_empty() {
                return None;
            }
            let family = self.below(3);
            let bias = family_bias.get(family).copied().unwrap_or_else(|| self.bias());
            let mut agent = match position {
                _ if position < leaves => Agent::leaf(id, bias),
                _ if self.chance(0.35) => Agent::worker(id, bias, self.rule(answers, &senders)),
                _ => Agent::aggregator(id, self.rule(answers, &senders)),
            };
            if let Some(family) = families.get(family) {
                agent = agent.in_family(*family);
            }
            builder = builder.agent(agent.own_weight(self.pick(&[1.0, 1.0, 0.5, 2.0])));
            if senders.len() > 1 && self.chance(0.5) {
                builder = builder.couple(id, self.coupling(answers));
            }
        }
        for cause in self.causes(&families) {
            builder = builder.cause(cause);
        }
        let last: Vec<&String> = ids.iter().filter(|id| links.iter().all(|link| link.from != **id)).collect();
        let mut outputs: Vec<String> = last.into_iter().cloned().collect();
        for id in &ids {
            if !outputs.contains(id) && self.chance(0.1) {
                outputs.push(id.clone());
            }
        }
        builder.links(links).outputs(outputs).build().ok()
    }
}

/// A random organization; every third one is a tree, or several.
pub fn organization(seed: u64, extent: Extent) -> Organization {
    let stream = Streams::new(seed, Purpose::SamplingPlan, Family::common()).open(Address::trial(0));
    let mut maker = Maker { stream, extent };
    (0..1000).find_map(|_| maker.organization(seed.is_multiple_of(3))).unwrap()
}

/// Whether there are two ways from one agent to another: paths that split and meet again.
pub fn paths_meet_again(organization: &Organization) -> bool {
    let graph = organization.graph();
    (0..graph.len()).any(|from| {
        let mut ways = vec![0_u32; graph.len()];
        ways[from] = 1;
        for agent in graph.order().filter(|&agent| agent != from) {
            ways[agent] = graph.senders(agent).map(|sender| ways[sender].min(2)).sum();
        }
        ways.iter().any(|&count| count > 1)
    })
}

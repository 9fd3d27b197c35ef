//! A trial, told event by event from the rules' own words. It shares nothing with the evaluators.

use std::collections::BTreeMap;
use std::rc::Rc;

use sim_core::graph::Node;
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_core::special::{beta_quantile, normal_cdf, normal_pdf, normal_quantile};
use sim_models::organization::graph::{
    Aggregator, Answer, Cause, CauseLaw, Coupling, Decision, Draws, Law, Organization, Tie,
};
use sim_models::organization::{Channel, Dependence};

use super::events::Events;

/// Points of the grid over a hidden continuous variable.
const POINTS: usize = 8_000;

/// Paths of a trial with continuous variables are costlier.
const MOST_CONTINUOUS_PATHS: usize = 1_000;
const MOST_PATHS: usize = 30_000;

/// What enumeration remembers of an organization.
pub struct Enumeration<'a> {
    organization: &'a Organization,
    /// By variable: the weights of its points. A cause is its own variable; the factor of an agent's coupling comes after all causes.
    weights: BTreeMap<usize, Vec<f64>>,
    /// By variable and accuracy, in bits: the accuracy at every point.
    curves: BTreeMap<(usize, u64), Rc<Vec<f64>>>,
    /// By agent and input: exact accuracy of a vote received, given that it is present.
    accuracies: BTreeMap<(Node, usize), f64>,
}

/// A stream for rules of one's own that do not draw.
fn unused() -> Stream {
    Streams::new(0, Purpose::World, Family::common()).open(Address::trial(0))
}

fn latent(rho: f64) -> f64 {
    (std::f64::consts::FRAC_PI_2 * rho).sin()
}

/// The points of a standard normal variable: midpoints of equal cells up to 9 deviations.
fn normal_points() -> impl Iterator<Item = f64> {
    (0..POINTS).map(|i| 18.0 * ((i as f64 + 0.5) / POINTS as f64) - 9.0)
}

impl<'a> Enumeration<'a> {
    pub fn new(organization: &'a Organization) -> Self {
        Self { organization, weights: BTreeMap::new(), curves: BTreeMap::new(), accuracies: BTreeMap::new() }
    }

    /// The law of one agent's vote; `None` if there are too many paths.
    pub fn law(&mut self, agent: Node) -> Option<Law> {
        self.find_accuracies(agent)?;
        let count = self.organization.answers().count();
        let mut law = Law { answers: vec![0.0; count], abstention: 0.0 };
        let mut events = Events::default();
        for path in 0..MOST_PATHS {
            let mut trial = Trial {
                all: self,
                events: &mut events,
                votes: BTreeMap::new(),
                common: BTreeMap::new(),
                levels: BTreeMap::new(),
            };
            match trial.vote(agent) {
                Some(answer) => law.answers[answer.index()] += events.weight(&self.weights),
                None => law.abstention += events.weight(&self.weights),
            }
            if !events.advance() {
                return Some(law);
            }
            if !self.weights.is_empty() && path > MOST_CONTINUOUS_PATHS {
                return None;
            }
        }
        None
    }

    /// The accuracies of votes before Gaussian couplings, senders first.
    fn find_accuracies(&mut self, agent: Node) -> Option<()> {
        let graph = self.organization.graph();
        let wanted = graph.leading_to(&[agent]);
        for node in graph.order().filter(|&node| wanted[node]) {
            let gaussian =
                |c: &Coupling| matches!(c, Coupling::Model { dependence: Dependence::Gaussian, .. });
            if !self.organization.coupling(node).is_some_and(gaussian) {
                continue;
            }
            for (input, &edge) in graph.incoming(node).iter().enumerate() {
                if !self.accuracies.contains_key(&(node, input)) {
                    let sent = Enumeration::new(self.organization).law(graph.sender(edge))?;
                    let channel = self.organization.channel(edge);
                    let kept = 1.0 - channel.erasure.get();
                    let (present, any) = match channel.detected {
                        true => (kept * (1.0 - sent.abstention), 0.0),
                        false => (1.0 - sent.abstention, 0.5 * channel.erasure.get()),
                    };
                    let fidelity = channel.fidelity.get();
                    let delivered =
                        fidelity * sent.accuracy() + (1.0 - fidelity) * 0.5 * (1.0 - sent.abstention);
                    let right = kept * delivered + any * (1.0 - sent.abstention);
                    self.accuracies.insert((node, input), if present > 0.0 { right / present } else { 0.5 });
                }
            }
        }
        Some(())
    }

    /// How accurate votes of this accuracy are at every point of a cause or of a coupling's factor.
    fn curve(&mut self, variable: usize, accuracy: f64, law: CauseLaw, rho: f64) -> Rc<Vec<f64>> {
        if let Some(known) = self.curves.get(&(variable, accuracy.to_bits())) {
            return known.clone();
        }
        let (weights, points): (Vec<f64>, Vec<f64>) = match law {
            CauseLaw::Difficulty => {
                let t = (1.0 - rho) / rho;
                let quantile = |u| beta_quantile(accuracy * t, (1.0 - accuracy) * t, u);
                // Levels u = v^2 (3 - 2 v), because quantiles are steep at both ends.
                let points = || (0..POINTS).map(|i| (i as f64 + 0.5) / POINTS as f64);
                let weights = points().map(|v| 6.0 * v * (1.0 - v) / POINTS as f64);
                (weights.collect(), points().map(|v| quantile(v * v * (3.0 - 2.0 * v))).collect())
            }
            _ => {
                let (r, threshold) = (latent(rho), normal_quantile(accuracy));
                let at = |s: f64| normal_cdf((threshold + r.sqrt() * s) / (1.0 - r).sqrt());
                let weight = |s: f64| normal_pdf(s) * 18.0 / POINTS as f64;
                (normal_points().map(weight).collect(), normal_points().map(at).collect())
            }
        };
        self.weights.insert(variable, weights);
        let points = Rc::new(points);
        self.curves.insert((variable, accuracy.to_bits()), points.clone());
        points
    }
}

/// One trial, as far as it matters for the agents that are asked about.
struct Trial<'t, 'a> {
    all: &'t mut Enumeration<'a>,
    events: &'t mut Events,
    votes: BTreeMap<Node, Option<Answer>>,
    /// The answer that a cause makes common to its members; `None` where there is none.
    common: BTreeMap<usize, Option<Answer>>,
    /// Members of at least this accuracy are right.
    levels: BTreeMap<usize, f64>,
}

impl Trial<'_, '_> {
    fn answers(&self) -> usize {
        self.all.organization.answers().count()
    }

    fn any(&mut self) -> Answer {
        let count = self.answers();
        Answer::number(self.events.below(count) as u8)
    }

    fn answer(&mut self, accuracy: f64) -> Answer {
        if self.events.happens(accuracy) {
            return Answer::RIGHT;
        }
        let wrong = self.all.organization.answers().wrong_law();
        Answer::number(1 + self.events.which(wrong) as u8)
    }

    fn vote(&mut self, agent: Node) -> Option<Answer> {
        if let Some(vote) = self.votes.get(&agent) {
            return *vote;
        }
        let graph = self.all.organization.graph();
        let mut inputs: Vec<Option<Answer>> = Vec::new();
        for &edge in graph.incoming(agent) {
            let sent = self.vote(graph.sender(edge));
            inputs.push(self.transmit(sent, *self.all.organization.channel(edge)));
        }
        if let Some(coupling) = self.all.organization.coupling(agent) {
            self.couple(agent, &mut inputs, coupling);
        }
        let own = self.all.organization.bias(agent).map(|_| self.fresh(agent));
        let vote = match self.all.organization.decision(agent) {
            None => own,
            Some(decision) => {
                inputs.extend(own.map(Some));
                self.decide(decision, &inputs)
            }
        };
        self.votes.insert(agent, vote);
        vote
    }

    fn fresh(&mut self, agent: Node) -> Answer {
        let organization = self.all.organization;
        let accuracy = organization.bias(agent).unwrap().accuracy();
        let Some(position) = organization.cause_of(agent) else { return self.answer(accuracy) };
        let cause = &organization.causes()[position];
        let rho = cause.correlation.get();
        if matches!(cause.law, CauseLaw::Difficulty | CauseLaw::GaussianFactor) {
            return self.fresh_given_accuracy(position, cause, accuracy);
        }
        if !self.common.contains_key(&position) {
            let common = match cause.law {
                CauseLaw::SharedVote => self.events.happens(rho).then(|| self.answer(accuracy)),
                CauseLaw::Copying => Some(self.answer(accuracy)),
                _ => None,
            };
            self.common.insert(position, common);
        }
        let copies = if cause.law == CauseLaw::Copying { rho.sqrt() } else { 1.0 };
        match self.common[&position] {
            Some(common) if self.events.happens(copies) => common,
            _ => self.answer(accuracy),
        }
    }

    /// A vote whose accuracy is drawn with those of the others.
    fn fresh_given_accuracy(&mut self, position: usize, cause: &Cause, accuracy: f64) -> Answer {
        let rho = cause.correlation.get();
        if rho == 0.0 || accuracy == 0.0 || accuracy == 1.0 {
            return self.answer(accuracy);
        }
        let right = if rho == 1.0 {
            // One level, uniform on (0, 1), decides for all: the cells between the members' accuracies.
            if !self.levels.contains_key(&position) {
                let organization = self.all.organization;
                let agents = 0..organization.graph().len();
                let members = agents.filter(|&agent| organization.cause_of(agent) == Some(position));
                let mut cells: Vec<f64> =
                    members.map(|member| organization.bias(member).unwrap().accuracy()).collect();
                cells.push(1.0);
                cells.sort_by(f64::total_cmp);
                let lengths = (0..cells.len()).map(|i| cells[i] - if i == 0 { 0.0 } else { cells[i - 1] });
                let cell = self.events.which(lengths.collect::<Vec<_>>());
                let least = if cell + 1 == cells.len() { f64::INFINITY } else { cells[cell] };
                self.levels.insert(position, least);
            }
            accuracy >= self.levels[&position]
        } else {
            let curve = self.all.curve(position, accuracy, cause.law, rho);
            self.events.happens_along(position, &curve)
        };
        self.answer(if right { 1.0 } else { 0.0 })
    }

    fn transmit(&mut self, sent: Option<Answer>, channel: Channel) -> Option<Answer> {
        let sent = sent?;
        if self.events.happens(channel.erasure.get()) {
            return if channel.detected { None } else { Some(self.any()) };
        }
        // A message that does not come through as it was is replaced by any answer.
        if self.events.happens(channel.fidelity.get()) { Some(sent) } else { Some(self.any()) }
    }

    fn couple(&mut self, agent: Node, votes: &mut [Option<Answer>], coupling: &Coupling) {
        let present: Vec<usize> = (0..votes.len()).filter(|&i| votes[i].is_some()).collect();
        let (dependence, rho) = match coupling {
            Coupling::Custom(rule) => return rule.couple(votes, &mut Draws::new(&mut unused())),
            Coupling::Model { dependence, correlation } => (*dependence, correlation.get()),
        };
        let Some(&first) = present.first() else { return };
        match dependence {
            // With a factor alone a vote is right where one level, the same for all, lies below its accuracy.
            Dependence::Gaussian if rho == 1.0 && votes.len() > 1 => {
                let accuracies: Vec<f64> =
                    present.iter().map(|&i| self.all.accuracies[&(agent, i)]).collect();
                let mut ends = [accuracies.clone(), vec![1.0]].concat();
                ends.sort_by(f64::total_cmp);
                let lengths = (0..ends.len()).map(|i| ends[i] - if i == 0 { 0.0 } else { ends[i - 1] });
                let cell = self.events.which(lengths.collect::<Vec<_>>());
                // In the last cell only votes that are certain are right.
                let least = if cell + 1 == ends.len() { 1.0 } else { ends[cell] };
                for (i, accuracy) in present.into_iter().zip(accuracies) {
                    votes[i] = Some(Answer::of(accuracy >= least));
                }
            }
            Dependence::Mixture if self.events.happens(rho) => {
                let shared = votes[present[self.events.below(present.len())]];
                present.iter().for_each(|&i| votes[i] = shared);
            }
            Dependence::Copying => {
                let copiers: Vec<usize> =
                    present.into_iter().filter(|_| self.events.happens(rho.sqrt())).collect();
                let common = votes[*copiers.first().unwrap_or(&first)];
                copiers.into_iter().for_each(|i| votes[i] = common);
            }
            Dependence::BetaBinomial if rho > 0.0 => {
                let t = (1.0 - rho) / rho;
                for (i, &vote) in present.iter().enumerate().skip(1) {
                    if !self.events.happens(t / (t + i as f64)) {
                        votes[vote] = votes[present[self.events.below(i)]];
                    }
                }
            }
            Dependence::Gaussian if rho > 0.0 && rho < 1.0 && votes.len() > 1 => {
                for i in present {
                    votes[i] = Some(Answer::of(self.turned(agent, i, votes[i] == Some(Answer::RIGHT), rho)));
                }
            }
            _ => {}
        }
    }

    /// Whether a vote is right after Gaussian coupling: given the factor, a right vote stays right with probability
    /// `min(1, P/p)`, a wrong one turns right with probability `max(0, (P - p)/(1 - p))`.
    fn turned(&mut self, agent: Node, input: usize, right: bool, rho: f64) -> bool {
        let p = self.all.accuracies[&(agent, input)];
        if p == 0.0 || p == 1.0 {
            return right;
        }
        let variable = self.all.organization.causes().len() + agent;
        let given = self.all.curve(variable, p, CauseLaw::GaussianFactor, rho);
        let turns =
            |&given: &f64| if right { (given / p).min(1.0) } else { ((given - p) / (1.0 - p)).max(0.0) };
        let turns = Rc::new(given.iter().map(turns).collect());
        self.events.happens_along(variable, &turns)
    }

    fn decide(&mut self, decision: &Decision, inputs: &[Option<Answer>]) -> Option<Answer> {
        let present: Vec<Answer> = inputs.iter().copied().flatten().collect();
        let weigh = |weights: &[u64], answer: usize| -> u64 {
            let says = |input: &Option<Answer>| input.is_some_and(|vote| vote.index() == answer);
            inputs.iter().zip(weights).filter(|(input, _)| says(input)).map(|(_, weight)| weight).sum()
        };
        match decision {
            Decision::Majority { weights, tie } => {
                let (right, wrong) = (weigh(weights.of(), 0), weigh(weights.of(), 1));
                if right != wrong {
                    return Some(Answer::of(right > wrong));
                }
                match (tie, present.first()) {
                    (Tie::Abstain, _) => None,
                    (Tie::Wrong, _) => Some(Answer::WRONG),
                    (Tie::First, Some(first)) => Some(*first),
                    (Tie::Fair | Tie::First, _) => Some(Answer::of(self.events.happens(0.5))),
                }
            }
            Decision::Supermajority { weights, threshold } => {
                let sums: Vec<u64> = (0..self.answers()).map(|a| weigh(weights.of(), a)).collect();
                let all: u64 = sums.iter().sum();
                let enough = |&sum: &u64| sum > 0 && sum as f64 >= (threshold - 1e-9) * all as f64;
                sums.iter().position(enough).map(|answer| Answer::number(answer as u8))
            }
            Decision::Plurality { weights } => {
                let sums: Vec<u64> = (0..self.answers()).map(|a| weigh(weights.of(), a)).collect();
                let most = *sums.iter().max().unwrap();
                let leading: Vec<usize> = (0..sums.len()).filter(|&answer| sums[answer] == most).collect();
                Some(Answer::number(leading[self.events.below(leading.len())] as u8))
            }
            Decision::Margin { margin } => {
                // The shortest beginning of the votes in which the last one is ahead of every other answer.
                let count =
                    |votes: &[Answer], answer: Answer| votes.iter().filter(|&&vote| vote == answer).count();
                let ends = (1..=present.len()).map(|end| &present[..end]).find(|votes| {
                    let last = votes[votes.len() - 1];
                    let all = (0..self.answers()).map(|other| Answer::number(other as u8));
                    all.filter(|other| *other != last)
                        .all(|other| count(votes, last) >= count(votes, other) + *margin as usize)
                });
                if let Some(votes) = ends {
                    return votes.last().copied();
                }
                let sums: Vec<usize> =
                    (0..self.answers()).map(|answer| count(&present, Answer::number(answer as u8))).collect();
                let most = *sums.iter().max().unwrap();
                let leading: Vec<usize> = (0..sums.len()).filter(|&answer| sums[answer] == most).collect();
                Some(Answer::number(leading[self.events.below(leading.len())] as u8))
            }
            Decision::First => present.first().copied(),
            Decision::BestOf { true_positive, false_positive } => {
                for vote in &present {
                    if self.events.happens(if vote.is_right() { *true_positive } else { *false_positive }) {
                        return Some(*vote);
                    }
                }
                (!present.is_empty()).then(|| present[self.events.below(present.len())])
            }
            Decision::Custom(rule) => {
                let law = rule.law(inputs).unwrap_or_else(|| self.certain(rule.as_ref(), inputs));
                let event = self.events.which([law.answers, vec![law.abstention]].concat());
                (event < self.answers()).then(|| Answer::number(event as u8))
            }
        }
    }

    fn certain(&self, rule: &dyn Aggregator, inputs: &[Option<Answer>]) -> Law {
        let mut law = Law { answers: vec![0.0; self.answers()], abstention: 0.0 };
        match rule.decide(inputs, &mut Draws::new(&mut unused())) {
            Some(answer) => law.answers[answer.index()] = 1.0,
            None => law.abstention = 1.0,
        }
        law
    }
}

//! Random organizations: every rule, dependence and kind of channel, with names that are hard to write.

use proptest::prelude::*;
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::organization::graph::{
    Agent, Answers, Cause, CauseLaw, Coupling, Group, Link, Members, Organization, Rule, Tie, Weights,
};
use sim_models::organization::{Bias, Channel, Correlation, Dependence, Erasure, Fidelity, Leaf};
use sim_models::theory::leaf::LeafLaw;

/// Pieces of names that files and figures could stumble over.
const PIECES: [&str; 24] = [
    "a", "B7", " ", "é", "\"", "\\", "\n", "\t", "\r\n", "->", "[", "]", ",", "{", "}", ";", "#", "//",
    "<b>", "1.5", "-3", "𝄞", "\0", "/*",
];

struct Maker {
    stream: Stream,
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

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last + 1);
            list.swap(last, other);
        }
    }

    /// A number that is short to write, or one that is not.
    fn number(&mut self, low: f64, high: f64) -> f64 {
        match self.below(4) {
            0 => low,
            1 => high,
            2 => low + (high - low) * self.below(17) as f64 / 16.0,
            _ => low + (high - low) * self.stream.uniform(),
        }
    }

    fn name(&mut self, position: usize) -> String {
        let pieces: String = (0..self.below(4)).map(|_| self.pick(&PIECES)).collect();
        match self.below(3) {
            0 => format!("a{position}"),
            1 => self.pick(&["node", "Edge", "strict", "graph"]).to_owned() + &position.to_string(),
            _ => format!("{pieces}{position}{}", self.pick(&PIECES)),
        }
    }

    fn knowledge(&mut self) -> Leaf {
        if self.chance(0.8) {
            return Leaf::Bias(Bias::new(self.number(-1.0, 1.0)).unwrap());
        }
        let law = LeafLaw {
            coefficient: self.number(1e-9, 0.1),
            exponent: self.number(0.1, 1.0),
            cap: self.number(0.1, 1.0),
        };
        Leaf::Compute { tokens: self.number(0.0, 1e20), law }
    }

    fn channel(&mut self) -> Channel {
        let fidelity = Fidelity::new(self.number(0.0, 1.0)).unwrap();
        let channel = Channel::new(self.number(0.0, 300.0), fidelity);
        let erasure = Erasure::new(self.number(0.0, 1.0)).unwrap();
        match self.below(3) {
            0 => channel,
            1 => channel.losing(erasure),
            _ => channel.losing_noticeably(erasure),
        }
    }

    fn rule(&mut self, answers: Answers, senders: &[String]) -> Rule {
        let tie = self.pick(&[None, Some(Tie::Fair), Some(Tie::Abstain), Some(Tie::First), Some(Tie::Wrong)]);
        let others = [
            Rule::Supermajority { threshold: self.number(0.51, 1.0) },
            Rule::First,
            Rule::Plurality,
            Rule::margin(1 + self.below(3) as u32),
            Rule::best_of(self.number(0.0, 1.0), self.number(0.0, 1.0)),
        ];
        if !answers.is_binary() || self.chance(0.4) {
            return self.pick(&others);
        }
        if self.chance(0.4) {
            return Rule::Majority { tie };
        }
        let mut named: Vec<String> = senders.to_vec();
        named.sort();
        named.dedup();
        named.retain(|_| self.chance(0.7));
        let weights = match self.below(3) {
            0 => Weights::LogOdds,
            _ => Weights::Named(named.into_iter().map(|id| (id, self.number(0.0, 3.0))).collect()),
        };
        Rule::WeightedMajority { weights, tie }
    }

    fn correlation(&mut self) -> Correlation {
        Correlation::new(self.number(0.0, 1.0)).unwrap()
    }

    /// An organization that may be invalid, because of a tie that is not stated or log-odds that do not exist.
    fn organization(&mut self) -> Option<Organization> {
        let count = 1 + self.below(9);
        let answers = if self.chance(0.7) {
            Answers::BINARY
        } else {
            Answers::new(1 + self.below(6) as u64, self.number(0.0, 2.0)).unwrap()
        };
        let families = [self.name(100), self.name(101)];
        let family_knowledge = [self.knowledge(), self.knowledge()];
        let ids: Vec<String> = (0..count).map(|position| self.name(position)).collect();
        let (mut agents, mut links, mut builder) =
            (Vec::new(), Vec::new(), Organization::builder().answers(answers));
        let mut silent: Vec<String> = Vec::new();
        for (position, id) in ids.iter().enumerate() {
            let fan_in = if position == 0 || self.chance(0.4) { 0 } else { 1 + self.below(4) };
            let senders: Vec<String> = (0..fan_in).map(|_| self.pick(&ids[..position])).collect();
            silent.retain(|id| !senders.contains(id));
            silent.push(id.clone());
            links.extend(senders.iter().map(|sender| Link::new(sender, id, self.channel())));
            let mut agent =
                Agent::aggregator(id, self.rule(answers, &senders)).own_weight(self.number(0.5, 2.0));
            if fan_in == 0 || self.chance(0.4) {
                agent.knowledge = Some(self.knowledge());
            }
            if self.chance(0.6) {
                let family = self.below(2);
                agent.family = Some(families[family].clone());
                agent.knowledge = agent.knowledge.map(|_| family_knowledge[family]);
            }
            if fan_in > 0 && self.chance(0.5) {
                let models = if answers.is_binary() { &Dependence::ALL[..] } else { &Dependence::ALL[..3] };
                builder = builder.couple(id, Coupling::model(self.pick(models), self.correlation()));
            }
            agents.push(agent);
        }
        for family in families {
            if self.chance(0.5) && agents.iter().any(|agent| agent.family.as_ref() == Some(&family)) {
                let laws =
                    [CauseLaw::SharedVote, CauseLaw::Copying, CauseLaw::Difficulty, CauseLaw::GaussianFactor];
                let (law, votes) = (self.pick(&laws), self.pick(&[Members::Leaves, Members::All]));
                let group = Group::Family(family);
                builder = builder.cause(Cause { group, votes, law, correlation: self.correlation() });
            }
        }
        if self.chance(0.3) {
            builder = builder.cause(Cause::everyone(CauseLaw::GaussianFactor, self.correlation()));
        }
        if self.chance(0.5) {
            builder = builder.window(self.number(1.0, 2000.0));
        }
        silent.extend(ids.iter().filter(|_| self.chance(0.1)).cloned());
        silent.sort();
        silent.dedup();
        self.shuffle(&mut silent);
        self.shuffle(&mut agents);
        self.shuffle(&mut links);
        builder.agents(agents).links(links).outputs(silent).build().ok()
    }
}

/// A random valid organization.
pub fn organization(seed: u64) -> Organization {
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let mut maker = Maker { stream: streams.open(Address::trial(0)) };
    (0..1000).find_map(|_| maker.organization()).unwrap()
}

/// All that can be seen of an organization.
fn seen(organization: &Organization) -> String {
    format!("{organization:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_changes_nothing(seed: u64) {
        let organization = organization(seed);
        let text = organization.to_json().unwrap();
        let again = Organization::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(seen(&organization), seen(&again));
    }

    #[test]
    fn dot_changes_nothing(seed: u64) {
        let organization = organization(seed);
        let text = organization.to_dot();
        let again = Organization::from_dot(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(seen(&organization), seen(&again));
    }

    /// A cut or changed file is refused or read, never a panic.
    #[test]
    fn damaged_texts_are_refused_in_words(seed: u64, at: prop::sample::Index, change in "[\\[\\]{}\",:0e-]?") {
        let organization = organization(seed);
        for (text, is_json) in [(organization.to_json().unwrap(), true), (organization.to_dot(), false)] {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            let place = *at.get(&places);
            let rest = text[place..].chars().next().map_or(place, |c| place + c.len_utf8());
            for damaged in [text[..place].to_owned(), format!("{}{change}{}", &text[..place], &text[rest..])] {
                let read = if is_json { Organization::from_json(&damaged) } else { Organization::from_dot(&damaged) };
                if let Err(error) = read {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}

#[test]
fn the_random_organizations_are_of_every_kind() {
    let mut seen_words = vec![false; 21];
    let words = [
        "dependence: Gaussian,",
        "BetaBinomial",
        "Mixture",
        "Copying",
        "SharedVote",
        "Difficulty",
        "GaussianFactor",
        "Everyone",
        "votes: All",
        "Abstain",
        "First",
        "Wrong",
        "tie: None",
        "BestOf",
        "Supermajority",
        "Plurality",
        "Margin",
        "LogOdds",
        "Named",
        "Compute",
        "detected: true",
    ];
    for seed in 0..300 {
        let organization = format!("{:?}", organization(seed));
        for (seen, word) in seen_words.iter_mut().zip(words) {
            *seen |= organization.contains(word);
        }
    }
    let missing: Vec<_> = words.iter().zip(&seen_words).filter(|(_, seen)| !**seen).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

//! Ways to answer a question with a fleet.

use super::Fleet;

/// A model and the number of its votes.
pub type Team = (usize, u32);

/// A way to answer a question. Models are named by their position; `tokens` is the length of an answer, `message` that of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plan {
    /// One agent.
    Single {
        /// Its model.
        model: usize,
        /// Length of its answer.
        tokens: f64,
    },
    /// Answers side by side, of which a program counts the most frequent one.
    Vote {
        /// Their model.
        model: usize,
        /// Length of an answer.
        tokens: f64,
        /// How many.
        votes: u32,
    },
    /// Answers one after another until one answer is ahead of the other by a margin (mechanisms B42).
    Margin {
        /// Their model.
        model: usize,
        /// Length of an answer.
        tokens: f64,
        /// By how many votes.
        margin: u32,
    },
    /// Answers one after another until the checker accepts one (mechanisms B0.7); after the last try its answer is given.
    Retry {
        /// Their model.
        model: usize,
        /// Length of an answer.
        tokens: f64,
        /// Most tries.
        tries: u32,
    },
    /// A student answers several times; if it is not unanimous, a teacher answers (mechanisms B46).
    Cascade {
        /// Model of the student.
        student: usize,
        /// Its answers.
        votes: u32,
        /// Model of the teacher.
        teacher: usize,
    },
    /// A vote of two or three models.
    Mixed {
        /// A model and its votes.
        first: Team,
        /// Another model and its votes.
        second: Team,
        /// A third one, if there is one.
        third: Option<Team>,
    },
    /// Agents report to one that takes the majority; in several layers, a tree (spec 3). One layer is a star.
    Tree {
        /// The model of all agents.
        model: usize,
        /// Length of a leaf's answer.
        tokens: f64,
        /// Children of a node.
        fan_in: u32,
        /// Layers above the leaves.
        depth: u32,
        /// Length of a message.
        message: f64,
    },
    /// Agents exchange their answers and take the majority, again and again; then one decides that hears them all.
    Debate {
        /// The model of all agents.
        model: usize,
        /// Length of a first answer.
        tokens: f64,
        /// Agents that debate.
        agents: u32,
        /// How often they hear each other. Once is a hybrid of a star and a debate.
        exchanges: u32,
        /// Length of a message.
        message: f64,
    },
    /// One agent answers, and others pass it on.
    Chain {
        /// The model of all agents.
        model: usize,
        /// Length of the first answer.
        tokens: f64,
        /// Agents that pass it on.
        relays: u32,
        /// Length of a message.
        message: f64,
    },
}

/// What kind of organization a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One agent.
    Single,
    /// A vote that a program counts.
    Vote,
    /// A vote to a margin.
    Margin,
    /// Retries with a checker.
    Retry,
    /// A student and a teacher.
    Cascade,
    /// A vote of two or three models.
    Mixed,
    /// A tree of one layer.
    Star,
    /// A tree of several layers.
    Tree,
    /// A debate, and one that decides.
    Debate,
    /// A chain.
    Chain,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Single,
        Self::Vote,
        Self::Margin,
        Self::Retry,
        Self::Cascade,
        Self::Mixed,
        Self::Star,
        Self::Tree,
        Self::Debate,
        Self::Chain,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Vote => "vote",
            Self::Margin => "margin",
            Self::Retry => "retry",
            Self::Cascade => "cascade",
            Self::Mixed => "mixed",
            Self::Star => "star",
            Self::Tree => "tree",
            Self::Debate => "debate",
            Self::Chain => "chain",
        }
    }
}

impl Plan {
    /// What kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Single { .. } => Kind::Single,
            Self::Vote { .. } => Kind::Vote,
            Self::Margin { .. } => Kind::Margin,
            Self::Retry { .. } => Kind::Retry,
            Self::Cascade { .. } => Kind::Cascade,
            Self::Mixed { .. } => Kind::Mixed,
            Self::Tree { depth: 1, .. } => Kind::Star,
            Self::Tree { .. } => Kind::Tree,
            Self::Debate { .. } => Kind::Debate,
            Self::Chain { .. } => Kind::Chain,
        }
    }

    /// The models that it uses.
    pub fn models(&self) -> Vec<usize> {
        match *self {
            Self::Single { model, .. }
            | Self::Vote { model, .. }
            | Self::Margin { model, .. }
            | Self::Retry { model, .. }
            | Self::Tree { model, .. }
            | Self::Debate { model, .. }
            | Self::Chain { model, .. } => vec![model],
            Self::Cascade { student, teacher, .. } => vec![student, teacher],
            Self::Mixed { .. } => self.teams().into_iter().map(|(model, _)| model).collect(),
        }
    }

    /// The models of a vote of several with their votes; none of other plans.
    pub fn teams(&self) -> Vec<Team> {
        match *self {
            Self::Mixed { first, second, third } => {
                [Some(first), Some(second), third].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether another plan is of the same kind with the same models, whatever its sizes.
    pub fn is_like(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.models() == other.models()
    }

    /// Length of an answer, where plans of one model choose it.
    pub fn tokens(&self) -> Option<f64> {
        match *self {
            Self::Single { tokens, .. }
            | Self::Vote { tokens, .. }
            | Self::Margin { tokens, .. }
            | Self::Retry { tokens, .. }
            | Self::Tree { tokens, .. }
            | Self::Debate { tokens, .. }
            | Self::Chain { tokens, .. } => Some(tokens),
            Self::Cascade { .. } | Self::Mixed { .. } => None,
        }
    }

    /// The same plan with answers of another length.
    #[must_use]
    pub fn with_tokens(mut self, length: f64) -> Self {
        if let Self::Single { tokens, .. }
        | Self::Vote { tokens, .. }
        | Self::Margin { tokens, .. }
        | Self::Retry { tokens, .. }
        | Self::Tree { tokens, .. }
        | Self::Debate { tokens, .. }
        | Self::Chain { tokens, .. } = &mut self
        {
            *tokens = length;
        }
        self
    }

    /// Length of a message, where there are any.
    pub fn message(&self) -> Option<f64> {
        match *self {
            Self::Tree { message, .. } | Self::Debate { message, .. } | Self::Chain { message, .. } => {
                Some(message)
            }
            _ => None,
        }
    }

    /// Most agents that answer or aggregate: `(answering, all)`. Sequential plans count their longest course; margins have none.
    pub fn agents(&self) -> (f64, f64) {
        match *self {
            Self::Single { .. } | Self::Margin { .. } => (1.0, 1.0),
            Self::Vote { votes, .. } => (f64::from(votes), f64::from(votes)),
            Self::Retry { tries, .. } => (f64::from(tries), f64::from(tries)),
            Self::Cascade { votes, .. } => (f64::from(votes) + 1.0, f64::from(votes) + 1.0),
            Self::Mixed { .. } => {
                let votes = self.teams().into_iter().map(|(_, votes)| f64::from(votes)).sum();
                (votes, votes)
            }
            Self::Tree { fan_in, depth, .. } => {
                let leaves = libm::pow(f64::from(fan_in), f64::from(depth));
                (leaves, leaves + (leaves - 1.0) / (f64::from(fan_in) - 1.0))
            }
            Self::Debate { agents, .. } => (f64::from(agents), f64::from(agents) + 1.0),
            Self::Chain { relays, .. } => (1.0, 1.0 + f64::from(relays)),
        }
    }

    /// In words.
    pub fn describe(&self, fleet: &Fleet) -> String {
        let name =
            |model: usize| fleet.models.get(model).map_or_else(|| "?".to_owned(), super::AgentModel::shown);
        match *self {
            Self::Single { model, .. } => format!("one {}", name(model)),
            Self::Vote { model, votes, .. } => format!("vote of {votes} {}", name(model)),
            Self::Margin { model, margin, .. } => format!("vote of {} to a margin of {margin}", name(model)),
            Self::Retry { model, tries, .. } => {
                format!("{} with the checker, up to {tries} tries", name(model))
            }
            Self::Cascade { student, votes: 1, teacher } => {
                format!("{}, and {} where the checker rejects", name(student), name(teacher))
            }
            Self::Cascade { student, votes, teacher } => {
                format!("{votes} {}, and {} where they differ", name(student), name(teacher))
            }
            Self::Mixed { .. } => {
                let teams: Vec<String> = self
                    .teams()
                    .into_iter()
                    .map(|(model, votes)| format!("{votes} {}", name(model)))
                    .collect();
                format!("vote of {}", teams.join(" and "))
            }
            Self::Tree { model, fan_in, depth: 1, .. } => {
                format!("star of {fan_in} {} under one that decides", name(model))
            }
            Self::Tree { model, fan_in, depth, .. } => {
                format!("tree of {} with fan-in {fan_in} and {depth} layers", name(model))
            }
            Self::Debate { model, agents, exchanges, .. } => {
                let times = if exchanges == 1 { "once".to_owned() } else { format!("{exchanges} times") };
                format!(
                    "debate of {agents} {} who hear each other {times}, and one that decides",
                    name(model)
                )
            }
            Self::Chain { model, relays, .. } => format!("chain of {} {}", relays + 1, name(model)),
        }
    }
}

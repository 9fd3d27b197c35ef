//! How errors are shared, from pairs of answers.
//!
//! Three different quantities are called "the correlation of errors", and a log determines some of them:
//!
//! - *pooled*: of two siblings on a question drawn anew. It holds what makes a question hard for all, and is what a vote on a fresh question meets.
//! - *within strata*: the same among questions of one known difficulty class.
//! - *within questions*: of two siblings on one given question, beyond what its difficulty explains. It is seen only where questions were
//!   answered by several groups of siblings: the pairs *across* groups of one question share its difficulty and nothing else
//!   (spec 5, "calibration estimators": pooling across difficulty inflates it).
//!
//! Who chooses among models asks otherwise: how alike are answers of *one model* to one question, and those of *two models*, whether they met
//! or not? Both hold what makes a question hard.

use super::{Clusters, Votes};

/// Sums over a set of votes from which sums over its pairs follow.
///
/// With residuals `r`, variances `v` and `u = r^2/v`: pairs have the product `sum_{i<j} r_i r_j` and the weight
/// `sum_{i<j} sqrt(v_i v_j) (u_i + u_j)/2`, whose expectation is the product's at correlation 1. The weight uses the observed squares, so
/// that a resample moves it as it moves the variance.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    residuals: f64,
    squares: f64,
    roots: f64,
    weighted: f64,
}

/// Product and weight of pairs.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    product: f64,
    weight: f64,
}

impl Moments {
    fn of(right: bool, accuracy: f64) -> Self {
        let variance = accuracy * (1.0 - accuracy);
        // Who is always right or always wrong has no correlation with anybody.
        if variance.is_nan() || variance <= 0.0 {
            return Self::default();
        }
        let residual = f64::from(u8::from(right)) - accuracy;
        let square = residual * residual;
        let root = libm::sqrt(variance);
        Self { residuals: residual, squares: square, roots: root, weighted: square / root }
    }

    fn add(&mut self, other: &Self) {
        self.residuals += other.residuals;
        self.squares += other.squares;
        self.roots += other.roots;
        self.weighted += other.weighted;
    }

    fn pairs(&self) -> Pairs {
        Pairs {
            product: 0.5 * (self.residuals * self.residuals - self.squares),
            weight: 0.5 * (self.roots * self.weighted - self.squares),
        }
    }
}

impl Pairs {
    fn plus(self, other: Self) -> Self {
        Self { product: self.product + other.product, weight: self.weight + other.weight }
    }

    fn minus(self, other: Self) -> Self {
        Self { product: self.product - other.product, weight: self.weight - other.weight }
    }
}

/// Number of sums per cluster.
pub(super) const WIDTH: usize = 18;

/// The sums per cluster from which all correlations follow; `stratified` measures residuals within difficulty classes.
pub(super) fn sums(votes: &Votes, stratified: bool) -> Clusters {
    let accuracies = votes.accuracies(stratified);
    let mut clusters = Clusters::new(WIDTH);
    for (index, question) in votes.answered() {
        let Some(class) = Votes::class(question, stratified) else { continue };
        let agents = &accuracies[class];
        // Sorted by a key, the votes that agree on it stand together.
        let mut keyed: Vec<([u32; 4], Moments)> = question
            .votes
            .iter()
            .map(|vote| {
                let member = &votes.agents[vote.agent as usize];
                let moments = Moments::of(vote.right, agents[vote.agent as usize]);
                ([vote.group, vote.agent, member.family, member.model], moments)
            })
            .collect();
        let all = within(&mut keyed, |_| 0u64);
        let siblings = within(&mut keyed, |key| u64::from(key[0]));
        let same_agent = within(&mut keyed, |key| u64::from(key[1]));
        let both = within(&mut keyed, |key| u64::from(key[0]) << 32 | u64::from(key[1]));
        let kin = within(&mut keyed, |key| u64::from(key[0]) << 32 | u64::from(key[2]));
        let same_model = within(&mut keyed, |key| u64::from(key[3]));
        let repeated = same_agent.minus(both);
        let across = all.minus(siblings).minus(repeated);
        let strangers = siblings.minus(kin);
        let right = question.votes.iter().filter(|vote| vote.right).count() as f64;
        let groups = question.groups().len();
        let several = if groups > 1 { siblings } else { Pairs::default() };
        let pairs = [siblings, kin, strangers, several, across, repeated, same_model, all.minus(same_model)];
        let mut row = vec![question.votes.len() as f64, right];
        row.extend(pairs.iter().flat_map(|pairs| [pairs.product, pairs.weight]));
        clusters.add(index, &row);
    }
    clusters
}

/// Pairs of votes that agree on a key.
fn within(votes: &mut [([u32; 4], Moments)], key: impl Fn(&[u32; 4]) -> u64) -> Pairs {
    votes.sort_by_key(|(names, _)| key(names));
    let chunks = votes.chunk_by(|a, b| key(&a.0) == key(&b.0));
    let sums = chunks.map(|chunk| {
        let mut moments = Moments::default();
        chunk.iter().for_each(|(_, vote)| moments.add(vote));
        moments.pairs()
    });
    sums.fold(Pairs::default(), Pairs::plus)
}

/// The correlations, from total sums; NaN where no pairs are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlations {
    /// Share of right answers.
    pub accuracy: f64,
    /// Of siblings on a fresh question.
    pub pooled: f64,
    /// The same between siblings of one family.
    pub same_family: f64,
    /// The same between siblings of different families.
    pub cross_family: f64,
    /// Of siblings on a given question.
    pub within_questions: f64,
    /// Of answers to one question that did not meet: what difficulty alone explains.
    pub difficulty: f64,
    /// Of answers of one model to one question.
    pub same_model: f64,
    /// Of answers of two models to one question.
    pub cross_model: f64,
}

impl Correlations {
    /// From the totals of the sums of this module.
    pub(super) fn of(totals: &[f64]) -> Self {
        let ratio = |pairs: usize| {
            let weight = totals[3 + 2 * pairs];
            if weight > 1e-9 { totals[2 + 2 * pairs] / weight } else { f64::NAN }
        };
        let (siblings, across, repeated) = (ratio(3), ratio(4), ratio(5));
        // Where one kind of pair does not exist, the other stands for it.
        let across = if across.is_nan() { repeated } else { across };
        let repeated = if repeated.is_nan() { across } else { repeated };
        Self {
            accuracy: totals[1] / totals[0],
            pooled: ratio(0),
            same_family: ratio(1),
            cross_family: ratio(2),
            within_questions: (siblings - across) / (1.0 - repeated),
            difficulty: across,
            same_model: ratio(6),
            cross_model: ratio(7),
        }
    }

    pub(super) fn values(self) -> Vec<f64> {
        vec![
            self.accuracy,
            self.pooled,
            self.same_family,
            self.cross_family,
            self.within_questions,
            self.difficulty,
            self.same_model,
            self.cross_model,
            self.cross_model / self.same_model,
        ]
    }
}

//! What can happen in a trial, path by path.

use std::collections::BTreeMap;
use std::rc::Rc;

/// The probability of an event: a number, or a number for every point of a grid over a hidden continuous variable.
#[derive(Clone)]
pub enum Chance {
    Number(f64),
    /// The variable, and the chance at each of its points.
    Curve(usize, Rc<Vec<f64>>),
}

impl Chance {
    fn is_possible(&self) -> bool {
        match self {
            Self::Number(p) => *p > 0.0,
            Self::Curve(_, points) => points.iter().any(|&p| p > 0.0),
        }
    }
}

/// The events of a trial: those on the current path, each with the chances of its outcomes and the one that happens.
#[derive(Default)]
pub struct Events {
    path: Vec<(Vec<Chance>, usize)>,
    next: usize,
}

impl Events {
    fn happening(&mut self, chances: Vec<Chance>) -> usize {
        if self.next == self.path.len() {
            let first = chances.iter().position(Chance::is_possible).unwrap();
            self.path.push((chances, first));
        }
        self.next += 1;
        self.path[self.next - 1].1
    }

    /// Which event happens, of some with these probabilities.
    pub fn which(&mut self, probabilities: impl IntoIterator<Item = f64>) -> usize {
        self.happening(probabilities.into_iter().map(Chance::Number).collect())
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.which([probability, 1.0 - probability]) == 0
    }

    /// Whether an event happens whose probability depends on a hidden variable.
    pub fn happens_along(&mut self, variable: usize, points: &Rc<Vec<f64>>) -> bool {
        let others = Rc::new(points.iter().map(|p| 1.0 - p).collect());
        self.happening(vec![Chance::Curve(variable, points.clone()), Chance::Curve(variable, others)]) == 0
    }

    pub fn below(&mut self, count: usize) -> usize {
        self.which(vec![1.0 / count as f64; count])
    }

    /// Probability of the path, given the weights of the points of each variable.
    pub fn weight(&self, weights: &BTreeMap<usize, Vec<f64>>) -> f64 {
        let mut product = 1.0;
        let mut curves: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (chances, event) in &self.path {
            match &chances[*event] {
                Chance::Number(p) => product *= p,
                Chance::Curve(variable, points) => {
                    let curve = curves.entry(*variable).or_insert_with(|| weights[variable].clone());
                    curve.iter_mut().zip(points.iter()).for_each(|(sum, p)| *sum *= p);
                }
            }
        }
        product * curves.values().map(|curve| curve.iter().sum::<f64>()).product::<f64>()
    }

    /// The next path; false after the last one.
    pub fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some((chances, event)) = self.path.pop() {
            if let Some(later) = (event + 1..chances.len()).find(|&event| chances[event].is_possible()) {
                self.path.push((chances, later));
                return true;
            }
        }
        false
    }
}

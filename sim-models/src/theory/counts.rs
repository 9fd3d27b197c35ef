//! Laws of counts, as the probabilities of 0, 1, 2, ....

/// Probabilities of 0, ..., n right answers of `n`, each right with probability `p` on its own, from the side that does not underflow.
///
/// ```
/// use sim_models::theory::counts::binomial;
/// assert_eq!(binomial(2, 0.75), [0.0625, 0.375, 0.5625]);
/// ```
pub fn binomial(n: u32, p: f64) -> Vec<f64> {
    let rare = p.min(1.0 - p);
    let odds = rare / (1.0 - rare);
    let mut mass = libm::pow(1.0 - rare, f64::from(n));
    let mut law = Vec::with_capacity(n as usize + 1);
    for count in 0..=n {
        law.push(mass);
        mass *= odds * f64::from(n - count) / f64::from(count + 1);
    }
    if p > 0.5 {
        law.reverse();
    }
    law
}

/// The law of a sum of two independent counts, by convolution.
///
/// ```
/// use sim_models::theory::counts::convolved;
/// assert_eq!(convolved(&[0.5, 0.5], &[0.5, 0.5]), [0.25, 0.5, 0.25]);
/// ```
pub fn convolved(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; one.len() + other.len() - 1];
    for (at, mass) in one.iter().enumerate() {
        other.iter().enumerate().for_each(|(more, share)| sum[at + more] += mass * share);
    }
    sum
}

//! Queueing theory: means of stationary queues, against which the event engine is held.
//!
//! Arrivals are Poisson with a rate; a customer's service takes a time of mean `s` and squared coefficient of variation `v` (variance over
//! squared mean: 0 for a constant, 1 for an exponential time). The *load* is `rate * s`, in servers. Sources: L. Kleinrock, "Queueing
//! Systems I" (1975) and II (1976); A. Cobham, "Priority Assignment in Waiting Line Problems", Operations Research 2 (1954). A function
//! is NaN where no stationary queue exists.

/// Probability that an arriving customer waits in an M/M/c queue of this load (Erlang C). NaN unless `0 <= load < servers`.
///
/// ```
/// use sim_models::theory::queueing::erlang_c;
/// // One server is busy for its load.
/// assert!((erlang_c(1, 0.8) - 0.8).abs() < 1e-15);
/// assert!((erlang_c(2, 1.0) - 1.0 / 3.0).abs() < 1e-15);
/// ```
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let c = f64::from(servers);
    if !(0.0..c).contains(&load) {
        return f64::NAN;
    }
    let blocked = erlang_b(servers, load);
    blocked / (1.0 - load / c * (1.0 - blocked))
}

/// Probability that an arriving customer is lost where nobody can wait, M/G/c/c (Erlang B), by its recursion in the number of servers.
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    if load.is_nan() || load < 0.0 {
        return f64::NAN;
    }
    (1..=servers).fold(1.0, |blocked, c| load * blocked / (f64::from(c) + load * blocked))
}

/// Mean wait of an M/M/c queue: `C s / (c - load)`.
pub fn wait_mmc(rate: f64, service: f64, servers: u32) -> f64 {
    erlang_c(servers, rate * service) * service / (f64::from(servers) - rate * service)
}

/// Mean wait of an M/G/1 queue (Pollaczek-Khinchine): `load s (1 + v) / (2 (1 - load))`.
///
/// ```
/// use sim_models::theory::queueing::wait_mg1;
/// assert!((wait_mg1(0.8, 1.0, 1.0) - 4.0).abs() < 1e-12);
/// assert!((wait_mg1(0.8, 1.0, 0.0) - 2.0).abs() < 1e-12);
/// ```
pub fn wait_mg1(rate: f64, service: f64, variation: f64) -> f64 {
    let load = rate * service;
    if !(0.0..1.0).contains(&load) {
        return f64::NAN;
    }
    load * service * (1.0 + variation) / (2.0 * (1.0 - load))
}

/// Probabilities of 0, 1, ... customers in a birth-death chain with these rates up and down: `up[n]` from `n` to `n + 1`, `down[n]` from
/// `n + 1` to `n`.
fn birth_death(up: impl Fn(u32) -> f64, down: impl Fn(u32) -> f64, most: u32) -> Vec<f64> {
    let mut weights = vec![1.0];
    let mut last = 1.0;
    for n in 0..most {
        last *= up(n) / down(n + 1);
        weights.push(last);
    }
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Probabilities of 0 to `capacity` customers in an M/M/c/K queue.
pub fn states_mmck(rate: f64, service: f64, servers: u32, capacity: u32) -> Vec<f64> {
    birth_death(|_| rate, |n| f64::from(n.min(servers)) / service, capacity)
}

/// Probabilities of 0 to `population` customers at the server of a closed loop: each thinks for a time of mean `think` and then needs the
/// server for one of mean `service` (machine repairman).
///
/// ```
/// use sim_models::theory::queueing::states_repairman;
/// // One customer keeps the server busy for the share of its service (mechanisms B37).
/// let busy = 1.0 - states_repairman(1, 1, 69.4, 30.2)[0];
/// assert!((busy - 0.6968).abs() < 5e-5);
/// ```
pub fn states_repairman(population: u32, servers: u32, service: f64, think: f64) -> Vec<f64> {
    let up = |n| f64::from(population - n) / think;
    birth_death(up, |n| f64::from(n.min(servers)) / service, population)
}

/// Probabilities of 0, 1, ... jobs at a server that serves `n` of them at the total rate `speed(n) * n / service` each at `speed(n)`, up
/// to `most`; insensitive to the law of the service time.
pub fn states_sharing(rate: f64, service: f64, speed: impl Fn(u32) -> f64, most: u32) -> Vec<f64> {
    birth_death(|_| rate, |n| f64::from(n) * speed(n) / service, most)
}

/// Mean number of customers of a law of states.
pub fn mean_number(states: &[f64]) -> f64 {
    states.iter().zip(0..).map(|(share, n): (&f64, u32)| share * f64::from(n)).sum()
}

/// Mean waits of urgent and other customers of an M/G/1 queue without preemption (Cobham), the share `urgent` of all being urgent.
pub fn waits_nonpreemptive(rate: f64, service: f64, variation: f64, urgent: f64) -> [f64; 2] {
    let load = rate * service;
    if !(0.0..1.0).contains(&load) {
        return [f64::NAN; 2];
    }
    let residual = rate * service * service * (1.0 + variation) / 2.0;
    let first = load * urgent;
    [residual / (1.0 - first), residual / ((1.0 - first) * (1.0 - load))]
}

/// Mean times in system of urgent and other customers of an M/G/1 queue with preemptive resume, the share `urgent` of all being urgent
/// (Kleinrock II, section 3.6).
pub fn sojourns_preemptive(rate: f64, service: f64, variation: f64, urgent: f64) -> [f64; 2] {
    let load = rate * service;
    if !(0.0..1.0).contains(&load) {
        return [f64::NAN; 2];
    }
    let residual = |share: f64| rate * share * service * service * (1.0 + variation) / 2.0;
    let first = load * urgent;
    [
        service + residual(urgent) / (1.0 - first),
        service / (1.0 - first) + residual(1.0) / ((1.0 - first) * (1.0 - load)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The golden numbers of mechanisms B37.
    #[test]
    fn repairmen_are_as_busy_as_the_spec_says() {
        for (population, busy) in [(1, 0.6968), (2, 0.9381), (4, 0.9990)] {
            let found = 1.0 - states_repairman(population, 1, 69.4, 30.2)[0];
            assert!((found - busy).abs() < 5e-5, "{population}: {found}");
        }
    }

    #[test]
    fn formulas_agree_where_they_meet() {
        // One server: M/M/1 three ways.
        let (rate, service) = (0.8, 1.0);
        assert!((wait_mmc(rate, service, 1) - wait_mg1(rate, service, 1.0)).abs() < 1e-12);
        let states = states_mmck(rate, service, 1, 400);
        assert!((mean_number(&states) - 4.0).abs() < 1e-9);
        let shared = states_sharing(rate, service, |n| 1.0 / f64::from(n), 400);
        assert!((mean_number(&shared) - 4.0).abs() < 1e-9);
        // Loss: no place to wait is Erlang B.
        let lost = states_mmck(3.0, 1.0, 4, 4)[4];
        assert!((lost - erlang_b(4, 3.0)).abs() < 1e-12);
        // Priorities conserve the mean wait, if all have one law.
        let [urgent, other] = waits_nonpreemptive(rate, service, 1.0, 0.25);
        assert!((0.25 * urgent + 0.75 * other - 4.0).abs() < 1e-12);
        let [urgent, other] = sojourns_preemptive(rate, service, 1.0, 0.25);
        assert!((0.25 * urgent + 0.75 * other - 5.0).abs() < 1e-12);
    }

    /// Erlang's tables: c = 10 servers at load 5 lose 1.838 %; 0.0361 wait.
    #[test]
    fn erlangs_tables() {
        assert!((erlang_b(10, 5.0) - 0.018_385).abs() < 1e-6);
        assert!((erlang_c(10, 5.0) - 0.036_105).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_stationary_has_no_mean() {
        assert!(wait_mg1(1.0, 1.0, 1.0).is_nan() && wait_mmc(2.0, 1.0, 2).is_nan());
        assert!(erlang_c(2, -1.0).is_nan() && erlang_b(2, f64::NAN).is_nan());
        assert!(waits_nonpreemptive(2.0, 1.0, 1.0, 0.5)[0].is_nan());
    }
}

//! The event engine and its resources against queueing theory.
//!
//! Every check asks whether an interval of confidence 1 - 1e-8 over independent replications holds the number of the theory; with fewer
//! than 100 checks the suite has a false-alarm rate of 1e-6. The warm-up is long enough that what is left of the empty beginning is far
//! below the width of the intervals.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use sim_core::estimate::{Confidence, Estimate, Mean};
use sim_core::events::resource::{Servers, SpeedLaw};
use sim_core::events::statistics::{BatchMeans, TimeWeighted};
use sim_core::events::{Calendar, Duration, Limits, System, Time, run};
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Address, Entity, Family, Purpose, Stream, Streams};
use sim_models::law::Law;
use sim_models::mechanism::queue::{Discipline, Queue, QueueTally, Source};
use sim_models::theory::queueing::{
    mean_number, sojourns_preemptive, states_mmck, states_repairman, states_sharing, wait_mg1, wait_mmc,
    waits_nonpreemptive,
};

fn sure() -> Confidence {
    Confidence::new(1.0 - 1e-8).unwrap()
}

fn streams(seed: u64) -> Streams {
    Streams::new(seed, Purpose::World, Family::common())
}

fn queue(rate: f64, service: Law, discipline: Discipline) -> Queue {
    Queue {
        source: Source::Open { rate },
        service,
        discipline,
        capacity: None,
        warm_up: 3_000,
        customers: 30_000,
    }
}

fn servers(count: u32) -> Discipline {
    Discipline::Servers { count, urgent: 0.0, preemptive: false }
}

const TRIALS: u64 = 128;

/// Wait, time in system, number in system, utilization, throughput, loss; and Little's law, which every run is held to.
fn simulate(queue: &Queue, seed: u64) -> (Vec<Estimate>, QueueTally) {
    let simulation = queue.simulation().unwrap();
    let run =
        monte_carlo::run(&simulation, &streams(seed), &Stop::after(TRIALS).unwrap(), &Control::default());
    let little = run.tally.little();
    assert!(little.value().abs() < 0.01, "Little's law is off by {}", little.value());
    use sim_core::monte_carlo::Simulation;
    (simulation.estimates(&run.tally, sure()), run.tally)
}

#[track_caller]
fn assert_holds(estimate: &Estimate, exact: f64, what: &str) {
    assert!(estimate.low <= exact && exact <= estimate.high, "{what}: {exact} is not in {estimate:?}");
    // An interval that holds everything would tell nothing.
    assert!(estimate.half_width() < 0.1 * exact.abs().max(0.05), "{what}: {estimate:?} is too wide");
}

fn exponential(mean: f64) -> Law {
    Law::exponential(mean).unwrap()
}

#[test]
fn one_exponential_server() {
    let (found, _) = simulate(&queue(0.8, exponential(1.0), servers(1)), 1);
    for (estimate, exact, what) in [
        (0, 4.0, "wait"),
        (1, 5.0, "time in system"),
        (2, 4.0, "number"),
        (3, 0.8, "utilization"),
        (4, 0.8, "throughput"),
    ] {
        assert_holds(&found[estimate], exact, what);
    }
}

#[test]
fn several_exponential_servers() {
    for (count, rate) in [(2, 1.5), (5, 4.0), (20, 16.0)] {
        let (found, _) = simulate(&queue(rate, exponential(1.0), servers(count)), u64::from(count));
        assert_holds(&found[0], wait_mmc(rate, 1.0, count), "wait");
        assert_holds(&found[3], rate / f64::from(count), "utilization");
    }
}

#[test]
fn any_service_time() {
    for (seed, service) in [
        (31, Law::constant(1.0).unwrap()),
        (32, Law::lognormal(1.0, 0.5).unwrap()),
        (33, Law::lognormal(1.0, 1.5).unwrap()),
    ] {
        let variation = service.deviation() * service.deviation();
        let (found, _) = simulate(&queue(0.6, service, servers(1)), seed);
        assert_holds(&found[0], wait_mg1(0.6, 1.0, variation), "wait");
    }
}

#[test]
fn customers_without_a_place_are_lost() {
    let limited = Queue { capacity: Some(5), ..queue(1.2, exponential(1.0), servers(1)) };
    let (found, _) = simulate(&limited, 41);
    let states = states_mmck(1.2, 1.0, 1, 5);
    assert_holds(&found[5], states[5], "loss");
    assert_holds(&found[2], mean_number(&states), "number");
    assert_holds(&found[3], 1.0 - states[0], "utilization");
}

#[test]
fn urgent_customers_come_first() {
    let urgent = 0.3;
    for preemptive in [false, true] {
        let discipline = Discipline::Servers { count: 1, urgent, preemptive };
        let (_, tally) = simulate(&queue(0.8, exponential(1.0), discipline), 51 + u64::from(preemptive));
        let exact = if preemptive {
            sojourns_preemptive(0.8, 1.0, 1.0, urgent)
        } else {
            waits_nonpreemptive(0.8, 1.0, 1.0, urgent).map(|wait| wait + 1.0)
        };
        for (ratio, exact) in tally.sojourns_by_class().into_iter().zip(exact) {
            assert_holds(&ratio.estimate(sure()), exact, "time in system");
        }
    }
}

/// Preemption is work-conserving and resumes: with constant service times a server that began again would serve more.
#[test]
fn interrupted_work_is_resumed() {
    let discipline = Discipline::Servers { count: 1, urgent: 0.5, preemptive: true };
    let (found, tally) = simulate(&queue(0.7, Law::constant(1.0).unwrap(), discipline), 61);
    assert_holds(&found[3], 0.7, "utilization");
    for (ratio, exact) in tally.sojourns_by_class().into_iter().zip(sojourns_preemptive(0.7, 1.0, 0.0, 0.5)) {
        assert_holds(&ratio.estimate(sure()), exact, "time in system");
    }
}

/// The number in system does not depend on the law of the service time.
#[test]
fn processor_sharing_is_insensitive() {
    for (seed, service) in
        [(71, exponential(1.0)), (72, Law::constant(1.0).unwrap()), (73, Law::lognormal(1.0, 2.0).unwrap())]
    {
        let (found, _) = simulate(&queue(0.7, service, Discipline::Sharing(SpeedLaw::Shared)), seed);
        assert_holds(&found[2], 0.7 / 0.3, "number");
        assert_holds(&found[3], 0.7, "utilization");
    }
}

/// The speed law of a model server (mechanisms B0.5), by its birth-death chain.
#[test]
fn a_model_server_slows_down() {
    let half = 4.0;
    let speed = |n: u32| 1.0 / (1.0 + (f64::from(n) - 1.0) / half);
    for (seed, service) in [(81, exponential(1.0)), (82, Law::lognormal(1.0, 1.0).unwrap())] {
        let (found, _) = simulate(&queue(2.8, service, Discipline::Sharing(SpeedLaw::HalfSpeed(half))), seed);
        let states = states_sharing(2.8, 1.0, speed, 2_000);
        assert_holds(&found[2], mean_number(&states), "number");
        assert_holds(&found[3], 1.0 - states[0], "utilization");
    }
}

/// The golden numbers of mechanisms B37: agents that use tools and call one server.
#[test]
fn repairmen() {
    for (population, busy) in [(1, 0.6968), (2, 0.9381), (4, 0.9990)] {
        let closed = Queue {
            source: Source::Closed { population, think: 30.2 },
            ..queue(1.0, exponential(69.4), servers(1))
        };
        let (found, _) = simulate(&closed, 90 + u64::from(population));
        let exact = 1.0 - states_repairman(population, 1, 69.4, 30.2)[0];
        assert!((exact - busy).abs() < 5e-5);
        assert_holds(&found[3], exact, "utilization");
    }
}

/// Stations in a row or with feedback: a customer that leaves station `i` goes to station `j` with probability `routes[i][j]`, else out.
struct Network {
    stations: Vec<Servers<u32>>,
    services: Vec<Law>,
    routes: Vec<Vec<f64>>,
    arrivals: Vec<f64>,
    numbers: Vec<TimeWeighted>,
    stream: Stream,
    customers: u32,
}

#[derive(Clone, Copy)]
enum Move {
    Arrive { station: usize },
    Done { station: usize, customer: u32 },
}

impl Network {
    fn enter(&mut self, station: usize, customer: u32, calendar: &mut Calendar<Move>) {
        let work = Duration::from_seconds_saturating(self.services[station].draw(&mut self.stream));
        self.numbers[station].add(calendar.now(), 1.0);
        self.stations[station]
            .arrive(customer, 0, work, calendar, |customer| Move::Done { station, customer });
    }
}

impl System for Network {
    type Event = Move;
    fn handle(&mut self, event: Move, calendar: &mut Calendar<Move>) {
        match event {
            Move::Arrive { station } => {
                let between = exponential(1.0 / self.arrivals[station]).draw(&mut self.stream);
                calendar.schedule(Duration::from_seconds_saturating(between), event);
                self.customers += 1;
                self.enter(station, self.customers, calendar);
            }
            Move::Done { station, customer } => {
                self.stations[station]
                    .complete(customer, calendar, |customer| Move::Done { station, customer });
                self.numbers[station].add(calendar.now(), -1.0);
                let mut left = self.stream.uniform();
                for next in 0..self.stations.len() {
                    left -= self.routes[station][next];
                    if left < 0.0 {
                        self.enter(next, customer, calendar);
                        break;
                    }
                }
            }
        }
    }
}

/// Mean numbers at the stations of a network, over replications.
fn numbers(arrivals: &[f64], servers: &[usize], services: &[f64], routes: &[&[f64]], seed: u64) -> Vec<Mean> {
    let stations = servers.len();
    let mut means = vec![Mean::default(); stations];
    for replication in 0..60 {
        let mut network = Network {
            stations: servers.iter().map(|&count| Servers::new(count).unwrap()).collect(),
            services: services.iter().map(|&mean| exponential(mean)).collect(),
            routes: routes.iter().map(|row| row.to_vec()).collect(),
            arrivals: arrivals.to_vec(),
            numbers: vec![TimeWeighted::new(Time::START, 0.0); stations],
            stream: streams(seed).open(Address::trial(replication).entity(Entity::named("network"))),
            customers: 0,
        };
        let mut calendar = Calendar::new();
        for station in (0..stations).filter(|&station| arrivals[station] > 0.0) {
            calendar.schedule(Duration::ZERO, Move::Arrive { station });
        }
        let until = |seconds| Limits::until(Duration::from_seconds(seconds).unwrap());
        run(&mut network, &mut calendar, &until(2_000.0));
        network.numbers.iter_mut().for_each(|number| number.restart(calendar.now()));
        run(&mut network, &mut calendar, &until(22_000.0));
        for (mean, number) in means.iter_mut().zip(&network.numbers) {
            mean.record(number.mean(calendar.now()));
        }
    }
    means
}

/// Burke's theorem: what leaves an M/M/1 queue is Poisson, so that the second station is one too.
#[test]
fn a_tandem() {
    let found = numbers(&[0.7, 0.0], &[1, 1], &[1.0, 1.2], &[&[0.0, 1.0], &[0.0, 0.0]], 101);
    for (mean, load) in found.iter().zip([0.7, 0.84]) {
        assert_holds(&mean.estimate(sure()), load / (1.0 - load), "number");
    }
}

/// Jackson's theorem: stations of an open network with feedback are M/M/c queues at the rates of the traffic equations. Here these are
/// l1 = 0.5 + 0.2 l2, l2 = 0.3 + 0.6 l1, l3 = 0.4 l1 + 0.5 l2 (all solved by hand).
#[test]
fn a_network_with_feedback() {
    let l1 = (0.5 + 0.2 * 0.3) / (1.0 - 0.2 * 0.6);
    let l2 = 0.3 + 0.6 * l1;
    let l3 = 0.4 * l1 + 0.5 * l2;
    let routes: [&[f64]; 3] = [&[0.0, 0.6, 0.4], &[0.2, 0.0, 0.5], &[0.0, 0.0, 0.0]];
    let found = numbers(&[0.5, 0.3, 0.0], &[1, 2, 1], &[1.0, 2.0, 1.1], &routes, 102);
    let single = |load: f64| load / (1.0 - load);
    let double = l2 * wait_mmc(l2, 2.0, 2) + 2.0 * l2;
    for (mean, exact) in found.iter().zip([single(l1), double, single(1.1 * l3)]) {
        assert_holds(&mean.estimate(sure()), exact, "number");
    }
}

/// The interval of batch means of one run holds the mean wait in 95 % of 400 runs. If it does, 351 or fewer have a probability of 2e-8, and
/// 398 or more one of 3e-7.
#[test]
fn batch_means_are_honest_about_dependence() {
    let mut holds = 0;
    let mut naive = 0;
    for replication in 0..400 {
        let mut stream = streams(7).open(Address::trial(replication));
        let (mut batches, mut values) = (BatchMeans::new(500), Mean::default());
        // Lindley's recursion: waits of successive customers of an M/M/1 queue of load 0.5, whose mean is 1.
        let mut wait: f64 = 0.0;
        for _ in 0..40_500 {
            batches.record(wait);
            values.record(wait);
            let (service, between) = (exponential(1.0), exponential(2.0));
            wait = (wait + service.draw(&mut stream) - between.draw(&mut stream)).max(0.0);
        }
        let contains = |estimate: Estimate| u32::from(estimate.low <= 1.0 && 1.0 <= estimate.high);
        holds += contains(batches.estimate(Confidence::DEFAULT));
        naive += contains(values.estimate(Confidence::DEFAULT));
        assert!(batches.batches().0 >= 32 && batches.count() == 40_000);
    }
    assert!((352..=397).contains(&holds), "{holds} of 400");
    assert!(naive < 300, "customers of one run are not independent: {naive} of 400");
}

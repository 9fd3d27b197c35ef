//! A queue in front of servers.

use sim_core::events::resource::SpeedLaw;
use sim_core::random::Streams;

use crate::law::Law;
use crate::mechanism::queue::{Discipline, Queue, SampledQueue, Source};
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Replay, Unit, choice, integer, real,
};
use crate::theory::queueing::{
    mean_number, sojourns_preemptive, states_mmck, states_repairman, states_sharing, wait_mg1, wait_mmc,
    waits_nonpreemptive,
};

/// The model `queue`: customers that need a server.
#[derive(Clone, Copy, Debug)]
pub struct ServerQueue;

/// Parameters of [`ServerQueue`].
#[derive(Clone, Debug)]
pub struct QueueParameters {
    queue: Queue,
}

#[derive(Clone, Copy, Debug)]
enum Service {
    Exponential,
    Constant,
    Lognormal,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    Fifo,
    Priority,
    Preemptive,
    Sharing,
}

impl Parameters for QueueParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let rate = form.read(real("arrival_rate", 0.8).positive().unit(Unit::PerSecond).help(
            "customers that come from outside, as a Poisson process; without effect for a population",
        ))?;
        let population = form.read(
            integer("population", 10)
                .between(1, 1_000_000)
                .help("customers of a closed loop, who think and come back")
                .or_word("open", "customers come from outside"),
        )?;
        let think = form.read(
            real("think_time", 10.0)
                .between(0.0, 1e9)
                .unit(Unit::Seconds)
                .help("mean time between two services of a customer of the population, exponential"),
        )?;
        let mean = form.read(
            real("service_time", 1.0).between(1e-9, 1e9).unit(Unit::Seconds).help("mean time of a service"),
        )?;
        let laws = [
            ("exponential", Service::Exponential, "exponential"),
            ("constant", Service::Constant, "always the same"),
            ("lognormal", Service::Lognormal, "lognormal with service_variation"),
        ];
        let law = form.read(choice("service", &laws).help("law of the service time"))?;
        let variation = form.read(
            real("service_variation", 1.0)
                .between(0.0, 100.0)
                .help("standard deviation of a lognormal service time over its mean"),
        )?;
        let servers = form.read(integer("servers", 1).between(1, 1_000_000).help("servers of the line"))?;
        let rules = [
            ("fifo", Rule::Fifo, "in the order of arrival"),
            ("priority", Rule::Priority, "urgent customers first"),
            ("preemptive", Rule::Preemptive, "urgent customers at once; others go on later"),
            ("sharing", Rule::Sharing, "one server works on all at once"),
        ];
        let rule = form.read(choice("discipline", &rules).help("who is served next"))?;
        let urgent = form.read(
            real("urgent_share", 0.2).between(0.0, 1.0).help("share of urgent customers, under priorities"),
        )?;
        let half = form.read(
            real("half_speed", 8.0)
                .positive()
                .help("requests beside which a job is served at half its speed, discipline = sharing only")
                .or_word("processor", "all share one processor: n jobs have the n-th part each"),
        )?;
        let capacity = form.read(
            integer("capacity", 10)
                .between(1, 1_000_000)
                .help("most customers in the system; others are lost")
                .or_word("unlimited", "any number"),
        )?;
        let warm_up = form.read(
            integer("warm_up", 1_000)
                .between(0, 1_000_000_000)
                .help("customers that leave before anything is counted"),
        )?;
        let customers = form.read(
            integer("customers", 10_000)
                .between(1, 1_000_000_000)
                .help("customers of a trial whose leaving is counted"),
        )?;
        let service = match law {
            Service::Exponential => Law::exponential(mean),
            Service::Constant => Law::constant(mean),
            Service::Lognormal => Law::lognormal(mean, mean * variation),
        };
        let discipline = match rule {
            Rule::Fifo => Discipline::Servers { count: servers, urgent: 0.0, preemptive: false },
            Rule::Priority => Discipline::Servers { count: servers, urgent, preemptive: false },
            Rule::Preemptive => Discipline::Servers { count: servers, urgent, preemptive: true },
            Rule::Sharing => Discipline::Sharing(half.map_or(SpeedLaw::Shared, SpeedLaw::HalfSpeed)),
        };
        if population.is_some() && capacity.is_some() {
            return Err(ParameterError::impossible(
                &["capacity", "population"],
                "a customer of a population that is lost would never come back; a population has no capacity",
            ));
        }
        let queue = Queue {
            source: match population {
                Some(population) => Source::Closed { population, think },
                None => Source::Open { rate },
            },
            service: service
                .map_err(|error| ParameterError::impossible(&["service_time"], error.to_string()))?,
            discipline,
            capacity,
            warm_up: u64::from(warm_up),
            customers: u64::from(customers),
        };
        Ok(Self { queue })
    }
}

/// Stationary means of a queue, as far as there are closed forms.
#[derive(Clone, Copy, Debug, Default)]
struct Means {
    wait: Option<f64>,
    sojourn: Option<f64>,
    number: Option<f64>,
    utilization: Option<f64>,
    throughput: Option<f64>,
    loss: Option<f64>,
}

/// States of an unlimited chain that are summed; a load of 0.99 leaves 1e-8 beyond.
const STATES: u32 = 2_000;

impl QueueParameters {
    fn means(&self) -> Means {
        let queue = &self.queue;
        if !queue.is_stable() {
            return Means::default();
        }
        let service = queue.service.mean();
        let variation = (queue.service.deviation() / service) * (queue.service.deviation() / service);
        let exponential = queue.service.exponential_mean().is_some();
        match (queue.source, queue.discipline) {
            (Source::Closed { population, think }, Discipline::Servers { count, urgent, .. }) => {
                if !exponential || urgent > 0.0 || think == 0.0 {
                    return Means::default();
                }
                let states = states_repairman(population, count, service, think);
                of_states(&states, service, count, |states| {
                    states
                        .iter()
                        .zip(0..)
                        .map(|(share, n): (&f64, u32)| share * f64::from(n.min(count)))
                        .sum::<f64>()
                        / service
                })
            }
            (Source::Open { rate }, Discipline::Servers { count, urgent, preemptive }) => {
                match (queue.capacity, urgent > 0.0) {
                    (Some(capacity), false) if exponential => {
                        let states = states_mmck(rate, service, count.min(capacity), capacity);
                        let lost = states.last().copied().unwrap_or_default();
                        let means = of_states(&states, service, count, |_| rate * (1.0 - lost));
                        Means { loss: Some(lost), ..means }
                    }
                    (None, false) if exponential || count == 1 => {
                        let wait = if count == 1 {
                            wait_mg1(rate, service, variation)
                        } else {
                            wait_mmc(rate, service, count)
                        };
                        of_wait(wait, rate, service, count)
                    }
                    (None, true) if count == 1 => {
                        let sojourns = if preemptive {
                            sojourns_preemptive(rate, service, variation, urgent)
                        } else {
                            waits_nonpreemptive(rate, service, variation, urgent).map(|wait| wait + service)
                        };
                        let mean = urgent * sojourns[0] + (1.0 - urgent) * sojourns[1];
                        of_wait(mean - service, rate, service, count)
                    }
                    _ => Means::default(),
                }
            }
            (Source::Open { rate }, Discipline::Sharing(law)) if queue.capacity.is_none() => {
                let speed = |n: u32| match law {
                    SpeedLaw::HalfSpeed(half) => 1.0 / (1.0 + (f64::from(n) - 1.0) / half),
                    _ => 1.0 / f64::from(n),
                };
                let states = states_sharing(rate, service, speed, STATES);
                if states.last().is_some_and(|&last| last > 1e-12) {
                    return Means::default();
                }
                let number = mean_number(&states);
                let sojourn = number / rate;
                Means {
                    wait: Some(sojourn - service),
                    sojourn: Some(sojourn),
                    number: Some(number),
                    utilization: Some(1.0 - states[0]),
                    throughput: Some(rate),
                    loss: Some(0.0),
                }
            }
            _ => Means::default(),
        }
    }
}

fn of_wait(wait: f64, rate: f64, service: f64, servers: u32) -> Means {
    Means {
        wait: Some(wait),
        sojourn: Some(wait + service),
        number: Some(rate * (wait + service)),
        utilization: Some(rate * service / f64::from(servers)),
        throughput: Some(rate),
        loss: Some(0.0),
    }
}

fn of_states(states: &[f64], service: f64, servers: u32, throughput: impl Fn(&[f64]) -> f64) -> Means {
    let (number, throughput) = (mean_number(states), throughput(states));
    let sojourn = number / throughput;
    Means {
        wait: Some(sojourn - service),
        sojourn: Some(sojourn),
        number: Some(number),
        utilization: Some(throughput * service / f64::from(servers)),
        throughput: Some(throughput),
        loss: Some(0.0),
    }
}

impl Model for ServerQueue {
    type Parameters = QueueParameters;
    type Plan = SampledQueue;

    fn about(&self) -> About {
        About {
            name: "queue",
            summary: "Customers that need a server: requests from everywhere, or agents that think with tools and call",
            references: &[
                "L. Kleinrock, Queueing Systems I and II (1975, 1976)",
                "A. Cobham, Priority Assignment in Waiting Line Problems, Operations Research 2 (1954)",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let infinite = (0.0, f64::INFINITY);
        let metric = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            metric("wait", Unit::Seconds, infinite, "mean time in system without the own service"),
            metric("time_in_system", Unit::Seconds, infinite, "mean time from arrival to leaving"),
            metric("number_in_system", Unit::One, infinite, "customers in the system, on average over time"),
            metric(
                "utilization",
                Unit::One,
                (0.0, 1.0),
                "share of servers that are busy, on average over time",
            ),
            metric("throughput", Unit::PerSecond, infinite, "customers that leave per second"),
            metric("loss_probability", Unit::One, (0.0, 1.0), "share of customers that find no place"),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<QueueParameters>> {
        let seconds = Unit::Seconds;
        vec![
            Prediction::in_unit(
                "wait",
                seconds,
                "Pollaczek-Khinchine, Erlang C, Cobham, or the chain of states; stationary",
                |p| p.means().wait,
            ),
            Prediction::in_unit("time_in_system", seconds, "the same and the own service", |p| {
                p.means().sojourn
            }),
            Prediction::new("number_in_system", "the same, by Little's law", |p| p.means().number),
            Prediction::new("utilization", "throughput times service time per server", |p| {
                p.means().utilization
            }),
            Prediction::in_unit("throughput", Unit::PerSecond, "what comes and is not lost", |p| {
                p.means().throughput
            }),
            Prediction::new("loss_probability", "M/M/c/K; 0 where there is room for all", |p| p.means().loss),
        ]
    }

    fn prepare(&self, parameters: &QueueParameters) -> Result<SampledQueue, ParameterError> {
        parameters.queue.simulation().map_err(|error| {
            ParameterError::impossible(&["arrival_rate", "service_time", "customers"], error.to_string())
        })
    }

    fn replay(&self, plan: &SampledQueue, trial: u64, streams: &Streams) -> Option<Replay> {
        let (result, trace) = plan.trace(streams, trial).ok()?;
        let left = result.left[0] + result.left[1];
        let mean = |sum: [f64; 2]| format!("{} s", (sum[0] + sum[1]) / left as f64);
        let facts = vec![
            ("customers", left.to_string()),
            ("wait", mean(result.waits)),
            ("time_in_system", mean(result.sojourns)),
            ("lost", result.lost.to_string()),
        ];
        Some(Replay { facts, trace })
    }

    fn notes(&self, plan: &SampledQueue) -> Vec<String> {
        let unstable = "the line grows without end: means depend on warm_up and customers".to_owned();
        if plan.queue().is_stable() { Vec::new() } else { vec![unstable] }
    }
}

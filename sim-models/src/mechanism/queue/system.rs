//! The queue as a discrete-event system.

use sim_core::events::resource::{Arrival, NeverServes, ProcessorSharing, Servers};
use sim_core::events::statistics::TimeWeighted;
use sim_core::events::{Calendar, Duration, Record, System, Time, Trace, TrackId};
use sim_core::random::{Coin, Entity, Stream, TrialStreams};

use super::{Discipline, Queue, QueueResult, Source};
use crate::law::Law;

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A customer comes from outside.
    Arrive,
    /// A customer of the population has thought enough.
    Thought(u32),
    /// A server is done with a customer.
    Served(u32),
    /// The sharing server is done with one.
    Shared,
}

/// Who serves.
enum Server {
    Line(Servers<u32>),
    Sharing(ProcessorSharing<u32, Event>),
}

/// A customer in the system.
#[derive(Clone, Copy, Debug)]
struct Customer {
    came: Time,
    work: Duration,
    /// 0 if urgent, else 1.
    class: u8,
}

/// State of one trial.
pub(super) struct QueueSystem<'a> {
    queue: &'a Queue,
    server: Server,
    urgent: Coin,
    arrivals: Option<Stream>,
    services: Option<Stream>,
    between: Law,
    /// By number; places of those who left are used again.
    customers: Vec<Customer>,
    free: Vec<u32>,
    number: TimeWeighted,
    busy: TimeWeighted,
    began: Time,
    left: u64,
    result: QueueResult,
    teller: Option<(Trace, Vec<TrackId>)>,
}

impl<'a> QueueSystem<'a> {
    pub(super) fn new(queue: &'a Queue) -> Result<Self, NeverServes> {
        let (server, urgent) = match queue.discipline {
            Discipline::Servers { count, urgent, preemptive } => {
                let servers = Servers::new(count as usize)?;
                let servers = if preemptive { servers.preemptive() } else { servers };
                (Server::Line(servers), urgent)
            }
            Discipline::Sharing(law) => {
                (Server::Sharing(ProcessorSharing::new(law, None, Event::Shared)?), 0.0)
            }
        };
        let mean = match queue.source {
            Source::Open { rate } if rate > 0.0 && rate.is_finite() => 1.0 / rate,
            Source::Open { rate } => {
                return Err(NeverServes::Rate { what: "the rate of arrivals", found: rate });
            }
            Source::Closed { population: 0, .. } => {
                return Err(NeverServes::Nothing { what: "a population" });
            }
            Source::Closed { think, .. } => think,
        };
        let between =
            Law::exponential(mean).map_err(|_| NeverServes::Rate { what: "the think time", found: mean })?;
        Ok(Self {
            queue,
            server,
            urgent: Coin::new(urgent.clamp(0.0, 1.0)).unwrap_or(Coin::FAIR),
            arrivals: None,
            services: None,
            between,
            customers: Vec::new(),
            free: Vec::new(),
            number: TimeWeighted::new(Time::START, 0.0),
            busy: TimeWeighted::new(Time::START, 0.0),
            began: Time::START,
            left: 0,
            result: QueueResult::default(),
            teller: None,
        })
    }

    /// Tells what happens from now on.
    pub(super) fn telling(mut self) -> Self {
        self.teller = Some((Trace::new(), Vec::new()));
        self
    }

    pub(super) fn into_trace(self) -> Trace {
        self.teller.map(|(trace, _)| trace).unwrap_or_default()
    }

    /// The calendar at the beginning of a trial.
    pub(super) fn begin(&mut self, streams: TrialStreams, entity: Entity) -> Calendar<Event> {
        self.arrivals = Some(streams.open(entity, 0, 0));
        self.services = Some(streams.open(entity, 0, 1));
        let mut calendar = Calendar::new();
        match self.queue.source {
            Source::Open { .. } => {
                let after = self.draw_between();
                calendar.schedule(after, Event::Arrive);
            }
            Source::Closed { population, .. } => {
                for customer in 0..population {
                    let after = self.draw_between();
                    self.customers.push(Customer { came: Time::START, work: Duration::ZERO, class: 1 });
                    calendar.schedule(after, Event::Thought(customer));
                }
            }
        }
        calendar
    }

    fn draw_between(&mut self) -> Duration {
        let seconds = self.arrivals.as_mut().map_or(0.0, |stream| self.between.draw(stream));
        Duration::from_seconds_saturating(seconds)
    }

    /// A customer comes to the server. `place` is its number, if it has one.
    fn come(&mut self, place: Option<u32>, calendar: &mut Calendar<Event>) {
        let now = calendar.now();
        self.result.arrived += 1;
        let full = self.queue.capacity.is_some_and(|most| self.number.level() >= f64::from(most));
        if full {
            self.result.lost += 1;
            return;
        }
        let Some(services) = &mut self.services else { return };
        let work = Duration::from_seconds_saturating(self.queue.service.draw(services));
        let class = u8::from(!services.toss(&self.urgent));
        let customer = Customer { came: now, work, class };
        let place = match place.or_else(|| self.free.pop()) {
            Some(place) => {
                self.customers[place as usize] = customer;
                place
            }
            None => {
                self.customers.push(customer);
                self.customers.len() as u32 - 1
            }
        };
        self.number.add(now, 1.0);
        match &mut self.server {
            Server::Line(servers) => {
                let arrival = servers.arrive(place, u32::from(class), work, calendar, Event::Served);
                debug_assert_ne!(arrival, Arrival::Lost);
            }
            Server::Sharing(sharing) => {
                sharing.arrive(place, work, calendar);
            }
        }
        self.count_busy(now);
    }

    /// A customer leaves the server.
    fn leave(&mut self, place: u32, calendar: &mut Calendar<Event>) {
        let now = calendar.now();
        let customer = self.customers[place as usize];
        self.number.add(now, -1.0);
        self.count_busy(now);
        let sojourn = now.since(customer.came);
        let class = usize::from(customer.class);
        self.result.left[class] += 1;
        self.result.sojourns[class] += sojourn.as_seconds();
        self.result.waits[class] += (sojourn - customer.work).as_seconds();
        self.tell(place, customer, now);
        self.left += 1;
        if self.left == self.queue.warm_up {
            self.result = QueueResult::default();
            self.number.restart(now);
            self.busy.restart(now);
            self.began = now;
        }
        if self.left == self.queue.warm_up + self.queue.customers {
            calendar.stop();
        }
        match self.queue.source {
            Source::Open { .. } => self.free.push(place),
            Source::Closed { .. } => {
                let after = self.draw_between();
                calendar.schedule(after, Event::Thought(place));
            }
        }
    }

    fn count_busy(&mut self, now: Time) {
        let busy = match &self.server {
            Server::Line(servers) => servers.served() as f64,
            Server::Sharing(sharing) => f64::from(u8::from(sharing.served() > 0)),
        };
        self.busy.set(now, busy);
    }

    fn tell(&mut self, place: u32, customer: Customer, now: Time) {
        let Some((trace, tracks)) = &mut self.teller else { return };
        // One track per place in the system, as many as were ever needed.
        while tracks.len() <= place as usize {
            let name = format!("place {}", tracks.len() + 1);
            tracks.push(trace.track(name));
        }
        let track = tracks[place as usize];
        let number = self.left + 1;
        // Who waited is shown as waiting first; under preemption and sharing that is the time lost in all.
        let waited = now.since(customer.came) - customer.work;
        let middle = customer.came + waited;
        let name = format!("customer {number}");
        let class = if customer.class == 0 { "urgent" } else { "normal" };
        let details = vec![("class", class.to_owned())];
        let mut span = |kind, start, end, details| {
            if start < end {
                trace.push(Record::Span { track, name: name.clone(), kind, start, end, details });
            }
        };
        span("wait", customer.came, middle, Vec::new());
        span("service", middle, now, details);
        trace.push(Record::Level { name: "in system".into(), time: now, value: self.number.level() });
    }

    pub(super) fn result(&self, now: Time) -> QueueResult {
        QueueResult {
            time: now.since(self.began).as_seconds(),
            area: self.number.area(now),
            busy: self.busy.area(now),
            ..self.result.clone()
        }
    }
}

impl System for QueueSystem<'_> {
    type Event = Event;

    fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
        match event {
            Event::Arrive => {
                let after = self.draw_between();
                calendar.schedule(after, Event::Arrive);
                self.come(None, calendar);
            }
            Event::Thought(place) => self.come(Some(place), calendar),
            Event::Served(place) => {
                if let Server::Line(servers) = &mut self.server {
                    servers.complete(place, calendar, Event::Served);
                }
                self.leave(place, calendar);
            }
            Event::Shared => {
                if let Server::Sharing(sharing) = &mut self.server
                    && let Some(place) = sharing.complete(calendar)
                {
                    self.leave(place, calendar);
                }
            }
        }
    }
}

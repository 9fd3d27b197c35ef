//! Identical servers with a line.

use std::collections::VecDeque;

use super::NeverServes;
use crate::events::{Calendar, Duration, Handle};

/// Some identical servers and a line of those who wait for one. Smaller numbers are more urgent priorities; within a priority the line is
/// first in, first out.
///
/// With preemption a more urgent customer takes the server of the least urgent one that is served; that one goes on later where it was
/// interrupted, at the head of the line of its priority.
///
/// ```
/// use sim_core::events::resource::{Arrival, Servers};
/// use sim_core::events::{Calendar, Duration};
///
/// let mut calendar = Calendar::new();
/// let mut server = Servers::new(1)?.preemptive();
/// let second = Duration::SECOND;
/// assert_eq!(server.arrive("slow", 1, second, &mut calendar, |who| who), Arrival::Served);
/// assert_eq!(server.arrive("urgent", 0, second, &mut calendar, |who| who), Arrival::Served);
/// assert_eq!(calendar.next(), Some("urgent"));
/// server.complete("urgent", &mut calendar, |who| who);
/// assert_eq!(calendar.next(), Some("slow"));
/// assert_eq!(calendar.now().as_seconds(), 2.0);
/// # Ok::<(), sim_core::events::resource::NeverServes>(())
/// ```
#[derive(Clone, Debug)]
pub struct Servers<C> {
    count: usize,
    preemptive: bool,
    /// Most customers, served and in line.
    capacity: usize,
    served: Vec<Served<C>>,
    /// By priority, the most urgent first; there are few. Within one, in order of arrival.
    lines: Vec<(u32, VecDeque<Waiting<C>>)>,
    /// Number of customers in all lines.
    waiting: usize,
    arrived: u64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting<C> {
    customer: C,
    order: u64,
    work: Duration,
}

#[derive(Clone, Debug)]
struct Served<C> {
    customer: C,
    priority: u32,
    order: u64,
    end: Handle,
}

/// What becomes of a customer that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is served.
    Served,
    /// It waits.
    Waiting,
    /// There is no place for it.
    Lost,
}

impl<C: Copy + PartialEq> Servers<C> {
    /// This many servers, without preemption and with room for any number of customers.
    ///
    /// # Errors
    /// There are none.
    pub fn new(count: usize) -> Result<Self, NeverServes> {
        if count == 0 {
            return Err(NeverServes::Nothing { what: "a number of servers" });
        }
        let (served, lines) = (Vec::new(), Vec::new());
        Ok(Self { count, preemptive: false, capacity: usize::MAX, served, lines, waiting: 0, arrived: 0 })
    }

    /// The same servers, from which more urgent customers drive less urgent ones away.
    #[must_use]
    pub fn preemptive(self) -> Self {
        Self { preemptive: true, ..self }
    }

    /// The same servers, with room for this many customers, served and in line; others are lost.
    ///
    /// # Errors
    /// There is no room for anybody.
    pub fn with_capacity(self, customers: usize) -> Result<Self, NeverServes> {
        if customers == 0 {
            return Err(NeverServes::Nothing { what: "a capacity" });
        }
        Ok(Self { capacity: customers, ..self })
    }

    /// Number of customers that are served.
    pub fn served(&self) -> usize {
        self.served.len()
    }

    /// Number of customers in line.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether a customer is served now.
    pub fn serves(&self, customer: C) -> bool {
        self.served.iter().any(|served| served.customer == customer)
    }

    /// A customer comes. `end` makes the event of the end of a customer's service; its handler calls [`Servers::complete`].
    pub fn arrive<E>(
        &mut self,
        customer: C,
        priority: u32,
        work: Duration,
        calendar: &mut Calendar<E>,
        end: impl Fn(C) -> E,
    ) -> Arrival {
        if self.served.len() + self.waiting >= self.capacity {
            return Arrival::Lost;
        }
        let order = self.arrived;
        self.arrived += 1;
        if self.served.len() == self.count && !(self.preemptive && self.preempt(priority, calendar)) {
            self.line(priority).push_back(Waiting { customer, order, work });
            self.waiting += 1;
            return Arrival::Waiting;
        }
        self.start(customer, (priority, order), work, calendar, end);
        Arrival::Served
    }

    /// A customer's service has ended: the next one is served. False where it was not served.
    pub fn complete<E>(&mut self, customer: C, calendar: &mut Calendar<E>, end: impl Fn(C) -> E) -> bool {
        let Some(position) = self.served.iter().position(|served| served.customer == customer) else {
            return false;
        };
        self.served.swap_remove(position);
        self.start_next(calendar, end);
        true
    }

    /// A customer is taken from its server, or leaves the line: the work that is left of it, or `None` where it is not there.
    pub fn interrupt<E>(
        &mut self,
        customer: C,
        calendar: &mut Calendar<E>,
        end: impl Fn(C) -> E,
    ) -> Option<Duration> {
        let Some(position) = self.served.iter().position(|served| served.customer == customer) else {
            return self.leave_line(customer);
        };
        let served = self.served.swap_remove(position);
        let left = work_left(&served, calendar);
        calendar.cancel(served.end);
        self.start_next(calendar, end);
        Some(left)
    }

    /// A customer leaves the line: its work, or `None` where it does not wait.
    pub fn leave_line(&mut self, customer: C) -> Option<Duration> {
        let found = self.lines.iter_mut().find_map(|(_, line)| {
            let position = line.iter().position(|waiting| waiting.customer == customer)?;
            line.remove(position)
        });
        self.waiting -= usize::from(found.is_some());
        found.map(|waiting| waiting.work)
    }

    /// The line of a priority.
    fn line(&mut self, priority: u32) -> &mut VecDeque<Waiting<C>> {
        let position = match self.lines.binary_search_by_key(&priority, |&(known, _)| known) {
            Ok(position) => position,
            Err(position) => {
                self.lines.insert(position, (priority, VecDeque::new()));
                position
            }
        };
        &mut self.lines[position].1
    }

    /// Sends the least urgent of those served back into line, the last to come of them, if it is less urgent than `priority`.
    fn preempt<E>(&mut self, priority: u32, calendar: &mut Calendar<E>) -> bool {
        let least = (0..self.served.len()).max_by_key(|&i| (self.served[i].priority, self.served[i].order));
        let Some(position) = least.filter(|&i| self.served[i].priority > priority) else { return false };
        let served = self.served.swap_remove(position);
        let left = work_left(&served, calendar);
        calendar.cancel(served.end);
        // It came before all who wait with its priority: those are served in order of arrival, and the last of them is sent back first.
        let waiting = Waiting { customer: served.customer, order: served.order, work: left };
        self.line(served.priority).push_front(waiting);
        self.waiting += 1;
        true
    }

    fn start_next<E>(&mut self, calendar: &mut Calendar<E>, end: impl Fn(C) -> E) {
        let next = self.lines.iter_mut().find_map(|(priority, line)| Some((*priority, line.pop_front()?)));
        if let Some((priority, Waiting { customer, order, work })) = next {
            self.waiting -= 1;
            self.start(customer, (priority, order), work, calendar, end);
        }
    }

    fn start<E>(
        &mut self,
        customer: C,
        (priority, order): (u32, u64),
        work: Duration,
        calendar: &mut Calendar<E>,
        end: impl Fn(C) -> E,
    ) {
        let end = calendar.schedule(work, end(customer));
        self.served.push(Served { customer, priority, order, end });
    }
}

fn work_left<C, E>(served: &Served<C>, calendar: &Calendar<E>) -> Duration {
    calendar.time_of(served.end).map_or(Duration::ZERO, |end| end.since(calendar.now()))
}

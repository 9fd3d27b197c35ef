//! A server that works on all jobs at once.

use std::collections::{BTreeMap, VecDeque};

use super::NeverServes;
use crate::events::{Calendar, Duration, Handle, Time};

/// How fast each job is served while several are, as a share of its speed alone.
#[derive(Clone, Copy, Debug)]
pub enum SpeedLaw {
    /// All share one processor: `1 / n`.
    Shared,
    /// `1 / (1 + (n - 1) / half)`: a model server whose batches slow each token down (mechanisms B0.5).
    HalfSpeed(f64),
    /// Jobs do not slow each other down.
    Alone,
    /// A law of one's own, by the number of jobs from 1, in (0, 1].
    Custom(fn(usize) -> f64),
}

impl SpeedLaw {
    fn speed(self, jobs: usize) -> f64 {
        let n = jobs as f64;
        match self {
            Self::Shared => 1.0 / n,
            Self::HalfSpeed(half) => 1.0 / (1.0 + (n - 1.0) / half),
            Self::Alone => 1.0,
            Self::Custom(law) => law(jobs),
        }
    }
}

/// A server that works on all jobs at once, each the more slowly the more there are; with a limit, more jobs wait in line.
///
/// Work is time that a job takes alone. A job is done at the first nanosecond at which its work is done, never before: speeds are multiples
/// of 2^-32, work done is counted in units of 2^-32 nanoseconds, without rounding. There is one pending event, however many jobs there
/// are: that of the job that is done next.
///
/// ```
/// use sim_core::events::resource::{ProcessorSharing, SpeedLaw};
/// use sim_core::events::{Calendar, Duration};
///
/// let mut calendar = Calendar::new();
/// let mut server = ProcessorSharing::new(SpeedLaw::Shared, None, "done")?;
/// server.arrive("short", Duration::from_nanoseconds(10), &mut calendar);
/// server.arrive("long", Duration::from_nanoseconds(30), &mut calendar);
/// // At half speed the short one takes 20; then the long one has 20 left to do alone.
/// assert_eq!(calendar.next(), Some("done"));
/// assert_eq!((server.complete(&mut calendar), calendar.now().as_nanoseconds()), (Some("short"), 20));
/// assert_eq!(calendar.next(), Some("done"));
/// assert_eq!((server.complete(&mut calendar), calendar.now().as_nanoseconds()), (Some("long"), 40));
/// # Ok::<(), sim_core::events::resource::NeverServes>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProcessorSharing<J, E> {
    law: SpeedLaw,
    limit: usize,
    /// What happens when a job is done.
    event: E,
    /// Speeds by number of jobs, from 0, in units of 2^-32.
    speeds: Vec<u64>,
    /// Work that every job has got since the beginning, in units of 2^-32 nanoseconds.
    attained: u128,
    updated: Time,
    /// By the attained work at which they are done, then in order of arrival.
    jobs: BTreeMap<(u128, u64), (J, Duration)>,
    line: VecDeque<(J, Duration)>,
    started: u64,
    pending: Option<Handle>,
}

const UNIT: f64 = 4_294_967_296.0;

impl<J: Copy + PartialEq, E: Clone> ProcessorSharing<J, E> {
    /// A server that is empty. `event` is scheduled for the moment at which the next job is done; its handler calls
    /// [`ProcessorSharing::complete`].
    ///
    /// # Errors
    /// Nobody is served at once, or the half-speed constant is not positive.
    pub fn new(law: SpeedLaw, limit: Option<usize>, event: E) -> Result<Self, NeverServes> {
        if limit == Some(0) {
            return Err(NeverServes::Nothing { what: "a limit" });
        }
        if let SpeedLaw::HalfSpeed(half) = law
            && !(half.is_finite() && half > 0.0)
        {
            return Err(NeverServes::Rate { what: "the half-speed concurrency", found: half });
        }
        Ok(Self {
            law,
            limit: limit.unwrap_or(usize::MAX),
            event,
            speeds: vec![0],
            attained: 0,
            updated: Time::START,
            jobs: BTreeMap::new(),
            line: VecDeque::new(),
            started: 0,
            pending: None,
        })
    }

    /// Number of jobs that are served.
    pub fn served(&self) -> usize {
        self.jobs.len()
    }

    /// Number of jobs in line.
    pub fn waiting(&self) -> usize {
        self.line.len()
    }

    /// Forgets all jobs and begins again; the calendar is cleared too.
    pub fn reset(&mut self) {
        self.jobs.clear();
        self.line.clear();
        (self.attained, self.updated, self.started, self.pending) = (0, Time::START, 0, None);
    }

    /// A job comes, with the time that it takes alone. True where it is served at once.
    pub fn arrive(&mut self, job: J, work: Duration, calendar: &mut Calendar<E>) -> bool {
        if self.jobs.len() >= self.limit {
            self.line.push_back((job, work));
            return false;
        }
        self.catch_up(calendar.now());
        self.start(job, work);
        self.expect(calendar);
        true
    }

    /// The job that is done, at the event of its end; the first in line begins. `None` at an event that came too early, which cannot
    /// happen if only this resource makes them.
    pub fn complete(&mut self, calendar: &mut Calendar<E>) -> Option<J> {
        self.pending = None;
        self.catch_up(calendar.now());
        let done = match self.jobs.first_key_value() {
            // What would be done after the end of time is done at it.
            Some((&(end, order), &(job, _))) if end <= self.attained || calendar.now() == Time::END => {
                self.jobs.remove(&(end, order));
                self.start_next();
                Some(job)
            }
            _ => None,
        };
        self.expect(calendar);
        done
    }

    /// Takes a job out before its end: the work that was done on it, or `None` where it is not there.
    pub fn cancel(&mut self, job: J, calendar: &mut Calendar<E>) -> Option<Duration> {
        if let Some(position) = self.line.iter().position(|(waiting, _)| *waiting == job) {
            self.line.remove(position);
            return Some(Duration::ZERO);
        }
        let found = self.jobs.iter().find(|(_, (served, _))| *served == job);
        let (&key, &(_, work)) = found?;
        self.catch_up(calendar.now());
        self.jobs.remove(&key);
        let left = key.0.saturating_sub(self.attained).div_ceil(1 << 32);
        self.start_next();
        self.expect(calendar);
        Some(work - Duration::from_nanoseconds(u64::try_from(left).unwrap_or(u64::MAX)))
    }

    fn start(&mut self, job: J, work: Duration) {
        let end = self.attained + (u128::from(work.as_nanoseconds()) << 32);
        self.jobs.insert((end, self.started), (job, work));
        self.started += 1;
    }

    fn start_next(&mut self) {
        if let Some((job, work)) = self.line.pop_front() {
            self.start(job, work);
        }
    }

    /// Work goes on until now.
    fn catch_up(&mut self, now: Time) {
        let gone = now.since(self.updated).as_nanoseconds();
        let speed = self.speed();
        self.attained += u128::from(gone) * u128::from(speed);
        self.updated = now;
    }

    /// Schedules the end of the job that is done next.
    fn expect(&mut self, calendar: &mut Calendar<E>) {
        let Some((&(end, _), _)) = self.jobs.first_key_value() else {
            if let Some(pending) = self.pending.take() {
                calendar.cancel(pending);
            }
            return;
        };
        let left = end.saturating_sub(self.attained).div_ceil(u128::from(self.speed()));
        let after = Duration::from_nanoseconds(u64::try_from(left).unwrap_or(u64::MAX));
        match self.pending {
            Some(pending) if calendar.reschedule(pending, after) => {}
            _ => self.pending = Some(calendar.schedule(after, self.event.clone())),
        }
    }

    /// Speed of every job now, at least 2^-32 while there are any.
    fn speed(&mut self) -> u64 {
        let jobs = self.jobs.len();
        while self.speeds.len() <= jobs {
            let share = self.law.speed(self.speeds.len()).clamp(0.0, 1.0);
            self.speeds.push(((share * UNIT) as u64).max(1));
        }
        self.speeds[jobs]
    }
}

//! The events that are pending, in order of time.

use std::num::NonZeroU64;

use thiserror::Error;

use super::{Duration, Time};

/// An event in a calendar, by which it can be cancelled or rescheduled. It stays the event's own: after the event was handled or
/// cancelled it names nothing, also where its place in memory is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    slot: u32,
    /// Not zero, so that a handle that may be missing is no larger.
    identity: NonZeroU64,
}

/// A time before the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an event cannot be scheduled for {time}: it is {now} already")]
pub struct InThePast {
    /// The time that was asked for.
    pub time: Time,
    /// The present.
    pub now: Time,
}

/// Events that are pending, in order of time, simultaneous ones in the order in which they were scheduled.
///
/// ```
/// use sim_core::events::{Calendar, Duration};
///
/// let mut calendar = Calendar::new();
/// let late = calendar.schedule(Duration::from_nanoseconds(20), "late");
/// calendar.schedule(Duration::from_nanoseconds(10), "first");
/// calendar.schedule(Duration::from_nanoseconds(10), "second");
/// assert_eq!(calendar.cancel(late), Some("late"));
/// assert_eq!([calendar.next(), calendar.next(), calendar.next()], [Some("first"), Some("second"), None]);
/// assert_eq!(calendar.now().as_nanoseconds(), 10);
/// ```
///
/// # Complexity
/// `O(log n)` to schedule, cancel, reschedule and take out, `n` being the largest number of events that were pending at once.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    now: Time,
    /// A winner tree: every inner node, from 1, holds the earlier of its two children; the leaves stand at `slots.len()..`. An event that
    /// is scheduled or goes away changes the nodes on one way from a leaf to the root, whose places are known beforehand.
    tree: Vec<Entry>,
    /// As many as the tree has leaves: a power of two.
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
    /// The slot of the event that was taken out last. It still stands in the tree, because the next event scheduled usually takes its
    /// place, so that one way to the root is gone instead of two.
    vacant: Option<u32>,
    pending: usize,
    /// Whether no event was asked for yet: the inner nodes of the tree wait until then, because all matches at once take less than one
    /// way to the root per event.
    filling: bool,
    /// Events scheduled so far, which orders simultaneous ones.
    scheduled: u64,
    stopped: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Nanoseconds; `EMPTY` where nothing is pending.
    time: u64,
    slot: u32,
}

/// After every time.
const EMPTY: u64 = u64::MAX;

#[derive(Clone, Debug)]
struct Slot<E> {
    /// Orders simultaneous events.
    order: u64,
    /// The order that the event was given first, and 1.
    identity: u64,
    event: Option<E>,
}

impl<E> Default for Calendar<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Calendar<E> {
    /// A calendar without events, at the beginning of time.
    pub fn new() -> Self {
        Self::with_capacity(8)
    }

    /// A calendar with memory for this many pending events. It grows when there are more.
    pub fn with_capacity(events: usize) -> Self {
        let mut calendar = Self {
            now: Time::START,
            tree: Vec::new(),
            slots: Vec::new(),
            free: Vec::new(),
            vacant: None,
            pending: 0,
            filling: true,
            scheduled: 0,
            stopped: false,
        };
        calendar.grow(events.next_power_of_two().max(2));
        calendar
    }

    /// The present: the time of the event that is handled now.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Number of pending events.
    pub fn len(&self) -> usize {
        self.pending
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.pending == 0
    }

    /// Forgets all events and begins again, keeping the memory.
    pub fn clear(&mut self) {
        let leaves = self.slots.len();
        self.free.clear();
        self.slots.iter_mut().for_each(|slot| slot.event = None);
        self.tree[leaves..].iter_mut().for_each(|entry| entry.time = EMPTY);
        self.free.extend((0..leaves as u32).rev());
        (self.now, self.vacant, self.pending, self.filling) = (Time::START, None, 0, true);
        (self.scheduled, self.stopped) = (0, false);
    }

    /// Forgets all events and begins again at a point of time, keeping the memory.
    pub fn clear_at(&mut self, now: Time) {
        self.clear();
        self.now = now;
    }

    /// When the next event will happen; `None` where nothing is pending.
    pub fn next_time(&mut self) -> Option<Time> {
        self.settle();
        let time = self.tree[1].time;
        (time != EMPTY).then(|| Time::from_nanoseconds(time))
    }

    /// Schedules an event for this long after the present.
    #[inline]
    pub fn schedule(&mut self, after: Duration, event: E) -> Handle {
        self.insert(self.now + after, event)
    }

    /// Schedules an event for a point of time.
    ///
    /// # Errors
    /// The time lies before the present.
    pub fn schedule_at(&mut self, time: Time, event: E) -> Result<Handle, InThePast> {
        if time < self.now { Err(InThePast { time, now: self.now }) } else { Ok(self.insert(time, event)) }
    }

    /// Takes an event out of the calendar; `None` if it was handled or cancelled before.
    pub fn cancel(&mut self, handle: Handle) -> Option<E> {
        let slot = self.find(handle)?;
        let event = self.slots[slot as usize].event.take();
        self.pending -= 1;
        self.free.push(slot);
        self.place(slot, EMPTY);
        event
    }

    /// Moves an event to this long after the present, behind all events of that time; its handle stays the same. `false` if it was
    /// handled or cancelled before.
    pub fn reschedule(&mut self, handle: Handle, after: Duration) -> bool {
        let Some(slot) = self.find(handle) else { return false };
        self.slots[slot as usize].order = self.scheduled;
        self.scheduled += 1;
        self.place(slot, (self.now + after).as_nanoseconds());
        true
    }

    /// When an event will happen; `None` if it was handled or cancelled before.
    pub fn time_of(&self, handle: Handle) -> Option<Time> {
        let slot = self.find(handle)?;
        Some(Time::from_nanoseconds(self.tree[self.slots.len() + slot as usize].time))
    }

    /// Takes out the next event and moves the clock to its time.
    #[allow(clippy::should_implement_trait)] // an iterator would hold the calendar while events are scheduled
    #[inline]
    pub fn next(&mut self) -> Option<E> {
        self.next_until(Time::END)
    }

    /// Ends the run after the event that is handled now.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Takes out the next event unless it happens after `limit`.
    #[inline]
    pub(super) fn next_until(&mut self, limit: Time) -> Option<E> {
        self.settle();
        let Entry { time, slot } = self.tree[1];
        if time > limit.as_nanoseconds() {
            return None;
        }
        self.now = Time::from_nanoseconds(time);
        self.vacant = Some(slot);
        self.pending -= 1;
        self.slots[slot as usize].event.take()
    }

    /// Lets the root of the tree hold the next event.
    #[inline]
    fn settle(&mut self) {
        if let Some(slot) = self.vacant.take() {
            self.free.push(slot);
            self.place(slot, EMPTY);
        } else if self.filling {
            self.filling = false;
            self.play_all();
        }
    }

    /// Moves the clock on to a time at which nothing happens.
    pub(super) fn advance(&mut self, time: Time) {
        self.now = self.now.max(time);
    }

    /// Whether the run was stopped; the next one is not.
    #[inline]
    pub(super) fn take_stop(&mut self) -> bool {
        std::mem::take(&mut self.stopped)
    }

    #[inline]
    fn insert(&mut self, time: Time, event: E) -> Handle {
        let slot = match self.vacant.take().or_else(|| self.free.pop()) {
            Some(slot) => slot,
            None => {
                self.grow(2 * self.slots.len());
                self.free.pop().unwrap_or_default()
            }
        };
        let order = self.scheduled;
        self.scheduled += 1;
        self.pending += 1;
        let identity = NonZeroU64::MIN.saturating_add(order);
        self.slots[slot as usize] = Slot { order, identity: identity.get(), event: Some(event) };
        self.place(slot, time.as_nanoseconds());
        Handle { slot, identity }
    }

    fn find(&self, handle: Handle) -> Option<u32> {
        let slot = self.slots.get(handle.slot as usize)?;
        (slot.identity == handle.identity.get() && slot.event.is_some()).then_some(handle.slot)
    }

    /// Puts a slot's time into its leaf and plays the matches on the way to the root.
    #[inline]
    fn place(&mut self, slot: u32, time: u64) {
        if self.filling {
            let leaves = self.slots.len();
            self.tree[leaves + slot as usize] = Entry { time, slot };
            return;
        }
        // As slices, whose ends are known not to change on the way.
        let (tree, slots) = (self.tree.as_mut_slice(), self.slots.as_slice());
        let mut at = slots.len() + slot as usize;
        let mut winner = Entry { time, slot };
        tree[at] = winner;
        while at > 1 {
            winner = earlier(slots, winner, tree[at ^ 1]);
            at /= 2;
            tree[at] = winner;
        }
    }

    #[cold]
    fn grow(&mut self, leaves: usize) {
        let old = self.slots.len();
        let times: Vec<u64> = self.tree.iter().skip(old).map(|entry| entry.time).collect();
        self.slots.extend((old..leaves).map(|_| Slot { order: 0, identity: 0, event: None }));
        self.free.extend((old as u32..leaves as u32).rev());
        self.tree = vec![Entry { time: EMPTY, slot: 0 }; 2 * leaves];
        for slot in 0..leaves {
            let time = times.get(slot).copied().unwrap_or(EMPTY);
            self.tree[leaves + slot] = Entry { time, slot: slot as u32 };
        }
        if !self.filling {
            self.play_all();
        }
    }

    /// Plays the matches of the whole tree.
    #[cold]
    fn play_all(&mut self) {
        for at in (1..self.slots.len()).rev() {
            self.tree[at] = earlier(&self.slots, self.tree[2 * at], self.tree[2 * at + 1]);
        }
    }
}

/// The earlier of two entries; of two at one time, that which was scheduled first.
#[inline]
fn earlier<E>(slots: &[Slot<E>], a: Entry, b: Entry) -> Entry {
    // Of two places where nothing is pending either will do.
    if a.time == b.time {
        let order = |entry: Entry| slots[entry.slot as usize].order;
        return if order(a) < order(b) { a } else { b };
    }
    // Which of two is earlier cannot be foreseen: a branch would be taken wrongly half of the time.
    std::hint::select_unpredictable(a.time < b.time, a, b)
}

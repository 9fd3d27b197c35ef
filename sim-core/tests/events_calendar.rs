//! The calendar against a list that is searched from end to end, and runs with their limits.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use proptest::prelude::*;
use sim_core::events::{Calendar, Duration, Ending, Handle, Limits, System, Time, run};

/// Pending events by (time, order of scheduling), as one would do it without a thought about speed.
#[derive(Default)]
struct List {
    now: u64,
    scheduled: u64,
    /// Time, order, event, handle.
    events: Vec<(u64, u64, u32, Handle)>,
}

impl List {
    fn next(&mut self) -> Option<u32> {
        let first = (0..self.events.len()).min_by_key(|&i| (self.events[i].0, self.events[i].1))?;
        let (time, _, event, _) = self.events.remove(first);
        self.now = time;
        Some(event)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Schedule(u64),
    Next,
    Cancel(usize),
    Reschedule(usize, u64),
    Stale(usize),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few different times, so that many events are simultaneous.
    let step = prop_oneof![
        6 => (0..4u64).prop_map(Step::Schedule),
        1 => (0..1_000_000_000_000u64).prop_map(Step::Schedule),
        5 => Just(Step::Next),
        2 => any::<usize>().prop_map(Step::Cancel),
        2 => (any::<usize>(), 0..4u64).prop_map(|(which, after)| Step::Reschedule(which, after)),
        1 => any::<usize>().prop_map(Step::Stale),
    ];
    prop::collection::vec(step, 1..300)
}

proptest! {
    #[test]
    fn it_does_what_a_sorted_list_does(steps in steps(), clear_at in 0..300usize) {
        let mut calendar = Calendar::with_capacity(1);
        let mut list = List::default();
        let mut gone: Vec<Handle> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            let step = if number == clear_at { Step::Clear } else { step };
            match step {
                Step::Schedule(after) => {
                    let event = list.scheduled as u32;
                    let handle = calendar.schedule(Duration::from_nanoseconds(after), event);
                    list.events.push((list.now + after, list.scheduled, event, handle));
                    list.scheduled += 1;
                }
                Step::Next => {
                    let handle = (0..list.events.len())
                        .min_by_key(|&i| (list.events[i].0, list.events[i].1))
                        .map(|first| list.events[first].3);
                    gone.extend(handle);
                    prop_assert_eq!(calendar.next(), list.next());
                }
                Step::Cancel(which) if !list.events.is_empty() => {
                    let (_, _, event, handle) = list.events.remove(which % list.events.len());
                    prop_assert_eq!(calendar.cancel(handle), Some(event));
                    gone.push(handle);
                }
                Step::Reschedule(which, after) if !list.events.is_empty() => {
                    let at = which % list.events.len();
                    let (now, order) = (list.now, list.scheduled);
                    let entry = &mut list.events[at];
                    prop_assert!(calendar.reschedule(entry.3, Duration::from_nanoseconds(after)));
                    (entry.0, entry.1) = (now + after, order);
                    prop_assert_eq!(calendar.time_of(entry.3), Some(Time::from_nanoseconds(entry.0)));
                    list.scheduled += 1;
                }
                Step::Stale(which) if !gone.is_empty() => {
                    // Its place may have been taken by another event long ago.
                    let handle = gone[which % gone.len()];
                    prop_assert_eq!(calendar.cancel(handle), None);
                    prop_assert!(!calendar.reschedule(handle, Duration::ZERO));
                    prop_assert_eq!(calendar.time_of(handle), None);
                }
                Step::Clear => {
                    calendar.clear();
                    list = List::default();
                    gone.clear();
                }
                _ => {}
            }
            prop_assert_eq!(calendar.len(), list.events.len());
            prop_assert_eq!(calendar.now().as_nanoseconds(), list.now);
        }
        while let Some(event) = list.next() {
            prop_assert_eq!(calendar.next(), Some(event));
        }
        prop_assert!(calendar.is_empty());
    }
}

/// Counts, and schedules itself again until it is told to stop.
struct Clock {
    ticks: u64,
    stop_at: u64,
}

impl System for Clock {
    type Event = ();
    fn handle(&mut self, (): (), calendar: &mut Calendar<()>) {
        self.ticks += 1;
        if self.ticks < 100 {
            calendar.schedule(Duration::SECOND, ());
        }
        if self.ticks == self.stop_at {
            calendar.stop();
        }
    }
}

#[test]
fn a_run_ends_for_one_of_four_reasons() {
    let start = |stop_at| {
        let mut calendar = Calendar::new();
        calendar.schedule(Duration::SECOND, ());
        (Clock { ticks: 0, stop_at }, calendar)
    };
    let seconds = |seconds| Limits::until(Duration::from_seconds(seconds).unwrap());
    let (mut clock, mut calendar) = start(0);
    assert_eq!(run(&mut clock, &mut calendar, &Limits::NONE), Ending::NoEvents);
    assert_eq!((clock.ticks, calendar.now().as_seconds()), (100, 100.0));

    // Events at the limit are handled, and the clock goes on to it.
    let (mut clock, mut calendar) = start(0);
    assert_eq!(run(&mut clock, &mut calendar, &seconds(7.0)), Ending::TimeLimit);
    assert_eq!((clock.ticks, calendar.now().as_seconds()), (7, 7.0));
    assert_eq!(run(&mut clock, &mut calendar, &seconds(7.5)), Ending::TimeLimit);
    assert_eq!((clock.ticks, calendar.now().as_seconds()), (7, 7.5));

    // A run that reached its number of events can go on.
    let (mut clock, mut calendar) = start(0);
    assert_eq!(run(&mut clock, &mut calendar, &Limits::NONE.events(30)), Ending::EventLimit);
    assert_eq!(run(&mut clock, &mut calendar, &Limits::NONE.events(70)), Ending::NoEvents);
    assert_eq!(clock.ticks, 100);

    let (mut clock, mut calendar) = start(5);
    assert_eq!(run(&mut clock, &mut calendar, &Limits::NONE), Ending::Stopped);
    assert_eq!(clock.ticks, 5);
    assert_eq!(
        run(&mut clock, &mut calendar, &Limits::NONE),
        Ending::NoEvents,
        "the next run is not stopped"
    );
}

#[test]
fn the_past_is_over() {
    let mut calendar = Calendar::new();
    calendar.schedule(Duration::SECOND, 'a');
    calendar.next();
    let error = calendar.schedule_at(Time::START, 'b').unwrap_err();
    assert_eq!(error.to_string(), "an event cannot be scheduled for 0 s: it is 1 s already");
    assert!(calendar.schedule_at(calendar.now(), 'c').is_ok());
    // What would lie after the end of time lies at it, in order.
    calendar.schedule(Duration::MAX, 'd');
    calendar.schedule_at(Time::END, 'e').unwrap();
    assert_eq!([calendar.next(), calendar.next(), calendar.next()], [Some('c'), Some('d'), Some('e')]);
}

//! Resources of simulated time: what they promise, whatever is asked of them. Queueing theory is in the tests of `sim-models`.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use proptest::prelude::*;
use sim_core::events::resource::{
    Arrival, Container, NeverServes, ProcessorSharing, Refusal, Servers, SpeedLaw, Store, TokenBucket,
};
use sim_core::events::{Calendar, Duration, Time};

fn nanoseconds(n: u64) -> Duration {
    Duration::from_nanoseconds(n)
}

proptest! {
    /// In no window more than `rate * window + burst`, and whoever comes back after the wait that was said is served.
    #[test]
    fn a_bucket_never_gives_more_than_its_rate(
        rate in 0.001..1e7f64,
        burst in 1..1000u64,
        asks in prop::collection::vec((0..5_000_000_000u64, 1..1000u64), 1..60),
    ) {
        let mut bucket = TokenBucket::per_minute(rate, burst).unwrap();
        let mut now = Time::START;
        let mut taken: Vec<(Time, u64)> = Vec::new();
        for (gap, tokens) in asks {
            now += nanoseconds(gap);
            match bucket.try_take(now, tokens) {
                Ok(()) => taken.push((now, tokens)),
                Err(Refusal::Wait(wait)) => {
                    let mut later = bucket;
                    prop_assert!(later.try_take(now + wait, tokens).is_ok());
                    let mut before = bucket;
                    prop_assert!(before.try_take(now + (wait - nanoseconds(1)), tokens).is_err());
                }
                Err(Refusal::Never { .. }) => prop_assert!(tokens > burst),
            }
        }
        for first in 0..taken.len() {
            let mut sum = 0;
            for (time, tokens) in &taken[first..] {
                sum += tokens;
                let window = time.since(taken[first].0).as_seconds() / 60.0;
                prop_assert!(sum as f64 <= rate * window * (1.0 + 1e-12) + burst as f64 + 1e-6);
            }
        }
    }

    /// No job is done before its work is, and the server is work-conserving: with one shared processor the last job of a busy time is
    /// done when all work is, up to a nanosecond per job.
    #[test]
    fn shared_work_is_conserved(works in prop::collection::vec((0..1_000_000u64, 0..500_000u64), 1..40)) {
        let mut calendar: Calendar<usize> = Calendar::new();
        let mut server: ProcessorSharing<usize, usize> =
            ProcessorSharing::new(SpeedLaw::Shared, None, usize::MAX).unwrap();
        let mut at = Time::START;
        for (job, &(_, gap)) in works.iter().enumerate() {
            at += nanoseconds(gap);
            calendar.schedule_at(at, job).unwrap();
        }
        // The backlog of a single server that gets the same work.
        let (mut backlog_until, mut done) = (Time::START, 0);
        let mut arrived = vec![Time::START; works.len()];
        while let Some(event) = calendar.next() {
            let now = calendar.now();
            if event == usize::MAX {
                if let Some(job) = server.complete(&mut calendar) {
                    let lasted = now.since(arrived[job]);
                    prop_assert!(lasted >= nanoseconds(works[job].0), "job {job} took {lasted}");
                    done += 1;
                }
            } else {
                arrived[event] = now;
                let work = nanoseconds(works[event].0);
                backlog_until = backlog_until.max(now) + work;
                server.arrive(event, work, &mut calendar);
            }
            if server.served() == 0 && event == usize::MAX {
                let late = now.since(backlog_until).as_nanoseconds();
                prop_assert!(late <= 2 * works.len() as u64, "{late} ns late");
                prop_assert!(now + nanoseconds(2 * works.len() as u64) >= backlog_until);
            }
        }
        prop_assert_eq!(done, works.len());
    }
}

#[test]
fn jobs_can_be_taken_out_of_a_sharing_server() {
    let mut calendar = Calendar::new();
    let mut server = ProcessorSharing::new(SpeedLaw::Shared, Some(2), ()).unwrap();
    for job in ["a", "b", "c"] {
        server.arrive(job, nanoseconds(100), &mut calendar);
    }
    assert_eq!((server.served(), server.waiting()), (2, 1));
    // Time passes to 60: a and b have 30 each.
    calendar.schedule(nanoseconds(60), ());
    calendar.next();
    assert_eq!(server.cancel("a", &mut calendar), Some(nanoseconds(30)));
    assert_eq!((server.served(), server.waiting()), (2, 0));
    assert_eq!(server.cancel("a", &mut calendar), None);
    // b has 70 left at half speed: done at 200; c has had as much then, and 30 left alone.
    calendar.next();
    assert_eq!((server.complete(&mut calendar), calendar.now().as_nanoseconds()), (Some("b"), 200));
    calendar.next();
    assert_eq!((server.complete(&mut calendar), calendar.now().as_nanoseconds()), (Some("c"), 230));
    assert!(calendar.is_empty());
}

#[test]
fn jobs_without_work_are_done_at_once_one_by_one() {
    let mut calendar = Calendar::new();
    let mut server = ProcessorSharing::new(SpeedLaw::HalfSpeed(2.0), None, ()).unwrap();
    for job in 0..3 {
        server.arrive(job, Duration::ZERO, &mut calendar);
    }
    let mut done = Vec::new();
    while calendar.next().is_some() {
        done.extend(server.complete(&mut calendar));
    }
    assert_eq!((done, calendar.now()), (vec![0, 1, 2], Time::START));
}

/// A job that would take longer than there is time ends with it, instead of never.
#[test]
fn nothing_takes_longer_than_time() {
    let mut calendar = Calendar::new();
    let mut server = ProcessorSharing::new(SpeedLaw::HalfSpeed(1e-300), None, ()).unwrap();
    for job in 0..3 {
        server.arrive(job, Duration::MAX, &mut calendar);
    }
    let mut done = Vec::new();
    for _ in 0..10 {
        if calendar.next().is_some() {
            done.extend(server.complete(&mut calendar));
        }
    }
    assert_eq!((done, calendar.now()), (vec![0, 1, 2], Time::END));
    assert!(calendar.is_empty());
}

#[test]
fn servers_take_the_urgent_first_and_the_early_before_the_late() {
    let mut calendar = Calendar::new();
    let mut servers = Servers::new(1).unwrap().with_capacity(4).unwrap();
    let work = nanoseconds(10);
    let mut arrive = |who, priority, calendar: &mut Calendar<char>| {
        servers.arrive(who, priority, work, calendar, |who| who)
    };
    assert_eq!(arrive('a', 1, &mut calendar), Arrival::Served);
    assert_eq!(arrive('b', 1, &mut calendar), Arrival::Waiting);
    assert_eq!(arrive('c', 1, &mut calendar), Arrival::Waiting);
    assert_eq!(arrive('d', 0, &mut calendar), Arrival::Waiting);
    assert_eq!(arrive('e', 0, &mut calendar), Arrival::Lost);
    let mut order = String::new();
    while let Some(who) = calendar.next() {
        assert!(servers.complete(who, &mut calendar, |who| who));
        assert!(!servers.complete(who, &mut calendar, |who| who), "nobody is served twice");
        order.push(who);
    }
    assert_eq!(order, "adbc");
}

#[test]
fn interruption_tells_what_is_left() {
    let mut calendar = Calendar::new();
    let mut servers = Servers::new(1).unwrap();
    servers.arrive('a', 0, nanoseconds(10), &mut calendar, |who| who);
    servers.arrive('b', 0, nanoseconds(7), &mut calendar, |who| who);
    servers.arrive('c', 0, nanoseconds(5), &mut calendar, |who| who);
    calendar.schedule(nanoseconds(4), 'x');
    assert_eq!(calendar.next(), Some('x'));
    assert_eq!(servers.interrupt('c', &mut calendar, |who| who), Some(nanoseconds(5)));
    assert_eq!(servers.interrupt('a', &mut calendar, |who| who), Some(nanoseconds(6)));
    assert!(servers.serves('b'));
    assert_eq!(servers.interrupt('a', &mut calendar, |who| who), None);
    assert_eq!((calendar.next(), calendar.now().as_nanoseconds()), (Some('b'), 11));
}

#[test]
fn stocks_keep_their_lines() {
    let mut tank = Container::new(5, 5).unwrap();
    assert!(!tank.put(2, 'a').unwrap(), "no room");
    assert!(tank.get(1, 'b').unwrap());
    assert_eq!(tank.next_served(), None, "room for one is not room for two");
    assert!(tank.get(1, 'c').unwrap());
    assert_eq!((tank.next_served(), tank.level()), (Some('a'), 5));
    assert!(tank.get(5, 'd').unwrap());
    assert!(!tank.get(3, 'e').unwrap() && !tank.get(1, 'f').unwrap());
    assert!(tank.leave(&'e') && !tank.leave(&'e'));
    tank.put(1, 'g').unwrap();
    assert_eq!(tank.next_served(), Some('f'));

    let mut store: Store<u8, char> = Store::new(1).unwrap();
    assert_eq!((store.get('a'), store.get('b')), (None, None));
    assert!(store.leave(&'a'));
    store.put(7).unwrap();
    assert_eq!(store.next_served(), Some(('b', 7)));
    assert!(store.is_empty());
}

#[test]
fn what_could_never_serve_is_refused() {
    assert!(Servers::<u8>::new(0).is_err() && Servers::<u8>::new(1).unwrap().with_capacity(0).is_err());
    assert!(ProcessorSharing::<u8, ()>::new(SpeedLaw::Shared, Some(0), ()).is_err());
    for half in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(ProcessorSharing::<u8, ()>::new(SpeedLaw::HalfSpeed(half), None, ()).is_err());
    }
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e16] {
        assert!(TokenBucket::per_minute(rate, 1).is_err());
    }
    assert!(TokenBucket::per_minute(1.0, 0).is_err());
    assert!(Container::<u8>::new(0, 0).is_err() && Store::<u8, u8>::new(0).is_err());
    let mut tank = Container::new(5, 0).unwrap();
    let error = tank.get(6, 'a').unwrap_err();
    assert_eq!(error, NeverServes::TooMuch { asked: 6, most: 5 });
    assert_eq!(error.to_string(), "6 were asked of a resource that holds 5 at most");
}

//! The parts of the lanes: random vectors, masks, bits with a probability per lane, majorities; on every instruction set that this
//! machine has. Throughput is in lanes, that is, votes.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sim_core::lanes::{Generator, Kernel, LANES, Lanes, Mask, Task, Thresholds, WORDS, majority};
use sim_core::random::{Address, Family, Purpose, Streams};

/// Vectors per call, so that opening the generator does not count.
const VECTORS: usize = 1000;

fn generator() -> Generator {
    Generator::new(Streams::new(1, Purpose::World, Family::common()).open(Address::block(0)))
}

/// Groups of voters: few enough for their votes to stay in the nearest cache.
const GROUPS: usize = 250;

/// What is drawn, or counted.
enum Part<'a> {
    Fair,
    Mask(&'a Mask),
    Thresholds(&'a Thresholds),
    /// The majority of this many neighbors among these votes.
    Majority(&'a [[u64; WORDS]], usize),
}

impl Task for &Part<'_> {
    type Output = u32;

    #[inline(always)]
    fn run<L: Lanes>(self) -> u32 {
        let mut generator = generator();
        let mut source = generator.load::<L>();
        let mut all = L::splat(false);
        match self {
            Part::Fair => {
                for _ in 0..VECTORS {
                    all = all.xor(source.fair());
                }
            }
            Part::Mask(mask) => {
                for _ in 0..VECTORS {
                    all = all.xor(source.mask(mask));
                }
            }
            Part::Thresholds(thresholds) => {
                for _ in 0..VECTORS {
                    all = all.xor(source.below(thresholds));
                }
            }
            Part::Majority(votes, agents) => {
                let votes: Vec<L> = votes.iter().copied().map(L::from_words).collect();
                for _ in 0..VECTORS / GROUPS {
                    for group in votes.windows(*agents).take(GROUPS) {
                        all = all.xor(majority(group));
                    }
                }
            }
        }
        all.count()
    }
}

fn lanes(criterion: &mut Criterion) {
    let mask = Mask::new(0.68).unwrap_or_else(|error| unreachable!("{error}"));
    let mut thresholds = Thresholds::default();
    thresholds.set(|lane| lane as f64 / 511.0);
    let mut stream = Streams::new(2, Purpose::World, Family::common()).open(Address::block(0));
    let votes: Vec<_> = (0..GROUPS + 100).map(|_| [(); WORDS].map(|()| stream.below(u64::MAX))).collect();
    let parts = [
        ("fair vector", Part::Fair),
        ("mask of 0.68", Part::Mask(&mask)),
        ("one probability per lane", Part::Thresholds(&thresholds)),
        ("majority of 3", Part::Majority(&votes, 3)),
        ("majority of 5", Part::Majority(&votes, 5)),
        ("majority of 9", Part::Majority(&votes, 9)),
        ("majority of 101", Part::Majority(&votes, 101)),
    ];
    for (name, part) in &parts {
        let mut group = criterion.benchmark_group(*name);
        group.throughput(Throughput::Elements((VECTORS * LANES) as u64));
        for kernel in Kernel::available() {
            group.bench_function(BenchmarkId::from_parameter(kernel), |bencher| {
                bencher.iter(|| kernel.run(part))
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = lanes
}
criterion_main!(benches);

//! The random numbers of one trial, as rules of one's own see them.

use sim_core::random::{Address, Coin, Family, Purpose, Stream, Streams};

/// Draws for the rules of a trial. A rule that takes none is a function of its inputs, which the exact evaluator enumerates.
#[derive(Debug)]
pub struct Draws<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Stream(&'a mut Stream),
    /// Opens a stream of its own with the first draw, which so is noted; numbers that never change could keep a rule waiting
    /// for another one.
    Probe(Option<Stream>),
}

impl<'a> Draws<'a> {
    /// Draws from a stream.
    pub fn new(stream: &'a mut Stream) -> Self {
        Self(Source::Stream(stream))
    }

    /// Draws that only tell afterwards whether there were any.
    pub(in crate::organization) fn probe() -> Self {
        Self(Source::Probe(None))
    }

    /// Whether a probe was drawn from.
    pub(in crate::organization) fn drawn(&self) -> bool {
        matches!(self.0, Source::Probe(Some(_)))
    }

    fn stream(&mut self) -> &mut Stream {
        match &mut self.0 {
            Source::Stream(stream) => stream,
            Source::Probe(stream) => stream.get_or_insert_with(|| {
                Streams::new(0, Purpose::Planning { decision: 0 }, Family::common()).open(Address::trial(0))
            }),
        }
    }

    /// True with the coin's probability.
    pub fn toss(&mut self, coin: &Coin) -> bool {
        self.stream().toss(coin)
    }

    /// A fair coin.
    pub fn fair(&mut self) -> bool {
        self.stream().fair()
    }

    /// Uniform on `0..bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.stream().below(bound as u64) as usize
    }

    /// Uniform on (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.stream().uniform()
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        self.stream().normal()
    }
}

//! The random numbers of one trial, as rules of one's own see them.

use sim_core::random::{Coin, Stream};

/// Draws for the rules of a trial. A rule that takes none is a function of its inputs, which the exact evaluator enumerates.
#[derive(Debug)]
pub struct Draws<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Stream(&'a mut Stream),
    /// Notes that something was drawn, and gives the same numbers always.
    Probe {
        drawn: bool,
    },
}

impl<'a> Draws<'a> {
    /// Draws from a stream.
    pub fn new(stream: &'a mut Stream) -> Self {
        Self(Source::Stream(stream))
    }

    /// Draws that only tell afterwards whether there were any.
    pub(in crate::organization) fn probe() -> Self {
        Self(Source::Probe { drawn: false })
    }

    /// Whether a probe was drawn from.
    pub(in crate::organization) fn drawn(&self) -> bool {
        matches!(self.0, Source::Probe { drawn: true })
    }

    fn draw<T>(&mut self, from: impl FnOnce(&mut Stream) -> T, fixed: T) -> T {
        match &mut self.0 {
            Source::Stream(stream) => from(stream),
            Source::Probe { drawn } => {
                *drawn = true;
                fixed
            }
        }
    }

    /// True with the coin's probability.
    pub fn toss(&mut self, coin: &Coin) -> bool {
        self.draw(|stream| stream.toss(coin), false)
    }

    /// A fair coin.
    pub fn fair(&mut self) -> bool {
        self.draw(Stream::fair, false)
    }

    /// Uniform on `0..bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.draw(|stream| stream.below(bound as u64) as usize, 0)
    }

    /// Uniform on (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.draw(Stream::uniform, 0.5)
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        self.draw(Stream::normal, 0.0)
    }
}

//! Scalar programs for the same tree, as baselines. `experiments/performance` has them in more forms and with more care.

use sim_core::random::{Coin, Stream};

/// A ternary tree at the reference point: a leaf is right with `leaf`, a message is changed with `flip`, a node takes its first child's
/// vote with `shared`, else the majority.
pub struct Ternary {
    /// Whether a leaf is right.
    pub leaf: Coin,
    /// A leaf and its channel as one coin.
    pub heard_leaf: Coin,
    /// Whether a channel changes a message.
    pub flip: Coin,
    /// Whether a node takes its first child's vote.
    pub shared: Coin,
}

impl Ternary {
    /// As one would write it: every node of every trial.
    pub fn natural(&self, depth: u32, stream: &mut Stream) -> bool {
        if depth == 0 {
            return stream.toss(&self.leaf);
        }
        let [a, b, c] = [(); 3].map(|()| self.natural(depth - 1, stream) ^ stream.toss(&self.flip));
        if stream.toss(&self.shared) { a } else { u8::from(a) + u8::from(b) + u8::from(c) >= 2 }
    }

    /// The best that one trial at a time allows: a child is evaluated only where it can still decide.
    pub fn lazy(&self, depth: u32, stream: &mut Stream) -> bool {
        let first = self.heard(depth - 1, stream);
        if stream.toss(&self.shared) {
            return first;
        }
        let second = self.heard(depth - 1, stream);
        if first == second { first } else { self.heard(depth - 1, stream) }
    }

    /// A vote of a node of this depth as its parent hears it.
    fn heard(&self, depth: u32, stream: &mut Stream) -> bool {
        if depth == 0 {
            stream.toss(&self.heard_leaf)
        } else {
            self.lazy(depth, stream) ^ stream.toss(&self.flip)
        }
    }
}

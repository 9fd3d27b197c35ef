//! A stream of bits that is made in words and taken in any number.

/// Words that a queue holds; a power of two.
const CAPACITY: usize = 32;

/// A first-in, first-out queue of bits. Independent, equally distributed bits may be taken from it by whoever needs them next, each
/// once: that is how a tree is evaluated on demand.
#[derive(Clone, Debug)]
pub struct BitQueue {
    words: [u64; CAPACITY],
    /// Bits taken and bits put in since the beginning.
    taken: usize,
    put: usize,
}

impl Default for BitQueue {
    fn default() -> Self {
        Self { words: [0; CAPACITY], taken: 0, put: 0 }
    }
}

impl BitQueue {
    /// Words that may be put in while fewer than `64 * words` bits are left.
    pub const ROOM: usize = CAPACITY / 2;

    /// Number of bits left.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.put - self.taken
    }

    /// Whether no bit is left.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a word.
    #[inline(always)]
    pub fn put(&mut self, word: u64) {
        self.words[self.put / 64 % CAPACITY] = word;
        self.put += 64;
    }

    /// The next bits, from the lowest up, of which `count <= 64` are taken; the bits above those are unspecified. There must be
    /// `count` bits left.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u64 {
        debug_assert!(count as usize <= self.len());
        let (word, offset) = (self.taken / 64, self.taken % 64);
        self.taken += count as usize;
        let (low, high) = (self.words[word % CAPACITY], self.words[(word + 1) % CAPACITY]);
        // Shifting by 64 is not defined: twice is.
        low >> offset | high << 1 << (63 - offset)
    }
}

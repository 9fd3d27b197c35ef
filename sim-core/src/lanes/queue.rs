//! A stream of bits that is made in words and taken in any number.

/// A queue of independent, equally distributed bits, which may be taken by whoever needs them next, each once: that is how a tree is
/// evaluated on demand.
///
/// ```text
///    front                                        back
///    ░░░░░░░░│▓▓▓▓▓▓▓▓│▓▓▓▓▓▓▓▓│▓▓▓▓▓▓▓▓│         words; ░ is taken
///        └──► take(3)              take_word ──┘└── put
/// ```
///
/// Any number of bits is taken from the front, whole words from the back, where they are aligned. The order in which bits leave is not that in
/// which they came, and need not be: all have one law, and who takes a bit is decided without having seen it.
///
/// ```
/// use sim_core::lanes::BitQueue;
///
/// let mut queue = BitQueue::with_capacity(128);
/// queue.put(0b1011);
/// queue.put(u64::MAX);
/// assert_eq!(queue.take(3) & 0b111, 0b011);
/// assert_eq!(queue.take_word(), u64::MAX);
/// assert_eq!(queue.take(2) & 0b11, 0b01);
/// assert_eq!(queue.len(), 59);
/// ```
#[derive(Clone, Debug)]
pub struct BitQueue {
    /// A ring; its length is a power of two.
    words: Vec<u64>,
    /// Bits taken from the front since the beginning.
    taken: usize,
    /// Words put in and not taken from the back.
    put: usize,
}

impl BitQueue {
    /// An empty queue that can hold at least `bits` bits.
    pub fn with_capacity(bits: usize) -> Self {
        // One word more: the front may lie inside a word.
        Self { words: vec![0; (bits / 64 + 2).next_power_of_two()], taken: 0, put: 0 }
    }

    /// Number of bits left.
    #[inline(always)]
    pub fn len(&self) -> usize {
        64 * self.put - self.taken
    }

    /// Whether no bit is left.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn place(&self, word: usize) -> usize {
        word & (self.words.len() - 1)
    }

    /// Appends a word. There must be room for it, which is not checked: bits that were not taken would be overwritten.
    #[inline(always)]
    pub fn put(&mut self, word: u64) {
        let place = self.place(self.put);
        self.words[place] = word;
        self.put += 1;
    }

    /// Takes the word that was put in last. There must be 64 bits left.
    #[inline(always)]
    pub fn take_word(&mut self) -> u64 {
        debug_assert!(self.len() >= 64);
        self.put -= 1;
        self.words[self.place(self.put)]
    }

    /// The next bits from the front, from the lowest up, of which `count <= 64` are taken; the bits above those are unspecified. There
    /// must be `count` bits left.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u64 {
        debug_assert!(count as usize <= self.len());
        let (word, offset) = (self.taken / 64, self.taken % 64);
        self.taken += count as usize;
        let (low, high) = (self.words[self.place(word)], self.words[self.place(word + 1)]);
        // Shifting by 64 is not defined: twice is.
        low >> offset | high << 1 << (63 - offset)
    }
}

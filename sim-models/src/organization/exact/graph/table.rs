//! Weights of joint states, added up where states meet.

/// States and their weights, by increasing state; no state twice.
pub(super) type Table = Vec<(u64, f64)>;

/// Adds up weights by state. The order in which weights of one state are added is that of the calls, so that sums are the
/// same on every machine.
pub(super) struct Sums(Kind);

enum Kind {
    /// One sum per state, for few states.
    Dense { sums: Vec<f64>, count: usize },
    /// All that was added, to be sorted.
    Sparse(Table),
}

impl Sums {
    /// Nothing yet, of states below `2^bits`; about `expected` weights will be added.
    pub(super) fn new(bits: u32, expected: usize) -> Self {
        let dense = bits < 12 || bits < 24 && 1 << bits <= 2 * expected;
        Self(if dense {
            Kind::Dense { sums: vec![0.0; 1 << bits], count: 0 }
        } else {
            Kind::Sparse(Vec::with_capacity(expected))
        })
    }

    /// Adds a weight.
    #[inline]
    pub(super) fn add(&mut self, state: u64, weight: f64) {
        match &mut self.0 {
            Kind::Dense { sums, count } => {
                sums[state as usize] += weight;
                *count += 1;
            }
            Kind::Sparse(added) => added.push((state, weight)),
        }
    }

    /// How many steps the additions take; sorting takes longer.
    pub(super) fn steps(&self) -> usize {
        match &self.0 {
            Kind::Dense { sums, count } => count + sums.len() / 8,
            Kind::Sparse(added) => 4 * added.len(),
        }
    }

    /// The states that have a weight.
    pub(super) fn finish(self) -> Table {
        match self.0 {
            Kind::Dense { sums, .. } => (0..).zip(sums).filter(|entry| entry.1 > 0.0).collect(),
            Kind::Sparse(added) => {
                let mut table = added_up(added);
                table.retain(|entry| entry.1 > 0.0);
                table
            }
        }
    }
}

/// The sum of the weights of each state.
pub(super) fn added_up(mut weights: Table) -> Table {
    // A stable sort keeps the order of the additions.
    weights.sort_by_key(|entry| entry.0);
    weights.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        if same {
            sum.1 += next.1;
        }
        same
    });
    weights
}

/// Number of bits that tell `count` states apart.
pub(super) fn bits_for(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_add_up_the_same() {
        let added = [(5, 0.1), (2, 0.2), (5, 0.3), (0, 0.0), (2, 1e-17), (63, 0.4)];
        let sums = |kind| {
            let mut sums = Sums(kind);
            added.iter().for_each(|&(state, weight)| sums.add(state, weight));
            sums.finish()
        };
        let dense = sums(Kind::Dense { sums: vec![0.0; 64], count: 0 });
        assert_eq!(dense, sums(Kind::Sparse(Vec::new())));
        assert_eq!(dense, [(2, 0.2 + 1e-17), (5, 0.1 + 0.3), (63, 0.4)]);
    }

    #[test]
    fn bits_tell_states_apart() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(bits_for), [0, 0, 1, 2, 2, 3]);
    }
}

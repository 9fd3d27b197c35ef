//! Sums per cluster of questions: all that estimates and their intervals need.

use std::collections::BTreeMap;

/// Clusters that are kept apart; questions beyond this number share them in turn.
///
/// A bootstrap over a few thousand clusters is as good as one over millions of questions, and its memory does not grow with the log.
pub const MOST_CLUSTERS: u32 = 4096;

/// The cluster of a question, by the order of first appearance.
pub(super) fn cluster_of(question: u32) -> u32 {
    question % MOST_CLUSTERS
}

/// Rows of sums, one per cluster, each of the same width.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    rows: BTreeMap<u32, Row>,
    width: usize,
}

#[derive(Clone, Debug, Default)]
struct Row {
    sums: Vec<f64>,
    /// Which questions of the cluster are in the sums, a bit each.
    questions: Vec<u64>,
}

impl Row {
    fn of_width(width: usize) -> Self {
        Self { sums: vec![0.0; width], questions: Vec::new() }
    }

    /// Remembers the question of this number within the cluster.
    fn see(&mut self, number: u32) {
        let word = number as usize / 64;
        if self.questions.len() <= word {
            self.questions.resize(word + 1, 0);
        }
        self.questions[word] |= 1 << (number % 64);
    }
}

impl Clusters {
    /// No clusters yet; every row will have `width` sums.
    pub fn new(width: usize) -> Self {
        Self { rows: BTreeMap::new(), width }
    }

    /// The row of a question's cluster.
    pub(super) fn row(&mut self, question: u32) -> &mut [f64] {
        let row = self.rows.entry(cluster_of(question)).or_insert_with(|| Row::of_width(self.width));
        row.see(question / MOST_CLUSTERS);
        &mut row.sums
    }

    /// Adds to the row of a question's cluster.
    pub fn add(&mut self, question: u32, sums: &[f64]) {
        self.row(question).iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }

    /// Number of clusters.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of questions, which may be larger.
    pub fn questions(&self) -> u64 {
        let words = self.rows.values().flat_map(|row| &row.questions);
        words.map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The sums of each cluster, in order of the clusters.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.values().map(|row| row.sums.as_slice())
    }

    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.rows.values_mut().map(|row| row.sums.as_mut_slice())
    }

    /// The sums over all clusters.
    pub fn totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.width];
        for row in self.rows() {
            totals.iter_mut().zip(row).for_each(|(total, sum)| *total += sum);
        }
        totals
    }

    /// Tables over the same questions side by side, so that one resample serves them all. A cluster that a table lacks has zeros there.
    pub fn beside(tables: &[&Self]) -> Self {
        let width = tables.iter().map(|table| table.width).sum();
        let mut joined = Self::new(width);
        let mut offset = 0;
        for table in tables {
            for (&cluster, row) in &table.rows {
                let slot = joined.rows.entry(cluster).or_insert_with(|| Row::of_width(width));
                slot.sums[offset..offset + table.width].copy_from_slice(&row.sums);
                let words = slot.questions.len().max(row.questions.len());
                slot.questions.resize(words, 0);
                slot.questions.iter_mut().zip(&row.questions).for_each(|(all, these)| *all |= these);
            }
            offset += table.width;
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More questions than clusters, some of them twice, and tables over different ones side by side.
    #[test]
    fn questions_are_counted_beyond_the_clusters() {
        let (mut many, mut few) = (Clusters::new(1), Clusters::new(1));
        for question in 0..3 * MOST_CLUSTERS + 5 {
            many.add(question, &[1.0]);
            many.add(question, &[1.0]);
        }
        for question in [7, 7 + 100 * MOST_CLUSTERS] {
            few.add(question, &[1.0]);
        }
        assert_eq!(
            (many.len(), many.questions()),
            (MOST_CLUSTERS as usize, u64::from(3 * MOST_CLUSTERS + 5))
        );
        assert_eq!((few.len(), few.questions()), (1, 2));
        assert_eq!(Clusters::beside(&[&many, &few]).questions(), many.questions() + 1);
    }
}

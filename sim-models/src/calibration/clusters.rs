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
    rows: BTreeMap<u32, Vec<f64>>,
    width: usize,
}

impl Clusters {
    /// No clusters yet; every row will have `width` sums.
    pub fn new(width: usize) -> Self {
        Self { rows: BTreeMap::new(), width }
    }

    /// The row of a question's cluster.
    pub(super) fn row(&mut self, question: u32) -> &mut [f64] {
        self.rows.entry(cluster_of(question)).or_insert_with(|| vec![0.0; self.width])
    }

    /// Adds to the row of a question's cluster.
    pub fn add(&mut self, question: u32, sums: &[f64]) {
        self.row(question).iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }

    /// Number of clusters.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The sums of each cluster, in order of the clusters.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.values().map(Vec::as_slice)
    }

    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.rows.values_mut().map(Vec::as_mut_slice)
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
                let slot = joined.rows.entry(cluster).or_insert_with(|| vec![0.0; width]);
                slot[offset..offset + table.width].copy_from_slice(row);
            }
            offset += table.width;
        }
        joined
    }
}

//! The grid of a map, and where the rows of a data set lie in it.

/// The cells of a map.
pub(super) struct Grid {
    pub(super) xs: Vec<f64>,
    pub(super) ys: Vec<f64>,
    /// By row of the data set that is shown: the cell, counted along the abscissas first.
    pub(super) cells: Vec<Option<usize>>,
}

impl Grid {
    /// One item per cell, from one per row.
    pub(super) fn fill<T: Clone>(&self, rows: impl Iterator<Item = T>, missing: T) -> Vec<T> {
        let mut items = vec![missing; self.xs.len() * self.ys.len()];
        for (cell, item) in self.cells.iter().zip(rows) {
            if let Some(cell) = cell {
                items[*cell] = item;
            }
        }
        items
    }
}

/// The different numbers of a column, increasing.
pub(super) fn distinct(column: &[Option<f64>]) -> Vec<f64> {
    let mut values: Vec<f64> = column.iter().flatten().copied().filter(|x| x.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

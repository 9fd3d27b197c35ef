//! The multiple-choice knapsack problem: one item per class, the highest sum of values whose costs fit.

/// An item of a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) cost: f64,
    pub(super) value: f64,
}

/// Cells of cost in the dynamic programme.
pub(super) const CELLS: usize = 240;

/// Cells that a cost takes, rounded up.
pub(super) fn cells(cost: f64, budget: f64) -> f64 {
    (cost / (budget / CELLS as f64).max(f64::MIN_POSITIVE)).ceil()
}

/// The items, by class, with the highest sum of values whose costs fit into the budget, every cost being rounded up to a 240th of it;
/// `None` if no choice fits.
pub(super) fn knapsack(classes: &[Vec<Item>], budget: f64) -> Option<Vec<usize>> {
    // The best sum with at most so many cells of cost, and the items that have it.
    let mut sums = vec![0.0f64; CELLS + 1];
    let mut picks: Vec<Vec<usize>> = Vec::with_capacity(classes.len());
    for items in classes {
        let mut next = vec![f64::NEG_INFINITY; CELLS + 1];
        let mut pick = vec![usize::MAX; CELLS + 1];
        for (position, item) in items.iter().enumerate() {
            let cells = cells(item.cost, budget);
            if cells > CELLS as f64 {
                continue;
            }
            for (to, &sum) in (cells as usize..=CELLS).zip(&sums) {
                if sum + item.value > next[to] {
                    (next[to], pick[to]) = (sum + item.value, position);
                }
            }
        }
        sums = next;
        picks.push(pick);
    }
    if sums[CELLS] == f64::NEG_INFINITY {
        return None;
    }
    let mut at = CELLS;
    let mut chosen = vec![0; classes.len()];
    for (class, pick) in picks.iter().enumerate().rev() {
        chosen[class] = pick[at];
        at -= cells(classes[class][pick[at]].cost, budget) as usize;
    }
    Some(chosen)
}

//! Where a measured function changes its sign, by sequential bracketing.

use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;

/// Narrows `[low, high]`, at whose ends the function is positive and negative, until neither end can be moved: at a half-width of
/// `finest` for the function's values, points nearer to the root have no certain sign. Coarser values are taken first, so that points far from the root
/// cost little.
///
/// Every end was moved by an interval that excludes zero, so the bracket holds the root with the confidence of the sampler's intervals.
/// The function takes the argument and a half-width.
pub(super) fn bracket(
    sampler: &mut Sampler<'_>,
    (mut low, mut high): (f64, f64),
    finest: f64,
    function: impl Fn(&mut Sampler<'_>, f64, f64) -> Result<Measured, NotMeasured>,
) -> Result<Measured, NotMeasured> {
    let before = sampler.trials();
    let mut half_width = 16.0 * finest;
    // Where the next points are, as shares of the bracket.
    let mut shares = [0.5, 0.2, 0.8].into_iter().cycle();
    let mut undecided = 0;
    while undecided < 3 && !sampler.is_cancelled() {
        let share = shares.next().unwrap_or(0.5);
        let point = low + share * (high - low);
        let value = function(sampler, point, half_width)?;
        if value.low > 0.0 {
            (low, undecided) = (point, 0);
        } else if value.high < 0.0 {
            (high, undecided) = (point, 0);
        } else {
            undecided += 1;
        }
        if undecided == 3 && half_width > finest {
            (half_width, undecided) = (0.5 * half_width, 0);
        }
    }
    Ok(Measured { value: 0.5 * (low + high), low, high, trials: sampler.trials() - before })
}

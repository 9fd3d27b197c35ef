//! Means of laws over a number, by adaptive quadrature.

use super::table::{Table, added_up};
use super::unavailable::Unavailable;

/// How far Gauss's rule of 7 points may be from Kronrod's of 15 on one piece. For smooth functions the error of the latter is then far
/// smaller, about its square.
const TOLERANCE: f64 = 1e-9;

/// Most pieces of one integral.
const MOST_PIECES: usize = 20_000;

/// Points of Kronrod's rule on [0, 1], half of those on [-1, 1], and their weights; every other one, from the second, is also one of
/// Gauss's. Source: R. Piessens et al., QUADPACK (Springer, 1983), routine QK15.
const POINTS: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// The integral of a weight times a law over the pieces between these ends, on each of which both are smooth.
pub(super) fn mean(
    ends: &[f64],
    agent: &str,
    mut at: impl FnMut(f64) -> Result<(f64, Table), Unavailable>,
) -> Result<Table, Unavailable> {
    let mut pieces: Vec<(f64, f64)> = ends.windows(2).map(|pair| (pair[0], pair[1])).rev().collect();
    let mut total: Table = Vec::new();
    let mut count = 0;
    while let Some((low, high)) = pieces.pop() {
        count += 1;
        if count > MOST_PIECES {
            let what = format!("the Gaussian factor of the votes at agent `{agent}`");
            return Err(Unavailable::Inaccurate { what, points: 15 * MOST_PIECES });
        }
        let (center, half) = (0.5 * (low + high), 0.5 * (high - low));
        let (mut kronrod, mut difference) = (Vec::new(), Vec::new());
        for (i, point) in POINTS.into_iter().enumerate() {
            for side in if point == 0.0 { &[1.0][..] } else { &[-1.0, 1.0][..] } {
                let (density, table) = at(center + side * half * point)?;
                let gauss = if i % 2 == 1 { GAUSS[i / 2] } else { 0.0 };
                let weight = half * density;
                kronrod.extend(table.iter().map(|&(state, p)| (state, weight * KRONROD[i] * p)));
                difference.extend(table.iter().map(|&(state, p)| (state, weight * (KRONROD[i] - gauss) * p)));
            }
        }
        let error: f64 = added_up(difference).iter().map(|entry| entry.1.abs()).sum();
        let narrow = half <= 1e-12 * center.abs().max(1e-3);
        if error <= TOLERANCE || narrow {
            total.extend(added_up(kronrod));
            total = added_up(total);
        } else {
            pieces.extend([(center, high), (low, center)]);
        }
    }
    Ok(total)
}

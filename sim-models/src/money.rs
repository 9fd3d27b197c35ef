//! Money in whole nanodollars, as people read it.

/// Nanodollars as a decimal number of dollars, exactly: `0.00152`.
pub fn dollars(nanodollars: u64) -> String {
    let digits = format!("{}.{:09}", nanodollars / 1_000_000_000, nanodollars % 1_000_000_000);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_exactly() {
        for (nanodollars, text) in
            [(0, "0"), (1, "0.000000001"), (2_519_600, "0.0025196"), (12_500_000_000, "12.5")]
        {
            assert_eq!(dollars(nanodollars), text);
        }
    }
}

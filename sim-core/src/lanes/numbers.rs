//! A vector of 512 bits as sixteen numbers of 32 bits.

/// Numbers in one vector.
pub const NUMBERS: usize = 16;

/// The same 512 bits as sixteen numbers in single precision, or sixteen words of 32 bits. Number `j` is bits `32 j` to `32 j + 31`.
///
/// Nothing here is fused or reassociated: every operation rounds once, so all implementations give equal numbers, bit for bit. Results of
/// comparisons are masks, of which bit `j` is number `j`. Numbers are never NaN.
pub trait Numbers: Copy {
    /// A table of 32 numbers, where [`Numbers::look_up`] finds it fastest.
    type Lookup: Copy;

    /// The same number sixteen times.
    fn splat_number(number: f32) -> Self;
    /// The same word sixteen times.
    fn splat_short(word: u32) -> Self;
    /// Sixteen numbers from memory.
    fn load_numbers(numbers: &[f32; NUMBERS]) -> Self;
    /// Sixteen numbers to memory.
    fn store_numbers(self, numbers: &mut [f32; NUMBERS]);
    /// Sums.
    fn plus(self, other: Self) -> Self;
    /// Differences.
    fn minus(self, other: Self) -> Self;
    /// Products.
    fn times(self, other: Self) -> Self;
    /// The larger of two numbers.
    fn larger(self, other: Self) -> Self;
    /// The smaller of two numbers.
    fn smaller(self, other: Self) -> Self;
    /// The least whole numbers that are not smaller; of numbers between -2^31 and 2^31, others stay as they are.
    fn round_up(self) -> Self;
    /// The nearest whole numbers, the even one of two; of numbers between -2^31 and 2^31.
    fn round(self) -> Self;
    /// The words, read as signed numbers.
    fn numbers_of_shorts(self) -> Self;
    /// The numbers times two to the power of whole numbers. Neither the numbers nor the results are 0, infinite or subnormal.
    fn times_power_of_two(self, power: Self) -> Self;
    /// Sums of words, modulo 2^32.
    fn plus_shorts(self, other: Self) -> Self;
    /// Rotates every word by `RIGHT` bits to the right, which is `LEFT = 32 - RIGHT` to the left.
    fn rotate_shorts<const RIGHT: i32, const LEFT: i32>(self) -> Self;
    /// Shifts every word by 23 bits to the right: of a positive number this leaves the exponent.
    fn shift_shorts_right_23(self) -> Self;
    /// Puts a table where it is found fastest.
    fn lookup(table: &'static [f32; 32]) -> Self::Lookup;
    /// The numbers of a table at the places that the low five bits of each word say.
    fn look_up(self, table: Self::Lookup) -> Self;
    /// Where the numbers are equal.
    fn equal(self, other: Self) -> u16;
    /// Where the numbers of `self` are at most those of `other`.
    fn at_most(self, other: Self) -> u16;
    /// Where the words of `self`, unsigned, are below those of `other`.
    fn shorts_below(self, other: Self) -> u16;
    /// `yes` where the mask is set, else `no`.
    fn choose(mask: u16, yes: Self, no: Self) -> Self;
    /// The words where the mask is set, moved together to the front. What follows them is not said.
    fn pack(self, mask: u16) -> Self;
}

//! Chance: other lives in each run, and the same ones for whoever knows where it began.

/// Small numbers that are different in each run.
pub(super) struct Chance(u64);

impl Chance {
    /// Another one each time; where it began stands in the output of a test that fails, and `RINGBACK_TEST_SEED` begins
    /// there again.
    #[expect(clippy::print_stdout, reason = "acts can be repeated only by whoever knows where chance began")]
    pub(super) fn new() -> Self {
        let given = std::env::var("RINGBACK_TEST_SEED").ok().map(|text| text.parse().unwrap());
        let seed = given.unwrap_or_else(|| getrandom::u64().unwrap());
        println!("chance began at RINGBACK_TEST_SEED={seed}");
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        // SplitMix64: enough for choosing.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// Of money, now and then nothing.
    pub(super) fn amount(&mut self) -> i64 {
        i64::try_from(if self.one_in(6) { 0 } else { self.below(3_000) }).unwrap()
    }
}

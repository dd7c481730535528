//! How long receivers took to answer, counted in fixed buckets: what can be added up over apps, times and nodes, as a
//! percentile cannot.
//!
//! Eight buckets for each doubling. Up to 15 ms each holds one millisecond, so what is read from them is exact; above, a bucket
//! is at most an eighth as wide as its lower bound and is read as its middle, which is off by 6.25 % at most. The last one
//! holds everything from 122,880 ms on, more than the longest time-out.

/// Buckets for each doubling, as a power of two.
const BITS: u32 = 3;
/// The last doubling begins at 2^16 ms.
const BUCKETS: usize = 120;
/// The layout that [`Latencies::to_bytes`] writes.
const VERSION: u8 = 1;

/// A histogram of milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latencies([u32; BUCKETS]);

impl Default for Latencies {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

/// The bucket that a time falls into.
fn bucket(ms: u64) -> usize {
    let doubling = ms.max(1).ilog2();
    if doubling < BITS {
        return usize::try_from(ms).unwrap_or(0);
    }
    let within = (ms >> (doubling - BITS)) & ((1 << BITS) - 1);
    let bucket = (u64::from(doubling - BITS + 1) << BITS) + within;
    usize::try_from(bucket).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

/// The time that a bucket is read as: its middle.
fn middle(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(0);
    let Some(doublings) = (bucket >> BITS).checked_sub(1) else { return bucket };
    let width = 1 << doublings;
    let lower = ((1 << BITS) + (bucket & ((1 << BITS) - 1))) * width;
    lower + (width - 1) / 2
}

impl Latencies {
    /// One more answer took so long.
    pub fn add(&mut self, ms: u64) {
        let count = &mut self.0[bucket(ms)];
        *count = count.saturating_add(1);
    }

    /// What was counted elsewhere as well.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.saturating_add(*more);
        }
    }

    /// The time within which so many of a thousand answers came, by the nearest rank; `None`: there was no answer.
    pub fn quantile(&self, thousandths: u64) -> Option<u64> {
        let total: u64 = self.0.iter().map(|count| u64::from(*count)).sum();
        let rank = (total * thousandths).div_ceil(1_000).max(1);
        let mut below = 0;
        let reached = self.0.iter().position(|count| {
            below += u64::from(*count);
            below >= rank
        });
        reached.map(middle)
    }

    /// The buckets that hold something, each with its number of answers; most receivers fill a dozen.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for (at, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            bytes.push(u8::try_from(at).unwrap_or(u8::MAX));
            let mut rest = *count;
            while rest > 0x7f {
                bytes.push(u8::try_from(rest & 0x7f).unwrap_or(0) | 0x80);
                rest >>= 7;
            }
            bytes.push(u8::try_from(rest).unwrap_or(0));
        }
        bytes
    }

    /// What [`Self::to_bytes`] wrote; `None`: it is of another layout.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut latencies = Self::default();
        let mut rest = bytes.strip_prefix(&[VERSION])?.iter();
        while let Some(at) = rest.next() {
            let count = latencies.0.get_mut(usize::from(*at))?;
            let (mut value, mut shift) = (0_u64, 0);
            loop {
                let byte = *rest.next()?;
                value |= u64::from(byte & 0x7f).checked_shl(shift)?;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            *count = u32::try_from(value).ok()?;
        }
        Some(latencies)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::default();
        times.into_iter().for_each(|ms| latencies.add(ms));
        latencies
    }

    #[test]
    fn buckets_follow_one_another_without_a_gap() {
        let buckets: Vec<usize> = (0..200_000).map(bucket).collect();
        assert!(buckets.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1));
        assert_eq!((buckets[0], buckets[15], buckets[199_999]), (0, 15, BUCKETS - 1));
        assert_eq!((bucket(122_879), bucket(122_880), bucket(u64::MAX)), (BUCKETS - 2, BUCKETS - 1, BUCKETS - 1));
    }

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let hundred = of(1..=15);
        assert_eq!([500, 950, 990, 1_000].map(|q| hundred.quantile(q)), [Some(8), Some(15), Some(15), Some(15)]);
        let rare = of((0..98).map(|_| 3).chain([9_000, 9_000]));
        assert_eq!([rare.quantile(500), rare.quantile(980), rare.quantile(990)], [Some(3), Some(3), Some(8_703)]);
        assert_eq!(of([7]).quantile(500), Some(7));
        assert_eq!(Latencies::default().quantile(500), None);
    }

    proptest! {
        #[test]
        fn what_is_read_is_off_by_a_sixteenth_at_most(ms in 0_u64..122_880) {
            let read = of([ms]).quantile(500).unwrap();
            prop_assert!(read.abs_diff(ms) * 16 <= ms, "{} for {}", read, ms);
        }

        #[test]
        fn what_was_written_is_read_back_and_adds_up(
            one in prop::collection::vec(0_u64..200_000, 0..300),
            other in prop::collection::vec(0_u64..200_000, 0..300),
        ) {
            let mut merged = of(one.clone());
            merged.merge(&Latencies::from_bytes(&of(other.clone()).to_bytes()).unwrap());
            prop_assert_eq!(merged, of(one.into_iter().chain(other)));
        }

        #[test]
        fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            Latencies::from_bytes(&bytes);
        }
    }

    #[test]
    fn another_layout_is_not_read() {
        assert_eq!(Latencies::from_bytes(&[]), None);
        assert_eq!(Latencies::from_bytes(&[2, 1, 1]), None);
    }
}

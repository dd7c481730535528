//! What a report gave, as keyed digests: by them the same report again is told from another one of the same name, long after
//! its completion's own texts are gone.
//!
//! Two bytes say which fields were given, in the order of [`crate::domain::identity`]; then follows a digest for each of
//! those. Nothing here knows what a field means or whether a difference matters.

use crate::domain::identity::{FIELDS, ReportedFields};
use crate::store::vault::KeyedDigest;

/// Bytes of each digest: enough that two values agree by accident once in 2^48.
const DIGEST: usize = 6;
/// Bytes of the mask that says which fields were given.
const MASK: usize = 2;
const _: () = assert!(FIELDS <= 8 * MASK);

/// The digests of what was given.
pub(super) fn digests(keyed: &KeyedDigest, given: &ReportedFields) -> Vec<u8> {
    let given: Vec<(usize, &str)> =
        (given.texts().enumerate()).filter_map(|(position, text)| text.map(|text| (position, text))).collect();
    let mask = given.iter().fold(0_u16, |mask, (position, _)| mask | 1 << position);
    let mut digests = Vec::with_capacity(MASK + given.len() * DIGEST);
    digests.extend_from_slice(&mask.to_be_bytes());
    for (position, text) in given {
        // The position keeps equal texts of different fields apart.
        let digest = keyed.of(&[position.to_string().as_bytes(), b":", text.as_bytes()]);
        digests.extend_from_slice(&digest[..DIGEST]);
    }
    digests
}

/// The positions of the fields in which two reports differ.
pub(super) fn differing(one: &[u8], other: &[u8]) -> Vec<usize> {
    let (one, other) = (by_field(one), by_field(other));
    (0..FIELDS).filter(|position| one[*position] != other[*position]).collect()
}

fn by_field(digests: &[u8]) -> [Option<&[u8]>; FIELDS] {
    let (mask, digests) = digests.split_at_checked(MASK).unwrap_or_default();
    let mask = mask.iter().fold(0_u16, |mask, byte| mask << 8 | u16::from(*byte));
    let mut digests = digests.chunks(DIGEST);
    std::array::from_fn(|position| if mask >> position & 1 == 1 { digests.next() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `digests` makes them, of fields that were given at these positions.
    fn of(given: &[(usize, u8)]) -> Vec<u8> {
        let mask = given.iter().fold(0_u16, |mask, (position, _)| mask | 1 << position);
        mask.to_be_bytes().into_iter().chain(given.iter().flat_map(|(_, digest)| [*digest; DIGEST])).collect()
    }

    #[test]
    fn fields_that_differ_and_fields_that_only_one_report_gave_are_named_and_no_others() {
        let first = of(&[(0, 1), (3, 2), (FIELDS - 1, 3)]);
        for (other, differ) in [
            (first.clone(), vec![]),
            (of(&[(0, 9), (3, 2), (FIELDS - 1, 3)]), vec![0]),
            (of(&[(0, 1), (FIELDS - 1, 3)]), vec![3]),
            (of(&[(0, 1), (2, 2), (3, 2), (FIELDS - 1, 4)]), vec![2, FIELDS - 1]),
            (Vec::new(), vec![0, 3, FIELDS - 1]),
        ] {
            assert_eq!(differing(&first, &other), differ);
            assert_eq!(differing(&other, &first), differ);
        }
    }
}

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_bytes_are_refused_or_are_the_one_way_to_write_what_they_say(
        mut bytes in vec(prop_oneof![0..16_u8, any::<u8>()], 0..64),
        is_of_this_version: bool,
    ) {
        if is_of_this_version {
            bytes.insert(0, VERSION);
        }
        if let Ok(detail) = Detail::decode(&bytes) {
            prop_assert_eq!(detail.encode(), bytes);
        }
    }

    #[test]
    fn what_was_cut_off_or_grew_is_refused_or_says_something_else(
        url: Option<String>, headers in vec(any::<(String, String)>(), 0..3), next: Option<u64>, cut in 1..20_usize,
        more: u8,
    ) {
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let detail = Detail { url: url.as_deref(), headers, retry_after_seconds: next, ..Detail::default() };
        let mut bytes = detail.encode();
        prop_assert_ne!(Detail::decode(&bytes[..bytes.len().saturating_sub(cut)]), Ok(detail.clone()));
        bytes.push(more);
        prop_assert_ne!(Detail::decode(&bytes), Ok(detail));
    }
}

#[test]
fn the_bytes_of_version_1_are_these() {
    let url = "u".repeat(200);
    let detail = Detail {
        method: Some("GET"),
        url: Some(&url),
        headers: vec![("A", "é"), ("B", "")],
        response_body: Some(""),
        retry_after_seconds: Some(300),
        next_attempt_at: Some(Timestamp::from_millis(1_700_000_000_000)),
        ..Detail::default()
    };
    let parts = [
        "01",
        "0303474554",
        &format!("04c801{}", "75".repeat(200)),
        "0508014102c3a9014200",
        "0a00",
        "0b02ac02",
        "0c0680d095ffbc31",
    ];
    assert_eq!(hex::encode(detail.encode()), parts.concat());
    assert_eq!(hex::encode(Detail::default().encode()), "01", "what is absent costs nothing");
}

#[test]
fn what_was_not_written_here_is_refused() {
    use Undecodable::{Damaged, Version};
    for (bytes, why) in [
        ("", Damaged),
        ("00", Version(0)),
        ("0203034745", Version(2)),
        // A tag without its part, a part that is too short, a tag twice, a tag that there is not.
        ("0103", Damaged),
        ("010304474554", Damaged),
        ("0103034745540303474554", Damaged),
        ("010d00", Damaged),
        // No UTF-8, no pair, half a pair.
        ("010301ff", Damaged),
        ("010500", Damaged),
        ("0105020141", Damaged),
        // A number in more bytes than it needs, with something behind it, and beyond 64 bits.
        ("010b028000", Damaged),
        ("010b020101", Damaged),
        ("010b0bffffffffffffffffffff01", Damaged),
        ("010b0affffffffffffffffff02", Damaged),
    ] {
        assert_eq!(Detail::decode(&hex::decode(bytes).unwrap()), Err(why), "{bytes}");
    }
}

//! Words that a column holds as a small integer, and which code stands for which word.
//!
//! A code is fixed for ever: rows hold it, and so do the CHECKs and the partial indexes of the migrations. A new word
//! takes the next free code of its column. The codes of a column leave no gap, so that one comparison tells whether this
//! version knows a code. Nothing here decides what a word means.

use serde::{Serialize, Serializer};

use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, EndedReason, Extent, Outcome, Status, Told, WaitingFor};
use crate::domain::reversal::Reason;

/// A word that is stored as a code.
pub(super) trait Coded: Copy + 'static {
    /// Every word.
    const WORDS: &'static [Self];

    /// Its code.
    fn as_code(self) -> &'static i16;

    /// The same as SQL has it. Conditions that name a word are literals: only then does the planner see that a partial
    /// index covers them.
    fn as_sql(self) -> &'static str;

    /// The word of this code, if this version knows it.
    fn of_code(code: i16) -> Option<Self>;
}

macro_rules! codes {
    ($($type:ident { $($word:ident = $code:literal),+ })+) => {$(
        impl Coded for $type {
            const WORDS: &'static [Self] = Self::ALL;

            fn as_code(self) -> &'static i16 {
                match self { $(Self::$word => &$code,)+ }
            }

            fn as_sql(self) -> &'static str {
                match self { $(Self::$word => stringify!($code),)+ }
            }

            fn of_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$word),)+ _ => None }
            }
        }
    )+};
}

codes! {
    Status { Pending = 0, Retrying = 1, Held = 2, Sending = 3, Delivered = 4, Dead = 5, Canceled = 6 }
    DeliveryKind { Completion = 0, Reversal = 1, Test = 2 }
    Told { Never = 0, Maybe = 1, Yes = 2 }
    Extent { Part = 0, Whole = 1 }
    WaitingFor {
        Retry = 0, AppPaused = 1, CallbackUrl = 2, Secret = 3, EgressIp = 4, Permit = 5, Completion = 6, Review = 7, Fields = 8,
        Circuit = 9, RateLimit = 10, EndpointDisabled = 11
    }
    EndedReason { Expired = 0, ReversedBeforeSend = 1, Rejected = 2 }
    Outcome {
        Delivered = 0, HttpStatus = 1, BodyMismatch = 2, Redirect = 3, Timeout = 4, Connect = 5, Tls = 6, Dns = 7,
        Protocol = 8, BlockedTarget = 9, EgressUnavailable = 10, Interrupted = 11
    }
    ReviewState { Waiting = 0, Released = 1, Rejected = 2 }
    Reason { Refund = 0, Chargeback = 1, Fraud = 2, Duplicate = 3, Other = 4 }
}

/// That a column holds this word.
pub(super) fn is<T: Coded>(column: &str, word: T) -> String {
    format!("{column} = {}", word.as_sql())
}

/// That a column holds another word, known or not.
pub(super) fn is_not<T: Coded>(column: &str, word: T) -> String {
    format!("{column} <> {}", word.as_sql())
}

/// That a column holds one of these words. Written with OR, as the partial indexes are: for an IN list SQLite builds a
/// temporary b-tree with every statement, and it does not see that `status = 5` implies one.
pub(super) fn is_one_of<T: Coded>(column: &str, words: &[T]) -> String {
    let conditions: Vec<String> = words.iter().map(|word| is(column, *word)).collect();
    format!("({})", conditions.join(" OR "))
}

/// That this version knows what a column holds. Almost every row is so, and an index that is entered by it is read from end
/// to end: `+ 0` keeps either planner from that.
pub(super) fn is_known<T: Coded>(column: &str) -> String {
    let highest = T::WORDS.iter().map(|word| *word.as_code()).max().unwrap_or_default();
    format!("{column} + 0 BETWEEN 0 AND {highest}")
}

/// A word as a row of JSON has it, for statements over many rows.
pub(super) fn in_code<T: Coded, S: Serializer>(word: &T, serializer: S) -> Result<S::Ok, S::Error> {
    word.as_code().serialize(serializer)
}

/// The same of a word that may be absent.
pub(super) fn in_code_or_null<T: Coded, S: Serializer>(word: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    word.map(Coded::as_code).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATIONS: [&str; 2] = [
        include_str!("../../migrations/sqlite/2026-11-28-000000_foundation/up.sql"),
        include_str!("../../migrations/postgres/2026-11-28-000000_foundation/up.sql"),
    ];

    /// The codes of a column and their words, in the order of the codes.
    fn listed<T: Coded>(text: fn(T) -> &'static str) -> String {
        let mut words = T::WORDS.to_vec();
        words.sort_by_key(|word| *word.as_code());
        let shown: Vec<String> = words.iter().map(|word| format!("{} {}", word.as_code(), text(*word))).collect();
        shown.join(", ")
    }

    #[test]
    fn the_code_of_a_word_never_changes() {
        for (listed, fixed) in [
            (listed(Status::as_str), "0 pending, 1 retrying, 2 held, 3 sending, 4 delivered, 5 dead, 6 canceled"),
            (listed(DeliveryKind::as_str), "0 completion, 1 reversal, 2 test"),
            (listed(Told::as_str), "0 never, 1 maybe, 2 yes"),
            (listed(Extent::as_str), "0 part, 1 whole"),
            (
                listed(WaitingFor::as_str),
                "0 retry, 1 app_paused, 2 callback_url, 3 secret, 4 egress_ip, 5 permit, 6 completion, 7 review, 8 fields, \
                 9 circuit, 10 rate_limit, 11 endpoint_disabled",
            ),
            (listed(EndedReason::as_str), "0 expired, 1 reversed_before_send, 2 rejected"),
            (
                listed(Outcome::as_str),
                "0 delivered, 1 http_status, 2 body_mismatch, 3 redirect, 4 timeout, 5 connect, 6 tls, 7 dns, \
                 8 protocol, 9 blocked_target, 10 egress_unavailable, 11 interrupted",
            ),
            (listed(ReviewState::as_str), "0 waiting, 1 released, 2 rejected"),
            (listed(Reason::as_str), "0 refund, 1 chargeback, 2 fraud, 3 duplicate, 4 other"),
        ] {
            assert_eq!(listed, fixed);
            // The migrations say the same to whoever reads a row, in a comment that may go over two lines.
            for migration in MIGRATIONS {
                let comments: Vec<&str> = migration.split_whitespace().filter(|word| *word != "--").collect();
                assert!(comments.join(" ").contains(fixed), "{fixed}");
            }
        }
    }

    /// That codes are read back, and fill a range from 0 on.
    fn holds<T: Coded + PartialEq>() -> bool {
        let mut codes: Vec<i16> = T::WORDS.iter().map(|word| *word.as_code()).collect();
        codes.sort_unstable();
        let fill_a_range = codes.iter().zip(0..).all(|(code, place)| *code == place);
        let known = codes.len().try_into().is_ok_and(|count: i16| {
            (i16::MIN..=i16::MAX).all(|code| T::of_code(code).is_some() == (0..count).contains(&code))
        });
        let are_read_back = T::WORDS
            .iter()
            .all(|word| T::of_code(*word.as_code()) == Some(*word) && word.as_sql() == word.as_code().to_string());
        fill_a_range && known && are_read_back
    }

    #[test]
    fn codes_leave_no_gap_and_any_other_code_is_no_word() {
        assert!(holds::<Status>() && holds::<DeliveryKind>() && holds::<Told>() && holds::<Extent>());
        assert!(holds::<WaitingFor>() && holds::<EndedReason>() && holds::<Outcome>());
        assert!(holds::<ReviewState>() && holds::<Reason>());
    }

    #[test]
    fn conditions_name_words_by_their_codes_and_have_no_list() {
        assert_eq!(is("d.status", Status::Dead), "d.status = 5");
        assert_eq!(is_not("kind", DeliveryKind::Test), "kind <> 2");
        assert_eq!(is_one_of("status", &[Status::Pending, Status::Retrying]), "(status = 0 OR status = 1)");
        assert_eq!(is_known::<Outcome>("outcome"), "outcome + 0 BETWEEN 0 AND 11");
    }
}

//! Ids as the columns of what every report and every attempt writes hold them: by the key that an id's digits stand for, a
//! number of 8 bytes that is compared at once, instead of a text of 17.
//!
//! Only rows and conditions know keys; whatever leaves the store is an id. Whoever asks by a text that is no id of the kind
//! asks by a key that no row has, and finds nothing. Whoever would write such a text is refused by the CHECKs of completions,
//! reversals, deliveries and attempts, and what is written together with them is undone.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::ids;

/// The key of a text that is no id.
const NO_ID: i64 = -1;

macro_rules! keys {
    ($($(#[$doc:meta])* $key:ident, $prefix:literal)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $key(i64);

        impl $key {
            /// The key of an id.
            pub(super) fn of(id: &str) -> Self {
                Self(ids::key($prefix, id).unwrap_or(NO_ID))
            }

            /// As a column has it.
            pub(super) fn stored(key: i64) -> Self {
                Self(key)
            }

            /// Its id.
            pub(super) fn id(self) -> String {
                ids::id($prefix, self.0)
            }
        }

        impl From<$key> for String {
            fn from(key: $key) -> Self {
                key.id()
            }
        }

        impl AsRef<i64> for $key {
            fn as_ref(&self) -> &i64 {
                &self.0
            }
        }

        impl fmt::Debug for $key {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.id())
            }
        }

        impl Serialize for $key {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    )+};
}

keys! {
    /// Of an app.
    AppKey, "app"
    /// Of the claim of a delivery: its token.
    ClaimKey, "clm"
    /// Of a completion.
    CompletionKey, "cmp"
    /// Of a delivery.
    DeliveryKey, "dlv"
    /// Of an endpoint.
    EndpointKey, "end"
    /// Of a node.
    NodeKey, "nod"
    /// Of a reversal.
    ReversalKey, "rev"
    /// Of a source.
    SourceKey, "src"
}

macro_rules! may_be_absent {
    ($($key:ident)+) => {$(
        impl $key {
            /// Where a row names none; part of a key, where NULLs would not collide.
            pub(super) const NONE: Self = Self(0);

            /// The key of an id that may be absent.
            pub(super) fn of_any(id: Option<&str>) -> Self {
                id.map_or(Self::NONE, Self::of)
            }

            /// Its id, if it names any.
            pub(super) fn any(self) -> Option<String> {
                (self != Self::NONE).then(|| self.id())
            }
        }
    )+};
}

may_be_absent! { ReversalKey SourceKey }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_its_id_and_what_is_no_id_of_the_kind_is_a_key_that_no_row_has() {
        assert_eq!(DeliveryKey::of("dlv_3f").id(), "dlv_3f");
        for text in ["", "cmp_3f", "dlv_", "dlv_03f", "dlv_xyz"] {
            assert_eq!(DeliveryKey::of(text), DeliveryKey(NO_ID), "{text}");
        }
    }

    #[test]
    fn a_row_that_names_none_is_not_a_row_that_names_what_is_no_id() {
        assert_eq!(SourceKey::of_any(None).any(), None);
        assert_ne!(SourceKey::of_any(Some("")), SourceKey::NONE);
    }
}

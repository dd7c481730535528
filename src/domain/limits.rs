//! Limits that an app's publisher or account manager sets: how fast its callbacks may come, and how many at a time.
//!
//! They hold for all of an app's endpoints together, and for all nodes together: of the callbacks in flight each node that sends
//! has an equal part, which is never less than one. What exceeds them waits and is lost to nobody.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::invalid::Invalid;

/// From one a second, as a spreadsheet behind a webhook takes it, to more than any endpoint has been seen to take.
const PER_SECOND: RangeInclusive<u32> = 1..=10_000;
/// Up to what all nodes together send to an app's endpoints at most.
const IN_FLIGHT: RangeInclusive<u32> = 1..=1_000;

/// What an app is limited to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Callbacks per second; `None`: as fast as its receivers take them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub per_second: Option<u32>,
    /// Callbacks in flight at a time; `None`: as many as its receivers take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000)]
    pub in_flight: Option<u32>,
}

impl Limits {
    /// Whether nothing is limited.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether they are within what makes sense.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        let limits =
            [("limits.perSecond", self.per_second, PER_SECOND), ("limits.inFlight", self.in_flight, IN_FLIGHT)];
        for (field, limit, range) in limits {
            if limit.is_some_and(|limit| !range.contains(&limit)) {
                invalid.push(field, format!("must be a number from {} to {}", range.start(), range.end()));
            }
        }
        invalid.into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_nothing_would_get_past_or_that_limits_nothing_is_refused_by_name() {
        let faults = |per_second, in_flight| {
            let checked = Limits { per_second, in_flight }.check();
            checked.err().map(|invalid| invalid.0.into_iter().map(|fault| fault.field).collect::<Vec<_>>())
        };
        assert_eq!(faults(Some(0), Some(1_001)).unwrap(), ["limits.perSecond", "limits.inFlight"]);
        assert_eq!(faults(Some(10_001), None).unwrap(), ["limits.perSecond"]);
        assert_eq!((faults(Some(1), Some(1)), faults(None, None)), (None, None));
    }
}

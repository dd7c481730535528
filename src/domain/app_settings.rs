//! What can be set of an app: the one struct that the API reads and shows, the store keeps and everybody else goes by.
//!
//! A new setting is a field here, with its default, its words for whoever reads the interface's description and, if it is not
//! the publisher's to set or a decimal, its name in a list below; its rule in [`super::endpoint_rules`]; the place where it
//! takes effect; and a test. Nothing else names it.
//!
//! The later ones are the app's terms, which say what of the money between operator, publisher and user is agreed: they apply
//! to what is reported from then on, and what was recorded keeps what it was recorded with.

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::amount::Decimal;
use super::limits::Limits;
use super::review::ReviewRule;
use super::rounding::Rounding;

/// What is not a publisher's to set. Sources report by a `ref`, so a publisher must not choose one that another's reports may
/// be meant for; and by its terms it is paid.
pub const RESERVED: [&str; 8] = [
    "ref",
    "refundWindowDays",
    "clickDays",
    "revenueShareBps",
    "rewardRate",
    "rewardDecimals",
    "rewardRounding",
    "review",
];

/// The settings that are decimals, as paths: written as numbers they are read digit for digit.
pub const DECIMALS: [&str; 2] = ["rewardRate", "review.userRewardAbove"];

/// What can be set of an app itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AppSettings {
    /// For people.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Your own name for it, accepted wherever the id is. The operator's or account manager's to set.
    #[serde(rename = "ref")]
    #[schema(min_length = 1, max_length = 128)]
    pub reference: Option<String>,
    /// Deliveries wait as held.
    pub paused: bool,
    /// `off` records completions without calling back.
    #[schema(inline)]
    pub callbacks: Callbacks,
    /// After so many days a held delivery is dead; default 30.
    #[schema(minimum = 1, maximum = 365)]
    pub max_held_days: u32,
    /// `{perSecond?, inFlight?}`: callbacks per second (1 to 10,000) and callbacks in flight (1 to 1,000), over all endpoints of
    /// the app and all nodes. What exceeds them waits. Null: none.
    #[serde(serialize_with = "null_if_none")]
    #[schema(value_type = Option<Limits>, inline)]
    pub limits: Limits,
    /// Days after which a source can no longer take a completion back; default 60. The operator's or account manager's to
    /// set, as is all that follows.
    #[schema(minimum = 0, maximum = 3_650)]
    pub refund_window_days: u32,
    /// Days for which a click of the tracking link can be converted; default 30.
    #[schema(minimum = 1, maximum = 365)]
    pub click_days: u32,
    /// The publisher's share of `grossMinor` in basis points, where neither offer nor report says the payout; half-even, to the
    /// minor unit. Null: the payout is as offered or reported.
    #[schema(minimum = 0, maximum = 10_000)]
    pub revenue_share_bps: Option<u32>,
    /// Units of the app's currency that a user gets for one (major) unit of the payout currency: a decimal of at most 9
    /// digits before and 9 after the point, as a number or a text. Null: rewards are as reported.
    #[schema(value_type = Option<String>)]
    pub reward_rate: Option<Decimal>,
    /// Digits after the point of a reward at that rate; default 0.
    #[schema(minimum = 0, maximum = 9)]
    pub reward_decimals: u32,
    /// What becomes of further digits.
    #[schema(inline)]
    pub reward_rounding: Rounding,
    /// Completions that are held before they are called back, until somebody releases or rejects them or the hours are
    /// over. Null: none.
    #[schema(inline)]
    pub review: Option<ReviewRule>,
}

/// Whether completions are called back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Callbacks {
    /// Recorded and called back.
    #[default]
    On,
    /// Recorded alone.
    Off,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            reference: None,
            paused: false,
            callbacks: Callbacks::On,
            max_held_days: 30,
            limits: Limits::default(),
            // Within which advertisers commonly take something back.
            refund_window_days: 60,
            // What advertisers commonly pay for.
            click_days: 30,
            revenue_share_bps: None,
            reward_rate: None,
            // Most walls pay in whole coins.
            reward_decimals: 0,
            reward_rounding: Rounding::default(),
            review: None,
        }
    }
}

impl AppSettings {
    /// An app of this name with nothing else set.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

fn null_if_none<S: Serializer>(limits: &Limits, serializer: S) -> Result<S::Ok, S::Error> {
    Some(limits).filter(|limits| !limits.are_none()).serialize(serializer)
}

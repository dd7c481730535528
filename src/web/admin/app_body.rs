//! What is given of an app, and how it becomes settings: absent stays, null goes back to the default.
//!
//! Nothing here says whether a value is good; that is asked of the settings as a whole, once everything is in its place.

use serde::Deserialize;
use utoipa::ToSchema;

use super::endpoint_body::{EndpointBody, Headers, SettingChanges, SuccessBody, required};
use super::review_part::ReviewPart;
use crate::domain::amount::Decimal;
use crate::domain::app_settings::{AppSettings, DEFAULT_MAX_HELD_DAYS, EndpointSettings};
use crate::domain::dialect::callback::TimestampSource;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::invalid::Invalid;
use crate::domain::limits::Limits;
use crate::domain::naming;
use crate::domain::patch::Patch;
use crate::domain::review::ReviewRule;
use crate::domain::rounding::Rounding;
use crate::domain::terms::{DEFAULT_CLICK_DAYS, DEFAULT_REFUND_WINDOW_DAYS, DEFAULT_REWARD_DECIMALS};
use crate::web::error::Problem;
use crate::web::json::Body;

/// Whether completions are called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Callbacks {
    /// Recorded and called back.
    On,
    /// Recorded alone.
    Off,
}

/// An app, or a change of one. Creating needs `name`, `dialect` and (unless a publisher's own token asks)
/// `publisherId`; everything else may be left out. In a change, what is left out stays and null goes back to the default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppBody {
    /// Whose it is, by id or ref; can not be changed.
    pub(super) publisher_id: Option<String>,
    /// For people.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Your own name for it, accepted wherever the id is.
    #[serde(default, rename = "ref")]
    #[schema(value_type = Option<String>)]
    reference: Patch<String>,
    /// Deliveries wait as held.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    paused: Patch<bool>,
    /// `off` records completions without calling back.
    #[serde(default)]
    #[schema(value_type = Option<Callbacks>)]
    callbacks: Patch<Callbacks>,
    /// After so many days (1 to 365; default 30) a held delivery is dead.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_held_days: Patch<u32>,
    /// `{perSecond?, inFlight?}`: callbacks per second (1 to 10,000) and callbacks in flight (1 to 1,000), over all endpoints of
    /// the app and all nodes. What exceeds them waits. Default: none.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    limits: Patch<Limits>,
    /// Days after which a source can no longer take a completion back (0 to 3,650; default 60). The operator's or
    /// account manager's to set.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    refund_window_days: Patch<u32>,
    /// Days for which a click of the tracking link can be converted (1 to 365; default 30). The operator's or account
    /// manager's to set.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    click_days: Patch<u32>,
    /// The publisher's share of `grossMinor` in basis points (0 to 10,000), where neither offer nor report says the
    /// payout; half-even, to the minor unit. The operator's or account manager's to set, as are the next three.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    revenue_share_bps: Patch<u32>,
    /// Units of the app's currency that a user gets for one (major) unit of the payout currency: a decimal of at most 9
    /// digits before and 9 after the point, as a number or a text. Default: rewards are as reported.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reward_rate: Patch<Decimal>,
    /// Digits after the point of a reward at that rate (0 to 9; default 0).
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    reward_decimals: Patch<u32>,
    /// What becomes of further digits: `half_even` (default), `half_up`, `down` or `up`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reward_rounding: Patch<Rounding>,
    /// Completions that are held before they are called back, until somebody releases or rejects them or the hours are
    /// over. The operator's or account manager's to set. Default: none.
    #[serde(default)]
    #[schema(value_type = Option<ReviewPart>)]
    review: Patch<ReviewPart>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dialect: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    callback_url: Patch<CallbackUrl>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reversal_url: Patch<CallbackUrl>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    events: Patch<Vec<String>>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Vec<u64>>)]
    retry_schedule: Patch<Vec<u64>>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    timeout_ms: Patch<u64>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    success: Patch<SuccessBody>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    headers: Patch<Headers>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    timestamp_source: Patch<TimestampSource>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    signed_origin: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Option<String>>>)]
    settings: Patch<SettingChanges>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    surface_id: Patch<String>,
}

impl AppBody {
    /// Reads it, with the digits of its decimals as they were written.
    pub(super) fn read(body: &Body) -> Result<Self, Problem> {
        body.read_with_decimals(&["rewardRate", "review.userRewardAbove"])
    }

    /// What it sets that is not a publisher's to set.
    pub(super) fn sets_reserved(&self) -> Option<&'static str> {
        let reserved = [
            ("a ref", self.reference.is_kept()),
            ("refundWindowDays", self.refund_window_days.is_kept()),
            ("clickDays", self.click_days.is_kept()),
            ("revenueShareBps", self.revenue_share_bps.is_kept()),
            ("rewardRate", self.reward_rate.is_kept()),
            ("rewardDecimals", self.reward_decimals.is_kept()),
            ("rewardRounding", self.reward_rounding.is_kept()),
            ("review", self.review.is_kept()),
        ];
        reserved.into_iter().find(|(_, is_kept)| !is_kept).map(|(name, _)| name)
    }

    /// The settings of a new app and its first endpoint.
    pub(super) fn into_new(self) -> Result<(AppSettings, EndpointSettings), Invalid> {
        let mut app = AppSettings::new("");
        let mut invalid = Invalid::none();
        if !matches!(self.name, Patch::Set(_)) {
            invalid.push("name", "is required");
        }
        if !matches!(self.dialect, Patch::Set(_)) {
            invalid.push("dialect", "is required");
        }
        invalid.into_result()?;
        let mut endpoint = EndpointSettings::new("");
        self.apply(&mut app, &mut endpoint)?;
        Ok((app, endpoint))
    }

    /// Changes the settings of an app and its first endpoint.
    pub(super) fn apply(self, app: &mut AppSettings, endpoint: &mut EndpointSettings) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        if let Some(name) = invalid.take(self.name.try_map(|text| naming::name(&text))) {
            required("name", name, &mut app.name, &mut invalid);
        }
        if let Some(reference) = invalid.take(self.reference.try_map(|text| naming::reference(&text))) {
            reference.apply_optional(&mut app.reference);
        }
        self.paused.apply(&mut app.paused, false);
        let mut callbacks = if app.callbacks { Callbacks::On } else { Callbacks::Off };
        self.callbacks.apply(&mut callbacks, Callbacks::On);
        app.callbacks = callbacks == Callbacks::On;
        self.max_held_days.apply(&mut app.max_held_days, DEFAULT_MAX_HELD_DAYS);
        self.limits.apply(&mut app.limits, Limits::default());
        let terms = &mut app.terms;
        self.refund_window_days.apply(&mut terms.refund_window_days, DEFAULT_REFUND_WINDOW_DAYS);
        self.click_days.apply(&mut terms.click_days, DEFAULT_CLICK_DAYS);
        self.revenue_share_bps.apply_optional(&mut terms.revenue_share_bps);
        self.reward_rate.apply_optional(&mut terms.reward_rate);
        self.reward_decimals.apply(&mut terms.reward_decimals, DEFAULT_REWARD_DECIMALS);
        self.reward_rounding.apply(&mut terms.reward_rounding, Rounding::default());
        self.review.map(ReviewRule::from).apply_optional(&mut terms.review);
        let of_endpoint = EndpointBody {
            dialect: self.dialect,
            callback_url: self.callback_url,
            reversal_url: self.reversal_url,
            events: self.events,
            retry_schedule: self.retry_schedule,
            timeout_ms: self.timeout_ms,
            success: self.success,
            headers: self.headers,
            timestamp_source: self.timestamp_source,
            signed_origin: self.signed_origin,
            settings: self.settings,
            surface_id: self.surface_id,
        };
        invalid.take(of_endpoint.apply(endpoint));
        invalid.into_result()
    }
}

//! A completion, a receiver and a callback on its way for the tests of this floor.

use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest};
use super::callback_url::CallbackUrl;
use super::endpoint_settings::EndpointSettings;
use super::received::Received;
use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
use crate::domain::time::Timestamp;

/// A completion that every dialect can tell.
pub(crate) fn completion() -> Completion {
    Completion {
        id: "cmp_1".to_owned(),
        source_id: None,
        external_id: "ext-1".to_owned(),
        transaction_id: "tx-1".to_owned(),
        event_type: "goal".to_owned(),
        app_id: "app_1".to_owned(),
        user_id: "u1".to_owned(),
        offer_id: Some("o1".to_owned()),
        offer_name: Some("An Offer".to_owned()),
        goal_id: None,
        note: None,
        user_reward: Decimal::parse("100.0"),
        reward_minor: None,
        payout_minor: Some(250),
        gross_minor: None,
        currency: "USD".to_owned(),
        occurred_at: Timestamp::from_millis(1_719_859_200_000),
        click_id: None,
        extra: vec![("k".to_owned(), "v".to_owned())],
        calculation: None,
        manual: None,
        review: None,
        recorded_at: Timestamp::from_millis(1_719_859_201_000),
    }
}

/// The template with which Offermaru is documented.
pub(crate) const OFFERMARU: &str = "https://pub.example/cb?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
    &offer_name={offer_name}&transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

/// An endpoint of a dialect, completely set up.
pub(crate) fn config(dialect: &str) -> CallbackConfig {
    let callback_url = if dialect == "offermaru" { OFFERMARU } else { "https://pub.example/pb" };
    let settings = EndpointSettings {
        callback_url: Some(CallbackUrl::new(callback_url)),
        dialect_settings: [("surfaceId".to_owned(), "srf_1".to_owned())].into(),
        ..EndpointSettings::new(dialect)
    };
    CallbackConfig { app_label: "app_1".to_owned(), settings }
}

/// The callback that tells of a completion as soon as it is recorded.
pub(crate) fn callback(completion: &Completion) -> Callback<'_> {
    Callback {
        event_id: "evt_1",
        completion,
        event: &CallbackEvent::Completed,
        attempted_at: completion.recorded_at,
        created_at: completion.recorded_at,
        is_test: false,
    }
}

/// A request as its receiver gets it, if nothing happens on the way.
pub(crate) fn untouched(request: &CallbackRequest) -> Received {
    Received {
        method: request.method.to_owned(),
        url: request.url.clone(),
        headers: request.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect(),
        body: request.body.clone(),
    }
}

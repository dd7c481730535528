//! A callback on its way: composed with all that is awkward in it, changed by what happens on the way, and diagnosed with one right key
//! among others.

use super::*;
use crate::domain::amount::Decimal;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::endpoint_settings::EndpointSettings;

pub(super) const BARE: &str = "https://pub.example/pb";
pub(super) const OWN: &str =
    "https://pub.example/app/cb?uid={user_id}&tx={transaction_id}&sum={payout}&name={offer_name}&note={note}&v=a/b";
pub(super) const IN_PATH: &str = "https://pub.example/api/u/{user_id}/pb?tx={transaction_id}&sum={payout}";
pub(super) const OFFERMARU: &str = crate::domain::dialect::trial::OFFERMARU;
pub(super) const AYET: &str = "https://pub.example/cb?external_identifier={external_identifier}&currency_amount={currency_amount}\
    &transaction_id={transaction_id}&offer_name={offer_name}&payout_usd={payout_usd}&mine=1&empty=";
pub(super) const BITLABS: &str = "https://pub.example/bl?uid=[%UID%]&val=[%VAL%]&usd=[%VALUE:USD%]&tx=[%TX%]";
pub(super) const CPX: &str =
    "https://pub.example/cpx?status={status}&trans_id={trans_id}&user_id={user_id}&hash={secure_hash}";
pub(super) const POLLFISH: &str = "https://pub.example/pf?device_id=[[device_id]]&cpa=[[cpa]]&tx_id=[[tx_id]]&value=[[reward_value]]&signature=[[signature]]";

/// A callback of this dialect to this URL, as it was received, with what is known of it.
pub(super) struct Told {
    pub(super) received: Received,
    pub(super) config: CallbackConfig,
    pub(super) sent: Sent,
}

pub(super) fn told(dialect: &str, url: &str, event_type: &str) -> Told {
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let settings = EndpointSettings {
        callback_url: Some(CallbackUrl::new(url)),
        dialect_settings: recipe.settings().iter().map(|own| (own.name.clone(), format!("{}-7", own.name))).collect(),
        ..EndpointSettings::new(dialect)
    };
    let config = CallbackConfig { app_label: "kash".to_owned(), settings };
    let mut completion = completion();
    completion.event_type = event_type.to_owned();
    completion.user_id = "u 42".to_owned();
    completion.offer_name = Some("Gems & Gold".to_owned());
    completion.note = Some("50% off + more, it's #1 é".to_owned());
    completion.user_reward = Decimal::parse("17.50");
    completion.reward_minor = Some(500);
    completion.payout_minor = Some(1_250);
    let request = compose(&recipe, &config, &callback(&completion), &[&secret(KEY)]).unwrap();
    let shown = request.headers.iter().map(|header| (header.name.clone(), header.shown.clone())).collect();
    let kept = Kept {
        url: Some(request.shown_url().to_owned()),
        headers: shown,
        signature_start: request.signature_start.clone(),
    };
    let received = untouched(&request);
    let sent = Sent { request: Some(request), kept, has_secret: true, ..Sent::default() };
    Told { received, config, sent }
}

/// A key that is one in every dialect.
pub(super) const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) fn diagnosed(dialect: &str, told: &Told, sent: Option<&Sent>) -> Diagnosis {
    let keys = [("other".to_owned(), secret("something-else-altogether")), ("active".to_owned(), secret(KEY))];
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let Told { received, config, .. } = told;
    Case { recipe: &recipe, config, received, keys: &keys, sent, received_at: None }.diagnosis()
}

pub(super) fn swap(received: &mut Received, from: &str, to: &str) {
    assert!(received.url.contains(from), "{from} is not in {}", received.url);
    received.url = received.url.replace(from, to);
}

/// The query as a framework prints it once it has decoded it.
pub(super) fn decoded(received: &mut Received) {
    let (before, query) = received.url.split_once('?').unwrap();
    received.url = format!("{before}?{}", crate::domain::encoding::decode(&query.replace('+', "%2B")));
}

/// The parameters in another order.
pub(super) fn turned(received: &mut Received, order: impl Fn(&mut Vec<&str>)) {
    let url = received.url.clone();
    let (before, query) = url.split_once('?').unwrap();
    let mut pairs: Vec<&str> = query.split('&').collect();
    let last = pairs.pop().unwrap();
    order(&mut pairs);
    pairs.push(last);
    received.url = format!("{before}?{}", pairs.join("&"));
}

pub(super) fn header(received: &mut Received, name: &str, change: impl Fn(&mut (String, String))) {
    let found = received.headers.iter_mut().find(|(own, _)| own == name);
    change(found.unwrap_or_else(|| panic!("no header {name}")));
}

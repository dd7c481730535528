//! A callback of a dialect as it was sent, and what is found of it once somebody has pasted it in some form.

use super::*;
use crate::domain::completion::Completion;
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::diagnose::{Code, diagnose};
use crate::domain::dialect::trial::{OFFERMARU, callback, completion, config, untouched};

pub(super) const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) fn told(dialect: &str) -> (CallbackConfig, Received) {
    let mut config = config(dialect);
    if dialect == "ayet" {
        let url = "https://pub.example/cb?external_identifier={external_identifier}&transaction_id={transaction_id}&note={offer_name}";
        config.settings.callback_url = Some(CallbackUrl::new(url));
    }
    assert!(dialect != "offermaru" || config.settings.callback_url.as_ref().unwrap().as_str() == OFFERMARU);
    let completion =
        Completion { user_id: "u 1".to_owned(), offer_name: Some("Gems & Gold, (iOS)".to_owned()), ..completion() };
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let request = compose(&recipe, &config, &callback(&completion), &[&SecretText::known(KEY.to_owned())]).unwrap();
    (config, untouched(&request))
}

/// What is found of a paste.
pub(super) fn found(dialect: &str, config: &CallbackConfig, text: &str) -> Result<(bool, Code, String), String> {
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let paste = read(text).ok_or("no request")?;
    let received = paste.chosen(&recipe, config, &[]).map_err(|elsewhere| elsewhere.to_string())?.received;
    let found = diagnose(&recipe, &received, &[("active".to_owned(), SecretText::known(KEY.to_owned()))], config);
    Ok((found.verifies, found.code, format!("{} {}", found.finding, received.url)))
}

pub(super) fn target(received: &Received) -> &str {
    received.url.strip_prefix("https://pub.example").unwrap()
}

/// Every header in this form, one after the other.
pub(super) fn headers(received: &Received, write: impl Fn(&str, &str) -> String, join: &str) -> String {
    received.headers.iter().map(|(name, value)| write(name, value)).collect::<Vec<_>>().join(join)
}

pub(super) fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub(super) type Form = (&'static str, fn(&Received) -> String);

pub(super) fn body(received: &Received) -> &str {
    received.body.as_deref().unwrap_or_default()
}

pub(super) fn faults(dialect: &str, forms: &[Form]) -> Vec<String> {
    let (config, received) = told(dialect);
    let fault = |(form, write): &Form| {
        let text = write(&received);
        match found(dialect, &config, &text) {
            Ok((true, ..)) => None,
            other => Some(format!("{dialect} as {form}: {other:?}\n{text}")),
        }
    };
    forms.iter().filter_map(fault).collect()
}

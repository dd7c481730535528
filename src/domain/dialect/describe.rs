//! A recipe as it is shown to people: what a receiver must know to verify, and a reporter to report.

use serde_json::{Value, json};

use super::coverage::coverage;
use super::format::Format;
use super::named::{HeaderRule, Item};
use super::recipe::{Placeholder, Recipe};
use super::signature::Signature;
use crate::domain::retry::DocumentedSchedule;
use crate::domain::template::Brackets;

/// Describes a recipe; what it does not have is absent.
pub fn describe(recipe: &Recipe) -> Value {
    // By event type, `other` last: names of placeholders, and `name=text` where the text is fixed.
    let parameters = recipe.parameter_lists().map(|(event_type, items)| {
        let items = items.iter().chain(recipe.appended()).map(ToString::to_string);
        json!({ "eventType": event_type, "parameters": items.collect::<Vec<_>>() })
    });
    let mut description = json!({
        "name": recipe.name(),
        "recipe": recipe.id(),
        "title": recipe.title(),
        "version": recipe.version(),
        "about": Some(recipe.about()).filter(|about| !about.is_empty()),
        "solid": (!recipe.is_solid()).then_some(false),
        "sources": Some(recipe.sources()).filter(|sources| !sources.is_empty()),
        "method": recipe.method(),
        "encoding": recipe.encoding(),
        "brackets": match &recipe.template_form().brackets {
            Brackets::Common => None,
            own => Some(own),
        },
        "httpsOnly": recipe.https_only(),
        "secret": recipe.secret(),
        "secretInClear": recipe.secret_in_clear().then_some(true),
        "payoutCurrency": recipe.payout_currency(),
        "required": recipe.required(),
        "settings": recipe.settings(),
        "placeholders": recipe.placeholders().iter().map(placeholder).collect::<Vec<_>>(),
        "parameters": recipe.has_parameter_list().then(|| parameters.collect::<Vec<_>>()),
        "headers": Some(names(recipe.headers())).filter(|headers| !headers.is_empty()),
        "appendedOnTest": Some(listed(recipe.appended_on_test())).filter(|items| !items.is_empty()),
        "signature": recipe.signature().map(signature),
        "coverage": coverage(recipe),
        "success": recipe.success(),
        "finalStatuses": recipe.final_statuses(),
        "disablingStatuses": recipe.disabling_statuses(),
        "retrySchedule": DocumentedSchedule(recipe.retry().clone()),
        "timeoutMs": recipe.timeout().as_millis(),
        "reversal": recipe.reversal(),
        "zeroPayoutToldBy": Some(recipe.zero_payout_told_by()).filter(|marks| !marks.is_empty()),
        "vectors": recipe.vectors(),
    });
    if let Some(members) = description.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    description
}

fn placeholder(placeholder: &Placeholder) -> Value {
    json!({
        "name": placeholder.name(),
        "meaning": placeholder.meaning(),
        "value": placeholder.rule.source,
        "format": Some(&placeholder.rule.format).filter(|format| **format != Format::Plain),
        "words": Some(placeholder.rule.words.all()).filter(|words| !words.is_empty()),
        "reversalOnly": placeholder.reversal_only(),
        "signedOnly": placeholder.hidden(),
    })
}

fn signature(signature: &Signature) -> Value {
    json!({
        "algorithm": signature.algorithm,
        "key": signature.key,
        "digest": signature.digest,
        "signs": signature.signs,
        "travels": signature.travels,
        "headers": names(&signature.headers),
        "appended": listed(&signature.appended),
        "acceptsAmbiguity": signature.accepts_ambiguity,
    })
}

fn names(headers: &[HeaderRule]) -> Vec<&str> {
    headers.iter().map(|header| header.name.as_str()).collect()
}

fn listed(items: &[Item]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn a_description_holds_what_a_receiver_needs_to_verify() {
        let catalog = Catalog::builtin();
        let json = describe(catalog.get("offermaru").unwrap());
        assert_eq!(json["recipe"], "offermaru@1");
        assert_eq!(json["required"][3], "userReward");
        assert_eq!(json["placeholders"][0]["name"], "user_id");
        assert_eq!(json.get("solid"), None);
        assert_eq!(json["signature"]["signs"]["query"]["only"][0], "offer_id");
        assert_eq!(json["coverage"]["notCovered"][0], "offer_name");
        assert_eq!(json["reversal"]["part"], true);
        assert_eq!(json["vectors"].as_array().map(Vec::len), Some(7));
        let json = describe(catalog.get("growdeck").unwrap());
        assert_eq!(json["solid"], false);
        assert!(json["about"].as_str().unwrap().starts_with("Not confirmed: "));
        let json = describe(catalog.get("besitos").unwrap());
        assert_eq!(json["parameters"][1]["parameters"][5], "type=survey");
        assert_eq!(json["signature"]["travels"]["query"], "verifier");
        assert_eq!(json["settings"], json!([]));
        let json = describe(catalog.get("attribloom").unwrap());
        assert_eq!(
            (&json["settings"][0]["name"], &json["settings"][0]["required"]),
            (&json!("surfaceId"), &json!(true))
        );
    }
}

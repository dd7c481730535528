//! A recipe as it is shown to people: what a receiver must know to verify, and a reporter to report.

use serde_json::{Value, json};

use super::recipe::{Placeholder, Recipe};
use super::signature::Signature;

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
        "method": recipe.method(),
        "httpsOnly": recipe.https_only(),
        "secret": recipe.secret(),
        "payoutCurrency": recipe.payout_currency(),
        "required": recipe.required(),
        "settings": recipe.settings(),
        "placeholders": recipe.placeholders().iter().map(placeholder).collect::<Vec<_>>(),
        "parameters": recipe.has_parameter_list().then(|| parameters.collect::<Vec<_>>()),
        "signature": recipe.signature().map(signature),
        "success": recipe.success(),
        "finalStatuses": recipe.final_statuses(),
        "disablingStatuses": recipe.disabling_statuses(),
        "retrySchedule": recipe.retry().as_seconds(),
        "timeoutMs": recipe.timeout().as_millis(),
        "reversal": recipe.reversal(),
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
        "reversalOnly": placeholder.reversal_only(),
    })
}

fn signature(signature: &Signature) -> Value {
    json!({
        "algorithm": signature.algorithm,
        "key": signature.key,
        "digest": signature.digest,
        "signs": signature.signs,
        "travels": signature.travels,
        "headers": signature.headers.iter().map(|header| &header.name).collect::<Vec<_>>(),
    })
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
        assert_eq!(json["signature"]["signs"]["parameters"][0], "offer_id");
        assert_eq!(json["reversal"]["part"], true);
        assert_eq!(json["vectors"].as_array().map(Vec::len), Some(7));
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

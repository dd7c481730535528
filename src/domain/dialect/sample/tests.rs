use super::*;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::endpoint_settings::EndpointSettings;

/// A URL with every placeholder of a dialect that a publisher may write.
fn every_macro(recipe: &Recipe) -> String {
    if recipe.body().is_some() || recipe.has_parameter_list() {
        return "https://pub.example/cb".to_owned();
    }
    let reserved: Vec<&str> = recipe.reserved_names().collect();
    let own = recipe.placeholders().iter().filter(|known| !known.hidden() && !known.reversal_only());
    let names = own.map(|known| known.name()).filter(|name| !reserved.contains(name));
    let signature = recipe.signature();
    let carrier = signature.into_iter().flat_map(|signature| signature.placeholder().iter().take(1));
    let names = names.chain(carrier.map(String::as_str));
    let signed = signature.map(|signature| signature.signed_parameters()).unwrap_or_default();
    let pair = |(number, name): (usize, &str)| {
        let parameter = if signed.iter().any(|signed| signed == name) { name.to_owned() } else { format!("p{number}") };
        format!("{parameter}={}", recipe.written(name))
    };
    let pairs: Vec<String> = names.enumerate().map(pair).collect();
    format!("https://pub.example/cb?{}", pairs.join("&"))
}

fn of(dialect: &str, url: Option<&str>) -> Sample {
    let catalog = Catalog::builtin();
    let recipe = catalog.get(dialect).unwrap();
    let callback_url = CallbackUrl::new(&url.map_or_else(|| every_macro(recipe), str::to_owned));
    let names = recipe.settings().iter().map(|setting| (setting.name.clone(), "set".to_owned()));
    let settings = EndpointSettings {
        callback_url: Some(callback_url.clone()),
        reversal_url: Some(callback_url),
        dialect_settings: names.collect(),
        ..EndpointSettings::new(dialect)
    };
    sample(recipe, &CallbackConfig { app_label: "app_1".to_owned(), settings }).unwrap()
}

#[test]
fn every_dialect_has_a_sample_that_is_signed_and_a_reversal_where_it_tells_one() {
    for recipe in Catalog::builtin().newest() {
        let sample = of(recipe.name(), None);
        let is_signed = sample.completion.request.signature.is_some();
        assert_eq!(is_signed, recipe.signature().is_some(), "{}", recipe.name());
        let is_told = sample.reversal.is_ok();
        assert_eq!(is_told, recipe.reversal().is_some(), "{}: {:?}", recipe.name(), sample.reversal.err());
        assert_eq!(sample.values.len(), recipe.placeholders().len());
    }
}

#[test]
fn a_field_of_the_body_that_is_reported_in_extra_is_in_the_sample() {
    let body = of("adgem-post", None).completion.request.body.unwrap();
    assert!(body.contains("\"country\":\"DE\""), "{body}");
}

#[test]
fn a_sample_is_what_the_vectors_have() {
    let url = "https://pub.example/ayet?uid={external_identifier}&amount={currency_amount}&usd={payout_usd}&tx={transaction_id}\
               &offer={offer_name}&cb={is_chargeback}";
    let sample = of("ayet", Some(url));
    let text = "amount=150.75&cb=0&offer=Gems+%26+Gold+%28iOS%29&tx=tx-1001&uid=u-42&usd=1.25";
    assert_eq!(sample.completion.request.signed_text.as_deref(), Some(text));
    let reversed = sample.reversal.unwrap();
    assert_eq!(
        reversed.request.signature.as_deref(),
        Some("f1d52f740123cd402f7d31e7f7a505999910ab56b912f6b7d42f06de610cd673")
    );
    let uid = &sample.values[0];
    assert_eq!((uid.name.as_str(), uid.completed.as_deref()), ("external_identifier", Some("u-42")));
    assert_eq!(sample.secret.as_deref(), Some("sekret"));
}

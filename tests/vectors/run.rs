//! Composes a vector and compares, byte for byte.

use std::path::Path;
use std::time::Duration;

use ringback::domain::dialect::callback::{Callback, Message};
use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::compose::{compose, draft};
use ringback::domain::dialect::vector::{Vector, differences};
use ringback::domain::secret::SecretText;

pub(crate) fn run(catalog: &Catalog, vector: &Vector, path: &Path) {
    let path = path.display();
    let named = vector.recipe.as_deref().unwrap_or_else(|| panic!("{path}: names no recipe"));
    let recipe = catalog.get_version(named).unwrap_or_else(|| panic!("{path}: no recipe {named}"));
    assert_eq!(differences(recipe, vector), [], "{path}");
    let (Some(config), Some(completion)) = (vector.config(), vector.completion()) else {
        return;
    };
    let secret = vector.secret.clone().map(SecretText::known);
    let secrets: Vec<&SecretText> = secret.iter().collect();
    let callback = Callback {
        event_id: vector.event_id.as_deref().unwrap(),
        completion: &completion,
        event: &vector.event(),
        attempted_at: vector.attempted_at.unwrap(),
        created_at: vector.created_at.unwrap(),
        is_test: vector.test,
    };
    let request = compose(recipe, &config, &callback, &secrets).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    // A draft that was finished before is finished anew for each attempt, whatever the one before it knew.
    let message = Message {
        completion: callback.completion,
        event: callback.event,
        created_at: callback.created_at,
        is_test: callback.is_test,
    };
    let drafted = draft(recipe, &config, &message).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    let later = callback.attempted_at.plus(Duration::from_secs(61));
    let other_key = SecretText::known(other_secret(vector).to_owned());
    let other = drafted.finish("evt_other", later, &[&other_key]);
    assert!(other.is_ok(), "{path}");
    let finished = drafted.finish(callback.event_id, callback.attempted_at, &secrets);
    assert_eq!(finished.as_ref(), Ok(&request), "{path}");
    if let Some(signature) = &vector.expect.signature {
        assert_eq!(request.signature_start.as_deref(), Some(&signature[..8]), "{path}");
        let shown = request.headers.iter().map(|header| header.shown.as_str()).chain([request.shown_url()]);
        assert!(
            !shown.into_iter().any(|shown| shown.contains(signature)),
            "{path}: what may be kept holds the signature"
        );
    }
}

/// Another secret of the same form.
fn other_secret(vector: &Vector) -> &'static str {
    let decodes = vector.secret.as_ref().is_some_and(|secret| secret.starts_with("whsec_"));
    if decodes { "whsec_b3RoZXI=" } else { "other" }
}

//! Composes a vector and compares, byte for byte.

use std::path::Path;
use std::time::Duration;

use ringback::domain::dialect::callback::{Callback, Message};
use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::compose::{compose, draft};
use ringback::domain::dialect::parts::SECRET;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::secret::SecretText;

use crate::vector::Vector;

pub(crate) fn run(catalog: &Catalog, vector: &Vector, path: &Path) {
    let path = path.display();
    let recipe = catalog.get_version(&vector.recipe).unwrap_or_else(|| panic!("{path}: no recipe {}", vector.recipe));
    let secret = vector.secret.clone().map(SecretText::known);
    check_signature(recipe, vector, secret.as_ref(), &path);
    let (Some(config), Some(completion)) = (vector.config(), vector.completion()) else {
        return;
    };
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
    let other_key = SecretText::known(vector.other_secret().to_owned());
    let other = drafted.finish("evt_other", later, &[&other_key]);
    assert!(other.is_ok(), "{path}");
    let finished = drafted.finish(callback.event_id, callback.attempted_at, &secrets);
    assert_eq!(finished.as_ref(), Ok(&request), "{path}");
    let expect = &vector.expect;
    let headers = request.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
    assert_eq!(Some(request.method), expect.method.as_deref(), "{path}");
    assert_eq!(Some(&request.url), expect.url.as_ref(), "{path}");
    assert_eq!(expect.headers, headers, "{path}");
    assert_eq!(request.body, expect.body, "{path}");
    assert_eq!(request.signed_text, expect.signed_text, "{path}");
    if let Some(secret) = secret.as_ref().filter(|_| recipe.secret_in_clear()) {
        assert_ne!(request.shown_url(), request.url, "{path}");
        assert!(!request.shown_url().contains(secret.expose()), "{path}: what may be kept holds the secret");
        assert!(!format!("{request:?}").contains(secret.expose()), "{path}: a log would hold the secret");
    }
    if let Some(signature) = &expect.signature {
        assert_eq!(request.signature_start.as_deref(), Some(&signature[..8]), "{path}");
        let shown = request.headers.iter().map(|header| header.shown.as_str()).chain([request.shown_url()]);
        assert!(
            !shown.into_iter().any(|shown| shown.contains(signature)),
            "{path}: what may be kept holds the signature"
        );
    }
}

fn check_signature(recipe: &Recipe, vector: &Vector, secret: Option<&SecretText>, path: &impl std::fmt::Display) {
    let (Some(text), Some(signature)) = (&vector.expect.signed_text, &vector.expect.signature) else {
        return;
    };
    let secret = secret.unwrap_or_else(|| panic!("{path}: signed without a secret"));
    let signer = recipe.signature().unwrap_or_else(|| panic!("{path}: {} does not sign", recipe.id()));
    let text = text.replace(SECRET, secret.expose());
    assert_eq!(&signer.sign_bytes(secret, text.as_bytes()).unwrap(), signature, "{path}");
}

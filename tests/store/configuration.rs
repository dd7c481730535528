//! Publishers, tokens, sources, apps, and what a directory learns of their changes.

use std::time::Duration;

use ringback::domain::account::{Role, Token};
use ringback::domain::app::App;
use ringback::domain::app_settings::AppSettings;
use ringback::domain::secret::SecretText;
use ringback::domain::source::Source;
use ringback::random;
use ringback::store::Store;
use ringback::store::apps::{AppChange, AppSaved, Archived};
use ringback::store::page::Page;
use ringback::store::publishers::{PublisherChange, PublisherSaved};
use ringback::store::role_scope::RoleScope;
use ringback::store::secrets::NewSecret;
use ringback::store::sources::SourceCreated;
use ringback::store::tokens::{TokenCreated, TokenDeleted};

use crate::setup::{NOW, all, app, new_app, publisher, store};

fn source(app_ids: Option<Vec<String>>) -> Source {
    Source {
        id: random::new_id("src"),
        surface_id: random::new_id("srf"),
        name: "Network".to_owned(),
        app_ids,
        transaction_prefix: None,
        secret: SecretText::known("first".to_owned()),
        previous: None,
        created_at: NOW,
    }
}

fn token(role: Role) -> Token {
    Token {
        id: random::new_id("tok"),
        name: "ops".to_owned(),
        role,
        expires_at: None,
        created_at: NOW,
        created_by: None,
        last_used_at: None,
    }
}

async fn revision(store: &Store) -> i64 {
    store.configuration_since(-1).await.unwrap().unwrap().revision
}

#[tokio::test]
async fn a_ref_means_one_publisher_or_app_in_the_whole_installation() {
    let fresh = store();
    let store = &fresh.store;
    let first = publisher(store, Some("acme")).await;
    let second = publisher(store, None).await;
    let change = PublisherChange { name: None, reference: Some(Some("acme".to_owned())) };
    assert_eq!(store.change_publisher(&second.id, change.clone()).await.unwrap(), PublisherSaved::RefTaken);
    assert!(matches!(store.change_publisher(&first.id, change).await.unwrap(), PublisherSaved::Saved(_)));
    assert_eq!(store.create_app(new_app(&first, Some("acme"))).await.unwrap(), AppSaved::RefTaken);
    let wall = new_app(&first, Some("wall"));
    let id = wall.id.clone();
    assert_eq!(store.create_app(wall).await.unwrap(), AppSaved::Saved);
    assert_eq!(store.app("wall").await.unwrap().unwrap().id, id);
    // Archived, it keeps its ref, so that a late report never reaches another app.
    assert_eq!(store.archive_app(&id, NOW).await.unwrap(), Archived::Archived);
    assert!(store.app("wall").await.unwrap().is_none());
    assert_eq!(store.create_app(new_app(&first, Some("wall"))).await.unwrap(), AppSaved::RefTaken);
}

#[tokio::test]
async fn lists_are_newest_first_and_every_item_is_on_exactly_one_page() {
    let fresh = store();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(publisher(&fresh.store, None).await.id);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = fresh.store.publishers(Page { limit: 2, before }).await.unwrap();
        seen.extend(page.items.into_iter().map(|publisher| publisher.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn an_app_comes_back_as_it_was_saved() {
    let fresh = store();
    let owner = publisher(&fresh.store, None).await;
    let new = new_app(&owner, Some("wall"));
    fresh.store.create_app(new.clone()).await.unwrap();
    let app = fresh.store.app(&new.id).await.unwrap().unwrap();
    assert_eq!(app.settings, new.settings);
    let endpoint = app.first_endpoint().unwrap();
    assert_eq!(endpoint.config.settings, new.endpoint);
    assert_eq!(endpoint.config.app_label, "wall");
}

#[tokio::test]
async fn a_change_that_was_overtaken_changes_nothing() {
    let fresh = store();
    let owner = publisher(&fresh.store, None).await;
    let read = app(&fresh.store, &owner).await;
    let change = |name: &str| AppChange {
        id: read.id.clone(),
        read_at: read.revision,
        settings: AppSettings { name: name.to_owned(), ..read.settings.clone() },
        endpoint: None,
    };
    assert_eq!(fresh.store.change_app(change("first")).await.unwrap(), AppSaved::Saved);
    assert_eq!(fresh.store.change_app(change("second")).await.unwrap(), AppSaved::Overtaken);
    assert_eq!(fresh.store.app(&read.id).await.unwrap().unwrap().settings.name, "first");
}

#[tokio::test]
async fn an_app_keeps_at_least_one_endpoint_and_the_others_come_and_go() {
    let fresh = store();
    let owner = publisher(&fresh.store, None).await;
    let app = app(&fresh.store, &owner).await;
    let first = app.first_endpoint().unwrap().id.clone();
    let settings = new_app(&owner, None).endpoint;
    let second = random::new_id("end");
    fresh.store.create_endpoint(&app.id, &second, settings, NOW).await.unwrap();
    let both = fresh.store.app(&app.id).await.unwrap().unwrap();
    assert_eq!(both.endpoints.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!(fresh.store.archive_endpoint(&app.id, &second, NOW).await.unwrap(), Archived::Archived);
    assert_eq!(fresh.store.archive_endpoint(&app.id, &second, NOW).await.unwrap(), Archived::Unknown);
    assert_eq!(fresh.store.archive_endpoint(&app.id, &first, NOW).await.unwrap(), Archived::OnlyEndpoint);
}

#[tokio::test]
async fn a_directory_learns_of_what_changed_and_of_nothing_else() {
    let fresh = store();
    let store = &fresh.store;
    let owner = publisher(store, None).await;
    let one = app(store, &owner).await;
    let other = app(store, &owner).await;
    let seen = revision(store).await;
    assert!(store.configuration_since(seen).await.unwrap().is_none());
    store.archive_app(&other.id, NOW).await.unwrap();
    let news = store.configuration_since(seen).await.unwrap().unwrap();
    assert_eq!(news.apps.iter().map(|app| app.id.as_str()).collect::<Vec<_>>(), [other.id.as_str()]);
    assert!(news.apps.iter().all(|app| app.archived_at.is_some()));
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn an_apps_revision_counts_the_changes_of_the_app_and_of_what_belongs_to_it_alone() {
    let fresh = store();
    let store = &fresh.store;
    let owner = publisher(store, None).await;
    let (one, other) = (app(store, &owner).await, app(store, &owner).await);
    let told = store.configuration_since(-1).await.unwrap().unwrap().apps;
    assert!(told.contains(&one) && told.contains(&other), "the directory learns the same of an app as a caller");
    let settings = new_app(&owner, None).endpoint;
    store.create_endpoint(&other.id, &random::new_id("end"), settings, NOW).await.unwrap();
    let now = |app: App| async move { store.app(&app.id).await.unwrap().unwrap().revision };
    assert!(now(other.clone()).await > other.revision);
    assert_eq!(now(one.clone()).await, one.revision);
    let secret = NewSecret {
        id: random::new_id("sec"),
        app_id: one.id.clone(),
        endpoint_id: one.endpoints[0].id.clone(),
        text: SecretText::known("secret".to_owned()),
        activate: None,
        created_at: NOW,
    };
    store.create_secret(secret).await.unwrap();
    assert!(now(one.clone()).await > one.revision);
}

#[tokio::test]
async fn a_rotated_source_verifies_with_both_secrets_for_a_while() {
    let fresh = store();
    let store = &fresh.store;
    let created = store.create_source(source(None)).await.unwrap();
    let SourceCreated::Created(created) = created else { panic!("a source without apps is good") };
    let second = SecretText::known("second".to_owned());
    let hour = Duration::from_secs(3_600);
    let rotated = store.rotate_source(&created.id, &second, hour, NOW).await.unwrap().unwrap();
    let verify = |at| rotated.secrets(at).map(|secret| secret.expose().to_owned()).collect::<Vec<_>>();
    assert_eq!(verify(NOW), ["second", "first"]);
    assert_eq!(verify(NOW.plus(hour)), ["second"]);
    let rotated = store.rotate_source(&created.id, &second, Duration::ZERO, NOW).await.unwrap().unwrap();
    assert_eq!(rotated.previous, None);
    let seen = revision(store).await;
    assert!(store.archive_source(&created.id, NOW).await.unwrap());
    assert!(!store.archive_source(&created.id, NOW).await.unwrap());
    let news = store.configuration_since(seen).await.unwrap().unwrap();
    assert_eq!(news.archived_sources, [created.id]);
    assert!(store.sources(all()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_sources_apps_are_kept_by_id_and_unknown_ones_are_named() {
    let fresh = store();
    let owner = publisher(&fresh.store, None).await;
    let wall = new_app(&owner, Some("wall"));
    let id = wall.id.clone();
    fresh.store.create_app(wall).await.unwrap();
    let given = vec!["wall".to_owned(), id.clone()];
    let SourceCreated::Created(created) = fresh.store.create_source(source(Some(given))).await.unwrap() else {
        panic!("both name the same app")
    };
    assert_eq!(created.app_ids, Some(vec![id.clone()]));
    let given = vec![id, "nowhere".to_owned()];
    assert_eq!(fresh.store.create_source(source(Some(given))).await.unwrap(), SourceCreated::UnknownApps(vec![1]));
}

#[tokio::test]
async fn the_bootstrap_token_is_taken_while_there_is_no_operator_and_ignored_afterwards() {
    let fresh = store();
    assert!(fresh.store.bootstrap_operator("first", NOW).await.unwrap());
    assert!(!fresh.store.bootstrap_operator("second", NOW).await.unwrap());
    assert_eq!(fresh.store.token_by_text("first").await.unwrap().unwrap().role, Role::Operator);
    assert!(fresh.store.token_by_text("second").await.unwrap().is_none());
}

#[tokio::test]
async fn the_last_operator_token_can_not_be_deleted() {
    let fresh = store();
    let store = &fresh.store;
    let (one, other) = (token(Role::Operator), token(Role::Operator));
    store.create_token(one.clone(), "one").await.unwrap();
    assert_eq!(store.delete_token(&one.id, RoleScope::All, NOW).await.unwrap(), TokenDeleted::LastOperator);
    store.create_token(other.clone(), "other").await.unwrap();
    assert_eq!(store.delete_token(&one.id, RoleScope::OfPublishers, NOW).await.unwrap(), TokenDeleted::Unknown);
    assert_eq!(store.delete_token(&one.id, RoleScope::All, NOW).await.unwrap(), TokenDeleted::Deleted);
    assert!(store.token_by_text("one").await.unwrap().is_none());
    let stranger = Role::Publisher { publisher_id: random::new_id("pub") };
    assert_eq!(store.create_token(token(stranger), "x").await.unwrap(), TokenCreated::UnknownPublisher);
}

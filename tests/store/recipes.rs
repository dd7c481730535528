//! Recipes and their drafts: what is published is what was checked, counts up, and stays.

use ringback::domain::dialect::listed::{PublishedRecipe, RecipeDraft};
use ringback::domain::made_by::MadeBy;
use ringback::domain::time::Timestamp;
use ringback::store::Store;
use ringback::store::recipe_drafts::{DraftSaved, Replaces};
use ringback::store::recipes::Published;
use serde_json::json;

use crate::setup::{NOW, store};

const NAME: &str = "x-coinbarn";
const MOST: i64 = 3;

fn by() -> MadeBy {
    MadeBy { token_id: Some("tok_1".to_owned()), user_id: None, name: "ops".to_owned() }
}

/// A draft; nothing is read here of what it says.
fn draft(name: &str, text: &str) -> RecipeDraft {
    RecipeDraft {
        name: name.to_owned(),
        title: "Coinbarn".to_owned(),
        text: text.to_owned(),
        vectors: vec![json!({"rule": "r", "amount": "1.50"})],
        publishers: Some(vec!["pub_1".to_owned()]),
        saved_at: NOW,
        saved_by: by(),
        revision: 0,
    }
}

async fn saved(store: &Store, draft: RecipeDraft, replaces: Replaces) -> i64 {
    match store.save_recipe_draft(draft, replaces, MOST).await.unwrap() {
        DraftSaved::Saved(revision) => revision,
        other => panic!("{other:?}"),
    }
}

async fn published(store: &Store, text: &str) -> PublishedRecipe {
    let revision = saved(store, draft(NAME, text), Replaces::Nothing).await;
    match store.publish_recipe(NAME, revision, by(), NOW).await.unwrap() {
        Published::As(published) => *published,
        other => panic!("{other:?}"),
    }
}

/// What a directory learns that stands at this revision.
async fn learned(store: &Store, revision: i64) -> Vec<PublishedRecipe> {
    store.configuration_since(revision).await.unwrap().map(|configuration| configuration.recipes).unwrap_or_default()
}

async fn revision(store: &Store) -> i64 {
    store.configuration_since(-1).await.unwrap().unwrap().revision
}

#[tokio::test]
async fn a_draft_is_replaced_by_whoever_has_seen_it_and_by_nobody_else() {
    let fresh = store();
    let store = &fresh.store;
    let first = saved(store, draft(NAME, "one"), Replaces::Nothing).await;
    let save = |text: &str, replaces| store.save_recipe_draft(draft(NAME, text), replaces, MOST);
    assert_eq!(save("two", Replaces::Nothing).await.unwrap(), DraftSaved::Taken);
    let second = saved(store, draft(NAME, "two"), Replaces::Revision(first)).await;
    assert!(second > first);
    assert_eq!(save("three", Replaces::Revision(first)).await.unwrap(), DraftSaved::Overtaken);
    let kept = store.recipe_draft(NAME).await.unwrap().unwrap();
    assert_eq!(kept, RecipeDraft { revision: second, ..draft(NAME, "two") });
    assert_eq!(store.delete_recipe_draft(NAME).await.unwrap(), Some(kept));
    assert_eq!(store.delete_recipe_draft(NAME).await.unwrap(), None);
    for replaces in [Replaces::Any, Replaces::Revision(second)] {
        assert_eq!(save("four", replaces).await.unwrap(), DraftSaved::Unknown);
    }
    for name in ["x-a", "x-b", "x-c"] {
        saved(store, draft(name, "t"), Replaces::Nothing).await;
    }
    assert_eq!(save("five", Replaces::Nothing).await.unwrap(), DraftSaved::TooMany);
    let names: Vec<String> = store.recipe_drafts().await.unwrap().into_iter().map(|draft| draft.name).collect();
    assert_eq!(names, ["x-a", "x-b", "x-c"]);
}

#[tokio::test]
async fn what_is_published_is_the_draft_that_was_checked_under_the_next_number() {
    let fresh = store();
    let store = &fresh.store;
    let first = saved(store, draft(NAME, "one"), Replaces::Nothing).await;
    let second = saved(store, draft(NAME, "two"), Replaces::Any).await;
    assert_eq!(store.publish_recipe(NAME, first, by(), NOW).await.unwrap(), Published::Overtaken);
    assert_eq!(store.publish_recipe("x-other", second, by(), NOW).await.unwrap(), Published::Unknown);
    let Published::As(published_first) = store.publish_recipe(NAME, second, by(), NOW).await.unwrap() else {
        panic!("it was checked");
    };
    assert_eq!((published_first.id().as_str(), published_first.text.as_str()), ("x-coinbarn@1", "two"));
    assert_eq!(published_first.vectors, draft(NAME, "two").vectors);
    assert_eq!(store.recipe_draft(NAME).await.unwrap(), None);
    assert_eq!(store.publish_recipe(NAME, second, by(), NOW).await.unwrap(), Published::Unknown);
    assert_eq!(published(store, "three").await.version, 2);
    assert!(store.knows_dialect(NAME).await.unwrap() && !store.knows_dialect("x-other").await.unwrap());
}

#[tokio::test]
async fn another_node_learns_what_was_published_and_what_became_of_it() {
    let fresh = store();
    let (store, other) = (&fresh.store, fresh.another_node());
    let before = revision(&other).await;
    let first = published(store, "one").await;
    assert_eq!(learned(&other, before).await, std::slice::from_ref(&first));
    let before = revision(&other).await;
    assert_eq!(learned(&other, before).await, []);
    let later = Timestamp::from_millis(NOW.as_millis() + 1);
    assert!(store.first_delivered(NAME, 1, later).await.unwrap());
    assert!(store.withdraw_recipe(NAME, 1, later).await.unwrap());
    let [seen] = &learned(&other, before).await[..] else { panic!("one changed") };
    let publication = &seen.publication;
    assert_eq!((publication.first_delivered_at, publication.withdrawn_at), (Some(later), Some(later)));
    // The first time counts, and a later one changes nothing that others would have to learn.
    let before = revision(&other).await;
    let last = Timestamp::from_millis(NOW.as_millis() + 2);
    assert!(store.first_delivered(NAME, 1, last).await.unwrap() && store.withdraw_recipe(NAME, 1, last).await.unwrap());
    assert_eq!(learned(&other, before).await, []);
    assert!(!store.withdraw_recipe(NAME, 2, last).await.unwrap());
}

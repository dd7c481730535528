//! Lists over a long history: no call looks through all of it.

use std::time::Duration;

use ringback::domain::app::App;
use ringback::domain::delivery::Status;
use ringback::store::StoreError;
use ringback::store::inspect::history::Past;
use ringback::store::lookups::Criteria;
use ringback::store::page::Page;

use crate::setup::{Fresh, NOW, app, new_app, publisher, store};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A store with some apps, and so many completions of theirs within sixty days.
async fn with_history(apps: usize, count: u64) -> (Fresh, Vec<App>) {
    let fresh = store();
    let publisher = publisher(&fresh.store, None).await;
    let mut made = vec![app(&fresh.store, &publisher).await];
    for _ in 1..apps {
        let new = new_app(&publisher, None);
        let id = new.id.clone();
        fresh.store.create_app(new).await.unwrap();
        made.push(fresh.store.app(&id).await.unwrap().unwrap());
    }
    let recipe = "besitos@1".to_owned();
    let past = Past { first: 1, count, users: 100, from: NOW.minus(DAY * 60), until: NOW, recipe };
    fresh.store.make_past(past).await.unwrap();
    (fresh, made)
}

fn of(apps: &[App]) -> Criteria {
    let app_ids = Some(apps.iter().map(|app| app.id.clone()).collect());
    Criteria { app_ids, asked_at: NOW, ..Criteria::default() }
}

const PAGE: Page = Page { limit: 50, before: None };

#[tokio::test]
async fn what_is_rare_in_a_long_history_is_looked_for_in_31_days_and_else_to_be_narrowed() {
    let (fresh, apps) = with_history(1, 130_000).await;
    let of_app = of(&apps);
    let unknown = Criteria { offer_id: Some("unknown".to_owned()), ..of_app.clone() };
    let dead = Criteria { status: Some(Status::Dead), ..of_app.clone() };
    for (wide, expected) in [(&unknown, "offerId"), (&dead, "deliveryStatus")] {
        for app_ids in [of_app.app_ids.clone(), None] {
            let criteria = Criteria { app_ids, ..wide.clone() };
            let found = fresh.store.completions(criteria.clone(), PAGE).await;
            assert!(matches!(found, Err(StoreError::TooWide { field }) if field == expected), "{found:?}");
            let within = Criteria { from: Some(NOW.minus(DAY * 31)), ..criteria };
            assert_eq!(fresh.store.completions(within, PAGE).await.unwrap().items, []);
        }
    }
    let frequent = Criteria { status: Some(Status::Delivered), ..of_app.clone() };
    assert_eq!(fresh.store.completions(frequent, PAGE).await.unwrap().items.len(), 50);
    // An index leads to these, however long the history.
    let reversed = Criteria { reversed: Some(true), ..of_app.clone() };
    assert_eq!(fresh.store.completions(reversed, PAGE).await.unwrap().items, []);
    assert_eq!(fresh.store.deliveries(dead, PAGE).await.unwrap().items, []);
    // What an export has begun it may go on with.
    assert_eq!(fresh.store.rest_of_completions(unknown, PAGE).await.unwrap().items, []);
}

#[tokio::test]
async fn the_lists_of_several_apps_are_one_list_whose_pages_hold_everything_once() {
    let (fresh, apps) = with_history(3, 300).await;
    for app_ids in [&apps[..2], &apps[..]] {
        let criteria = of(app_ids);
        let page = |before| Page { limit: 23, before };
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let listed = fresh.store.completions(criteria.clone(), page(before)).await.unwrap();
            seen.extend(listed.items.into_iter().map(|entry| entry.completion.id));
            before = listed.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 100 * app_ids.len());
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let listed = fresh.store.deliveries(criteria.clone(), page(before)).await.unwrap();
            seen.extend(listed.items.into_iter().map(|delivery| delivery.id));
            before = listed.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 100 * app_ids.len());
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    }
}

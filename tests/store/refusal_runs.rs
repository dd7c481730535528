//! Runs of refusals: counted for all nodes, ended at one URL alone, forgotten where they were no trouble.

use std::time::Duration;

use ringback::domain::dialect::callback_url::UrlUse;
use ringback::domain::refusal_run::{RefusalKind, Refused, RunOf};
use ringback::domain::time::Timestamp;
use ringback::store::Store;

use crate::setup::{NOW, store};

fn of(url_use: UrlUse) -> RunOf {
    RunOf { endpoint_id: "end_1".to_owned(), url_use, kind: RefusalKind::Forbidden }
}

/// Whether one more refusal makes it a trouble.
async fn refused(store: &Store, url_use: UrlUse, at: Timestamp) -> bool {
    let in_front = Some("it sent a page for people".to_owned());
    let refused = Refused { kind: RefusalKind::Forbidden, at, in_front, allows: None };
    store.note_refusal(of(url_use), refused).await.unwrap().raised_at == Some(at)
}

#[tokio::test]
async fn what_several_nodes_are_refused_is_one_run_and_each_url_has_its_own() {
    let fresh = store();
    let other = fresh.another_node();
    for second in 0..5 {
        let at = NOW.plus(Duration::from_secs(second));
        let node = if second % 2 == 0 { &fresh.store } else { &other };
        assert_eq!(refused(node, UrlUse::Callback, at).await, second == 4);
        if second < 3 {
            assert!(!refused(node, UrlUse::Reversal, at).await);
        }
    }
    let runs = other.refusal_runs().await.unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run.in_front.as_deref() == Some("it sent a page for people")));
    other.end_refusals("end_1".to_owned(), UrlUse::Callback).await.unwrap();
    let left = fresh.store.refusal_runs().await.unwrap();
    assert!(left.len() == 1 && left[0].of == of(UrlUse::Reversal), "{left:?}");
}

#[tokio::test]
async fn what_was_no_trouble_is_forgotten_and_a_trouble_is_not() {
    let fresh = store();
    for second in 0..5 {
        refused(&fresh.store, UrlUse::Callback, NOW.plus(Duration::from_secs(second))).await;
    }
    refused(&fresh.store, UrlUse::Reversal, NOW).await;
    fresh.store.forget_refusals(NOW).await.unwrap();
    assert_eq!(fresh.store.refusal_runs().await.unwrap().len(), 2);
    fresh.store.forget_refusals(NOW.plus(Duration::from_secs(3_600))).await.unwrap();
    let left = fresh.store.refusal_runs().await.unwrap();
    assert!(left.len() == 1 && left[0].of == of(UrlUse::Callback), "{left:?}");
}

//! The keys of a user who was erased, as any store must keep them: whoever still knows one finds by it what it always meant,
//! and nothing is recorded a second time.

use std::time::Duration;

use ringback::domain::click::{self, Click};
use ringback::domain::identity::ReportedFields;
use ringback::domain::new_delivery::Start;
use ringback::store::erasure::{Erased, Erasure};
use ringback::store::lookups::CompletionCriteria;
use ringback::store::queue::{NewCompletion, Recorded};

use crate::queue::new;
use crate::setup::{NOW, all, store};

const CLICK: &str = "clk_1";

/// A completion that tells nobody, so that nothing of it is open, and converts a click.
fn converting(external_id: &str, transaction_id: &str, click_id: &str) -> NewCompletion {
    let mut new = new(external_id, "end_1", Start::Pending);
    new.deliveries.clear();
    new.completion.transaction_id = transaction_id.to_owned();
    new.completion.click_id = Some(click_id.to_owned());
    new.given = ReportedFields::of_completion(&new.completion, None);
    new
}

#[tokio::test]
async fn a_users_clicks_go_step_by_step_and_nobody_elses() {
    let fresh = store();
    let click = |number: u16, user: &str| Click {
        id: click::new_id(NOW.plus(Duration::from_millis(number.into())), [0; click::RANDOM_BYTES]),
        offer_id: "ofr_1".to_owned(),
        app_id: "app_1".to_owned(),
        user_id: user.to_owned(),
        sub: None,
        clicked_at: NOW,
    };
    let theirs = click(5_000, "u2");
    fresh.store.record_click(theirs.clone()).await.unwrap();
    // Fewer at a time than may wait.
    for some in [0..600, 600..1_100] {
        let recorded = some.map(|number| fresh.store.record_click(click(number, "u1")));
        futures_util::future::try_join_all(recorded).await.unwrap();
    }
    let mut steps = Vec::new();
    while steps.last() != Some(&0) {
        steps.push(fresh.store.erase_clicks(erasure()).await.unwrap());
    }
    assert_eq!(steps, [1_000, 100, 0]);
    assert!(fresh.store.click(theirs.id).await.unwrap().is_some());
}

fn erasure() -> Erasure {
    let text = |text: &str| text.to_owned();
    Erasure { app_id: text("app_1"), user_id: text("u1"), pseudonym: text("erased_u"), now: NOW }
}

#[tokio::test]
async fn what_one_node_erased_is_known_by_its_keys_to_every_node_and_recorded_by_none() {
    let fresh = store();
    let other = fresh.another_node();
    let first = converting("e1", "T1", CLICK);
    assert_eq!(other.record(vec![first.clone()]).await.unwrap(), [Recorded::Accepted]);
    assert_eq!(fresh.store.erase_user(erasure()).await.unwrap(), Erased::Completions(1));

    let reports = [
        converting("e1", "T1", CLICK),
        converting("e1", "T2", CLICK),
        converting("e2", "t1", "clk_2"),
        converting("e3", "T3", CLICK),
        converting("e4", "T4", "clk_2"),
    ];
    for dry_run in [true, false] {
        let mut outcomes = Vec::new();
        if dry_run {
            for report in reports.clone() {
                outcomes.push(other.would_record(report).await.unwrap());
            }
        } else {
            outcomes = other.record(reports.to_vec()).await.unwrap();
        }
        assert!(
            matches!(&outcomes[0], Recorded::Duplicate { completion_id, .. } if *completion_id == first.completion.id),
            "{outcomes:?}"
        );
        let conflict = Recorded::Conflict { fields: vec!["transactionId"] };
        use Recorded::{Accepted, ClickConverted, TransactionIdTaken};
        assert_eq!(outcomes[1..], [conflict, TransactionIdTaken, ClickConverted, Accepted]);
    }
}

#[tokio::test]
async fn an_erased_key_that_was_read_in_an_answer_leads_to_its_record() {
    let fresh = store();
    let first = converting("e1", "t1", CLICK);
    fresh.store.record(vec![first.clone()]).await.unwrap();
    fresh.store.erase_user(erasure()).await.unwrap();
    let id = first.completion.id;
    let shown = fresh.store.completion(id.clone()).await.unwrap().unwrap();
    for external_id in ["e1", shown.external_id.as_str()] {
        let found = fresh.store.reported_completion(Some("src_1"), external_id.to_owned()).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(id.clone()), "{external_id}");
        let elsewhere = fresh.store.reported_completion(Some("src_2"), external_id.to_owned()).await.unwrap();
        assert_eq!(elsewhere, None, "{external_id}");
    }
    for transaction_id in ["T1", shown.transaction_id.as_str()] {
        let named = Some(transaction_id.to_owned());
        let criteria = CompletionCriteria { transaction_id: named, ..CompletionCriteria::default() };
        let found = fresh.store.completions(criteria, all()).await.unwrap().items;
        assert_eq!(found.iter().map(|entry| &entry.completion.id).collect::<Vec<_>>(), [&id], "{transaction_id}");
    }
    let outcomes = [
        fresh.store.record(vec![converting(&shown.external_id, "t2", "clk_2")]).await.unwrap(),
        fresh.store.record(vec![converting("e2", &shown.transaction_id, "clk_2")]).await.unwrap(),
    ];
    assert_eq!(outcomes[0], [Recorded::Conflict { fields: vec!["transactionId", "clickId"] }]);
    assert_eq!(outcomes[1], [Recorded::TransactionIdTaken]);
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_one_record_even_if_its_user_was_erased_meanwhile() {
    let fresh = store();
    let new = converting("e1", "t1", CLICK);
    for _ in 0..2 {
        assert_eq!(fresh.store.record(vec![new.clone()]).await.unwrap(), [Recorded::Accepted]);
        fresh.store.erase_user(erasure()).await.unwrap();
    }
    assert_eq!(fresh.store.completions(Default::default(), all()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_click_of_an_erased_user_is_gone_and_attributes_nothing_any_more() {
    let fresh = store();
    let id = click::new_id(NOW, [1; click::RANDOM_BYTES]);
    let text = |text: &str| text.to_owned();
    let (offer_id, app_id, user_id) = (text("ofr_1"), text("app_1"), text("u1"));
    let click = Click { id: id.clone(), offer_id, app_id, user_id, sub: None, clicked_at: NOW };
    fresh.store.record_click(click).await.unwrap();
    fresh.store.erase_user(erasure()).await.unwrap();
    assert_eq!(fresh.store.erase_clicks(erasure()).await.unwrap(), 1);
    assert_eq!(fresh.store.click(id).await.unwrap(), None);
    assert_eq!(fresh.store.prune_clicks(NOW.plus(Duration::from_secs(1))).await.unwrap(), 0);
}

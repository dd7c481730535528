//! A made-up past, as the bench fills a store with, reads like a real one.

use std::time::Duration;

use ringback::domain::delivery::{Outcome, Status, Told};
use ringback::store::inspect::history::Past;

use crate::setup::{NOW, all, app, publisher, store};

#[tokio::test]
async fn each_completion_of_a_made_up_past_was_delivered_by_one_attempt_that_names_its_user() {
    let fresh = store();
    let publisher = publisher(&fresh.store, None).await;
    app(&fresh.store, &publisher).await;
    let until = NOW.plus(Duration::from_secs(60));
    let past = Past { first: 99, count: 20, users: 3, from: NOW, until, recipe: "besitos@1".to_owned() };
    fresh.store.make_past(past).await.unwrap();
    let found = fresh.store.found(Default::default(), all()).await.unwrap();
    assert_eq!(found.len(), 20);
    for one in found {
        let [callback] = &one.deliveries[..] else { panic!("one delivery each: {one:?}") };
        let (delivery, [attempt]) = (&callback.delivery, &callback.attempts[..]) else {
            panic!("one attempt each: {one:?}")
        };
        assert_eq!(
            (delivery.status, delivery.told, attempt.outcome),
            (Status::Delivered, Told::Yes, Outcome::Delivered)
        );
        let url = attempt.url.as_deref().unwrap_or_default();
        assert!(
            url.contains(&format!("user_id={}&", one.completion.user_id)) && url.ends_with("goal_id=Zd_0"),
            "{url}"
        );
        assert_eq!(attempt.response_body.as_deref(), Some("OK"));
    }
}

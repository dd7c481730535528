//! Clicks, and what they become: written once, converted once for each goal, forgotten when they are old.

use std::time::Duration;

use ringback::domain::click::{self, Click};
use ringback::domain::identity::ReportedFields;
use ringback::domain::new_delivery::Start;
use ringback::domain::time::Timestamp;
use ringback::store::queue::{NewCompletion, Recorded};

use crate::queue::new;
use crate::setup::{NOW, store};

fn clicked(at: Timestamp, number: u8) -> Click {
    let text = |text: &str| text.to_owned();
    Click {
        id: click::new_id(at, [number; click::RANDOM_BYTES]),
        offer_id: text("ofr_1"),
        app_id: text("app_1"),
        user_id: text("\"u'1\\ é"),
        sub: (number > 0).then(|| text("s")),
        clicked_at: at,
    }
}

/// A completion that converts a click for a goal.
fn converting(external_id: &str, click: &Click, goal: Option<&str>) -> NewCompletion {
    let mut new = new(external_id, "end_1", Start::Pending);
    new.deliveries.clear();
    new.completion.click_id = Some(click.id.clone());
    new.completion.goal_id = goal.map(str::to_owned);
    new.given = ReportedFields::of_completion(&new.completion, None);
    new
}

#[tokio::test]
async fn a_click_is_read_back_as_it_was_written_and_written_twice_it_is_there_once() {
    let fresh = store();
    for click in [clicked(NOW, 0), clicked(NOW, 1), clicked(NOW, 0)] {
        fresh.store.record_click(click.clone()).await.unwrap();
        assert_eq!(fresh.store.click(click.id.clone()).await.unwrap(), Some(click));
    }
    assert_eq!(fresh.store.click("clk_none".to_owned()).await.unwrap(), None);
    assert_eq!(fresh.store.prune_clicks(NOW.plus(Duration::from_secs(1))).await.unwrap(), 2);
}

#[tokio::test]
async fn only_clicks_from_before_an_instant_are_removed() {
    let fresh = store();
    let (old, young) = (clicked(NOW, 0), clicked(NOW.plus(Duration::from_millis(1)), 1));
    for click in [&old, &young] {
        fresh.store.record_click(click.clone()).await.unwrap();
    }
    assert_eq!(fresh.store.prune_clicks(NOW).await.unwrap(), 0);
    assert_eq!(fresh.store.prune_clicks(young.clicked_at).await.unwrap(), 1);
    assert_eq!(fresh.store.click(old.id).await.unwrap(), None);
    assert_eq!(fresh.store.click(young.id.clone()).await.unwrap(), Some(young));
}

#[tokio::test]
async fn of_one_group_the_first_converts_and_the_others_leave_nothing_behind() {
    let fresh = store();
    let (one, other) = (clicked(NOW, 0), clicked(NOW, 1));
    let unrelated = {
        let mut new = new("e5", "end_1", Start::Pending);
        new.deliveries.clear();
        new
    };
    let mut collides = converting("e6", &other, Some("g"));
    collides.completion.transaction_id = "E1".to_owned();
    let group = vec![
        converting("e1", &one, None),
        converting("e2", &one, None),
        converting("e3", &one, Some("g")),
        converting("e4", &other, None),
        unrelated,
        collides,
    ];
    let outcomes = fresh.store.record(group.clone()).await.unwrap();
    use Recorded::{Accepted, ClickConverted, TransactionIdTaken};
    assert_eq!(outcomes, [Accepted, ClickConverted, Accepted, Accepted, Accepted, TransactionIdTaken]);

    // As it is told when the first answer was lost.
    assert_eq!(fresh.store.record(group).await.unwrap(), outcomes);
    assert_eq!(fresh.store.record(vec![converting("e2", &other, Some("g"))]).await.unwrap(), [Accepted]);
    let repeated = fresh.store.record(vec![converting("e1", &one, None)]).await.unwrap();
    assert!(matches!(&repeated[0], Recorded::Duplicate { .. }), "{repeated:?}");
    assert_eq!(fresh.store.would_record(converting("e7", &one, Some("g"))).await.unwrap(), ClickConverted);
}

#[tokio::test]
async fn a_click_that_many_report_at_once_is_converted_by_one() {
    let fresh = store();
    let click = clicked(NOW, 0);
    let reports = (0..20).map(|number| {
        let (store, new) = (fresh.store.clone(), converting(&format!("e{number}"), &click, None));
        tokio::spawn(async move { store.record(vec![new]).await.unwrap().remove(0) })
    });
    let mut accepted = 0;
    for report in reports.collect::<Vec<_>>() {
        match report.await.unwrap() {
            Recorded::Accepted => accepted += 1,
            outcome => assert_eq!(outcome, Recorded::ClickConverted),
        }
    }
    assert_eq!(accepted, 1);
}

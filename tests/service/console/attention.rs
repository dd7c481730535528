//! The number at *Deliveries*: what needs attention of all that somebody sees.

use ringback::actions::Actions;
use ringback::actions::caller::Caller;
use ringback::actions::completions::CompletionFilter;
use ringback::domain::account::{Role, Token};
use ringback::domain::health::Capped;
use ringback::domain::time::Timestamp;
use serde_json::json;

use super::visitor::Visitor;
use crate::support::{Reply, Ringback, calling};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

fn caller(role: Role) -> Caller {
    let (id, name, created_at) = ("tok_1".to_owned(), "T".to_owned(), Timestamp::default());
    Caller::by_token(Token { id, name, role, expires_at: None, created_at, created_by: None, last_used_at: None })
}

async fn counted(ringback: &Ringback, role: Role) -> u64 {
    let found = Actions::new(ringback.dispatcher()).needing_attention(&caller(role)).await.unwrap();
    assert_eq!(found, Capped::of(found.count));
    found.count
}

/// As it stands in the rail of an operator, on the page that names every link.
async fn in_rail(visitor: &mut Visitor) -> Option<String> {
    let page = visitor.get("/ui").await;
    let link = page.html.split("<a href=\"/deliveries\">Deliveries").nth(1).unwrap().split("</a>").next().unwrap();
    let count = link.split("<span class=\"count\">").nth(1)?;
    Some(count.split('<').next().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_or_was_given_up_of_late_is_counted_for_whoever_sees_it() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": []})).await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    assert_eq!(in_rail(&mut olga).await, None, "nothing is no number");
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("dead", "dead").await;
    wall.report_until("delivered", "delivered").await;
    let other = ringback.wall("besitos", json!({"paused": true})).await;
    for name in ["held-1", "held-2"] {
        let held = other.report(name).await.delivery();
        ringback.held_for(&held, "app_paused").await;
    }
    let publisher = |of: &str| Role::Publisher { publisher_id: of.to_owned() };
    let api = |query: &str| {
        let (ringback, path) = (&ringback, format!("/v1/deliveries/counts?{query}"));
        async move { ringback.get(&path).await["needsAttention"]["count"].as_u64().unwrap() }
    };
    assert_eq!((counted(&ringback, Role::Operator).await, api("").await), (3, 3));
    for (of, count) in [(&wall.publisher, 1), (&other.publisher, 2)] {
        let asked = format!("publisherId={of}");
        assert_eq!((counted(&ringback, publisher(of)).await, api(&asked).await), (count, count));
    }
    assert_eq!(in_rail(&mut olga).await.as_deref(), Some("3"));
    // What was given up longer than a week ago is nobody's to fix today.
    ringback.clock.advance(8 * DAY);
    assert_eq!(counted(&ringback, publisher(&wall.publisher)).await, 0);
    assert_eq!(counted(&ringback, publisher("pub_none")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_opens_beside_two_exports_of_its_reader() {
    let ringback = Ringback::start().await;
    let (actions, max) = (Actions::new(ringback.dispatcher()), caller(Role::AccountManager));
    let export = || actions.export(&max, CompletionFilter::default());
    let _under_way = (export().await.unwrap(), export().await.unwrap());
    assert!(export().await.is_err(), "a third read has to wait");
    let standing = actions.standing(&max).await.unwrap();
    assert_eq!((standing.apps.len(), standing.waiting.due), (0, Capped::default()));
}

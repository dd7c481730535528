//! The pages that the `type` of a problem leads to.

use ringback::web::console::security::CSP;
use ringback::web::error::ProblemKind;
use serde_json::json;

use super::visitor::Visitor;
use crate::support::{Ringback, text};

#[tokio::test]
async fn the_type_of_every_problem_leads_to_its_page_for_everybody() {
    let ringback = Ringback::start().await;
    let mut stranger = Visitor::new(&ringback);
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let list = stranger.get("/problems").await;
    assert_eq!((list.status, list.header("content-security-policy")), (200, CSP));
    for kind in ProblemKind::ALL {
        list.holds(&format!("<a href=\"{}\">{}</a>", kind.uri(), kind.title()));
        for visitor in [&mut stranger, &mut olga] {
            let page = visitor.get(&kind.uri()).await;
            assert_eq!(page.status, 200, "{}", kind.uri());
            page.holds(&format!("<code>{}</code>", kind.status().as_u16()));
            page.holds(kind.title());
        }
    }
    olga.get("/problems").await.holds("<nav aria-label=\"Main\">");
    let path = format!("/people/{}", text(&ringback.get("/v1/users").await["items"][0], "id"));
    assert_eq!(olga.fill_in(&path, &[("name", "Olga"), ("role", "operator")]).await.status, 303);
    olga.get("/problems").await.holds("Saved.");
    olga.get("/problems").await.lacks("Saved.");
    let refused = ringback.with_token("no-such-token").ask("/v1/apps").await;
    stranger.get(&text(&refused.body, "type")).await.holds("Not authenticated");
    let unknown = stranger.get("/problems/no-such-kind").await;
    assert_eq!(unknown.status, 404);
    unknown.holds("There is no such kind of problem");
}

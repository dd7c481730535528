//! `/people/tokens`: what programs call with, and what stops when one is deleted.

use actix_web::web::Path;
use askama::Template;

use super::rows::publisher;
use super::{LARGEST, PATH, TOKENS};
use crate::domain::account::Token;
use crate::domain::time::Timestamp;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::page_of::PageOf;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::words::roles;
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::{Answer, list};

const DELETES: &str = "DELETE /v1/tokens/{id}";

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<Row>,
    /// Whether there are several publishers' tokens.
    names_publishers: bool,
    pager: PageOf,
}

/// A token of the list.
#[derive(Debug)]
struct Row {
    id: String,
    name: Long,
    role: &'static str,
    publisher: Long,
    last_used: Option<Moment>,
    expires: Option<Moment>,
    has_expired: bool,
}

pub(super) async fn show(page: PageRequest) -> Answer {
    let query = page.query(&["cursor"])?;
    let (actions, caller, now) = (&page.web.actions, page.caller(), page.web.node.clock.now());
    let listed = actions.tokens(caller, list::page_of("tok", &query)?).await?;
    let ids = listed.items.iter().filter_map(|token| token.role.publisher_id());
    let names = actions.names_of_publishers(caller, ids).await?;
    let row = |token: &Token| Row {
        id: token.id.clone(),
        name: cuts::text(&token.name, OF_A_NAME),
        role: roles::word(&token.role),
        publisher: publisher(&token.role, &names),
        last_used: token.last_used_at.map(|at| instants::listed(at, now)),
        expires: token.expires_at.map(|at| instants::listed(at, now)),
        has_expired: !token.is_valid(now),
    };
    page.page(&TokensPage {
        frame: frame(&page, "API tokens"),
        tokens: listed.items.iter().map(row).collect(),
        names_publishers: caller.limited_to().is_none(),
        pager: PageOf {
            newest: query.text("cursor").map(|_| TOKENS.to_owned()),
            older: listed.next.map(|id| format!("{TOKENS}?cursor={id}")),
            note: None,
        },
    })
}

fn frame(page: &PageRequest, heading: &str) -> Frame {
    let mut crumbs = vec![Link::new("People", PATH)];
    if heading != "API tokens" {
        crumbs.push(Link::new("API tokens", TOKENS));
    }
    Frame { crumbs, ..page.frame(heading) }
}

pub(super) async fn ask_delete(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let token = page.web.actions.token(page.caller(), &id).await?;
    page.page(&question(&page, &token).await?)
}

async fn question(page: &PageRequest, token: &Token) -> Result<ConfirmPage, Problem> {
    let now = page.web.node.clock.now();
    let names = page.web.actions.names_of_publishers(page.caller(), token.role.publisher_id().into_iter()).await?;
    let publisher = token.role.publisher_id().and_then(|id| names.get(id)).map(String::as_str);
    Ok(ConfirmPage {
        frame: frame(page, &token.name),
        question: format!("Delete {}?", token.name),
        facts: vec![
            format!(
                "Whatever calls with it is answered 401 from then on. It calls as {}. {}",
                roles::somebody(&token.role, publisher),
                used(token, now)
            ),
            "Invitations that it made and nobody has used open nothing any more. All else that it made stays."
                .to_owned(),
            "It cannot be undone.".to_owned(),
        ],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: format!("{TOKENS}/{}/delete", token.id),
        act: "Delete token".to_owned(),
        is_danger: true,
        back: TOKENS.to_owned(),
    })
}

fn used(token: &Token, now: Timestamp) -> String {
    match token.last_used_at {
        Some(at) => format!("It was used last on {}.", instants::detailed(at, now).shown),
        None => "It was not used yet.".to_owned(),
    }
}

pub(super) async fn delete(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let actions = &page.web.actions;
    let token = actions.token(page.caller(), &id).await?;
    page.form(body.bytes(), &[])?.check()?;
    match page.perform(DELETES, &[&token.id], actions.delete_token(page.caller(), &token.id)).await {
        Ok(()) => Ok(page.go_on(TOKENS, Kind::Done, format!("{} is deleted. It opens nothing any more.", token.name))),
        Err(refusal) => {
            let told = refusal.to_string();
            let wrong = faults::faults_of(refusal)?;
            let mut shown = question(&page, &token).await?;
            shown.others = faults::show(&mut [], &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &Problem::conflict(told))
        }
    }
}

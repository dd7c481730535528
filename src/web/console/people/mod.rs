//! `/people` and what lies below it: who may sign in, who was invited, and the API tokens.
//!
//! # Who is who
//! * This file lists people and the invitations that nobody has used; `rows` are their rows.
//! * `invite` makes a link to join, `one` shows a person and changes it, `acts` are what is asked before it is done to a person.
//! * `tokens` lists and deletes API tokens, `new_token` makes one.
//! * `role_fields` are the fields of a role, as far as it is the reader's to give; `once` is the page that shows a link, this once.

mod acts;
mod invite;
mod new_token;
mod once;
mod one;
mod role_fields;
mod rows;
mod tokens;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::flash::Kind;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::pages;
use super::parts::page_of::PageOf;
use crate::domain::ids;
use crate::store::page::{Listed, Page};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::{Answer, list};
use rows::{Invited, Row};

const PATH: &str = "/people";
const TOKENS: &str = "/people/tokens";
const LARGEST: usize = 16 * 1024;
/// The cursor of the second list on the page.
const INVITED: &str = "invited";
/// Invitations that are shown at a time.
const INVITATIONS: usize = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource(PATH).get(show))
        .service(pages::resource("/people/invite").get(invite::show).post(invite::send))
        .service(pages::resource("/people/invitations/{invitation}/withdraw").post(withdraw))
        .service(pages::resource(TOKENS).get(tokens::show))
        .service(pages::resource("/people/tokens/new").get(new_token::show).post(new_token::send))
        .service(pages::resource("/people/tokens/{token}/delete").get(tokens::ask_delete).post(tokens::delete))
        .service(pages::resource("/people/{person}").get(one::show).post(one::save))
        .service(pages::resource("/people/{person}/reset").post(one::reset))
        .service(pages::resource("/people/{person}/disable").get(acts::ask_disable).post(acts::disable))
        .service(pages::resource("/people/{person}/enable").post(acts::enable))
        .service(pages::resource("/people/{person}/second-factor").get(acts::ask_remove).post(acts::remove))
        .service(pages::resource("/people/{person}/delete").get(acts::ask_delete).post(acts::delete));
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<Row>,
    /// Whether there are several publishers' people.
    names_publishers: bool,
    /// What is said where there is nobody to list but the reader.
    alone: Option<&'static str>,
    pager: PageOf,
    invited: Vec<Invited>,
    more_invited: Option<String>,
}

async fn show(page: PageRequest) -> Answer {
    let query = page.query(&["cursor", INVITED])?;
    let (actions, caller) = (&page.web.actions, page.caller());
    let people = actions.people(caller, list::page_of("usr", &query)?).await?;
    let before = query.text(INVITED).map(invited_before).transpose()?;
    let open = actions.invitations(caller, Page { limit: INVITATIONS, before }).await?;
    let roles = people.items.iter().map(|person| &person.role).chain(open.items.iter().map(|one| &one.role));
    let names = actions.names_of_publishers(caller, roles.filter_map(|role| role.publisher_id())).await?;
    let now = page.web.node.clock.now();
    let is_first = query.text("cursor").is_none();
    let Listed { items, next } = people;
    let own = caller.user_id();
    let alone = match items.as_slice() {
        _ if !is_first || next.is_some() || !open.items.is_empty() => None,
        [] => Some("Nobody of a publisher yet."),
        [only] if Some(only.id.as_str()) == own => Some("Only you."),
        _ => None,
    };
    page.page(&PeoplePage {
        frame: page.frame("People"),
        people: items.iter().map(|person| Row::of(person, &names, own, now)).collect(),
        names_publishers: caller.limited_to().is_none(),
        alone,
        pager: PageOf {
            newest: (!is_first).then(|| PATH.to_owned()),
            older: next.map(|id| format!("{PATH}?cursor={id}")),
            note: None,
        },
        invited: open.items.iter().map(|one| Invited::of(one, &names, now)).collect(),
        more_invited: open.next.map(|id| format!("{PATH}?{INVITED}={id}#invited")),
    })
}

fn invited_before(text: &str) -> Result<String, Problem> {
    let known = ids::is_id(text) && ids::key("inv", text).is_some();
    if known { Ok(text.to_owned()) } else { Err(Problem::field(INVITED, "must be the cursor of a page of this list")) }
}

/// Takes an invitation back: that is mended by another one, so it is not asked for twice.
async fn withdraw(page: PageRequest, invitation: Path<String>, body: Body<LARGEST>) -> Answer {
    page.form(body.bytes(), &[])?.check()?;
    let withdraws = page.web.actions.delete_invitation(page.caller(), &invitation);
    page.perform("DELETE /v1/invitations/{id}", &[invitation.as_str()], withdraws).await?;
    Ok(page.go_on(PATH, Kind::Done, "The invitation is withdrawn. Its link opens nothing any more."))
}

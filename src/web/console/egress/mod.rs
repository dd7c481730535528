//! `/egress`: the addresses that callbacks leave from. Those who keep them see who holds and who uses each; a publisher what to allow on
//! its server, and from when on.

mod uses;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::filters;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::pages;
use super::parts::lines::Link;
use super::parts::page_of::PageOf;
use super::parts::state::{State, Tone};
use super::words::cuts::{self, OF_A_NAME};
use crate::actions::egress::KnownEgressIp;
use crate::dispatch::egress::echo::Verification;
use crate::store::page::Listed;
use crate::web::error::Problem;
use crate::web::{Answer, list};
use uses::{Names, Use};

const PATH: &str = "/egress";
/// Apps without an address that are named.
const NAMED: usize = 3;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show)).service(pages::resource("/egress/{address}").get(one));
}

/// For those who keep addresses.
#[derive(Template)]
#[template(path = "egress.html")]
struct EgressPage {
    frame: Frame,
    rows: Vec<Row>,
    pager: PageOf,
}

/// For a publisher.
#[derive(Template)]
#[template(path = "own_egress.html")]
struct OwnEgressPage {
    frame: Frame,
    /// Each address with whom it is for.
    uses: Vec<(String, Use)>,
    /// The apps that have none, in a sentence.
    without: Option<String>,
    /// All addresses, a line each.
    all: String,
    /// What a script asks.
    call: String,
    pager: PageOf,
}

/// One address.
#[derive(Template)]
#[template(path = "egress_ip.html")]
struct OnePage {
    frame: Frame,
    address: String,
    held: State,
    verified: &'static str,
    uses: Vec<Use>,
    /// Whether the reader keeps addresses.
    keeps: bool,
}

/// An address of the list.
#[derive(Debug)]
struct Row {
    href: String,
    address: String,
    held: State,
    verified: &'static str,
    used_by: String,
    next: Option<Use>,
}

async fn show(page: PageRequest) -> Answer {
    let query = page.query(&["cursor"])?;
    let at = list::page_of("eip", &query)?;
    let Listed { items, next } = page.web.actions.egress_ips(page.caller(), at).await?;
    let names = names(&page, &items).await?;
    let pager = PageOf {
        newest: query.text("cursor").map(|_| PATH.to_owned()),
        older: next.map(|id| format!("{PATH}?cursor={id}")),
        note: None,
    };
    let frame = page.frame("Egress IPs");
    if page.caller().limited_to().is_none() {
        let rows = items.iter().map(|known| row(&page, known, &names)).collect();
        return page.page(&EgressPage { frame, rows, pager });
    }
    let all: Vec<String> = items.iter().map(|known| known.address.to_string()).collect();
    let uses = items.iter().flat_map(|known| {
        let of_this = Use::all(&page, known, &names).into_iter();
        of_this.map(|one| (known.address.to_string(), one))
    });
    let call = page.web.actions.public_url.link("/v1/egress-ips");
    let without = page.web.actions.apps_without_egress_ip(page.caller()).await?;
    page.page(&OwnEgressPage {
        uses: uses.collect(),
        without: without_any(&without.iter().map(|app| app.settings.name.as_str()).collect::<Vec<_>>()),
        all: all.join("\n"),
        call: format!("curl -H \"Authorization: Bearer $RINGBACK_TOKEN\" {call}"),
        frame,
        pager,
    })
}

async fn one(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let known = page.web.actions.egress_ip(page.caller(), &id).await?;
    let names = names(&page, std::slice::from_ref(&known)).await?;
    let address = known.address.to_string();
    page.page(&OnePage {
        frame: Frame { crumbs: vec![Link::new("Egress IPs", PATH)], ..page.frame(&address) },
        held: held(known.nodes),
        verified: verified(known.verification),
        uses: Use::all(&page, &known, &names),
        keeps: page.caller().limited_to().is_none(),
        address,
    })
}

/// What the publishers and apps are called that have one of these addresses.
async fn names(page: &PageRequest, items: &[KnownEgressIp]) -> Result<Names, Problem> {
    let ids = items.iter().flat_map(|known| &known.assignments).filter_map(|one| one.publisher_id.as_deref());
    let publishers = page.web.actions.names_of_publishers(page.caller(), ids).await?;
    Ok(Names { publishers, namesakes: page.web.actions.namesakes(page.caller()) })
}

fn row(page: &PageRequest, known: &KnownEgressIp, names: &Names) -> Row {
    let now = page.web.node.clock.now();
    let in_force = || known.assignments.iter().filter(|one| one.active_at <= now);
    let apps = in_force().filter(|one| one.app_id.is_some()).count();
    let used_by = match (apps, in_force().count() - apps) {
        (0, 0) => "nobody".to_owned(),
        (apps, 0) => counted(apps, "app"),
        (0, publishers) => counted(publishers, "publisher"),
        (apps, publishers) => format!("{}, {}", counted(publishers, "publisher"), counted(apps, "app")),
    };
    Row {
        href: format!("{PATH}/{}", known.id),
        address: known.address.to_string(),
        held: held(known.nodes),
        verified: verified(known.verification),
        used_by,
        next: Use::next(page, known, names),
    }
}

/// Which apps have no address.
fn without_any(names: &[&str]) -> Option<String> {
    let named = |name: &&str| cuts::text(name, OF_A_NAME).shown;
    let first = names.iter().take(NAMED).map(named).collect::<Vec<_>>().join(", ");
    let whom = match names.len().saturating_sub(NAMED) {
        _ if names.is_empty() => return None,
        0 => first,
        more => format!("{first} and {more} more"),
    };
    Some(format!(
        "No address is fixed for {whom}: callbacks leave by the host's own route, or wait if one was taken away."
    ))
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn held(nodes: usize) -> State {
    let (word, icon, tone) = match nodes {
        0 => ("No node holds it".to_owned(), "dead", Tone::Bad),
        nodes => (counted(nodes, "node"), "delivered", Tone::Ok),
    };
    State { word, icon, tone, under: None }
}

fn verified(verification: Verification) -> &'static str {
    match verification {
        Verification::Verified => "Verified",
        Verification::Assumed => "Not checked",
        Verification::Wrong => "Wrong: receivers see another address",
    }
}

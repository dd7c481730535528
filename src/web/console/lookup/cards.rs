//! What was found, a card for each completion and for each click that nothing came of.

use std::collections::HashMap;
use std::sync::Arc;

use url::form_urlencoded::Serializer;

use super::erasing;
use crate::actions::lookup::{ClickFound, CompletionFound, LookedUp};
use crate::domain::app::App;
use crate::domain::completion::Completion;
use crate::domain::currency;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::reversal::Reversal;
use crate::store::support_look_up::Found;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::delivery_list::Whom;
use crate::web::console::parts::happened::Happened;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::words::{amounts, turns};
use crate::web::console::{deliveries, navigation, sections};
use crate::web::error::Problem;

/// Characters of a name on a card.
const OF_A_NAME: usize = 80;
/// Where completions are, with what is done to them by hand.
const COMPLETIONS: &str = "/completions";

/// What was found.
pub(super) struct Cards {
    pub(super) completions: Vec<Card>,
    pub(super) clicks: Vec<Card>,
}

/// A completion or a click.
pub(super) struct Card {
    /// Of its heading, and of its reply.
    pub(super) id: String,
    pub(super) reply_id: String,
    pub(super) at: Moment,
    pub(super) offer: Option<Long>,
    pub(super) reward: Option<String>,
    pub(super) app: String,
    /// What receivers tell a completion apart by; none of a click.
    pub(super) transaction: Option<Long>,
    pub(super) user: Whom,
    pub(super) turn: &'static str,
    pub(super) next: String,
    pub(super) happened: Vec<Happened>,
    pub(super) reply: String,
    /// Its deliveries, its completion, what is done by hand.
    pub(super) links: Vec<Link>,
    erasable: Option<Erasable>,
}

/// A user of an app who can be erased.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Erasable {
    pub(super) user: Long,
    pub(super) app: String,
    pub(super) href: String,
}

impl Cards {
    pub(super) async fn of(page: &PageRequest, found: LookedUp) -> Result<Self, Problem> {
        let mut apps = Apps { page, known: HashMap::new() };
        let (mut completions, mut clicks) = (Vec::new(), Vec::new());
        for found in found.completions {
            let app = apps.get(&found.found.completion.app_id).await?;
            completions.push(of_completion(page, &app, found, &format!("completion-{}", completions.len())));
        }
        for found in found.clicks {
            let app = apps.get(&found.click.app_id).await?;
            clicks.push(of_click(page, &app, found, &format!("click-{}", clicks.len())));
        }
        Ok(Self { completions, clicks })
    }

    /// Each user of each app once.
    pub(super) fn erasable(&self) -> Vec<Erasable> {
        let mut all: Vec<Erasable> = Vec::new();
        for one in self.completions.iter().chain(&self.clicks).filter_map(|card| card.erasable.as_ref()) {
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
        all
    }
}

/// The apps of what was found, archived ones too.
struct Apps<'a> {
    page: &'a PageRequest,
    known: HashMap<String, Arc<App>>,
}

impl Apps<'_> {
    async fn get(&mut self, id: &str) -> Result<Arc<App>, Problem> {
        if let Some(app) = self.known.get(id) {
            return Ok(Arc::clone(app));
        }
        let app = self.page.web.actions.app_of_record(self.page.caller(), id).await?;
        self.known.insert(id.to_owned(), Arc::clone(&app));
        Ok(app)
    }
}

fn of_completion(page: &PageRequest, app: &App, found: CompletionFound, id: &str) -> Card {
    let CompletionFound { found, story, reply } = found;
    let Found { completion, is_erased, deliveries, reversals, .. } = found;
    let now = page.web.node.clock.now();
    let mut links: Vec<Link> = Vec::new();
    for record in &deliveries {
        let href = format!("{}/{}", deliveries::PATH, record.delivery.id);
        links.push(Link::new(&label(&record.delivery, app, deliveries.len()), &href));
    }
    if navigation::is_built(COMPLETIONS) {
        links.push(Link::new("Completion ›", &format!("{COMPLETIONS}/{}", completion.id)));
    }
    let user = Some(completion.user_id.as_str()).filter(|_| !is_erased);
    let (offer_id, offer_name) = (completion.offer_id.as_deref(), completion.offer_name.as_deref());
    links.extend(by_hand(page, app, [("userId", user), ("offerId", offer_id), ("offerName", offer_name)]));
    let can_reverse = is_staff(page) && navigation::is_built(COMPLETIONS) && is_left(&reversals) && !is_erased;
    links.extend(can_reverse.then(|| Link::new("Reverse …", &format!("{COMPLETIONS}/{}/reverse", completion.id))));
    Card {
        id: id.to_owned(),
        reply_id: format!("{id}-reply"),
        at: instants::listed(completion.recorded_at, now),
        offer: completion.offer_name.as_deref().map(|name| cuts::text(name, OF_A_NAME)),
        reward: reward(&completion),
        app: name(app),
        transaction: Some(cuts::external_whole(&completion.transaction_id)),
        user: if is_erased { Whom::Erased } else { Whom::Known(cuts::external_whole(&completion.user_id)) },
        turn: turns::heading(story.turn, page.caller().role()),
        next: story.next,
        happened: Happened::briefly(story.events, now),
        reply,
        links,
        erasable: (!is_erased).then(|| erasable(app, &completion.user_id)),
    }
}

fn of_click(page: &PageRequest, app: &App, ClickFound { click, outlook }: ClickFound, id: &str) -> Card {
    let now = page.web.node.clock.now();
    let offer = page.web.node.directory.offer(&click.offer_id);
    let named = offer.as_ref().map(|offer| offer.name.as_str());
    let prefilled =
        [("userId", Some(click.user_id.as_str())), ("offerId", Some(click.offer_id.as_str())), ("offerName", named)];
    let links = by_hand(page, app, prefilled).into_iter().collect();
    Card {
        id: id.to_owned(),
        reply_id: format!("{id}-reply"),
        at: instants::listed(click.clicked_at, now),
        offer: offer.map(|offer| cuts::text(&offer.name, OF_A_NAME)),
        reward: None,
        app: name(app),
        transaction: None,
        user: Whom::Known(cuts::external_whole(&click.user_id)),
        turn: turns::heading(outlook.story.turn, page.caller().role()),
        next: outlook.story.next,
        happened: Vec::new(),
        reply: outlook.reply,
        links,
        erasable: Some(erasable(app, &click.user_id)),
    }
}

/// `Open delivery ›`; of several, which one.
fn label(delivery: &Delivery, app: &App, count: usize) -> String {
    let endpoint = app.endpoint_number(&delivery.endpoint_id);
    let to = endpoint.map(|number| format!(" to endpoint {number}")).unwrap_or_default();
    let state = State::of(delivery.status.as_str()).word.to_lowercase();
    match (count, delivery.kind) {
        (1, _) => "Open delivery ›".to_owned(),
        (_, DeliveryKind::Reversal) => format!("Open reversal's delivery{to} ({state}) ›"),
        (_, DeliveryKind::Completion | DeliveryKind::Test) => format!("Open delivery{to} ({state}) ›"),
    }
}

/// In the app's currency, digit for digit; else in money.
fn reward(completion: &Completion) -> Option<String> {
    let in_money = |minor: i64| currency::written(minor, &completion.currency);
    let own = completion.user_reward.as_ref().map(|reward| amounts::reward(&reward.to_string()));
    own.or_else(|| completion.reward_minor.map(in_money))
}

fn is_staff(page: &PageRequest) -> bool {
    page.caller().limited_to().is_none()
}

fn is_left(reversals: &[Reversal]) -> bool {
    !reversals.iter().any(|reversal| reversal.taken.whole)
}

/// Where an account manager or operator credits a user of this app; the form is filled in with these.
fn by_hand(page: &PageRequest, app: &App, fields: [(&str, Option<&str>); 3]) -> Option<Link> {
    let can = is_staff(page) && navigation::is_built(COMPLETIONS) && app.archived_at.is_none();
    let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = Serializer::new(String::new()).extend_pairs(given).finish();
    can.then(|| Link::new("Credit by hand …", &format!("{}?{query}", sections::path(app, "credit"))))
}

fn name(app: &App) -> String {
    cuts::text(&app.settings.name, OF_A_NAME).shown
}

fn erasable(app: &App, user_id: &str) -> Erasable {
    Erasable { user: cuts::external_whole(user_id), app: name(app), href: erasing::path(&app.id, user_id) }
}

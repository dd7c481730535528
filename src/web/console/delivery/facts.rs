//! The facts of a delivery: where it goes, what it tells and of whom, what the receiver may know.

use crate::actions::deliveries::DeliveryDetail;
use crate::actions::delivery_list::DeliveryRow;
use crate::domain::app::App;
use crate::domain::delivery::{Delivery, Told};
use crate::domain::time::Timestamp;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::delivery_list::Whom;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::amounts;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::{navigation, sections};

/// Characters of a name where it stands alone.
const OF_A_NAME: usize = 80;

/// Facts.
pub(super) struct Facts {
    /// `may have been told`, of the server in the words of whoever reads it.
    pub(super) server: &'static str,
    pub(super) told: &'static str,
    pub(super) attempts: String,
    pub(super) recipe: String,
    /// Where its last attempt left from.
    pub(super) from: Option<String>,
    /// Which one of its app, where there are several.
    pub(super) endpoint_number: Option<usize>,
    pub(super) endpoint: Long,
    pub(super) created: Moment,
    pub(super) ended: Option<Moment>,
    pub(super) transaction: Long,
    pub(super) id: Long,
    pub(super) user: Option<Whom>,
    pub(super) offer: Option<Long>,
    pub(super) reward: Option<String>,
    /// Its completion, with the page of it where there is one; none of a test.
    pub(super) completion: Option<(Long, Option<String>)>,
}

impl Facts {
    pub(super) fn of(
        page: &PageRequest,
        app: &App,
        detail: &DeliveryDetail,
        listed: DeliveryRow,
        user: Option<Whom>,
    ) -> Self {
        let now = page.web.node.clock.now();
        let delivery = &detail.delivery;
        let last = detail.attempts.last().map(|(attempt, _)| attempt);
        let made = delivery.counters.attempts_made;
        let of = listed.most_attempts.filter(|most| made <= *most && app.archived_at.is_none());
        let is_test = delivery.test.is_some();
        let completion = cuts::id(&delivery.completion_id);
        let page_of_it = navigation::is_built("/completions").then(|| format!("/completions/{}", completion.whole));
        Self {
            server: page.caller().reader().server_first(),
            told: match delivery.told {
                Told::Never => "was told nothing",
                Told::Maybe => "may have been told",
                Told::Yes => "acknowledged",
            },
            attempts: of.map_or_else(|| made.to_string(), |most| format!("{made} of {most}")),
            recipe: delivery.recipe.clone(),
            from: last.map(|last| last.egress_ip.clone().unwrap_or_else(|| "the host's own address".to_owned())),
            endpoint_number: listed.endpoint_number,
            endpoint: cuts::id(&delivery.endpoint_id),
            created: instants::detailed(delivery.created_at, now),
            ended: delivery.ended_at.map(|at| instants::detailed(at, now)),
            transaction: cuts::external_whole(&delivery.transaction_id),
            id: cuts::id(&delivery.id),
            user,
            offer: listed.offer_name.map(|name| cuts::text(&name, OF_A_NAME)),
            reward: listed.user_reward.map(|reward| amounts::reward(&reward.to_string())),
            completion: (!is_test).then_some((completion, page_of_it)),
        }
    }
}

/// The app's page; an archived one is known by its id alone.
pub(super) fn link(app: &App) -> Link {
    let name = cuts::text(&app.settings.name, OF_A_NAME).shown;
    if app.archived_at.is_some() {
        Link::new(&format!("{name} (archived)"), &format!("/apps/{}", app.id))
    } else {
        Link::new(&name, &sections::path(app, ""))
    }
}

/// How long what has ended is kept.
pub(super) fn kept(delivery: &Delivery, days: u32, now: Timestamp) -> Option<String> {
    let ended = instants::listed(delivery.ended_at?, now).shown;
    let and_then = if delivery.test.is_some() { "" } else { "; its completion stays" };
    Some(format!("It ended on {ended} UTC. A delivery and its attempts are kept for {days} days after that{and_then}."))
}

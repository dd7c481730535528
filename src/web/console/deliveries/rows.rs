//! Rows of a list of deliveries, out of what the actions answer.

use std::collections::HashMap;

use super::standing;
use crate::actions::app_names::{Namesakes, SeenApps};
use crate::actions::delivery_list::DeliveryRow;
use crate::domain::delivery::{DeliveryKind, WaitingFor};
use crate::domain::time::Timestamp;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::delivery_list::{Columns, Row, Whom};
use crate::web::console::parts::state::State;
use crate::web::console::words::{amounts, cuts, instants, waits};
use crate::web::error::Problem;

/// Characters of a name or an offer in a list: two lines of its column.
const OF_A_NAME: usize = 28;

/// Where a delivery stands, as the list says it.
pub(in crate::web::console) fn state(page: &PageRequest, found: &DeliveryRow) -> State {
    standing::of(found, page.caller().reader().server(), page.web.node.clock.now())
}

/// These deliveries as rows. Their apps are told apart by those that the caller sees, where a column names them.
pub(in crate::web::console) async fn of(
    page: &PageRequest,
    found: Vec<DeliveryRow>,
    columns: Columns,
    seen: &SeenApps,
) -> Result<Vec<Row>, Problem> {
    let publishers = if columns.publisher {
        let ids = found.iter().map(|row| row.app.publisher_id.as_str());
        page.web.actions.names_of_publishers(page.caller(), ids).await?
    } else {
        HashMap::new()
    };
    let namesakes = columns.app.then(|| seen.namesakes());
    let (server, now) = (page.caller().reader().server(), page.web.node.clock.now());
    Ok(found.into_iter().map(|found| row(found, &publishers, namesakes, server, now)).collect())
}

fn row(
    found: DeliveryRow,
    publishers: &HashMap<String, String>,
    namesakes: Option<&Namesakes>,
    server: &str,
    now: Timestamp,
) -> Row {
    let state = standing::of(&found, server, now);
    let user = whom(&found);
    let DeliveryRow { delivery, waiting_for, app, offer_name, user_reward, last_attempt, endpoint_number, .. } = found;
    let is_known_when = matches!(waiting_for, Some(WaitingFor::Retry | WaitingFor::Review));
    let beside = namesakes.and_then(|namesakes| namesakes.beside(&delivery.app_id));
    let publisher = publishers.get(&app.publisher_id).map_or("", String::as_str);
    let reward = user_reward.map(|reward| amounts::reward(&reward.to_string()));
    let offer: Vec<String> =
        offer_name.map(|name| cuts::text(&name, OF_A_NAME).shown).into_iter().chain(reward).collect();
    Row {
        state,
        created: instants::listed(delivery.created_at, now),
        app: cuts::name(&app.name, beside, OF_A_NAME).shown,
        publisher: cuts::text(publisher, OF_A_NAME).shown,
        transaction: cuts::external(&delivery.transaction_id),
        kind: match delivery.kind {
            DeliveryKind::Completion => None,
            DeliveryKind::Reversal => Some("reversal"),
            DeliveryKind::Test => Some("test"),
        },
        endpoint: endpoint_number.map(|number| format!("endpoint {number}")),
        user,
        offer: if offer.is_empty() { "–".to_owned() } else { offer.join(" · ") },
        answer: last_attempt.map(|last| waits::answer(last.status_code, last.outcome, last.duration_ms)),
        next: delivery.due_at.filter(|_| is_known_when).map(|due| instants::to_come(due, now)),
        id: delivery.id,
    }
}

/// Of whom a delivery tells: a test of nobody.
pub(in crate::web::console) fn whom(found: &DeliveryRow) -> Option<Whom> {
    match (&found.user_id, found.delivery.kind) {
        (Some(user_id), _) => Some(Whom::Known(cuts::external(user_id))),
        (None, DeliveryKind::Test) => None,
        (None, DeliveryKind::Completion | DeliveryKind::Reversal) => Some(Whom::Erased),
    }
}

//! Tracking: from a visitor of the tracking link to the offer's destination, with a click on record.
//!
//! The click is on disk before the visitor is forwarded: an advertiser never tells of a click that nobody remembers. It
//! shares its flush with whatever else is being written. Whoever is no visitor (a prefetch, a bot) is forwarded all the
//! same, to the same place, and is not counted.

use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::domain::click::{self, Click, Visit};
use crate::domain::offer::Arrival;
use crate::random;
use crate::store::StoreError;

/// How long a visitor is kept waiting: nobody looks at an empty page for longer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Forwards visitors.
#[derive(Clone, Debug)]
pub struct Tracking {
    /// By whose configuration.
    pub node: Arc<Node>,
}

/// What a visitor is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// On to this URL.
    To(String),
    /// There is no such offer, or it is not active.
    UnknownOffer,
    /// There is no such app.
    UnknownApp,
}

impl Tracking {
    /// Forwards a visitor; `counts` says whether a click is to be recorded.
    pub async fn forward(&self, offer: &str, visit: Visit, counts: bool) -> Result<Forwarded, StoreError> {
        let now = self.node.now();
        let offer = self.node.directory.find_offer(offer).await?.filter(|offer| offer.is_active(now));
        let Some(offer) = offer else { return Ok(Forwarded::UnknownOffer) };
        let Some(app) = self.node.directory.find_app(&visit.app).await? else { return Ok(Forwarded::UnknownApp) };
        let mut click_id = String::new();
        if counts {
            click_id = click::new_id(now, random::bytes());
            self.record(Click {
                id: click_id.clone(),
                offer_id: offer.id.clone(),
                app_id: app.id.clone(),
                user_id: visit.user,
                sub: visit.sub.clone(),
                clicked_at: now,
            })
            .await
            .inspect_err(|_| self.node.metrics.clicked("unavailable"))?;
        }
        self.node.metrics.clicked(if counts { "recorded" } else { "not_counted" });
        Ok(Forwarded::To(offer.destination.url(&Arrival {
            click_id: &click_id,
            offer_id: offer.label(),
            app_id: app.settings.reference.as_deref().unwrap_or(&app.id),
            sub: visit.sub.as_deref().unwrap_or_default(),
        })))
    }

    async fn record(&self, click: Click) -> Result<(), StoreError> {
        match tokio::time::timeout(PATIENCE, self.node.store.record_click(click)).await {
            Ok(recorded) => recorded,
            // A database that fails over; whoever clicks again makes another click.
            Err(_) => Err(StoreError::Unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }
}

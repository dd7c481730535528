//! The last day of all apps, of which the settled part is kept in memory.
//!
//! Whoever asks how all apps are doing asks again every few seconds, and a day of them is ten thousands of roll-ups. To five minutes
//! that are settled ([`Series::parted`]) no node adds anything: by the same rule their hour is folded. So their tallies are added
//! up once, by whoever asks first after the bounds of the day have moved, every five minutes. Each call reads the few five minutes
//! behind them, to which this and other nodes are adding.
//!
//! Nothing that a node may still change is kept here, so a call finds what any node has written before it. Only a row that a
//! node writes more than 15 minutes late is seen later, once the bounds have moved again: after five minutes at most.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::deadline::PATIENCE;
use super::keys::AppKey;
use super::rollups::folded_until;
use super::tallies::added_up;
use super::{Store, StoreError};
use crate::domain::health::series::Series;
use crate::domain::health::tally::Tally;
use crate::domain::time::Timestamp;

/// What is kept in memory. Of ten thousand apps it is a megabyte.
#[derive(Default)]
pub(super) struct SettledDay(Mutex<Option<Settled>>);

/// The tallies of a settled part, each of an app that has any.
#[derive(Clone)]
struct Settled {
    part: Series,
    tallies: Arc<HashMap<AppKey, Tally>>,
}

impl Store {
    /// What became of the callbacks of every app in the last 24 hours: the same as the tallies of [`Series::last_day`].
    pub async fn tallies_of_the_day(&self, now: Timestamp) -> Result<HashMap<String, Tally>, StoreError> {
        let (settled, open) = Series::last_day(now).parted(now);
        let settled = self.settled(settled).await?;
        // No hour of it is folded, which is the same as not being settled.
        let mut tallies = self.read_by_index(move |conn| added_up(conn, None, &open.sum_pieces(None))).await?;
        for (app, tally) in &*settled {
            tallies.entry(*app).or_default().merge(tally);
        }
        Ok(tallies.into_iter().map(|(app, tally)| (app.id(), tally)).collect())
    }

    /// The tallies of a settled part. One caller adds them up, and the others wait for it, as long as a read may go on.
    async fn settled(&self, part: Series) -> Result<Arc<HashMap<AppKey, Tally>>, StoreError> {
        let kept = tokio::time::timeout(PATIENCE, self.shared.settled_day.0.lock()).await;
        let mut kept = kept.map_err(|_| StoreError::TookTooLong)?;
        if let Some(known) = kept.as_ref().filter(|known| known.part == part) {
            return Ok(Arc::clone(&known.tallies));
        }
        let added_up = self.snapshot_by_index(move |conn| {
            let pieces = part.sum_pieces(folded_until(conn)?);
            added_up(conn, None, &pieces)
        });
        let tallies = Arc::new(added_up.await?);
        *kept = Some(Settled { part, tallies: Arc::clone(&tallies) });
        Ok(tallies)
    }
}

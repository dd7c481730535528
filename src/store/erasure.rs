//! Erasure: a user's name is taken out of everything that was recorded of it. What was paid stays, under a name that
//! means nothing; the keyed digests that make reports idempotent stay as well, from which nothing can be read back.
//! Clicks go: what comes of them later is nobody's.
//!
//! It must not touch what is still to be sent: a callback needs the user's name, so its records are left as they are
//! until it has ended.

use diesel::prelude::*;

use super::backend::{Conn, Read};
use super::schema::{attempts, clicks, completions, deliveries, reversals};
use super::{Store, StoreError, completions as completion_rows};
use crate::domain::time::Timestamp;

/// Completions in one step: a few milliseconds of the writer's time, with a handful of attempts each.
const STEP: i64 = 100;

/// What became of a step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// So many completions no longer bear the user's name.
    Completions(usize),
    /// Deliveries of this user have not ended; nothing was changed.
    OpenDeliveries,
}

impl Store {
    /// Renames a step of what was recorded of an app's user, and empties what was kept of the callbacks; callers repeat it
    /// until it has nothing left to do.
    pub async fn erase_user(
        &self,
        app_id: String,
        user_id: String,
        pseudonym: String,
        now: Timestamp,
    ) -> Result<Erased, StoreError> {
        self.write(move |conn| {
            let ids: Vec<String> = of_user(&app_id, &user_id).load(conn)?;
            // A replay holds the completion as well: either it is seen here, or it sees there that the name is gone.
            for id in &ids {
                completion_rows::hold(conn, id)?;
            }
            if has_open_deliveries(conn, &app_id, &user_id)? {
                return Ok(Erased::OpenDeliveries);
            }
            let told = deliveries::table.filter(deliveries::completion_id.eq_any(&ids)).select(deliveries::id);
            let told: Vec<String> = told.load(conn)?;
            diesel::update(attempts::table.filter(attempts::delivery_id.eq_any(&told)))
                .set((
                    attempts::url.eq(None::<String>),
                    attempts::headers.eq(None::<String>),
                    attempts::error.eq(None::<String>),
                    attempts::response_headers.eq(None::<String>),
                    attempts::response_body.eq(None::<String>),
                ))
                .execute(conn)?;
            // A click that is not known attributes nothing; one without its user would attribute to nobody.
            let clicked = clicks::table.filter(clicks::user_id.eq(&user_id)).filter(clicks::app_id.eq(&app_id));
            diesel::delete(clicked).execute(conn)?;
            let renamed = diesel::update(completions::table.filter(completions::id.eq_any(&ids)))
                .set((
                    completions::user_id.eq(&pseudonym),
                    completions::erased_at.eq(now.as_millis()),
                    completions::click_id.eq(None::<String>),
                    completions::manual.eq(None::<String>),
                    completions::note.eq(None::<String>),
                    completions::extra.eq(None::<String>),
                ))
                .execute(conn)?;
            // What a person wrote there may name the user.
            diesel::update(reversals::table.filter(reversals::completion_id.eq_any(&ids)))
                .set(reversals::manual.eq(None::<String>))
                .execute(conn)?;
            Ok(Erased::Completions(renamed))
        })
        .await
    }
}

/// A step of a user's completions.
fn of_user<'a>(app_id: &'a str, user_id: &'a str) -> impl Read<'a, String> {
    completions::table
        .filter(completions::user_id.eq(user_id))
        .filter(completions::app_id.eq(app_id))
        .order(completions::id)
        .limit(STEP)
        .select(completions::id)
}

fn has_open_deliveries(conn: &mut Conn, app_id: &str, user_id: &str) -> QueryResult<bool> {
    let of_user = completions::table
        .filter(completions::user_id.eq(user_id))
        .filter(completions::app_id.eq(app_id))
        .select(completions::id);
    let open =
        deliveries::table.filter(deliveries::completion_id.eq_any(of_user)).filter(deliveries::ended_at.is_null());
    diesel::select(diesel::dsl::exists(open)).get_result(conn)
}

//! Erasure: a user's name is taken out of everything that was recorded of it. What was paid stays, under a name that
//! means nothing; the keys that make reports idempotent stay as digests, from which nothing can be read back. Clicks go:
//! what comes of them later is nobody's. Tests about the user go as well.
//!
//! It must not touch what is still to be sent: a callback needs the user's name, so its records are left as they are
//! until it has ended.

use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use serde::Deserialize;

use super::attempts::without_user;
use super::backend::{Conn, Read};
use super::deliveries::is_a_test;
use super::erased_keys::{ErasedKeys, ErasedKind, keep};
use super::keys::{AppKey, CompletionKey, DeliveryKey, ReversalKey, SourceKey};
use super::schema::{
    attempts, click_conversions, clicks, completions, deliveries, reported, reversals, transaction_ids,
};
use super::{Store, StoreError, completions as completion_rows};
use crate::domain::manual::Manual;
use crate::domain::time::Timestamp;

/// Completions in one step, in which nothing is recorded: some milliseconds.
const STEP: i64 = 10;
/// Clicks in one step: a few milliseconds of the writer's time.
const CLICKS: i64 = 1_000;

/// Whose name is taken out.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// The app.
    pub app_id: String,
    /// The user, as the app calls it.
    pub user_id: String,
    /// What the user is called from now on.
    pub pseudonym: String,
    /// When that is.
    pub now: Timestamp,
}

/// What became of a step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// So many completions no longer bear the user's name.
    Completions(usize),
    /// Deliveries of this user have not ended; nothing was changed by this step.
    OpenDeliveries,
}

/// Stands where a person's reason stood, which may have named the user.
const REASON: &str = "erased with the user";

/// What of a completion is not simply emptied.
#[derive(Queryable, Selectable)]
#[diesel(table_name = completions)]
struct Bearer {
    id: CompletionKey,
    source_id: SourceKey,
    external_id: String,
    transaction_id: String,
    click_id: Option<String>,
    manual: Option<String>,
}

impl Store {
    /// Renames a step of what was recorded of an app's user, and empties what was kept of the callbacks; callers repeat it
    /// until it has nothing left to do.
    pub async fn erase_user(&self, erasure: Erasure) -> Result<Erased, StoreError> {
        let keys = Arc::clone(&self.shared.erased);
        // Recording, reversals and replays share this lock: no delivery of the user is opened meanwhile, and a report finds either its
        // key or the key's digest.
        self.write_in_turn(Conn::block_recording, move |conn| {
            let step: Vec<Bearer> = of_user(&erasure).load(conn)?;
            if have_open_deliveries(conn, &step)? {
                return Ok(Erased::OpenDeliveries);
            }
            let callbacks = callbacks_of(conn, &step)?;
            // Retention may be removing the same rows.
            conn.lock_deliveries(&callbacks)?;
            remember_conversions(conn, &keys, &step)?;
            for bearer in &step {
                rename(conn, &keys, &erasure, bearer)?;
                rename_reversals(conn, &keys, bearer.id)?;
            }
            empty_attempts(conn, &callbacks)?;
            Ok(Erased::Completions(step.len()))
        })
        .await
    }

    /// Whether deliveries of the user have not ended. What is opened a moment later is found by the step that it concerns.
    pub async fn has_open_deliveries(&self, erasure: Erasure) -> Result<bool, StoreError> {
        self.read(move |conn| open_deliveries_of_user(conn, &erasure)).await
    }

    /// Removes a step of the user's clicks in the app; answers how many those were. Anybody can make a user a million clicks,
    /// so they go outside of what holds up recording. A report that names one of them meanwhile is found by a last step of
    /// [`erase_user`](Self::erase_user).
    pub async fn erase_clicks(&self, erasure: Erasure) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let clicked = clicks::table
                .filter(clicks::user_id.eq(&erasure.user_id))
                .filter(clicks::app_id.eq(&erasure.app_id))
                .limit(CLICKS);
            let step: Vec<String> = clicked.select(clicks::id).load(conn)?;
            diesel::delete(clicks::table.filter(clicks::id.eq_any(step))).execute(conn)
        })
        .await
    }

    /// Removes the app's tests that named the user. They are looked through outside of what holds up recording.
    pub async fn erase_tests(&self, erasure: Erasure) -> Result<(), StoreError> {
        self.write(move |conn| {
            let tests = tests_of(conn, &erasure)?;
            conn.lock_deliveries(&tests)?;
            diesel::delete(attempts::table.filter(attempts::delivery_id.eq_any(&tests))).execute(conn)?;
            diesel::delete(deliveries::table.filter(deliveries::id.eq_any(&tests))).execute(conn).map(drop)
        })
        .await
    }
}

/// A step of a user's completions. Those that were erased are nobody's, whatever they are called by now: their keys are
/// digests already.
fn of_user(erasure: &Erasure) -> impl Read<'_, Bearer> {
    completions::table
        .filter(completions::user_id.eq(&erasure.user_id))
        .filter(completions::app_id.eq(AppKey::of(&erasure.app_id)))
        .filter(completions::erased_at.is_null())
        .order(completions::id)
        .limit(STEP)
        .select(Bearer::as_select())
}

fn have_open_deliveries(conn: &mut Conn, step: &[Bearer]) -> QueryResult<bool> {
    let of_step = deliveries::table.filter(deliveries::completion_id.eq_any(step.iter().map(|bearer| bearer.id)));
    select(exists(of_step.filter(deliveries::ended_at.is_null()))).get_result(conn)
}

fn open_deliveries_of_user(conn: &mut Conn, erasure: &Erasure) -> QueryResult<bool> {
    let of_user = completions::table
        .filter(completions::user_id.eq(&erasure.user_id))
        .filter(completions::app_id.eq(AppKey::of(&erasure.app_id)))
        .filter(completions::erased_at.is_null())
        .select(completions::id);
    let open =
        deliveries::table.filter(deliveries::completion_id.eq_any(of_user)).filter(deliveries::ended_at.is_null());
    select(exists(open)).get_result(conn)
}

/// What of a kept test is looked at.
#[derive(Deserialize)]
struct Tested {
    completion: TestedCompletion,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestedCompletion {
    user_id: String,
}

/// The app's tests that have ended and were about the user: tests are few, and an index holds no others.
fn tests_of(conn: &mut Conn, erasure: &Erasure) -> QueryResult<Vec<DeliveryKey>> {
    let tests = ended_tests(&erasure.app_id).load(conn)?;
    let is_of_user = |test: &str| {
        serde_json::from_str::<Tested>(test).is_ok_and(|tested| tested.completion.user_id == erasure.user_id)
    };
    let of_user = tests.into_iter().filter(|(_, test)| test.as_deref().is_some_and(is_of_user));
    Ok(of_user.map(|(id, _)| id).collect())
}

/// The app's tests that have ended, with what they tell of.
pub(super) fn ended_tests(app_id: &str) -> impl Read<'_, (DeliveryKey, Option<String>)> {
    deliveries::table
        .filter(is_a_test())
        .filter(deliveries::app_id.eq(AppKey::of(app_id)))
        .filter(deliveries::ended_at.is_not_null())
        .select((deliveries::id, deliveries::test))
}

/// A click goes, because one without its user would attribute to nobody. That it was converted stays known by its digest.
fn remember_conversions(conn: &mut Conn, keys: &ErasedKeys, step: &[Bearer]) -> QueryResult<()> {
    for click_id in step.iter().filter_map(|bearer| bearer.click_id.as_deref()) {
        let digest = keys.click_id(click_id);
        let conversions = click_conversions::table.filter(click_conversions::click_id.eq(click_id));
        let goals = conversions.select((click_conversions::goal_id, click_conversions::completion_id));
        for (goal_id, completion_id) in goals.load::<(String, CompletionKey)>(conn)? {
            keep(conn, ErasedKind::Click, &digest, &goal_id, (completion_id, None))?;
        }
        diesel::delete(conversions).execute(conn)?;
    }
    Ok(())
}

/// The completion and its keys: what the completion bears of them from then on stands among the erased ones.
fn rename(conn: &mut Conn, keys: &ErasedKeys, erasure: &Erasure, bearer: &Bearer) -> QueryResult<()> {
    let source_id = bearer.source_id.any().unwrap_or_default();
    let external_id = keys.external_id(&source_id, &bearer.external_id);
    let transaction_id = keys.transaction_id(&bearer.transaction_id);
    let key = reported::table.find((bearer.source_id, &bearer.external_id));
    let known = key.select((reported::completion_id, reported::digests.nullable())).first(conn).optional()?;
    if let Some(known) = known {
        keep(conn, ErasedKind::External, &external_id, &source_id, known)?;
        diesel::delete(key).execute(conn)?;
    }
    let transaction_key = bearer.transaction_id.to_ascii_lowercase();
    let key = transaction_ids::table.find((&transaction_key, AppKey::of(&erasure.app_id)));
    if let Some(completion_id) = key.select(transaction_ids::completion_id).first(conn).optional()? {
        keep(conn, ErasedKind::Transaction, &transaction_id, &erasure.app_id, (completion_id, None))?;
        diesel::delete(key).execute(conn)?;
    }
    diesel::update(deliveries::table.filter(deliveries::completion_id.eq(bearer.id)))
        .set(deliveries::transaction_id.eq(&transaction_id))
        .execute(conn)?;
    diesel::update(completions::table.find(bearer.id))
        .set((
            completions::external_id.eq(&external_id),
            completions::transaction_id.eq(&transaction_id),
            completions::user_id.eq(&erasure.pseudonym),
            completions::erased_at.eq(erasure.now),
            completions::click_id.eq(None::<String>),
            completions::manual.eq(bearer.manual.as_deref().and_then(without_reason)),
            completions::note.eq(None::<String>),
            completions::extra.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

fn rename_reversals(conn: &mut Conn, keys: &ErasedKeys, completion: CompletionKey) -> QueryResult<()> {
    let known: Vec<(ReversalKey, String, Option<String>)> = reversals::table
        .filter(reversals::completion_id.eq(completion))
        .select((reversals::id, reversals::reversal_key, reversals::manual))
        .load(conn)?;
    for (id, name, manual) in known {
        // The one reversal of the whole has no name.
        let name = if name.is_empty() { name } else { keys.reversal_id(&completion.id(), &name) };
        let manual = manual.as_deref().and_then(without_reason);
        diesel::update(reversals::table.find(id))
            .set((reversals::reversal_key.eq(name), reversals::manual.eq(manual)))
            .execute(conn)?;
    }
    Ok(())
}

/// Who did it by hand stays known.
fn without_reason(manual: &str) -> Option<String> {
    let mark: Manual = serde_json::from_str(manual).ok()?;
    Some(completion_rows::manual_to_text(&Manual { reason: REASON.to_owned(), ..mark }))
}

fn callbacks_of(conn: &mut Conn, step: &[Bearer]) -> QueryResult<Vec<DeliveryKey>> {
    let keys = step.iter().map(|bearer| bearer.id);
    deliveries::table.filter(deliveries::completion_id.eq_any(keys)).select(deliveries::id).load(conn)
}

fn empty_attempts(conn: &mut Conn, callbacks: &[DeliveryKey]) -> QueryResult<()> {
    let kept: Vec<(DeliveryKey, i32, Vec<u8>)> = attempts::table
        .filter(attempts::delivery_id.eq_any(callbacks))
        .select((attempts::delivery_id, attempts::number, attempts::detail))
        .load(conn)?;
    for (delivery_id, number, detail) in kept {
        diesel::update(attempts::table.find((delivery_id, number)))
            .set(attempts::detail.eq(without_user(&detail)?))
            .execute(conn)?;
    }
    Ok(())
}

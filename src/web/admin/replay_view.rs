//! A replay job as it is asked for, counted and shown.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::actions::replays::{ReplayInList, ReplayPlan};
use crate::domain::replay::selection::{Asked, Range, Selection};
use crate::domain::replay::{Replay, Skipped};
use crate::domain::time::Timestamp;
use crate::web::views::CreatedBy;

/// Which deliveries of an app are sent again: those of a time (`from`, `to`), or all since one of them (`sinceDeliveryId`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayBody {
    /// The app's id or `ref`.
    app_id: String,
    /// Created at or after; at most 31 days before `to`.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Created before; default: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// In place of both: this delivery, and whatever was created after it.
    since_delivery_id: Option<String>,
    /// One or several of `dead` (default), `delivered`, `canceled`: a text, or a list of them.
    #[schema(value_type = Option<Vec<String>>)]
    status: Option<Words>,
    /// Only count.
    dry_run: Option<bool>,
}

/// A word, or a list of them.
#[derive(Debug)]
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor).map(Self)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Vec<String>, E> {
        Ok(vec![word.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<Vec<String>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(words))
    }
}

impl ReplayBody {
    /// Whether it is only to be counted, the app by its id or `ref`, and what is asked for of it.
    pub(super) fn into_parts(self) -> (bool, String, Asked) {
        let asked = Asked {
            statuses: self.status.map(|words| words.0),
            from: self.from,
            to: self.to,
            since_delivery_id: self.since_delivery_id,
        };
        (self.dry_run.unwrap_or(false), self.app_id, asked)
    }
}

/// Which deliveries a replay is about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SelectionView {
    status: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_delivery_id: Option<String>,
}

/// What is passed over, by reason.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SkippedView {
    /// Taken back, and the receiver knows of that or was never told of either.
    reversed: u64,
    /// In review.
    review: u64,
    /// Its user was erased.
    erased: u64,
    /// Its app or endpoint is archived.
    archived: u64,
    /// In none of the states any more when the replay came to it; counted at its end.
    reopened: u64,
}

/// What a replay would be about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayCount {
    app_id: String,
    #[serde(flatten)]
    selection: SelectionView,
    /// Deliveries in the states asked for.
    total: u64,
    /// Those of them that would be sent again.
    replayable: u64,
    /// The others.
    skipped: SkippedView,
}

/// A replay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayView {
    id: String,
    app_id: String,
    /// In lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<String>,
    #[serde(flatten)]
    selection: SelectionView,
    /// `running`, `done` or `canceled`.
    state: &'static str,
    /// Deliveries that were in the states asked for when it began.
    total: u64,
    /// Those of them that it has reopened.
    done: u64,
    /// Those that it has passed over.
    skipped: SkippedView,
    created_by: CreatedBy,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl From<&Selection> for SelectionView {
    fn from(selection: &Selection) -> Self {
        let (from, to, since_delivery_id) = match &selection.range {
            Range::Window { from, to } => (Some(*from), Some(*to), None),
            Range::Since { delivery_id } => (None, None, Some(delivery_id.clone())),
        };
        let status = selection.statuses.iter().map(|status| status.as_str()).collect();
        Self { status, from, to, since_delivery_id }
    }
}

impl From<Skipped> for SkippedView {
    fn from(skipped: Skipped) -> Self {
        let Skipped { reversed, review, erased, archived, reopened } = skipped;
        Self { reversed, review, erased, archived, reopened }
    }
}

impl From<ReplayPlan> for ReplayCount {
    fn from(plan: ReplayPlan) -> Self {
        let ReplayPlan { app_id, selection, total, skipped } = plan;
        let replayable = total.saturating_sub(skipped.sum());
        Self { app_id, selection: (&selection).into(), total, replayable, skipped: skipped.into() }
    }
}

impl From<Replay> for ReplayView {
    fn from(replay: Replay) -> Self {
        Self {
            id: replay.id,
            app_id: replay.app_id,
            app_name: None,
            selection: (&replay.selection).into(),
            state: replay.state.as_str(),
            total: replay.total,
            done: replay.done,
            skipped: replay.skipped.into(),
            created_by: replay.begun_by.into(),
            created_at: replay.created_at,
            ended_at: replay.ended_at,
        }
    }
}

impl From<ReplayInList> for ReplayView {
    fn from(listed: ReplayInList) -> Self {
        Self { app_name: Some(listed.app_name), ..Self::from(listed.replay) }
    }
}

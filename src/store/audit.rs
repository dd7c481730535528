//! The audit as rows. Entries are added and completed, and never removed.

use diesel::prelude::*;

use super::backend::{Conn, Engine};
use super::columns::read_as_row;
use super::id_range::Span;
use super::page::{Listed, Page};
use super::schema::audit;
use super::walk::{Reach, Walk, edge_of};
use super::{Store, StoreError};
use crate::domain::audit::{Actor, AuditEntry, Left, Outcome};
use crate::domain::made_by::MadeBy;
use crate::domain::time::Timestamp;

/// A row of `audit`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
pub struct Row {
    id: String,
    at: Timestamp,
    token_id: Option<String>,
    user_id: Option<String>,
    name: String,
    role: String,
    action: String,
    subject: Option<String>,
    subject_name: Option<String>,
    created_id: Option<String>,
    outcome: Option<Outcome>,
    recipe: Option<String>,
}

impl From<AuditEntry> for Row {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            token_id: entry.actor.by.token_id,
            user_id: entry.actor.by.user_id,
            name: entry.actor.by.name,
            role: entry.actor.role,
            action: entry.action,
            subject: entry.subject,
            subject_name: entry.subject_name,
            created_id: entry.created_id,
            outcome: entry.outcome,
            recipe: entry.recipe,
        }
    }
}

impl From<Row> for AuditEntry {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: Actor {
                by: MadeBy { token_id: row.token_id, user_id: row.user_id, name: row.name },
                role: row.role,
            },
            action: row.action,
            subject: row.subject,
            subject_name: row.subject_name,
            created_id: row.created_id,
            outcome: row.outcome,
            recipe: row.recipe,
        }
    }
}

read_as_row!(AuditEntry, Row);

/// Which entries are looked for; absent criteria do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditCriteria {
    /// By this token.
    pub token_id: Option<String>,
    /// By this person.
    pub user_id: Option<String>,
    /// Done to what has this id, or to something below it.
    pub subject: Option<String>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub to: Option<Timestamp>,
}

impl Store {
    /// Writes down that something is about to be done; it is on disk when this returns.
    pub async fn begin_audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |conn| diesel::insert_into(audit::table).values(Row::from(entry)).execute(conn).map(drop)).await
    }

    /// Writes down how it ended, what it made and which recipe it was about.
    pub async fn end_audit(&self, id: String, outcome: Outcome, left: Left) -> Result<(), StoreError> {
        let Left { created_id, recipe } = left;
        self.write(move |conn| {
            diesel::update(audit::table.find(id))
                .set((audit::outcome.eq(outcome), audit::created_id.eq(created_id), audit::recipe.eq(recipe)))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    /// Entries, newest first.
    pub async fn audit(&self, criteria: AuditCriteria, page: Page) -> Result<Listed<AuditEntry>, StoreError> {
        self.walk(move |conn| {
            let edge = |conn: &mut Conn, span: &Span<String>| match &criteria.subject {
                // The entries about one subject are few, and its own index leads to them.
                Some(_) => Ok(None),
                None => edge_of!(audit, span, conn, audit::table.into_boxed::<Engine>()),
            };
            let within = |conn: &mut Conn, span: &Span<String>, at_most| entries(conn, &criteria, span, at_most);
            let span = Span { lower: None, upper: page.before.clone() };
            let rows = page.limit.saturating_add(1);
            let entries = Walk::begin(Reach::InTime).down(conn, &span, rows, edge, within)?;
            Ok(page.cut(entries, |entry: &AuditEntry| &entry.id))
        })
        .await
    }
}

/// Entries of a span, newest first.
fn entries(
    conn: &mut Conn,
    criteria: &AuditCriteria,
    span: &Span<String>,
    at_most: usize,
) -> QueryResult<Vec<AuditEntry>> {
    let mut query = audit::table.select(AuditEntry::as_select()).into_boxed::<Engine>();
    if let Some(token_id) = &criteria.token_id {
        query = query.filter(audit::token_id.eq(token_id));
    }
    if let Some(user_id) = &criteria.user_id {
        query = query.filter(audit::user_id.eq(user_id));
    }
    if let Some(subject) = &criteria.subject {
        // What is below it begins with it and `/`, after which `0` comes next.
        let below = audit::subject.ge(format!("{subject}/")).and(audit::subject.lt(format!("{subject}0")));
        query = query.filter(audit::subject.eq(subject).or(below));
    }
    if let Some(from) = criteria.from {
        query = query.filter(audit::at.ge(from));
    }
    if let Some(to) = criteria.to {
        query = query.filter(audit::at.lt(to));
    }
    if let Some(lower) = &span.lower {
        query = query.filter(audit::id.ge(lower));
    }
    if let Some(upper) = &span.upper {
        query = query.filter(audit::id.lt(upper));
    }
    query.order(audit::id.desc()).limit(i64::try_from(at_most).unwrap_or(i64::MAX)).load(conn)
}

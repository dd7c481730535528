//! Assignments: which app or publisher has which egress IP, now and from an instant on.
//!
//! An assignment is never deleted, only marked as removed: an app that once had an address must never leave by the
//! host's own route. A scheduled replacement ends the present assignment at the instant at which it begins itself, so
//! nothing has to happen at that instant.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::domain::egress::Assignment;
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::columns::read_as_row;
use super::schema::{egress_assignments, egress_ips, publishers};
use super::{Store, StoreError, revision};

/// Whom an egress IP is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// An app, by id or `ref`.
    App(String),
    /// A publisher, by id or `ref`.
    Publisher(String),
}

/// What became of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// It stands.
    Assigned(Assignment),
    /// There is no such egress IP.
    UnknownEgressIp,
    /// There is no such app or publisher.
    UnknownHolder,
    /// The app or publisher has one already.
    AlreadyAssigned,
}

/// A row of `egress_assignments`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = egress_assignments)]
pub struct AssignmentRow {
    id: String,
    egress_ip_id: String,
    app_id: Option<String>,
    publisher_id: Option<String>,
    active_at: Timestamp,
    created_at: Timestamp,
    removed_at: Option<Timestamp>,
}

impl From<AssignmentRow> for Assignment {
    fn from(row: AssignmentRow) -> Self {
        Self {
            id: row.id,
            egress_ip_id: row.egress_ip_id,
            app_id: row.app_id,
            publisher_id: row.publisher_id,
            active_at: row.active_at,
            removed_at: row.removed_at,
        }
    }
}

read_as_row!(Assignment, AssignmentRow);

impl Store {
    /// Assigns an egress IP to an app or a publisher that has none.
    pub async fn assign_egress_ip(
        &self,
        assignment_id: &str,
        egress_ip_id: &str,
        holder: Holder,
        now: Timestamp,
    ) -> Result<Assigned, StoreError> {
        let (assignment_id, egress_ip_id) = (assignment_id.to_owned(), egress_ip_id.to_owned());
        self.configure(move |conn| {
            let assignment = match prepared(conn, assignment_id, egress_ip_id, &holder, now)? {
                Ok(assignment) => assignment,
                Err(refusal) => return Ok(refusal),
            };
            let same_holder = |other: &Assignment| is_of_same_holder(other, &assignment);
            if standing(conn, now)?.iter().any(same_holder) {
                return Ok(Assigned::AlreadyAssigned);
            }
            insert(conn, &assignment, now)?;
            Ok(Assigned::Assigned(assignment))
        })
        .await
    }

    /// Gives an app another egress IP from `active_at` on; until then the present one stays, without a gap.
    pub async fn replace_egress_ip(
        &self,
        assignment_id: &str,
        egress_ip_id: &str,
        app: &str,
        active_at: Timestamp,
        now: Timestamp,
    ) -> Result<Assigned, StoreError> {
        let (assignment_id, egress_ip_id) = (assignment_id.to_owned(), egress_ip_id.to_owned());
        let holder = Holder::App(app.to_owned());
        self.configure(move |conn| {
            let active_at = active_at.max(now);
            let assignment = match prepared(conn, assignment_id, egress_ip_id, &holder, active_at)? {
                Ok(assignment) => assignment,
                Err(refusal) => return Ok(refusal),
            };
            for other in standing(conn, now)?.iter().filter(|other| is_of_same_holder(other, &assignment)) {
                // What was scheduled is replaced as a whole; what is in force goes on until the new one begins.
                let ends = if other.active_at > now { now } else { active_at };
                remove(conn, &other.id, Some(ends))?;
            }
            insert(conn, &assignment, now)?;
            Ok(Assigned::Assigned(assignment))
        })
        .await
    }

    /// Takes an assignment away. False: there is no such assignment, or it was taken away before.
    pub async fn unassign_egress_ip(
        &self,
        egress_ip_id: &str,
        assignment_id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (egress_ip_id, assignment_id) = (egress_ip_id.to_owned(), assignment_id.to_owned());
        self.configure(move |conn| {
            let standing = standing(conn, now)?;
            let is_it = |one: &&Assignment| one.id == assignment_id && one.egress_ip_id == egress_ip_id;
            let Some(assignment) = standing.iter().find(is_it) else {
                return Ok(false);
            };
            remove(conn, &assignment.id, Some(now))?;
            if assignment.active_at > now {
                // It never began, so what it would have replaced goes on.
                let replaced = |other: &&Assignment| {
                    is_of_same_holder(other, assignment) && other.removed_at == Some(assignment.active_at)
                };
                for other in standing.iter().filter(replaced) {
                    remove(conn, &other.id, None)?;
                }
            }
            revision::next(conn)?;
            Ok(true)
        })
        .await
    }
}

/// Assignments in force or scheduled. Few: one or two for each app or publisher that ever had an address.
pub(super) fn standing(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Assignment>> {
    let not_removed = egress_assignments::removed_at.is_null().or(egress_assignments::removed_at.gt(now));
    let standing = egress_assignments::table.filter(not_removed).order(egress_assignments::id);
    standing.select(Assignment::as_select()).load(conn)
}

fn is_of_same_holder(one: &Assignment, other: &Assignment) -> bool {
    one.app_id == other.app_id && one.publisher_id == other.publisher_id
}

/// The assignment with everything that it names looked up.
fn prepared(
    conn: &mut Conn,
    id: String,
    egress_ip_id: String,
    holder: &Holder,
    active_at: Timestamp,
) -> QueryResult<Result<Assignment, Assigned>> {
    if !select(exists(egress_ips::table.find(&egress_ip_id))).get_result(conn)? {
        return Ok(Err(Assigned::UnknownEgressIp));
    }
    let (app_id, publisher_id) = match holder {
        Holder::App(app) => (super::references::app(conn, app)?, None),
        Holder::Publisher(publisher) => (None, publisher_id(conn, publisher)?),
    };
    if app_id.is_none() && publisher_id.is_none() {
        return Ok(Err(Assigned::UnknownHolder));
    }
    Ok(Ok(Assignment { id, egress_ip_id, app_id, publisher_id, active_at, removed_at: None }))
}

fn publisher_id(conn: &mut Conn, id_or_ref: &str) -> QueryResult<Option<String>> {
    let ids = || publishers::table.select(publishers::id);
    let by_id = ids().filter(publishers::id.eq(id_or_ref)).first(conn).optional()?;
    match by_id {
        Some(id) => Ok(Some(id)),
        None => ids().filter(publishers::reference.eq(id_or_ref)).first(conn).optional(),
    }
}

fn insert(conn: &mut Conn, assignment: &Assignment, now: Timestamp) -> QueryResult<()> {
    let row = AssignmentRow {
        id: assignment.id.clone(),
        egress_ip_id: assignment.egress_ip_id.clone(),
        app_id: assignment.app_id.clone(),
        publisher_id: assignment.publisher_id.clone(),
        active_at: assignment.active_at,
        created_at: now,
        removed_at: None,
    };
    diesel::insert_into(egress_assignments::table).values(row).execute(conn)?;
    revision::next(conn).map(drop)
}

fn remove(conn: &mut Conn, id: &str, at: Option<Timestamp>) -> QueryResult<()> {
    let removed_at = egress_assignments::removed_at.eq(at);
    diesel::update(egress_assignments::table.find(id)).set(removed_at).execute(conn).map(drop)
}

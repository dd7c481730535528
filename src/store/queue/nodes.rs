//! Nodes: which processes work on this database, which of them live, and which egress IPs each of them holds.
//!
//! A node lives by its heartbeat, measured by the database's clock alone, because the clocks of two machines never agree. A
//! node that was silent for [`SILENCE`] is dead, and its claims are taken over. Its next heartbeat is answered with that, and
//! it registers again under a new id.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::node::NodeRole;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, on_backend};
use crate::store::schema::{node_egress_ips, nodes};
use crate::store::unknown_words::load_readable;
use crate::store::{Store, StoreError};

/// A node that was not heard of for so long is dead (the contract, *Quick take-over*).
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// An egress IP that a node can send from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holding {
    /// The egress IP.
    pub egress_ip_id: String,
    /// Whether the echo confirmed it: `verified` or `assumed`.
    pub verification: String,
}

/// A node that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNode {
    /// `nod_…`
    pub id: String,
    /// What it does.
    pub role: NodeRole,
    /// What it holds.
    pub holds: Vec<Holding>,
}

impl Store {
    /// Makes a node known, alive from now on, and answers its number: the first that `number` proposes and no other node has.
    pub async fn register_node(&self, id: String, role: NodeRole, number: fn() -> u16) -> Result<u16, StoreError> {
        self.heartbeat(move |conn| {
            let now = database_now(conn)?;
            loop {
                let number = number();
                let row = (
                    nodes::id.eq(&id),
                    nodes::number.eq(i32::from(number)),
                    nodes::role.eq(role),
                    nodes::started_at.eq(now),
                    nodes::seen_at.eq(now),
                );
                let new = diesel::insert_into(nodes::table).values(row);
                let is_free = on_backend!(conn,
                    sqlite(conn) => new.on_conflict(nodes::number).do_nothing().execute(conn)? > 0,
                    postgres(conn) => new.on_conflict(nodes::number).do_nothing().execute(conn)? > 0,
                );
                if is_free {
                    return Ok(number);
                }
            }
        })
        .await
    }

    /// What time it is by the database's own clock; of an SQLite file that is this machine's.
    pub async fn database_clock(&self) -> Result<Option<Timestamp>, StoreError> {
        if !self.is_shared() {
            return Ok(None);
        }
        self.look(|conn| database_now(conn).map(Timestamp::from_millis).map(Some)).await
    }

    /// A node's heartbeat. False: it was found dead, and is nobody any more.
    pub async fn renew_node(&self, id: String) -> Result<bool, StoreError> {
        self.heartbeat(move |conn| {
            let (now, alive_since) = (database_now(conn)?, alive_since(conn)?);
            let living = nodes::table.find(id).filter(nodes::seen_at.gt(alive_since));
            Ok(diesel::update(living).set(nodes::seen_at.eq(now)).execute(conn)? > 0)
        })
        .await
    }

    /// Replaces what a node holds.
    pub async fn announce(&self, id: String, holds: Vec<Holding>) -> Result<(), StoreError> {
        self.heartbeat(move |conn| {
            conn.transaction(|conn| {
                diesel::delete(node_egress_ips::table.filter(node_egress_ips::node_id.eq(&id))).execute(conn)?;
                let known = nodes::table.find(&id).select(nodes::id).first::<String>(conn).optional()?;
                for holding in if known.is_some() { holds } else { Vec::new() } {
                    let row = (
                        node_egress_ips::node_id.eq(&id),
                        node_egress_ips::egress_ip_id.eq(holding.egress_ip_id),
                        node_egress_ips::verification.eq(holding.verification),
                    );
                    diesel::insert_into(node_egress_ips::table).values(row).execute(conn)?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Forgets a node that ends by itself. What it left claimed is taken over at once.
    pub async fn dismiss_node(&self, id: String) -> Result<(), StoreError> {
        self.heartbeat(move |conn| forget(conn, &id)).await
    }

    /// Forgets every node: the process that holds the serve lock of an SQLite file knows that no other one serves from it.
    pub(crate) async fn forget_former_nodes(&self) -> Result<(), StoreError> {
        self.heartbeat(|conn| {
            on_backend!(conn,
                sqlite(conn) => {
                    diesel::delete(node_egress_ips::table).execute(conn)?;
                    diesel::delete(nodes::table).execute(conn).map(drop)
                },
                postgres(_) => Ok(()),
            )
        })
        .await
    }

    /// The nodes that live, oldest first.
    pub async fn live_nodes(&self) -> Result<Vec<LiveNode>, StoreError> {
        self.heartbeat(|conn| {
            let alive_since = alive_since(conn)?;
            let living = nodes::table.filter(nodes::seen_at.gt(alive_since)).order(nodes::id);
            // A node that does what this version does not know counts for nothing here.
            let living: Vec<(String, NodeRole)> =
                load_readable(living.select((nodes::id, nodes::role)), conn)?.or_log();
            let ids = living.iter().map(|(id, _)| id);
            let held: Vec<(String, String, String)> = node_egress_ips::table
                .filter(node_egress_ips::node_id.eq_any(ids))
                .order(node_egress_ips::egress_ip_id)
                .select((node_egress_ips::node_id, node_egress_ips::egress_ip_id, node_egress_ips::verification))
                .load(conn)?;
            let live = living.into_iter().map(|(id, role)| {
                let of_this = held.iter().filter(|(node_id, ..)| *node_id == id);
                let holding = |(_, egress_ip_id, verification): &(String, String, String)| Holding {
                    egress_ip_id: egress_ip_id.clone(),
                    verification: verification.clone(),
                };
                LiveNode { holds: of_this.map(holding).collect(), role, id }
            });
            Ok(live.collect())
        })
        .await
    }
}

/// A node that was last seen at or before this instant, by the database's clock, is dead. An SQLite file is served by one
/// process, from which nobody takes over: there each node that is known is alive, however long its disk stood still.
pub(in crate::store) fn alive_since(conn: &mut Conn) -> QueryResult<i64> {
    if !conn.is_shared() {
        return Ok(i64::MIN);
    }
    Ok(database_now(conn)? - i64::try_from(SILENCE.as_millis()).unwrap_or(i64::MAX))
}

/// Forgets the nodes that are dead.
pub(super) fn delete_dead_nodes(conn: &mut Conn) -> QueryResult<()> {
    let alive_since = alive_since(conn)?;
    let dead = nodes::table.filter(nodes::seen_at.le(alive_since));
    let ids: Vec<String> = dead.select(nodes::id).load(conn)?;
    for id in ids {
        // The UPDATE asks again: a node whose heartbeat came in between is alive, and keeps what it holds.
        if diesel::update(dead.filter(nodes::id.eq(&id))).set(nodes::role.eq(nodes::role)).execute(conn)? > 0 {
            forget(conn, &id)?;
        }
    }
    Ok(())
}

/// Forgets a node.
fn forget(conn: &mut Conn, id: &str) -> QueryResult<()> {
    diesel::delete(node_egress_ips::table.filter(node_egress_ips::node_id.eq(id))).execute(conn)?;
    diesel::delete(nodes::table.find(id)).execute(conn).map(drop)
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = BigInt)]
    now: i64,
}

/// The database's clock, in Unix milliseconds.
fn database_now(conn: &mut Conn) -> QueryResult<i64> {
    let query = on_backend!(conn,
        sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now",
        // Not now(), which stands still within a transaction.
        postgres(_) => "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
    );
    diesel::sql_query(query).get_result::<Now>(conn).map(|row| row.now)
}

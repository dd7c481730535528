//! Egress IPs: the addresses that callbacks leave from. Whom each is for stands in [`super::assignments`].
//!
//! Whether a machine holds an address is never stored here; that is for each node to find out.

use std::collections::HashSet;

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::domain::egress::{Assignment, Bind, EgressIp};
use crate::domain::time::Timestamp;

use super::assignments::standing;
use super::backend::{Conn, Engine};
use super::page::{Listed, Page};
use super::schema::{apps, egress_assignments, egress_ips};
use super::{MasterKey, Store, StoreError, revision};

/// An egress IP with the assignments that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressRecord {
    /// The address.
    pub egress_ip: EgressIp,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Those in force and those scheduled.
    pub assignments: Vec<Assignment>,
}

/// What became of saving an egress IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EgressSaved {
    /// It stands as given.
    Saved,
    /// There is no such egress IP.
    Unknown,
    /// Another one has this address.
    AddressTaken,
}

/// What became of an egress IP that was to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EgressDeleted {
    /// It is gone.
    Deleted,
    /// There is no such egress IP.
    Unknown,
    /// Somebody still has it.
    Assigned,
}

/// A query of egress IPs that is still being narrowed down.
type EgressQuery = egress_ips::BoxedQuery<'static, Engine>;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = egress_ips)]
pub(super) struct EgressRow {
    id: String,
    address: String,
    bind_sealed: Option<Vec<u8>>,
    created_at: Timestamp,
}

fn place(id: &str) -> String {
    format!("egress_ips/{id}/bind")
}

impl EgressRow {
    pub(super) fn open(self, key: &MasterKey) -> Result<EgressIp, StoreError> {
        let address = self.address.parse();
        let address = address.map_err(|_| StoreError::Unreadable { place: format!("egress_ips/{}", self.id) })?;
        let bind = match &self.bind_sealed {
            Some(sealed) => Bind::from_kept(key.open_text(&place(&self.id), sealed)?),
            None => Bind::Local(address),
        };
        Ok(EgressIp { id: self.id, address, bind })
    }
}

/// All egress IPs and all assignments, removed ones too.
pub(super) fn everything(conn: &mut Conn) -> QueryResult<(Vec<EgressRow>, Vec<Assignment>)> {
    Ok((
        egress_ips::table.select(EgressRow::as_select()).load(conn)?,
        egress_assignments::table.select(Assignment::as_select()).load(conn)?,
    ))
}

/// The bind as it is kept: nothing where it is the address itself.
fn sealed_bind(egress_ip: &EgressIp, key: &MasterKey) -> Option<Vec<u8>> {
    let itself = egress_ip.bind == Bind::Local(egress_ip.address);
    (!itself).then(|| key.seal(&place(&egress_ip.id), egress_ip.bind.kept().as_bytes()))
}

impl Store {
    /// Issues an egress IP.
    pub async fn create_egress_ip(&self, egress_ip: EgressIp, now: Timestamp) -> Result<EgressSaved, StoreError> {
        let bind_sealed = sealed_bind(&egress_ip, self.key());
        let address = egress_ip.address.to_string();
        let row = EgressRow { id: egress_ip.id, address, bind_sealed, created_at: now };
        self.configure(move |conn| {
            if address_taken(conn, &row.address, &row.id)? {
                return Ok(EgressSaved::AddressTaken);
            }
            diesel::insert_into(egress_ips::table).values(row).execute(conn)?;
            revision::next(conn)?;
            Ok(EgressSaved::Saved)
        })
        .await
    }

    /// Changes an egress IP's address or bind.
    pub async fn change_egress_ip(&self, egress_ip: EgressIp) -> Result<EgressSaved, StoreError> {
        let bind_sealed = sealed_bind(&egress_ip, self.key());
        self.configure(move |conn| {
            let address = egress_ip.address.to_string();
            if address_taken(conn, &address, &egress_ip.id)? {
                return Ok(EgressSaved::AddressTaken);
            }
            let change = (egress_ips::address.eq(address), egress_ips::bind_sealed.eq(bind_sealed));
            let changed = diesel::update(egress_ips::table.find(&egress_ip.id)).set(change).execute(conn)?;
            revision::next(conn)?;
            Ok(if changed > 0 { EgressSaved::Saved } else { EgressSaved::Unknown })
        })
        .await
    }

    /// Deletes an egress IP that nobody has.
    pub async fn delete_egress_ip(&self, id: &str, now: Timestamp) -> Result<EgressDeleted, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let standing = standing(conn, now)?;
            if standing.iter().any(|assignment| assignment.egress_ip_id == id) {
                return Ok(EgressDeleted::Assigned);
            }
            let deleted = diesel::delete(egress_ips::table.find(&id)).execute(conn)?;
            revision::next(conn)?;
            Ok(if deleted > 0 { EgressDeleted::Deleted } else { EgressDeleted::Unknown })
        })
        .await
    }

    /// The egress IP with this id, among those of one publisher if one is given.
    pub async fn egress_ip(
        &self,
        of_publisher: Option<&str>,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<EgressRecord>, StoreError> {
        let id = id.to_owned();
        let found = self.load(of_publisher, now, move |query| query.filter(egress_ips::id.eq(id))).await?;
        Ok(found.into_iter().next())
    }

    /// Egress IPs, newest first; of one publisher if one is given: those assigned to it or to one of its apps.
    pub async fn egress_ips(
        &self,
        of_publisher: Option<&str>,
        page: Page,
        now: Timestamp,
    ) -> Result<Listed<EgressRecord>, StoreError> {
        let (rows, before) = (page.rows(), page.before.clone());
        let select_page = move |mut query: EgressQuery| {
            if let Some(before) = before {
                query = query.filter(egress_ips::id.lt(before));
            }
            query.limit(rows)
        };
        let records = self.load(of_publisher, now, select_page).await?;
        Ok(page.cut(records, |record| &record.egress_ip.id))
    }

    async fn load(
        &self,
        of_publisher: Option<&str>,
        now: Timestamp,
        narrow: impl FnOnce(EgressQuery) -> EgressQuery + Send + 'static,
    ) -> Result<Vec<EgressRecord>, StoreError> {
        let of_publisher = of_publisher.map(str::to_owned);
        let (found, assignments) = self
            .snapshot(move |conn| {
                let mut query = egress_ips::table.into_boxed().order(egress_ips::id.desc());
                let mut assignments = standing(conn, now)?;
                if let Some(publisher_id) = of_publisher {
                    assignments = of_one_publisher(conn, assignments, &publisher_id)?;
                    let ids: Vec<String> = assignments.iter().map(|one| one.egress_ip_id.clone()).collect();
                    query = query.filter(egress_ips::id.eq_any(ids));
                }
                let found: Vec<EgressRow> = narrow(query).load(conn)?;
                Ok((found, assignments))
            })
            .await?;
        let mut records = Vec::with_capacity(found.len());
        for row in found {
            let created_at = row.created_at;
            let of_this = assignments.iter().filter(|assignment| assignment.egress_ip_id == row.id);
            let assignments = of_this.cloned().collect();
            records.push(EgressRecord { egress_ip: row.open(self.key())?, created_at, assignments });
        }
        Ok(records)
    }
}

fn address_taken(conn: &mut Conn, address: &str, holder: &str) -> QueryResult<bool> {
    let others = egress_ips::table.filter(egress_ips::address.eq(address)).filter(egress_ips::id.ne(holder));
    select(exists(others)).get_result(conn)
}

/// Those of a publisher and of its apps.
fn of_one_publisher(conn: &mut Conn, assignments: Vec<Assignment>, publisher_id: &str) -> QueryResult<Vec<Assignment>> {
    let of_publisher = apps::table.filter(apps::publisher_id.eq(publisher_id));
    let own: HashSet<String> = of_publisher.select(apps::id).load(conn)?.into_iter().collect();
    let is_own = |one: &Assignment| {
        one.publisher_id.as_deref() == Some(publisher_id) || one.app_id.as_ref().is_some_and(|app| own.contains(app))
    };
    Ok(assignments.into_iter().filter(is_own).collect())
}

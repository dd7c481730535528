//! Publishers: the accounts that own apps.

use diesel::prelude::*;

use crate::domain::account::Publisher;
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::columns::read_as_row;
use super::page::{Listed, Page};
use super::schema::publishers;
use super::{Store, StoreError, references, revision};

/// What became of saving a publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublisherSaved {
    /// It stands as given.
    Saved(Publisher),
    /// There is no such publisher.
    Unknown,
    /// Another publisher or app has this `ref`.
    RefTaken,
}

/// What is to be changed of a publisher; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublisherChange {
    /// The name.
    pub name: Option<String>,
    /// The `ref`, or its removal.
    pub reference: Option<Option<String>>,
}

/// A row of `publishers`.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publishers, treat_none_as_null = true)]
pub struct PublisherRow {
    id: String,
    reference: Option<String>,
    name: String,
    created_at: Timestamp,
}

impl From<PublisherRow> for Publisher {
    fn from(row: PublisherRow) -> Self {
        Self { id: row.id, reference: row.reference, name: row.name, created_at: row.created_at }
    }
}

read_as_row!(Publisher, PublisherRow);

impl From<Publisher> for PublisherRow {
    fn from(publisher: Publisher) -> Self {
        let Publisher { id, reference, name, created_at } = publisher;
        Self { id, reference, name, created_at }
    }
}

impl Store {
    /// Adds a publisher.
    pub async fn create_publisher(&self, publisher: Publisher) -> Result<PublisherSaved, StoreError> {
        self.configure(move |conn| {
            if references::is_taken(conn, publisher.reference.as_deref(), &publisher.id)? {
                return Ok(PublisherSaved::RefTaken);
            }
            let row = PublisherRow::from(publisher.clone());
            diesel::insert_into(publishers::table).values(row).execute(conn)?;
            revision::next(conn)?;
            Ok(PublisherSaved::Saved(publisher))
        })
        .await
    }

    /// Changes a publisher.
    pub async fn change_publisher(&self, id: &str, change: PublisherChange) -> Result<PublisherSaved, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let Some(mut publisher) = find(conn, &id)? else {
                return Ok(PublisherSaved::Unknown);
            };
            publisher.name = change.name.unwrap_or(publisher.name);
            publisher.reference = change.reference.unwrap_or(publisher.reference);
            if references::is_taken(conn, publisher.reference.as_deref(), &publisher.id)? {
                return Ok(PublisherSaved::RefTaken);
            }
            let row = PublisherRow::from(publisher.clone());
            diesel::update(publishers::table.find(&publisher.id)).set(row).execute(conn)?;
            revision::next(conn)?;
            Ok(PublisherSaved::Saved(publisher))
        })
        .await
    }

    /// The publisher with this id or `ref`; ids win.
    pub async fn publisher(&self, id_or_ref: &str) -> Result<Option<Publisher>, StoreError> {
        let id_or_ref = id_or_ref.to_owned();
        self.read(move |conn| find(conn, &id_or_ref)).await
    }

    /// The newest publishers of this very name: at most so many.
    pub async fn publishers_called(&self, name: &str, at_most: i64) -> Result<Vec<Publisher>, StoreError> {
        let name = name.to_owned();
        let called = publishers::table.filter(publishers::name.eq(name)).order(publishers::id.desc()).limit(at_most);
        self.read(move |conn| called.select(Publisher::as_select()).load(conn)).await
    }

    /// How many publishers there are.
    pub async fn count_publishers(&self) -> Result<u64, StoreError> {
        let count: i64 = self.read(|conn| publishers::table.count().get_result(conn)).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Publishers, newest first.
    pub async fn publishers(&self, page: Page) -> Result<Listed<Publisher>, StoreError> {
        let rows = page.rows();
        let before = page.before.clone();
        let found = self.read(move |conn| {
            let mut query = publishers::table.select(Publisher::as_select()).into_boxed();
            if let Some(before) = before {
                query = query.filter(publishers::id.lt(before));
            }
            query.order(publishers::id.desc()).limit(rows).load(conn)
        });
        Ok(page.cut(found.await?, |publisher: &Publisher| &publisher.id))
    }
}

fn find(conn: &mut Conn, id_or_ref: &str) -> QueryResult<Option<Publisher>> {
    let all = || publishers::table.select(Publisher::as_select());
    match all().find(id_or_ref).first(conn).optional()? {
        Some(publisher) => Ok(Some(publisher)),
        None => all().filter(publishers::reference.eq(id_or_ref)).first(conn).optional(),
    }
}

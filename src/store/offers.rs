//! Offers: reading, creating, changing. They are never removed, because clicks and completions point to them.
//!
//! Whoever changes an offer names the revision that it read, like whoever changes an app. What may be set is checked
//! before it gets here.

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use crate::domain::offer::{Destination, Offer};
use crate::domain::time::Timestamp;

use super::page::{Listed, Page};
use super::schema::offers;
use super::{Store, StoreError, references, revision};

/// An offer, and the revision of its last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRecord {
    /// The offer.
    pub offer: Offer,
    /// To be named when it is changed, so that no change overwrites another one unseen.
    pub revision: i64,
}

/// What became of saving an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferSaved {
    /// It stands as given.
    Saved,
    /// Another offer, app or publisher has this `ref`.
    RefTaken,
    /// It was changed since it was read.
    Overtaken,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = offers, treat_none_as_null = true)]
pub(super) struct OfferRow {
    id: String,
    reference: Option<String>,
    name: String,
    destination_url: String,
    payout_minor: i64,
    currency: String,
    goals: String,
    active_from: Option<Timestamp>,
    active_until: Option<Timestamp>,
    created_at: Timestamp,
    revision: i64,
}

impl OfferRow {
    fn of(offer: Offer, revision: i64) -> Self {
        Self {
            id: offer.id,
            reference: offer.reference,
            name: offer.name,
            destination_url: offer.destination.as_str().to_owned(),
            payout_minor: offer.payout_minor,
            currency: offer.currency,
            goals: serde_json::to_string(&offer.goals).expect("goals of texts and numbers are always JSON"),
            active_from: offer.active_from,
            active_until: offer.active_until,
            created_at: offer.created_at,
            revision,
        }
    }

    /// The offer, taken apart again.
    pub(super) fn open(self) -> Result<Offer, StoreError> {
        let unreadable = |column: &str| StoreError::Unreadable { place: format!("offers/{}/{column}", self.id) };
        let destination = Destination::kept(self.destination_url).ok_or_else(|| unreadable("destination_url"))?;
        let goals = serde_json::from_str(&self.goals).map_err(|_| unreadable("goals"))?;
        Ok(Offer {
            id: self.id,
            reference: self.reference,
            name: self.name,
            destination,
            payout_minor: self.payout_minor,
            currency: self.currency,
            goals,
            active_from: self.active_from,
            active_until: self.active_until,
            created_at: self.created_at,
        })
    }

    fn record(self) -> Result<OfferRecord, StoreError> {
        let revision = self.revision;
        self.open().map(|offer| OfferRecord { offer, revision })
    }
}

impl Store {
    /// Adds an offer.
    pub async fn create_offer(&self, offer: Offer) -> Result<OfferSaved, StoreError> {
        self.configure(move |conn| {
            if references::is_taken(conn, offer.reference.as_deref(), &offer.id)? {
                return Ok(OfferSaved::RefTaken);
            }
            let row = OfferRow::of(offer, revision::next(conn)?);
            diesel::insert_into(offers::table).values(row).execute(conn)?;
            Ok(OfferSaved::Saved)
        })
        .await
    }

    /// Changes an offer that was read under a revision.
    pub async fn change_offer(&self, offer: Offer, read_at: i64) -> Result<OfferSaved, StoreError> {
        self.configure(move |conn| {
            let present = offers::table.find(&offer.id).select(offers::revision).first::<i64>(conn).optional()?;
            if present != Some(read_at) {
                return Ok(OfferSaved::Overtaken);
            }
            if references::is_taken(conn, offer.reference.as_deref(), &offer.id)? {
                return Ok(OfferSaved::RefTaken);
            }
            let id = offer.id.clone();
            let row = OfferRow::of(offer, revision::next(conn)?);
            diesel::update(offers::table.find(id)).set(row).execute(conn)?;
            Ok(OfferSaved::Saved)
        })
        .await
    }

    /// The offer with this id or `ref`; ids win.
    pub async fn offer(&self, id_or_ref: &str) -> Result<Option<OfferRecord>, StoreError> {
        let id_or_ref = id_or_ref.to_owned();
        let found = self.read(move |conn| {
            let rows = || offers::table.select(OfferRow::as_select());
            let by_id: Option<OfferRow> = rows().find(&id_or_ref).first(conn).optional()?;
            match by_id {
                Some(row) => Ok(Some(row)),
                None => rows().filter(offers::reference.eq(&id_or_ref)).first(conn).optional(),
            }
        });
        found.await?.map(OfferRow::record).transpose()
    }

    /// Offers, newest first.
    pub async fn offers(&self, page: Page) -> Result<Listed<Offer>, StoreError> {
        let rows = page.rows();
        let before = page.before.clone();
        let found = self.read(move |conn| {
            let mut query = offers::table.select(OfferRow::as_select()).into_boxed();
            if let Some(before) = before {
                query = query.filter(offers::id.lt(before));
            }
            query.order(offers::id.desc()).limit(rows).load(conn)
        });
        let Listed { items, next } = page.cut(found.await?, |row| &row.id);
        let items = items.into_iter().map(OfferRow::open).collect::<Result<_, _>>()?;
        Ok(Listed { items, next })
    }
}

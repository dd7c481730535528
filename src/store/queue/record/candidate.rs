//! A report on its way into the store, made by the caller's task: the rows that it becomes, the digests that it is compared
//! by and, for PostgreSQL, its rows as JSON.
//!
//! Whatever is committed passes through the writer's thread, so each microsecond there is throughput. What is made here has
//! been made before a candidate reaches it.

use std::cell::OnceCell;

use serde::Serialize;

use super::NewCompletion;
use crate::domain::identity::{FIELDS, ReportedFields};
use crate::store::completions as completion_rows;
use crate::store::deliveries::Row as DeliveryRow;
use crate::store::erased_keys::{ErasedKeys, ErasedKind, names};
use crate::store::queue::rows::{joined, to_json};
use crate::store::vault::KeyedDigest;

/// Bytes kept of each field's digest: enough that two values agree by accident once in 2^64.
pub(super) const DIGEST_BYTES: usize = 8;

/// A report that may be recorded.
pub(in crate::store) struct Candidate {
    pub(super) completion: completion_rows::Row,
    pub(super) deliveries: Vec<DeliveryRow>,
    /// Its transaction id in lower case.
    pub(super) transaction_key: String,
    /// One for each field that is compared or noted.
    pub(super) digests: Vec<u8>,
    /// For PostgreSQL.
    json: OnceCell<Json>,
    /// For a store in which somebody was erased.
    erased: OnceCell<Vec<ErasedName>>,
}

/// Its rows as JSON, one document for the keys and one for each table.
pub(super) struct Json {
    pub(super) keys: String,
    pub(super) completion: String,
    /// With commas between them.
    pub(super) deliveries: String,
}

/// What one of its keys may be called where whoever it is about was erased.
pub(super) struct ErasedName {
    pub(super) kind: ErasedKind,
    pub(super) digest: String,
}

/// The keys that a report must be the first to have.
#[derive(Serialize)]
struct Keys<'a> {
    completion_id: &'a str,
    source_id: &'a str,
    external_id: &'a str,
    /// As PostgreSQL writes bytes in text.
    digests: String,
    transaction_key: &'a str,
    app_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal_id: Option<&'a str>,
}

impl Candidate {
    pub(super) fn of(new: NewCompletion, keyed: &KeyedDigest) -> Self {
        let NewCompletion { completion, given, deliveries } = new;
        let begun = deliveries.into_iter().map(|delivery| delivery.begin(&completion));
        Self {
            deliveries: begun.map(|(delivery, start)| DeliveryRow::new(delivery, start)).collect(),
            transaction_key: completion.transaction_id.to_ascii_lowercase(),
            digests: digests(keyed, &given),
            completion: completion_rows::Row::from(completion),
            json: OnceCell::new(),
            erased: OnceCell::new(),
        }
    }

    /// The id of its completion.
    pub(super) fn id(&self) -> &str {
        &self.completion.id
    }

    /// The click that it converts, and the goal for which it does so.
    pub(super) fn conversion(&self) -> Option<(&str, &str)> {
        let click_id = self.completion.click_id.as_deref()?;
        Some((click_id, self.completion.goal_id.as_deref().unwrap_or_default()))
    }

    /// Its rows as JSON.
    pub(super) fn json(&self) -> &Json {
        self.json.get_or_init(|| {
            let (click_id, goal_id) = self.conversion().unzip();
            let keys = Keys {
                completion_id: self.id(),
                source_id: &self.completion.source_id,
                external_id: &self.completion.external_id,
                digests: format!("\\x{}", hex::encode(&self.digests)),
                transaction_key: &self.transaction_key,
                app_id: &self.completion.app_id,
                click_id,
                goal_id,
            };
            Json {
                keys: to_json(&keys),
                completion: to_json(&self.completion),
                deliveries: joined(self.deliveries.iter().map(to_json)),
            }
        })
    }

    /// What its keys may be called among the erased ones.
    pub(super) fn erased_names(&self, keys: &ErasedKeys) -> &[ErasedName] {
        self.erased.get_or_init(|| {
            let completion_rows::Row { source_id, external_id, transaction_id, click_id, .. } = &self.completion;
            let external = names(keys.external_id(source_id, external_id), external_id);
            let transaction = names(keys.transaction_id(transaction_id), &self.transaction_key);
            let click = click_id.iter().flat_map(|click_id| names(keys.click_id(click_id), click_id));
            let named = |kind| move |digest| ErasedName { kind, digest };
            let external = external.map(named(ErasedKind::External));
            let transaction = transaction.map(named(ErasedKind::Transaction));
            external.chain(transaction).chain(click.map(named(ErasedKind::Click))).collect()
        })
    }

    /// Within what its key of a kind is unique.
    pub(super) fn scope(&self, kind: ErasedKind) -> &str {
        match kind {
            ErasedKind::External => &self.completion.source_id,
            ErasedKind::Transaction => &self.completion.app_id,
            ErasedKind::Click => self.conversion().map_or("", |(_, goal_id)| goal_id),
        }
    }
}

fn digests(keyed: &KeyedDigest, given: &ReportedFields) -> Vec<u8> {
    let mut digests = Vec::with_capacity(FIELDS * DIGEST_BYTES);
    for (position, text) in given.texts().enumerate() {
        // The position keeps equal texts of different fields apart; an absent field is all zeros.
        let digest = text.map(|text| keyed.of(&[position.to_string().as_bytes(), b":", text.as_bytes()]));
        digests.extend_from_slice(&digest.unwrap_or_default()[..DIGEST_BYTES]);
    }
    digests
}

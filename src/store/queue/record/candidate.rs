//! A report on its way into the store, made by the caller's task: the rows that it becomes, the digests that it is compared
//! by and, for PostgreSQL, its rows as JSON.
//!
//! Whatever is committed passes through the writer's thread, so each microsecond there is throughput. What is made here has
//! been made before a candidate reaches it.

use std::cell::OnceCell;

use serde::Serialize;

use super::NewCompletion;
use super::digests::digests;
use crate::store::completions as completion_rows;
use crate::store::deliveries::Row as DeliveryRow;
use crate::store::erased_keys::{ErasedKeys, ErasedKind, names};
use crate::store::keys::{AppKey, CompletionKey, SourceKey};
use crate::store::queue::rows::{joined, to_json};
use crate::store::vault::KeyedDigest;

/// A report that may be recorded.
pub(in crate::store) struct Candidate {
    pub(super) completion: completion_rows::Row,
    pub(super) deliveries: Vec<DeliveryRow>,
    /// Its transaction id in lower case.
    pub(super) transaction_key: String,
    /// Of what was given.
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
    completion_id: CompletionKey,
    source_id: SourceKey,
    external_id: &'a str,
    /// As PostgreSQL writes bytes in text.
    digests: String,
    transaction_key: &'a str,
    app_id: AppKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal_id: Option<&'a str>,
}

/// Bytes of a row whatever it says, its short texts included.
const FIXED: usize = 1024;

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

    /// How many bytes it holds while it waits, roughly: what nobody but a reporter decides about is counted.
    pub(in crate::store) fn weight(&self) -> usize {
        let json = self.json.get().map_or(0, |json| json.keys.len() + json.completion.len() + json.deliveries.len());
        FIXED + self.completion.text_bytes() + self.deliveries.len() * FIXED + json
    }

    /// The key of its completion.
    pub(super) fn key(&self) -> CompletionKey {
        self.completion.id
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
                completion_id: self.key(),
                source_id: self.completion.source_id,
                external_id: &self.completion.external_id,
                digests: format!("\\x{}", hex::encode(&self.digests)),
                transaction_key: &self.transaction_key,
                app_id: self.completion.app_id,
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
            let external = names(keys.external_id(&source_id.any().unwrap_or_default(), external_id), external_id);
            let transaction = names(keys.transaction_id(transaction_id), &self.transaction_key);
            let click = click_id.iter().flat_map(|click_id| names(keys.click_id(click_id), click_id));
            let named = |kind| move |digest| ErasedName { kind, digest };
            let external = external.map(named(ErasedKind::External));
            let transaction = transaction.map(named(ErasedKind::Transaction));
            external.chain(transaction).chain(click.map(named(ErasedKind::Click))).collect()
        })
    }

    /// Within what its key of a kind is unique.
    pub(super) fn scope(&self, kind: ErasedKind) -> String {
        match kind {
            ErasedKind::External => self.completion.source_id.any().unwrap_or_default(),
            ErasedKind::Transaction => self.completion.app_id.id(),
            ErasedKind::Click => self.conversion().map_or_else(String::new, |(_, goal_id)| goal_id.to_owned()),
        }
    }
}

//! Opening the master key that belongs to the store, by the fingerprint that the store keeps, and the key of the
//! digests that lies sealed under it.
//!
//! A key is made only while that loses nothing: not while anything is sealed under another key, nor where other nodes hold
//! the present one.

use std::path::Path;

use diesel::QueryResult;
use diesel::prelude::*;

use super::backend::{self, Begin, Conn};
use super::schema::installation;
use super::{MasterKey, StoreError};
use crate::random;

/// What becomes of the key that an earlier start made, while nothing is sealed under it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstKey {
    /// Where its file is gone, another one is made: nobody else works on the store.
    Made,
    /// It must be there: a server may be about to seal something under it.
    Kept,
}

/// Finds the master key that belongs to the store, or makes the first one, and opens the digest key with it. Of several
/// nodes that start at once one does this after the other.
pub(super) fn open(conn: &mut Conn, key_file: &Path, first_key: FirstKey) -> Result<(MasterKey, [u8; 32]), StoreError> {
    let mut opened = Err(StoreError::Closed);
    conn.within(Begin::Change, |conn| {
        conn.begin_opening_master_key()?;
        opened = if backend::is_unfinished(conn)? {
            Err(StoreError::UnfinishedCopy)
        } else {
            open_or_make(conn, key_file, first_key)
        };
        // Where the key cannot be opened, the store is left as it was found.
        if opened.is_ok() { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
    })
    .or_else(|error| if opened.is_err() { Ok(()) } else { Err(error) })?;
    opened
}

fn open_or_make(conn: &mut Conn, key_file: &Path, first_key: FirstKey) -> Result<(MasterKey, [u8; 32]), StoreError> {
    let row: (Option<String>, Option<Vec<u8>>) =
        installation::table.select((installation::master_fingerprint, installation::digest_key_sealed)).first(conn)?;
    // Of a database with several nodes, another one may be about to seal something under the key that it made.
    let is_kept = conn.is_shared() || first_key == FirstKey::Kept;
    let in_use = holds_secrets(conn)? || (is_kept && row.0.is_some());
    let found = MasterKey::read(key_file)?;
    match (found, row) {
        (Some(key), (Some(fingerprint), Some(sealed))) if in_use || key.fingerprint() == fingerprint => {
            if key.fingerprint() != fingerprint {
                return Err(StoreError::MasterKey(format!(
                    "the key in {} has fingerprint {}, but the store is sealed under {fingerprint}; \
                     give the right file with RINGBACK_MASTER_KEY_FILE",
                    key_file.display(),
                    key.fingerprint(),
                )));
            }
            let opened = key.open(DIGEST_KEY, &sealed)?;
            let digest_key = <[u8; 32]>::try_from(opened.as_slice())
                .map_err(|_| StoreError::Unreadable { place: DIGEST_KEY.to_owned() })?;
            Ok((key, digest_key))
        }
        (None, (Some(fingerprint), _)) if in_use => Err(StoreError::MasterKey(format!(
            "the master key file {} is missing, and the store is sealed under the key with fingerprint \
             {fingerprint}; bring the file back, or give its place with RINGBACK_MASTER_KEY_FILE",
            key_file.display(),
        ))),
        (found, _) => {
            let key = match found {
                Some(key) => key,
                None => {
                    let key = MasterKey::random();
                    key.create_file(key_file)?;
                    key
                }
            };
            let digest_key = random::bytes();
            diesel::update(installation::table)
                .set((
                    installation::master_fingerprint.eq(key.fingerprint()),
                    installation::digest_key_sealed.eq(key.seal(DIGEST_KEY, &digest_key)),
                ))
                .execute(conn)?;
            Ok((key, digest_key))
        }
    }
}

/// Whether anything would be lost with the master key. No source means no report, so no digest either.
fn holds_secrets(conn: &mut Conn) -> QueryResult<bool> {
    use super::schema::{egress_ips, endpoints, secrets, sources, users};
    use diesel::dsl::{exists, select};
    let sealed_headers = endpoints::table.filter(endpoints::headers_sealed.is_not_null());
    let sealed_binds = egress_ips::table.filter(egress_ips::bind_sealed.is_not_null());
    let has_key = users::second_factor_sealed.is_not_null().or(users::next_second_factor_sealed.is_not_null());
    Ok(select(exists(sources::table.select(sources::id))).get_result(conn)?
        || select(exists(secrets::table.select(secrets::id))).get_result(conn)?
        || select(exists(sealed_headers.select(endpoints::id))).get_result(conn)?
        || select(exists(sealed_binds.select(egress_ips::id))).get_result(conn)?
        || select(exists(users::table.filter(has_key).select(users::id))).get_result(conn)?)
}

/// The place of the digest key, as the vault names places.
const DIGEST_KEY: &str = "installation/digest_key";

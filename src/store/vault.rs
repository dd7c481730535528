//! The vault: what lies in the database encrypted, and the master key it is encrypted under.
//!
//! A sealed value is bound to its place (`secrets/sec_…`), so that a row copied over another one does not open. The
//! master key must never be stored in the database; only its fingerprint is, so that a wrong key is refused at start
//! instead of turning every secret into an error later.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::StoreError;
use crate::random;

/// Bytes of a master key, and of XChaCha20's nonce: random nonces of this length do not collide in practice.
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The key that encrypts secrets at rest.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; KEY_BYTES]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// A new random key.
    pub fn random() -> Self {
        Self(random::bytes())
    }

    /// Reads a key file; `None` if there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(key_file(path, &error.to_string())),
        };
        let mut key = [0; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut key)
            .map_err(|_| key_file(path, "it does not hold 64 hexadecimal digits"))?;
        warn_if_others_may_read(path);
        Ok(Some(Self(key)))
    }

    /// Writes the key to a file that did not exist, readable by its owner alone.
    pub fn create_file(&self, path: &Path) -> Result<(), StoreError> {
        let text = Zeroizing::new(format!("{}\n", hex::encode(self.0)));
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| key_file(path, &error.to_string()))
    }

    /// Tells keys apart without giving anything of them away.
    pub fn fingerprint(&self) -> String {
        hex::encode(&KeyedDigest::under(&self.0).of(&[b"ringback master key fingerprint"])[..8])
    }

    /// Encrypts `plain` for the place named `context`.
    pub(super) fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random::bytes();
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("encryption fails only for inputs of many gigabytes");
        [&nonce[..], &sealed].concat()
    }

    /// Decrypts what [`seal`](Self::seal) made for the same place.
    pub(super) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let unreadable = || StoreError::Sealed { place: context.to_owned() };
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(unreadable)?;
        let payload = Payload { msg: ciphertext, aad: context.as_bytes() };
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| unreadable())?;
        Ok(Zeroizing::new(plain))
    }

    /// Like [`open`](Self::open), for text.
    pub(super) fn open_text(&self, context: &str, sealed: &[u8]) -> Result<String, StoreError> {
        let plain = self.open(context, sealed)?;
        String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Sealed { place: context.to_owned() })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

/// HMAC-SHA256 under one key, which is set up once for whatever is digested.
#[derive(Clone)]
pub(super) struct KeyedDigest(Hmac<Sha256>);

impl std::fmt::Debug for KeyedDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyedDigest(…)")
    }
}

impl KeyedDigest {
    pub(super) fn under(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// Of a text in parts.
    pub(super) fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

/// A key that everybody on the machine may read protects nothing from them; but a service that refused to start would protect
/// nobody better. A group is left alone: a file is often root's, and readable by the service through its group.
fn warn_if_others_may_read(path: &Path) {
    let mode = fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o777);
    if mode & 0o007 != 0 {
        tracing::warn!(
            "everybody on this machine may read the master key file {path} (mode {mode:04o}), and with it every secret in the \
             store: run `chmod 600 {path}`",
            path = path.display(),
        );
    }
}

fn key_file(path: &Path, reason: &str) -> StoreError {
    StoreError::MasterKey(format!("master key file {} (RINGBACK_MASTER_KEY_FILE): {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_in_its_own_place_and_under_its_own_key() {
        let key = MasterKey::random();
        let sealed = key.seal("secrets/a", b"hunter2");
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(key.open_text("secrets/a", &sealed).unwrap(), "hunter2");
        assert!(key.open("secrets/b", &sealed).is_err());
        assert!(MasterKey::random().open("secrets/a", &sealed).is_err());
    }

    #[test]
    fn a_key_file_is_private_and_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = MasterKey::random();
        key.create_file(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(MasterKey::read(&path).unwrap().unwrap().fingerprint(), key.fingerprint());
        assert!(MasterKey::random().create_file(&path).is_err());
    }
}

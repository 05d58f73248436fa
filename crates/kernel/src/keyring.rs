//! Keys derived from the one master key: what must not lie open in the database is sealed with them.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rand::Rng;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::error::internal;

/// Length of the nonce in front of a sealed value, in bytes.
const NONCE: usize = 12;

/// Seals with the master key; opens also what an earlier one has sealed, as long as that is told.
///
/// A sealed value does not say which key it is of: it is tried with the current one and then with each earlier one, and only
/// the right one passes the authentication of AES-GCM.
#[derive(Clone)]
pub struct Keyring {
    master: [u8; 32],
    /// Newest first.
    previous: Vec<[u8; 32]>,
}

/// Why a master key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    #[error(
        "secrets.master_key is not set; make one with `openssl rand -base64 32` and keep it safe: without it sealed data cannot be read"
    )]
    Missing,
    #[error("secrets.master_key must be 32 bytes in base64; make one with `openssl rand -base64 32`")]
    Shape,
    #[error("secrets.master_key is a well-known or trivial value; make one with `openssl rand -base64 32`")]
    Trivial,
}

impl Keyring {
    pub fn from_base64(text: &str) -> Result<Keyring, BadKey> {
        Ok(Keyring { master: read(text)?, previous: Vec::new() })
    }

    /// The same, able to open what these earlier keys have sealed.
    pub fn with_previous(mut self, keys: &[String]) -> Result<Keyring, BadKey> {
        let read = keys.iter().map(|key| read(key));
        self.previous = read.filter(|key| key.as_ref().ok() != Some(&self.master)).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Whether it has earlier keys beside the current one.
    pub fn has_previous(&self) -> bool {
        !self.previous.is_empty()
    }

    /// A new random master key in base64.
    pub fn generate() -> String {
        let mut key = [0u8; 32];
        rand::rng().fill(&mut key);
        STANDARD.encode(key)
    }

    fn keys(&self) -> impl Iterator<Item = &[u8; 32]> {
        std::iter::once(&self.master).chain(&self.previous)
    }

    /// Seals for one purpose and one owner; it opens only for both.
    pub fn seal(&self, purpose: &str, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let cipher = cipher(&self.master, purpose)?;
        let mut nonce = [0u8; NONCE];
        rand::rng().fill(&mut nonce);
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: owner })
            .map_err(|e| internal(e.to_string()))?;
        Ok(nonce.into_iter().chain(sealed).collect())
    }

    /// Seals something large under a key of its own, and that key with the master key: a change of the master key touches the
    /// small one alone. Answers the sealed key and the sealed value.
    pub fn seal_large(&self, purpose: &str, owner: &[u8], plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
        let mut own = [0u8; 32];
        rand::rng().fill(&mut own);
        let inside = Keyring { master: own, previous: Vec::new() };
        Ok((self.seal(purpose, owner, &own)?, inside.seal(purpose, owner, plain)?))
    }

    /// What [`Keyring::seal_large`] has sealed.
    pub fn open_large(&self, purpose: &str, owner: &[u8], key: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let own = self.open(purpose, owner, key)?;
        let own = <[u8; 32]>::try_from(own).map_err(|_| internal("the key of a large value is no key"))?;
        Keyring { master: own, previous: Vec::new() }.open(purpose, owner, sealed)
    }

    pub fn open(&self, purpose: &str, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        self.opened(purpose, owner, sealed).map(|(plain, _)| plain)
    }

    /// What is inside, and whether the current key has sealed it.
    pub fn opened(&self, purpose: &str, owner: &[u8], sealed: &[u8]) -> Result<(Vec<u8>, bool)> {
        let (nonce, body) =
            sealed.split_first_chunk::<NONCE>().ok_or_else(|| internal("a sealed value is too short"))?;
        for (n, key) in self.keys().enumerate() {
            let payload = Payload { msg: body, aad: owner };
            if let Ok(plain) = cipher(key, purpose)?.decrypt(&Nonce::from(*nonce), payload) {
                return Ok((plain, n == 0));
            }
        }
        Err(internal(format!(
            "a value sealed for {purpose} does not open: the master key has changed; name the earlier one in secrets.previous_keys"
        )))
    }

    /// A keyed hash: finds a sealed value again without opening it, or shows that what was handed out, such as a form, came back
    /// from us. Nobody without the key can try values out.
    pub fn mark(&self, purpose: &str, data: &[u8]) -> Result<String> {
        mark(&self.master, purpose, data)
    }

    /// The keyed hashes that a value may stand under: that of the current key first, then those of earlier ones, which are in
    /// the tables until the rotation is through. Look-ups ask for any of them.
    pub fn marks(&self, purpose: &str, data: &[u8]) -> Result<Vec<String>> {
        self.keys().map(|key| mark(key, purpose, data)).collect()
    }
}

fn read(text: &str) -> Result<[u8; 32], BadKey> {
    if text.trim().is_empty() {
        return Err(BadKey::Missing);
    }
    let key: [u8; 32] =
        STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadKey::Shape)?;
    let mut distinct = key.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 12 { Err(BadKey::Trivial) } else { Ok(key) }
}

fn derive(key: &[u8; 32], purpose: &str) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|e| internal(e.to_string()))?;
    mac.update(purpose.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

fn cipher(key: &[u8; 32], purpose: &str) -> Result<Aes256Gcm> {
    Aes256Gcm::new_from_slice(&derive(key, purpose)?).map_err(|e| internal(e.to_string()))
}

fn mark(key: &[u8; 32], purpose: &str, data: &[u8]) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&derive(key, purpose)?).map_err(|e| internal(e.to_string()))?;
    mac.update(data);
    Ok(data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()))
}

/// Fingerprint of a random token; the token itself is never stored.
pub fn fingerprint(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// 32 random bytes as text that fits a cookie and a header.
pub(crate) fn random_token() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_for_its_purpose_and_owner() {
        let ring = Keyring::from_base64(&Keyring::generate()).unwrap();
        let sealed = ring.seal("totp", b"me", b"secret").unwrap();
        assert_eq!(ring.open("totp", b"me", &sealed).unwrap(), b"secret");
        assert!(ring.open("totp", b"you", &sealed).is_err());
        assert!(ring.open("phone", b"me", &sealed).is_err());
        assert!(Keyring::from_base64(&Keyring::generate()).unwrap().open("totp", b"me", &sealed).is_err());
    }

    #[test]
    fn something_large_opens_with_its_own_key_also_after_that_was_sealed_anew() {
        let (old, new) = (Keyring::generate(), Keyring::generate());
        let before = Keyring::from_base64(&old).unwrap();
        let (key, sealed) = before.seal_large("file", b"me", b"a picture").unwrap();
        assert_eq!(before.open_large("file", b"me", &key, &sealed).unwrap(), b"a picture");
        assert!(before.open_large("file", b"you", &key, &sealed).is_err());
        let both = Keyring::from_base64(&new).unwrap().with_previous(&[old]).unwrap();
        let again = both.seal("file", b"me", &both.open("file", b"me", &key).unwrap()).unwrap();
        let after = Keyring::from_base64(&new).unwrap();
        assert_eq!(after.open_large("file", b"me", &again, &sealed).unwrap(), b"a picture");
    }

    #[test]
    fn a_mark_is_one_of_its_key_purpose_and_data() {
        let ring = Keyring::from_base64(&Keyring::generate()).unwrap();
        let mark = ring.mark("form", b"me").unwrap();
        assert_eq!(mark, ring.mark("form", b"me").unwrap());
        assert_eq!(mark.len(), 64);
        assert_ne!(mark, ring.mark("form", b"you").unwrap());
        assert_ne!(mark, ring.mark("page", b"me").unwrap());
        assert_ne!(mark, Keyring::from_base64(&Keyring::generate()).unwrap().mark("form", b"me").unwrap());
    }

    #[test]
    fn what_an_earlier_key_sealed_opens_as_long_as_that_key_is_told() {
        let (old, new) = (Keyring::generate(), Keyring::generate());
        let before = Keyring::from_base64(&old).unwrap();
        let sealed = before.seal("fact", b"me", b"13800000016").unwrap();
        let both = Keyring::from_base64(&new).unwrap().with_previous(std::slice::from_ref(&old)).unwrap();
        assert_eq!(both.opened("fact", b"me", &sealed).unwrap(), (b"13800000016".to_vec(), false));
        let again = both.seal("fact", b"me", b"13800000016").unwrap();
        assert!(both.opened("fact", b"me", &again).unwrap().1);
        assert!(before.open("fact", b"me", &again).is_err());
        let marks = both.marks("mark:person.phone", b"13800000016").unwrap();
        assert_eq!(marks[0], both.mark("mark:person.phone", b"13800000016").unwrap());
        assert_eq!(marks[1], before.mark("mark:person.phone", b"13800000016").unwrap());
        // The current key named among the earlier ones is no earlier one.
        assert!(!Keyring::from_base64(&old).unwrap().with_previous(&[old]).unwrap().has_previous());
    }

    #[test]
    fn a_missing_short_or_trivial_key_is_refused() {
        assert!(matches!(Keyring::from_base64(""), Err(BadKey::Missing)));
        assert!(matches!(Keyring::from_base64("c2hvcnQ="), Err(BadKey::Shape)));
        assert!(matches!(Keyring::from_base64(&STANDARD.encode([7u8; 32])), Err(BadKey::Trivial)));
    }
}

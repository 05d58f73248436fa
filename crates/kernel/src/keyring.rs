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

/// Seals and opens.
#[derive(Clone)]
pub struct Keyring {
    master: [u8; 32],
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
        if text.trim().is_empty() {
            return Err(BadKey::Missing);
        }
        let master: [u8; 32] =
            STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadKey::Shape)?;
        let mut distinct = master.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 12 {
            return Err(BadKey::Trivial);
        }
        Ok(Keyring { master })
    }

    /// A new random master key in base64.
    pub fn generate() -> String {
        let mut key = [0u8; 32];
        rand::rng().fill(&mut key);
        STANDARD.encode(key)
    }

    fn derive(&self, purpose: &str) -> Result<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.master).map_err(|e| internal(e.to_string()))?;
        mac.update(purpose.as_bytes());
        Ok(mac.finalize().into_bytes().into())
    }

    /// Seals for one purpose and one owner; it opens only for both.
    pub fn seal(&self, purpose: &str, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let cipher = self.cipher(purpose)?;
        let mut nonce = [0u8; NONCE];
        rand::rng().fill(&mut nonce);
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: owner })
            .map_err(|e| internal(e.to_string()))?;
        Ok(nonce.into_iter().chain(sealed).collect())
    }

    pub fn open(&self, purpose: &str, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let (nonce, body) =
            sealed.split_first_chunk::<NONCE>().ok_or_else(|| internal("a sealed value is too short"))?;
        self.cipher(purpose)?
            .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: owner })
            .map_err(|_| internal(format!("a value sealed for {purpose} does not open: the master key has changed")))
    }

    /// A keyed hash: finds a sealed value again without opening it, or shows that what was handed out, such as a form, came back
    /// from us. Nobody without the key can try values out.
    pub fn mark(&self, purpose: &str, data: &[u8]) -> Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive(purpose)?).map_err(|e| internal(e.to_string()))?;
        mac.update(data);
        Ok(data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()))
    }

    fn cipher(&self, purpose: &str) -> Result<Aes256Gcm> {
        Aes256Gcm::new_from_slice(&self.derive(purpose)?).map_err(|e| internal(e.to_string()))
    }
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
    fn a_missing_short_or_trivial_key_is_refused() {
        assert!(matches!(Keyring::from_base64(""), Err(BadKey::Missing)));
        assert!(matches!(Keyring::from_base64("c2hvcnQ="), Err(BadKey::Shape)));
        assert!(matches!(Keyring::from_base64(&STANDARD.encode([7u8; 32])), Err(BadKey::Trivial)));
    }
}

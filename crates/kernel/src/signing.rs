//! Signatures that anybody checks with a published key, without asking us: JSON Web Signatures in the compact form (RFC 7515,
//! RFC 8037). The algorithm stands in every signature, so that another one can be added beside the first.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::Result;
use crate::error::internal;

/// The algorithm that new keys are made for.
pub const ED25519: &str = "EdDSA";

/// What can sign: a key of one algorithm. A national algorithm (SM2, GB/T 32918) or a key in hardware is another one of these.
pub trait Signer: Send + Sync {
    /// As it stands in the signature.
    fn algorithm(&self) -> &'static str;
    fn public_key(&self) -> PublicKey;
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

/// A public key, as a JSON Web Key (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PublicKey)]
pub struct PublicKey {
    /// Names the key in the head of a signature.
    #[schema(example = "f0c5e8d91ab24c07")]
    pub kid: String,
    #[schema(example = "OKP")]
    pub kty: String,
    #[schema(example = "Ed25519")]
    pub crv: String,
    #[schema(example = "EdDSA")]
    pub alg: String,
    /// The key itself, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
}

/// A new secret key of an algorithm. It is for sealing, never for showing.
pub fn generate(algorithm: &str) -> Result<Vec<u8>> {
    match algorithm {
        ED25519 => {
            let mut secret = [0u8; 32];
            rand::rng().fill(&mut secret);
            Ok(secret.to_vec())
        }
        other => Err(internal(format!("there is no signature algorithm {other}"))),
    }
}

/// What signs with this secret key.
pub fn signer(algorithm: &str, secret: &[u8]) -> Result<Box<dyn Signer>> {
    match algorithm {
        ED25519 => {
            let secret = secret.try_into().map_err(|_| internal("an Ed25519 key has 32 bytes"))?;
            Ok(Box::new(Ed25519(SigningKey::from_bytes(secret))))
        }
        other => Err(internal(format!("there is no signature algorithm {other}"))),
    }
}

struct Ed25519(SigningKey);

impl Signer for Ed25519 {
    fn algorithm(&self) -> &'static str {
        ED25519
    }

    fn public_key(&self) -> PublicKey {
        let key = self.0.verifying_key();
        PublicKey {
            kid: data_encoding::HEXLOWER.encode(&Sha256::digest(key.as_bytes())[..8]),
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: ED25519.to_owned(),
            x: BASE64URL_NOPAD.encode(key.as_bytes()),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    alg: String,
    kid: String,
}

/// `head.payload.signature`, each in base64url.
pub fn signed(by: &dyn Signer, payload: &[u8]) -> Result<String> {
    let head = Head { alg: by.algorithm().to_owned(), kid: by.public_key().kid };
    let head = BASE64URL_NOPAD.encode(&serde_json::to_vec(&head)?);
    let text = format!("{head}.{}", BASE64URL_NOPAD.encode(payload));
    let signature = BASE64URL_NOPAD.encode(&by.sign(text.as_bytes()));
    Ok(format!("{text}.{signature}"))
}

/// What was signed, if one of these keys has signed exactly this.
pub fn read(text: &str, keys: &[PublicKey]) -> Option<Vec<u8>> {
    let (message, signature) = text.rsplit_once('.')?;
    let (head, payload) = message.split_once('.')?;
    let plain = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
    let head: Head = serde_json::from_slice(&plain(head)?).ok()?;
    // The key says for what it is: a signature cannot choose another algorithm for it.
    let key = keys.iter().find(|key| key.kid == head.kid && key.alg == head.alg)?;
    let signature = plain(signature)?;
    let holds = match key.alg.as_str() {
        ED25519 => {
            let known = VerifyingKey::from_bytes(&plain(&key.x)?.try_into().ok()?).ok()?;
            known.verify_strict(message.as_bytes(), &Signature::from_slice(&signature).ok()?).is_ok()
        }
        _ => false,
    };
    if holds { plain(payload) } else { None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.
    #[test]
    fn the_sample_of_the_standard_is_signed_and_read() {
        let secret = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let signer = signer(ED25519, &secret).unwrap();
        let key = signer.public_key();
        assert_eq!(key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            BASE64URL_NOPAD.encode(&signer.sign(message)),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn one_character_changed_anywhere_is_no_signature_any_more() {
        let signer = signer(ED25519, &generate(ED25519).unwrap()).unwrap();
        let keys = [signer.public_key()];
        let text = signed(signer.as_ref(), "家庭经济困难证明".as_bytes()).unwrap();
        assert_eq!(read(&text, &keys).unwrap(), "家庭经济困难证明".as_bytes());
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            let changed: String = text.chars().enumerate().map(|(n, c)| if n == at { other } else { c }).collect();
            assert_eq!(read(&changed, &keys), None, "at {at}");
        }
    }

    #[test]
    fn another_key_another_algorithm_and_what_is_none_are_not_read() {
        let one = signer(ED25519, &generate(ED25519).unwrap()).unwrap();
        let other = signer(ED25519, &generate(ED25519).unwrap()).unwrap();
        let text = signed(one.as_ref(), b"paper").unwrap();
        assert_eq!(read(&text, &[other.public_key()]), None);
        let imposter = PublicKey { kid: one.public_key().kid, ..other.public_key() };
        assert_eq!(read(&text, &[imposter]), None);
        let unknown = PublicKey { alg: "SM2".to_owned(), ..one.public_key() };
        assert_eq!(read(&text, &[unknown]), None);
        for nothing in ["", ".", "..", "a.b.c", "纸.纸.纸"] {
            assert_eq!(read(nothing, &[one.public_key()]), None, "{nothing}");
        }
        assert!(generate("none").is_err() && signer("none", &[0; 32]).is_err());
    }
}

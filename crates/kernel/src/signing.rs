//! Signatures that anybody checks with a published key, without asking us: JSON Web Signatures in the compact form (RFC 7515,
//! RFC 8037). The algorithm stands in every signature, and with every key, so that several are at work side by side.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer as _, VerifyingKey};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm2::elliptic_curve::sec1::ToSec1Point;
use utoipa::ToSchema;

use crate::Result;
use crate::error::internal;

/// Whose signature an SM2 signature is, where nothing else is agreed on (GB/T 35276, GM/T 0009).
const DISTINGUISHING_ID: &str = "1234567812345678";

/// What a province signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Algorithm {
    /// `EdDSA`: Ed25519, as RFC 8037 names it.
    Ed25519,
    /// `SM2`: the national algorithm, with SM3 (GB/T 32918.2, GB/T 32905). A signature is r and s, 32 bytes each.
    Sm2,
}

impl Algorithm {
    /// As it stands in signatures, keys and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "EdDSA",
            Algorithm::Sm2 => "SM2",
        }
    }

    fn parse(name: &str) -> Option<Algorithm> {
        [Algorithm::Ed25519, Algorithm::Sm2].into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

impl TryFrom<String> for Algorithm {
    type Error = String;

    fn try_from(name: String) -> Result<Algorithm, String> {
        Algorithm::parse(&name).ok_or_else(|| format!("there is no signature algorithm {name}: write EdDSA or SM2"))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can sign: a key of one algorithm. A key in hardware is another one of these.
pub trait Signer: Send + Sync {
    fn algorithm(&self) -> Algorithm;
    fn public_key(&self) -> PublicKey;
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>>;
}

/// A public key, as a JSON Web Key (RFC 7517, RFC 8037). For SM2, which has no registered names, they are `EC`, `SM2` and `SM2`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PublicKey)]
pub struct PublicKey {
    /// Names the key in the head of a signature: the first 8 bytes of the SHA-256 of `x`, or of `x` and `y`, in hexadecimal.
    #[schema(example = "21fe31dfa154a261")]
    pub kid: String,
    /// `OKP` for Ed25519, `EC` for SM2.
    #[schema(example = "OKP")]
    pub kty: String,
    /// `Ed25519` or `SM2`.
    #[schema(example = "Ed25519")]
    pub crv: String,
    /// `EdDSA` or `SM2`.
    #[schema(example = "EdDSA")]
    pub alg: String,
    /// The key itself, 32 bytes in base64url; of SM2, the point's first coordinate.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
    /// The point's second coordinate, of SM2 alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "zOpJDOJndaUtxupxjMGqYArtBfvzXghKZjL2By2prRM")]
    pub y: Option<String>,
}

impl PublicKey {
    fn new(algorithm: Algorithm, kty: &str, crv: &str, x: &[u8], y: Option<&[u8]>) -> PublicKey {
        let digest = Sha256::new().chain_update(x).chain_update(y.unwrap_or_default()).finalize();
        PublicKey {
            kid: data_encoding::HEXLOWER.encode(&digest[..8]),
            kty: kty.to_owned(),
            crv: crv.to_owned(),
            alg: algorithm.to_string(),
            x: BASE64URL_NOPAD.encode(x),
            y: y.map(|y| BASE64URL_NOPAD.encode(y)),
        }
    }

    /// Whether this key has signed exactly this.
    fn holds(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        let x: [u8; 32] = plain(&self.x)?.try_into().ok()?;
        match Algorithm::parse(&self.alg)? {
            Algorithm::Ed25519 => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                VerifyingKey::from_bytes(&x).ok()?.verify_strict(message, &signature).ok()
            }
            Algorithm::Sm2 => {
                use sm2::dsa::signature::Verifier;
                let y: [u8; 32] = plain(self.y.as_deref()?)?.try_into().ok()?;
                // A point that is written out in full, which has to lie on the curve.
                let point = [&[4], &x[..], &y[..]].concat();
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(DISTINGUISHING_ID, &point).ok()?;
                key.verify(message, &sm2::dsa::Signature::from_slice(signature).ok()?).ok()
            }
        }
    }
}

/// A new secret key of an algorithm, 32 bytes. It is for sealing, never for showing.
pub fn generate(algorithm: Algorithm) -> Vec<u8> {
    loop {
        let mut secret = [0u8; 32];
        rand::rng().fill(&mut secret);
        // Not every number is a key of SM2; all but every one is.
        if signer_of(algorithm, &secret).is_some() {
            return secret.to_vec();
        }
    }
}

/// What signs with this secret key.
pub fn signer(algorithm: &str, secret: &[u8]) -> Result<Box<dyn Signer>> {
    let known = Algorithm::try_from(algorithm.to_owned()).map_err(internal)?;
    signer_of(known, secret).ok_or_else(|| internal(format!("this is no secret key of {algorithm}")))
}

fn signer_of(algorithm: Algorithm, secret: &[u8]) -> Option<Box<dyn Signer>> {
    Some(match algorithm {
        Algorithm::Ed25519 => Box::new(Ed25519(ed25519_dalek::SigningKey::from_bytes(secret.try_into().ok()?))),
        Algorithm::Sm2 => Box::new(Sm2(sm2::dsa::SigningKey::from_slice(DISTINGUISHING_ID, secret).ok()?)),
    })
}

struct Ed25519(ed25519_dalek::SigningKey);

impl Signer for Ed25519 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::new(self.algorithm(), "OKP", "Ed25519", self.0.verifying_key().as_bytes(), None)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.sign(message).to_bytes().to_vec())
    }
}

struct Sm2(sm2::dsa::SigningKey);

impl Signer for Sm2 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sm2
    }

    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        // Behind the byte that says it is written out in full.
        let (x, y) = point.as_bytes()[1..].split_at(32);
        PublicKey::new(self.algorithm(), "EC", "SM2", x, Some(y))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signature: sm2::dsa::Signature = self.0.try_sign(message).map_err(internal)?;
        Ok(signature.to_bytes().to_vec())
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    alg: String,
    kid: String,
}

/// `head.payload.signature`, each in base64url.
pub fn signed(by: &dyn Signer, payload: &[u8]) -> Result<String> {
    let head = Head { alg: by.algorithm().to_string(), kid: by.public_key().kid };
    let head = BASE64URL_NOPAD.encode(&serde_json::to_vec(&head)?);
    let text = format!("{head}.{}", BASE64URL_NOPAD.encode(payload));
    let signature = BASE64URL_NOPAD.encode(&by.sign(text.as_bytes())?);
    Ok(format!("{text}.{signature}"))
}

/// What was signed, if one of these keys has signed exactly this.
pub fn read(text: &str, keys: &[PublicKey]) -> Option<Vec<u8>> {
    let (message, signature) = text.rsplit_once('.')?;
    let (head, payload) = message.split_once('.')?;
    let head: Head = serde_json::from_slice(&plain(head)?).ok()?;
    // The key says for what it is: a signature cannot choose another algorithm for it.
    let key = keys.iter().find(|key| key.kid == head.kid && key.alg == head.alg)?;
    key.holds(message.as_bytes(), &plain(signature)?)?;
    plain(payload)
}

fn plain(part: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(part.as_bytes()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    const ALL: [Algorithm; 2] = [Algorithm::Ed25519, Algorithm::Sm2];

    fn new(algorithm: Algorithm) -> Box<dyn Signer> {
        signer(algorithm.as_str(), &generate(algorithm)).unwrap()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap()
    }

    /// RFC 8037, appendix A.
    #[test]
    fn the_sample_of_the_standard_is_signed_and_read() {
        let secret = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let signer = signer("EdDSA", &secret).unwrap();
        let key = signer.public_key();
        assert_eq!(key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            BASE64URL_NOPAD.encode(&signer.sign(message).unwrap()),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    /// The secret key of GB/T 32918.5-2017, annex A (the same as GM/T 0003.5-2012).
    const SECRET: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";

    #[test]
    fn the_sample_of_the_national_standard_holds() {
        let signer = signer("SM2", &bytes(SECRET)).unwrap();
        let key = signer.public_key();
        let point = |part: &str| BASE64URL_NOPAD.encode(&bytes(part));
        assert_eq!(key.x, point("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"));
        assert_eq!(
            key.y.as_deref(),
            Some(point("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13").as_str())
        );
        let mut sample = bytes(
            "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
             B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
        );
        assert_eq!(key.holds(b"message digest", &sample), Some(()));
        assert_eq!(key.holds(b"message digested", &sample), None);
        assert_eq!(key.holds(b"message digest", &sample[..63]), None);
        for at in 0..sample.len() {
            sample[at] ^= 1;
            assert_eq!(key.holds(b"message digest", &sample), None, "at {at}");
            sample[at] ^= 1;
        }
    }

    /// Made with the same key by another program, gmssl 3.2.2 for Python.
    #[test]
    fn what_another_program_has_signed_with_sm2_is_read() {
        let text = "eyJhbGciOiJTTTIiLCJraWQiOiJjMmJhMTE5OGI2NWFhMDhlIn0.5a625bqt57uP5rWO5Zuw6Zq-6K-B5piO.\
                    jS6xdY23aGLJlm5ao-KV20vkUWaWERtcQvnta_VTvrF8oHiqWWZHYCCn3qwKF3Zm9jAzNagIZ-STfXNA1ddw0Q";
        let key = signer("SM2", &bytes(SECRET)).unwrap().public_key();
        assert_eq!(read(text, &[key]).unwrap(), "家庭经济困难证明".as_bytes());
    }

    #[test]
    fn one_character_changed_anywhere_is_no_signature_any_more() {
        for signer in ALL.map(new) {
            let keys = [signer.public_key()];
            let text = signed(signer.as_ref(), "家庭经济困难证明".as_bytes()).unwrap();
            assert_eq!(read(&text, &keys).unwrap(), "家庭经济困难证明".as_bytes());
            for at in 0..text.len() {
                let other = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
                let changed: String = text.chars().enumerate().map(|(n, c)| if n == at { other } else { c }).collect();
                assert_eq!(read(&changed, &keys), None, "{} at {at}", signer.algorithm());
            }
        }
    }

    #[test]
    fn another_key_another_algorithm_and_what_is_none_are_not_read() {
        for (algorithm, another) in [(Algorithm::Ed25519, "SM2"), (Algorithm::Sm2, "EdDSA")] {
            let (one, other) = (new(algorithm), new(algorithm));
            let text = signed(one.as_ref(), b"paper").unwrap();
            assert_eq!(read(&text, &[other.public_key()]), None);
            let imposter = PublicKey { kid: one.public_key().kid, ..other.public_key() };
            assert_eq!(read(&text, &[imposter]), None);
            // The head as it is, and as the key says.
            let unlike = PublicKey { alg: another.to_owned(), ..one.public_key() };
            assert_eq!(read(&text, std::slice::from_ref(&unlike)), None);
            let (_, rest) = text.split_once('.').unwrap();
            let head = serde_json::to_vec(&Head { alg: another.to_owned(), kid: unlike.kid.clone() }).unwrap();
            let told = format!("{}.{rest}", BASE64URL_NOPAD.encode(&head));
            assert_eq!(read(&told, &[unlike, one.public_key()]), None);
            let unknown = PublicKey { alg: "none".to_owned(), ..one.public_key() };
            assert_eq!(read(&text, &[unknown]), None);
            for nothing in ["", ".", "..", "a.b.c", "纸.纸.纸"] {
                assert_eq!(read(nothing, &[one.public_key()]), None, "{nothing}");
            }
            assert!(signer(algorithm.as_str(), &[1; 31]).is_err());
        }
        assert!(signer("none", &[1; 32]).is_err());
        assert!(signer("SM2", &[0; 32]).is_err() && signer("SM2", &[255; 32]).is_err(), "no keys of this curve");
    }

    #[test]
    fn a_key_of_before_there_were_two_is_read_and_a_point_off_the_curve_is_none() {
        let old = r#"{"kid":"21fe31dfa154a261","kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key: PublicKey = serde_json::from_str(old).unwrap();
        let secret = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        assert_eq!(key, signer("EdDSA", &secret).unwrap().public_key());
        assert_eq!(serde_json::to_string(&key).unwrap(), old);
        let one = new(Algorithm::Sm2);
        let text = signed(one.as_ref(), b"paper").unwrap();
        let swapped = PublicKey { x: one.public_key().y.unwrap(), y: Some(one.public_key().x), ..one.public_key() };
        assert_eq!(read(&text, &[swapped]), None);
        assert_eq!(read(&text, &[PublicKey { y: None, ..one.public_key() }]), None);
    }
}

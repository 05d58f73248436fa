//! The second factor: time-based one-time codes (RFC 6238), with a secret that lies sealed in the database.

use totp_rs::{Algorithm, TOTP};
use uuid::Uuid;

use crate::error::internal;
use crate::{App, Result};

/// Bytes of a new secret (RFC 4226 asks for 20).
const SECRET: usize = 20;

fn totp(secret: Vec<u8>) -> Result<TOTP> {
    TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).map_err(|e| internal(e.to_string()))
}

/// A new secret: sealed for the database, and in base32 for the authenticator app.
pub(crate) fn new_secret(app: &App, account: Uuid) -> Result<(Vec<u8>, String)> {
    let mut secret = [0u8; SECRET];
    rand::Rng::fill(&mut rand::rng(), &mut secret);
    let sealed = app.keyring.seal("totp", account.as_bytes(), &secret)?;
    Ok((sealed, data_encoding::BASE32_NOPAD.encode(&secret)))
}

/// The time step of a right code that has not been used, else nothing.
pub(crate) fn step_of(app: &App, account: Uuid, sealed: &[u8], code: &str, last: i64) -> Result<Option<i64>> {
    let totp = totp(app.keyring.open("totp", account.as_bytes(), sealed)?)?;
    let now = app.clock.now().timestamp() / 30;
    // One step of drift either way, as the phone's clock may be off.
    Ok([now - 1, now, now + 1]
        .into_iter()
        .filter(|step| *step > last)
        .find(|step| u64::try_from(step * 30).is_ok_and(|time| totp.generate(time) == code.trim())))
}

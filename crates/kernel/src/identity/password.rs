//! Passwords: what a good one is, and how it is kept (Argon2id).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use rand::seq::IndexedRandom;

use crate::Result;
use crate::error::{Faults, internal};
use crate::settings::SignIn;
use crate::{Text, say};

/// A hash of nothing, so that an unknown name costs as long as a wrong password.
pub(crate) fn waste_time(password: &str) {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qEDd7f3oNSDn0bMkNXpRMPrvWdDA8FbvTPT/VuCEqJ8";
    let _ = verify(password, NOBODY);
}

/// Hashes with fresh salt. Slow on purpose: call from [`tokio::task::spawn_blocking`] in a request.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| internal(e.to_string()))
}

pub(crate) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// What is wrong with a new password, under `field` (GB/T 22239-2019 8.1.4.1: complexity).
pub fn check(field: &str, password: &str, login: &str, rules: &SignIn, faults: &mut Faults) {
    let length = password.chars().count();
    let least = rules.password_length;
    if length < least || length > 128 {
        faults.add(
            field,
            "base.password.length",
            say!("密码须为 {least} 到 128 个字符", "a password has {least} to 128 characters"),
        );
    }
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if kinds.into_iter().filter(|kind| *kind).count() < 3 {
        faults.add(
            field,
            "base.password.kinds",
            Text::new(
                "密码须含大写字母、小写字母、数字、其他字符中的三种",
                "use three of: capital letters, small letters, digits, other characters",
            ),
        );
    }
    let lower = password.to_lowercase();
    if login.len() >= 3 && lower.contains(login) {
        faults.add(
            field,
            "base.password.login",
            Text::new("密码不得包含登录名", "a password must not contain the login name"),
        );
    }
    const COMMON: [&str; 8] = ["password", "qwerty", "123456", "admin", "abc123", "letmein", "woaini", "888888"];
    if COMMON.iter().any(|word| lower.contains(word)) {
        faults.add(
            field,
            "base.password.common",
            Text::new("密码含有常见的弱口令", "this contains a password that everybody tries first"),
        );
    }
}

/// A random password that obeys the rules and can be read over the telephone.
pub fn generate() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
    const DIGITS: &[u8] = b"23456789";
    let mut rng = rand::rng();
    let mut pick = |set: &[u8], n: usize| -> String {
        (0..n).filter_map(|_| set.choose(&mut rng).map(|b| char::from(*b))).collect()
    };
    format!("{}-{}-{}{}", pick(LETTERS, 4), pick(LETTERS, 4), pick(b"ABCDEFGHJKLMNPQRSTUVWXYZ", 2), pick(DIGITS, 4))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn rules() -> SignIn {
        crate::settings::load(None, Vec::new(), &[]).unwrap().settings.sign_in
    }

    #[test]
    fn weak_passwords_are_refused_with_every_reason() {
        for (password, wrong) in
            [("short", 2), ("alllowercaseletters", 1), ("Zhangsan-2026", 1), ("Password-2026", 1), ("tGh4-uiKp-93", 0)]
        {
            let mut faults = Faults::default();
            check("password", password, "zhangsan", &rules(), &mut faults);
            let found = match faults.check() {
                Err(crate::Error::Invalid(list)) => list.len(),
                _ => 0,
            };
            assert_eq!(found, wrong, "{password}");
        }
    }

    #[test]
    fn a_generated_password_is_good_and_verifies() {
        let password = generate();
        let mut faults = Faults::default();
        check("password", &password, "zhangsan", &rules(), &mut faults);
        assert!(faults.is_empty(), "{password}");
        let hash = hash(&password).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(&password, &hash));
        assert!(!verify("other", &hash));
    }
}

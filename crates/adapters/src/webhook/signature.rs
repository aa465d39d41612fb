//! The signature of Standard Webhooks: HMAC-SHA256 over id, time and body. *Source*: standardwebhooks.com,
//! specification 1.0.0, "Signature scheme", read 2026-11-23.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bucketwatch_engine::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A key that signs.
pub(super) struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Reads a key: `whsec_` and base64 of 24 to 64 bytes.
    pub(super) fn read(secret: &Secret) -> Result<Self, &'static str> {
        let text = secret.expose().strip_prefix("whsec_").unwrap_or(secret.expose());
        let bytes = STANDARD.decode(text).map_err(|_| "it is not `whsec_` and base64")?;
        if !(24..=64).contains(&bytes.len()) {
            return Err("it has not 24 to 64 bytes");
        }
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| "it has the wrong length")
    }

    /// Gives the signature's header.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        let mut mac = self.0.clone();
        for part in [id, ".", timestamp, ".", body] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        let key = SigningKey::read(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).ok().unwrap();
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_repeating_it() {
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "not base64!", "d2hzZWM"] {
            let why = SigningKey::read(&Secret::new(text)).err().unwrap();
            assert!(text.is_empty() || !why.contains(text) || text == "whsec_", "{why}");
        }
    }
}

//! Forged tokens, made from a real one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

/// The claims of `token`, unsigned: `alg` is `none` (RFC 8725, section 2.1).
pub fn unsigned(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#);
    format!("{header}.{}.", claims(token))
}

/// The claims of `token`, signed symmetrically with something an attacker may guess.
pub fn signed_with_public_guess(token: &str) -> String {
    let claims = URL_SAFE_NO_PAD.decode(claims(token)).expect("claims are base64url");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("claims are JSON");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"chancery"))
        .expect("a token")
}

fn claims(token: &str) -> &str {
    token.split('.').nth(1).expect("a token has three parts")
}

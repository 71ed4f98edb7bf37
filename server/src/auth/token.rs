//! Access tokens: short-lived JWTs signed with Ed25519 and with nothing else (RFC 8725), and refresh tokens.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::TryRng;
use rand::rngs::SysRng;
use schema::ids::{PersonId, SessionId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, codes};

const ISSUER: &str = "chancery";
const AUDIENCE: &str = "chancery-api";

/// Signs and checks access tokens.
pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
    lifetime: TimeDelta,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: PersonId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// The key cannot sign.
#[derive(Debug, thiserror::Error)]
#[error("auth.token_key is no Ed25519 private key in PEM (PKCS#8): {0}")]
pub struct KeyError(String);

/// A refresh token: what its owner keeps, and what the table keeps of it.
pub struct RefreshToken {
    /// For the cookie.
    pub secret: SecretString,
    /// For the table.
    pub sha256: [u8; 32],
}

impl Tokens {
    /// Takes the private key (PEM, PKCS#8).
    pub fn new(pem: &SecretString, lifetime: TimeDelta) -> Result<Self, KeyError> {
        let pem = pem.expose_secret();
        let signing =
            EncodingKey::from_ed_pem(pem.as_bytes()).map_err(|error| KeyError(error.to_string()))?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(signing.as_bytes())
            .map_err(|error| KeyError(error.to_string()))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        let checking =
            DecodingKey::from_ed_components(&public).map_err(|error| KeyError(error.to_string()))?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The injected clock decides about the time, below.
        rules.validate_exp = false;
        Ok(Self { signing, checking, rules, lifetime })
    }

    /// A new key in PEM, for the demo and the tests.
    pub fn generate_key() -> Result<SecretString, KeyError> {
        let document = Ed25519KeyPair::generate()
            .and_then(|pair| pair.to_pkcs8v1())
            .map_err(|error| KeyError(error.to_string()))?;
        let text = base64::engine::general_purpose::STANDARD.encode(document.as_ref());
        Ok(SecretString::from(format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")))
    }

    /// How long an access token lasts.
    pub fn lifetime(&self) -> TimeDelta {
        self.lifetime
    }

    /// A token for `person` in `session`, and when it expires.
    pub fn issue(
        &self,
        person: PersonId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), Error> {
        let expires_at = now + self.lifetime;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: person,
            sid: session,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.signing)
            .map_err(Error::internal)?;
        Ok((token, expires_at))
    }

    /// Whose token it is, in which session, and until when, if it is ours and has not expired.
    pub fn check(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(PersonId, SessionId, DateTime<Utc>), Error> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.rules)
            .map_err(|_| Error::Unauthorized(codes::TOKEN_INVALID))?
            .claims;
        if claims.exp <= now.timestamp() {
            return Err(Error::Unauthorized(codes::TOKEN_EXPIRED));
        }
        let expires_at =
            DateTime::from_timestamp(claims.exp, 0).ok_or(Error::Unauthorized(codes::TOKEN_INVALID))?;
        Ok((claims.sub, claims.sid, expires_at))
    }
}

impl RefreshToken {
    /// 256 random bits of the operating system.
    pub fn generate() -> Result<Self, Error> {
        let mut bits = [0_u8; 32];
        SysRng.try_fill_bytes(&mut bits).map_err(Error::internal)?;
        Ok(Self {
            secret: SecretString::from(URL_SAFE_NO_PAD.encode(bits)),
            sha256: Sha256::digest(bits).into(),
        })
    }

    /// The hash of a token that was presented, unless it cannot be one.
    pub fn hash(presented: &str) -> Option<[u8; 32]> {
        let bits = URL_SAFE_NO_PAD.decode(presented).ok()?;
        (bits.len() == 32).then(|| Sha256::digest(bits).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(&Tokens::generate_key().unwrap(), TimeDelta::minutes(10)).unwrap()
    }

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn code(answer: Result<(PersonId, SessionId, DateTime<Utc>), Error>) -> &'static str {
        answer.expect_err("a refusal").code().name
    }

    #[test]
    fn a_token_says_who_and_until_when() {
        let (person, session) = (PersonId::new(), SessionId::new());
        let tokens = tokens();
        let (token, expires_at) = tokens.issue(person, session, noon()).unwrap();
        assert_eq!(tokens.check(&token, noon()).unwrap(), (person, session, expires_at));
        assert_eq!(code(tokens.check(&token, expires_at)), "token_expired");
    }

    #[test]
    fn nobody_else_signs_a_token() {
        let (person, session) = (PersonId::new(), SessionId::new());
        let ours = tokens();
        let (foreign, _) = tokens().issue(person, session, noon()).unwrap();
        assert_eq!(code(ours.check(&foreign, noon())), "token_invalid");

        let (token, _) = ours.issue(person, session, noon()).unwrap();
        let mut parts = token.split('.');
        let (_, claims, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let none = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#);
        for forged in [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256"}"#)),
            token.replace(claims, &claims.to_lowercase()),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(code(ours.check(&forged, noon())), "token_invalid", "{forged}");
        }
    }

    #[test]
    fn a_key_that_openssl_made_is_understood() {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
            -----END PRIVATE KEY-----\n";
        assert!(Tokens::new(&SecretString::from(pem), TimeDelta::minutes(1)).is_ok());
        assert!(Tokens::new(&SecretString::from("nonsense"), TimeDelta::minutes(1)).is_err());
    }

    #[test]
    fn a_refresh_token_is_known_by_its_hash() {
        let token = RefreshToken::generate().unwrap();
        assert_eq!(RefreshToken::hash(token.secret.expose_secret()), Some(token.sha256));
        assert_eq!(RefreshToken::hash("short"), None);
        assert_eq!(RefreshToken::hash("not base64!"), None);
    }
}

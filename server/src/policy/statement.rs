//! What officers sign: a text that names the policy version, what it replaces, its hash, and as what they sign. Ed25519,
//! RFC 8032.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use schema::policy_versions::{SignatureRole, Version};

use crate::text::hex;

/// What is signed. Its text begins with a line that nothing else that is signed begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    number: i64,
    base: i64,
    sha256: String,
    role: SignatureRole,
}

impl Statement {
    /// What an officer says of `version` as `role`.
    pub fn of(version: &Version, role: SignatureRole) -> Self {
        let base = version.base.unwrap_or_default();
        Self { number: version.number, base, sha256: hex(&version.sha256), role }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, base, sha256, role } = self;
        write!(
            f,
            "chancery policy version\nnumber: {number}\nbase: {base}\nsha256: {sha256}\nas: {}\n",
            role.as_str()
        )
    }
}

/// Whether `signature` is that of the holder of `public_key` under `statement`.
pub fn is_signed(statement: &Statement, public_key: &[u8], signature: &[u8]) -> bool {
    let key = UnparsedPublicKey::new(&ED25519, public_key);
    key.verify(statement.to_string().as_bytes(), signature).is_ok()
}

/// Whether these octets are a public key at all.
pub fn is_public_key(octets: &[u8]) -> bool {
    octets.len() == 32 && aws_lc_rs::signature::ParsedPublicKey::new(&ED25519, octets).is_ok()
}

/// The private half of a key, on the machine of its officer.
pub struct OfficersKey(Ed25519KeyPair);

/// It is no key.
#[derive(Debug, thiserror::Error)]
#[error("it is no Ed25519 key in PEM (PKCS #8): make one with `chancery policy key --out FILE`")]
pub struct NoKey;

impl OfficersKey {
    /// From the PEM text of a file, as this program or `openssl genpkey -algorithm ed25519` writes it.
    pub fn from_pem(text: &str) -> Result<Self, NoKey> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|_| NoKey)?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map(Self).map_err(|_| NoKey)
    }

    /// A new key, as PEM text.
    pub fn generate() -> Result<String, NoKey> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| NoKey)?;
        let text = STANDARD.encode(document.as_ref());
        let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        for line in text.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    /// The 32 octets of the public half.
    pub fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The 64 octets of the signature under `statement`.
    pub fn sign(&self, statement: &Statement) -> Vec<u8> {
        self.sign_text(&statement.to_string())
    }

    /// The same under a text that somebody else put together, as the pages of the policies do.
    pub fn sign_text(&self, text: &str) -> Vec<u8> {
        self.0.sign(text.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(role: SignatureRole) -> Statement {
        Statement { number: 7, base: 6, sha256: "ab".repeat(32), role }
    }

    #[test]
    fn a_signature_is_for_one_version_and_one_role_alone() {
        let key = OfficersKey::from_pem(&OfficersKey::generate().unwrap()).unwrap();
        let said = statement(SignatureRole::Author);
        let signature = key.sign(&said);
        assert!(is_signed(&said, key.public_key(), &signature));
        let others = [
            statement(SignatureRole::Approver),
            Statement { number: 8, ..said.clone() },
            Statement { base: 5, ..said.clone() },
            Statement { sha256: "ac".repeat(32), ..said.clone() },
        ];
        for other in others {
            assert!(!is_signed(&other, key.public_key(), &signature), "{other}");
        }
        let stranger = OfficersKey::from_pem(&OfficersKey::generate().unwrap()).unwrap();
        assert!(!is_signed(&said, stranger.public_key(), &signature));
        let mut bent = signature;
        bent[0] ^= 1;
        assert!(!is_signed(&said, key.public_key(), &bent));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(OfficersKey::from_pem(text).is_err(), "{text}");
        }
        assert!(!is_public_key(&[0; 31]));
    }
}

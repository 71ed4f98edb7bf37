//! Signed notes, as C2SP's `signed-note` has them: a text, and below it lines that say who signed it. Ed25519 (RFC 8032).

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

/// What a key says of itself when it is one of Ed25519.
const ED25519_KEY: u8 = 1;
/// Begins a line that says who signed.
const SIGNED_BY: &str = "— ";

/// Why something is no key, no note, or not signed by whom one wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No private key.
    #[error("it is no Ed25519 key in PEM (PKCS #8): make one with `openssl genpkey -algorithm ed25519`")]
    NoSigner,
    /// The name of a key may have no white space and no `+`.
    #[error("`{0}` is no name of a log: it must not be empty, and have neither white space nor `+`")]
    Name(String),
    /// No public key.
    #[error("it is no verifier's key of the form `name+hash+key`")]
    NoVerifier,
    /// No note.
    #[error("it is no signed note")]
    NoNote,
    /// The key did not sign it.
    #[error("`{0}` did not sign it")]
    NotSigned(String),
}

/// Who signs: a name and the private half of a key.
pub struct Signer {
    name: String,
    key: Ed25519KeyPair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Signer {
    /// With the private key of a PEM text.
    pub fn from_pem(name: &str, pem: &str) -> Result<Self, NoteError> {
        check_name(name)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| NoteError::NoSigner)?;
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        Ok(Self { name: name.to_owned(), key: key.map_err(|_| NoteError::NoSigner)? })
    }

    /// Who it is, for those who check.
    pub fn verifier(&self) -> Verifier {
        let mut public_key = [0; 32];
        public_key.copy_from_slice(self.key.public_key().as_ref());
        Verifier { name: self.name.clone(), public_key }
    }

    /// The note of this text, which ends with a line feed.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.verifier().hash().to_vec();
        signature.extend_from_slice(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}\n{SIGNED_BY}{} {}\n", self.name, STANDARD.encode(signature))
    }
}

/// Whose signature is checked: a name and the public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public_key: [u8; 32],
}

impl Verifier {
    /// The key of which `text` is, as it is given to others: `name+hash+key`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::NoVerifier);
        };
        check_name(name)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::NoVerifier)?;
        let Some((&ED25519_KEY, key)) = key.split_first() else { return Err(NoteError::NoVerifier) };
        let public_key = key.try_into().map_err(|_| NoteError::NoVerifier)?;
        let verifier = Self { name: name.to_owned(), public_key };
        if verifier.hash_text() == hash { Ok(verifier) } else { Err(NoteError::NoVerifier) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the note, if this key signed it.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (above, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NoNote)?;
        // The text ends with the first of the two line feeds.
        let text = note.get(..=above.len()).ok_or(NoteError::NoNote)?;
        let is_ours = |line: &str| {
            let (name, signature) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
            let signature = STANDARD.decode(signature).ok()?;
            let (hash, signature) = signature.split_at_checked(4)?;
            (name == self.name && hash == self.hash()).then(|| signature.to_vec())
        };
        let signature = signatures.lines().find_map(is_ours);
        let key = UnparsedPublicKey::new(&ED25519, self.public_key);
        let is_signed = signature.is_some_and(|signature| key.verify(text.as_bytes(), &signature).is_ok());
        if is_signed { Ok(text) } else { Err(NoteError::NotSigned(self.name.clone())) }
    }

    fn hash(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', ED25519_KEY])
            .chain_update(self.public_key)
            .finalize();
        let mut hash = [0; 4];
        hash.copy_from_slice(digest.as_slice().get(..4).unwrap_or(&[0; 4]));
        hash
    }

    fn hash_text(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.hash()))
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_KEY];
        key.extend_from_slice(&self.public_key);
        write!(f, "{}+{}+{}", self.name, self.hash_text(), STANDARD.encode(key))
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let is_wrong = name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+');
    if is_wrong { Err(NoteError::Name(name.to_owned())) } else { Ok(()) }
}

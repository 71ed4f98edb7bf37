//! Chance that is always the same: numbers drawn from the hash of a text.

use sha2::{Digest, Sha256};

/// Numbers of chance, and what is decided by them.
pub(crate) trait Chance {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize;

    /// True in `percent` of a hundred cases.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `all`, which is not empty.
    fn one<'a>(&mut self, all: &'a [&'a str]) -> &'a str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }
}

/// Numbers that depend on nothing but the text they are drawn from, so that one more person changes no other.
pub(crate) struct Draw {
    seed: String,
    taken: u32,
}

impl Draw {
    pub(crate) fn from(seed: impl Into<String>) -> Self {
        Self { seed: seed.into(), taken: 0 }
    }

    /// A small number below `limit`.
    pub(crate) fn step(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(limit.into())).unwrap_or_default()
    }
}

impl Chance for Draw {
    fn below(&mut self, limit: usize) -> usize {
        let hash = hash(&format!("{}/{}", self.seed, self.taken));
        self.taken += 1;
        let number = hash.iter().take(4).fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        number % limit.max(1)
    }
}

/// The id of an entry, made from what it is called here.
pub(crate) fn entry_uuid(of: &str) -> uuid::Uuid {
    let mut bytes = [0; 16];
    for (byte, drawn) in bytes.iter_mut().zip(hash(of)) {
        *byte = drawn;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(format!("sample ministry/{text}")).into()
}

//! How files are sealed: each with a key of its own (AES-256-GCM in the STREAM construction of Hoang, Reyhanitabar, Rogaway and
//! Vizár, 2015, so that parts are neither left out nor moved), and that key with the key of the configuration.

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::TryRng;
use rand::rngs::SysRng;
use schema::ids::FileId;

use super::Part;

/// So many octets are sealed together.
pub(super) const BLOCK: usize = 64 * 1024;
/// So many octets a sealed block has more.
const TAG: usize = 16;
/// A sealed block.
pub(super) const SEALED_BLOCK: usize = BLOCK + TAG;
const KEY: usize = 32;
const NONCE: usize = 12;

/// What was sealed is not what it was, or under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is kept of a file was altered, or is sealed with another key")]
pub(super) struct Broken;

/// The key of the configuration.
pub(super) struct MasterKey(Aes256Gcm);

/// The key of one file.
pub(super) struct FileKey([u8; KEY]);

impl MasterKey {
    /// The key as the configuration has it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let wrong = "must be 32 octets in Base64; make one with `openssl rand -base64 32`";
        let octets = STANDARD.decode(text.trim()).map_err(|_| wrong)?;
        let key: [u8; KEY] = octets.try_into().map_err(|_| wrong)?;
        Ok(Self(Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))))
    }

    /// A key for the file `id`, and that key sealed.
    pub(super) fn make(&self, id: FileId) -> Result<(FileKey, Vec<u8>), Broken> {
        let (mut key, mut nonce) = ([0; KEY], [0; NONCE]);
        SysRng.try_fill_bytes(&mut key).map_err(|_| Broken)?;
        SysRng.try_fill_bytes(&mut nonce).map_err(|_| Broken)?;
        let payload = Payload { msg: &key, aad: id.0.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).map_err(|_| Broken)?;
        Ok((FileKey(key), [nonce.as_slice(), &sealed].concat()))
    }

    /// The key of the file `id`.
    pub(super) fn open(&self, id: FileId, sealed: &[u8]) -> Result<FileKey, Broken> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Broken)?;
        let payload = Payload { msg: sealed, aad: id.0.as_bytes() };
        let key = self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| Broken)?;
        Ok(FileKey(key.try_into().map_err(|_| Broken)?))
    }
}

impl FileKey {
    /// Blocks of one part of the file. A key is of one file alone, so that the part is nonce enough.
    fn blocks(&self, part: Part) -> StreamBE32<Aes256Gcm> {
        let nonce = match part {
            Part::Whole => [0; 7],
            Part::Thumbnail => [1; 7],
        };
        StreamBE32::new(&Key::<Aes256Gcm>::from(self.0), &nonce.into())
    }

    /// Seals a part that is written from its beginning to its end.
    pub(super) fn seal(&self, part: Part) -> Sealing {
        Sealing { blocks: self.blocks(part), place: 0, rest: Vec::with_capacity(BLOCK) }
    }

    /// Opens the block at `place` of a part.
    pub(super) fn open(&self, part: Part) -> Opening {
        Opening { blocks: self.blocks(part), place: 0 }
    }
}

/// A part that is being sealed.
pub(super) struct Sealing {
    blocks: StreamBE32<Aes256Gcm>,
    place: u32,
    rest: Vec<u8>,
}

impl Sealing {
    /// Takes more of it, and says what is sealed by now. The last block is held back: it is sealed as the last one.
    pub(super) fn push(&mut self, mut data: &[u8], sealed: &mut Vec<u8>) -> Result<(), Broken> {
        while !data.is_empty() {
            if self.rest.len() == BLOCK {
                sealed.extend(
                    self.blocks.encrypt(self.place, false, self.rest.as_slice()).map_err(|_| Broken)?,
                );
                self.place = self.place.checked_add(1).ok_or(Broken)?;
                self.rest.clear();
            }
            let (now, later) = data.split_at(data.len().min(BLOCK - self.rest.len()));
            self.rest.extend_from_slice(now);
            data = later;
        }
        Ok(())
    }

    /// The last block.
    pub(super) fn end(self) -> Result<Vec<u8>, Broken> {
        self.blocks.encrypt(self.place, true, self.rest.as_slice()).map_err(|_| Broken)
    }
}

/// A part that is being read, block by block.
pub(super) struct Opening {
    blocks: StreamBE32<Aes256Gcm>,
    place: u32,
}

impl Opening {
    /// The next block, which is the last one or is not.
    pub(super) fn next(&mut self, sealed: &[u8], is_last: bool) -> Result<Vec<u8>, Broken> {
        let opened = self.blocks.decrypt(self.place, is_last, sealed).map_err(|_| Broken)?;
        self.place = self.place.checked_add(1).ok_or(Broken)?;
        Ok(opened)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn master(octet: u8) -> MasterKey {
        MasterKey::parse(&STANDARD.encode([octet; KEY])).unwrap()
    }

    fn sealed(key: &FileKey, part: Part, pieces: &[&[u8]]) -> Vec<u8> {
        let (mut sealing, mut out) = (key.seal(part), Vec::new());
        for piece in pieces {
            sealing.push(piece, &mut out).unwrap();
        }
        out.extend(sealing.end().unwrap());
        out
    }

    fn opened(key: &FileKey, part: Part, sealed: &[u8]) -> Result<Vec<u8>, Broken> {
        let (mut opening, mut out) = (key.open(part), Vec::new());
        let blocks: Vec<&[u8]> = sealed.chunks(SEALED_BLOCK).collect();
        for (place, block) in blocks.iter().enumerate() {
            out.extend(opening.next(block, place + 1 == blocks.len())?);
        }
        Ok(out)
    }

    #[test]
    fn a_key_opens_with_its_own_master_and_file_alone() {
        let (id, other) = (FileId::new(), FileId::new());
        let (key, sealed_key) = master(1).make(id).unwrap();
        assert_eq!(master(1).open(id, &sealed_key).unwrap().0, key.0);
        assert!(master(2).open(id, &sealed_key).is_err());
        assert!(master(1).open(other, &sealed_key).is_err(), "a key of one file is none of another");
        assert!(master(1).open(id, &[]).is_err());
        for wrong in ["", "c2hvcnQ=", "not base64!"] {
            assert!(MasterKey::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_altered_moved_or_cut_is_not_opened() {
        let (key, _) = master(1).make(FileId::new()).unwrap();
        let data = vec![7; 3 * BLOCK];
        let whole = sealed(&key, Part::Whole, &[&data]);
        assert_eq!(whole.len(), 3 * SEALED_BLOCK, "a whole last block is the last block");
        assert_eq!(opened(&key, Part::Whole, &whole).unwrap(), data);
        assert_eq!(opened(&key, Part::Thumbnail, &whole), Err(Broken), "one part is not the other");
        assert_eq!(opened(&key, Part::Whole, &whole[..2 * SEALED_BLOCK]), Err(Broken), "cut");
        let mut moved = whole.clone();
        moved[..2 * SEALED_BLOCK].rotate_left(SEALED_BLOCK);
        assert_eq!(opened(&key, Part::Whole, &moved), Err(Broken), "moved");
        let mut altered = whole;
        altered[BLOCK] ^= 1;
        assert_eq!(opened(&key, Part::Whole, &altered), Err(Broken), "altered");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn in_whatever_pieces_it_comes_it_is_the_same(data in proptest::collection::vec(any::<u8>(), 1..200_000), piece in 1_usize..100_000) {
            let (key, _) = master(3).make(FileId::new()).unwrap();
            let pieces: Vec<&[u8]> = data.chunks(piece).collect();
            let whole = sealed(&key, Part::Whole, &pieces);
            prop_assert_eq!(&whole, &sealed(&key, Part::Whole, &[&data]));
            prop_assert_eq!(opened(&key, Part::Whole, &whole).unwrap(), data);
        }
    }
}

//! Gives what is kept of a file, block by block, as it is sealed.

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use schema::files::File;
use schema::ids::FileId;

use super::seal::{Opening, SEALED_BLOCK};
use super::store::Store;
use super::{Files, Part};
use crate::error::{Error, codes};

/// So many blocks are fetched at a time.
const BLOCKS: u64 = 16;

/// What is kept of a file, from its beginning to its end.
pub struct Contents {
    /// Its octets.
    pub size: u64,
    reading: Reading,
}

struct Reading {
    store: Store,
    id: FileId,
    part: Part,
    opening: Opening,
    at: u64,
    sealed: u64,
}

pub(super) async fn open(files: &Files, file: &File, part: Part) -> Result<Contents, Error> {
    let key = file.sealed_key.as_deref().ok_or(Error::NotFound)?;
    let key = files.key.open(file.id, key).map_err(Error::internal)?;
    let sealed = files.store.size(file.id, part).await.map_err(|error| {
        tracing::error!(%error, file = %file.id, "a file is not where it is kept");
        Error::Unavailable(codes::FILE_STORE_UNAVAILABLE)
    })?;
    let tags = sealed.div_ceil(SEALED_BLOCK as u64) * (SEALED_BLOCK - super::seal::BLOCK) as u64;
    let size = sealed.saturating_sub(tags);
    if part == Part::Whole && u64::try_from(file.size).ok() != Some(size) {
        return Err(Error::internal(format!(
            "of file {} {size} octets are kept, not {}",
            file.id, file.size
        )));
    }
    let reading =
        Reading { store: files.store.clone(), id: file.id, part, opening: key.open(part), at: 0, sealed };
    Ok(Contents { size, reading })
}

impl Contents {
    /// All of it at once.
    pub async fn all(self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::with_capacity(usize::try_from(self.size).map_err(Error::internal)?);
        let mut pieces = std::pin::pin!(self.pieces());
        while let Some(piece) = pieces.try_next().await.map_err(Error::internal)? {
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    /// Piece by piece. One that cannot be opened ends it with an error: a file is whole, or it is not there.
    pub fn pieces(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
        stream::try_unfold(self.reading, |mut reading| async move {
            if reading.at >= reading.sealed {
                return Ok(None);
            }
            let piece = reading.next().await.map_err(|error| {
                tracing::error!(%error, file = %reading.id, "a file could not be given");
                error
            })?;
            Ok(Some((piece, reading)))
        })
    }
}

impl Reading {
    async fn next(&mut self) -> std::io::Result<Bytes> {
        let until = (self.at + BLOCKS * SEALED_BLOCK as u64).min(self.sealed);
        let sealed =
            self.store.range(self.id, self.part, self.at..until).await.map_err(std::io::Error::other)?;
        let mut opened = Vec::with_capacity(sealed.len());
        let mut blocks = sealed.chunks(SEALED_BLOCK).peekable();
        while let Some(block) = blocks.next() {
            let is_last = until == self.sealed && blocks.peek().is_none();
            opened.extend(self.opening.next(block, is_last).map_err(std::io::Error::other)?);
        }
        self.at = until;
        Ok(opened.into())
    }
}

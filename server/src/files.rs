//! Files: taken in as they come, looked at for malware, sealed with a key of their own, and given to whoever may read the message
//! that they belong to. What a store holds tells nobody anything, and a file whose key is gone is gone, also out of copies.

mod give;
mod keep;
mod scan;
mod seal;
mod store;
mod take;
mod thumbnail;

pub use give::Contents;
pub use keep::{clear, keep};
pub use take::{Incoming, LOOSE_FOR, take};

use schema::files::File;
use schema::ids::FileId;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use self::scan::Scanner;
use self::seal::MasterKey;
use self::store::Store;
use crate::config::S3Settings;
use crate::error::{Code, Error, codes};

/// How many come in at once on a node: each takes a few MiB of memory, an image all of itself.
const AT_ONCE: usize = 32;
/// How many images are made smaller at once.
const THUMBNAILS_AT_ONCE: usize = 2;
/// How many files one message may bring.
pub const MOST_PER_MESSAGE: usize = 10;

/// Where files are kept, and how.
pub struct Files {
    store: Store,
    key: MasterKey,
    scanner: Option<Scanner>,
    coming: Semaphore,
    shrinking: Semaphore,
}

/// Which of the two that may be kept of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The small image.
    Thumbnail,
}

impl Files {
    /// By the configuration; otherwise the key of it that is wrong, and why.
    pub fn new(
        place: &str,
        key: &str,
        s3: &S3Settings,
        proof: Option<&SecretString>,
        scanner: Option<&str>,
    ) -> Result<Self, (&'static str, String)> {
        Ok(Self {
            store: Store::new(place, s3, proof).map_err(|why| ("files.store", why))?,
            key: MasterKey::parse(key).map_err(|why| ("files.key_file", why.to_owned()))?,
            scanner: scanner
                .map(Scanner::parse)
                .transpose()
                .map_err(|why| ("files.scanner", why.to_owned()))?,
            coming: Semaphore::new(AT_ONCE),
            shrinking: Semaphore::new(THUMBNAILS_AT_ONCE),
        })
    }

    /// Why no file could be taken now; nothing where one could.
    pub async fn trouble(&self) -> Option<Code> {
        if let Err(error) = self.store.try_out().await {
            tracing::warn!(%error, "the store of files does not answer");
            return Some(codes::FILE_STORE_UNAVAILABLE);
        }
        let error = self.scanner.as_ref()?.ping().await.err()?;
        tracing::warn!(%error, "the scanner of files does not answer");
        Some(codes::SCANNER_UNAVAILABLE)
    }

    /// What is kept of a file, to be read from its beginning.
    pub async fn open(&self, file: &File, part: Part) -> Result<Contents, Error> {
        give::open(self, file, part).await
    }

    /// All of a file at once.
    pub async fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        self.open(file, Part::Whole).await?.all().await
    }

    /// Removes what is kept of a file. That nothing is there is no error.
    pub async fn remove(&self, id: FileId) -> Result<(), Error> {
        for part in [Part::Whole, Part::Thumbnail] {
            self.store.delete(id, part).await.map_err(Error::internal)?;
        }
        Ok(())
    }
}

//! Where what is sealed is kept: a directory, or a store that speaks S3.

use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use schema::ids::FileId;
use secrecy::{ExposeSecret, SecretString};

use super::Part;
use crate::config::S3Settings;

/// How many pieces of one file may be on their way at once.
const PIECES_AT_ONCE: usize = 2;

/// Where it is.
#[derive(Debug, Clone)]
pub(super) struct Store(Arc<dyn ObjectStore>);

impl Store {
    /// By what the configuration says; otherwise why not.
    pub(super) fn new(place: &str, s3: &S3Settings, proof: Option<&SecretString>) -> Result<Self, String> {
        if let Some(path) = place.strip_prefix("file:") {
            let path = FilePath::new(path);
            if !path.is_absolute() {
                return Err(format!("`{place}`: the path must be absolute"));
            }
            std::fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let local = LocalFileSystem::new_with_prefix(path).map_err(|error| error.to_string())?;
            // A file that was acknowledged is not lost with the power.
            return Ok(Self(Arc::new(local.with_automatic_cleanup(true).with_fsync(true))));
        }
        let Some(rest) = place.strip_prefix("s3://") else {
            return Err(format!("`{place}`: must be file:/path or s3://bucket/prefix"));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &s3.region {
            builder = builder.with_region(region);
        }
        if let (Some(id), Some(proof)) = (&s3.access_key_id, proof) {
            builder = builder.with_access_key_id(id).with_secret_access_key(proof.expose_secret());
        }
        let store = builder.build().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix))))
    }

    /// Asks it for something that is not there.
    pub(super) async fn try_out(&self) -> Result<(), StoreError> {
        match self.0.head(&Path::from("is-there-nothing")).await {
            Ok(_) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Begins to keep a file that comes piece by piece.
    pub(super) async fn begin(&self, id: FileId) -> Result<Keeping, StoreError> {
        Ok(Keeping(WriteMultipart::new(self.0.put_multipart(&path(id, Part::Whole)).await?)))
    }

    /// Keeps something small.
    pub(super) async fn put(&self, id: FileId, part: Part, data: Vec<u8>) -> Result<(), StoreError> {
        self.0.put(&path(id, part), PutPayload::from(data)).await.map(drop)
    }

    /// How many octets are kept.
    pub(super) async fn size(&self, id: FileId, part: Part) -> Result<u64, StoreError> {
        Ok(self.0.head(&path(id, part)).await?.size)
    }

    /// Some of what is kept.
    pub(super) async fn range(&self, id: FileId, part: Part, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.0.get_range(&path(id, part), range).await
    }

    /// Removes it. That nothing is there is no error.
    pub(super) async fn delete(&self, id: FileId, part: Part) -> Result<(), StoreError> {
        match self.0.delete(&path(id, part)).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A file that is being kept. Dropped before its end, it leaves nothing that anybody would find.
pub(super) struct Keeping(WriteMultipart);

impl Keeping {
    /// Keeps more of it.
    pub(super) async fn push(&mut self, data: &[u8]) -> Result<(), StoreError> {
        self.0.wait_for_capacity(PIECES_AT_ONCE).await?;
        self.0.write(data);
        Ok(())
    }

    /// That was all.
    pub(super) async fn end(self) -> Result<(), StoreError> {
        self.0.finish().await.map(drop)
    }

    /// It will not come to its end.
    pub(super) async fn give_up(self) {
        if let Err(error) = self.0.abort().await {
            tracing::warn!(%error, "what came of a file could not be removed");
        }
    }
}

/// Files that came about the same time do not all stand in one directory: the last octets of their ids are random.
fn path(id: FileId, part: Part) -> Path {
    let id = id.0.simple().to_string();
    let shelf = id.get(id.len().saturating_sub(2)..).unwrap_or_default();
    match part {
        Part::Whole => Path::from(format!("{shelf}/{id}")),
        Part::Thumbnail => Path::from(format!("{shelf}/{id}.small")),
    }
}

//! Files, as whoever sent one sees it before anybody else does.

use schema::files::File;
use schema::messages::Attachment;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// A file that was uploaded.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileView {
    /// What a message will say of it.
    #[serde(flatten)]
    pub attachment: Attachment,
    /// What looked for malware in it; nothing where nothing is there to look.
    pub scanned_by: Option<String>,
}

/// What a message says of a file.
pub fn attachment(file: &File) -> Result<Attachment, Error> {
    let sha256 = file.sha256.as_deref().ok_or(Error::NotFound)?;
    Ok(Attachment {
        id: file.id,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        sha256: crate::text::hex(sha256),
        width: file.width,
        height: file.height,
    })
}

impl FileView {
    /// The view of a file that is there.
    pub fn of(file: &File) -> Result<Self, Error> {
        Ok(Self { attachment: attachment(file)?, scanned_by: file.scanned_by.clone() })
    }
}

//! Takes a file in: once it is known of, piece by piece, each sealed, hashed and looked at as it comes.

use std::time::Duration;

use actix_web::web::Payload;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::StreamExt;
use schema::audit::NewEntry;
use schema::files::{self, Arrived, File, NewFile};
use schema::ids::{FileId, PersonId};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::scan::{self, Said, Scan, Scanner};
use super::seal::{FileKey, Sealing};
use super::store::Keeping;
use super::{Files, Part, thumbnail};
use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::{Error, codes};
use crate::text;
use crate::views::Reader;

/// How long a file may belong to no message.
pub const LOOSE_FOR: TimeDelta = TimeDelta::hours(24);
/// How many files of one person may belong to no message.
const MOST_LOOSE: i64 = 100;
/// How many files of one person may come at once: nobody takes all places.
const MOST_COMING: i64 = 5;
/// How long the next piece of a file may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a file is is told by so many of its first octets.
const HEAD: usize = 8 * 1024;
/// The longest name, in characters.
const NAME_MAX: usize = 255;

/// What is known of a file before it comes.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What whoever sends it calls it.
    pub name: String,
    /// How many octets it has.
    pub size: u64,
}

/// Takes the file in. What does not come to its end leaves nothing.
pub async fn take(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    incoming: Incoming,
    mut payload: Payload,
) -> Result<File, Error> {
    let keeper = app.files.as_ref().ok_or(Error::Conflict(codes::FILES_NOT_AVAILABLE))?;
    let (name, size) = (name(&incoming.name)?, incoming.size);
    may_come(app, reader.actor.person, size).await?;
    let _turn = keeper.coming.acquire().await.map_err(Error::internal)?;
    let head = head(&mut payload, size).await?;
    let id = FileId::new();
    let (key, sealed_key) = keeper.key.make(id).map_err(Error::internal)?;
    let new = NewFile {
        id,
        conversation_id: place.room.id(),
        uploaded_by: reader.actor.person,
        begun_at: app.clock.now(),
        name,
        media_type: media_type(&head).to_owned(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        sealed_key,
    };
    files::begin(&mut *app.pool.get().await?, &new).await?;
    let kept = async {
        let is_image = thumbnail::is_image(&new.media_type) && size <= thumbnail::LARGEST;
        let coming = Coming::begin(keeper, id, &key, is_image).await?;
        let whole = coming.receive(head, payload, size).await?;
        keep(app, keeper, &new, &key, whole).await
    };
    match kept.await {
        Ok(()) => files::find(&mut *app.pool.get().await?, id).await?.ok_or(Error::NotFound),
        Err(error) => {
            let given_up = async { files::give_up(&mut *app.pool.get().await?, id, app.clock.now()).await };
            if let Err(error) = given_up.await {
                // It is given up with the others that belong to nothing.
                tracing::warn!(%error, file = %id, "a file that did not come could not be given up");
            }
            Err(note_refusal(app, &new, error).await)
        }
    }
}

/// Whether a file of that size may begin to come from `person`.
async fn may_come(app: &App, person: PersonId, size: u64) -> Result<(), Error> {
    if size == 0 {
        return Err(Error::invalid(codes::EMPTY_FILE, "content-length"));
    }
    if size > app.config.files.max_bytes() {
        return Err(Error::FileTooLarge { max_mib: app.config.files.max_mib });
    }
    let loose = files::count_loose(&mut *app.pool.get().await?, person).await?;
    let is_much = loose.all >= MOST_LOOSE || loose.coming >= MOST_COMING;
    if is_much { Err(Error::Conflict(codes::TOO_MANY_LOOSE_FILES)) } else { Ok(()) }
}

/// The name without a path, and without what no name has.
fn name(given: &str) -> Result<String, Error> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|letter| !text::misleads(*letter)).collect();
    let name = name.trim().trim_start_matches('.').trim();
    if name.is_empty() {
        return Err(Error::invalid(codes::INVALID_VALUE, "name"));
    }
    if name.chars().count() > NAME_MAX {
        return Err(Error::invalid(codes::TOO_LONG, "name"));
    }
    Ok(name.to_owned())
}

/// What it is by its first octets; nobody is asked.
fn media_type(head: &[u8]) -> &'static str {
    if let Some(known) = infer::get(head) {
        let media_type = known.mime_type();
        // What a browser would run is a text like any other.
        return if media_type.starts_with("text/") { "text/plain" } else { media_type };
    }
    // The last character may be cut.
    let is_text = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    if is_text && !head.contains(&0) { "text/plain" } else { "application/octet-stream" }
}

/// The next piece; nothing at the end.
async fn next(payload: &mut Payload) -> Result<Option<Bytes>, Error> {
    let piece = tokio::time::timeout(PATIENCE, payload.next()).await.map_err(|_| Error::TooSlow)?;
    piece.transpose().map_err(|_| Error::Invalid { code: codes::BAD_REQUEST, field: None })
}

/// Enough of its beginning to tell what it is.
async fn head(payload: &mut Payload, size: u64) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    while head.len() < HEAD {
        let Some(piece) = next(payload).await? else { break };
        head.extend_from_slice(&piece);
        if head.len() as u64 > size {
            return Err(Error::invalid(codes::INVALID_VALUE, "content-length"));
        }
    }
    Ok(head)
}

/// A file while it comes.
struct Coming {
    keeping: Keeping,
    sealing: Sealing,
    scan: Option<Scan>,
    hash: Sha256,
    size: u64,
    /// All of it, where a small image is to be made of it.
    image: Option<Vec<u8>>,
}

/// A file that is there.
struct Whole {
    sha256: Vec<u8>,
    size: u64,
    scanned_by: Option<&'static str>,
    image: Option<Vec<u8>>,
}

impl Coming {
    async fn begin(keeper: &Files, id: FileId, key: &FileKey, is_image: bool) -> Result<Self, Error> {
        Ok(Self {
            keeping: keeper.store.begin(id).await.map_err(unavailable)?,
            sealing: key.seal(Part::Whole),
            scan: keeper.scanner.as_ref().map(Scanner::begin),
            hash: Sha256::new(),
            size: 0,
            image: is_image.then(Vec::new),
        })
    }

    async fn push(&mut self, piece: Bytes) -> Result<(), Error> {
        self.size += piece.len() as u64;
        self.hash.update(&piece);
        if let Some(image) = &mut self.image {
            image.extend_from_slice(&piece);
        }
        let mut sealed = Vec::with_capacity(piece.len() + 1024);
        self.sealing.push(&piece, &mut sealed).map_err(Error::internal)?;
        self.keeping.push(&sealed).await.map_err(unavailable)?;
        if let Some(scan) = &self.scan {
            scan.push(piece).await;
        }
        Ok(())
    }

    /// Receives all of it: as much as was announced, and nothing bad.
    async fn receive(mut self, head: Vec<u8>, mut payload: Payload, announced: u64) -> Result<Whole, Error> {
        let received = async {
            self.push(head.into()).await?;
            while let Some(piece) = next(&mut payload).await? {
                if self.size + piece.len() as u64 > announced {
                    return Err(Error::invalid(codes::INVALID_VALUE, "content-length"));
                }
                self.push(piece).await?;
            }
            if self.size == announced {
                Ok(())
            } else {
                Err(Error::invalid(codes::FILE_CUT_SHORT, "content-length"))
            }
        };
        if let Err(error) = received.await {
            self.keeping.give_up().await;
            return Err(error);
        }
        let Self { mut keeping, sealing, scan, hash, size, image } = self;
        let scanned_by = scan.as_ref().map(|_| scan::NAME);
        let scanned = async {
            match scan {
                Some(scan) => scan.end().await,
                None => Ok(Said::Clean),
            }
        };
        let refused = match scanned.await {
            Ok(Said::Clean) => None,
            Ok(Said::Found(what)) => Some(Error::Malware { what }),
            Err(error) => {
                tracing::warn!(%error, "a file could not be looked at for malware");
                Some(Error::Unavailable(codes::SCANNER_UNAVAILABLE))
            }
        };
        if let Some(refused) = refused {
            keeping.give_up().await;
            return Err(refused);
        }
        let last = sealing.end().map_err(Error::internal)?;
        keeping.push(&last).await.map_err(unavailable)?;
        keeping.end().await.map_err(unavailable)?;
        Ok(Whole { sha256: hash.finalize().to_vec(), size, scanned_by, image })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn unavailable(error: object_store::Error) -> Error {
    tracing::warn!(%error, "the store of files failed");
    Error::Unavailable(codes::FILE_STORE_UNAVAILABLE)
}

/// Makes the small image, and notes that all is there.
async fn keep(app: &App, keeper: &Files, new: &NewFile, key: &FileKey, whole: Whole) -> Result<(), Error> {
    let mut pixels = None;
    if let Some(image) = whole.image {
        let turn = keeper.shrinking.acquire().await.map_err(Error::internal)?;
        let small =
            tokio::task::spawn_blocking(move || thumbnail::of(&image)).await.map_err(Error::internal)?;
        drop(turn);
        if let Some(small) = small {
            let mut sealing = key.seal(Part::Thumbnail);
            let mut sealed = Vec::with_capacity(small.data.len() + 1024);
            sealing.push(&small.data, &mut sealed).map_err(Error::internal)?;
            sealed.extend(sealing.end().map_err(Error::internal)?);
            keeper.store.put(new.id, Part::Thumbnail, sealed).await.map_err(unavailable)?;
            pixels = Some(small.pixels);
        }
    }
    let at = app.clock.now();
    let entry = json!({
        "file_id": new.id, "conversation_id": new.conversation_id, "size": whole.size, "media_type": new.media_type,
        "scanned_by": whole.scanned_by,
    });
    let entry = NewEntry { at, kind: "file.uploaded", actor_id: Some(new.uploaded_by), entry };
    let arrived = Arrived {
        at,
        size: i64::try_from(whole.size).map_err(Error::internal)?,
        sha256: whole.sha256,
        pixels,
        scanned_by: whole.scanned_by.map(str::to_owned),
    };
    let is_there = files::arrive(&mut *app.pool.get().await?, new.id, &arrived, &entry).await?;
    if is_there { Ok(()) } else { Err(Error::NotFound) }
}

/// Malware is on record, with what it is called, and who sent it where.
async fn note_refusal(app: &App, new: &NewFile, error: Error) -> Error {
    let Error::Malware { what } = &error else { return error };
    let entry = json!({
        "file_id": new.id, "conversation_id": new.conversation_id, "size": new.size, "found": what,
    });
    let by = Some(new.uploaded_by);
    let entry = NewEntry { at: app.clock.now(), kind: "file.refused", actor_id: by, entry };
    let noted = async { schema::audit::append(&mut *app.pool.get().await?, &entry).await };
    match noted.await {
        Ok(()) => error,
        Err(failed) => failed.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_has_no_tricks() {
        let named = |given: &str| name(given).ok();
        assert_eq!(named("Приказ № 12.pdf").as_deref(), Some("Приказ № 12.pdf"));
        assert_eq!(named("C:\\Users\\me\\report.docx").as_deref(), Some("report.docx"));
        assert_eq!(named("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(named(".htaccess").as_deref(), Some("htaccess"));
        assert_eq!(named("a\u{0}b\r\n.txt").as_deref(), Some("ab.txt"));
        assert_eq!(named("cod\u{202e}fdp.exe").as_deref(), Some("codfdp.exe"), "nothing turns it round");
        for wrong in ["", "   ", "dir/", "..", "\u{7}"] {
            assert_eq!(named(wrong), None, "{wrong:?}");
        }
        assert!(named(&"ы".repeat(255)).is_some() && named(&"ы".repeat(256)).is_none());
    }

    #[test]
    fn what_it_is_is_told_by_its_octets() {
        assert_eq!(media_type(b"%PDF-1.7 ..."), "application/pdf");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(media_type("Протокол совещания".as_bytes()), "text/plain");
        assert_eq!(media_type(&"Протокол".as_bytes()[..15]), "text/plain", "a character that is cut");
        assert_eq!(media_type(b"<!DOCTYPE html><script>"), "text/plain", "a page is shown as a text");
        assert_eq!(media_type(b"<svg xmlns='http://www.w3.org/2000/svg'>"), "text/plain");
        assert_eq!(media_type(b"\x00\x01\x02\x03"), "application/octet-stream");
    }
}

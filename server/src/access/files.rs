//! The only door to files: one is sent where the policy lets its sender send files, and opened by whoever may read the message that
//! it was sent with, each time anew.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use policies::facts::Action;
use policies::label::Label;
use schema::conversations::Kind;
use schema::files::{self, File};
use schema::ids::{FileId, PersonId};
use schema::messages::Attachments;

use super::messages::find;
use super::{Granted, HatName, Place, conversation, say};
use crate::app::App;
use crate::error::{Error, codes};
use crate::files::LOOSE_FOR;
use crate::realtime::rooms::Room;
use crate::views::Reader;

/// A file, and where it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The file.
    pub file: File,
    /// Where it was sent, or is to be.
    pub place: Granted<Place>,
}

/// The action that sending a file is in this room.
fn sending(room: &Room) -> Action {
    if room.conversation.kind == Kind::Direct { Action::DmFile } else { Action::ChFile }
}

/// Whether the reader may send files with a message under `label` here, in `hat`. A refusal is recorded.
pub async fn send(
    app: &App,
    reader: &Reader,
    place: &Place,
    hat: HatName,
    label: Label,
) -> Result<Granted<Place>, Error> {
    say(app, reader, place, sending(&place.room), hat, label).await
}

/// Whether the reader may send files here at all, before one is taken in: under the label of the conversation. What it is sent under
/// is decided when it is sent.
pub async fn upload(app: &App, reader: &Reader, place: &Granted<Place>, hat: HatName) -> Result<(), Error> {
    if place.room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    let label = reader.scene.label_of(&place.room).ok_or(Error::NotFound)?;
    send(app, reader, place, hat, label).await.map(drop)
}

/// The file `id`, if the reader may read what it was sent with; one that was not sent yet is its sender's alone.
pub async fn open(app: &App, reader: &Reader, id: FileId) -> Result<Sent, Error> {
    let found = files::find(&mut *app.pool.get().await?, id).await?;
    let file = found.filter(|file| file.arrived_at.is_some() && file.erased_at.is_none());
    let file = file.ok_or(Error::NotFound)?;
    let place = conversation(app, reader, file.conversation_id).await?;
    let Some(message_id) = file.message_id else {
        return if file.uploaded_by == reader.actor.person {
            Ok(Sent { file, place })
        } else {
            Err(Error::NotFound)
        };
    };
    let message = find(app, reader, &place, message_id).await?;
    let is_told = message.is_some_and(|message| is_told(&file, message.files.as_ref()));
    if is_told { Ok(Sent { file, place }) } else { Err(Error::NotFound) }
}

/// The file `id`, if it is the reader's and was not sent yet.
pub async fn loose(app: &App, reader: &Reader, id: FileId) -> Result<File, Error> {
    let found = files::find(&mut *app.pool.get().await?, id).await?;
    found.filter(|file| is_loose_of(file, reader.actor.person)).ok_or(Error::NotFound)
}

/// Whether nobody has it but whoever uploaded it: `person`.
pub fn is_loose_of(file: &File, person: PersonId) -> bool {
    file.uploaded_by == person && file.message_id.is_none() && file.erased_at.is_none()
}

/// Whether its message tells of the file, as it is: the row of a file says nothing that the message does not.
pub(super) fn is_told(file: &File, files: Option<&Attachments>) -> bool {
    let told = files.into_iter().flat_map(|files| &files.0).find(|told| told.id == file.id);
    told.is_some_and(|told| {
        told.size == file.size
            && Some(told.sha256.as_str()) == file.sha256.as_deref().map(crate::text::hex).as_deref()
    })
}

/// Whether a message here may bring these files of `person`, in the order of `ids`; which of them is wrong is not told.
pub fn brought(
    found: Vec<File>,
    ids: &[FileId],
    person: PersonId,
    room: &Room,
    (now, max_bytes): (DateTime<Utc>, u64),
) -> Result<Vec<File>, Error> {
    let mut found: HashMap<FileId, File> = found.into_iter().map(|file| (file.id, file)).collect();
    let unknown = || Error::invalid(codes::UNKNOWN_FILE, "file_ids");
    let mut brought = Vec::with_capacity(ids.len());
    for id in ids {
        let file = found.remove(id).ok_or_else(unknown)?;
        // One that is about to be taken away may be gone when the message is stored.
        let is_old = file.begun_at + LOOSE_FOR - TimeDelta::minutes(5) < now;
        let fits = is_loose_of(&file, person)
            && file.conversation_id == room.id()
            && file.arrived_at.is_some()
            && !is_old;
        if !fits {
            return Err(unknown());
        }
        brought.push(file);
    }
    let size: u64 = brought.iter().filter_map(|file| u64::try_from(file.size).ok()).sum();
    if size > max_bytes {
        return Err(Error::FileTooLarge { max_mib: u32::try_from(max_bytes >> 20).unwrap_or(u32::MAX) });
    }
    Ok(brought)
}

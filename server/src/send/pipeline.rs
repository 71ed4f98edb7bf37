//! One send from its request to its event, the same for HTTP and the socket: check, decide, store, deliver.

use std::sync::Arc;

use policies::label::Label;
use schema::ids::{ConversationId, FileId, MessageId, PersonId};
use schema::messages::{self, Attachments, Message, Sealed};
use schema::{files, sends};
use serde_json::json;

use super::commit::{self, Decided, Outcome};
use super::deliver;
use crate::access::{self, Granted, HatName, Place, Scene};
use crate::actions::to_the_end;
use crate::app::App;
use crate::auth::Actor;
use crate::error::{Error, codes};
use crate::files::MOST_PER_MESSAGE;
use crate::language::Language;
use crate::text::{self, salted_hash};
use crate::views::{self, Reader};

/// The longest body, in characters.
pub const BODY_MAX: usize = 20_000;
/// How often a send is decided anew because what it was decided by changed under it.
const ATTEMPTS: usize = 5;
/// The longest `client_id`, in characters.
pub const CLIENT_ID_MAX: usize = 64;

/// What somebody wants to send.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the client calls it; the same again is the same message.
    pub client_id: String,
    /// What it says.
    pub body: String,
    /// Its label; that of the conversation where absent.
    pub label: Option<views::Label>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// In which hat.
    pub hat: HatName,
    /// The files that it brings.
    pub file_ids: Vec<FileId>,
}

/// A message that is stored.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The message.
    pub message: Arc<Message>,
    /// False: it was stored before, under the same `client_id`.
    pub is_new: bool,
}

/// Sends `draft` to the conversation, once. What has begun goes on to its event, even if its sender hangs up.
pub async fn send(
    app: &App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    draft: Draft,
) -> Result<Sent, Error> {
    check(&draft)?;
    app.limits.message(actor.person)?;
    let app = app.clone();
    to_the_end(async move { send_checked(&app, actor, language, conversation, draft).await }).await
}

async fn send_checked(
    app: &App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    draft: Draft,
) -> Result<Sent, Error> {
    for _ in 0..ATTEMPTS {
        let reader = Reader::new(app, actor, language)?;
        let place = access::conversation(app, &reader, conversation).await?;
        match decide_and_store(app, &reader, &place, &draft).await {
            Ok(Outcome::Stored(message)) => return Ok(Sent { message, is_new: true }),
            Ok(Outcome::StoredBefore) => {
                let before = stored_before(app, &place, actor.person, &draft).await?;
                return before.ok_or(Error::Unavailable(codes::DATABASE_UNAVAILABLE));
            }
            Ok(Outcome::Outdated) => {}
            // A repeated send is answered with what was stored, whatever the policy and the world say by now.
            Err(
                refused @ (Error::Denied(_) | Error::Invalid { .. } | Error::Conflict(_) | Error::NotFound),
            ) => {
                return stored_before(app, &place, actor.person, &draft).await?.ok_or(refused);
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::Conflict(codes::LABEL_CHANGED))
}

/// Decides, and has it stored if nothing that it was decided by has changed until it is its turn.
async fn decide_and_store(
    app: &App,
    reader: &Reader,
    place: &Place,
    draft: &Draft,
) -> Result<Outcome, Error> {
    let label = label_of(&reader.scene, place, draft.label.as_ref())?;
    if let Some(reply_to) = draft.reply_to {
        check_reply(app, reader, place, reply_to).await?;
    }
    let granted = access::send(app, reader, place, draft.hat, label).await?;
    if granted.room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    let files = files(app, reader, &granted, draft, label).await?;
    app.limits.conversation(granted.room.id())?;
    let message =
        Message { files, ..message(app, &reader.scene, reader.actor.person, &granted, draft, label) };
    let sealed = seal(&reader.scene, &message);
    let decided = Decided { message, sealed, place: Place::clone(&granted), ground: reader.scene.ground() };
    commit::commit(app, decided).await
}

/// What it brings, if its sender may send files under this label, and these are theirs to send.
async fn files(
    app: &App,
    reader: &Reader,
    place: &Place,
    draft: &Draft,
    label: Label,
) -> Result<Option<Attachments>, Error> {
    if draft.file_ids.is_empty() {
        return Ok(None);
    }
    access::files::send(app, reader, place, draft.hat, label).await?;
    let found = files::find_all(&mut *app.pool.get().await?, &draft.file_ids).await?;
    let limits = (app.clock.now(), app.config.files.max_bytes());
    let brought = access::files::brought(found, &draft.file_ids, reader.actor.person, &place.room, limits)?;
    let told: Result<_, Error> = brought.iter().map(views::files::attachment).collect();
    Ok(Some(Attachments(told?)))
}

fn message(
    app: &App,
    scene: &Scene,
    author: PersonId,
    granted: &Granted<Place>,
    draft: &Draft,
    label: Label,
) -> Message {
    let (hat, principal_id) = draft.hat.stored();
    let verdict = granted.verdict();
    let label = scene.columns(label);
    Message {
        conversation_id: granted.room.id(),
        seq: 0,
        id: MessageId::new(),
        author_id: author,
        hat,
        principal_id,
        client_id: draft.client_id.clone(),
        body: if draft.body.chars().all(text::is_blank) { String::new() } else { draft.body.clone() },
        label_policy: label.policy,
        label_level: label.level,
        label_categories: label.categories,
        reply_to: draft.reply_to,
        rule: scene.rule_code(verdict).to_owned(),
        policy_version: verdict.policy_version,
        created_at: app.clock.now(),
        downgraded_from: None,
        notice: None,
        files: None,
        erased_at: None,
        version: 1,
        edited_at: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// What the audit log keeps: that it was said, not what.
pub fn seal(scene: &Scene, message: &Message) -> Sealed {
    let salt: [u8; 16] = rand::random();
    let mut entry = json!({
        "message_id": message.id,
        "conversation_id": message.conversation_id,
        "body_sha256": salted_hash(&salt, &message.body),
        "label": {
            "policy": message.label_policy,
            "level": message.label_level,
            "categories": message.label_categories,
        },
        "rule": message.rule,
        "policy_version": message.policy_version,
        "org_version": scene.mirror.version(),
        "hat": message.hat,
        "principal_id": message.principal_id,
    });
    if let (Some(files), Some(entry)) = (&message.files, entry.as_object_mut()) {
        entry.insert("files_sha256".to_owned(), salted_hash(&salt, &files.as_text()).into());
    }
    Sealed { entry, salt }
}

/// What the author sent here under the same `client_id` before. A commit whose answer was lost was told nobody: then its
/// repetition tells.
async fn stored_before(
    app: &App,
    place: &Place,
    author: PersonId,
    draft: &Draft,
) -> Result<Option<Sent>, Error> {
    let conversation = place.room.id();
    let mut connection = app.pool.get().await?;
    let Some(seq) = sends::find(&mut connection, conversation, author, &draft.client_id).await? else {
        return Ok(None);
    };
    let Some(message) = messages::find_by_seq(&mut connection, conversation, seq).await? else {
        return Ok(None);
    };
    drop(connection);
    if message.seq > place.room.last_seq() {
        deliver::stored_here(app, place, message.clone()).await;
    }
    Ok(Some(Sent { message: Arc::new(message), is_new: false }))
}

fn check(draft: &Draft) -> Result<(), Error> {
    let client_id_length = draft.client_id.chars().count();
    if client_id_length == 0 || draft.client_id.contains('\0') {
        return Err(Error::invalid(codes::INVALID_VALUE, "client_id"));
    }
    if client_id_length > CLIENT_ID_MAX {
        return Err(Error::invalid(codes::TOO_LONG, "client_id"));
    }
    check_body(&draft.body, !draft.file_ids.is_empty())?;
    if draft.file_ids.len() > MOST_PER_MESSAGE {
        return Err(Error::invalid(codes::TOO_MANY_FILES, "file_ids"));
    }
    Ok(())
}

/// Whether a message may say this: something, where it brings nothing.
pub fn check_body(body: &str, brings_files: bool) -> Result<(), Error> {
    let says_nothing = body.chars().all(text::is_blank) && !brings_files;
    if says_nothing || body.contains('\0') {
        return Err(Error::invalid(codes::INVALID_VALUE, "body"));
    }
    if body.chars().count() > BODY_MAX {
        return Err(Error::invalid(codes::TOO_LONG, "body"));
    }
    Ok(())
}

/// The label that was asked for, or that of the conversation.
fn label_of(scene: &Scene, place: &Place, asked: Option<&views::Label>) -> Result<Label, Error> {
    match asked {
        Some(label) => label.parse(scene.policy.labels(), "label"),
        None => scene.label_of(&place.room).ok_or(Error::NotFound),
    }
}

async fn check_reply(app: &App, reader: &Reader, place: &Place, reply_to: MessageId) -> Result<(), Error> {
    let answered = access::messages::find(app, reader, place, reply_to).await?;
    answered.map(drop).ok_or_else(|| Error::invalid(codes::UNKNOWN_MESSAGE, "reply_to"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(client_id: &str, body: &str) -> Draft {
        Draft {
            client_id: client_id.to_owned(),
            body: body.to_owned(),
            label: None,
            reply_to: None,
            hat: HatName::Own,
            file_ids: Vec::new(),
        }
    }

    fn field(draft: &Draft) -> Option<String> {
        match check(draft) {
            Ok(()) => None,
            Err(Error::Invalid { field, .. }) => field,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn takes_what_the_contract_allows() {
        assert_eq!(field(&draft("1", "да")), None);
        assert_eq!(
            field(&draft(&"ы".repeat(64), &"ы".repeat(20_000))),
            None,
            "lengths are characters, not bytes"
        );
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for client_id in ["", &"x".repeat(65), "a\0b"] {
            assert_eq!(field(&draft(client_id, "text")).as_deref(), Some("client_id"), "{client_id:?}");
        }
        for body in ["", " \n\t", &"x".repeat(20_001), "a\0b"] {
            assert_eq!(field(&draft("1", body)).as_deref(), Some("body"));
        }
    }
}

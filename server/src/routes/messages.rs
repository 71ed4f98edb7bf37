//! Messages: sending, reading, and how far one has read.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use schema::ids::{ConversationId, FileId, MessageId};
use schema::transaction::Link;
use schema::{message_versions, messages};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::conversations::hat;
use super::page;
use crate::access;
use crate::actions::{change_message, open_history, read, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::send::pipeline::{self, Draft};
use crate::views::messages::{MessageVersionView, MessageView};
use crate::views::{Label, Reader};

/// A message to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What the client calls it; the same again is the same message.
    #[schema(min_length = 1, max_length = 64)]
    client_id: String,
    /// What it says; empty where it brings files.
    #[schema(max_length = 20000)]
    body: String,
    /// Its label. Without it: the label of the conversation where it has one, `open` otherwise.
    label: Option<Label>,
    /// The message of the same conversation that it answers.
    reply_to: Option<MessageId>,
    /// In which hat: `own`, `duty`, `acting:<person id>` or `assistant:<person id>`; `own` without it.
    hat: Option<String>,
    /// What it brings: files that the sender uploaded to this conversation, and sends with nothing else.
    #[serde(default)]
    #[schema(max_items = 10)]
    file_ids: Vec<FileId>,
}

/// Which messages to list: the newest without `before` and `after`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Only messages with a smaller number, the nearest ones.
    before: Option<i64>,
    /// Only messages with a larger number, the nearest ones. Not together with `before`.
    after: Option<i64>,
    /// How many numbers to go through, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// How far the reader has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpTo {
    /// The number of the last message read.
    #[schema(minimum = 0)]
    seq: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MessageAnswer {
    message: MessageView,
}

/// What a message is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditedMessage {
    /// What it says; empty where it brings files.
    #[schema(max_length = 20000)]
    body: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MessageVersionsAnswer {
    /// The first one first.
    versions: Vec<MessageVersionView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MessagesAnswer {
    /// Ascending by number; what the reader may not read is left out.
    messages: Vec<MessageView>,
    /// Whether there are more in the direction that was asked for.
    has_more: bool,
    /// The smallest number that was gone through, also of messages left out: `before` of the next page.
    first_seq: Option<i64>,
    /// The largest number that was gone through: `after` of the next page.
    last_seq: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReadAnswer {
    read: ReadView,
}

/// Where the read pointer is.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadView {
    conversation_id: ConversationId,
    seq: i64,
}

/// Sends a message. It is stored when the answer is 201 or 200; after any other answer, or none, send it again under the
/// same `client_id`.
#[utoipa::path(
    operation_id = "send_message", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = NewMessage,
    responses(
        (status = 201, description = "Stored", body = MessageAnswer),
        (status = 200, description = "Stored before, under the same `client_id`", body = MessageAnswer),
        (status = 400, description = "The body makes no sense; `unknown_file`, `too_many_files`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 409, description = "`conversation_archived`", body = ErrorBody),
        (status = 413, description = "`file_too_large`: its files are, together", body = ErrorBody),
        (status = 429, description = "Not stored: `too_many_messages`, `conversation_busy`; when to come back", body = ErrorBody),
        (status = 503, description = "Not stored: `overloaded`, `org_stale`; not known to be stored: `database_unavailable`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/messages")]
pub(super) async fn send_message(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(new): Body<NewMessage>,
) -> Result<HttpResponse, Error> {
    let draft = Draft {
        client_id: new.client_id,
        body: new.body,
        label: new.label,
        reply_to: new.reply_to,
        hat: hat(new.hat.as_deref())?,
        file_ids: new.file_ids,
    };
    let sent = pipeline::send(&app, reader.actor, reader.language, id.into_inner(), draft).await?;
    let status = if sent.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let message = MessageView::of(&reader.scene, &sent.message);
    Ok(HttpResponse::build(status).json(MessageAnswer { message }))
}

/// The messages of a conversation by number. Each is asked of the gate; those that may not be read are left out.
#[utoipa::path(
    operation_id = "list_messages", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), MessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = MessagesAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}/messages")]
pub(super) async fn list_messages(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    asked: web::Query<MessagesQuery>,
) -> Result<web::Json<MessagesAnswer>, Error> {
    let limit = i64::try_from(page::limit(asked.limit)?).unwrap_or(i64::MAX);
    let place = access::conversation(&app, &reader, id.into_inner()).await?;
    let (room, person) = (&place.room, reader.actor.person);
    let (found, has_more) = match (asked.before, asked.after) {
        (Some(..0), _) => return Err(Error::invalid(codes::INVALID_VALUE, "before")),
        (_, Some(..0)) | (Some(_), Some(_)) => return Err(Error::invalid(codes::INVALID_VALUE, "after")),
        (None, Some(after)) => {
            let after = after.max(room.reads_from(person) - 1);
            let read = async |link: &mut Link| messages::after(link, room.id(), after, limit + 1).await;
            let mut found = app.reads.run(read).await?;
            let has_more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
            if has_more {
                found.pop();
            }
            (found, has_more)
        }
        (before, None) => {
            let before = before.unwrap_or(i64::MAX);
            let read = async |link: &mut Link| messages::before(link, room.id(), before, limit).await;
            let found = app.reads.run(read).await?;
            let first = found.first().map_or(0, |message| message.seq);
            // Numbers have no gaps: fewer than were asked for is all that there is, also where older months are detached.
            let is_whole = i64::try_from(found.len()).is_ok_and(|count| count == limit);
            (found, is_whole && first > room.reads_from(person))
        }
    };
    let (first_seq, last_seq) = (found.first().map(|first| first.seq), found.last().map(|last| last.seq));
    let readable = access::readable(&reader.scene, person, room, found);
    open_history::record(&app, &reader, &place, &readable).await?;
    let messages = readable.iter().map(|message| MessageView::of(&reader.scene, message)).collect();
    Ok(web::Json(MessagesAnswer { messages, has_more, first_seq, last_seq }))
}

/// Has one's message say something else, as long as `GET /me` says. What it said before stays in its versions.
#[utoipa::path(
    operation_id = "edit_message", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), ("message_id" = MessageId, Path, description = "The message")),
    request_body = EditedMessage,
    responses(
        (status = 200, description = "The message as it is now", body = MessageAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`not_author`; `policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may read", body = ErrorBody),
        (status = 409, description = "`change_too_late`, `message_gone`, `message_fixed`, `message_changed`, `conversation_archived`", body = ErrorBody),
        (status = 429, description = "`too_many_messages`; when to come back", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[patch("/conversations/{id}/messages/{message_id}")]
pub(super) async fn edit_message(
    app: App,
    reader: Reader,
    path: web::Path<(ConversationId, MessageId)>,
    Body(edited): Body<EditedMessage>,
) -> Result<web::Json<MessageAnswer>, Error> {
    let (conversation, id) = path.into_inner();
    let message = to_the_end(async move {
        let place = access::conversation(&app, &reader, conversation).await?;
        let message = access::messages::find(&app, &reader, &place, id).await?.ok_or(Error::NotFound)?;
        let granted = access::messages::edit(&app, &reader, &place, &message).await?;
        let changed = change_message::edit(&app, &reader, &granted, &message, edited.body).await?;
        Ok(MessageView::of(&reader.scene, &changed))
    })
    .await?;
    Ok(web::Json(MessageAnswer { message }))
}

/// Takes a message back: one's own as long as `GET /me` says, anybody's where one keeps the conversation in order. That there was one stays.
#[utoipa::path(
    operation_id = "delete_message", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), ("message_id" = MessageId, Path, description = "The message")),
    responses(
        (status = 200, description = "What is left of it", body = MessageAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`not_author`; `policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may read", body = ErrorBody),
        (status = 409, description = "`change_too_late`, `message_gone`, `message_fixed`, `message_changed`, `conversation_archived`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[delete("/conversations/{id}/messages/{message_id}")]
pub(super) async fn delete_message(
    app: App,
    reader: Reader,
    path: web::Path<(ConversationId, MessageId)>,
) -> Result<web::Json<MessageAnswer>, Error> {
    let (conversation, id) = path.into_inner();
    let message = to_the_end(async move {
        let place = access::conversation(&app, &reader, conversation).await?;
        let message = access::messages::find(&app, &reader, &place, id).await?.ok_or(Error::NotFound)?;
        let granted = access::messages::delete(&app, &reader, &place, &message).await?;
        let changed = change_message::delete(&app, &reader, &granted, &message).await?;
        Ok(MessageView::of(&reader.scene, &changed))
    })
    .await?;
    Ok(web::Json(MessageAnswer { message }))
}

/// What a message said before it was changed; of one that was taken back, nothing.
#[utoipa::path(
    operation_id = "list_message_versions", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), ("message_id" = MessageId, Path, description = "The message")),
    responses(
        (status = 200, description = "Its former versions, the first one first", body = MessageVersionsAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may read", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}/messages/{message_id}/versions")]
pub(super) async fn list_message_versions(
    app: App,
    reader: Reader,
    path: web::Path<(ConversationId, MessageId)>,
) -> Result<web::Json<MessageVersionsAnswer>, Error> {
    let (conversation, id) = path.into_inner();
    let place = access::conversation(&app, &reader, conversation).await?;
    let message = access::messages::find(&app, &reader, &place, id).await?.ok_or(Error::NotFound)?;
    open_history::record(&app, &reader, &place, std::slice::from_ref(&message)).await?;
    let mut connection = app.pool.get().await?;
    let versions = if access::messages::is_gone(&message) {
        Vec::new()
    } else {
        message_versions::of(&mut connection, conversation, message.seq).await?
    };
    Ok(web::Json(MessageVersionsAnswer { versions: versions.into_iter().map(Into::into).collect() }))
}

/// Moves the read pointer forward. It never goes back, and never beyond the newest message.
#[utoipa::path(
    operation_id = "mark_read", tag = "messages", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = ReadUpTo,
    responses(
        (status = 200, description = "Where the pointer is now", body = ReadAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/read")]
pub(super) async fn mark_read(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(up_to): Body<ReadUpTo>,
) -> Result<web::Json<ReadAnswer>, Error> {
    if up_to.seq < 0 {
        return Err(Error::invalid(codes::INVALID_VALUE, "seq"));
    }
    let conversation_id = id.into_inner();
    let seq = to_the_end(async move {
        let place = access::conversation(&app, &reader, conversation_id).await?;
        read::mark(&app, reader.actor.person, &place, up_to.seq).await
    })
    .await?;
    Ok(web::Json(ReadAnswer { read: ReadView { conversation_id, seq } }))
}

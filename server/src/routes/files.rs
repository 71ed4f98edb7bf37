//! Files: uploading one to a conversation, opening it, taking it back before it is sent.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, Charset, ContentDisposition, ContentEncoding,
    DispositionParam, DispositionType, ExtendedValue, TRANSFER_ENCODING,
};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use schema::audit::{self, NewEntry};
use schema::files::{self as rows, File};
use schema::ids::{ConversationId, FileId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::conversations::hat;
use crate::access;
use crate::access::files::Sent;
use crate::actions::to_the_end;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::files::{self, Contents, Incoming, Part};
use crate::views::Reader;
use crate::views::files::FileView;

/// What is uploaded.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// What it is called. A path before the name is left out.
    #[param(min_length = 1, max_length = 255)]
    name: String,
    /// In which hat it will be sent: `own`, `duty`, `acting:<person id>` or `assistant:<person id>`; `own` without it.
    hat: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct FileAnswer {
    file: FileView,
}

/// Uploads a file, which a message may then bring by `file_ids`. The body is the file itself. It is looked at for malware and sealed as
/// it comes; until it is sent, nobody has it but its sender, and one that is not sent within a day is removed.
#[utoipa::path(
    operation_id = "upload_file", tag = "files", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation that it will be sent to"), UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 201, description = "It is there", body = FileAnswer),
        (status = 400, description = "`empty_file`, `file_cut_short`, or the name makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "No conversation that the reader may look into", body = ErrorBody),
        (status = 408, description = "It came too slowly", body = ErrorBody),
        (status = 409, description = "`files_not_available`, `conversation_archived`, `too_many_loose_files`", body = ErrorBody),
        (status = 413, description = "`file_too_large`", body = ErrorBody),
        (status = 422, description = "`malware`", body = ErrorBody),
        (status = 429, description = "`too_many_messages`; when to come back", body = ErrorBody),
        (status = 503, description = "`scanner_unavailable`, `file_store_unavailable`, `database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/files")]
pub(super) async fn upload_file(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    asked: web::Query<UploadQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    let size = announced(&request)?;
    let hat = hat(asked.hat.as_deref())?;
    let place = access::conversation(&app, &reader, id.into_inner()).await?;
    access::files::upload(&app, &reader, &place, hat).await?;
    app.limits.message(reader.actor.person)?;
    let incoming = Incoming { name: asked.into_inner().name, size };
    // Whoever hangs up leaves nothing behind.
    let file = to_the_end(async move { files::take(&app, &reader, &place, incoming, body).await }).await?;
    Ok(HttpResponse::Created().json(FileAnswer { file: FileView::of(&file)? }))
}

/// How many octets are to come; nothing is announced where there is nothing.
fn announced(request: &HttpRequest) -> Result<u64, Error> {
    match request.headers().get(CONTENT_LENGTH) {
        Some(value) => value.to_str().ok().and_then(|value| value.parse().ok()),
        None => (!request.headers().contains_key(TRANSFER_ENCODING)).then_some(0),
    }
    .ok_or(Error::invalid(codes::MISSING_FIELD, "content-length"))
}

/// Takes back a file that was not sent.
#[utoipa::path(
    operation_id = "delete_file", tag = "files", security(("access_token" = [])),
    params(("id" = FileId, Path, description = "The file")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None of the reader's, or it was sent", body = ErrorBody),
        (status = 503, description = "`database_unavailable`", body = ErrorBody),
    ),
)]
#[delete("/files/{id}")]
pub(super) async fn delete_file(
    app: App,
    reader: Reader,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Error> {
    let file = access::files::loose(&app, &reader, id.into_inner()).await?;
    let at = app.clock.now();
    let is_gone = rows::give_up(&mut *app.pool.get().await?, file.id, at).await?;
    if is_gone { Ok(HttpResponse::NoContent().finish()) } else { Err(Error::NotFound) }
}

/// The file itself. Whether the reader may have it is decided anew each time, and that they opened it is on record.
#[utoipa::path(
    operation_id = "get_file", tag = "files", security(("access_token" = [])),
    params(("id" = FileId, Path, description = "The file")),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may open", body = ErrorBody),
        (status = 503, description = "`file_store_unavailable`, `database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/files/{id}/content")]
pub(super) async fn get_file(app: App, reader: Reader, id: web::Path<FileId>) -> Result<HttpResponse, Error> {
    let sent = access::files::open(&app, &reader, id.into_inner()).await?;
    record(&app, &reader, &sent).await?;
    give(&app, &sent.file).await
}

/// A small image of the file, without anything but what one sees.
#[utoipa::path(
    operation_id = "get_thumbnail", tag = "files", security(("access_token" = [])),
    params(("id" = FileId, Path, description = "The file")),
    responses(
        (status = 200, description = "The small image", content_type = "image/jpeg", body = Vec<u8>),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may open, or it is no image", body = ErrorBody),
        (status = 503, description = "`file_store_unavailable`, `database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/files/{id}/thumbnail")]
pub(super) async fn get_thumbnail(
    app: App,
    reader: Reader,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Error> {
    let sent = access::files::open(&app, &reader, id.into_inner()).await?;
    sent.file.width.ok_or(Error::NotFound)?;
    let image = kept(&app, &sent.file, Part::Thumbnail).await?.all().await?;
    let media_type = if image.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .content_type(media_type)
        .body(image))
}

/// All of a file, to somebody who may have it; that they get it is on record.
pub(super) async fn give(app: &App, file: &File) -> Result<HttpResponse, Error> {
    let contents = kept(app, file, Part::Whole).await?;
    Ok(answer(file, &file.media_type, contents))
}

async fn kept(app: &App, file: &File, part: Part) -> Result<Contents, Error> {
    let keeper = app.files.as_ref().ok_or(Error::Unavailable(codes::FILE_STORE_UNAVAILABLE))?;
    keeper.open(file, part).await
}

/// Puts on record that the reader is given the file, before they are.
async fn record(app: &App, reader: &Reader, sent: &Sent) -> Result<(), Error> {
    let verdict = sent.place.verdict();
    let entry = json!({
        "file_id": sent.file.id, "conversation_id": sent.file.conversation_id,
        "message_id": sent.file.message_id, "seq": sent.file.seq,
        "rule": reader.scene.rule_code(verdict), "policy_version": verdict.policy_version,
        "org_version": reader.scene.mirror.version(),
    });
    let by = Some(reader.actor.person);
    let entry = NewEntry { at: app.clock.now(), kind: "file.opened", actor_id: by, entry };
    Ok(audit::append(&mut *app.pool.get().await?, &entry).await?)
}

/// What browsers may show is what it says it is; anything else is only saved.
fn answer(file: &File, media_type: &str, contents: Contents) -> HttpResponse {
    let is_shown = matches!(
        media_type,
        "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "application/pdf" | "text/plain"
    );
    let media_type = match media_type {
        "text/plain" => "text/plain; charset=utf-8",
        shown if is_shown => shown,
        _ => "application/octet-stream",
    };
    let name = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: file.name.clone().into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(disposition)
        // Compressed as a rule already, and its length is told.
        .insert_header(ContentEncoding::Identity)
        .content_type(media_type)
        .no_chunking(contents.size)
        .streaming(contents.pieces())
}

//! Who is in a conversation: listing, adding, removing, joining.

use actix_web::{HttpResponse, delete, get, post, web};
use schema::ids::{ConversationId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::page::{self, PageQuery};
use crate::access::{self, invite};
use crate::actions::{members, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::Reader;
use crate::views::conversations::MemberView;

/// People to bring in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMembers {
    /// Who.
    #[schema(min_items = 1, max_items = 200)]
    person_ids: Vec<PersonId>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MembersAnswer {
    members: Vec<MemberView>,
    next: Option<String>,
}

/// The members whom the reader may see: owners and moderators first, then by name.
#[utoipa::path(
    operation_id = "list_members", tag = "conversations", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), PageQuery),
    responses(
        (status = 200, description = "A page of members", body = MembersAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}/members")]
pub(super) async fn list_members(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    asked: web::Query<PageQuery>,
) -> Result<web::Json<MembersAnswer>, Error> {
    let place = access::conversation(&app, &reader, id.into_inner()).await?;
    let after: Option<(u8, String, PersonId)> = page::key(asked.cursor.as_deref())?;
    let mut found: Vec<_> = place
        .room
        .seats
        .values()
        .filter_map(|member| MemberView::of(&reader, member))
        .map(|member| (member.order(), member))
        .filter(|(order, _)| after.as_ref().is_none_or(|after| order > after))
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (members, next) = page::cut(found.into_iter(), page::limit(asked.limit)?)?;
    Ok(web::Json(MembersAnswer { members, next }))
}

/// Brings people into a group or channel. Those who are in it already stay as they are.
#[utoipa::path(
    operation_id = "add_members", tag = "conversations", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = NewMembers,
    responses(
        (status = 204, description = "They are in"),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision; `not_cleared`", body = ErrorBody),
        (status = 404, description = "No such conversation, or nobody whom the reader may see", body = ErrorBody),
        (status = 409, description = "`direct_stays_two`, `conversation_archived`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/members")]
pub(super) async fn add_members(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(new): Body<NewMembers>,
) -> Result<HttpResponse, Error> {
    if new.person_ids.is_empty() {
        return Err(Error::invalid(codes::INVALID_VALUE, "person_ids"));
    }
    to_the_end(async move {
        let place = access::conversation(&app, &reader, id.into_inner()).await?;
        let people = invite::addition(&app, &reader, &place, &new.person_ids).await?;
        members::add(&app, reader.actor.person, &place, &people).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leaves a conversation, or takes somebody out of it as its moderator.
#[utoipa::path(
    operation_id = "remove_member", tag = "conversations", security(("access_token" = [])),
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("person_id" = PersonId, Path, description = "Who goes; oneself to leave"),
    ),
    responses(
        (status = 204, description = "They are out"),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied`, or `not_moderator`: they stand as high there", body = ErrorBody),
        (status = 404, description = "No such conversation, or nobody in it", body = ErrorBody),
        (status = 409, description = "`kept_by_tree`, `direct_stays_two`", body = ErrorBody),
    ),
)]
#[delete("/conversations/{id}/members/{person_id}")]
pub(super) async fn remove_member(
    app: App,
    reader: Reader,
    path: web::Path<(ConversationId, PersonId)>,
) -> Result<HttpResponse, Error> {
    let (id, member) = path.into_inner();
    let actor = reader.actor.person;
    to_the_end(async move {
        let place = access::conversation(&app, &reader, id).await?;
        let granted = access::removal(&app, &reader, &place, member).await?;
        members::remove(&app, actor, &granted, member).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Joins a channel that is open to the reader.
#[utoipa::path(
    operation_id = "join_conversation", tag = "conversations", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The channel")),
    responses(
        (status = 204, description = "The reader is in, or was already"),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`kept_by_tree`, `conversation_archived`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/join")]
pub(super) async fn join_conversation(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
) -> Result<HttpResponse, Error> {
    let actor = reader.actor.person;
    to_the_end(async move {
        let place = access::join(&app, &reader, id.into_inner()).await?;
        members::join(&app, actor, &place).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

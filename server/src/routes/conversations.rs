//! Conversations: one's own, new ones, channels to join.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, Datelike, Utc};
use policies::label::Label as PolicyLabel;
use schema::conversations::{self, ChannelKind, Kind};
use schema::ids::{ConversationId, PersonId, UnitId};
use schema::transaction::Link;
use schema::{messages, read_pointers};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::page::{self, PageQuery};
use super::said;
use crate::access::{self, Granted, HatName, Place, invite};
use crate::actions::{open, rename, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::conversations::ConversationView;
use crate::views::{Label, Reader};

const LONGEST_NAME: usize = 200;
const LONGEST_QUERY: usize = 200;
/// How many channels one page of the list looks at, to find those that may be shown.
const LOOKED_AT: i64 = 500;

/// A conversation to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    /// `direct`, `group` or `channel`.
    kind: Kind,
    /// Who comes in; exactly one other for a direct conversation, at least one for a group.
    #[serde(default)]
    #[schema(max_items = 200)]
    person_ids: Vec<PersonId>,
    /// What it is called; for groups and channels.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The purpose of a channel: `project`, `announcement`, `shared` or `crisis`.
    channel_kind: Option<ChannelKind>,
    /// The unit that a channel belongs to.
    unit_id: Option<UnitId>,
    /// The highest label that it may hold; without it `open`, or for a direct one what its two people are cleared for.
    label: Option<Label>,
    /// In which hat a direct conversation is begun: `own`, `duty`, `acting:<id>` or `assistant:<id>`.
    hat: Option<String>,
}

/// What to change of a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationChange {
    /// What it is called from now on.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// Which channels to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChannelsQuery {
    /// A part of the name.
    #[param(max_length = 200)]
    query: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many channels, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ConversationAnswer {
    conversation: ConversationView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ConversationsAnswer {
    conversations: Vec<ConversationView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ChannelsAnswer {
    channels: Vec<ConversationView>,
    next: Option<String>,
}

/// Makes a conversation. A direct one that exists already is answered with 200, not made again.
#[utoipa::path(
    operation_id = "create_conversation", tag = "conversations", security(("access_token" = [])),
    request_body = NewConversation,
    responses(
        (status = 201, description = "Made", body = ConversationAnswer),
        (status = 200, description = "The direct conversation that exists already", body = ConversationAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision; `not_cleared`", body = ErrorBody),
        (status = 404, description = "Somebody of those named is nobody whom the reader may see", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/conversations")]
pub(super) async fn create_conversation(
    app: App,
    reader: Reader,
    Body(new): Body<NewConversation>,
) -> Result<HttpResponse, Error> {
    let (id, is_new, reader) = {
        let app = app.clone();
        to_the_end(async move {
            let (id, is_new) = make(&app, &reader, new).await?;
            Ok((id, is_new, reader))
        })
        .await?
    };
    let place = access::conversation(&app, &reader, id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(answer(&app, &reader, &place).await?))
}

async fn make(app: &App, reader: &Reader, new: NewConversation) -> Result<(ConversationId, bool), Error> {
    let allowed: &[(&str, bool)] = match new.kind {
        Kind::Direct => &[
            ("name", new.name.is_none()),
            ("channel_kind", new.channel_kind.is_none()),
            ("unit_id", new.unit_id.is_none()),
        ],
        Kind::Group => &[
            ("channel_kind", new.channel_kind.is_none()),
            ("unit_id", new.unit_id.is_none()),
            ("hat", new.hat.is_none()),
        ],
        Kind::Channel => &[("hat", new.hat.is_none())],
    };
    if let Some((field, _)) = allowed.iter().find(|(_, absent)| !absent) {
        return Err(Error::invalid(codes::INVALID_VALUE, field));
    }
    let label = match &new.label {
        Some(label) => label.parse(reader.scene.policy.labels(), "label")?,
        None => PolicyLabel::default(),
    };
    if new.kind == Kind::Direct {
        let [target] = new.person_ids.as_slice() else {
            return Err(Error::invalid(codes::INVALID_VALUE, "person_ids"));
        };
        return open::direct(app, reader, hat(new.hat.as_deref())?, *target, label).await;
    }
    let name = new.name.as_deref().ok_or(Error::invalid(codes::MISSING_FIELD, "name"))?;
    let name = said::line("name", name, LONGEST_NAME)?;
    let founding = if new.kind == Kind::Group {
        invite::group(app, reader, &new.person_ids, label).await?
    } else {
        let kind = new.channel_kind.ok_or(Error::invalid(codes::MISSING_FIELD, "channel_kind"))?;
        invite::channel(app, reader, kind, new.unit_id, &new.person_ids, label).await?
    };
    Ok((open::open(app, reader, &founding, Some(name)).await?, true))
}

/// The hat that a field names; one's own without it.
pub(super) fn hat(text: Option<&str>) -> Result<HatName, Error> {
    text.map_or(Ok(HatName::Own), str::parse).map_err(|_| Error::invalid(codes::INVALID_VALUE, "hat"))
}

pub(super) async fn answer(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
) -> Result<ConversationAnswer, Error> {
    let room = &place.room;
    let mut connection = app.pool.get().await?;
    let read_seq = read_pointers::find(&mut connection, room.id(), reader.actor.person).await?;
    let newest = messages::find_by_seq(&mut connection, room.id(), room.last_seq()).await?;
    drop(connection);
    let view = ConversationView::of(reader, room, read_seq, newest.as_ref());
    Ok(ConversationAnswer { conversation: view.with_rights(reader, room) })
}

/// The reader's conversations, the most recently active first. What they may not read is left out.
#[utoipa::path(
    operation_id = "list_conversations", tag = "conversations", security(("access_token" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of conversations", body = ConversationsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations")]
pub(super) async fn list_conversations(
    app: App,
    reader: Reader,
    asked: web::Query<PageQuery>,
) -> Result<web::Json<ConversationsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, ConversationId)> = page::key(asked.cursor.as_deref())?;
    if after.is_some_and(|(at, _)| !(1970..10_000).contains(&at.year())) {
        return Err(Error::invalid(codes::INVALID_CURSOR, "cursor"));
    }
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let listed = conversations::list_of(&mut connection, reader.actor.person, after, wanted).await?;
    drop(connection);
    let has_more = listed.len() > limit;
    let listed: Vec<_> = listed.into_iter().take(limit).collect();
    let next = match listed.last().filter(|_| has_more) {
        Some(last) => Some(page::cursor(&(last.active_at, last.conversation_id))?),
        None => None,
    };
    let mut shown = Vec::with_capacity(listed.len());
    for line in listed {
        match access::conversation(&app, &reader, line.conversation_id).await {
            Ok(place) => shown.push((line, place)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let places: Vec<_> = shown.iter().map(|(_, place)| (place.room.id(), place.room.last_seq())).collect();
    let newest = messages::at(&mut *app.pool.get().await?, &places).await?;
    let views = shown.iter().map(|(line, place)| {
        let newest = newest.iter().find(|message| message.conversation_id == line.conversation_id);
        ConversationView::of(&reader, &place.room, line.read_seq, newest).with_rights(&reader, &place.room)
    });
    Ok(web::Json(ConversationsAnswer { conversations: views.collect(), next }))
}

/// One conversation that the reader may look into.
#[utoipa::path(
    operation_id = "get_conversation", tag = "conversations", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = ConversationAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}")]
pub(super) async fn get_conversation(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
) -> Result<web::Json<ConversationAnswer>, Error> {
    let place = access::conversation(&app, &reader, id.into_inner()).await?;
    Ok(web::Json(answer(&app, &reader, &place).await?))
}

/// Gives a group or channel another name.
#[utoipa::path(
    operation_id = "rename_conversation", tag = "conversations", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = ConversationChange,
    responses(
        (status = 200, description = "The conversation under its new name", body = ConversationAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied`", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 409, description = "`name_not_yours`: direct, or named by the directory", body = ErrorBody),
    ),
)]
#[patch("/conversations/{id}")]
pub(super) async fn rename_conversation(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(change): Body<ConversationChange>,
) -> Result<web::Json<ConversationAnswer>, Error> {
    let id = id.into_inner();
    let new_name = said::line("name", &change.name, LONGEST_NAME)?;
    let actor = reader.actor.person;
    let place = access::conversation(&app, &reader, id).await?;
    let granted = access::rename(&app, &reader, &place).await?;
    let renaming = app.clone();
    to_the_end(async move { rename::rename(&renaming, actor, &granted, &new_name).await }).await?;
    let place = access::conversation(&app, &reader, id).await?;
    Ok(web::Json(answer(&app, &reader, &place).await?))
}

/// The channels that the reader may look into or join, by name.
#[utoipa::path(
    operation_id = "list_channels", tag = "conversations", security(("access_token" = [])), params(ChannelsQuery),
    responses(
        (status = 200, description = "A page of channels; it may be short although there are more", body = ChannelsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/channels")]
pub(super) async fn list_channels(
    app: App,
    reader: Reader,
    asked: web::Query<ChannelsQuery>,
) -> Result<web::Json<ChannelsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let text = asked.query.as_deref().unwrap_or_default();
    if text.chars().count() > LONGEST_QUERY {
        return Err(Error::invalid(codes::TOO_LONG, "query"));
    }
    if text.contains('\0') {
        return Err(Error::invalid(codes::INVALID_VALUE, "query"));
    }
    let after: Option<(String, ConversationId)> = page::key(asked.cursor.as_deref())?;
    if after.as_ref().is_some_and(|(name, _)| name.contains('\0')) {
        return Err(Error::invalid(codes::INVALID_CURSOR, "cursor"));
    }
    let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
    let read = async |link: &mut Link| conversations::channels(link, text, after, LOOKED_AT).await;
    let found = app.reads.run(read).await?;
    let is_whole = i64::try_from(found.len()).unwrap_or(i64::MAX) < LOOKED_AT;
    let mut channels = Vec::new();
    let mut last = None;
    let mut rest = found.into_iter().peekable();
    while channels.len() < limit {
        let Some((id, name)) = rest.next() else { break };
        if let Some(room) = access::channel_for_list(&app, &reader.scene, reader.actor.person, id).await? {
            channels.push(ConversationView::of(&reader, &room, 0, None).with_rights(&reader, &room));
        }
        last = Some((name, id));
    }
    let has_more = rest.peek().is_some() || !is_whole;
    let next = last.filter(|_| has_more).map(|last| page::cursor(&last)).transpose()?;
    Ok(web::Json(ChannelsAnswer { channels, next }))
}

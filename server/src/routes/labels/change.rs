//! Raising the label of a conversation, and what it would mean.

use actix_web::{get, post, web};
use schema::ids::ConversationId;
use schema::members::Origin;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::LONGEST_REASON;
use crate::access::{self, labels};
use crate::actions::{relabel, to_the_end};
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::body::Body;
use crate::routes::conversations::{ConversationAnswer, answer};
use crate::routes::said;
use crate::views::{Label, PersonRef, Reader, ShownLabel};

/// The label that a conversation would have.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct PreviewQuery {
    /// The code of the level.
    level: String,
    /// The codes of the categories, separated by commas.
    categories: Option<String>,
}

/// A higher label for a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct RaiseBody {
    /// The code of the level.
    level: String,
    /// The codes of the categories.
    #[serde(default)]
    categories: Vec<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct PreviewAnswer {
    preview: RaisePreview,
}

/// What a higher label would mean.
#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct RaisePreview {
    /// The label.
    label: ShownLabel,
    /// How many would lose access.
    lose_access: usize,
    /// How many of them would be taken out; the others keep the seat that the directory gives them, and do not read.
    removed: usize,
    /// Those of them whom the reader may see.
    people: Vec<PersonRef>,
}

/// Who would lose access by a higher label.
#[utoipa::path(
    operation_id = "preview_label", tag = "labels", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), PreviewQuery),
    responses(
        (status = 200, description = "What it would mean", body = PreviewAnswer),
        (status = 400, description = "`unknown_label`, `label_not_higher`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 409, description = "`conversation_archived`", body = ErrorBody),
        (status = 429, description = "`too_many_questions`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}/label-preview")]
pub(in crate::routes) async fn preview_label(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    asked: web::Query<PreviewQuery>,
) -> Result<web::Json<PreviewAnswer>, Error> {
    app.limits.question(reader.actor.person)?;
    let asked = asked.into_inner();
    let categories = asked.categories.as_deref().unwrap_or_default();
    let categories = categories.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let words = reader.scene.policy.labels();
    let label = Label { level: asked.level, categories }.parse(words, "label")?;
    let raise = labels::raise(&app, &reader, id.into_inner(), label).await?;
    let room = &raise.place.room;
    let lose = labels::shut_out(&reader.scene, room, raise.to);
    let is_chosen = |person| room.seats.get(person).is_some_and(|seat| seat.origin == Origin::Chosen);
    let named = lose.iter().filter(|person| reader.sees(**person));
    let mut people: Vec<PersonRef> =
        named.filter_map(|person| reader.scene.mirror.person(*person)).map(PersonRef::of).collect();
    people.sort_by_cached_key(|person| person.display_name.to_lowercase());
    Ok(web::Json(PreviewAnswer {
        preview: RaisePreview {
            label: ShownLabel::of(words, label),
            lose_access: lose.len(),
            removed: lose.iter().filter(|person| is_chosen(person)).count(),
            people,
        },
    }))
}

/// Gives the conversation a higher label. Whoever is not cleared for it is out at once, on every node; what was said keeps
/// its own labels.
#[utoipa::path(
    operation_id = "raise_label", tag = "labels", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = RaiseBody,
    responses(
        (status = 200, description = "The conversation under its new label", body = ConversationAnswer),
        (status = 400, description = "The body makes no sense; `unknown_label`, `label_not_higher`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 409, description = "`label_changed` meanwhile, `conversation_archived`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/label")]
pub(in crate::routes) async fn raise_label(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(asked): Body<RaiseBody>,
) -> Result<web::Json<ConversationAnswer>, Error> {
    let id = id.into_inner();
    let label = Label { level: asked.level, categories: asked.categories };
    let label = label.parse(reader.scene.policy.labels(), "label")?;
    let reason = said::lines("reason", &asked.reason, LONGEST_REASON)?;
    let reader = {
        let app = app.clone();
        to_the_end(async move {
            let raise = labels::raise(&app, &reader, id, label).await?;
            relabel::raise(&app, &reader, &raise, &reason).await?;
            Ok(reader)
        })
        .await?
    };
    let place = access::conversation(&app, &reader, id).await?;
    Ok(web::Json(answer(&app, &reader, &place).await?))
}

//! Which labels the reader may use, in a conversation or to begin one.

use actix_web::{get, web};
use schema::ids::{ConversationId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{self, labels};
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::conversations::hat;
use crate::views::Reader;
use crate::views::labels::LabelCatalogue;

/// In which hat.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct HatQuery {
    /// `own`, `duty`, `acting:<person id>` or `assistant:<person id>`; `own` without it.
    hat: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct LabelCatalogueAnswer {
    labels: LabelCatalogue,
}

/// The labels that a message of the reader may carry in the conversation now: exactly those that a send accepts.
#[utoipa::path(
    operation_id = "list_conversation_labels", tag = "labels", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation"), HatQuery),
    responses(
        (status = 200, description = "The labels, with one default", body = LabelCatalogueAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 429, description = "`too_many_questions`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/conversations/{id}/labels")]
pub(in crate::routes) async fn list_conversation_labels(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    asked: web::Query<HatQuery>,
) -> Result<web::Json<LabelCatalogueAnswer>, Error> {
    app.limits.question(reader.actor.person)?;
    let hat = hat(asked.hat.as_deref())?;
    let place = access::conversation(&app, &reader, id.into_inner()).await?;
    let catalogue = labels::of_room(&reader, &place.room, hat);
    let labels = LabelCatalogue::of(reader.scene.policy.labels(), &catalogue);
    Ok(web::Json(LabelCatalogueAnswer { labels }))
}

/// The labels that the first message to somebody may carry. None where the reader may not begin a conversation.
#[utoipa::path(
    operation_id = "list_person_labels", tag = "labels", security(("access_token" = [])),
    params(("id" = PersonId, Path, description = "The person"), HatQuery),
    responses(
        (status = 200, description = "The labels, with one default", body = LabelCatalogueAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "Nobody whom the reader may know of", body = ErrorBody),
        (status = 429, description = "`too_many_questions`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/people/{id}/labels")]
pub(in crate::routes) async fn list_person_labels(
    app: App,
    reader: Reader,
    id: web::Path<PersonId>,
    asked: web::Query<HatQuery>,
) -> Result<web::Json<LabelCatalogueAnswer>, Error> {
    app.limits.question(reader.actor.person)?;
    let hat = hat(asked.hat.as_deref())?;
    let catalogue = labels::of_person(&app, &reader, id.into_inner(), hat).await?;
    let labels = LabelCatalogue::of(reader.scene.policy.labels(), &catalogue);
    Ok(web::Json(LabelCatalogueAnswer { labels }))
}

//! What the retention would erase, before it does.

use actix_web::{get, web};
use schema::audit;
use schema::retention;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::access::cases as access;
use crate::actions::cases::entry;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::Reader;
use crate::views::retention::RetentionPreview;

#[derive(Serialize, ToSchema)]
pub(super) struct RetentionPreviewAnswer {
    preview: RetentionPreview,
}

/// How many messages the retention would erase if it ran now, by kind of conversation, label and month, and how many are held. It reads all
/// that is old enough, and takes its time.
#[utoipa::path(
    operation_id = "preview_retention", tag = "compliance", security(("access_token" = [])),
    responses(
        (status = 200, description = "What would go", body = RetentionPreviewAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 409, description = "`retention_unknown_label`: a rule names a label that the policy does not have", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/retention/preview")]
pub(super) async fn preview_retention(
    app: App,
    reader: Reader,
) -> Result<web::Json<RetentionPreviewAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let at = app.clock.now();
    let labels = reader.scene.policy.labels();
    let rules = crate::retention::rules(&app.config.retention.rules, labels, at)
        .map_err(|_| Error::Conflict(codes::RETENTION_UNKNOWN_LABEL))?;
    let mut connection = app.pool.get().await?;
    let found = retention::preview(&mut connection, &rules, at).await?;
    let about = json!({ "entries": found.len() });
    let entry = entry("compliance.retention_previewed", officer.person(), at, about);
    audit::append(&mut connection, &entry).await?;
    Ok(web::Json(RetentionPreviewAnswer { preview: RetentionPreview::of(labels, &rules, &found, at) }))
}

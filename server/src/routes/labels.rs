//! The words of the policy for labels.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::describe::ErrorBody;
use crate::views::Reader;
use crate::views::labels::Labels;

#[derive(Serialize, ToSchema)]
pub(super) struct LabelsAnswer {
    labels: Labels,
}

/// The ladder of levels and the categories.
#[utoipa::path(
    operation_id = "get_labels", tag = "labels", security(("access_token" = [])),
    responses(
        (status = 200, description = "Levels and categories", body = LabelsAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
    ),
)]
#[get("/labels")]
pub(super) async fn get_labels(reader: Reader) -> web::Json<LabelsAnswer> {
    web::Json(LabelsAnswer { labels: Labels::of(reader.scene.policy.labels()) })
}

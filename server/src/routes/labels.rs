//! Labels: the words of the policy, which may be used where, and how those of conversations and messages change.

mod catalogue;
mod change;
mod requests;

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::describe::ErrorBody;
use crate::views::Reader;
use crate::views::labels::Labels;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2000;

/// The addresses that have to do with labels.
pub fn map(map: &mut ServiceConfig) {
    map.service(get_labels)
        .service(catalogue::list_conversation_labels)
        .service(catalogue::list_person_labels)
        .service(change::preview_label)
        .service(change::raise_label)
        .service(requests::create_label_request)
        .service(requests::list_label_requests)
        .service(requests::approve_label_request)
        .service(requests::refuse_label_request);
}

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

//! The description of the API, made from the handlers themselves.

use actix_web::{App, get, web};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, License, OpenApi, OpenApiBuilder};
use utoipa_actix_web::{AppExt, scope};

/// Describes the whole API.
pub fn document() -> OpenApi {
    let (_, mut api) = App::new()
        .into_utoipa_app()
        .openapi(frame())
        .service(scope::scope("/api/v1").configure(super::api))
        .configure(super::operations)
        .split_for_parts();
    let bearer = |hint: &str| {
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(hint)).build(),
        )
    };
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("access_token", bearer("The access token of the session"));
    components.add_security_scheme("metrics_token", bearer("The token of the configuration"));
    api
}

fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Chancery")
        .version("1")
        .description(Some(
            "The messenger of a civil service: people and units from the directory, a policy at every send.",
        ))
        .license(Some(License::new("Apache-2.0")));
    OpenApiBuilder::new().info(info.build()).build()
}

/// This description.
#[utoipa::path(
    operation_id = "get_openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)),
)]
#[get("/openapi.json")]
pub(super) async fn get_openapi(document: web::Data<OpenApi>) -> web::Json<OpenApi> {
    web::Json(document.get_ref().clone())
}

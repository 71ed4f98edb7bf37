//! The way into the socket. Who comes is not known yet: the first frame says it.

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::app::App;
use crate::auth::origin;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::language;
use crate::realtime::socket;

/// Opens the socket. Its first frame, within five seconds, is `{"type":"hello","access_token":…}`.
#[utoipa::path(
    operation_id = "open_socket", tag = "socket",
    responses(
        (status = 101, description = "The socket is open"),
        (status = 400, description = "No request for a socket", body = ErrorBody),
        (status = 403, description = "`cross_site`: a page of another site asks", body = ErrorBody),
    ),
)]
#[get("/socket")]
pub(super) async fn open_socket(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    origin::refuse_cross_site(&request, &app.config)?;
    let (response, session, stream) = actix_ws::handle(&request, payload)
        .map_err(|_| Error::Invalid { code: codes::BAD_REQUEST, field: None })?;
    let language = language::of_headers(request.headers());
    actix_web::rt::spawn(socket::serve(app, session, stream, language));
    Ok(response)
}

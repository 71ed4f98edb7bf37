//! Writes the body of every refusal: ours, actix's, and those of addresses that do not exist.

use std::borrow::Cow;

use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use policies::Finding;
use policies::explain::Language;
use serde::Serialize;
use tracing_actix_web::RequestId;
use utoipa::ToSchema;

use super::{Code, Error, codes};
use crate::language;
use crate::views::Decision;

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    error: ErrorView<'a>,
}

/// What went wrong, for programs (`code`) and for people (the rest).
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorView<'a> {
    /// Stable; compare this.
    code: &'a str,
    /// One sentence in the reader's language.
    message: Cow<'a, str>,
    /// To be told to the administrator.
    request_id: &'a str,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Why the policy said no, and whom to write to instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Decision>)]
    decision: Option<&'a Decision>,
    /// Everything that is wrong in a policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<PolicyFinding<'a>>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

/// Something that is wrong in a policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyFinding<'a> {
    /// The file.
    file: &'a str,
    /// The line, where it is about one.
    line: Option<usize>,
    /// The rule, the case or the key.
    key: Option<&'a str>,
    /// What is wrong, in English.
    message: &'a str,
}

impl<'a> PolicyFinding<'a> {
    fn of(finding: &'a Finding) -> Self {
        let Finding { file, line, key, message } = finding;
        Self { file, line: *line, key: key.as_deref(), message }
    }
}

impl<'a> ErrorBody<'a> {
    /// The body that says `error` in `language`.
    pub fn of(error: &'a Error, language: Language, request_id: &'a str) -> Self {
        let code = error.code();
        let mut view = ErrorView {
            code: code.name,
            message: error.message(language),
            request_id,
            field: None,
            decision: None,
            findings: Vec::new(),
            retry_after_seconds: error.retry_after_seconds(),
        };
        match error {
            Error::PolicyInvalid(findings) => {
                view.findings = findings.iter().map(PolicyFinding::of).collect();
            }
            Error::Invalid { field, .. } => view.field = field.as_deref(),
            Error::Past { field, .. } => view.field = Some(field),
            Error::Denied(decision) => view.decision = Some(decision),
            _ => {}
        }
        Self { error: view }
    }

    fn plain(code: Code, language: Language, request_id: &'a str) -> Self {
        let message = Cow::Borrowed(code.sentence(language));
        Self {
            error: ErrorView {
                code: code.name,
                message,
                request_id,
                field: None,
                decision: None,
                findings: Vec::new(),
                retry_after_seconds: None,
            },
        }
    }
}

/// Middleware: gives every refusal its body and its request number, and logs what is our fault.
pub async fn describe<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let language = language::of_headers(request.headers());
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(header::HeaderName::from_static("x-request-id"), value);
    }
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Ok(response.map_into_left_body());
    }
    let described = match response.response().error().map(|error| (error, error.as_error::<Error>())) {
        Some((_, Some(error))) => Some(of_ours(error, language, &request_id)),
        Some((error, None)) => Some(of_theirs(status, error, language, &request_id)),
        None if is_bodiless(response.response().body()) => {
            Some(HttpResponse::build(status).json(ErrorBody::plain(code_of(status), language, &request_id)))
        }
        None => None,
    };
    let Some(mut described) = described else { return Ok(response.map_into_left_body()) };
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            described.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(response.into_response(described).map_into_right_body())
}

fn is_bodiless(body: &impl MessageBody) -> bool {
    matches!(body.size(), BodySize::None | BodySize::Sized(0))
}

fn of_ours(error: &Error, language: Language, request_id: &str) -> HttpResponse {
    if let Error::Internal(cause) = error {
        tracing::error!(request_id, error = %chain(cause.as_ref()), "a request failed");
    }
    let mut response = HttpResponse::build(error.status_code());
    if let Some(seconds) = error.retry_after_seconds() {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if matches!(error, Error::Unauthorized(_)) {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    response.json(ErrorBody::of(error, language, request_id))
}

fn of_theirs(
    status: StatusCode,
    error: &actix_web::Error,
    language: Language,
    request_id: &str,
) -> HttpResponse {
    if status.is_server_error() {
        tracing::error!(request_id, %error, "a request failed");
    }
    HttpResponse::build(status).json(ErrorBody::plain(code_of(status), language, request_id))
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => codes::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => codes::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => codes::BODY_TOO_LARGE,
        StatusCode::REQUEST_TIMEOUT => codes::BODY_TOO_SLOW,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => codes::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::UNAUTHORIZED => codes::TOKEN_MISSING,
        status if status.is_server_error() => codes::INTERNAL,
        _ => codes::BAD_REQUEST,
    }
}

/// An error with all its causes, on one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

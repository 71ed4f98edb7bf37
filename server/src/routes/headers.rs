//! Headers that protect browsers, on every answer.

use actix_web::http::header::HeaderValue;
use actix_web::middleware::DefaultHeaders;

use crate::config::Server;

/// What a page of ours may load and do: only what comes from here.
fn content_policy(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let socket = if origin.starts_with("https://") { "wss" } else { "ws" };
    format!(
        "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' {socket}://{host}; frame-ancestors 'none'; \
         object-src 'none'; base-uri 'none'; form-action 'self'"
    )
}

/// The headers, for the address at which browsers reach us.
pub fn protection(settings: &Server, origin: &str) -> DefaultHeaders {
    let policy = HeaderValue::from_str(&content_policy(origin));
    let headers = DefaultHeaders::new()
        .add(("content-security-policy", policy.unwrap_or(HeaderValue::from_static("default-src 'none'"))))
        .add(("x-content-type-options", "nosniff"))
        .add(("referrer-policy", "no-referrer"))
        .add(("x-frame-options", "DENY"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("permissions-policy", "camera=(), microphone=(), geolocation=()"));
    if settings.origin().starts_with("https://") {
        headers.add(("strict-transport-security", "max-age=31536000; includeSubDomains"))
    } else {
        headers
    }
}

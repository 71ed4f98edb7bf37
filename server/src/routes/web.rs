//! The browser's client: its files, and its first page for every address that it draws itself.

use std::path::Path;

use actix_files::{Files, NamedFile};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse, fn_service};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};

use crate::error::Error;

/// Serves the built client in `root`.
pub fn client(root: &Path) -> Files {
    let first_page = root.join("index.html");
    Files::new("/", root)
        .index_file("index.html")
        .prefer_utf8(true)
        .disable_content_disposition()
        .default_handler(fn_service(move |request: ServiceRequest| {
            std::future::ready(Ok(answer(request, &first_page)))
        }))
}

fn answer(request: ServiceRequest, first_page: &Path) -> ServiceResponse {
    let (request, _) = request.into_parts();
    let page = if is_page(request.path()) { NamedFile::open(first_page).ok() } else { None };
    let response = match page {
        Some(page) => page.into_response(&request),
        None => HttpResponse::build(Error::NotFound.status_code()).finish(),
    };
    ServiceResponse::new(request, response)
}

/// Whether the client draws this address: none that names a file, none of the API.
fn is_page(path: &str) -> bool {
    let names_a_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    !names_a_file && !path.starts_with("/api/")
}

/// Middleware: files whose name holds their hash are kept for ever, everything else is asked for again.
pub async fn cache<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let is_hashed = request.path().starts_with("/assets/");
    let mut response = next.call(request).await?;
    let is_found = response.status().is_success();
    if !response.headers().contains_key(CACHE_CONTROL) {
        let value = if is_hashed && is_found { "public, max-age=31536000, immutable" } else { "no-store" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn only_addresses_without_a_file_are_pages() {
        assert!(is_page("/") && is_page("/people/0190") && is_page("/conversations"));
        assert!(!is_page("/assets/gone.js") && !is_page("/favicon.ico") && !is_page("/api/v1/nothing"));
    }
}

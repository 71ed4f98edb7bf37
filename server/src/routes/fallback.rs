//! Answers for addresses that no handler took: the wrong method, or nothing there at all.

use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use crate::error::Error;

/// The addresses that exist, each with its methods.
pub struct Addresses(Vec<(ResourceDef, String)>);

impl Addresses {
    /// Those of the API's description.
    pub fn of(document: &OpenApi) -> Self {
        let of_path = |(path, item): (&String, &PathItem)| (ResourceDef::new(path.as_str()), methods(item));
        Self(document.paths.paths.iter().map(of_path).collect())
    }

    fn methods(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(address, _)| address.is_match(path)).map(|(_, methods)| methods.as_str())
    }
}

fn methods(item: &PathItem) -> String {
    let known = [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PATCH", item.patch.is_some()),
        ("PUT", item.put.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    known.iter().filter(|(_, exists)| *exists).map(|(method, _)| *method).collect::<Vec<_>>().join(", ")
}

/// 405 where another method would have found something, 404 elsewhere.
pub async fn nothing_here(request: HttpRequest, addresses: web::Data<Addresses>) -> HttpResponse {
    let (error, methods) = match addresses.methods(request.path()) {
        Some(methods) => (Error::MethodNotAllowed, HeaderValue::from_str(methods).ok()),
        None => (Error::NotFound, None),
    };
    let mut response = HttpResponse::build(error.status_code());
    if let Some(methods) = methods {
        response.insert_header((ALLOW, methods));
    }
    response.finish()
}

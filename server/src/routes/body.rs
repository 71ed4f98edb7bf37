//! Reads JSON bodies strictly: nothing unknown, nothing too large, nothing that takes for ever; and names the field.

use std::time::Duration;

use actix_web::error::{PathError, PayloadError, QueryPayloadError};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use bytes::BytesMut;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::{Error, codes};
use crate::json;

/// A JSON body.
pub struct Body<T>(pub T);

/// A JSON body that may carry a file: only for handlers that know who may send one before it is read.
pub struct LargeBody<T>(pub T);

/// The most of a large body, and how much longer than others it may take.
const LARGEST_KIB: usize = 8 * 1024;
const MORE_PATIENCE: u64 = 6;

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = App::of(request).map(|app| {
            let settings = &app.config.server;
            (settings.body_limit_kib, settings.request_timeout_seconds)
        });
        let reading = receive(request, payload, limits);
        Box::pin(async move { reading.await.map(Self) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for LargeBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = App::of(request).map(|app| {
            let settings = &app.config.server;
            (settings.body_limit_kib.max(LARGEST_KIB), settings.request_timeout_seconds * MORE_PATIENCE)
        });
        let reading = receive(request, payload, limits);
        Box::pin(async move { reading.await.map(Self) })
    }
}

/// Reads the body within the limits: KiB and seconds.
fn receive<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: Result<(usize, u64), Error>,
) -> impl Future<Output = Result<T, Error>> + use<T> {
    let is_json =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json);
    let payload = payload.take();
    async move {
        let (kib, seconds) = limits?;
        if !is_json {
            return Err(Error::UnsupportedMedia);
        }
        let reading = tokio::time::timeout(Duration::from_secs(seconds), read(payload, kib * 1024));
        let bytes = reading.await.map_err(|_| Error::TooSlow)??;
        json::parse(&bytes)
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn read(mut payload: Payload, limit: usize) -> Result<BytesMut, Error> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| match error {
            PayloadError::Overflow => Error::TooLarge,
            _ => Error::Invalid { code: codes::BAD_REQUEST, field: None },
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(Error::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// How the parts of a path are read: identifiers, all of them.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default()
        .error_handler(|_: PathError, _| Error::Invalid { code: codes::INVALID_ID, field: None }.into())
}

/// How a query is read.
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error: QueryPayloadError, _| {
        let (code, field) = json::meaning(&error.to_string().replace("Query deserialize error: ", ""));
        Error::Invalid { code, field }.into()
    })
}

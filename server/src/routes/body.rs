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

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = App::of(request);
        let is_json =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json);
        let payload = payload.take();
        Box::pin(async move {
            let settings = &app?.config.server;
            if !is_json {
                return Err(Error::UnsupportedMedia);
            }
            let patience = Duration::from_secs(settings.request_timeout_seconds);
            let reading = tokio::time::timeout(patience, read(payload, settings.body_limit_kib * 1024));
            let bytes = reading.await.map_err(|_| Error::TooSlow)??;
            json::parse(&bytes).map(Self)
        })
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

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
use crate::error::{Code, Error, codes};

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
            parse(&bytes).map(Self)
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

/// The value that the JSON text holds, or what is wrong with it, and where.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // A list would do for a structure, its fields in order: nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        let code = if is_json { codes::INVALID_TYPE } else { codes::MALFORMED_JSON };
        return Err(Error::Invalid { code, field: None });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refusal(error.inner(), &path)
    })?;
    deserializer.end().map_err(|error| refusal(&error, "."))?;
    Ok(value)
}

fn refusal(error: &serde_json::Error, path: &str) -> Error {
    if !error.is_data() {
        return Error::Invalid { code: codes::MALFORMED_JSON, field: None };
    }
    let (code, quoted) = meaning(&error.to_string());
    let field = match (path, quoted) {
        ("." | "?", quoted) => quoted,
        (path, Some(name)) if code == codes::MISSING_FIELD => Some(format!("{path}.{name}")),
        (path, _) => Some(path.to_owned()),
    };
    Error::Invalid { code, field }
}

/// What serde means by its message, and the field that the message names.
fn meaning(message: &str) -> (Code, Option<String>) {
    let quoted = message.split('`').nth(1).map(str::to_owned);
    if message.starts_with("unknown field") {
        (codes::UNKNOWN_FIELD, quoted)
    } else if message.starts_with("missing field") {
        (codes::MISSING_FIELD, quoted)
    } else if message.starts_with("UUID parsing failed") {
        (codes::INVALID_ID, None)
    } else if message.starts_with("invalid type") {
        (codes::INVALID_TYPE, None)
    } else {
        (codes::INVALID_VALUE, None)
    }
}

/// How the parts of a path are read: identifiers, all of them.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default()
        .error_handler(|_: PathError, _| Error::Invalid { code: codes::INVALID_ID, field: None }.into())
}

/// How a query is read.
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error: QueryPayloadError, _| {
        let (code, field) = meaning(&error.to_string().replace("Query deserialize error: ", ""));
        Error::Invalid { code, field }.into()
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Sample {
        name: String,
        #[serde(default)]
        id: Option<Uuid>,
        #[serde(default)]
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Inner {
        count: u32,
    }

    fn refused(text: &str) -> (&'static str, Option<String>) {
        match parse::<Sample>(text.as_bytes()) {
            Err(Error::Invalid { code, field }) => (code.name, field),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_fault_is_named_with_its_field() {
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(refused("{"), ("malformed_json", None));
        assert_eq!(refused(""), ("malformed_json", None));
        assert_eq!(refused("{\"name\":\"a\"} x"), ("malformed_json", None));
        assert_eq!(refused("[1]"), ("invalid_type", None));
        assert_eq!(refused(" [\"a\"]"), ("invalid_type", None));
        assert_eq!(refused("[1"), ("malformed_json", None));
        assert_eq!(refused("{}"), ("missing_field", field("name")));
        assert_eq!(refused("{\"name\":1}"), ("invalid_type", field("name")));
        assert_eq!(refused("{\"name\":null}"), ("invalid_type", field("name")));
        assert_eq!(refused("{\"name\":\"a\",\"id\":\"x\"}"), ("invalid_id", field("id")));
        assert_eq!(refused("{\"name\":\"a\",\"nam\":1}"), ("unknown_field", field("nam")));
        assert_eq!(
            refused("{\"name\":\"a\",\"inner\":{\"count\":-1}}"),
            ("invalid_value", field("inner.count"))
        );
        assert_eq!(refused("{\"name\":\"a\",\"inner\":{}}"), ("missing_field", field("inner.count")));
        assert_eq!(refused("{\"name\":\"a\",\"inner\":{\"c\":1}}"), ("unknown_field", field("inner.c")));
    }
}

//! Reads JSON strictly, for bodies and frames alike: nothing unknown, and a refusal names the field.

use serde::de::DeserializeOwned;

use crate::error::{Code, Error, codes};

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
pub(crate) fn meaning(message: &str) -> (Code, Option<String>) {
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

//! The server's one error: a few variants by meaning, each with its status and a stable code.
//!
//! What is sent is written by [`describe`]; the cause of an `Internal` is logged there once and never sent.

pub mod codes;
pub mod describe;
mod fields;

use std::borrow::Cow;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, SecondsFormat, Utc};
use policies::Finding;
use policies::explain::Language;

use crate::views::Decision;

/// A stable code and the sentence that says it to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What programs compare.
    pub name: &'static str,
    /// The sentence in Russian.
    pub ru: &'static str,
    /// The sentence in English.
    pub en: &'static str,
}

impl Code {
    /// The sentence in `language`.
    pub fn sentence(&self, language: Language) -> &'static str {
        match language {
            Language::Ru => self.ru,
            Language::En => self.en,
        }
    }
}

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or the reader may not know that it is.
    #[error("not found")]
    NotFound,
    /// The address knows other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The reader may see it but not do this, for a reason that is no rule of the policy.
    #[error("forbidden: {}", .0.name)]
    Forbidden(Code),
    /// The policy says no.
    #[error("denied by {}", .0.rule)]
    Denied(Box<Decision>),
    /// The request makes no sense; `field` is what to correct.
    #[error("invalid: {} {}", code.name, field.as_deref().unwrap_or_default())]
    Invalid {
        /// What is wrong.
        code: Code,
        /// Where in the body or the query it is.
        field: Option<String>,
    },
    /// What is asked for would begin before it is asked for.
    #[error("in the past: {field}")]
    Past {
        /// Where in the body it is.
        field: &'static str,
        /// The moment.
        given: DateTime<Utc>,
    },
    /// It contradicts what is already there.
    #[error("conflict: {}", .0.name)]
    Conflict(Code),
    /// It contradicts something that is named.
    #[error("clash: {}", code.name)]
    Clash {
        /// What is wrong.
        code: Code,
        /// What is in the way, in the reader's language.
        message: String,
    },
    /// The caller is unknown, or no longer welcome.
    #[error("unauthorized: {}", .0.name)]
    Unauthorized(Code),
    /// Too often.
    #[error("too many: {}", code.name)]
    TooMany {
        /// What was too often.
        code: Code,
        /// When to try again.
        retry_after: Duration,
    },
    /// More waits to be stored than the database takes. Nothing was stored.
    #[error("overloaded")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The file is larger than one may be.
    #[error("file too large")]
    FileTooLarge {
        /// How many MiB it may have.
        max_mib: u32,
    },
    /// The file has something in it that harms.
    #[error("malware: {what}")]
    Malware {
        /// What it is called.
        what: String,
    },
    /// The body is larger than it may be.
    #[error("too large")]
    TooLarge,
    /// The body came too slowly.
    #[error("too slow")]
    TooSlow,
    /// The body is no JSON by its own account.
    #[error("unsupported media type")]
    UnsupportedMedia,
    /// Something we need is down: try again later.
    #[error("unavailable: {}", .0.name)]
    Unavailable(Code),
    /// The policy cannot be used, and everything that is wrong in it.
    #[error("the policy cannot be used: {} findings", .0.len())]
    PolicyInvalid(Vec<Finding>),
    /// Our fault. The cause is for the log alone.
    #[error("internal")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An `Invalid` of the named field.
    pub fn invalid(code: Code, field: &str) -> Self {
        Self::Invalid { code, field: Some(field.to_owned()) }
    }

    /// An `Internal` with its cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// What is wrong, in words: the field and what it must be, or the sentence of the rule that said no.
    pub fn message(&self, language: Language) -> Cow<'_, str> {
        let sentence = self.code().sentence(language);
        match self {
            Self::Denied(decision) => Cow::Borrowed(&decision.message),
            Self::Clash { message, .. } => Cow::Borrowed(message),
            Self::Invalid { field: Some(field), .. } => {
                Cow::Owned(explained(sentence, field, field, language))
            }
            Self::FileTooLarge { max_mib } => Cow::Owned(sentence.replace("{}", &max_mib.to_string())),
            Self::Malware { what } => Cow::Owned(sentence.replace("{}", what)),
            Self::Past { field, given } => {
                let given = given.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                Cow::Owned(explained(sentence, field, &format!("{field} = {given}"), language))
            }
            _ => Cow::Borrowed(sentence),
        }
    }

    /// Too often, by so much that it takes this long until it may be tried again.
    pub fn too_many(code: Code, wait: Duration) -> Self {
        Self::TooMany { code, retry_after: Duration::from_secs(wait.as_secs() + 1) }
    }

    /// In how many seconds to try again, where that is known.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after, .. } | Self::Overloaded { retry_after } => {
                Some(retry_after.as_secs().max(1))
            }
            _ => None,
        }
    }

    /// The code and sentence of this error. A denial brings its own sentence.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => codes::NOT_FOUND,
            Self::MethodNotAllowed => codes::METHOD_NOT_ALLOWED,
            Self::Denied(_) => codes::POLICY_DENIED,
            Self::Invalid { code, .. }
            | Self::Clash { code, .. }
            | Self::TooMany { code, .. }
            | Self::Forbidden(code)
            | Self::Conflict(code)
            | Self::Unauthorized(code)
            | Self::Unavailable(code) => *code,
            Self::Past { .. } => codes::IN_THE_PAST,
            Self::PolicyInvalid(_) => codes::POLICY_INVALID,
            Self::Overloaded { .. } => codes::OVERLOADED,
            Self::FileTooLarge { .. } => codes::FILE_TOO_LARGE,
            Self::Malware { .. } => codes::MALWARE,
            Self::TooLarge => codes::BODY_TOO_LARGE,
            Self::TooSlow => codes::BODY_TOO_SLOW,
            Self::UnsupportedMedia => codes::UNSUPPORTED_MEDIA_TYPE,
            Self::Internal(_) => codes::INTERNAL,
        }
    }
}

/// The sentence with what it is about, and what the field must be.
fn explained(sentence: &str, field: &str, about: &str, language: Language) -> String {
    let sentence = sentence.trim_end_matches('.');
    match fields::rule(field, language) {
        Some(rule) => format!("{sentence}: {about} — {rule}."),
        None => format!("{sentence}: {about}."),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden(_) | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Invalid { .. } | Self::Past { .. } | Self::PolicyInvalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) | Self::Clash { .. } => StatusCode::CONFLICT,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge | Self::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malware { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable(_) | Self::Overloaded { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(describe::ErrorBody::of(self, Language::Ru, ""))
    }
}

impl From<schema::Error> for Error {
    fn from(error: schema::Error) -> Self {
        match error {
            schema::Error::NotFound => Self::NotFound,
            schema::Error::NoConnection(_) => {
                tracing::warn!(error = %describe::chain(&error), "the database is not there");
                Self::Unavailable(codes::DATABASE_UNAVAILABLE)
            }
            schema::Error::TooSlow(_) => {
                tracing::warn!(error = %describe::chain(&error), "the database took too long");
                Self::Unavailable(codes::DATABASE_UNAVAILABLE)
            }
            other => Self::internal(other),
        }
    }
}

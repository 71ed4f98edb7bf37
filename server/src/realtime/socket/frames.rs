//! What client and server say to each other, as the contract writes it, and what a client's command does.

use std::collections::HashMap;

use schema::ids::{ConversationId, FileId, MessageId, PersonId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::access::HatName;
use crate::actions;
use crate::app::App;
use crate::auth::{Actor, actor};
use crate::error::{Error, codes, describe};
use crate::json;
use crate::language::Language;
use crate::realtime::event::encode;
use crate::send::pipeline::{self, Draft};
use crate::views::{Decision, Label, Reader};

/// The first frame of a client.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    r#type: String,
    pub(super) access_token: String,
    #[serde(default)]
    pub(super) resume: HashMap<ConversationId, i64>,
    pub(super) language: Option<String>,
}

impl Hello {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let hello: Self = json::parse(text)?;
        if hello.r#type == "hello" { Ok(hello) } else { Err(Error::invalid(codes::INVALID_VALUE, "type")) }
    }
}

/// A later frame of a client.
pub(super) enum Incoming {
    Ping,
    Typing(ConversationId),
    Send(ConversationId, Draft),
}

/// What every frame says of itself.
#[derive(Deserialize)]
struct Tag {
    r#type: String,
    client_id: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PingFrame {
    #[serde(rename = "type")]
    _type: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypingFrame {
    #[serde(rename = "type")]
    _type: IgnoredAny,
    conversation_id: ConversationId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendFrame {
    #[serde(rename = "type")]
    _type: IgnoredAny,
    conversation_id: ConversationId,
    client_id: String,
    body: String,
    label: Option<Label>,
    reply_to: Option<MessageId>,
    hat: Option<String>,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

impl Incoming {
    /// The frame, or what is wrong with it and which send it was to be.
    pub(super) fn parse(text: &[u8]) -> Result<Self, (Option<String>, Error)> {
        let tag: Tag = json::parse(text).map_err(|error| (None, error))?;
        let client_id = tag.client_id.as_ref().and_then(|id| id.as_str()).map(str::to_owned);
        let known = |error| (client_id.clone(), error);
        match tag.r#type.as_str() {
            "ping" => json::parse::<PingFrame>(text).map(|_| Self::Ping).map_err(known),
            "typing" => json::parse::<TypingFrame>(text)
                .map(|frame| Self::Typing(frame.conversation_id))
                .map_err(known),
            "send" => {
                let frame: SendFrame = json::parse(text).map_err(known)?;
                let hat = frame.hat.as_deref().map_or(Ok(HatName::Own), str::parse);
                let hat = hat.map_err(|_| known(Error::invalid(codes::INVALID_VALUE, "hat")))?;
                let draft = Draft {
                    client_id: frame.client_id,
                    body: frame.body,
                    label: frame.label,
                    reply_to: frame.reply_to,
                    hat,
                    file_ids: frame.file_ids,
                };
                Ok(Self::Send(frame.conversation_id, draft))
            }
            _ => Err(known(Error::invalid(codes::UNKNOWN_TYPE, "type"))),
        }
    }
}

/// What the server answers.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    Welcome {
        person_id: PersonId,
        org_version: i64,
        policy_version: i64,
    },
    Pong,
    Ack {
        client_id: &'a str,
        message_id: MessageId,
        seq: i64,
    },
    Denied {
        client_id: &'a str,
        decision: &'a Decision,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        error: ErrorFrame,
    },
}

#[derive(Serialize)]
pub(super) struct ErrorFrame {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

impl Outgoing<'_> {
    pub(super) fn error(client_id: Option<String>, error: &Error, language: Language) -> Self {
        if let Error::Internal(cause) = error {
            tracing::error!(error = %describe::chain(cause.as_ref()), "a frame failed");
        }
        let field = match error {
            Error::Invalid { field, .. } => field.clone(),
            _ => None,
        };
        let code = error.code();
        Self::Error {
            client_id,
            error: ErrorFrame {
                code: code.name,
                message: error.message(language).into_owned(),
                field,
                retry_after_seconds: error.retry_after_seconds(),
            },
        }
    }
}

/// Sends a message, and says what became of it.
pub(super) async fn send(
    app: App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    draft: Draft,
) -> Option<String> {
    let client_id = draft.client_id.clone();
    let sent = match actor::recheck(&app, &actor) {
        Ok(()) => pipeline::send(&app, actor, language, conversation, draft).await,
        Err(error) => Err(error),
    };
    Some(match sent {
        Ok(sent) => encode(&Outgoing::Ack {
            client_id: &client_id,
            message_id: sent.message.id,
            seq: sent.message.seq,
        }),
        Err(Error::Denied(decision)) => {
            encode(&Outgoing::Denied { client_id: &client_id, decision: &decision })
        }
        Err(error) => encode(&Outgoing::error(Some(client_id), &error, language)),
    })
}

/// Tells the others that somebody is typing. Only what is wrong is answered.
pub(super) async fn typing(
    app: App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
) -> Option<String> {
    let told = async {
        actor::recheck(&app, &actor)?;
        let reader = Reader::new(&app, actor, language)?;
        actions::typing::typing(&app, &reader, conversation).await
    };
    told.await.err().map(|error| encode(&Outgoing::error(None, &error, language)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Option<String>, &'static str, Option<String>) {
        match Incoming::parse(text.as_bytes()) {
            Err((client_id, Error::Invalid { code, field })) => (client_id, code.name, field),
            Err((_, other)) => panic!("{text}: {other}"),
            Ok(_) => panic!("{text} was taken"),
        }
    }

    #[test]
    fn frames_of_the_contract_are_taken() {
        let id = "0190b6f2-0000-7000-8000-000000000001";
        assert!(matches!(Incoming::parse(br#"{"type":"ping"}"#), Ok(Incoming::Ping)));
        let typing = format!(r#"{{"type":"typing","conversation_id":"{id}"}}"#);
        assert!(matches!(Incoming::parse(typing.as_bytes()), Ok(Incoming::Typing(_))));
        let send = format!(
            r#"{{"type":"send","conversation_id":"{id}","client_id":"c1","body":"да","hat":"acting:{id}","label":{{"level":"secret"}}}}"#
        );
        let Ok(Incoming::Send(_, draft)) = Incoming::parse(send.as_bytes()) else { panic!("refused") };
        assert_eq!((draft.client_id.as_str(), draft.body.as_str()), ("c1", "да"));
        assert!(matches!(draft.hat, HatName::Acting(_)));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(refused("{"), (None, "malformed_json", None));
        assert_eq!(refused(r#"{"type":"dance"}"#), (None, "unknown_type", field("type")));
        assert_eq!(refused(r#"{"type":"ping","x":1}"#), (None, "unknown_field", field("x")));
        let send = r#"{"type":"send","client_id":"c1","conversation_id":"x","body":"b"}"#;
        assert_eq!(refused(send), (field("c1"), "invalid_id", field("conversation_id")));
    }
}

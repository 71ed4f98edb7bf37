//! Everything the server says on a socket by itself. An event is encoded once, whoever gets it.

use schema::ids::{ConversationId, ExceptionId, ExceptionRequestId, PersonId};
use serde::Serialize;

use super::hub::Frame;
use crate::views::conversations::ConversationView;
use crate::views::messages::MessageView;

/// Something that happened.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// A message was stored.
    MessageCreated(Box<MessageView>),
    /// A message says something else.
    MessageEdited(Box<MessageView>),
    /// A message says nothing any more.
    MessageDeleted(Box<MessageView>),
    /// The reader has one conversation more.
    ConversationCreated(Box<ConversationView>),
    /// A conversation, or who is in it, changed.
    ConversationUpdated(Box<ConversationView>),
    /// The reader has one conversation less.
    ConversationRemoved {},
    /// The reader has read up to here, on another device.
    ConversationRead {
        /// The number of the last message read.
        seq: i64,
    },
    /// Somebody is typing.
    Typing {
        /// Who.
        person_id: PersonId,
    },
    /// The organisation changed.
    OrgChanged {
        /// Its version.
        org_version: i64,
    },
    /// The policy changed.
    PolicyChanged {
        /// Its version.
        policy_version: i64,
    },
    /// An exception that the reader asked for, decides about or made changed; both ids are null where any may have.
    ExceptionChanged {
        /// The request.
        request_id: Option<ExceptionRequestId>,
        /// The exception.
        exception_id: Option<ExceptionId>,
    },
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    data: &'a Event,
}

#[derive(Serialize)]
struct Resync {
    r#type: &'static str,
    conversation_id: ConversationId,
}

impl Event {
    /// That a message is another one.
    pub fn message_changed(view: MessageView) -> Self {
        if view.deleted_at.is_some() {
            Self::MessageDeleted(Box::new(view))
        } else {
            Self::MessageEdited(Box::new(view))
        }
    }

    /// Its name in the contract.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MessageCreated(_) => "message.created",
            Self::MessageEdited(_) => "message.edited",
            Self::MessageDeleted(_) => "message.deleted",
            Self::ConversationCreated(_) => "conversation.created",
            Self::ConversationUpdated(_) => "conversation.updated",
            Self::ConversationRemoved {} => "conversation.removed",
            Self::ConversationRead { .. } => "conversation.read",
            Self::Typing { .. } => "typing",
            Self::OrgChanged { .. } => "org.changed",
            Self::PolicyChanged { .. } => "policy.changed",
            Self::ExceptionChanged { .. } => "exception.changed",
        }
    }

    /// The frame that says it, of that conversation.
    pub fn frame(&self, conversation_id: Option<ConversationId>) -> Frame {
        let seq = match self {
            Self::MessageCreated(message) | Self::MessageEdited(message) | Self::MessageDeleted(message) => {
                Some(message.seq)
            }
            _ => None,
        };
        // Only what is new has a place behind what came before.
        let place = seq.filter(|_| matches!(self, Self::MessageCreated(_)));
        let envelope = Envelope { r#type: "event", event: self.name(), conversation_id, seq, data: self };
        Frame { text: encode(&envelope).into(), place: conversation_id.zip(place) }
    }

    /// The frame that has a client fetch what it missed of a conversation.
    pub fn resync(conversation_id: ConversationId) -> Frame {
        Frame { text: encode(&Resync { r#type: "resync", conversation_id }).into(), place: None }
    }
}

/// The JSON text of a frame. The shapes here have only text for keys, so that it always succeeds.
pub fn encode(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_else(|error| {
        tracing::error!(%error, "a frame could not be written");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_look_as_the_contract_says() {
        let conversation = ConversationId("0190b6f2-0000-7000-8000-000000000001".parse().unwrap());
        let read = Event::ConversationRead { seq: 3 }.frame(Some(conversation));
        assert_eq!(
            &*read.text,
            r#"{"type":"event","event":"conversation.read","conversation_id":"0190b6f2-0000-7000-8000-000000000001","data":{"seq":3}}"#
        );
        let removed = Event::ConversationRemoved {}.frame(Some(conversation));
        assert!(removed.text.ends_with(r#""data":{}}"#), "{}", removed.text);
        let changed = Event::OrgChanged { org_version: 9 }.frame(None);
        assert_eq!(&*changed.text, r#"{"type":"event","event":"org.changed","data":{"org_version":9}}"#);
        assert_eq!(
            &*Event::resync(conversation).text,
            r#"{"type":"resync","conversation_id":"0190b6f2-0000-7000-8000-000000000001"}"#
        );
    }
}

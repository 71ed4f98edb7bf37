//! Messages, as every reader of one sees it: the same for all, so that an event is encoded once.

use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, MessageId, PersonId};
use schema::messages::{Hat, Message};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Label, PersonRef};
use crate::access::Scene;
use crate::org::Status;

/// A message.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    /// Its identifier.
    pub id: MessageId,
    /// Its number in the conversation, without gaps.
    pub seq: i64,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Who wrote it.
    pub author: PersonRef,
    /// In which capacity: `own`, `acting`, `assistant` or `duty`.
    pub hat: Hat,
    /// For whom, when acting or assisting.
    pub principal: Option<PersonRef>,
    /// What it says.
    pub body: String,
    /// Its label.
    pub label: Label,
    /// The message of the same conversation that it answers.
    pub reply_to: Option<MessageId>,
    /// What the author's client called it.
    pub client_id: String,
    /// The rule that allowed it.
    pub rule: String,
    /// The policy version that it was allowed under.
    pub policy_version: i64,
    /// When the server took it.
    pub created_at: DateTime<Utc>,
}

impl MessageView {
    /// The view of `message`; whether it may be read is the caller's question.
    pub fn of(scene: &Scene, message: &Message) -> Self {
        let labels = scene.policy.labels();
        let label = scene.label(message.label_level, &message.label_categories);
        Self {
            id: message.id,
            seq: message.seq,
            conversation_id: message.conversation_id,
            author: name_of(scene, message.author_id),
            hat: message.hat,
            principal: message.principal_id.map(|principal| name_of(scene, principal)),
            body: message.body.clone(),
            label: Label::of(labels, label.unwrap_or_default()),
            reply_to: message.reply_to,
            client_id: message.client_id.clone(),
            rule: message.rule.clone(),
            policy_version: message.policy_version,
            created_at: message.created_at,
        }
    }
}

/// The person by name. The mirror may be older than the row: then there is no name yet.
fn name_of(scene: &Scene, person: PersonId) -> PersonRef {
    scene.mirror.person(person).map_or_else(
        || PersonRef {
            id: person,
            display_name: String::new(),
            title: String::new(),
            photo_url: None,
            status: Status::Gone,
        },
        PersonRef::of,
    )
}

//! Messages, as every reader of one sees it: the same for all, so that an event is encoded once.

use chrono::{DateTime, Utc};
use policies::label::{Label as PolicyLabel, LabelVocabulary};
use schema::ids::{ConversationId, MessageId, PersonId};
use schema::message_versions::MessageVersion;
use schema::messages::{Attachment, Hat, Message, NoticeKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonRef, ShownLabel};
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
    pub label: ShownLabel,
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
    /// The message, perhaps of another conversation, that it says again under a lower label.
    pub downgraded_from: Option<MessageId>,
    /// What the system tells by it; the body is the reason of the author, who did it or asked for it.
    pub notice: Option<NoticeView>,
    /// When what it said was erased, because it is not kept for ever; the body is empty since.
    pub erased_at: Option<DateTime<Utc>>,
    /// What it brought.
    pub files: Vec<Attachment>,
    /// 1 as it was sent, and one more with each change.
    pub version: i32,
    /// When it was changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back; the body is empty since.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who took it back.
    pub deleted_by: Option<PersonRef>,
}

/// What a message said before it was changed or taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MessageVersion)]
pub struct MessageVersionView {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The number of the message there.
    pub seq: i64,
    /// 1 is what was sent.
    pub version: i32,
    /// What it said.
    pub body: String,
    /// What it brought.
    pub files: Vec<Attachment>,
    /// When another version took its place.
    pub until_at: DateTime<Utc>,
}

impl From<MessageVersion> for MessageVersionView {
    fn from(version: MessageVersion) -> Self {
        let MessageVersion { conversation_id, seq, version, body, files, until_at, .. } = version;
        Self {
            conversation_id,
            seq,
            version,
            body,
            files: files.map(|files| files.0).unwrap_or_default(),
            until_at,
        }
    }
}

/// What the system tells: from then on the conversation has this label.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeView {
    /// `label_raised` or `label_lowered`.
    pub kind: NoticeKind,
    /// The label from then on.
    pub label: ShownLabel,
}

impl MessageView {
    /// The view of `message`; whether it may be read is the caller's question.
    pub fn of(scene: &Scene, message: &Message) -> Self {
        let labels = scene.policy.labels();
        let label = scene.label_of_message(message);
        Self {
            id: message.id,
            seq: message.seq,
            conversation_id: message.conversation_id,
            author: name_of(scene, message.author_id),
            hat: message.hat,
            principal: message.principal_id.map(|principal| name_of(scene, principal)),
            body: message.body.clone(),
            label: shown(labels, label),
            reply_to: message.reply_to,
            client_id: message.client_id.clone(),
            rule: message.rule.clone(),
            policy_version: message.policy_version,
            created_at: message.created_at,
            downgraded_from: message.downgraded_from,
            notice: message.notice.as_ref().map(|notice| {
                let policy = notice.label_policy.as_deref();
                let label = scene.label(policy, notice.label_level, &notice.label_categories);
                NoticeView { kind: notice.kind, label: shown(labels, label) }
            }),
            erased_at: message.erased_at,
            files: message.files.iter().flat_map(|files| files.0.clone()).collect(),
            version: message.version,
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            deleted_by: message.deleted_by.map(|person| name_of(scene, person)),
        }
    }
}

/// A label that the policy does not know is shown as such.
fn shown(labels: &LabelVocabulary, label: Option<PolicyLabel>) -> ShownLabel {
    ShownLabel::of(labels, label.unwrap_or(PolicyLabel { level: u8::MAX, categories: 0 }))
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

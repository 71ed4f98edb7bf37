//! What is inside the JSON that the sync writes, for the description of the API. The rows hand it on as it stands, so
//! every part may be absent: an older or a newer sync may have written it.
#![expect(missing_docs, reason = "the names say it, and the description of the API shows them")]

use utoipa::ToSchema;
use uuid::Uuid;

/// One change of a person or a unit.
#[derive(Debug, ToSchema)]
pub struct DirectoryChange {
    /// `person_added`, `person_changed`, `person_gone`, `unit_added`, `unit_changed`, `unit_gone` and the like.
    pub change: Option<String>,
    pub id: Option<Uuid>,
    pub name: Option<String>,
    pub dn: Option<String>,
    /// The unit that the person belongs to, or belonged to.
    pub unit: Option<String>,
    pub fields: Option<Vec<DirectoryFieldChange>>,
}

/// What one field of it was and is.
#[derive(Debug, ToSchema)]
pub struct DirectoryFieldChange {
    pub field: Option<String>,
    /// Anything that JSON can say.
    #[schema(value_type = Option<Value>)]
    pub before: Option<serde_json::Value>,
    /// Anything that JSON can say.
    #[schema(value_type = Option<Value>)]
    pub after: Option<serde_json::Value>,
}

/// What is wrong with an entry or a read, and what to do.
#[derive(Debug, ToSchema)]
pub struct DirectoryFindingText {
    pub code: Option<String>,
    pub effect: Option<String>,
    pub dn: Option<String>,
    pub directory_id: Option<Uuid>,
    pub field: Option<String>,
    pub value: Option<String>,
    pub message_en: Option<String>,
    pub message_ru: Option<String>,
}

/// What operators must know of a source, or why a request failed.
#[derive(Debug, ToSchema)]
pub struct DirectoryTrouble {
    pub code: Option<String>,
    pub message_en: Option<String>,
    pub message_ru: Option<String>,
}

/// What a set of changes would mean. A part that is absent was not computed.
#[derive(Debug, ToSchema)]
pub struct DirectoryConsequences {
    pub people: Option<ConsequencesForPeople>,
    pub conversations: Option<ConsequencesForConversations>,
    pub channels: Option<ConsequencesForChannels>,
    pub contacts: Option<ConsequencesForContacts>,
}

#[derive(Debug, ToSchema)]
pub struct ConsequencesForPeople {
    pub added: Option<i64>,
    pub moved: Option<i64>,
    pub disabled: Option<i64>,
    pub gone: Option<i64>,
    pub clearances_raised: Option<i64>,
    pub clearances_lowered: Option<i64>,
}

#[derive(Debug, ToSchema)]
pub struct ConsequencesForConversations {
    pub lost: Option<i64>,
    pub gained: Option<i64>,
    pub examples: Option<Vec<ConversationExample>>,
}

#[derive(Debug, ToSchema)]
pub struct ConversationExample {
    pub person: Option<PersonExample>,
    /// The channel of a unit; the names of other conversations are not told.
    pub conversation: Option<String>,
    /// `lost` or `gained`.
    pub effect: Option<String>,
}

#[derive(Debug, ToSchema)]
pub struct PersonExample {
    pub name: Option<String>,
    pub dn: Option<String>,
}

#[derive(Debug, ToSchema)]
pub struct ConsequencesForChannels {
    pub made: Option<i64>,
    pub archived: Option<i64>,
    pub names: Option<Vec<ChannelExample>>,
}

#[derive(Debug, ToSchema)]
pub struct ChannelExample {
    pub name: Option<String>,
    /// `made` or `archived`.
    pub effect: Option<String>,
}

#[derive(Debug, ToSchema)]
pub struct ConsequencesForContacts {
    pub now_forbidden: Option<i64>,
    pub now_allowed: Option<i64>,
    /// Whether only a sample of all pairs was decided.
    pub sampled: Option<bool>,
    pub examples: Option<Vec<ContactExample>>,
}

#[derive(Debug, ToSchema)]
pub struct ContactExample {
    /// Who would write: a name, or an object with `name` and `dn`.
    #[schema(value_type = Option<Value>)]
    pub from: Option<serde_json::Value>,
    /// To whom: a name, or an object with `name` and `dn`.
    #[schema(value_type = Option<Value>)]
    pub to: Option<serde_json::Value>,
    /// `forbidden` or `allowed`.
    pub effect: Option<String>,
    pub rule: Option<String>,
    pub message_en: Option<String>,
    pub message_ru: Option<String>,
}

/// What a preview or another request came to.
#[derive(Debug, ToSchema)]
pub struct DirectoryRequestResult {
    pub run_id: Option<Uuid>,
    #[schema(value_type = Option<Object>)]
    pub counts: Option<serde_json::Value>,
    pub changes: Option<Vec<DirectoryChange>>,
    pub changes_total: Option<i64>,
    pub refusals: Option<Vec<DirectoryFindingText>>,
    pub findings: Option<Vec<DirectoryFindingText>>,
    pub consequences: Option<DirectoryConsequences>,
}

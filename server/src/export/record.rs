//! A message as a line of JSON, and what proves that it is one: the evidence itself. Table and mails say the same for people.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use policies::label::LabelVocabulary;
use schema::case_exports::{FormerVersion, FormerVersions, Record};
use schema::ids::{ConversationId, MessageId, PersonId};
use schema::messages::{Attachment, Attachments, Notice};
use serde::{Deserialize, Serialize};

use super::files::FILES;
use super::marking::{self, Marked};
use super::write::Told;
use crate::audit::told::ToldLabel;
use crate::text::hex;

/// A line of `messages.jsonl`.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    message_id: MessageId,
    conversation_id: ConversationId,
    seq: i64,
    sent_at: DateTime<Utc>,
    conversation: Place<'a>,
    author: Author<'a>,
    hat: &'a str,
    principal: Option<Somebody<'a>>,
    label: Option<Labelled<'a>>,
    rule: &'a str,
    policy_version: i64,
    reply_to: Option<MessageId>,
    downgraded_from: Option<MessageId>,
    notice: Option<&'a Notice>,
    body: &'a str,
    /// What it brought, as the log has the hash of it.
    files: Option<&'a Attachments>,
    /// Where each of these is in the archive; of what was taken back, what it brought before that.
    file_paths: Vec<String>,
    /// What it said before it was changed or taken back; the first one is what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<&'a FormerVersions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_by: Option<PersonId>,
    erased_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    kind: &'a str,
    name: Option<&'a str>,
    /// The marking of its label, under which everything in it is read.
    marking: Option<String>,
}

#[derive(Debug, Serialize)]
struct Author<'a> {
    id: PersonId,
    name: Option<&'a str>,
    title: Option<&'a str>,
    unit: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Somebody<'a> {
    id: PersonId,
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Labelled<'a> {
    policy: Option<&'a str>,
    /// The number of the level, as the log has it.
    number: i16,
    level: &'a str,
    categories: &'a [String],
    marking: Option<String>,
    stanag_4774: Option<String>,
}

/// A message with its markings.
pub(super) struct Exported<'a> {
    pub record: &'a Record,
    pub level: &'a str,
    /// Of its own label.
    own: Option<Marked>,
    /// Of that and the label of its conversation together, under which it is read.
    pub marked: Option<Marked>,
    place: Option<String>,
}

impl<'a> Exported<'a> {
    /// By the labels of the policy; a label that it does not know has no marking.
    pub(super) fn of(record: &'a Record, labels: &'a LabelVocabulary) -> Self {
        let own = marking::known(
            labels,
            record.label_policy.as_deref(),
            record.label_level,
            &record.label_categories,
        );
        let place = marking::known(
            labels,
            record.place_policy.as_deref(),
            record.place_level,
            &record.place_categories,
        );
        let marked = |label| marking::of(labels, label, record.created_at);
        Self {
            record,
            level: labels.level_code(own.level),
            own: marked(own),
            marked: marked(own.join(place)),
            place: marking::text(labels, place),
        }
    }

    /// Whether it has a label.
    pub(super) fn is_labelled(&self) -> bool {
        self.record.label_policy.is_some()
    }

    /// What it says, or said before it was taken back.
    pub(super) fn said(&self) -> &'a str {
        let record = self.record;
        last_of(record).map_or(record.body.as_str(), |version| version.body.as_str())
    }

    /// What it brought, and where in the archive each of these is.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'a Attachment, String)> {
        let record = self.record;
        let files = brought(record).into_iter().flat_map(|files| &files.0);
        files.zip(1..).map(move |(file, place)| {
            let name: String = file.name.chars().map(plain).collect();
            (file, format!("{}/{}/{:09}/{place}-{name}", FILES.name, record.conversation_id, record.seq))
        })
    }

    pub(super) fn line(&self) -> Line<'_> {
        let record = self.record;
        Line {
            message_id: record.id,
            conversation_id: record.conversation_id,
            seq: record.seq,
            sent_at: record.created_at,
            conversation: Place {
                kind: &record.conversation_kind,
                name: record.conversation_name.as_deref(),
                marking: self.place.clone(),
            },
            author: Author {
                id: record.author_id,
                name: record.author_name.as_deref(),
                title: record.author_title.as_deref(),
                unit: record.author_unit.as_deref(),
            },
            hat: record.hat.as_str(),
            principal: record.principal_id.map(|id| Somebody { id, name: record.principal_name.as_deref() }),
            label: self.is_labelled().then(|| Labelled {
                policy: record.label_policy.as_deref(),
                number: record.label_level,
                level: self.level,
                categories: &record.label_categories,
                marking: self.own.as_ref().map(|marked| marked.text.clone()),
                stanag_4774: self.own.as_ref().map(|marked| marked.xml.clone()),
            }),
            rule: &record.rule,
            policy_version: record.policy_version,
            reply_to: record.reply_to,
            downgraded_from: record.downgraded_from,
            notice: record.notice.as_ref(),
            body: &record.body,
            files: record.files.as_ref(),
            file_paths: self.files().map(|(_, path)| path).collect(),
            versions: record.versions.as_ref(),
            edited_at: record.edited_at,
            deleted_at: record.deleted_at,
            deleted_by: record.deleted_by,
            erased_at: record.erased_at,
        }
    }
}

/// The last version of what was taken back.
fn last_of(record: &Record) -> Option<&FormerVersion> {
    record.deleted_at?;
    record.versions.as_ref()?.0.last()
}

/// What a message brings, or brought before it was taken back.
pub(super) fn brought(record: &Record) -> Option<&Attachments> {
    last_of(record).map_or(record.files.as_ref(), |version| version.files.as_ref())
}

/// A character that every system takes in the name of a file.
fn plain(character: char) -> char {
    let is_odd =
        character.is_control() || matches!(character, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*');
    if is_odd { '_' } else { character }
}

/// What of a line of `messages.jsonl` is compared with the log.
#[derive(Debug, Deserialize)]
pub(super) struct Claimed {
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub seq: i64,
    pub sent_at: DateTime<Utc>,
    pub author: ClaimedPerson,
    pub hat: String,
    pub principal: Option<ClaimedPerson>,
    pub label: Option<ClaimedLabel>,
    pub rule: String,
    pub policy_version: i64,
    pub body: String,
    pub files: Option<Attachments>,
    #[serde(default)]
    pub file_paths: Vec<String>,
    pub versions: Option<FormerVersions>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub erased_at: Option<DateTime<Utc>>,
}

/// Who is said to have written it, or in whose name.
#[derive(Debug, Deserialize)]
pub(super) struct ClaimedPerson {
    pub id: PersonId,
}

/// Which label it is said to have.
#[derive(Debug, Deserialize)]
pub(super) struct ClaimedLabel {
    policy: Option<String>,
    number: i16,
    categories: Vec<String>,
}

impl Claimed {
    /// Whether the label is that which the log tells of: of what has none, it tells of one without a policy.
    pub(super) fn has_label(&self, told: &ToldLabel) -> bool {
        match &self.label {
            Some(label) => {
                (&label.policy, label.number, &label.categories)
                    == (&told.policy, told.level, &told.categories)
            }
            None => told.policy.is_none(),
        }
    }
}

/// A line of `proofs.jsonl`: of the message on the same line of `messages.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Proof {
    pub message_id: MessageId,
    /// What the hash of the body is salted with, in hexadecimal; nothing of what was erased.
    pub body_salt: Option<String>,
    /// The line of the log that tells of the message; nothing where the log tells nothing.
    pub line: Option<String>,
    /// Its place in the tree.
    pub leaf: Option<u64>,
    /// The way from there to the root of the checkpoint (RFC 9162, 2.1.3), in base64.
    pub inclusion: Option<Vec<String>>,
}

impl Proof {
    /// That the log tells of the message.
    pub(super) fn of(record: &Record, told: Option<Told>) -> Self {
        let Told { line, leaf, way } = told.unwrap_or_default();
        Self {
            message_id: record.id,
            body_salt: record.body_salt.as_deref().map(hex),
            line,
            leaf,
            inclusion: way.map(|way| way.iter().map(|hash| STANDARD.encode(hash)).collect()),
        }
    }
}

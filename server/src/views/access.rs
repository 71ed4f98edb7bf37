//! Who could read and write at a moment, with the names of that moment.

use chrono::{DateTime, Utc};
use policies::gate::Verdict;
use schema::conversations::{ChannelKind, Kind};
use schema::ids::{ConversationId, PersonId};
use schema::members::Role;
use schema::past::Subject;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Label, PersonRef};
use crate::access::past::scenes::Conditions;
use crate::access::past::{Entry, Then};
use crate::realtime::rooms::Room;

/// What stands in the place of a rule where something was in the archive: then nobody writes, whatever the rules say.
const ARCHIVED: &str = "archived";

/// Who could read and write at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Access)]
pub struct AccessView {
    /// The moment.
    at: DateTime<Utc>,
    /// What was entered later is not in the answer.
    known_at: DateTime<Utc>,
    /// The conversation that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<PastConversation>,
    /// The person who was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonRef>,
    /// The version of the organisation's mirror; null before the first recorded one.
    org_version: Option<i64>,
    /// The policy that decides here: the one that was in force.
    policy_version: i64,
    conditions: ConditionsView,
    entries: Vec<AccessEntry>,
}

/// What of the configuration decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conditions)]
pub struct ConditionsView {
    /// Whether the rules for a crisis held.
    crisis: bool,
    /// Whether the office was open.
    office_hours: bool,
    /// False: no node had put its configuration on record yet, and this is by that of today.
    recorded: bool,
}

impl ConditionsView {
    /// As they were.
    pub fn of(conditions: Conditions) -> Self {
        let Conditions { crisis, office_hours, recorded } = conditions;
        Self { crisis, office_hours, recorded }
    }
}

/// A conversation as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastConversation {
    id: ConversationId,
    kind: Kind,
    channel_kind: Option<ChannelKind>,
    /// What it was called; a direct one has no name.
    name: Option<String>,
    /// The highest label it could hold; null where the policy of then does not know it, and nobody read.
    label: Option<Label>,
    /// Since when nothing was written there.
    archived_at: Option<DateTime<Utc>>,
}

/// What one person could do in one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessEntry {
    person: PersonRef,
    pub(super) conversation_id: ConversationId,
    /// The conversation, where the question was about a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<PastConversation>,
    /// Whether they could look into it; single messages may have been labelled higher.
    pub(super) can_read: bool,
    /// Whether they could write there, in one of their hats, what has the conversation's label.
    pub(super) can_write: bool,
    /// The rule that decided about reading.
    read_rule: String,
    /// The rule that decided about writing; `archived` where nobody could write any more.
    write_rule: String,
    /// Their role, if they were a member.
    role: Option<Role>,
    /// Since when they were a member.
    since: Option<DateTime<Utc>>,
    /// The first message that they could read; those before were not said to them.
    reads_from_seq: i64,
}

impl AccessView {
    /// What is shown of `then`.
    pub fn of(then: &Then, entries: &[Entry]) -> Self {
        let person = match then.subject {
            Subject::Person(person) => name(then, person),
            Subject::Organisation | Subject::Conversation(_) | Subject::Pair(..) => None,
        };
        Self {
            at: then.when.at,
            known_at: then.when.known_at,
            conversation: then.conversation().map(|room| PastConversation::of(then, room)),
            person,
            org_version: then.org_version,
            policy_version: then.scene.policy.version(),
            conditions: ConditionsView::of(then.conditions),
            entries: entries.iter().filter_map(|entry| AccessEntry::of(then, entry)).collect(),
        }
    }
}

/// Somebody by their name of then.
pub(super) fn name(then: &Then, person: PersonId) -> Option<PersonRef> {
    then.scene.mirror.person(person).map(PersonRef::of)
}

impl PastConversation {
    /// As it was then.
    pub(super) fn of(then: &Then, room: &Room) -> Self {
        let row = &room.conversation;
        let labels = then.scene.policy.labels();
        Self {
            id: row.id,
            kind: row.kind,
            channel_kind: row.channel_kind,
            name: row.name.clone(),
            label: then.scene.label_of(room).map(|label| Label::of(labels, label)),
            archived_at: row.archived_at,
        }
    }
}

impl AccessEntry {
    pub(super) fn of(then: &Then, entry: &Entry) -> Option<Self> {
        let room = then.room(entry)?;
        let seat = room.seats.get(&entry.person);
        let is_archived = room.conversation.archived_at.is_some();
        let rule = |verdict: Verdict| then.scene.rule_code(verdict).to_owned();
        let is_about_person = matches!(then.subject, Subject::Person(_));
        Some(Self {
            person: name(then, entry.person)?,
            conversation_id: room.id(),
            conversation: is_about_person.then(|| PastConversation::of(then, room)),
            can_read: entry.read.allow,
            can_write: entry.write.allow && !is_archived,
            read_rule: rule(entry.read),
            write_rule: if is_archived { ARCHIVED.to_owned() } else { rule(entry.write) },
            role: seat.map(|seat| seat.role),
            since: seat.map(|seat| seat.joined_at),
            reads_from_seq: room.reads_from(entry.person),
        })
    }
}

//! What people did, and what changed: for auditors, without a word of what was said.

use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, PersonId};
use schema::past::activity::Deed;
use schema::past::changes::Cause;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{AccessEntry, PastConversation};
use super::{PersonRef, Reader};
use crate::access::past::Then;
use crate::access::past::difference::Difference;

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deed)]
pub struct DeedView {
    /// When.
    at: DateTime<Utc>,
    /// `message.sent`, `action.denied`, `history.opened`, `member.joined`, `member.changed` or `member.left`.
    what: String,
    /// Who; of members: who came or went. By the name of today.
    person: Option<PersonRef>,
    conversation_id: Option<ConversationId>,
    /// To whom it was refused.
    to_person: Option<PersonRef>,
    /// The number of the message.
    seq: Option<i64>,
    /// In which hat: `own`, `duty`, `acting`, `assistant`, with the principal as it was recorded.
    hat: Option<String>,
    /// In whose name.
    principal: Option<PersonRef>,
    /// What was refused.
    action: Option<String>,
    /// The role of a member, and whether the tree or somebody put them there.
    role: Option<String>,
    origin: Option<String>,
    /// The rule that allowed or refused it.
    rule: Option<String>,
    /// The policy version that the rule is of.
    policy_version: Option<i64>,
    /// The version of the organisation's mirror.
    org_version: Option<i64>,
    /// The number of its entry in the audit log, where there is one.
    audit_seq: Option<i64>,
    /// Who did that to a member.
    actor: Option<PersonRef>,
    /// Which messages were opened.
    from_seq: Option<i64>,
    until_seq: Option<i64>,
}

/// Somebody of today's mirror, which forgets nobody.
fn name(reader: &Reader, person: Option<PersonId>) -> Option<PersonRef> {
    person.and_then(|person| reader.scene.mirror.person(person)).map(PersonRef::of)
}

impl DeedView {
    /// What is shown of it.
    pub fn of(reader: &Reader, deed: Deed) -> Self {
        let number =
            |field: &str| deed.entry.as_ref().and_then(|entry| entry.get(field)).and_then(Value::as_i64);
        let (from_seq, until_seq) = (number("from_seq"), number("until_seq"));
        Self {
            at: deed.at,
            what: deed.what,
            person: name(reader, deed.person_id),
            conversation_id: deed.conversation_id,
            to_person: name(reader, deed.target_id),
            seq: deed.seq,
            hat: deed.hat,
            principal: name(reader, deed.principal_id),
            action: deed.action,
            role: deed.role,
            origin: deed.origin,
            rule: deed.rule,
            policy_version: deed.policy_version,
            org_version: deed.org_version,
            audit_seq: deed.audit_seq,
            actor: name(reader, deed.actor_id.map(PersonId)),
            from_seq,
            until_seq,
        }
    }
}

/// Something that changed and that decides.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PastCause)]
pub struct CauseView {
    /// When.
    at: DateTime<Utc>,
    /// Of what: `people`, `posts`, `delegations`, `exceptions`, `clearances`, `liaisons`, `members`, `conversations`, `units`,
    /// `ranks`, `policy_activations`, `gate_settings`.
    of: String,
    person: Option<PersonRef>,
    /// The other one whom it is about.
    other: Option<PersonRef>,
    /// What decided before; null: it was not there, or did not hold yet.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What decides after; null: it is gone, or does not hold any more.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// The version of the organisation's mirror that it made.
    org_version: Option<i64>,
    /// The number and the kind of the entry in the audit log, where one of that time tells of it.
    audit_seq: Option<i64>,
    audit_kind: Option<String>,
}

impl CauseView {
    /// What is shown of it.
    pub fn of(reader: &Reader, cause: Cause) -> Self {
        Self {
            at: cause.at,
            of: cause.of,
            person: name(reader, cause.person_id),
            other: name(reader, cause.other_id),
            before: cause.before,
            after: cause.after,
            org_version: cause.org_version,
            audit_seq: cause.audit_seq,
            audit_kind: cause.audit_kind,
        }
    }
}

/// What changed between two moments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PastChanges)]
pub struct ChangesView {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// The versions of policy and organisation at both ends; null where the thing was not there yet.
    before: Option<VersionsView>,
    after: VersionsView,
    /// The conversation that was asked about, as it is at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<PastConversation>,
    /// What changed for everybody: rules, units, ranks, settings, and the conversation itself.
    common: Vec<CauseView>,
    /// Who gained or lost reading or writing.
    entries: Vec<ChangeView>,
}

/// By what was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PastVersions)]
pub struct VersionsView {
    policy_version: i64,
    org_version: Option<i64>,
}

/// What changed for one person in one conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PastChange)]
pub struct ChangeView {
    person_id: PersonId,
    conversation_id: Option<ConversationId>,
    /// `read`, `write`: what they can do now and could not.
    gained: Vec<&'static str>,
    /// What they could do and cannot now.
    lost: Vec<&'static str>,
    before: Option<AccessEntry>,
    after: Option<AccessEntry>,
    /// What changed about them meanwhile.
    causes: Vec<CauseView>,
}

impl VersionsView {
    fn of(then: &Then) -> Self {
        Self { policy_version: then.scene.policy.version(), org_version: then.org_version }
    }
}

impl ChangesView {
    /// What is shown of it.
    pub fn of(
        before: Option<&Then>,
        after: &Then,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        common: Vec<CauseView>,
        entries: Vec<ChangeView>,
    ) -> Self {
        Self {
            from,
            until,
            before: before.map(VersionsView::of),
            after: VersionsView::of(after),
            conversation: after.conversation().map(|room| PastConversation::of(after, room)),
            common,
            entries,
        }
    }
}

impl ChangeView {
    /// What is shown of it.
    pub fn of(before: Option<&Then>, after: &Then, one: &Difference, causes: Vec<CauseView>) -> Self {
        let shown =
            |then: Option<&Then>, entry: Option<&crate::access::past::Entry>| AccessEntry::of(then?, entry?);
        let (was, is) = (shown(before, one.before.as_ref()), shown(Some(after), one.after.as_ref()));
        let could =
            |entry: Option<&AccessEntry>| entry.map_or([false; 2], |entry| [entry.can_read, entry.can_write]);
        let (then, now) = (could(was.as_ref()), could(is.as_ref()));
        let which = |has: [bool; 2], had: [bool; 2]| {
            let pairs = ["read", "write"].into_iter().zip(has.into_iter().zip(had));
            pairs.filter(|(_, (has, had))| *has && !*had).map(|(what, _)| what).collect()
        };
        Self {
            person_id: one.person,
            conversation_id: is.as_ref().or(was.as_ref()).map(|entry| entry.conversation_id),
            gained: which(now, then),
            lost: which(then, now),
            before: was,
            after: is,
            causes,
        }
    }
}

/// Whose causes those are: the person's own, or those of the other one in them.
pub fn concerns(cause: &Cause, person: Uuid) -> bool {
    [cause.person_id, cause.other_id].into_iter().flatten().any(|concerned| concerned.0 == person)
}

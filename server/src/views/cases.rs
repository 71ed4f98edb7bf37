//! Cases as officers see them: whom and what they are about by name, what became of them, and what was found.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use schema::Connection;
use schema::case_looks::{Kind as LookKind, Look};
use schema::case_notices::Notice;
use schema::case_reading::{Denial, Found};
use schema::cases::{Decision, State};
use schema::conversations::{self, ChannelKind, Conversation, Kind};
use schema::ids::{CaseId, ConversationId, DecisionId, LookId, PersonId, ScopeId, UnitId};
use schema::messages::Message;
use schema::scopes::{self, Entries, Outcome, Scope};
use schema::units;
use serde::Serialize;
use utoipa::ToSchema;

use super::messages::MessageView;
use super::{PersonRef, Reader, ShownLabel};
use crate::access::cases::{Known, Right, is_cleared_for, label_of};
use crate::error::Error;
use crate::org::Status;

/// A case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseView {
    id: CaseId,
    number: String,
    reason: String,
    legal_basis: String,
    state: State,
    /// Whether what it is about may be read: it is approved, not closed, and its end date has not passed.
    is_in_force: bool,
    /// Until when it is read.
    ends_at: Option<DateTime<Utc>>,
    opened_by: PersonRef,
    opened_at: DateTime<Utc>,
    requested_at: Option<DateTime<Utc>>,
    /// What the second officer decided.
    decided: Option<CaseDecided>,
    closed: Option<CaseClosed>,
    /// What it is about now.
    scope: Option<ScopeView>,
    /// Another scope that waits for a decision.
    scope_change: Option<ScopeView>,
    /// Every other scope that it had or that was refused, the oldest first.
    former_scopes: Vec<ScopeView>,
    /// What the reader may do.
    can: Vec<Right>,
}

/// What the second officer decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseDecided {
    decision: Decision,
    by: PersonRef,
    at: DateTime<Utc>,
    reason: String,
}

/// How a case was closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseClosed {
    by: PersonRef,
    at: DateTime<Utc>,
    reason: String,
}

/// What a case or a hold is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseScope)]
pub struct ScopeView {
    id: ScopeId,
    /// What they wrote, and the direct conversations and groups that they were in.
    people: Vec<PersonRef>,
    /// With those below them: their channels, and the people who had a post there.
    units: Vec<ScopeUnit>,
    conversations: Vec<CasePlace>,
    /// From when on what was said is in it; null: from the beginning.
    from: Option<DateTime<Utc>>,
    /// Before when; null: also what will be said.
    until: Option<DateTime<Utc>>,
    /// Until when it is read; null for a hold.
    ends_at: Option<DateTime<Utc>>,
    made_by: PersonRef,
    made_at: DateTime<Utc>,
    /// Why it is to be another one than before.
    reason: Option<String>,
    outcome: Option<Outcome>,
    decided_by: Option<PersonRef>,
    decided_at: Option<DateTime<Utc>>,
    decision_reason: Option<String>,
}

/// A unit of a scope, also one that is no more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScopeUnit {
    id: UnitId,
    name: String,
    /// `agency`, `department`, `division` or `section`.
    kind: String,
}

/// A conversation by its name, for those who are cleared for it and need not be in it.
// Places of golden cases of the policy are called so in the description already.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlaceOfCase)]
pub struct CasePlace {
    id: ConversationId,
    kind: Kind,
    channel_kind: Option<ChannelKind>,
    /// What it is called; a direct one has no name.
    name: Option<String>,
    label: ShownLabel,
    /// The two of a direct one.
    people: Vec<PersonRef>,
    /// Whether the reader is not cleared for it, and its name is not shown.
    is_withheld: bool,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseMessage {
    message: MessageView,
    conversation: CasePlace,
}

/// A conversation of which something is in the scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseConversation {
    conversation: CasePlace,
    /// How many of its messages are in the scope.
    messages_count: i64,
    /// When the first of them was sent.
    first_at: DateTime<Utc>,
    /// When the last one was.
    last_at: DateTime<Utc>,
}

/// Something that was not allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseDenial {
    id: DecisionId,
    at: DateTime<Utc>,
    /// Who asked.
    person: PersonRef,
    hat: String,
    /// To do what.
    action: String,
    /// To whom.
    target: Option<PersonRef>,
    conversation: Option<CasePlace>,
    /// The rule that denied it.
    rule: String,
    policy_version: i64,
    org_version: i64,
}

/// A look into a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseLook)]
pub struct LookView {
    id: LookId,
    person: PersonRef,
    at: DateTime<Utc>,
    kind: LookKind,
    /// What was asked for and which messages were shown.
    #[schema(value_type = Object)]
    about: serde_json::Value,
    /// How much was found.
    found: i32,
}

/// Somebody whom a case was about, and whether they were told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseNotice)]
pub struct NoticeView {
    person: PersonRef,
    /// Until when they are to be told.
    due_at: DateTime<Utc>,
    given: Option<NoticeGiven>,
}

/// That somebody was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeGiven {
    by: PersonRef,
    at: DateTime<Utc>,
    note: String,
}

/// The person by name; one whom the mirror does not know has none.
pub(super) fn named(reader: &Reader, person: PersonId) -> PersonRef {
    reader.scene.mirror.person(person).map_or_else(
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

impl CasePlace {
    /// Whether the reader is cleared for it.
    pub fn is_shown(&self) -> bool {
        !self.is_withheld
    }

    /// The conversation; without its name and its people where the reader is not cleared for it.
    pub fn of(reader: &Reader, row: &Conversation) -> Self {
        let is_withheld = !is_cleared_for(reader, row);
        let pair = row.direct_low.into_iter().chain(row.direct_high).filter(|_| !is_withheld);
        let label = label_of(&reader.scene, row);
        let unknown = policies::label::Label { level: u8::MAX, categories: 0 };
        Self {
            id: row.id,
            kind: row.kind,
            channel_kind: row.channel_kind,
            name: row.name.clone().filter(|_| !is_withheld),
            label: ShownLabel::of(reader.scene.policy.labels(), label.unwrap_or(unknown)),
            people: pair.map(|person| named(reader, person)).collect(),
            is_withheld,
        }
    }

    /// These conversations, by their ids.
    pub async fn all(
        connection: &mut Connection,
        reader: &Reader,
        ids: impl Iterator<Item = ConversationId>,
    ) -> Result<HashMap<ConversationId, Self>, Error> {
        let ids: Vec<_> = ids.collect::<HashSet<_>>().into_iter().collect();
        let rows = conversations::find_all(connection, &ids).await?;
        Ok(rows.iter().map(|row| (row.id, Self::of(reader, row))).collect())
    }
}

impl ScopeView {
    /// These scopes, in their order.
    pub async fn all(
        connection: &mut Connection,
        reader: &Reader,
        rows: &[Scope],
    ) -> Result<Vec<Self>, Error> {
        let ids: Vec<ScopeId> = rows.iter().map(|row| row.id).collect();
        let mut entries = scopes::entries_of(connection, &ids).await?;
        let all =
            |of: fn(&Entries) -> &[ConversationId]| entries.values().flat_map(move |one| of(one).to_vec());
        let places: Vec<_> = all(|one| &one.conversations).collect();
        let unit_ids: Vec<UnitId> = entries.values().flat_map(|one| one.units.clone()).collect();
        let places = CasePlace::all(connection, reader, places.into_iter()).await?;
        let units: HashMap<UnitId, ScopeUnit> = units::of(connection, &unit_ids)
            .await?
            .into_iter()
            .map(|unit| (unit.id, ScopeUnit { id: unit.id, name: unit.name, kind: unit.kind }))
            .collect();
        let views = rows.iter().map(|row| {
            let entries = entries.remove(&row.id).unwrap_or_default();
            Self {
                id: row.id,
                people: entries.people.iter().map(|person| named(reader, *person)).collect(),
                units: entries.units.iter().filter_map(|unit| units.get(unit).cloned()).collect(),
                conversations: entries
                    .conversations
                    .iter()
                    .filter_map(|id| places.get(id).cloned())
                    .collect(),
                from: row.from_at,
                until: row.until_at,
                ends_at: row.ends_at,
                made_by: named(reader, row.made_by),
                made_at: row.made_at,
                reason: row.reason.clone(),
                outcome: row.outcome,
                decided_by: row.decided_by.map(|person| named(reader, person)),
                decided_at: row.decided_at,
                decision_reason: row.decision_reason.clone(),
            }
        });
        Ok(views.collect())
    }
}

impl CaseView {
    /// The case as the officer sees it.
    pub async fn of(connection: &mut Connection, reader: &Reader, known: &Known) -> Result<Self, Error> {
        let case = known.case();
        let mut scopes = ScopeView::all(connection, reader, known.scopes()).await?;
        let mut take = |id: Option<ScopeId>| {
            let place = scopes.iter().position(|scope| Some(scope.id) == id)?;
            Some(scopes.remove(place))
        };
        let scope = take(known.scope().map(|scope| scope.id));
        let scope_change = take(known.waiting_scope().map(|scope| scope.id));
        let decided = match (case.decision, case.decided_by, case.decided_at, &case.decision_reason) {
            (Some(decision), Some(by), Some(at), Some(reason)) => {
                Some(CaseDecided { decision, by: named(reader, by), at, reason: reason.clone() })
            }
            _ => None,
        };
        let closed = match (case.closed_by, case.closed_at, &case.close_reason) {
            (Some(by), Some(at), Some(reason)) => {
                Some(CaseClosed { by: named(reader, by), at, reason: reason.clone() })
            }
            _ => None,
        };
        Ok(Self {
            id: case.id,
            number: case.number.clone(),
            reason: case.reason.clone(),
            legal_basis: case.legal_basis.clone(),
            state: case.state,
            is_in_force: known.is_in_force(),
            ends_at: scope.as_ref().and_then(|scope| scope.ends_at),
            opened_by: named(reader, case.opened_by),
            opened_at: case.opened_at,
            requested_at: case.requested_at,
            decided,
            closed,
            scope,
            scope_change,
            former_scopes: scopes,
            can: known.rights(),
        })
    }
}

impl CaseMessage {
    /// These messages, which the reader may read.
    pub async fn all(
        connection: &mut Connection,
        reader: &Reader,
        messages: &[Message],
    ) -> Result<Vec<Self>, Error> {
        let ids = messages.iter().map(|message| message.conversation_id);
        let places = CasePlace::all(connection, reader, ids).await?;
        let views = messages.iter().filter_map(|message| {
            let conversation = places.get(&message.conversation_id)?.clone();
            Some(Self { message: MessageView::of(&reader.scene, message), conversation })
        });
        Ok(views.collect())
    }
}

impl CaseConversation {
    /// The conversation, unless the reader is not cleared for it.
    pub fn of(reader: &Reader, found: &Found) -> Option<Self> {
        let conversation = CasePlace::of(reader, &found.conversation);
        let (messages_count, first_at, last_at) = (found.messages, found.first_at, found.last_at);
        (!conversation.is_withheld).then_some(Self { conversation, messages_count, first_at, last_at })
    }
}

impl CaseDenial {
    /// These denials.
    pub async fn all(
        connection: &mut Connection,
        reader: &Reader,
        rows: Vec<Denial>,
    ) -> Result<Vec<Self>, Error> {
        let places =
            CasePlace::all(connection, reader, rows.iter().filter_map(|row| row.conversation_id)).await?;
        let views = rows.into_iter().map(|row| Self {
            id: row.id,
            at: row.decided_at,
            person: named(reader, row.person_id),
            hat: row.hat,
            action: row.action,
            target: row.target_id.map(|target| named(reader, target)),
            conversation: row.conversation_id.and_then(|id| places.get(&id).cloned()),
            rule: row.rule,
            policy_version: row.policy_version,
            org_version: row.org_version,
        });
        Ok(views.collect())
    }
}

impl LookView {
    /// The look.
    pub fn of(reader: &Reader, look: Look) -> Self {
        let Look { id, person_id, at, kind, about, found, .. } = look;
        Self { id, person: named(reader, person_id), at, kind, about, found }
    }
}

impl NoticeView {
    /// The person, and whether they were told.
    pub fn of(reader: &Reader, person: PersonId, due_at: DateTime<Utc>, given: Option<&Notice>) -> Self {
        let given = given.map(|notice| NoticeGiven {
            by: named(reader, notice.given_by),
            at: notice.given_at,
            note: notice.note.clone(),
        });
        Self { person: named(reader, person), due_at, given }
    }
}

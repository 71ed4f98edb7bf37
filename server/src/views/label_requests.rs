//! Wishes for a lower label, as those see them who made them or may decide on them.

use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, LabelRequestId, MessageId};
use schema::label_requests::{LabelRequest, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::messages::MessageView;
use super::{PersonRef, Reader, ShownLabel};
use crate::access::labels::{self, Wish};
use crate::realtime::rooms::Room;

/// The wish for a lower label.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LabelRequest)]
pub struct LabelRequestView {
    /// Its identifier.
    pub id: LabelRequestId,
    /// The conversation that it is about, or in which the message is.
    pub conversation: RequestedPlace,
    /// The message that is to be said again; none: the label of the conversation itself.
    pub message: Option<MessageView>,
    /// Where the message is to be said again.
    pub target: Option<RequestedPlace>,
    /// The label that it has.
    pub from: ShownLabel,
    /// The label that it is to have.
    pub to: ShownLabel,
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// Who asked.
    pub requested_by: Option<PersonRef>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Until when somebody may decide.
    pub expires_at: DateTime<Utc>,
    /// What became of it; none: it waits.
    pub outcome: Option<Outcome>,
    /// Who decided.
    pub decided_by: Option<PersonRef>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why, in the words of whoever decided.
    pub decision_reason: Option<String>,
    /// The message that was made.
    pub made_id: Option<MessageId>,
    /// Whether the reader may decide on it now.
    pub can_decide: bool,
}

/// A conversation by its name, for those who are cleared for it and need not be in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestedPlace {
    /// Its identifier.
    pub id: ConversationId,
    /// What it is called; a direct one has no name.
    pub name: Option<String>,
    /// Its label.
    pub label: ShownLabel,
    /// The two of a direct one.
    pub people: Vec<PersonRef>,
}

impl LabelRequestView {
    /// The wish, if the reader made it and may read what it is about, or may decide on it; nothing of it otherwise.
    pub fn of(reader: &Reader, request: &LabelRequest, wish: &Wish) -> Option<Self> {
        let (scene, person) = (&reader.scene, reader.actor.person);
        let decides = labels::decides(scene, person, request, wish).allow;
        let is_own = request.requested_by == person && labels::reads_own(scene, person, wish);
        if !decides && !is_own {
            return None;
        }
        let words = scene.policy.labels();
        let name = |person| scene.mirror.person(person).map(PersonRef::of);
        let now = scene.time();
        let outcome = request.outcome.or((!request.is_waiting(now)).then_some(Outcome::Expired));
        Some(Self {
            id: request.id,
            conversation: RequestedPlace::of(reader, &wish.place.room),
            message: wish.message.as_ref().map(|message| MessageView::of(scene, message)),
            target: wish.target.as_ref().map(|target| RequestedPlace::of(reader, &target.room)),
            from: ShownLabel::of(words, wish.from),
            to: ShownLabel::of(words, wish.to),
            reason: request.reason.clone(),
            requested_by: name(request.requested_by),
            requested_at: request.requested_at,
            expires_at: request.expires_at,
            outcome,
            decided_by: request.decided_by.and_then(name),
            decided_at: request.decided_at,
            decision_reason: request.decision_reason.clone(),
            made_id: request.made_id,
            can_decide: decides && outcome.is_none(),
        })
    }
}

impl RequestedPlace {
    fn of(reader: &Reader, room: &Room) -> Self {
        let scene = &reader.scene;
        let row = &room.conversation;
        let pair = row.direct_low.into_iter().chain(row.direct_high);
        Self {
            id: row.id,
            name: row.name.clone(),
            label: ShownLabel::of(scene.policy.labels(), scene.label_of(room).unwrap_or_default()),
            people: pair.filter_map(|person| scene.mirror.person(person)).map(PersonRef::of).collect(),
        }
    }
}

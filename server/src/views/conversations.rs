//! Conversations and their members, as one reader sees them.

use chrono::{DateTime, Utc};
use policies::facts::Action;
use schema::conversations::{ChannelKind, Kind};
use schema::ids::{ConversationId, PersonId, UnitId};
use schema::members::{Member, Origin, Role};
use schema::messages::Message;
use serde::Serialize;
use utoipa::ToSchema;

use super::decisions::Decision;
use super::messages::MessageView;
use super::{Person, PersonRef, Reader, ShownLabel};
use crate::access::scene::Change;
use crate::access::{self, HatName, Question};
use crate::realtime::rooms::Room;

/// A conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// Its identifier.
    pub id: ConversationId,
    /// `direct`, `group` or `channel`.
    pub kind: Kind,
    /// The purpose of a channel: `unit`, `project`, `announcement`, `shared` or `crisis`.
    pub channel_kind: Option<ChannelKind>,
    /// What it is called; a direct one has no name.
    pub name: Option<String>,
    /// The unit it belongs to.
    pub unit_id: Option<UnitId>,
    /// The agency whose it is.
    pub agency_id: UnitId,
    /// The highest label it may hold; a direct one without a label holds what its two people are cleared for.
    pub label: ShownLabel,
    /// The other one of a direct conversation, unless they have left.
    pub partner: Option<Person>,
    /// The other one of a direct conversation by name, also when they have left.
    pub partner_name: Option<PersonRef>,
    /// How many people are in it.
    pub members_count: usize,
    /// The number of its newest message.
    pub last_seq: i64,
    /// How far the reader has read.
    pub read_seq: i64,
    /// How many messages came since.
    pub unread_count: i64,
    /// The newest message, if the reader may read it.
    pub last_message: Option<MessageView>,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// Since when nothing is written here any more.
    pub archived_at: Option<DateTime<Utc>>,
    /// What the reader may do here; absent in events.
    #[serde(flatten)]
    pub rights: Option<Rights>,
}

/// What a reader may do in a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rights {
    /// `post`, `add_members`, `rename`, `delete_messages`, `leave`, `join`, `raise_label`, `ask_lower_label`.
    #[schema(value_type = Vec<String>)]
    pub can: Vec<&'static str>,
    /// Why `post` is missing.
    pub denial: Option<Decision>,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    /// Who.
    pub person: Person,
    /// `member`, `moderator` or `owner`.
    pub role: Role,
    /// Whether somebody chose them or the tree put them there.
    pub origin: Origin,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

impl ConversationView {
    /// `room` as the reader sees it, without rights.
    pub fn of(reader: &Reader, room: &Room, read_seq: i64, newest: Option<&Message>) -> Self {
        let (scene, person) = (&reader.scene, reader.actor.person);
        let row = &room.conversation;
        let last_seq = room.last_seq();
        let seen = read_seq.max(room.reads_from(person) - 1);
        let partner = room.partner_of(person);
        let readable = newest.filter(|message| access::may_read(scene, person, room, message));
        Self {
            id: row.id,
            kind: row.kind,
            channel_kind: row.channel_kind,
            name: row.name.clone(),
            unit_id: row.unit_id,
            agency_id: row.agency_id,
            label: ShownLabel::of(scene.policy.labels(), scene.label_of(room).unwrap_or_default()),
            partner: partner.and_then(|partner| Person::of(reader, scene.place(partner)?)),
            partner_name: partner.and_then(|partner| scene.mirror.person(partner)).map(PersonRef::of),
            members_count: room.seats.keys().filter(|seated| reader.sees(**seated)).count(),
            last_seq,
            read_seq,
            unread_count: if room.seats.contains_key(&person) { (last_seq - seen).max(0) } else { 0 },
            last_message: readable.map(|message| MessageView::of(scene, message)),
            created_at: row.created_at,
            archived_at: row.archived_at,
            rights: None,
        }
    }

    /// The same, with what the reader may do.
    #[must_use]
    pub fn with_rights(mut self, reader: &Reader, room: &Room) -> Self {
        self.rights = Some(Rights::of(reader, room));
        self
    }
}

impl Rights {
    fn of(reader: &Reader, room: &Room) -> Self {
        let (scene, person) = (&reader.scene, reader.actor.person);
        let row = &room.conversation;
        let own = scene.asker(person, HatName::Own);
        let is_open = row.archived_at.is_none();
        let default = scene.label_of(room).unwrap_or_default();
        let post = scene.send(own, room, default);
        let mut can = Vec::new();
        let mut allow = |may: bool, what| {
            if may {
                can.push(what);
            }
        };
        allow(is_open && post.allow, "post");
        let adds = scene.inside(Action::ChMemberAdd, own, room, Some(default), None).allow;
        allow(is_open && row.kind != Kind::Direct && adds, "add_members");
        let is_named_here = row.kind != Kind::Direct && row.channel_kind != Some(ChannelKind::Unit);
        let keeps = is_open && row.kind != Kind::Direct && scene.keeps(person, room, Action::ChManage).allow;
        allow(keeps && is_named_here, "rename");
        allow(keeps, "delete_messages");
        let is_chosen = room.seats.get(&person).is_some_and(|seat| seat.origin == Origin::Chosen);
        allow(row.kind != Kind::Direct && is_chosen, "leave");
        allow(access::could_join(scene, person, room), "join");
        let change = Change { label: Some(default), ..Change::default() };
        let relabels = |action| is_open && scene.relabels(action, person, room, &change).allow;
        allow(relabels(Action::LabelRaise), "raise_label");
        allow(relabels(Action::LabelAsk), "ask_lower_label");
        let question = Question {
            hat: HatName::Own,
            action: access::sending(room),
            target: room.partner_of(person),
            room: Some(room),
            label: default,
        };
        let reason = || access::denial::reason(scene, person, &question, post);
        let denial = (!post.allow).then(|| Decision::of(reader, &question, reason()));
        Self { can, denial }
    }
}

impl MemberView {
    /// The member, unless the reader may not know of them, or they have left.
    pub fn of(reader: &Reader, member: &Member) -> Option<Self> {
        let place = reader.scene.place(member.person_id)?;
        Some(Self {
            person: Person::if_visible(reader, place)?,
            role: member.role,
            origin: member.origin,
            joined_at: member.joined_at,
        })
    }

    /// Moderators and owners first, then by name.
    pub fn order(&self) -> (u8, String, PersonId) {
        let rank = match self.role {
            Role::Owner => 0,
            Role::Moderator => 1,
            Role::Member => 2,
        };
        (rank, self.person.person.display_name.to_lowercase(), self.person.person.id)
    }
}

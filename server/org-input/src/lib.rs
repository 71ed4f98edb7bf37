//! From rows of the mirror to what decides: the one place where the database's words become the policy's.
//!
//! The server decides with it, and the directory sync foretells with it what a change will mean. A word that nobody
//! knows makes nothing: no post, no hat, no grant.

pub mod consequences;

use std::collections::HashMap;

use policies::facts::{Membership, Missing, Room, RoomKind};
use policies::label::{Label, LabelVocabulary};
use policies::org::{
    Band, DelegationInput, Employment, ExceptionInput, ExceptionKind, HatKind, Org, OrgInput, PersonInput,
    PostInput, UnitInput, UnitKind,
};
use schema::conversations::{ChannelKind, Conversation, Kind};
use schema::ids::{PersonId, RankId};
use schema::label_changes::LabelColumns;
use schema::members::Role;
use schema::org_snapshot::{
    ClearanceRow, DelegationRow, ExceptionRow, Held, OrgSnapshot, PersonRow, PostRow, RankRow, UnitRow, ends,
};

/// What of a rank decides.
#[derive(Debug, Clone, Copy)]
pub struct Rank<'a> {
    /// How high it is on its agency's ladder.
    pub step: i16,
    /// The name of its band.
    pub band: &'a str,
}

/// All of it, of one moment.
pub fn org(rows: &OrgSnapshot, labels: &LabelVocabulary) -> OrgInput {
    let ranks: HashMap<RankId, Rank<'_>> = rows.ranks.iter().map(|row| (row.id, Rank::of(row))).collect();
    let primary = rows.posts.iter().filter(|post| post.kind == "primary");
    let posts: HashMap<PersonId, &PostRow> = primary.map(|post| (post.person_id, post)).collect();
    let clearances: HashMap<PersonId, &ClearanceRow> =
        rows.clearances.iter().map(|row| (row.person_id, row)).collect();
    let people = rows.people.iter().filter(|row| row.status == "active").filter_map(|row| {
        let post = posts.get(&row.id)?;
        let held = clearances
            .get(&row.id)
            .and_then(|held| Some((u8::try_from(held.level).ok()?, held.categories.as_slice())));
        person(row, post, *ranks.get(&post.rank_id)?, held, labels)
    });
    OrgInput {
        version: rows.version,
        units: rows.units.iter().filter_map(unit).collect(),
        people: people.collect(),
        posts: rows.posts.iter().filter_map(|post| further_post(post, *ranks.get(&post.rank_id)?)).collect(),
        delegations: rows.delegations.iter().filter_map(delegation).collect(),
        liaisons: rows.liaisons.iter().map(|(person, agency)| (person.0, agency.0)).collect(),
        exceptions: rows.exceptions.iter().filter_map(exception).collect(),
    }
}

impl<'a> Rank<'a> {
    fn of(row: &'a RankRow) -> Self {
        Self { step: row.step, band: &row.band }
    }
}

/// What decides about a person in their primary post; `clearance` is level and categories.
pub fn person(
    row: &PersonRow,
    post: &PostRow,
    rank: Rank<'_>,
    clearance: Option<(u8, &[String])>,
    labels: &LabelVocabulary,
) -> Option<PersonInput> {
    Some(PersonInput {
        id: row.id.0,
        display_name: row.display_name.clone(),
        title: post.title.clone(),
        unit: post.unit_id.0,
        band: band(rank.band)?,
        rank_step: rank.step,
        superior: post.superior_id.map(|id| id.0),
        employment: match row.employment.as_str() {
            "staff" => Employment::Staff,
            "contractor" => Employment::Contractor,
            _ => Employment::External,
        },
        clearance: clearance.and_then(|(level, categories)| labels.clearance(level, categories)),
        segments: row.segments.clone(),
    })
}

/// What decides about a post beside the primary one. That of whoever acts for somebody decides nothing by itself: it
/// is the hat that lends the other one's place.
pub fn further_post(post: &PostRow, rank: Rank<'_>) -> Option<PostInput> {
    if !matches!(post.kind.as_str(), "further" | "secondment") {
        return None;
    }
    let (from, until) = micros(&post.valid);
    Some(PostInput { person: post.person_id.0, unit: post.unit_id.0, band: band(rank.band)?, from, until })
}

fn band(word: &str) -> Option<Band> {
    match word {
        "support" => Some(Band::Support),
        "officer" => Some(Band::Officer),
        "manager" => Some(Band::Manager),
        "director" => Some(Band::Director),
        "executive" => Some(Band::Executive),
        _ => None,
    }
}

/// A unit of the tree.
pub fn unit(row: &UnitRow) -> Option<UnitInput> {
    let kind = match row.kind.as_str() {
        "agency" => UnitKind::Agency,
        "department" => UnitKind::Department,
        "division" => UnitKind::Division,
        "section" => UnitKind::Section,
        _ => return None,
    };
    Some(UnitInput {
        id: row.id.0,
        parent: row.parent_id.map(|id| id.0),
        kind,
        name: row.name.clone(),
        head: row.head_id.map(|id| id.0),
    })
}

/// A hat, and when it may be worn.
pub fn delegation(row: &DelegationRow) -> Option<DelegationInput> {
    let hat = match row.hat.as_str() {
        "acting" => HatKind::Acting,
        "assistant" => HatKind::Assistant,
        "duty" => HatKind::Duty,
        _ => return None,
    };
    let (from, until) = micros(&row.valid);
    Some(DelegationInput {
        person: row.person_id.0,
        principal: row.principal_id.map(|id| id.0),
        hat,
        from,
        until,
    })
}

/// A grant or a block. A grant of an unknown kind is none; a block of one would be lost, so the kinds are named.
pub fn exception(row: &ExceptionRow) -> Option<ExceptionInput> {
    let kind = match row.kind.as_str() {
        "grant" => ExceptionKind::Grant,
        "block" => ExceptionKind::Block,
        _ => return None,
    };
    let (from_at, until) = micros(&row.valid);
    Some(ExceptionInput { from: row.from_id.0, to: row.to_id.0, kind, from_at, until })
}

fn micros(span: &Held) -> (Option<i64>, Option<i64>) {
    let (from, until) = ends(span);
    (from.map(|at| at.timestamp_micros()), until.map(|at| at.timestamp_micros()))
}

/// A conversation as the policy sees it, `label` being its own; whether its people are [`parted`] is left to who asks. A
/// label that the policy does not know is missing, never unlabelled.
pub fn room(row: &Conversation, org: &Org, label: Option<Label>) -> Result<Room, Missing> {
    let kind = match (row.kind, row.channel_kind) {
        (Kind::Direct, _) => RoomKind::Direct,
        (Kind::Group, _) => RoomKind::Group,
        (Kind::Channel, Some(ChannelKind::Unit)) => RoomKind::Unit,
        (Kind::Channel, Some(ChannelKind::Project)) => RoomKind::Project,
        (Kind::Channel, Some(ChannelKind::Announcement)) => RoomKind::Announcement,
        (Kind::Channel, Some(ChannelKind::Shared)) => RoomKind::Shared,
        (Kind::Channel, Some(ChannelKind::Crisis)) => RoomKind::Crisis,
        (Kind::Channel, None) => return Err(Missing::Room),
    };
    let agency = org.unit(row.agency_id.0).ok_or(Missing::Room)?;
    let unit = match row.unit_id {
        Some(unit) => Some(org.unit(unit.0).ok_or(Missing::Room)?),
        None => None,
    };
    let label = ceiling(row.kind, label.ok_or(Missing::Room)?);
    Ok(Room { kind, agency, unit, label, parted: false })
}

/// Whether a closed wall stands between two of the `members` of a group. Of groups alone: who is in a channel is not chosen
/// with a view to everybody else in it.
pub fn parted(kind: Kind, org: &Org, members: impl Iterator<Item = PersonId>) -> bool {
    kind == Kind::Group && {
        let people: Vec<_> = members.filter_map(|member| org.person(member.0)).collect();
        org.are_parted(&people)
    }
}

/// The highest label that a message may have in a conversation with `label`: what two people may tell each other in a
/// direct one without a label is limited by the two of them alone.
pub fn ceiling(kind: Kind, label: Label) -> Label {
    if kind == Kind::Direct && label.is_open() { HIGHEST } else { label }
}

/// The highest label there can be: what a direct conversation may hold is limited by its two people alone.
pub const HIGHEST: Label = Label { level: 9, categories: u64::MAX };

/// The label of a row; an unknown one, or one of another policy, is none, and nobody reads it.
pub fn label(
    policy: Option<&str>,
    level: i16,
    categories: &[String],
    labels: &LabelVocabulary,
) -> Option<Label> {
    labels.label(policy, u8::try_from(level).ok()?, categories).ok()
}

/// The label as rows keep it. What is unlabelled is of no policy.
pub fn label_columns(label: Label, labels: &LabelVocabulary) -> LabelColumns {
    LabelColumns {
        policy: (!label.is_open()).then(|| labels.policy_id().to_owned()),
        level: label.level.into(),
        categories: labels.category_codes(label.categories).into_iter().map(Into::into).collect(),
    }
}

/// How the policy counts somebody in a conversation.
pub fn membership(role: Option<Role>) -> Membership {
    match role {
        None => Membership::None,
        Some(Role::Member) => Membership::Member,
        Some(Role::Moderator) => Membership::Moderator,
        Some(Role::Owner) => Membership::Owner,
    }
}

/// The office that the policy names, as the database has it.
pub fn approver(named: policies::exceptions::Approver) -> schema::exceptions::Approver {
    match named {
        policies::exceptions::Approver::Superior => schema::exceptions::Approver::Superior,
        policies::exceptions::Approver::Security => schema::exceptions::Approver::Security,
    }
}

//! Units: as a name beside something else, and as a node of the tree.

use policies::org::{PersonIx, UnitIx, UnitKind};
use schema::ids::{ConversationId, PersonId, UnitId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonRef, Reader};
use crate::org::Mirror;

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The root of a tree.
    Agency,
    /// Below an agency.
    Department,
    /// Below a department.
    Division,
    /// Below a division.
    Section,
}

/// A unit by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitRef {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// A node of the tree.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unit {
    #[serde(flatten)]
    named: UnitRef,
    /// The unit above; none for an agency.
    parent_id: Option<UnitId>,
    /// The agency it belongs to.
    agency_id: UnitId,
    /// Who leads it, if the reader may see them.
    head: Option<PersonRef>,
    /// How many people in it the reader may see.
    people_count: usize,
    /// How many units are directly below.
    children_count: usize,
    /// Its channel, if the reader is a member.
    channel_id: Option<ConversationId>,
    /// The way to it from the agency down, itself included.
    path: Vec<UnitRef>,
}

impl UnitRef {
    /// The unit by name.
    pub fn of(mirror: &Mirror, unit: UnitIx) -> Self {
        let kind = match mirror.org.unit_kind(unit) {
            UnitKind::Agency => Kind::Agency,
            UnitKind::Department => Kind::Department,
            UnitKind::Division => Kind::Division,
            UnitKind::Section => Kind::Section,
        };
        Self { id: UnitId(mirror.org.unit_id(unit)), name: mirror.org.unit_name(unit).to_owned(), kind }
    }

    /// The way to `unit` from its agency down, itself included.
    pub fn path(mirror: &Mirror, unit: UnitIx) -> Vec<Self> {
        mirror.org.unit_path(unit).into_iter().map(|step| Self::of(mirror, step)).collect()
    }
}

impl Unit {
    /// The unit as `reader` sees it; `channel_id` is its channel, if the reader is a member.
    pub fn of(reader: &Reader, unit: UnitIx, channel_id: Option<ConversationId>) -> Self {
        let mirror = &reader.scene.mirror;
        let org = &mirror.org;
        let path = UnitRef::path(mirror, unit);
        let own = UnitRef::of(mirror, unit);
        let visible = |person: &PersonIx| reader.finds(PersonId(org.person_id(*person)));
        Self {
            parent_id: org.parent(unit).map(|parent| UnitId(org.unit_id(parent))),
            agency_id: path.first().map_or(own.id, |agency| agency.id),
            head: org.head(unit).filter(visible).and_then(|head| mirror.record(head)).map(PersonRef::of),
            people_count: mirror
                .holders(unit, reader.scene.moment.now)
                .iter()
                .filter(|person| visible(person))
                .count(),
            children_count: org.children(unit).len(),
            channel_id,
            path,
            named: own,
        }
    }
}

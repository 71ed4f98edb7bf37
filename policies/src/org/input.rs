//! The rows of the mirror, as a snapshot is built from them and patched by them.

use uuid::Uuid;

use crate::facts::{Band, Employment, HatKind, Micros};
use crate::label::Clearance;

/// What a snapshot is built from.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is the list of its rows")]
pub struct OrgInput {
    pub version: i64,
    pub units: Vec<UnitInput>,
    pub people: Vec<PersonInput>,
    /// Posts held beside the primary one.
    pub posts: Vec<PostInput>,
    pub delegations: Vec<DelegationInput>,
    /// Person and the agency they are liaison to.
    pub liaisons: Vec<(Uuid, Uuid)>,
    pub exceptions: Vec<ExceptionInput>,
}

/// What a change of the mirror changed, as it is afterwards.
#[derive(Debug, Clone, Default)]
pub struct OrgPatch {
    /// The version of the mirror that these rows are of.
    pub version: i64,
    /// Units that changed; nothing for one that is gone.
    pub units: Vec<(Uuid, Option<UnitInput>)>,
    /// People who changed; nothing for one who is not active, or holds no primary post.
    pub people: Vec<(Uuid, Option<PersonInput>)>,
    /// The posts that these people hold beside their primary one.
    pub posts: Vec<PostInput>,
    /// All delegations from and to these people.
    pub delegations: Vec<DelegationInput>,
    /// To which agencies these people are liaison.
    pub liaisons: Vec<(Uuid, Uuid)>,
    /// All exceptions from and to these people.
    pub exceptions: Vec<ExceptionInput>,
}

/// The level of a unit in the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the design's own words")]
pub enum UnitKind {
    Agency,
    Department,
    Division,
    Section,
}

/// A unit.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the mirror")]
pub struct UnitInput {
    pub id: Uuid,
    pub parent: Option<Uuid>,
    pub kind: UnitKind,
    pub name: String,
    pub head: Option<Uuid>,
}

/// An active person with a primary post.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the mirror")]
pub struct PersonInput {
    pub id: Uuid,
    pub display_name: String,
    pub title: String,
    pub unit: Uuid,
    pub band: Band,
    pub rank_step: i16,
    pub superior: Option<Uuid>,
    pub employment: Employment,
    pub clearance: Option<Clearance>,
    pub segments: Vec<String>,
}

/// A post that a person holds beside the primary one, and when.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the columns of the mirror")]
pub struct PostInput {
    pub person: Uuid,
    pub unit: Uuid,
    pub band: Band,
    pub from: Option<Micros>,
    pub until: Option<Micros>,
}

/// In whose name a person may act, and when.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the columns of the mirror")]
pub struct DelegationInput {
    pub person: Uuid,
    pub principal: Option<Uuid>,
    pub hat: HatKind,
    pub from: Option<Micros>,
    pub until: Option<Micros>,
}

/// Whether an exception grants or blocks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExceptionKind {
    /// The one may contact the other.
    Grant,
    /// Neither may contact the other.
    Block,
}

/// An exception between two people, and when it holds.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the columns of the mirror")]
pub struct ExceptionInput {
    pub from: Uuid,
    pub to: Uuid,
    pub kind: ExceptionKind,
    pub from_at: Option<Micros>,
    pub until: Option<Micros>,
}

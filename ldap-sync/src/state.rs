//! What a directory says, and what the mirror holds, in one shape: so that a plan is the difference of the two.
//!
//! Everything is keyed by the directory's immutable id, and points to others by it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::Grants;

/// The units and people of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Units by directory id.
    pub units: BTreeMap<Uuid, Unit>,
    /// People by directory id, the disabled among them.
    pub people: BTreeMap<Uuid, Person>,
}

/// What a unit is in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// The root: one body of the state.
    Agency,
    /// Directly below the agency, as a rule.
    Department,
    /// A part of a department.
    Division,
    /// A part of a division.
    Section,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// The name of its entry, in the server's spelling.
    pub dn: String,
    /// The same, comparable.
    pub dn_key: String,
    /// What it is.
    pub kind: UnitKind,
    /// The unit above; none for the agency.
    pub parent: Option<Uuid>,
    /// What it is called.
    pub name: String,
    /// Who leads it.
    pub head: Option<Uuid>,
}

/// Under which terms a person works here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Employment {
    /// On the staff.
    Staff,
    /// Under a contract.
    Contractor,
    /// Of another body.
    External,
}

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// May sign in.
    Active,
    /// Is known, but may not.
    Disabled,
}

/// A person, with all that hangs on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name of the entry, in the server's spelling.
    pub dn: String,
    /// The same, comparable.
    pub dn_key: String,
    /// The name used to sign in.
    pub login: String,
    /// The name shown.
    pub display_name: String,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Terms of work.
    pub employment: Employment,
    /// Whether they may sign in.
    pub status: Status,
    /// Segments for walls.
    pub segments: BTreeSet<String>,
    /// Duties in Chancery itself.
    pub roles: BTreeSet<String>,
    /// What they are cleared for.
    pub clearance: Option<Clearance>,
    /// The places they hold, sorted.
    pub posts: Vec<Post>,
    /// In whose name they may act, sorted.
    pub delegations: Vec<Delegation>,
    /// The agencies they speak to; rows of the mirror, since they are of other sources.
    pub liaisons: BTreeSet<Uuid>,
    /// The photo's SHA-256, in hexadecimal digits.
    pub photo: Option<String>,
}

impl Person {
    /// The one place that everybody has.
    pub fn primary(&self) -> Option<&Post> {
        self.posts.iter().find(|post| post.kind == PostKind::Primary)
    }

    /// The direct superior of that place.
    pub fn superior(&self) -> Option<Uuid> {
        self.primary().and_then(|post| post.superior)
    }

    /// What is compared where a login must be the only one.
    pub fn login_key(&self) -> String {
        self.login.to_lowercase()
    }
}

/// Why a place is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PostKind {
    /// The person's own place.
    Primary,
    /// A place held for another one for a time.
    Acting,
}

/// A place in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Post {
    /// Why it is held.
    pub kind: PostKind,
    /// Where it is.
    pub unit: Uuid,
    /// The code of the rank that goes with it.
    pub rank: String,
    /// What it is called.
    pub title: String,
    /// Who is above it.
    pub superior: Option<Uuid>,
    /// When it ends, if it does.
    pub until: Option<DateTime<Utc>>,
}

/// In which capacity a person may act in another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hat {
    /// In the place of somebody absent.
    Acting,
    /// As somebody's assistant.
    Assistant,
}

/// In whose name a person may act.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Delegation {
    /// In which capacity.
    pub hat: Hat,
    /// In whose name.
    pub principal: Uuid,
    /// Until when, if it ends.
    pub until: Option<DateTime<Utc>>,
}

/// What a person is cleared for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clearance {
    /// The number of the level, from 1 to 9.
    pub level: u8,
    /// The codes of the categories.
    pub categories: BTreeSet<String>,
}

impl Clearance {
    /// Whether `self` opens anything that `other` does not.
    pub fn exceeds(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.level > other.level || !self.categories.is_subset(&other.categories))
    }
}

/// A step on the agency's ladder, as the configuration gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RankStep {
    /// Its code.
    pub code: String,
    /// Its Russian name.
    pub name_ru: String,
    /// Its English name.
    pub name_en: String,
    /// How high it is.
    pub step: i16,
    /// Which of the five bands it belongs to.
    pub band: &'static str,
}

/// What the mirror holds of one source, and what of the others bears on it.
#[derive(Debug, Clone, Default)]
pub struct Mirror {
    /// Units and people that have not gone.
    pub state: State,
    /// The ladder.
    pub ranks: Vec<RankStep>,
    /// The logins of people of other sources who can sign in, in lower case.
    pub logins_elsewhere: BTreeSet<String>,
    /// The agencies of the other sources: comparable name to row.
    pub agencies_elsewhere: BTreeMap<String, Uuid>,
    /// What groups give, by the comparable names of the people who are in them.
    pub granted: BTreeMap<String, Grants>,
    /// Groups that should give something and are not there.
    pub missing_groups: Vec<String>,
    /// How many entries the last good read had; none before the first.
    pub last_entries: Option<usize>,
    /// Where `state` has only the people and units on which a few entries bear: what is to be known of the others.
    pub rest: Option<Rest>,
}

impl Mirror {
    /// How many people the mirror holds, here or not.
    pub fn people(&self) -> usize {
        self.rest.as_ref().map_or(self.state.people.len(), |rest| rest.held)
    }

    /// Whether this person is held but not among those in `state`.
    pub(crate) fn is_elsewhere(&self, id: &Uuid) -> bool {
        self.rest.as_ref().is_some_and(|rest| rest.people.contains(id))
    }
}

/// What is to be known of people who are not in a part of the mirror.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    /// Those to whom somebody or something in the part points.
    pub people: BTreeSet<Uuid>,
    /// The chain of command above the people of the part: who is whose superior.
    pub above: BTreeMap<Uuid, Uuid>,
    /// How many people the whole mirror holds.
    pub held: usize,
    /// How many units.
    pub units: usize,
    /// How many people who can sign in have their own place in a unit or below it, in the whole mirror. Only of units that
    /// lose people.
    pub sizes: BTreeMap<Uuid, usize>,
    /// Mail addresses, in small letters, that somebody else claims too.
    pub mails_claimed: BTreeSet<String>,
    /// How many entries that are not being looked at cannot be used.
    pub quarantined: usize,
}

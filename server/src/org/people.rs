//! What is shown of people and units, beside what decides: names, titles, ranks, photos, also of those who left.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use policies::org::{Micros, Org, PersonIx, UnitIx};
use policies::shared::Shards;
use schema::ids::{PersonId, PostId, RankId, SourceId, UnitId};

use super::search::Index;

/// One version of the organisation at one moment. The next one shares with it what did not change.
#[derive(Clone)]
pub struct Mirror {
    /// What decides: the active people with a post.
    pub org: Org,
    /// The moment that its posts are held at.
    pub at: DateTime<Utc>,
    pub(super) people: Shards<PersonId, Arc<PersonRecord>>,
    pub(super) logins: Shards<String, PersonId>,
    pub(super) sources: Arc<HashMap<SourceId, String>>,
    pub(super) ranks: Arc<HashMap<RankId, Arc<RankRecord>>>,
    pub(super) index: Index,
}

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Works here.
    Active,
    /// May not come in.
    Disabled,
    /// Is no longer in the directory.
    Gone,
}

/// A step on an agency's ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankRecord {
    /// Its code in the directory.
    pub code: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// Its name in English.
    pub name_en: String,
    /// Its height on the ladder.
    pub step: i16,
    /// The band that all ladders share.
    pub band: String,
}

/// A post that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRecord {
    /// Its id.
    pub id: PostId,
    /// `primary`, `further`, `acting` or `secondment`.
    pub kind: String,
    /// What its holder is called.
    pub title: String,
    /// Where it is.
    pub unit: UnitId,
    /// Its rank.
    pub rank: Arc<RankRecord>,
    /// Since when, if that is known.
    pub from: Option<DateTime<Utc>>,
    /// Until when, if that is known.
    pub until: Option<DateTime<Utc>>,
}

/// What somebody does in another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Duty {
    /// The duties of an absent head.
    Acting,
    /// The duties of somebody on leave.
    Deputy,
    /// Writes on their behalf.
    Assistant,
}

/// A duty in another's name, and when it is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRecord {
    /// What it is.
    pub kind: Duty,
    /// In whose name.
    pub principal: PersonId,
    /// Since when, if that is known.
    pub from: Option<DateTime<Utc>>,
    /// Until when, if that is known.
    pub until: Option<DateTime<Utc>>,
}

/// A person, also one who left: what they wrote stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The id.
    pub id: PersonId,
    /// Which directory they come from.
    pub source: SourceId,
    /// The name that the directory knows them by, for the bind alone.
    pub dn: String,
    /// What they sign in with.
    pub login: String,
    /// The form in which logins are compared.
    pub login_key: String,
    /// The name to show.
    pub display_name: String,
    /// First name and patronymic.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// `staff`, `contractor` or `external`.
    pub employment: String,
    /// Where they stand.
    pub status: Status,
    /// Duties in Chancery itself.
    pub roles: Vec<String>,
    /// What tells one photo from the next, if there is one.
    pub photo: Option<String>,
    /// The clearance as the directory gave it: level and categories.
    pub clearance: Option<(u8, Vec<String>)>,
    /// The posts they hold or will hold, the primary one first.
    pub posts: Vec<PostRecord>,
    /// What they do or will do in another's name.
    pub duties: Vec<DutyRecord>,
}

impl PostRecord {
    /// Whether it is held at `at`.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        holds(self.from, self.until, at)
    }
}

impl DutyRecord {
    /// Whether it is theirs at `at`.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        holds(self.from, self.until, at)
    }
}

fn holds(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
    from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)
}

impl PersonRecord {
    /// Whether the directory gives them this duty.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    /// The primary post.
    pub fn primary_post(&self) -> Option<&PostRecord> {
        self.posts.first().filter(|post| post.kind == "primary")
    }

    /// What the holder of the primary post is called; nothing for those who left.
    pub fn title(&self) -> &str {
        self.primary_post().map_or("", |post| post.title.as_str())
    }
}

impl Mirror {
    /// The number of this version.
    pub fn version(&self) -> i64 {
        self.org.version()
    }

    /// Whether the person may come in: active in the directory, and holding a post.
    pub fn is_active(&self, person: PersonId) -> bool {
        self.org.person(person.0).is_some()
    }

    /// Everything shown of a person, also of one who left.
    pub fn person(&self, id: PersonId) -> Option<&PersonRecord> {
        self.people.get(&id).map(Arc::as_ref)
    }

    /// Everything shown of somebody in the organisation.
    pub fn record(&self, person: PersonIx) -> Option<&PersonRecord> {
        self.person(PersonId(self.org.person_id(person)))
    }

    /// Everybody who holds a post in `unit`: their first one, or another at that moment.
    pub fn holders(&self, unit: UnitIx, now: Micros) -> Vec<PersonIx> {
        let guests = self.org.guests_of(unit, now);
        self.org.people_of(unit).iter().copied().chain(guests).collect()
    }

    /// Who signs in with `login`, in whatever case it is written.
    pub fn by_login(&self, login: &str) -> Option<&PersonRecord> {
        self.logins.get(&login_key(login)).and_then(|id| self.person(*id))
    }

    /// Somebody, always the same in one version.
    pub fn anybody(&self) -> Option<&PersonRecord> {
        self.index.after(None).next().and_then(|entry| self.record(entry.person))
    }

    /// The name of a directory source.
    pub fn source_name(&self, id: SourceId) -> Option<&str> {
        self.sources.get(&id).map(String::as_str)
    }

    /// The people to search, in the order of their names.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Whether `unit` is `above` or somewhere below it.
    pub fn is_within(&self, unit: UnitIx, above: UnitIx) -> bool {
        self.org.unit_path(unit).contains(&above)
    }
}

/// The form in which logins are compared.
pub fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}

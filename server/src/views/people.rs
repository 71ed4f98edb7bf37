//! People: by name, in a list, on their card, and as oneself.

use chrono::{DateTime, Utc};
use policies::facts::Action;
use policies::org::{Hat as PolicyHat, PersonIx};
use schema::ids::{ConversationId, PersonId, PostId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Decision, Label, Reader, UnitRef};
use crate::org::{Duty, DutyRecord, PersonRecord, PostRecord, RankRecord, Status};

/// A person by name. Also of those who left: what they wrote stays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonRef {
    /// The id, which no rename changes.
    pub id: PersonId,
    /// The name to show.
    pub display_name: String,
    /// What the holder of their post is called; empty for those who left.
    pub title: String,
    /// Where the photo is, if there is one.
    pub photo_url: Option<String>,
    /// Where they stand.
    pub status: Status,
}

/// A person in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// The person by name.
    #[serde(flatten)]
    pub person: PersonRef,
    given_name: Option<String>,
    family_name: Option<String>,
    rank: Rank,
    /// `staff`, `contractor` or `external`.
    employment: String,
    /// Where their primary post is.
    unit: UnitRef,
    agency: UnitRef,
    /// What the reader may do: `dm.start`.
    can: Vec<&'static str>,
}

/// A step on an agency's ladder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rank {
    code: String,
    name_ru: String,
    name_en: String,
    /// `support`, `officer`, `manager`, `director` or `executive`: the same for all agencies.
    band: String,
}

/// A post that is held.
#[derive(Debug, Serialize, ToSchema)]
pub struct Post {
    id: PostId,
    /// `primary`, `further`, `acting` or `secondment`.
    kind: String,
    title: String,
    unit: UnitRef,
    rank: Rank,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

/// A person with everything the directory tells of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonCard {
    #[serde(flatten)]
    person: Person,
    mail: Option<String>,
    phone: Option<String>,
    superior: Option<PersonRef>,
    /// The way to their unit, from the agency down.
    unit_path: Vec<UnitRef>,
    posts: Vec<Post>,
    /// What they do in another's name now.
    duties: Vec<DutyView>,
    /// Who acts for them now, or assists them.
    delegates: Vec<DutyView>,
    /// The direct conversation with the reader, if there is one.
    conversation_id: Option<ConversationId>,
    /// Why the reader may not begin a conversation, where they may not.
    decision: Option<Decision>,
}

/// What somebody does in another's name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonDuty)]
pub struct DutyView {
    kind: Duty,
    /// The other one: in whose name on the card of who has the duty, who has it on the card of the other.
    person: PersonRef,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

/// In which capacity one may write.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hat {
    /// `own`, `acting`, `assistant` or `duty`.
    #[serde(rename = "hat")]
    kind: &'static str,
    /// In whose name.
    principal: Option<PersonRef>,
    until: Option<DateTime<Utc>>,
}

/// The reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    person: Person,
    login: String,
    mail: Option<String>,
    posts: Vec<Post>,
    hats: Vec<Hat>,
    clearance: Option<Label>,
    /// Duties in Chancery itself: `hr`, `compliance`, `security`, `admin`.
    roles: Vec<String>,
    /// Whether the reader may decide on lower labels that others ask for.
    decides_on_labels: bool,
}

impl PersonRef {
    /// The person by name.
    pub fn of(record: &PersonRecord) -> Self {
        let photo_url = record.photo.is_some().then(|| format!("/api/v1/people/{}/photo", record.id));
        Self {
            id: record.id,
            display_name: record.display_name.clone(),
            title: record.title().to_owned(),
            photo_url,
            status: record.status,
        }
    }
}

impl Person {
    /// Somebody in the organisation, as `reader` sees them. Whether they may be seen is the caller's question.
    pub fn of(reader: &Reader, person: PersonIx) -> Option<Self> {
        let mirror = &reader.scene.mirror;
        let record = mirror.record(person)?;
        let own = person == reader.person;
        Some(Self {
            given_name: record.given_name.clone(),
            family_name: record.family_name.clone(),
            rank: Rank::of(&record.primary_post()?.rank),
            employment: record.employment.clone(),
            unit: UnitRef::of(mirror, mirror.org.unit_of(person)),
            agency: UnitRef::of(mirror, mirror.org.agency_of(person)),
            can: if !own && reader.may(Action::DmStart, record.id) {
                vec![Action::DmStart.as_str()]
            } else {
                vec![]
            },
            person: PersonRef::of(record),
        })
    }

    /// The same, unless the reader is not shown them where people are searched and listed.
    pub fn if_found(reader: &Reader, person: PersonIx) -> Option<Self> {
        let id = PersonId(reader.scene.mirror.org.person_id(person));
        if reader.finds(id) { Self::of(reader, person) } else { None }
    }

    /// The same, unless the reader may not see them.
    pub fn if_visible(reader: &Reader, person: PersonIx) -> Option<Self> {
        let id = PersonId(reader.scene.mirror.org.person_id(person));
        if reader.sees(id) { Self::of(reader, person) } else { None }
    }
}

impl Rank {
    /// The rank.
    pub fn of(rank: &RankRecord) -> Self {
        let RankRecord { code, name_ru, name_en, band, .. } = rank.clone();
        Self { code, name_ru, name_en, band }
    }
}

impl Rank {
    /// The rank of a row.
    pub fn of_row(row: &schema::ranks::Rank) -> Self {
        let schema::ranks::Rank { code, name_ru, name_en, band, .. } = row.clone();
        Self { code, name_ru, name_en, band }
    }
}

impl Post {
    /// The post; none where its unit is no more.
    fn of(reader: &Reader, post: &PostRecord) -> Option<Self> {
        let mirror = &reader.scene.mirror;
        Some(Self {
            id: post.id,
            kind: post.kind.clone(),
            title: post.title.clone(),
            unit: UnitRef::of(mirror, mirror.org.unit(post.unit.0)?),
            rank: Rank::of(&post.rank),
            from: post.from,
            until: post.until,
        })
    }

    fn all_of(reader: &Reader, record: &PersonRecord) -> Vec<Self> {
        let now = reader.scene.time();
        // The primary one is of this mirror, whose clock may be a little ahead of ours.
        let held = record.posts.iter().filter(|post| post.kind == "primary" || post.holds(now));
        held.filter_map(|post| Self::of(reader, post)).collect()
    }
}

impl PersonCard {
    /// Somebody whom `reader` may see.
    pub fn of(
        reader: &Reader,
        person: PersonIx,
        conversation_id: Option<ConversationId>,
        decision: Option<Decision>,
    ) -> Option<Self> {
        let mirror = &reader.scene.mirror;
        let record = mirror.record(person)?;
        let superior = mirror.org.superior(person).and_then(|above| mirror.record(above));
        Some(Self {
            person: Person::of(reader, person)?,
            mail: record.mail.clone(),
            phone: record.phone.clone(),
            superior: superior.filter(|above| reader.sees(above.id)).map(PersonRef::of),
            unit_path: UnitRef::path(mirror, mirror.org.unit_of(person)),
            posts: Post::all_of(reader, record),
            duties: DutyView::of_holder(reader, record),
            delegates: DutyView::of_principal(reader, person),
            conversation_id,
            decision,
        })
    }
}

impl DutyView {
    fn of(reader: &Reader, duty: &DutyRecord, other: &PersonRecord) -> Option<Self> {
        let shown = duty.holds(reader.scene.time()) && reader.sees(other.id);
        let DutyRecord { kind, from, until, .. } = *duty;
        shown.then(|| Self { kind, person: PersonRef::of(other), from, until })
    }

    /// What `record` does in the name of people whom the reader may see.
    fn of_holder(reader: &Reader, record: &PersonRecord) -> Vec<Self> {
        let mirror = &reader.scene.mirror;
        let principal =
            |duty: &DutyRecord| mirror.person(duty.principal).filter(|person| mirror.is_active(person.id));
        record.duties.iter().filter_map(|duty| Self::of(reader, duty, principal(duty)?)).collect()
    }

    /// Who does something in the name of `principal`, as far as the reader may see them.
    fn of_principal(reader: &Reader, principal: PersonIx) -> Vec<Self> {
        let mirror = &reader.scene.mirror;
        let id = PersonId(mirror.org.person_id(principal));
        let mut holders: Vec<PersonIx> = mirror
            .org
            .delegates(principal, reader.scene.moment.now)
            .into_iter()
            .map(|(holder, _)| holder)
            .collect();
        holders.dedup();
        let records = holders.into_iter().filter_map(|holder| mirror.record(holder));
        let duties = records.flat_map(|record| record.duties.iter().map(move |duty| (duty, record)));
        duties
            .filter(|(duty, _)| duty.principal == id)
            .filter_map(|(duty, record)| Self::of(reader, duty, record))
            .collect()
    }
}

impl Hat {
    fn of(reader: &Reader, hat: PolicyHat) -> Option<Self> {
        let record = |person: PersonIx| reader.scene.mirror.record(person).map(PersonRef::of);
        let (kind, principal, until) = match hat {
            PolicyHat::Own => ("own", None, None),
            PolicyHat::Acting { principal, until } => ("acting", Some(record(principal)?), until),
            PolicyHat::Assistant { principal, until } => ("assistant", Some(record(principal)?), until),
            PolicyHat::Duty { until } => ("duty", None, until),
        };
        Some(Self { kind, principal, until: until.and_then(DateTime::from_timestamp_micros) })
    }
}

impl Me {
    /// The reader, as they see themselves.
    pub fn of(reader: &Reader) -> Option<Self> {
        let mirror = &reader.scene.mirror;
        let record = mirror.record(reader.person)?;
        let hats = mirror.org.hats(reader.person, reader.scene.moment.now);
        let clearance = mirror.org.clearance(reader.person);
        Some(Self {
            person: Person::of(reader, reader.person)?,
            login: record.login.clone(),
            mail: record.mail.clone(),
            posts: Post::all_of(reader, record),
            hats: hats.into_iter().filter_map(|hat| Hat::of(reader, hat)).collect(),
            clearance: clearance.map(|held| Label::of_clearance(reader.scene.policy.labels(), held)),
            roles: record.roles.clone(),
            decides_on_labels: reader.scene.decides_on_labels(reader.actor.person),
        })
    }
}

//! Makes the mirror out of the rows: pure, and total. What does not fit together is left out and logged by number.

use std::collections::HashMap;
use std::sync::Arc;

use policies::label::LabelVocabulary;
use policies::org::{Org, PersonInput, PostInput};
use policies::walls::Walls;
use schema::ids::{PersonId, RankId};
use schema::org_snapshot::{ClearanceRow, DelegationRow, OrgSnapshot, PersonRow, PostRow, RankRow, ends};

use super::people::{Duty, DutyRecord, Mirror, PersonRecord, PostRecord, RankRecord, Status};
use super::search::Index;

/// The ranks by their rows.
pub(super) type Ranks = HashMap<RankId, Arc<RankRecord>>;

/// The mirror of `rows`, with the walls and labels of a policy.
pub(super) fn mirror(rows: OrgSnapshot, walls: &Walls, labels: &LabelVocabulary) -> Mirror {
    let mut mirror = past(rows, walls, labels);
    let Mirror { org, people, .. } = &mirror;
    let here: Vec<_> = org
        .people()
        .filter_map(|person| Some((person, people.get(&PersonId(org.person_id(person)))?.as_ref())))
        .collect();
    let logins = here.iter().map(|(_, record)| (record.login_key.clone(), record.id)).collect();
    let index = Index::new(here.into_iter());
    (mirror.logins, mirror.index) = (logins, index);
    mirror
}

/// The same, in which nobody can be found by their login or name.
pub(super) fn past(mut rows: OrgSnapshot, walls: &Walls, labels: &LabelVocabulary) -> Mirror {
    // What decides and what is shown hang on the rows alone: both are made at once.
    let (input, posts) = std::thread::scope(|scope| {
        let posts = scope.spawn(|| PostsOf::sort(&rows.posts));
        let input = org_input::org(&rows, labels);
        (input, posts.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (org, people, ranks) = std::thread::scope(|scope| {
        let deciding = scope.spawn(|| Org::build(input, walls));
        let ranks: Ranks = std::mem::take(&mut rows.ranks).into_iter().map(rank).collect();
        let records = read(&mut rows, &posts, &ranks, |_, _, _| ());
        let people: policies::shared::Shards<_, _> =
            records.into_iter().map(|(record, ())| (record.id, Arc::new(record))).collect();
        let org = deciding.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (org, people, ranks)
    });
    for finding in org.findings() {
        tracing::warn!(?finding, version = org.version(), "the mirror does not fit together");
    }
    Mirror {
        at: rows.at,
        logins: policies::shared::Shards::default(),
        sources: Arc::new(rows.sources.into_iter().collect()),
        ranks: Arc::new(ranks),
        index: Index::default(),
        people,
        org,
    }
}

fn rank(row: RankRow) -> (RankId, Arc<RankRecord>) {
    let RankRow { id, code, name_ru, name_en, step, band } = row;
    (id, Arc::new(RankRecord { code, name_ru, name_en, step, band }))
}

/// What is shown of each person, and what decides about them if they may come in. Takes their rows out of `rows`.
pub(super) fn read_people(
    rows: &mut OrgSnapshot,
    ranks: &Ranks,
    labels: &LabelVocabulary,
) -> Vec<(PersonRecord, Option<PersonInput>)> {
    let posts = PostsOf::sort(&rows.posts);
    read(rows, &posts, ranks, |row, primary, clearance| {
        person_input(row, primary, ranks, clearance, labels).filter(|_| row.status == "active")
    })
}

/// Whose posts are where among the rows: sorted, because a list for each of a hundred thousand people takes longer than all else.
struct PostsOf {
    /// Person and place, primary posts first.
    places: Vec<(PersonId, u32)>,
    /// Where those of a person begin in that.
    begins: HashMap<PersonId, u32>,
}

impl PostsOf {
    fn sort(rows: &[PostRow]) -> Self {
        let mut keyed: Vec<_> = (0_u32..)
            .zip(rows)
            .map(|(place, row)| (row.person_id, row.kind != "primary", row.id, place))
            .collect();
        keyed.sort_unstable();
        let mut begins = HashMap::with_capacity(keyed.len());
        for (at, (person, ..)) in (0_u32..).zip(&keyed) {
            begins.entry(*person).or_insert(at);
        }
        Self { places: keyed.into_iter().map(|(person, .., place)| (person, place)).collect(), begins }
    }

    /// The places of the posts of `person`, the primary one first.
    fn of(&self, person: PersonId) -> impl Iterator<Item = usize> {
        let begin = self.begins.get(&person).map_or(self.places.len(), |at| *at as usize);
        let from = self.places.get(begin..).unwrap_or_default();
        from.iter().take_while(move |(of, _)| *of == person).map(|(_, place)| *place as usize)
    }
}

/// What is shown of each person, with what `also` makes of the row, the first post and the clearance.
fn read<T>(
    rows: &mut OrgSnapshot,
    posts: &PostsOf,
    ranks: &Ranks,
    also: impl Fn(&PersonRow, Option<&PostRow>, Option<&(u8, Vec<String>)>) -> T,
) -> Vec<(PersonRecord, T)> {
    let mut held: Vec<Option<PostRow>> = std::mem::take(&mut rows.posts).into_iter().map(Some).collect();
    let photos = std::mem::take(&mut rows.photos);
    let mut photos: HashMap<PersonId, String> =
        photos.into_iter().map(|(person, sha256)| (person, tag(&sha256))).collect();
    let clearance =
        |row: ClearanceRow| Some((row.person_id, (u8::try_from(row.level).ok()?, row.categories)));
    let mut clearances: HashMap<PersonId, (u8, Vec<String>)> =
        std::mem::take(&mut rows.clearances).into_iter().filter_map(clearance).collect();
    let mut duties: HashMap<PersonId, Vec<DutyRecord>> = HashMap::new();
    for row in &rows.delegations {
        if let Some(duty) = duty(row) {
            duties.entry(row.person_id).or_default().push(duty);
        }
    }
    let read = |row: PersonRow| {
        let held: Vec<PostRow> =
            posts.of(row.id).filter_map(|place| held.get_mut(place).and_then(Option::take)).collect();
        let clearance = clearances.remove(&row.id);
        let beside = also(&row, held.first(), clearance.as_ref());
        let photo = photos.remove(&row.id);
        let duties = duties.remove(&row.id).unwrap_or_default();
        (record(row, held, duties, ranks, clearance, photo), beside)
    };
    std::mem::take(&mut rows.people).into_iter().map(read).collect()
}

fn record(
    row: PersonRow,
    held: Vec<PostRow>,
    duties: Vec<DutyRecord>,
    ranks: &Ranks,
    clearance: Option<(u8, Vec<String>)>,
    photo: Option<String>,
) -> PersonRecord {
    let posts = held.into_iter().filter_map(|post| {
        let (from, until) = ends(&post.valid);
        Some(PostRecord {
            id: post.id,
            rank: ranks.get(&post.rank_id)?.clone(),
            kind: post.kind,
            title: post.title,
            unit: post.unit_id,
            from,
            until,
        })
    });
    PersonRecord {
        photo,
        posts: posts.collect(),
        duties,
        id: row.id,
        source: row.source_id,
        dn: row.dn,
        login: row.login,
        login_key: row.login_key,
        display_name: row.display_name,
        given_name: row.given_name,
        family_name: row.family_name,
        mail: row.mail,
        phone: row.phone,
        employment: row.employment,
        status: match row.status.as_str() {
            "active" => Status::Active,
            "disabled" => Status::Disabled,
            _ => Status::Gone,
        },
        roles: row.roles,
        clearance,
    }
}

/// What decides about a person; nothing for those without a primary post, who therefore may do nothing.
fn person_input(
    row: &PersonRow,
    primary: Option<&PostRow>,
    ranks: &Ranks,
    clearance: Option<&(u8, Vec<String>)>,
    labels: &LabelVocabulary,
) -> Option<PersonInput> {
    let post = primary.filter(|post| post.kind == "primary")?;
    let clearance = clearance.map(|(level, categories)| (*level, categories.as_slice()));
    org_input::person(row, post, deciding(ranks.get(&post.rank_id)?), clearance, labels)
}

fn deciding(rank: &RankRecord) -> org_input::Rank<'_> {
    org_input::Rank { step: rank.step, band: &rank.band }
}

/// What decides about posts beside the primary one.
pub(super) fn further_posts(rows: &OrgSnapshot, ranks: &Ranks) -> Vec<PostInput> {
    let further = |row: &PostRow| org_input::further_post(row, deciding(ranks.get(&row.rank_id)?));
    rows.posts.iter().filter_map(further).collect()
}

/// What is shown of a delegation; a duty officer's is nobody's in particular.
fn duty(row: &DelegationRow) -> Option<DutyRecord> {
    let kind = match (row.hat.as_str(), row.appointed_as.as_deref()) {
        ("acting", Some("deputy")) => Duty::Deputy,
        ("acting", _) => Duty::Acting,
        ("assistant", _) => Duty::Assistant,
        _ => return None,
    };
    let (from, until) = ends(&row.valid);
    Some(DutyRecord { kind, principal: row.principal_id?, from, until })
}

/// Enough of a photo's hash to tell it from the one before.
fn tag(sha256: &[u8]) -> String {
    crate::text::hex(sha256.get(..8).unwrap_or(sha256))
}

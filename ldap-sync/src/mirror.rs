//! Reads what the mirror holds of one source, in the shape of a plan, with the rows behind it.

mod part;

use std::collections::{BTreeSet, HashMap};

use schema::ids::{DelegationId, PersonId, PostId, RankId, SourceId, UnitId};
use schema::mirror_part::AskedUnits;
use schema::transaction::Link;
use schema::{
    clearances, delegations, liaisons, mirror_part, people, posts, ranks, sources, sync_runs, units,
};
use uuid::Uuid;

use crate::config::source::band;
use crate::entry::{Reading, hex};
use crate::state::{
    Clearance, Delegation, Employment, Hat, Mirror, Person, Post, PostKind, RankStep, Rest, Status, Unit,
    UnitKind,
};

/// The mirror and its rows.
#[derive(Debug, Default)]
pub struct Held {
    /// What it says.
    pub mirror: Mirror,
    /// Where it says it.
    pub rows: Rows,
}

/// Which row is whose. People and units that have gone are among them: they may come back.
#[derive(Debug, Default)]
pub struct Rows {
    /// Person by directory id.
    pub people: HashMap<Uuid, PersonId>,
    /// Unit by directory id.
    pub units: HashMap<Uuid, UnitId>,
    /// Rank by code.
    pub ranks: HashMap<String, RankId>,
    /// Post by holder, kind and, for acting ones, unit.
    pub posts: HashMap<(PersonId, PostKind, Option<UnitId>), PostId>,
    /// Delegation by holder, hat and principal.
    pub delegations: HashMap<(PersonId, Hat, PersonId), DelegationId>,
}

/// Reads the mirror. A source that the database does not know yet holds nothing.
pub async fn load(connection: &mut Link, id: Option<SourceId>) -> Result<Held, schema::Error> {
    let mut held = Held::default();
    held.mirror.logins_elsewhere = sources::logins_elsewhere(connection, id).await?.into_iter().collect();
    held.mirror.agencies_elsewhere =
        sources::agencies_elsewhere(connection, id).await?.into_iter().map(|(key, id)| (key, id.0)).collect();
    let Some(id) = id else { return Ok(held) };
    let people = people::list(connection, id).await?;
    fill(connection, id, held, people, None).await
}

/// Reads of the mirror all units, and the people who bear on `reading`.
pub async fn load_part(
    connection: &mut Link,
    id: SourceId,
    reading: &Reading,
) -> Result<Held, schema::Error> {
    let mut held = Held::default();
    let asked = part::asked(reading);
    held.mirror.logins_elsewhere =
        mirror_part::logins_elsewhere(connection, id, &asked.logins).await?.into_iter().collect();
    held.mirror.agencies_elsewhere = sources::agencies_elsewhere(connection, Some(id))
        .await?
        .into_iter()
        .map(|(key, id)| (key, id.0))
        .collect();
    let ids = mirror_part::people(connection, id, &asked).await?;
    let people = people::of(connection, &ids).await?;
    let above = mirror_part::above(connection, id, &ids).await?;
    held.mirror.rest = Some(Rest { above: above.into_iter().collect(), ..Rest::default() });
    let units = part::asked_units(reading);
    fill(connection, id, held, people, Some((&ids, units))).await
}

/// Fills in all that hangs on `people`, and the units: everybody and all, or only the people `of` and the units that are
/// asked for, with those where these people have posts.
async fn fill(
    connection: &mut Link,
    id: SourceId,
    mut held: Held,
    people_rows: Vec<people::Person>,
    part: Option<(&[PersonId], AskedUnits)>,
) -> Result<Held, schema::Error> {
    let of = part.as_ref().map(|(of, _)| *of);
    let found = sync_runs::last_found(connection, id).await?;
    held.mirror.last_entries = found.and_then(|found| usize::try_from(found.entries).ok());
    let ladder = ranks::list(connection, id).await?;
    held.rows.ranks = ladder.iter().map(|rank| (rank.code.clone(), rank.id)).collect();
    held.mirror.ranks = ladder.iter().filter_map(rank_step).collect();
    let codes: HashMap<RankId, String> = ladder.into_iter().map(|rank| (rank.id, rank.code)).collect();

    let post_rows = posts::list(connection, id, of).await?;
    let unit_rows = match part {
        None => units::list(connection, id).await?,
        Some((_, mut asked)) => {
            asked.rows.extend(post_rows.iter().map(|row| row.unit_id));
            let units = mirror_part::units(connection, id, &asked).await?;
            units::of(connection, &units).await?
        }
    };
    let delegation_rows = delegations::list(connection, id, of).await?;
    let unit_ids: HashMap<UnitId, Uuid> = unit_rows.iter().map(|row| (row.id, row.directory_id)).collect();
    let mut person_ids: HashMap<PersonId, Uuid> =
        people_rows.iter().map(|row| (row.id, row.directory_id)).collect();
    if let Some(rest) = &mut held.mirror.rest {
        let pointed_to = post_rows.iter().filter_map(|row| row.superior_id);
        let pointed_to = pointed_to.chain(delegation_rows.iter().filter_map(|row| row.principal_id));
        let pointed_to = pointed_to.chain(unit_rows.iter().filter_map(|row| row.head_id));
        let mut missing: Vec<PersonId> = pointed_to.filter(|id| !person_ids.contains_key(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        let elsewhere = mirror_part::names(connection, &missing).await?;
        let count = |number: fn(sync_runs::Found) -> i32| {
            found.and_then(|found| usize::try_from(number(found)).ok()).unwrap_or_default()
        };
        (rest.held, rest.units) = (count(|found| found.people), count(|found| found.units));
        rest.people.extend(elsewhere.iter().map(|(_, directory_id)| *directory_id));
        person_ids.extend(elsewhere);
    }
    held.rows.units = unit_rows.iter().map(|row| (row.directory_id, row.id)).collect();
    held.rows.people = person_ids.iter().map(|(id, directory_id)| (*directory_id, *id)).collect();

    for row in unit_rows.into_iter().filter(|row| row.status == "active") {
        let Some(kind) = unit_kind(&row.kind) else { continue };
        let unit = Unit {
            kind,
            parent: row.parent_id.and_then(|parent| unit_ids.get(&parent)).copied(),
            head: row.head_id.and_then(|head| person_ids.get(&head)).copied(),
            dn: row.dn,
            dn_key: row.dn_key,
            name: row.name,
        };
        held.mirror.state.units.insert(row.directory_id, unit);
    }
    for row in people_rows.into_iter().filter(|row| row.status != "gone") {
        let directory_id = row.directory_id;
        held.mirror.state.people.insert(directory_id, person(row));
    }
    let mut filler = Filler { held: &mut held, unit_ids, person_ids, codes };
    filler.posts(post_rows);
    filler.delegations(delegation_rows);
    for row in liaisons::list(connection, id, of).await? {
        if let Some(person) = filler.person(row.person_id) {
            person.liaisons.insert(row.agency_id.0);
        }
    }
    for row in clearances::list(connection, id, of).await? {
        let clearance = u8::try_from(row.level)
            .ok()
            .map(|level| Clearance { level, categories: row.categories.into_iter().collect() });
        if let Some(person) = filler.person(row.person_id) {
            person.clearance = clearance;
        }
    }
    for (person, sha256) in sources::photos(connection, id, of).await? {
        if let Some(person) = filler.person(person) {
            person.photo = Some(hex(&sha256));
        }
    }
    Ok(held)
}

struct Filler<'a> {
    held: &'a mut Held,
    unit_ids: HashMap<UnitId, Uuid>,
    person_ids: HashMap<PersonId, Uuid>,
    codes: HashMap<RankId, String>,
}

impl Filler<'_> {
    fn person(&mut self, id: PersonId) -> Option<&mut Person> {
        self.held.mirror.state.people.get_mut(self.person_ids.get(&id)?)
    }

    fn posts(&mut self, rows: Vec<posts::Post>) {
        for row in rows {
            let kind = match row.kind.as_str() {
                "primary" => PostKind::Primary,
                "acting" => PostKind::Acting,
                // Not the directory's: left alone.
                _ => continue,
            };
            let place = (kind == PostKind::Acting).then_some(row.unit_id);
            self.held.rows.posts.insert((row.person_id, kind, place), row.id);
            let (Some(&unit), Some(rank)) = (self.unit_ids.get(&row.unit_id), self.codes.get(&row.rank_id))
            else {
                continue;
            };
            let rank = rank.clone();
            let superior = row.superior_id.and_then(|superior| self.person_ids.get(&superior)).copied();
            if let Some(person) = self.person(row.person_id) {
                person.posts.push(Post { kind, unit, rank, title: row.title, superior, until: row.until });
                person.posts.sort();
            }
        }
    }

    fn delegations(&mut self, rows: Vec<delegations::Delegation>) {
        for row in rows {
            let hat = match row.hat.as_str() {
                "acting" => Hat::Acting,
                "assistant" => Hat::Assistant,
                // Not the directory's: left alone.
                _ => continue,
            };
            let Some(principal_id) = row.principal_id else { continue };
            self.held.rows.delegations.insert((row.person_id, hat, principal_id), row.id);
            let Some(&principal) = self.person_ids.get(&principal_id) else { continue };
            if let Some(person) = self.person(row.person_id) {
                person.delegations.push(Delegation { hat, principal, until: row.until });
                person.delegations.sort();
            }
        }
    }
}

fn person(row: people::Person) -> Person {
    Person {
        dn: row.dn,
        dn_key: row.dn_key,
        login: row.login,
        display_name: row.display_name,
        given_name: row.given_name,
        family_name: row.family_name,
        mail: row.mail,
        phone: row.phone,
        employment: match row.employment.as_str() {
            "staff" => Employment::Staff,
            "contractor" => Employment::Contractor,
            _ => Employment::External,
        },
        status: if row.status == "active" { Status::Active } else { Status::Disabled },
        segments: row.segments.into_iter().collect(),
        roles: row.roles.into_iter().collect(),
        clearance: None,
        posts: Vec::new(),
        delegations: Vec::new(),
        liaisons: BTreeSet::new(),
        photo: None,
    }
}

fn rank_step(rank: &ranks::Rank) -> Option<RankStep> {
    // Steps from 10,000 up have left the ladder and wait for their last holder to go.
    (rank.step < 10_000).then_some(())?;
    Some(RankStep {
        code: rank.code.clone(),
        name_ru: rank.name_ru.clone(),
        name_en: rank.name_en.clone(),
        step: rank.step,
        band: band(&rank.band)?,
    })
}

fn unit_kind(word: &str) -> Option<UnitKind> {
    match word {
        "agency" => Some(UnitKind::Agency),
        "department" => Some(UnitKind::Department),
        "division" => Some(UnitKind::Division),
        "section" => Some(UnitKind::Section),
        _ => None,
    }
}

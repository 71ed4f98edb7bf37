//! Which further entries must be read to say what becomes of some: those that point to whom they were, those that claim
//! the same, those that answer to a head who is another.

use std::collections::{BTreeSet, HashMap, HashSet};

use schema::directory_findings::{self, Mendable};
use schema::ids::{PersonId, SourceId};
use schema::{Transaction, directory_groups, mirror_part};
use uuid::Uuid;

use super::read::Heard;
use crate::config::Source;
use crate::dn::Dn;
use crate::entry::{Extent, Field, Reading, UnitEntry};
use crate::finding::Code;
use crate::mirror::Held;
use crate::state::{Mirror, Person, Status};

/// Of as many findings it is seen whether a change has mended them. Full reads look at all of them.
const STANDING: i64 = 1000;

/// Whether units came, went or have other names: then entries have other names of which the directory told nothing. What
/// was only looked for tells of no change.
pub(super) fn changes_the_tree(heard: &Heard, reading: &Reading, mirror: &Mirror) -> bool {
    let units = &mirror.state.units;
    let is_as_it_was = |entry: &UnitEntry| {
        let Some(id) = entry.place.id else { return false };
        heard.looked_for.contains(&id) || units.get(&id).is_some_and(|held| held.dn_key == entry.place.key)
    };
    let gone = match &reading.extent {
        Extent::Part { gone } => gone.iter().any(|id| units.contains_key(id)),
        Extent::Whole => false,
    };
    gone || !reading.units.iter().all(is_as_it_was)
}

/// The ids of those entries; only such as are not at hand.
pub(super) async fn needed(
    transaction: &mut Transaction,
    source: &Source,
    id: SourceId,
    heard: &Heard,
    reading: &Reading,
    held: &Held,
) -> Result<BTreeSet<Uuid>, schema::Error> {
    let here: HashSet<Uuid> = heard.ids(source);
    let mut needed = BTreeSet::new();
    let moved = moved(reading, held);
    if !moved.is_empty() {
        needed.extend(mirror_part::pointing_to(transaction, id, &moved).await?);
    }
    needed.extend(claimed(reading, &held.mirror));
    if source.superior_from_head {
        let units = headed_anew(reading, &held.mirror);
        let rows: Vec<_> = units.iter().filter_map(|unit| held.rows.units.get(unit)).copied().collect();
        if !rows.is_empty() {
            needed.extend(mirror_part::people_below(transaction, id, &rows).await?);
        }
    }
    if heard.is_live {
        needed.extend(mended(transaction, id, reading, &held.mirror).await?);
    }
    if !source.groups.is_empty() {
        // Groups that name somebody by the old name name them by the new one by now, if the server sees to it.
        let names = names_before(reading, &held.mirror);
        needed.extend(directory_groups::with_members(transaction, id, &names).await?);
    }
    needed.retain(|id| !here.contains(id) && !reading.extent.has_lost(id));
    Ok(needed)
}

/// The comparable names that people had who have others by now.
fn names_before(reading: &Reading, mirror: &Mirror) -> Vec<String> {
    let renamed = reading.people.iter().filter_map(|entry| {
        let before = mirror.state.people.get(&entry.place.id?)?;
        (before.dn_key != entry.place.key).then(|| before.dn_key.clone())
    });
    renamed.collect()
}

/// People whose names are others by now, or who have gone.
fn moved(reading: &Reading, held: &Held) -> Vec<PersonId> {
    let mut moved: Vec<Uuid> = Vec::new();
    for entry in &reading.people {
        let Some(id) = entry.place.id else { continue };
        let before = held.mirror.state.people.get(&id);
        moved.extend(before.filter(|before| before.dn_key != entry.place.key).map(|_| id));
    }
    if let Extent::Part { gone } = &reading.extent {
        moved.extend(gone);
    }
    moved.iter().filter_map(|id| held.rows.people.get(id)).copied().collect()
}

/// Those who have a login or an address that somebody else claims now.
fn claimed(reading: &Reading, mirror: &Mirror) -> Vec<Uuid> {
    let mut logins: HashMap<String, HashSet<Option<Uuid>>> = HashMap::new();
    let mut mails: HashMap<String, HashSet<Option<Uuid>>> = HashMap::new();
    for entry in &reading.people {
        if let Field::Good(login) = &entry.login {
            logins.entry(login.to_lowercase()).or_default().insert(entry.place.id);
        }
        if let Field::Good(mail) = &entry.mail {
            mails.entry(mail.to_lowercase()).or_default().insert(entry.place.id);
        }
    }
    let is_claimed = |claims: Option<&HashSet<Option<Uuid>>>, id: &Uuid| {
        claims.is_some_and(|claims| claims.iter().any(|claimant| claimant.as_ref() != Some(id)))
    };
    let active = mirror.state.people.iter().filter(|(_, person)| person.status == Status::Active);
    let claimed = active.filter(|(id, person)| {
        let mail = person.mail.as_ref().map(|mail| mail.to_lowercase());
        is_claimed(logins.get(&person.login_key()), id)
            || mail.is_some_and(|mail| is_claimed(mails.get(&mail), id))
    });
    claimed.map(|(id, _)| *id).collect()
}

/// Units whose head will be another: whoever answers to the head of the unit answers to somebody else. A head whose name
/// leads nowhere stays who it was.
fn headed_anew(reading: &Reading, mirror: &Mirror) -> Vec<Uuid> {
    let then = mirror.state.people.iter().map(|(id, person)| (person.dn_key.clone(), *id));
    let now = reading.people.iter().filter_map(|entry| Some((entry.place.key.clone(), entry.place.id?)));
    let people: HashMap<String, Uuid> = then.chain(now).collect();
    let mut units = Vec::new();
    for entry in &reading.units {
        let Some(held) = entry.place.id.and_then(|id| mirror.state.units.get(&id)) else { continue };
        let before = held.head.filter(|head| !reading.extent.is_part() || !reading.extent.has_lost(head));
        let told = entry.head.as_ref().and_then(|name| people.get(&Dn::parse(name).ok()?.key())).copied();
        let after = if entry.head.is_some() { told.or(before) } else { None };
        if after != held.head {
            units.extend(entry.place.id);
        }
    }
    units
}

/// What one change may mend of others: a name that led nowhere leads to somebody now, a login or an address that two
/// claimed is one's own.
struct Mending {
    /// The comparable names that people have now.
    names: HashSet<String>,
    /// Logins that were given up, in lower case.
    logins: HashSet<String>,
    /// Whether somebody gave up an address. Findings do not tell which one they are about.
    mails: bool,
}

impl Mending {
    fn of(reading: &Reading, mirror: &Mirror) -> Self {
        let mut mending = Self { names: HashSet::new(), logins: HashSet::new(), mails: false };
        for entry in &reading.people {
            let held = entry.place.id.and_then(|id| mirror.state.people.get(&id));
            if held.is_none_or(|held| held.dn_key != entry.place.key) {
                mending.names.insert(entry.place.key.clone());
            }
            if let Some(held) = held {
                let stays = entry.status != Field::Good(Status::Disabled);
                let login =
                    matches!(&entry.login, Field::Good(login) if login.to_lowercase() == held.login_key());
                let mail = matches!(&entry.mail, Field::Good(mail) if Some(mail) == held.mail.as_ref());
                mending.gives_up(held, stays && login, stays && (mail || held.mail.is_none()));
            }
        }
        if let Extent::Part { gone } = &reading.extent {
            for held in gone.iter().filter_map(|id| mirror.state.people.get(id)) {
                mending.gives_up(held, false, false);
            }
        }
        mending
    }

    fn gives_up(&mut self, held: &Person, keeps_login: bool, keeps_mail: bool) {
        if held.status == Status::Active && !keeps_login {
            self.logins.insert(held.login_key());
        }
        self.mails |= held.status == Status::Active && !keeps_mail;
    }

    /// The rules of which it may mend something.
    fn codes(&self) -> Vec<Code> {
        let names =
            [Code::DanglingSuperior, Code::DanglingHead, Code::DanglingAssistant, Code::DanglingActingFor];
        let names = names.into_iter().filter(|_| !self.names.is_empty());
        let logins = Some(Code::DuplicateLogin).filter(|_| !self.logins.is_empty());
        let mails = Some(Code::DuplicateMail).filter(|_| self.mails);
        names.chain(logins).chain(mails).collect()
    }

    fn mends(&self, finding: &Mendable) -> bool {
        let value = finding.value.as_deref().unwrap_or_default();
        if finding.code == Code::DuplicateMail.as_text() {
            self.mails
        } else if finding.code == Code::DuplicateLogin.as_text() {
            self.logins.contains(&value.to_lowercase())
        } else {
            Dn::parse(value).is_ok_and(|dn| self.names.contains(&dn.key()))
        }
    }
}

/// The entries of which the change may mend something.
async fn mended(
    transaction: &mut Transaction,
    id: SourceId,
    reading: &Reading,
    mirror: &Mirror,
) -> Result<Vec<Uuid>, schema::Error> {
    let mending = Mending::of(reading, mirror);
    let codes: Vec<String> = mending.codes().into_iter().map(Code::as_text).collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let standing = directory_findings::mendable(transaction, id, &codes, STANDING).await?;
    Ok(standing.iter().filter(|finding| mending.mends(finding)).map(|finding| finding.directory_id).collect())
}

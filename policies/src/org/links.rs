//! What ties people together beside the chain of command: delegations, liaisons, exceptions. They are few, so they are
//! resolved anew whenever they, or those they may name, change.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::profile::Ties;
use super::{
    DelegationInput, ExceptionInput, ExceptionKind, Hat, HatKind, Org, PersonIx, PostInput, Seat, Span,
    UnitIx,
};

/// The rows, and what they mean among those who are here.
#[derive(Debug, Default)]
pub(super) struct Links {
    post_rows: Vec<PostInput>,
    delegation_rows: Vec<DelegationInput>,
    liaison_rows: Vec<(Uuid, Uuid)>,
    exception_rows: Vec<ExceptionInput>,
    pub(super) hats: HashMap<PersonIx, Vec<(Hat, Span)>>,
    /// Posts beside the primary one, by who holds them and by where they are.
    pub(super) further: HashMap<PersonIx, Vec<(Seat, Span)>>,
    pub(super) guests: HashMap<UnitIx, Vec<(PersonIx, Span)>>,
    pub(super) liaisons: HashMap<PersonIx, Vec<UnitIx>>,
    pub(super) exceptions: HashMap<(PersonIx, PersonIx), Vec<(ExceptionKind, Span)>>,
}

/// Notes in a row that somebody is tied.
type Tie = fn(&mut Ties);
const FURTHER: Tie = |ties| ties.further = true;
const LIAISON: Tie = |ties| ties.liaison = true;
const EXCEPTION: Tie = |ties| ties.exception = true;
const ASSISTS: Tie = |ties| ties.assists = true;

impl Links {
    /// Everybody who is tied, and how.
    fn tied(&self) -> impl Iterator<Item = (PersonIx, Tie)> + '_ {
        let further = self.further.keys().map(|person| (*person, FURTHER));
        let liaisons = self.liaisons.keys().map(|person| (*person, LIAISON));
        let assists = |hats: &[(Hat, Span)]| hats.iter().any(|(hat, _)| matches!(hat, Hat::Assistant { .. }));
        let aides =
            self.hats.iter().filter(move |(_, hats)| assists(hats)).map(|(person, _)| (*person, ASSISTS));
        let pairs = self.exceptions.keys();
        further
            .chain(liaisons)
            .chain(aides)
            .chain(pairs.flat_map(|(from, to)| [(*from, EXCEPTION), (*to, EXCEPTION)]))
    }
}

/// The rows of people that changed, as they are now.
pub(super) struct LinkRows {
    pub(super) of: HashSet<Uuid>,
    pub(super) posts: Vec<PostInput>,
    pub(super) delegations: Vec<DelegationInput>,
    pub(super) liaisons: Vec<(Uuid, Uuid)>,
    pub(super) exceptions: Vec<ExceptionInput>,
}

impl Org {
    /// Replaces the rows of those people; resolves all rows if any changed, or with `anew`.
    pub(super) fn patch_links(&mut self, rows: LinkRows, anew: bool) {
        let old = self.links.clone();
        let LinkRows { of, posts, delegations, liaisons, exceptions } = rows;
        let delegates = |row: &DelegationInput| {
            of.contains(&row.person) || row.principal.is_some_and(|principal| of.contains(&principal))
        };
        let excepted = |row: &ExceptionInput| of.contains(&row.from) || of.contains(&row.to);
        let had_any = old.delegation_rows.iter().any(delegates)
            || old.exception_rows.iter().any(excepted)
            || old.post_rows.iter().any(|row| of.contains(&row.person))
            || old.liaison_rows.iter().any(|(person, _)| of.contains(person));
        let gets_any =
            !(posts.is_empty() && delegations.is_empty() && liaisons.is_empty() && exceptions.is_empty());
        if !(anew || had_any || gets_any) {
            return;
        }
        let mut links = Links::default();
        let kept = old.post_rows.iter().filter(|row| !of.contains(&row.person)).copied();
        links.post_rows = kept.chain(posts).collect();
        let kept = old.delegation_rows.iter().filter(|row| !delegates(row)).copied();
        links.delegation_rows = kept.chain(delegations).collect();
        let kept = old.exception_rows.iter().filter(|row| !excepted(row)).copied();
        links.exception_rows = kept.chain(exceptions).collect();
        let kept = old.liaison_rows.iter().filter(|(person, _)| !of.contains(person)).copied();
        links.liaison_rows = kept.chain(liaisons).collect();
        self.resolve(&mut links);
        self.mark_tied(&old, &links);
        self.links = Arc::new(links);
    }

    /// Notes in the rows who is tied, so that the others need not be looked up.
    fn mark_tied(&mut self, old: &Links, new: &Links) {
        for person in old.tied().map(|(person, _)| person) {
            self.tie(person, |ties| *ties = Ties::default());
        }
        for (person, tie) in new.tied() {
            self.tie(person, tie);
        }
    }

    fn tie(&mut self, person: PersonIx, tie: impl Fn(&mut Ties)) {
        let mut profile = *self.profile(person);
        tie(&mut profile.ties);
        if let Some(row) = self.people.get_mut(person.0 as usize) {
            row.profile = self.profiles.place(profile);
        }
    }

    fn resolve(&self, links: &mut Links) {
        let find = |id: &Uuid| self.person_by_id.get(id).copied();
        for row in &links.exception_rows {
            if let (Some(from), Some(to)) = (find(&row.from), find(&row.to)) {
                let span = Span { from: row.from_at, until: row.until };
                links.exceptions.entry((from, to)).or_default().push((row.kind, span));
            }
        }
        for (person, agency) in &links.liaison_rows {
            if let (Some(person), Some(agency)) = (find(person), self.unit_by_id.get(agency)) {
                links.liaisons.entry(person).or_default().push(*agency);
            }
        }
        for row in &links.post_rows {
            if let (Some(person), Some(unit)) = (find(&row.person), self.unit_by_id.get(&row.unit).copied()) {
                let span = Span { from: row.from, until: row.until };
                let seat = Seat { unit: unit.0, department: self.place(unit).department, band: row.band };
                links.further.entry(person).or_default().push((seat, span));
                links.guests.entry(unit).or_default().push((person, span));
            }
        }
        for row in &links.delegation_rows {
            let principal = row.principal.as_ref().and_then(find);
            let hat = match (row.hat, principal) {
                (HatKind::Acting, Some(principal)) => Hat::Acting { principal, until: row.until },
                (HatKind::Assistant, Some(principal)) => Hat::Assistant { principal, until: row.until },
                (HatKind::Duty, _) => Hat::Duty { until: row.until },
                // A principal who is gone lends no authority.
                (HatKind::Acting | HatKind::Assistant, None) | (HatKind::Own, _) => continue,
            };
            if let Some(person) = find(&row.person) {
                let span = Span { from: row.from, until: row.until };
                links.hats.entry(person).or_default().push((hat, span));
            }
        }
        // Where no hat is named, the first that will do is the one by whose rule it is done: the same one on every node, and
        // whenever it is asked again.
        for hats in links.hats.values_mut() {
            hats.sort_by_key(|(hat, span)| {
                let principal = hat.principal().map(|principal| self.person_id(principal));
                (hat.kind() as u8, principal, span.from, span.until)
            });
        }
    }
}

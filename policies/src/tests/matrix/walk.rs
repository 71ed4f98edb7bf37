//! Every action toward everybody, and in every kind of conversation, by everybody in every capacity.

use super::cast::Cast;
use crate::facts::{
    Action, Asker, Contact, Facts, Membership, Missing, Moment, Room, RoomKind, in_room, toward_person,
};
use crate::gate::{RuleId, Snapshot};
use crate::label::Label;
use crate::org::{Org, PersonIx};
use crate::testing::{HIGHEST, NOON};

/// One action toward one kind of thing: a table for what is ordinary, and one for each circumstance that may matter.
#[derive(PartialEq, Eq)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) columns: Vec<String>,
    pub(super) tables: Vec<Table>,
}

/// The answers in one circumstance: one row for each who asks, one cell for each column.
#[derive(PartialEq, Eq)]
pub(super) struct Table {
    pub(super) when: &'static str,
    pub(super) rows: Vec<Vec<String>>,
}

/// What differs from one table to the next.
#[derive(Clone, Copy)]
struct When<'a> {
    said: &'static str,
    org: &'a Org,
    moment: Moment,
    contact: Contact,
    membership: Membership,
    label: Label,
    /// Whose words it is about.
    author: Option<PersonIx>,
}

const OPEN: Label = Label { level: 0, categories: 0 };

/// The kinds of conversation, with what the title says. Each may hold what is official.
const ROOMS: [(RoomKind, &str); 7] = [
    (RoomKind::Unit, "the channel of the officer's division"),
    (RoomKind::Project, "a project channel of the ministry"),
    (RoomKind::Group, "a group"),
    (RoomKind::Announcement, "the ministry's announcements"),
    (RoomKind::Shared, "a channel of several agencies"),
    (RoomKind::Crisis, "a crisis channel of the ministry"),
    (RoomKind::Direct, "a direct conversation with the officer"),
];

const MEMBERSHIPS: [(Membership, &str); 4] = [
    (Membership::None, "none"),
    (Membership::Member, "memb"),
    (Membership::Moderator, "mod"),
    (Membership::Owner, "own"),
];

/// All of it, action by action.
pub(super) fn sections(policy: &Snapshot, cast: &Cast) -> Vec<Section> {
    let walk = Walk { policy, cast };
    Action::ALL
        .iter()
        .flat_map(|action| {
            if *action == Action::PersonSee || action.as_str().starts_with("dm.") {
                vec![walk.toward(*action)]
            } else {
                ROOMS.iter().map(|(kind, said)| walk.inside(*action, *kind, said)).collect()
            }
        })
        .collect()
}

struct Walk<'a> {
    policy: &'a Snapshot,
    cast: &'a Cast,
}

impl Walk<'_> {
    fn toward(&self, action: Action) -> Section {
        let of = |when: &When<'_>, asker, target| {
            let When { org, moment, contact, label, .. } = when;
            toward_person(org, moment, action, asker, target, *contact, *label, HIGHEST)
        };
        let whens = self.whens().into_iter();
        // Nobody's card is labelled.
        let whens = whens.filter(|when| action != Action::PersonSee || when.label == OPEN);
        let whens = whens.filter(|when| when.membership == Membership::Moderator && when.author.is_none());
        self.of_people(title(action, "a person"), whens, of)
    }

    fn inside(&self, action: Action, kind: RoomKind, said: &str) -> Section {
        let title = title(action, said);
        if action == Action::ChMemberAdd {
            let of = |when: &When<'_>, asker, target| {
                let room = Room { label: when.label, ..self.room(kind) };
                let When { org, moment, membership, label, .. } = when;
                in_room(org, moment, action, asker, &room, *membership, *label, Some(target))
            };
            let whens = self.whens().into_iter();
            let whens = whens.filter(|when| when.contact == Contact::None && when.author.is_none());
            return self.of_people(title, whens, of);
        }
        // Who opens a conversation is not in it yet.
        let memberships = if action == Action::ChCreate { &MEMBERSHIPS[..1] } else { &MEMBERSHIPS };
        let labels = self.labels();
        let asked: Vec<(Membership, Label)> = memberships
            .iter()
            .flat_map(|(membership, _)| labels.map(|(_, label)| (*membership, label)))
            .collect();
        let named = memberships.iter().flat_map(|(_, name)| labels.map(|(code, _)| format!("{name}/{code}")));
        let officer = self.cast.person("officer");
        let tables = self.whens().into_iter().filter(When::is_of_a_room).map(|when| {
            let partner = (kind == RoomKind::Direct).then_some(officer);
            let of = |asker: Asker, (membership, label): &(Membership, Label)| {
                let (room, about) = (self.room(kind), when.author.or(partner));
                in_room(when.org, &when.moment, action, asker, &room, *membership, *label, about)
            };
            let row = |(_, asker): &(String, Asker)| {
                asked.iter().map(|column| self.cell(of(*asker, column))).collect()
            };
            Table { when: when.said, rows: self.cast.askers.iter().map(row).collect() }
        });
        Section { title, columns: named.collect(), tables: tables.collect() }
    }

    /// A section with a column for each person.
    fn of_people<'a>(
        &self,
        title: String,
        whens: impl Iterator<Item = When<'a>>,
        of: impl Fn(&When<'_>, Asker, PersonIx) -> Result<Facts, Missing>,
    ) -> Section {
        let tables = whens.map(|when| {
            let row = |(_, asker): &(String, Asker)| {
                let cells = self.cast.members.iter().map(|target| of(&when, *asker, target.person));
                cells.map(|facts| self.cell(facts)).collect()
            };
            Table { when: when.said, rows: self.cast.askers.iter().map(row).collect() }
        });
        let columns = self.cast.members.iter().map(|member| member.code.to_owned()).collect();
        Section { title, columns, tables: tables.collect() }
    }

    fn cell(&self, facts: Result<Facts, Missing>) -> String {
        let verdict = self.policy.decide(Ok(facts.unwrap()));
        match (verdict.allow, self.policy.rule_code(verdict.rule)) {
            _ if verdict.rule == RuleId::DEFAULT => "-".to_owned(),
            (true, code) => format!("+{code}"),
            (false, code) => format!("-{code}"),
        }
    }

    fn room(&self, kind: RoomKind) -> Room {
        let unit = (kind == RoomKind::Unit).then_some(self.cast.division);
        let label = if kind == RoomKind::Direct { HIGHEST } else { self.label("official", &[]) };
        Room { kind, agency: self.cast.agency, unit, label, parted: false }
    }

    fn label(&self, level: &str, categories: &[&str]) -> Label {
        let categories: Vec<String> = categories.iter().map(|code| (*code).to_owned()).collect();
        self.policy.labels().parse(level, &categories).unwrap()
    }

    fn labels(&self) -> [(&'static str, Label); 3] {
        [("open", OPEN), ("offi", self.label("official", &[])), ("secr", self.label("secret", &[]))]
    }

    /// What is ordinary comes first; each other one differs from it in one thing.
    fn whens(&self) -> Vec<When<'_>> {
        let cast = self.cast;
        let ordinary = When {
            said: "",
            org: &cast.ordinary,
            moment: NOON,
            contact: Contact::None,
            membership: Membership::Moderator,
            label: OPEN,
            author: None,
        };
        let labelled =
            |said, level, categories| When { said, label: self.label(level, categories), ..ordinary };
        let night = Moment { office_hours: false, ..NOON };
        let crisis = Moment { crisis: true, ..NOON };
        vec![
            ordinary,
            When { said: "the other one has written before", contact: Contact::Open, ..ordinary },
            When {
                said: "the other one accepted the asker as a contact",
                contact: Contact::Accepted,
                ..ordinary
            },
            When { said: "the asker is not in it", membership: Membership::None, ..ordinary },
            When { said: "the asker is a member only", membership: Membership::Member, ..ordinary },
            When { said: "the asker owns it", membership: Membership::Owner, ..ordinary },
            labelled("it is labelled official", "official", &[]),
            labelled("it is labelled secret", "secret", &[]),
            labelled("it is labelled secret, category security", "secret", &["security"]),
            When { said: "the office is closed", moment: night, ..ordinary },
            When { said: "there is a crisis", moment: crisis, ..ordinary },
            When { said: "the contact is granted for a time", org: &cast.granted, ..ordinary },
            When { said: "the contact is blocked", org: &cast.blocked, ..ordinary },
            When {
                said: "it is about words of the auditor",
                author: Some(cast.person("auditor")),
                ..ordinary
            },
        ]
    }
}

impl When<'_> {
    /// Whether it is about a conversation as such: membership and label are its columns.
    fn is_of_a_room(&self) -> bool {
        let ordinary = self.contact == Contact::None && self.label == OPEN;
        let granted = self.said.starts_with("the contact");
        ordinary && self.membership == Membership::Moderator && !granted
    }
}

fn title(action: Action, what: &str) -> String {
    format!("{}: {} — {what}", action.as_str(), action.meaning().trim().trim_end_matches('.'))
}

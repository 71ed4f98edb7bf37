//! Who stands in the matrix: the sign-ins of the sample ministry, one more for each kind of people that no sign-in is, and
//! the capacities that they act in.

use std::collections::HashMap;

use uuid::Uuid;

use crate::facts::{Asker, Band, Employment, HatKind};
use crate::gate::Snapshot;
use crate::label::Clearance;
use crate::org::{
    DelegationInput, ExceptionInput, ExceptionKind, Hat, Org, OrgInput, PersonInput, PersonIx, UnitInput,
    UnitIx, UnitKind,
};
use sample_ministry::{Ministry, Person, ministry};

/// Name, code of the column, and who it is: a login, or where there is none, the English name of the unit with the title of
/// the post or the band.
const CAST: &[(&str, &str, Who)] = &[
    ("minister", "min", Who::Login("minister")),
    ("deputy", "dep", Who::Login("deputy")),
    ("assistant", "asst", Who::Login("assistant")),
    ("director", "dir", Who::Login("director")),
    ("head", "head", Who::Login("head")),
    ("officer", "offi", Who::Login("officer")),
    ("peer", "peer", Who::Login("peer")),
    ("clerk", "clrk", Who::In("Department of Water Resources", "Делопроизводитель")),
    ("absent", "abs", Who::Login("absent")),
    ("acting", "act", Who::Login("acting")),
    ("contractor", "cont", Who::Login("contractor")),
    ("counsel", "coun", Who::In("Legal Division", "Внешний юрисконсульт")),
    ("cleared", "clrd", Who::Login("cleared")),
    ("hr", "hr", Who::Login("hr")),
    ("compliance", "comp", Who::Login("compliance")),
    ("security", "sec", Who::Login("security")),
    ("admin", "adm", Who::Login("admin")),
    ("auditor", "audi", Who::Officer("Internal Audit Division")),
    ("buyer", "buy", Who::Officer("Procurement Division")),
    ("liaison", "liai", Who::Login("liaison")),
    ("archives' head", "ahd", Who::In("State Archives", "Руководитель службы")),
    ("archives' director", "adir", Who::In("Preservation Branch", "Директор направления")),
    ("outsider", "outs", Who::Login("outsider")),
];

/// Sign-ins that are what another one is.
pub(super) const SAME: [(&str, &str); 2] = [("compliance2", "compliance"), ("security2", "security")];

enum Who {
    Login(&'static str),
    In(&'static str, &'static str),
    Officer(&'static str),
}

impl Who {
    fn find(&self, ministry: &'static Ministry) -> &'static Person {
        let found = ministry.people.iter().find(|person| match self {
            Self::Login(login) => person.uid == *login,
            Self::In(unit, title) => unit_of(ministry, person) == *unit && person.title == *title,
            Self::Officer(unit) => unit_of(ministry, person) == *unit && person.rank.band == "officer",
        });
        found.unwrap()
    }
}

/// Somebody of the matrix.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// The heading of the column.
    pub(super) code: &'static str,
    pub(super) person: PersonIx,
    /// Post, unit and clearance, for the legend.
    pub(super) about: String,
}

/// Everybody of the matrix, and the ministry in three states: as it is, with everything granted, with everything blocked.
pub(super) struct Cast {
    pub(super) ordinary: Org,
    pub(super) granted: Org,
    pub(super) blocked: Org,
    pub(super) members: Vec<Member>,
    /// Who asks, in which capacity.
    pub(super) askers: Vec<(String, Asker)>,
    /// The ministry itself, and the officer's division.
    pub(super) agency: UnitIx,
    pub(super) division: UnitIx,
}

impl Cast {
    pub(super) fn of_the_sample_ministry(policy: &Snapshot) -> Self {
        let ministry = ministry();
        let people: Vec<(&str, &str, &Person)> =
            CAST.iter().map(|(name, code, who)| (*name, *code, who.find(ministry))).collect();
        let id = |wanted: &str| people.iter().find(|(name, ..)| *name == wanted).unwrap().2.entry_uuid;
        let mut input = input(ministry, policy);
        input.delegations.push(delegation(id("officer"), None, HatKind::Duty));
        input.delegations.push(delegation(id("clerk"), Some(id("director")), HatKind::Assistant));
        let among = |kind| {
            let pairs = people.iter().flat_map(|(.., from)| people.iter().map(move |(.., to)| (from, to)));
            let exception = |(from, to): (&&Person, &&Person)| ExceptionInput {
                from: from.entry_uuid,
                to: to.entry_uuid,
                kind,
                from_at: None,
                until: None,
            };
            let exceptions = pairs.map(exception).collect();
            Org::build(OrgInput { exceptions, ..input.clone() }, policy.walls())
        };
        let ordinary = Org::build(input.clone(), policy.walls());
        assert_eq!(ordinary.findings(), []);
        let members: Vec<Member> = people
            .iter()
            .map(|(name, code, person)| Member {
                name,
                code,
                person: ordinary.person(person.entry_uuid).unwrap(),
                about: about(ministry, person),
            })
            .collect();
        let agency = ordinary.agency_of(members[0].person);
        let officer = ordinary.person(id("officer")).unwrap();
        Self {
            agency,
            division: ordinary.unit_of(officer),
            askers: askers(&ordinary, &members),
            granted: among(ExceptionKind::Grant),
            blocked: among(ExceptionKind::Block),
            ordinary,
            members,
        }
    }

    /// Who is called so.
    pub(super) fn person(&self, name: &str) -> PersonIx {
        self.members.iter().find(|member| member.name == name).unwrap().person
    }
}

/// Everybody in every capacity that they have.
fn askers(org: &Org, members: &[Member]) -> Vec<(String, Asker)> {
    let mut askers = Vec::new();
    for Member { name, person, .. } in members {
        for hat in org.hats(*person, 0) {
            let principal = |ix: PersonIx| members.iter().find(|member| member.person == ix).unwrap().name;
            let called = match hat {
                Hat::Own => (*name).to_owned(),
                Hat::Acting { principal: of, .. } => format!("{name} as {}", principal(of)),
                Hat::Assistant { principal: of, .. } => format!("{name} for {}", principal(of)),
                Hat::Duty { .. } => format!("{name} on duty"),
            };
            askers.push((called, Asker { person: *person, hat }));
        }
    }
    askers
}

/// The ministry as the mirror holds it: who is disabled is not in it.
fn input(ministry: &'static Ministry, policy: &Snapshot) -> OrgInput {
    let active = || ministry.people.iter().filter(|person| !person.disabled);
    let people: HashMap<&str, Uuid> =
        active().map(|person| (person.dn.as_str(), person.entry_uuid)).collect();
    let units: HashMap<&str, Uuid> = ministry.units.iter().map(|unit| (&*unit.dn, unit.entry_uuid)).collect();
    let above = |dn: &str| {
        let around = ministry.units.iter().filter(|unit| dn.ends_with(&format!(",{}", unit.dn)));
        around.max_by_key(|unit| unit.dn.len()).map(|unit| unit.entry_uuid)
    };
    let assists = active().filter_map(|person| {
        let assistant = people.get(person.secretary_dn.as_deref()?)?;
        Some(delegation(*assistant, Some(person.entry_uuid), HatKind::Assistant))
    });
    let acts = active().filter_map(|person| {
        let absent = people.get(person.acting_for_dn.as_deref()?)?;
        Some(delegation(person.entry_uuid, Some(*absent), HatKind::Acting))
    });
    OrgInput {
        version: 1,
        units: ministry
            .units
            .iter()
            .map(|unit| UnitInput {
                id: unit.entry_uuid,
                parent: above(&unit.dn),
                kind: kind(unit.kind),
                name: unit.name_en.to_owned(),
                head: people.get(unit.head_dn.as_str()).copied(),
            })
            .collect(),
        people: active()
            .map(|person| PersonInput {
                id: person.entry_uuid,
                display_name: person.display_name.clone(),
                title: person.title.clone(),
                unit: units[person.unit_dn.as_str()],
                band: band(person.rank.band),
                rank_step: 0,
                superior: person.manager_dn.as_deref().and_then(|dn| people.get(dn).copied()),
                employment: employment(person.employment),
                clearance: clearance(person, policy),
                segments: person.segments.iter().map(|segment| (*segment).to_owned()).collect(),
            })
            .collect(),
        posts: Vec::new(),
        delegations: assists.chain(acts).collect(),
        liaisons: active()
            .filter_map(|person| Some((person.entry_uuid, *units.get(person.liaison_to_dn?)?)))
            .collect(),
        exceptions: Vec::new(),
    }
}

fn delegation(person: Uuid, principal: Option<Uuid>, hat: HatKind) -> DelegationInput {
    DelegationInput { person, principal, hat, from: None, until: None }
}

fn kind(word: &str) -> UnitKind {
    match word {
        "agency" => UnitKind::Agency,
        "department" => UnitKind::Department,
        "division" => UnitKind::Division,
        "section" => UnitKind::Section,
        _ => panic!("{word} is no kind of unit"),
    }
}

fn band(word: &str) -> Band {
    *Band::ALL.iter().find(|band| band.as_str() == word).unwrap()
}

fn employment(word: &str) -> Employment {
    *Employment::ALL.iter().find(|employment| employment.as_str() == word).unwrap()
}

fn clearance(person: &Person, policy: &Snapshot) -> Option<Clearance> {
    let (level, categories) = person.clearance.as_ref()?;
    let categories: Vec<String> = categories.iter().map(|code| (*code).to_owned()).collect();
    let label = policy.labels().parse(level, &categories).unwrap();
    Some(Clearance { level: label.level, categories: label.categories })
}

fn unit_of(ministry: &'static Ministry, person: &Person) -> &'static str {
    ministry.units.iter().find(|unit| unit.dn == person.unit_dn).unwrap().name_en
}

fn about(ministry: &'static Ministry, person: &Person) -> String {
    let cleared = match &person.clearance {
        None => "not cleared".to_owned(),
        Some((level, categories)) if categories.is_empty() => format!("cleared for {level}"),
        Some((level, categories)) => format!("cleared for {level} with {}", categories.join(", ")),
    };
    let segments =
        person.segments.iter().map(|segment| format!("; segment {segment}")).collect::<Vec<_>>().concat();
    let (band, unit) = (person.rank.band, unit_of(ministry, person));
    format!("{band}, {}, {unit}; {cleared}{segments}", person.employment)
}

#[test]
fn every_sign_in_is_in_the_cast_or_is_what_another_one_is() {
    let policy = crate::testing::gate().snapshot();
    let cast = Cast::of_the_sample_ministry(&policy);
    for sign_in in sample_ministry::SIGN_INS {
        let same = SAME.iter().find(|(login, _)| *login == sign_in.login);
        let name = same.map_or(sign_in.login, |(_, other)| other);
        let member = cast.members.iter().find(|member| member.name == name);
        let member = member.unwrap_or_else(|| panic!("{name} is not in the matrix"));
        let person = sample_ministry::person(sign_in.login).unwrap();
        assert_eq!(member.about, about(ministry(), person), "{}", sign_in.login);
    }
}

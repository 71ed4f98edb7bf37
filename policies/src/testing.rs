//! What the tests share: the policy of the program, loaded once, and a small ministry.

use std::sync::{Arc, LazyLock, OnceLock};

use uuid::Uuid;

use crate::facts::{
    Action, Asker, Band, Contact, Employment, Facts, HatKind, Missing, Moment, toward_person,
};
use crate::files::PolicyFiles;
use crate::gate::{Snapshot, Verdict};
use crate::label::{Clearance, Label};
use crate::org::{
    DelegationInput, ExceptionInput, ExceptionKind, Hat, Org, OrgInput, PersonInput, PersonIx, UnitInput,
    UnitKind,
};

/// The policy of the program, where tests ask it.
pub(crate) struct TestGate(Arc<Snapshot>);

impl TestGate {
    pub(crate) fn decide(&self, facts: Result<Facts, Missing>) -> Verdict {
        self.0.decide(facts)
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0)
    }
}

/// A gate with the policy of the program: filled once per test process.
pub(crate) fn gate() -> &'static TestGate {
    static GATE: OnceLock<TestGate> = OnceLock::new();
    GATE.get_or_init(|| TestGate(Arc::new(Snapshot::load(&PolicyFiles::embedded(), 7).unwrap())))
}

pub(crate) fn facts(action: Action) -> crate::facts::Facts {
    let mut places = [0; 15];
    places[0] = action as u8;
    crate::facts::Facts::at(&places)
}

pub(crate) const NOON: Moment = Moment { now: 1_000_000, crisis: false, office_hours: true };

/// The label up to which everything may be said: two people limit each other by themselves.
pub(crate) const HIGHEST: Label = Label { level: 9, categories: u64::MAX };

pub(crate) fn id(name: &str) -> Uuid {
    let mut bytes = [0; 16];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    Uuid::from_bytes(bytes)
}

pub(crate) struct Ministry {
    pub(crate) org: Org,
}

/// Two agencies; in the first the chain minister, deputy, director, head, officer.
pub(crate) static MINISTRY: LazyLock<Ministry> = LazyLock::new(Ministry::new);

impl Ministry {
    fn new() -> Self {
        let unit = |name: &str, parent: Option<&str>, kind, head: &str| UnitInput {
            id: id(name),
            parent: parent.map(id),
            kind,
            name: name.to_owned(),
            head: Some(id(head)),
        };
        let person = |name: &str, unit: &str, band, superior: &str| PersonInput {
            id: id(name),
            display_name: format!("N. {name}"),
            title: name.to_owned(),
            unit: id(unit),
            band,
            rank_step: 0,
            superior: (!superior.is_empty()).then(|| id(superior)),
            employment: Employment::Staff,
            clearance: None,
            segments: Vec::new(),
        };
        let mut people = vec![
            person("minister", "ministry", Band::Executive, ""),
            person("deputy", "ministry", Band::Executive, "minister"),
            person("assistant", "ministry", Band::Officer, "minister"),
            person("director", "lands", Band::Director, "deputy"),
            person("head", "cadastre", Band::Manager, "director"),
            person("officer", "cadastre", Band::Officer, "head"),
            person("peer", "cadastre", Band::Officer, "head"),
            person("contractor", "cadastre", Band::Officer, "head"),
            person("absent", "forests", Band::Manager, "director"),
            person("acting", "forests", Band::Officer, "absent"),
            person("forester", "forests", Band::Officer, "absent"),
            person("auditor", "audit", Band::Officer, "deputy"),
            person("buyer", "purchase", Band::Officer, "deputy"),
            person("liaison", "cadastre", Band::Officer, "head"),
            person("archivist", "archives", Band::Director, ""),
            person("outsider", "archives", Band::Officer, "archivist"),
        ];
        for person in &mut people {
            match person.title.as_str() {
                "contractor" => person.employment = Employment::Contractor,
                "auditor" => person.segments = vec!["audit".to_owned()],
                "buyer" => person.segments = vec!["procurement".to_owned()],
                "head" | "director" => person.clearance = Some(Clearance { level: 3, categories: 1 }),
                "officer" => person.clearance = Some(Clearance { level: 1, categories: 0 }),
                _ => {}
            }
        }
        let delegation = |person: &str, principal: &str, hat| DelegationInput {
            person: id(person),
            principal: Some(id(principal)),
            hat,
            from: Some(500_000),
            until: Some(2_000_000),
        };
        let input = OrgInput {
            version: 1,
            units: vec![
                unit("ministry", None, UnitKind::Agency, "minister"),
                unit("lands", Some("ministry"), UnitKind::Department, "director"),
                unit("cadastre", Some("lands"), UnitKind::Division, "head"),
                unit("forests", Some("lands"), UnitKind::Division, "absent"),
                unit("audit", Some("ministry"), UnitKind::Department, "auditor"),
                unit("purchase", Some("ministry"), UnitKind::Department, "buyer"),
                unit("archives", None, UnitKind::Agency, "archivist"),
            ],
            people,
            delegations: vec![
                delegation("assistant", "minister", HatKind::Assistant),
                delegation("acting", "absent", HatKind::Acting),
            ],
            posts: Vec::new(),
            liaisons: vec![(id("liaison"), id("archives"))],
            exceptions: vec![ExceptionInput {
                from: id("peer"),
                to: id("forester"),
                kind: ExceptionKind::Block,
                from_at: None,
                until: Some(2_000_000),
            }],
        };
        let org = Org::build(input, gate().snapshot().walls());
        assert_eq!(org.findings(), []);
        Self { org }
    }

    pub(crate) fn person(&self, name: &str) -> PersonIx {
        self.org.person(id(name)).unwrap()
    }

    pub(crate) fn own(&self, name: &str) -> Asker {
        Asker { person: self.person(name), hat: Hat::Own }
    }

    /// The one delegated hat that the person wears.
    pub(crate) fn hatted(&self, name: &str) -> Asker {
        let person = self.person(name);
        Asker { person, hat: self.org.hats(person, NOON.now)[1] }
    }

    pub(crate) fn ask(
        &self,
        action: Action,
        asker: Asker,
        target: &str,
        contact: Contact,
        label: Label,
    ) -> Verdict {
        let target = self.person(target);
        gate().decide(toward_person(&self.org, &NOON, action, asker, target, contact, label, HIGHEST))
    }

    /// The code of the rule by which `name` may or may not begin with `target`.
    pub(crate) fn begins(&self, name: &str, target: &str) -> String {
        self.code(self.ask(Action::DmStart, self.own(name), target, Contact::None, Label::default()))
    }

    #[expect(clippy::unused_self, reason = "reads like the questions beside it")]
    pub(crate) fn code(&self, verdict: Verdict) -> String {
        gate().snapshot().rule_code(verdict.rule).to_owned()
    }
}

//! What the sign-ins of a ministry may do, derived from the org mirror.

use crate::facts::{
    Action, Asker, Contact, Membership, Missing, Relabel, Room, RoomKind, in_room, relabelling, toward_person,
};
use crate::label::Label;
use crate::org::{Hat, PersonIx, UnitIx};
use crate::testing::{HIGHEST, MINISTRY, NOON, gate};

#[test]
fn who_may_begin_with_whom() {
    let expected = [
        ("officer", "minister", "D05"),
        ("officer", "deputy", "D05"),
        ("officer", "director", "A03"),
        ("officer", "head", "A02"),
        ("officer", "peer", "A05"),
        ("officer", "forester", "A06"),
        ("officer", "auditor", "default"),
        ("officer", "outsider", "default"),
        ("officer", "assistant", "A44"),
        ("head", "assistant", "A07"),
        ("deputy", "assistant", "A05"),
        ("outsider", "assistant", "default"),
        ("contractor", "assistant", "A44"),
        ("minister", "officer", "A01"),
        ("head", "auditor", "A07"),
        ("contractor", "head", "A02"),
        ("contractor", "director", "D06"),
        ("contractor", "peer", "A05"),
        ("contractor", "absent", "D06"),
        ("outsider", "officer", "default"),
        ("liaison", "outsider", "A08"),
        ("liaison", "archivist", "A08"),
        ("outsider", "liaison", "default"),
        ("archivist", "director", "A09"),
        ("auditor", "buyer", "D01"),
        ("buyer", "auditor", "D01"),
        ("peer", "forester", "D04"),
        ("forester", "peer", "D04"),
        ("acting", "director", "A03"),
        ("acting", "deputy", "D05"),
        ("assistant", "officer", "default"),
    ];
    for (asker, target, rule) in expected {
        assert_eq!(MINISTRY.begins(asker, target), rule, "{asker} to {target}");
    }
}

#[test]
fn an_officer_answers_the_minister() {
    let officer = MINISTRY.own("officer");
    let send = |contact| MINISTRY.ask(Action::DmSend, officer, "minister", contact, Label::default());
    assert!(!send(Contact::None).allow);
    assert!(send(Contact::Open).allow);
    assert_eq!(MINISTRY.code(send(Contact::Open)), "A04");
}

#[test]
fn a_hat_lends_place_and_rank_but_neither_clearance_nor_time() {
    let ministry = &MINISTRY;
    let acting = ministry.hatted("acting");
    let begin = |asker, target| {
        let verdict = ministry.ask(Action::DmStart, asker, target, Contact::None, Label::default());
        ministry.code(verdict)
    };
    assert_eq!(begin(acting, "forester"), "A01");
    assert_eq!(begin(acting, "deputy"), "A03");
    assert_eq!(begin(acting, "minister"), "A10");
    assert_eq!(begin(ministry.hatted("assistant"), "officer"), "A01");
    let secret = Label { level: 3, categories: 0 };
    let verdict = ministry.ask(Action::DmSend, acting, "director", Contact::Open, secret);
    assert_eq!(ministry.code(verdict), "D02");
    // A hat of somebody else, and the own one when its time is over.
    let stolen = Asker { person: ministry.person("officer"), hat: acting.hat };
    let mut later = NOON;
    later.now = 2_000_000;
    let ask = |at, asker| {
        let (org, target) = (&ministry.org, ministry.person("forester"));
        let open = Label::default();
        toward_person(org, at, Action::DmStart, asker, target, Contact::None, open, open)
    };
    assert_eq!(ask(&NOON, stolen), Err(Missing::Hat));
    assert_eq!(ask(&later, acting), Err(Missing::Hat));
    assert!(ask(&NOON, acting).is_ok());
}

#[test]
fn who_is_seen() {
    let sees = |asker: &str, target: &str, contact| {
        MINISTRY.ask(Action::PersonSee, MINISTRY.own(asker), target, contact, Label::default()).allow
    };
    for (asker, target, seen) in [
        ("officer", "minister", true),
        ("officer", "auditor", true),
        ("officer", "officer", true),
        ("officer", "outsider", false),
        ("outsider", "officer", false),
        ("contractor", "contractor", true),
        ("contractor", "forester", true),
        ("contractor", "minister", true),
        ("contractor", "auditor", false),
        ("liaison", "outsider", true),
        ("outsider", "liaison", false),
        ("director", "archivist", true),
        ("director", "outsider", false),
        ("auditor", "buyer", false),
        ("minister", "auditor", true),
    ] {
        assert_eq!(sees(asker, target, Contact::None), seen, "{asker} sees {target}");
    }
    assert!(sees("outsider", "liaison", Contact::Open), "who wrote is known");
    assert!(!sees("auditor", "buyer", Contact::Open), "but a wall hides");
}

#[test]
fn labels_bind_both_ways() {
    let ministry = &MINISTRY;
    let send = |from: &str, to: &str, label| {
        ministry.code(ministry.ask(Action::DmSend, ministry.own(from), to, Contact::Open, label))
    };
    let official = Label { level: 1, categories: 0 };
    let secret = Label { level: 3, categories: 1 };
    assert_eq!(send("head", "officer", official), "A01");
    assert_eq!(send("head", "officer", secret), "D03");
    assert_eq!(send("officer", "head", secret), "D02");
    assert_eq!(send("head", "director", secret), "A02");
    assert_eq!(send("head", "director", Label { level: 3, categories: 2 }), "D02");
    assert_eq!(send("peer", "officer", official), "D02", "without a clearance only what is unlabelled");
}

fn room(kind: RoomKind, unit: &str) -> Room {
    let org = &MINISTRY.org;
    let agency = org.agency_of(MINISTRY.person("minister"));
    let unit = (!unit.is_empty()).then(|| org.unit(crate::testing::id(unit)).unwrap());
    Room { kind, agency, unit, label: Label { level: 1, categories: 0 }, parted: false }
}

fn inside(
    action: Action,
    asker: &str,
    room: &Room,
    membership: Membership,
    label: Label,
    other: Option<&str>,
) -> String {
    let (org, asker) = (&MINISTRY.org, MINISTRY.own(asker));
    let other = other.map(|other| MINISTRY.person(other));
    MINISTRY.code(gate().decide(in_room(org, &NOON, action, asker, room, membership, label, other)))
}

#[test]
fn channels_ask_for_place_membership_label_and_walls() {
    let open = Label::default();
    let channel = room(RoomKind::Unit, "cadastre");
    assert_eq!(inside(Action::ChRead, "officer", &channel, Membership::Member, open, None), "A15");
    assert_eq!(inside(Action::ChRead, "director", &channel, Membership::None, open, None), "A20");
    assert_eq!(inside(Action::ChRead, "minister", &channel, Membership::None, open, None), "A20");
    assert_eq!(inside(Action::ChRead, "forester", &channel, Membership::None, open, None), "default");
    assert_eq!(inside(Action::ChRead, "outsider", &channel, Membership::None, open, None), "default");
    assert_eq!(inside(Action::ChRead, "officer", &channel, Membership::Member, channel.label, None), "A15");
    assert_eq!(inside(Action::ChRead, "peer", &channel, Membership::Member, channel.label, None), "D02");
    let project = room(RoomKind::Group, "");
    let secret = Label { level: 3, categories: 0 };
    assert_eq!(inside(Action::ChPost, "head", &project, Membership::Member, secret, None), "D03");
    assert_eq!(inside(Action::ChPost, "head", &project, Membership::Member, open, None), "A16");
    assert_eq!(inside(Action::ChRead, "auditor", &project, Membership::Member, open, Some("buyer")), "D01");
    assert_eq!(inside(Action::ChRead, "auditor", &project, Membership::Member, open, Some("officer")), "A15");
    assert_eq!(
        inside(Action::ChMemberAdd, "head", &project, Membership::Owner, open, Some("officer")),
        "A22"
    );
    assert_eq!(
        inside(Action::ChMemberAdd, "head", &project, Membership::Owner, project.label, Some("peer")),
        "D03"
    );
    assert_eq!(
        inside(Action::ChMemberAdd, "auditor", &project, Membership::Owner, open, Some("buyer")),
        "D01"
    );
    assert_eq!(inside(Action::ChCreate, "head", &project, Membership::None, open, None), "A23");
    assert_eq!(inside(Action::ChCreate, "officer", &project, Membership::None, open, None), "default");
}

#[test]
fn a_direct_conversation_is_read_by_its_two_only() {
    let direct = Room { label: HIGHEST, ..room(RoomKind::Direct, "") };
    let open = Label::default();
    assert_eq!(inside(Action::ChRead, "officer", &direct, Membership::Member, open, Some("minister")), "A15");
    assert_eq!(
        inside(Action::ChRead, "director", &direct, Membership::None, open, Some("officer")),
        "default"
    );
    assert_eq!(inside(Action::ChRead, "auditor", &direct, Membership::Member, open, Some("buyer")), "D01");
}

#[test]
fn places_of_another_snapshot_are_missing_and_not_somebody() {
    let ministry = &MINISTRY;
    let open = Label::default();
    let (nobody, nowhere) = (PersonIx(9_999), UnitIx(9_999));
    let ask = |asker, target| {
        toward_person(&ministry.org, &NOON, Action::DmStart, asker, target, Contact::None, open, open)
    };
    let officer = ministry.own("officer");
    assert_eq!(ask(Asker { person: nobody, hat: Hat::Own }, PersonIx(9_998)), Err(Missing::Asker));
    assert_eq!(ask(officer, nobody), Err(Missing::Target));
    let mut room = room(RoomKind::Project, "");
    room.agency = nowhere;
    let inside =
        in_room(&ministry.org, &NOON, Action::ChRead, officer, &room, Membership::Member, open, None);
    assert_eq!(inside, Err(Missing::Room));
}

fn relabels(
    action: Action,
    asker: &str,
    kind: RoomKind,
    membership: Membership,
    label: Label,
    change: Who,
) -> String {
    let org = &MINISTRY.org;
    let person = |name: &str| MINISTRY.person(name);
    let concerned: Vec<PersonIx> = change.requester.into_iter().map(person).collect();
    let relabel = Relabel {
        label,
        partner: change.partner.map(person),
        requester: change.requester.map(person),
        concerned: &concerned,
        is_security: change.is_security,
    };
    let facts = relabelling(org, &NOON, action, MINISTRY.own(asker), &room(kind, ""), membership, &relabel);
    MINISTRY.code(gate().decide(facts))
}

#[derive(Clone, Copy, Default)]
struct Who {
    partner: Option<&'static str>,
    requester: Option<&'static str>,
    is_security: bool,
}

#[test]
fn labels_are_raised_by_one_and_lowered_by_two() {
    let (official, secret) = (Label { level: 1, categories: 0 }, Label { level: 3, categories: 1 });
    let nobody = Who::default();
    let raise = |asker, kind, membership, label, change| {
        relabels(Action::LabelRaise, asker, kind, membership, label, change)
    };
    assert_eq!(raise("head", RoomKind::Group, Membership::Owner, secret, nobody), "A51");
    assert_eq!(raise("head", RoomKind::Group, Membership::Member, secret, nobody), "default");
    assert_eq!(raise("officer", RoomKind::Group, Membership::Owner, secret, nobody), "D02");
    assert_eq!(
        raise("peer", RoomKind::Group, Membership::Owner, official, nobody),
        "D02",
        "nobody without a clearance"
    );
    let officer = Who { partner: Some("officer"), ..nobody };
    assert_eq!(raise("head", RoomKind::Direct, Membership::Member, official, officer), "A50");
    assert_eq!(raise("head", RoomKind::Direct, Membership::Member, secret, officer), "D03");
    let ask =
        |asker, label| relabels(Action::LabelAsk, asker, RoomKind::Group, Membership::Member, label, nobody);
    assert_eq!(ask("officer", official), "A52");
    assert_eq!(ask("officer", secret), "D02");
    assert_eq!(ask("contractor", Label::default()), "D31");
    let lower = |asker, label, change| {
        relabels(Action::LabelLower, asker, RoomKind::Group, Membership::None, label, change)
    };
    let asked = |requester, is_security| Who { requester: Some(requester), is_security, partner: None };
    assert_eq!(lower("head", secret, asked("officer", true)), "A53");
    assert_eq!(lower("head", secret, asked("officer", false)), "default", "rank is no duty");
    assert_eq!(lower("head", secret, asked("head", true)), "D30");
    assert_eq!(lower("peer", secret, asked("officer", true)), "D02");
    assert_eq!(lower("auditor", Label::default(), asked("buyer", true)), "D01");
    assert_eq!(lower("outsider", Label::default(), asked("officer", true)), "default", "another agency's");
}

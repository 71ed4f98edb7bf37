use std::collections::HashMap;

use super::*;

const FIRST: &str = "20261123000001.000000Z#000000#000#000000";
const SECOND: &str = "20261123000002.000000Z#000000#000#000000";

fn marker(number: &str) -> Marker {
    Marker::of(&[number.to_owned()], Uuid::nil()).unwrap()
}

fn hearing() -> Hearing {
    Hearing::from(marker(FIRST))
}

/// One that has been caught up.
fn live() -> Hearing {
    let mut hearing = hearing();
    assert_eq!(hearing.take(delete_phase(None)).unwrap(), [told(FIRST)]);
    hearing
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn raw(number: u128) -> RawEntry {
    RawEntry { dn: format!("cn={number}"), values: HashMap::new() }
}

fn entry(state: EntryState, number: u128, cookie: Option<&str>) -> Heard {
    Heard::Entry { state, id: id(number), entry: raw(number), cookie: cookie.map(cookie_of) }
}

fn cookie_of(number: &str) -> Vec<u8> {
    format!("rid=000,csn={number}").into_bytes()
}

fn set(deletes: bool, numbers: &[u128]) -> Heard {
    let sync_uuids = numbers.iter().map(|number| id(*number).as_bytes().to_vec()).collect();
    Heard::Info(SyncInfo::SyncIdSet { cookie: None, refresh_deletes: deletes, sync_uuids })
}

fn delete_phase(cookie: Option<Vec<u8>>) -> Heard {
    Heard::Info(SyncInfo::RefreshDelete { cookie, refresh_done: true })
}

fn present_phase(cookie: Option<Vec<u8>>, done: bool) -> Heard {
    Heard::Info(SyncInfo::RefreshPresent { cookie, refresh_done: done })
}

fn told(number: &str) -> Step {
    Step::Tell(Event::Marker(marker(number).to_string()))
}

fn changed(number: u128) -> Step {
    Step::Tell(Event::Entry(raw(number)))
}

fn gone(number: u128) -> Step {
    Step::Tell(Event::Gone(vec![id(number)]))
}

#[test]
fn a_marker_follows_what_it_covers() {
    let mut live = live();
    let steps = live.take(entry(EntryState::Modify, 1, Some(SECOND))).unwrap();
    assert_eq!(steps, [changed(1), told(SECOND)]);
    let steps = live.take(entry(EntryState::Delete, 1, None)).unwrap();
    assert_eq!(steps, [gone(1)], "no cookie, and the old marker stays");
}

#[test]
fn a_cookie_on_the_way_waits_for_the_end() {
    let mut hearing = hearing();
    assert_eq!(hearing.take(entry(EntryState::Add, 1, Some(SECOND))).unwrap(), [changed(1)]);
    assert_eq!(hearing.take(set(true, &[2])).unwrap(), [gone(2)]);
    assert_eq!(hearing.take(delete_phase(None)).unwrap(), [told(SECOND)]);
}

#[test]
fn a_comparison_is_told_once_and_before_its_marker() {
    let mut hearing = hearing();
    assert!(hearing.take(set(false, &[1, 2])).unwrap().is_empty());
    assert!(hearing.take(entry(EntryState::Present, 3, None)).unwrap().is_empty());
    assert!(hearing.take(set(false, &[4, 5])).unwrap().is_empty());
    assert_eq!(hearing.take(entry(EntryState::Delete, 5, None)).unwrap(), [gone(5)]);
    assert_eq!(hearing.take(entry(EntryState::Add, 6, None)).unwrap(), [changed(6)]);
    let named = [1, 2, 3, 4, 6].map(id).into_iter().collect();
    let steps = hearing.take(present_phase(Some(cookie_of(SECOND)), true)).unwrap();
    assert_eq!(steps, [Step::Compared(named), told(SECOND)]);
}

#[test]
fn deletions_may_follow_a_comparison() {
    let mut hearing = hearing();
    assert!(hearing.take(set(false, &[1, 2])).unwrap().is_empty());
    let steps = hearing.take(present_phase(Some(cookie_of(SECOND)), false)).unwrap();
    assert_eq!(steps, [Step::Compared([1, 2].map(id).into_iter().collect())], "not caught up yet");
    assert_eq!(hearing.take(set(true, &[2])).unwrap(), [gone(2)]);
    assert_eq!(hearing.take(delete_phase(None)).unwrap(), [told(SECOND)]);
}

#[test]
fn an_empty_cookie_says_that_ours_was_not_known() {
    let mut hearing = hearing();
    assert_eq!(hearing.take(entry(EntryState::Add, 1, None)).unwrap(), [changed(1)]);
    let unknown = Step::Tell(Event::SnapshotNeeded(SnapshotReason::MarkerUnknown));
    assert_eq!(hearing.take(delete_phase(Some(Vec::new()))).unwrap(), [unknown]);
}

#[test]
fn a_cookie_without_numbers_moves_nothing() {
    let mut live = live();
    let useless = Heard::Info(SyncInfo::NewCookie(b"rid=000".to_vec()));
    assert!(live.take(useless).unwrap().is_empty());
    let useful = Heard::Info(SyncInfo::NewCookie(cookie_of(SECOND)));
    assert_eq!(live.take(useful).unwrap(), [told(SECOND)]);
}

#[test]
fn what_the_protocol_does_not_know_is_an_error() {
    let broken = [
        set(false, &[1]),
        present_phase(None, true),
        entry(EntryState::Present, 1, None),
        Heard::Info(SyncInfo::SyncIdSet {
            cookie: None,
            refresh_deletes: true,
            sync_uuids: [vec![1, 2, 3]].into_iter().collect(),
        }),
    ];
    for heard in broken {
        assert!(matches!(live().take(heard), Err(DirectoryError::Malformed(_))));
    }
}

#[test]
fn a_base_that_has_gone_is_for_a_full_read_to_look_into() {
    let unknown = [Step::Tell(Event::SnapshotNeeded(SnapshotReason::MarkerUnknown))];
    let base = Uuid::nil().as_u128();
    assert_eq!(live().take(entry(EntryState::Delete, base, None)).unwrap(), unknown);
    assert_eq!(live().take(set(true, &[1, base])).unwrap(), unknown);
}

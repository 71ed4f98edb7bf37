//! A history in which all is well, and what is planted in it to be found.

use super::*;

const ROOM: Uuid = Uuid::from_u128(100);
const ANNA: Uuid = Uuid::from_u128(1);
const BORIS: Uuid = Uuid::from_u128(2);
const STRANGER: Uuid = Uuid::from_u128(3);

fn message(seq: i64) -> Message {
    Message {
        conversation: ROOM,
        seq,
        id: Uuid::from_u128(1000 + u128::try_from(seq).unwrap()),
        author: ANNA,
        client_id: format!("c{seq}"),
        body: u64::try_from(seq).unwrap(),
        policy: 1,
    }
}

fn sent(seq: i64) -> Entry {
    let Message { client_id, body, .. } = message(seq);
    Entry::Sent { line: 1, by: ANNA, conversation: ROOM, client_id, body }
}

fn acknowledged(seq: i64) -> Entry {
    let Message { client_id, id, .. } = message(seq);
    Entry::Acknowledged { line: 1, by: ANNA, conversation: ROOM, client_id, seq, id }
}

fn heard(line: u64, seq: i64) -> Entry {
    Entry::Heard { line, message: message(seq) }
}

fn opened(line: u64, person: Uuid, seq: i64) -> Entry {
    Entry::Opened { line, person, resume: vec![(ROOM, seq)] }
}

/// Anna says four things to Boris, who comes back once.
fn well() -> (Vec<Entry>, World) {
    let mut entries = vec![opened(1, ANNA, 0), opened(2, BORIS, 0)];
    for seq in 1..=4 {
        if seq == 3 {
            entries.push(opened(3, BORIS, 2));
        }
        entries.extend([
            sent(seq),
            acknowledged(seq),
            heard(1, seq),
            heard(if seq < 3 { 2 } else { 3 }, seq),
        ]);
    }
    let stored: Vec<Message> = (1..=4).map(message).collect();
    let world = World {
        readers: BTreeMap::from([(ROOM, BTreeSet::from([ANNA, BORIS]))]),
        before: BTreeMap::new(),
        read: [ANNA, BORIS].map(|person| ((person, ROOM), stored.clone())).into(),
        stored,
    };
    (entries, world)
}

/// What is found once something was planted.
#[track_caller]
fn finds(expected: &[Broken], plant: impl FnOnce(&mut Vec<Entry>, &mut World)) {
    let (mut entries, mut world) = well();
    plant(&mut entries, &mut world);
    let (findings, _) = check(&entries, &world);
    let found: BTreeSet<Broken> = findings.iter().map(|finding| finding.broken).collect();
    assert_eq!(found, expected.iter().copied().collect(), "{findings:#?}");
}

fn take(entries: &mut Vec<Entry>, unwanted: impl Fn(&Entry) -> bool) {
    let before = entries.len();
    entries.retain(|entry| !unwanted(entry));
    assert_eq!(entries.len() + 1, before, "one is taken");
}

fn is_heard(entry: &Entry, on: u64, seq: i64) -> bool {
    matches!(entry, Entry::Heard { line, message } if *line == on && message.seq == seq)
}

fn read_as_stored(world: &mut World) {
    let stored = world.stored.clone();
    world.read.values_mut().for_each(|read| read.clone_from(&stored));
}

#[test]
fn nothing_is_found_where_all_is_well() {
    finds(&[], |_, _| {});
    let (entries, world) = well();
    let (_, counted) = check(&entries, &world);
    let expected =
        Counted { sent: 4, tries: 4, acknowledged: 4, stored: 4, heard: 8, lines: 3, ..Counted::default() };
    assert_eq!(counted, expected);
}

#[test]
fn what_was_tried_again_and_fetched_when_told_to_is_well() {
    finds(&[], |entries, _| {
        entries.push(sent(2));
        entries.push(acknowledged(2));
        take(entries, |entry| is_heard(entry, 3, 3));
        let at = entries.iter().position(|entry| is_heard(entry, 3, 4)).unwrap();
        entries.insert(at, Entry::Resync { line: 3, conversation: ROOM });
        entries.push(Entry::Fetched {
            line: 3,
            conversation: ROOM,
            after: 2,
            messages: vec![message(3), message(4)],
        });
    });
}

#[test]
fn a_lost_acknowledged_message() {
    finds(&[Broken::AcknowledgedNotStored], |entries, world| {
        world.stored.pop();
        read_as_stored(world);
        take(entries, |entry| is_heard(entry, 1, 4));
        take(entries, |entry| is_heard(entry, 3, 4));
    });
    finds(&[Broken::AcknowledgedNotStored, Broken::AcknowledgedTwice], |entries, _| {
        let Message { client_id, id, .. } = message(4);
        entries.push(Entry::Acknowledged { line: 1, by: ANNA, conversation: ROOM, client_id, seq: 5, id });
    });
}

#[test]
fn a_message_that_is_stored_twice() {
    finds(&[Broken::StoredTwice, Broken::NotDelivered], |_, world| {
        let again = Message { seq: 5, id: Uuid::from_u128(5), ..message(4) };
        world.stored.push(again);
        read_as_stored(world);
    });
}

#[test]
fn a_number_that_is_there_twice_or_not_at_all() {
    finds(&[Broken::NotGapless, Broken::AcknowledgedNotStored, Broken::Altered], |_, world| {
        world.stored[3].seq = 3;
        read_as_stored(world);
    });
    finds(
        &[Broken::NotGapless, Broken::AcknowledgedNotStored, Broken::Altered, Broken::NotDelivered],
        |_, world| {
            world.stored[3].seq = 5;
            read_as_stored(world);
        },
    );
}

#[test]
fn a_message_that_nobody_sent_or_that_was_denied() {
    finds(&[Broken::StoredNotSent], |entries, _| {
        take(entries, |entry| matches!(entry, Entry::Sent { client_id, .. } if client_id == "c2"));
    });
    finds(&[Broken::StoredNotSent], |entries, _| {
        entries.push(Entry::Denied { by: ANNA, client_id: "c2".to_owned() });
    });
}

#[test]
fn what_was_said_first_and_stored_last() {
    finds(&[Broken::SaidInAnotherOrder], |entries, _| {
        let at = entries
            .iter()
            .position(|entry| matches!(entry, Entry::Sent { client_id, .. } if client_id == "c1"));
        let first = entries.remove(at.unwrap());
        entries.push(first);
    });
}

#[test]
fn what_comes_out_of_order_or_twice() {
    finds(&[Broken::OutOfOrder], |entries, _| entries.push(heard(1, 3)));
    finds(&[Broken::OutOfOrder, Broken::LeftOut], |entries, _| {
        let at = entries.iter().position(|entry| is_heard(entry, 1, 2)).unwrap();
        let second = entries.remove(at);
        let at = entries.iter().position(|entry| is_heard(entry, 1, 3)).unwrap();
        entries.insert(at + 1, second);
    });
}

#[test]
fn what_is_left_out() {
    finds(&[Broken::LeftOut, Broken::NotDelivered], |entries, _| {
        take(entries, |entry| is_heard(entry, 1, 2));
    });
    // The last one leaves no gap behind.
    finds(&[Broken::NotDelivered], |entries, _| take(entries, |entry| is_heard(entry, 3, 4)));
}

#[test]
fn a_resumption_that_does_not_begin_where_the_device_was() {
    finds(&[Broken::NotResumed, Broken::NotDelivered], |entries, _| {
        take(entries, |entry| is_heard(entry, 3, 3));
    });
}

#[test]
fn what_it_was_told_to_fetch_and_was_not_given() {
    finds(&[Broken::NotDelivered], |entries, _| {
        take(entries, |entry| is_heard(entry, 3, 3));
        let at = entries.iter().position(|entry| is_heard(entry, 3, 4)).unwrap();
        entries.insert(at, Entry::Resync { line: 3, conversation: ROOM });
        entries.push(Entry::Fetched { line: 3, conversation: ROOM, after: 2, messages: vec![message(4)] });
    });
}

#[test]
fn what_reaches_a_stranger() {
    finds(&[Broken::ToAStranger], |entries, _| {
        entries.extend([opened(4, STRANGER, 0), heard(4, 1)]);
    });
}

#[test]
fn what_is_delivered_otherwise_than_stored() {
    finds(&[Broken::Altered], |entries, _| {
        take(entries, |entry| is_heard(entry, 3, 4));
        entries.push(Entry::Heard { line: 3, message: Message { body: 77, ..message(4) } });
    });
}

#[test]
fn what_a_reader_is_not_given() {
    finds(&[Broken::ReadOtherwise], |_, world| {
        world.read.get_mut(&(BORIS, ROOM)).unwrap().remove(1);
    });
}

#[test]
fn what_an_older_policy_permitted_after_the_switch() {
    let switch = || Entry::Switched { conversation: ROOM, policy: 2, mark: 1 };
    // Before the mark has passed, it may have been on its way.
    finds(&[], |entries, _| {
        let at = entries.iter().position(|entry| is_heard(entry, 1, 4)).unwrap();
        entries.insert(at, switch());
    });
    finds(&[Broken::AfterTheSwitch], |entries, _| {
        let at = entries.iter().position(|entry| is_heard(entry, 1, 4)).unwrap();
        entries.splice(at..at, [switch(), Entry::Marked { line: 1, mark: 1 }]);
    });
    // Sent after the switch, and taken.
    finds(&[Broken::AfterTheSwitch], |entries, _| {
        let at = entries
            .iter()
            .position(|entry| matches!(entry, Entry::Sent { client_id, .. } if client_id == "c4"));
        entries.insert(at.unwrap(), switch());
    });
}

#[test]
fn what_reaches_somebody_who_is_out() {
    finds(&[Broken::AfterTheSwitch], |entries, _| {
        let at = entries
            .iter()
            .position(|entry| matches!(entry, Entry::Sent { client_id, .. } if client_id == "c4"));
        entries.insert(at.unwrap(), Entry::Barred { person: BORIS });
    });
}

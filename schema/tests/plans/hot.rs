//! The hot queries, each called as the server calls it. What an operator alone asks now and then (the directory's pages, the
//! past, what a policy would mean) and what reads a whole mirror on purpose is not among them.

use std::net::{IpAddr, Ipv4Addr};

use chrono::TimeDelta;
use schema::audit::{self, NewEntry};
use schema::case_reading::{self, Cleared, Filter as Sought, Way};
use schema::decisions::{self, NewDecision};
use schema::exceptions::{self, Filter, State};
use schema::files;
use schema::ids::{ConversationId, DecisionId, ExceptionRequestId, MessageId, SessionId};
use schema::label_requests;
use schema::members::{self, Member, Origin, Role};
use schema::messages::{self, Hat, Message, Sealed, Stored, ToStore};
use schema::org_part;
use schema::retention::{self, Rule};
use schema::sessions::{self, EndReason, Exchange, NewSession};
use schema::{conversations, exception_requests, org_snapshot, people, photos, read_pointers, sends};
use schema::{message_search, message_versions, message_words};
use serde_json::json;

use crate::explain::Watched;
use crate::large::{conversation, day, exception, message, person, scope, session, unit};

pub(crate) async fn reads(watched: &mut Watched) {
    of_messages(watched).await;
    of_searches(watched).await;
    of_conversations(watched).await;
    of_members(watched).await;
    of_people(watched).await;
    of_offices(watched).await;
    of_cases(watched).await;
}

async fn of_messages(watched: &mut Watched) {
    let (large, pair) = (conversation(7), conversation(9000));
    watched.look("after", async |c| messages::after(c, large, 10_000, 50).await).await;
    watched.look("after the last", async |c| messages::after(c, large, 20_000, 50).await).await;
    watched.look("before", async |c| messages::before(c, large, 15_000, 50).await).await;
    watched.look("before, of the newest", async |c| messages::before(c, large, i64::MAX, 50).await).await;
    watched.look("before, of a pair", async |c| messages::before(c, pair, i64::MAX, 50).await).await;
    watched.look("find_by_seq", async |c| messages::find_by_seq(c, large, 19_999).await).await;
    watched.look("find", async |c| messages::find(c, large, message(7, 19_999)).await).await;
    let places: Vec<_> = (21..71).map(|number| (conversation(number), 31)).collect();
    watched.look("at", async |c| messages::at(c, &places).await).await;
    watched
        .look("writers_among", async |c| {
            messages::writers_among(c, pair, &[person(1000), person(9000)]).await
        })
        .await;
    watched
        .look("writers_in_direct", async |c| {
            messages::writers_in_direct(c, &[pair, conversation(9001)]).await
        })
        .await;
    watched.look("labelled_among", async |c| messages::labelled_among(c, &[large, pair]).await).await;
    watched.look("sends::find", async |c| sends::find(c, large, person(101), "100").await).await;
}

/// What is searched by somebody who is in large channels, and by somebody who is not.
async fn of_searches(watched: &mut Watched) {
    for (name, number) in [("search", 100), ("search, of one in few", 9000)] {
        let sought = message_search::Sought {
            readings: vec!["notes".to_owned(), "тщеуы".to_owned()],
            before_last: vec![String::new(), String::new()],
            beginnings: vec!["notes".to_owned(), "тщеуы".to_owned()],
            ..message_search::Sought::default()
        };
        watched
            .look(name, async |c| message_search::search(c, person(number), &sought, None, 50).await)
            .await;
        let here = message_search::Sought { conversation: Some(conversation(7)), ..sought };
        watched
            .look("search in one", async |c| message_search::search(c, person(number), &here, None, 50).await)
            .await;
    }
    let large = conversation(7);
    watched.look("versions of", async |c| message_versions::of(c, large, 10_000).await).await;
    let places: Vec<_> = (10_000..10_050).map(|seq| (large, seq)).collect();
    watched.look("versions of many", async |c| message_versions::of_all(c, &places).await).await;
    let online: Vec<_> = (100..120).map(person).collect();
    watched
        .look("changed_since", async |c| message_versions::changed_since(c, &online, day(27), 500).await)
        .await;
    watched.look("loose files", async |c| files::count_loose(c, person(100)).await).await;
    watched.look("erased files", async |c| files::erased_ones(c, 100).await).await;
}

/// What a node's own clock asks for: the words of what was said, and what is not kept.
async fn of_jobs(watched: &mut Watched) {
    watched.look("take_some", async |c| message_words::take_some(c, Some(day(27))).await).await;
    let rule = Rule { kind: Some("group".to_owned()), level: None, until: day(1), term: "R".to_owned() };
    let rules = [rule];
    watched.look("erase_due", async |c| retention::erase_due(c, &rules, 1000, day(28)).await).await;
    watched
        .look("is_time_held", async |c| messages::detach_oldest(c, day(1).date_naive(), day(28)).await)
        .await;
}

/// What is searched and read in a case of a few people and conversations.
async fn of_cases(watched: &mut Watched) {
    let cleared = Cleared { policy: "urn:test".to_owned(), level: 0, categories: Vec::new() };
    let words = Sought { query: Some("notes".to_owned()), ..Sought::default() };
    watched
        .look("search by words", async |c| case_reading::search(c, scope(), &words, &cleared, None, 50).await)
        .await;
    let place = Sought { conversation: Some(conversation(9000)), ..Sought::default() };
    watched
        .look("read in a case", async |c| {
            case_reading::messages(c, scope(), &place, Way::Before(i64::MAX), 50).await
        })
        .await;
    watched.look("denials", async |c| case_reading::denials(c, scope(), &place, None, 50).await).await;
}

async fn of_conversations(watched: &mut Watched) {
    watched.look("conversations::find", async |c| conversations::find(c, conversation(7)).await).await;
    watched
        .look("find_direct", async |c| conversations::find_direct(c, person(1000), person(9000)).await)
        .await;
    // Somebody in the large channels and somebody who is not.
    for (name, number) in [("list_of", 100), ("list_of, of one in few", 9000)] {
        watched.look(name, async |c| conversations::list_of(c, person(number), None, 50).await).await;
        let after = Some((day(20), conversation(5)));
        watched.look(name, async |c| conversations::list_of(c, person(number), after, 50).await).await;
    }
    let online: Vec<_> = (100..120).map(person).collect();
    watched.look("written_since", async |c| conversations::written_since(c, &online, day(27)).await).await;
    let units: Vec<_> = (2..40).map(unit).collect();
    watched
        .look("unit_channels_of", async |c| conversations::unit_channels_of(c, person(700), &units).await)
        .await;
    watched.look("channels", async |c| conversations::channels(c, "", None, 50).await).await;
    let name = "Conversation 8000";
    let after = Some((name, ConversationId(conversation(1).0)));
    watched.look("channels, further", async |c| conversations::channels(c, "", after, 50).await).await;
    watched.look("channels, by name", async |c| conversations::channels(c, "ab12", None, 50).await).await;
}

async fn of_members(watched: &mut Watched) {
    let large = conversation(7);
    let people: Vec<_> = (100..110).map(person).collect();
    let others: Vec<_> = (8100..8110).map(person).collect();
    let units: Vec<_> = (2..12).map(unit).collect();
    watched.look("members::list", async |c| members::list(c, large).await).await;
    watched.look("tree_seats_of", async |c| members::tree_seats_of(c, &people).await).await;
    watched.look("seats_of", async |c| members::seats_of(c, &people[..3]).await).await;
    watched.look("people_in", async |c| members::people_in(c, &[large, conversation(5000)]).await).await;
    watched.look("seats_in_units", async |c| members::seats_in_units(c, &people, &units).await).await;
    watched.look("seats_beside", async |c| members::seats_beside(c, &people, &others).await).await;
    watched.look("read_pointers::find", async |c| read_pointers::find(c, large, person(100)).await).await;
    watched
        .look("read_pointers::of_people", async |c| read_pointers::of_people(c, large, &people).await)
        .await;
}

async fn of_people(watched: &mut Watched) {
    let some: Vec<_> = (100..110).map(person).collect();
    watched.look("people::of", async |c| people::of(c, &some).await).await;
    watched.look("by_login", async |c| people::by_login(c, "P100").await).await;
    watched.look("active_roles", async |c| people::active_roles(c, person(100)).await).await;
    watched.look("photos::find", async |c| photos::find(c, person(100)).await).await;
    watched.look("org version", async |c| org_snapshot::version(c).await).await;
    watched.look("org_part::load", async |c| org_part::load(c, 14_990, &some, day(25)).await).await;
    watched.look("sessions::list", async |c| sessions::list(c, person(100), day(25)).await).await;
    watched.look("sessions::lasts", async |c| sessions::lasts(c, session(39_500), day(25)).await).await;
    watched.look("sessions::ended_since", async |c| sessions::ended_since(c, day(10)).await).await;
    watched.look("sessions::of_token", async |c| sessions::of_token(c, &token(39_500)).await).await;
}

async fn of_offices(watched: &mut Watched) {
    let staff: Vec<_> = (100..110).map(person).collect();
    let held = Filter { holder: Some(person(100)), ..Filter::default() };
    watched.look("exceptions, held", async |c| exceptions::list(c, &held, day(25), None, 50).await).await;
    let office = Some((person(102), staff.clone()));
    let offices = Filter { state: Some(State::Active), office, ..Filter::default() };
    watched
        .look("exceptions, of an office", async |c| exceptions::list(c, &offices, day(25), None, 50).await)
        .await;
    watched.look("exceptions::find", async |c| exceptions::find(c, exception(100)).await).await;
    let both = [exception(100), exception(101)];
    watched.look("exceptions::find_all", async |c| exceptions::find_all(c, &both).await).await;
    watched
        .look("is_open", async |c| exception_requests::is_open(c, person(11_950), person(11_951)).await)
        .await;
    watched
        .look("of_asker", async |c| exception_requests::of_asker(c, person(100), None, None, 50).await)
        .await;
    watched.look("open requests", async |c| exception_requests::open(c, &staff, true, None, 50).await).await;
    watched
        .look("labels, waiting_of", async |c| label_requests::waiting_of(c, person(11_950), day(25)).await)
        .await;
    watched.look("labels, waiting", async |c| label_requests::waiting(c, day(1), None, 50).await).await;
    watched
        .look("labels, of_person", async |c| label_requests::of_person(c, person(100), None, 50).await)
        .await;
}

pub(crate) async fn writes(watched: &mut Watched) {
    of_jobs(watched).await;
    sending(watched).await;
    seating(watched).await;
    signing_in(watched).await;
}

async fn sending(watched: &mut Watched) {
    let sealed = Sealed { entry: json!({ "body_sha256": "00" }), salt: [7; 16] };
    let batch = |round: u64| -> Vec<Message> {
        let said = |number| said(number, &format!("new {round}"));
        [7, 9000, 500, 8].map(said).into_iter().chain((3000..3060).map(said)).collect()
    };
    for (name, count) in [("store_all", 64), ("store_all, one", 1)] {
        watched
            .look_at(name, async |c, round| {
                let batch = batch(round + count);
                let to_store: Vec<_> = batch
                    .iter()
                    .take(usize::try_from(count).unwrap())
                    .map(|message| ToStore { message, label_version: 0, sealed: &sealed })
                    .collect();
                let stored = messages::store_all(c, &to_store).await?;
                assert!(stored.iter().all(|stored| matches!(stored, Stored::New(_))), "{stored:?}");
                Ok(())
            })
            .await;
    }
    let pair = conversation(9000);
    watched
        .look_at("advance", async |c, round| {
            read_pointers::advance(c, pair, person(1000), 25 + i64::try_from(round).unwrap(), day(25)).await
        })
        .await;
    let entry = NewEntry { at: day(25), kind: "test.done", actor_id: Some(person(1)), entry: json!({}) };
    watched.look("audit::append", async |c| audit::append(c, &entry).await).await;
    let denial = |id| NewDecision {
        id,
        decided_at: day(25),
        person_id: person(1),
        hat: "own".to_owned(),
        action: "write".to_owned(),
        target_id: None,
        conversation_id: Some(pair),
        allow: false,
        rule: "D05".to_owned(),
        policy_version: 1,
        org_version: 1,
    };
    watched
        .look("decisions::record", async |c| decisions::record(c, &denial(DecisionId::new()), &entry).await)
        .await;
}

fn said(number: u64, client_id: &str) -> Message {
    Message {
        conversation_id: conversation(number),
        seq: 0,
        id: MessageId::new(),
        author_id: person(101),
        hat: Hat::Own,
        principal_id: None,
        client_id: client_id.to_owned(),
        body: "says".to_owned(),
        label_policy: None,
        label_level: 0,
        label_categories: Vec::new(),
        reply_to: None,
        rule: "A05".to_owned(),
        policy_version: 1,
        created_at: day(26),
        downgraded_from: None,
        notice: None,
        files: None,
        erased_at: None,
        version: 1,
        edited_at: None,
        deleted_at: None,
        deleted_by: None,
    }
}

async fn seating(watched: &mut Watched) {
    let entry = NewEntry { at: day(25), kind: "member.added", actor_id: Some(person(1)), entry: json!({}) };
    let group = conversation(5000);
    let seat = |round: u64| Member {
        conversation_id: group,
        person_id: person(1 + round),
        role: Role::Member,
        origin: Origin::Chosen,
        reads_from_seq: 1,
        joined_at: day(25),
    };
    watched
        .look_at("members::add", async |c, round| {
            members::add(c, group, 0, &[seat(round)], |_| entry.clone()).await
        })
        .await;
    watched
        .look_at("members::remove", async |c, round| {
            members::remove(c, group, person(1 + round), &entry).await
        })
        .await;
    watched
        .look_at("rename", async |c, round| {
            conversations::rename(c, group, &format!("N {round}"), &entry).await
        })
        .await;
    watched
        .look_at("open", async |c, round| {
            let found = conversations::find(c, group).await?.unwrap();
            let id = ConversationId::new();
            let new =
                conversations::Conversation { id, name: Some(format!("G {round}")), last_seq: 0, ..found };
            conversations::open(
                c,
                &new,
                &[Member { conversation_id: id, ..seat(round) }],
                std::slice::from_ref(&entry),
            )
            .await
        })
        .await;
    watched
        .look_at("exception_requests::create", async |c, round| {
            let new = exception_requests::NewRequest {
                id: ExceptionRequestId::new(),
                from_id: person(300 + round),
                to_id: person(400),
                action: "write".to_owned(),
                rule: "D05".to_owned(),
                policy_version: 1,
                approver: exceptions::Approver::Superior,
                reason: "R".to_owned(),
                asked_at: day(25),
                wanted_until: day(30),
            };
            exception_requests::create(c, &new, &entry).await
        })
        .await;
}

fn token(number: u64) -> [u8; 32] {
    let mut token = [7; 32];
    token[..8].copy_from_slice(&number.to_be_bytes());
    token
}

async fn signing_in(watched: &mut Watched) {
    let now = day(25);
    let new = |round: u64| NewSession {
        id: SessionId(uuid::Uuid::from_u128(u128::from(round))),
        person_id: person(100),
        created_at: now,
        expires_at: now + TimeDelta::days(30),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: "A".to_owned(),
        token_sha256: token(round),
    };
    watched.look_at("sessions::begin", async |c, round| sessions::begin(c, &new(round), 9).await).await;
    watched
        .look_at("sessions::exchange", async |c, round| {
            let done = sessions::exchange(c, &token(round), &token(1000 + round), now, day(1)).await?;
            assert!(matches!(done, Exchange::Renewed { .. }), "{done:?}");
            Ok(())
        })
        .await;
    watched
        .look_at("sessions::end_own", async |c, round| {
            sessions::end_own(c, person(100), new(round).id, EndReason::SignedOut, now).await
        })
        .await;
    watched
        .look("sessions::refuse", async |c| sessions::refuse(c, person(100), new(1).address, now).await)
        .await;
}

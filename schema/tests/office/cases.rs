//! What the database itself refuses of cases and holds, and what it erases.

use diesel_async::SimpleAsyncConnection;
use schema::ids::{CaseId, HoldId, ScopeId};
use schema::messages::{self, Message};
use schema::retention::{self, Batch, Rule};
use schema::scopes::{Entries, NewScope};
use schema::{Error, audit, cases, holds, message_words};
use serde_json::json;

use super::store::{ONE, message, office_with_groups, store};
use super::*;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

const CASE: CaseId = CaseId(uuid!("00000000-0000-0000-0000-000000000501"));
const SCOPE: ScopeId = ScopeId(uuid!("00000000-0000-0000-0000-000000000502"));

fn scope(id: ScopeId, case_id: Option<CaseId>, entries: Entries) -> NewScope {
    let made_at = time("2026-03-01T00:00:00Z");
    let ends_at = case_id.map(|_| time("2026-04-01T00:00:00Z"));
    let (from_at, until_at) = (Some(time("2026-01-01T00:00:00Z")), Some(time("2026-02-01T00:00:00Z")));
    NewScope { id, case_id, from_at, until_at, ends_at, made_by: person(4), made_at, reason: None, entries }
}

fn of_person(number: u8) -> Entries {
    Entries { people: vec![person(number)], ..Entries::default() }
}

fn entry() -> audit::NewEntry {
    audit::NewEntry {
        at: time("2026-03-01T00:00:00Z"),
        kind: "case.opened",
        actor_id: None,
        entry: json!({}),
    }
}

async fn office_with_case() -> Office {
    let office = office_with_groups().await;
    let told = cases::Told { number: "1".into(), reason: "R".into(), legal_basis: "L".into() };
    let mut connection = office.connection().await;
    cases::open(&mut connection, CASE, &told, &scope(SCOPE, Some(CASE), of_person(1)), &entry())
        .await
        .unwrap();
    drop(connection);
    office
}

async fn refused(office: &Office, sql: &str) -> String {
    let error = office.connection().await.batch_execute(sql).await.unwrap_err();
    error.to_string()
}

#[tokio::test]
async fn nobody_approves_their_own_and_a_sealed_scope_stays() {
    let office = office_with_case().await;
    let (own, other) = (person(4).0, person(5).0);
    let decided = |by: Uuid| {
        format!(
            "update cases set requested_at = now(), decision = 'approved', decided_by = '{by}', decided_at = now(),
                decision_reason = 'R'"
        )
    };
    assert!(refused(&office, &decided(own)).await.contains("cases_by_two"));
    let undecided = "update cases set decision = 'approved'";
    assert!(refused(&office, undecided).await.contains("cases_decided"));
    // A draft's scope may change, and that of a case that was asked for may not.
    office.sql(&format!("insert into scope_entries (scope_id, person_id) values ('{}', '{other}')", SCOPE.0));
    let at = time("2026-03-02T00:00:00Z");
    assert!(cases::request(&mut *office.connection().await, CASE, at, &entry()).await.unwrap());
    for change in [
        format!("insert into scope_entries (scope_id, person_id) values ('{}', '{own}')", SCOPE.0),
        format!("update scope_entries set person_id = '{own}' where person_id = '{other}'"),
        "delete from scope_entries".to_owned(),
        "update scopes set period = '(,)'".to_owned(),
        "update scopes set ends_at = ends_at + interval '1 year'".to_owned(),
        "update scopes set sealed_at = null".to_owned(),
        "delete from scopes".to_owned(),
    ] {
        let said = refused(&office, &change).await;
        assert!(said.contains("sealed") || said.contains("never deleted"), "{change}: {said}");
    }
    let settled =
        |by: Uuid| format!("update scopes set outcome = 'approved', decided_by = '{by}', decided_at = now()");
    assert!(refused(&office, &settled(own)).await.contains("scopes_by_two"));
    office.sql(&settled(other));
    assert!(refused(&office, &settled(other)).await.contains("sealed"), "what was decided stays decided");
    office.sql(&decided(other));
    let own = scope(ScopeId::new(), Some(CASE), of_person(4));
    let error = schema::scopes::ask(&mut *office.connection().await, CASE, &own, &entry()).await.unwrap_err();
    assert!(error.refused_by(schema::scopes::OF_ITS_MAKER), "{error:?}");
    let second = scope(ScopeId::new(), Some(CASE), of_person(2));
    assert!(schema::scopes::ask(&mut *office.connection().await, CASE, &second, &entry()).await.unwrap());
    let third = scope(ScopeId::new(), Some(CASE), of_person(2));
    let error =
        schema::scopes::ask(&mut *office.connection().await, CASE, &third, &entry()).await.unwrap_err();
    assert!(error.refused_by(schema::scopes::ONE_AT_A_TIME), "{error:?}");
}

/// The unit's people, also of one below it, and whoever was in a group or wrote.
#[tokio::test]
async fn a_scope_concerns_its_people() {
    let office = office_with_case().await;
    let of_unit = |unit: UnitId| Entries { units: vec![unit], ..Entries::default() };
    let mut connection = office.connection().await;
    office.sql(&format!(
        "insert into members values ('{}', '{}', 'member', 'chosen', 1, now())",
        ONE.0,
        person(5).0
    ));
    let place = Entries { conversations: vec![ONE], ..Entries::default() };
    for (entries, expected) in [(of_person(1), vec![1]), (of_unit(DIVISION), vec![2, 3]), (place, vec![5])] {
        let id = ScopeId::new();
        let scope = NewScope { from_at: None, until_at: None, ..scope(id, None, entries) };
        let hold = hold(id);
        holds::place(&mut connection, &hold, Some(&scope), &entry()).await.unwrap();
        let mut found = Vec::new();
        for number in 1..=5 {
            if schema::scopes::concerns(&mut connection, id, person(number)).await.unwrap() {
                found.push(number);
            }
        }
        assert_eq!(found, expected);
    }
    // Of the whole agency the maker is one.
    let id = ScopeId::new();
    let all = NewScope { from_at: None, until_at: None, ..scope(id, None, of_unit(AGENCY)) };
    let error = holds::place(&mut connection, &hold(id), Some(&all), &entry()).await.unwrap_err();
    assert!(error.refused_by(schema::scopes::OF_ITS_MAKER), "{error:?}");
}

fn hold(scope_id: ScopeId) -> holds::Hold {
    let id = HoldId::new();
    holds::Hold {
        id,
        case_id: None,
        number: Some(id.to_string()),
        scope_id,
        reason: "R".into(),
        placed_by: person(4),
        placed_at: time("2026-03-01T00:00:00Z"),
        release_asked_by: None,
        release_asked_at: None,
        release_reason: None,
        release_not_before: None,
        release_approved_by: None,
        release_approved_at: None,
        released_at: None,
    }
}

/// A message in January and one in February, and a hold on what `p1` said in January.
async fn office_with_hold() -> Office {
    let office = office_with_groups().await;
    office.sql("select make_message_partitions('2026-01-01', 4)");
    for month in [1, 2] {
        for author in [1, 2] {
            let created_at = time(&format!("2026-0{month}-15T12:00:00Z"));
            let said = Message { created_at, ..message(ONE, author, &format!("{month}-{author}")) };
            store(&office, &[said]).await.unwrap();
        }
    }
    let held = scope(SCOPE, None, of_person(1));
    holds::place(&mut *office.connection().await, &hold(SCOPE), Some(&held), &entry()).await.unwrap();
    office
}

fn rules(until: &str) -> Vec<Rule> {
    vec![Rule { kind: None, level: None, until: time(until), term: "all".into() }]
}

#[tokio::test]
async fn a_hold_is_released_by_two_after_its_delay() {
    let office = office_with_hold().await;
    let (own, other) = (person(4).0, person(5).0);
    let asked = format!(
        "release_asked_by = '{own}', release_asked_at = '2026-03-02', release_reason = 'R', release_not_before = '2026-03-05'"
    );
    let approved = |by: Uuid, at: &str, released: &str| {
        format!(
            "update holds set {asked}, release_approved_by = '{by}', release_approved_at = '{at}', released_at = '{released}'"
        )
    };
    for (change, rule) in [
        (approved(own, "2026-03-03", "2026-03-05"), "holds_released_by_two"),
        (approved(other, "2026-03-03", "2026-03-04"), "holds_released_after_the_delay"),
        (approved(other, "2026-03-07", "2026-03-06"), "holds_released_after_the_delay"),
        ("update holds set released_at = now()".to_owned(), "holds_release_approved"),
        ("delete from holds".to_owned(), "never deleted"),
    ] {
        let said = refused(&office, &change).await;
        assert!(said.contains(rule), "{change}: {said}");
    }
    let erased = async |at: &str| {
        let mut connection = office.connection().await;
        let due = rules("2026-02-01T00:00:00Z");
        retention::erase_due(&mut connection, &due, 100, time(at)).await.unwrap().unwrap()
    };
    assert_eq!(erased("2026-03-02T12:00:00Z").await, Batch { looked: 2, erased: 1, held: 1 });
    office.sql(&approved(other, "2026-03-03", "2026-03-05"));
    assert_eq!(erased("2026-03-04T12:00:00Z").await, Batch { looked: 2, erased: 0, held: 1 });
    assert_eq!(erased("2026-03-05T12:00:00Z").await, Batch { looked: 2, erased: 1, held: 0 });
    assert_eq!(office.sql("select string_agg(body, ',' order by seq) from messages"), ",,says 2-1,says 2-2");
    let done = "select string_agg(day || ' ' || erased || ' ' || held, ',' order by day) from retention_runs";
    assert_eq!(office.sql(done), "2026-03-02 1 1,2026-03-04 0 1,2026-03-05 1 0");
}

/// Batches go on where the last one ended, and once the day's work is done nobody begins it again.
#[tokio::test]
async fn the_work_of_a_day_is_done_once_in_batches() {
    let office = office_with_hold().await;
    let at = time("2026-03-10T00:00:00Z");
    let next = async || {
        let mut connection = office.connection().await;
        retention::erase_due(&mut connection, &rules("2026-03-01T00:00:00Z"), 3, at).await.unwrap()
    };
    assert_eq!(next().await, Some(Batch { looked: 3, erased: 2, held: 1 }));
    // Whoever is at it keeps others out.
    let mut busy = office.connection().await;
    busy.batch_execute("begin; select 1 from retention_runs for update").await.unwrap();
    assert_eq!(next().await, None);
    busy.batch_execute("commit").await.unwrap();
    assert_eq!(next().await, Some(Batch { looked: 1, erased: 1, held: 0 }));
    assert_eq!(next().await, None);
    assert_eq!(office.sql("select count(*) from audit_log where kind = 'messages.erased'"), "2");
    let preview = retention::preview(&mut *office.connection().await, &rules("2026-03-01T00:00:00Z"), at)
        .await
        .unwrap();
    assert_eq!(preview.iter().map(|due| (due.due, due.held)).collect::<Vec<_>>(), [(0, 1)]);
}

/// Neither is a month detached nor dropped of which something is held, and the words of a month go with it.
#[tokio::test]
async fn a_month_of_which_something_is_held_stays() {
    let office = office_with_hold().await;
    let mut connection = office.connection().await;
    while message_words::catch_up(&mut connection).await.unwrap() {}
    assert_eq!(office.sql("select count(*) from message_words"), "4");
    let at = time("2026-06-01T00:00:00Z");
    let detached = messages::detach_oldest(&mut connection, "2026-06-01".parse().unwrap(), at).await.unwrap();
    assert_eq!(detached, None, "January is held, and what comes after it stays, too");
    let erased = retention::erase_month(&mut connection, &rules("2026-06-01T00:00:00Z"), at).await.unwrap();
    let february = erased.map(|month| (month.name, month.messages));
    assert_eq!(february, Some(("messages_2026_02".to_owned(), 2)));
    assert_eq!(office.sql("select count(*) from message_words"), "2");
    assert_eq!(
        office.sql(
            "select to_regclass('messages_2026_02') is null and to_regclass('message_words_2026_02') is null"
        ),
        "t"
    );
    while retention::erase_month(&mut connection, &rules("2026-06-01T00:00:00Z"), at).await.unwrap().is_some()
    {
    }
    assert_eq!(
        office.sql(
            "select string_agg(name, ' ' order by name) from message_months() where month < '2026-05-01'"
        ),
        "messages_2026_01"
    );
    // A rule for some messages alone never takes a month.
    let some = vec![Rule { kind: Some("direct".into()), ..rules("2026-06-01T00:00:00Z").remove(0) }];
    assert_eq!(retention::erase_month(&mut connection, &some, at).await.unwrap(), None);
    drop(connection);
    office.sql(&format!(
        "update holds set release_asked_by = '{}', release_asked_at = '2026-03-02', release_reason = 'R',
            release_not_before = '2026-03-02', release_approved_by = '{}', release_approved_at = '2026-03-02',
            released_at = '2026-03-02'",
        person(4).0,
        person(5).0
    ));
    let mut connection = office.connection().await;
    let detached = messages::detach_oldest(&mut connection, "2026-06-01".parse().unwrap(), at).await.unwrap();
    assert_eq!(detached.map(|month| month.name).as_deref(), Some("messages_2026_01"));
    assert_eq!(
        office.sql("select count(*) from message_words"),
        "0",
        "nothing is left of what cannot be read"
    );
}

#[tokio::test]
async fn only_what_says_nothing_is_erased_and_only_what_is_erased_says_nothing() {
    let office = office_with_hold().await;
    for change in ["update messages set body = ''", "update messages set erased_at = now()"] {
        assert!(refused(&office, change).await.contains("messages_body_check"), "{change}");
    }
    let found = messages::find_by_seq(&mut *office.connection().await, ONE, 1).await.unwrap().unwrap();
    assert_eq!((found.body.as_str(), found.erased_at), ("says 1-1", None));
}

/// Words are taken in batches, each message's once, also of what comes meanwhile; a hold of the lock is given way to.
#[tokio::test]
async fn words_are_taken_once() {
    let office = office_with_groups().await;
    let batch: Vec<_> = (0..450).map(|number| message(ONE, 1, &number.to_string())).collect();
    store(&office, &batch).await.unwrap();
    let mut connection = office.connection().await;
    let mut calls = 1;
    while message_words::catch_up(&mut connection).await.unwrap() {
        calls += 1;
    }
    assert_eq!(calls, 3, "200 of a conversation at a time");
    assert_eq!(office.sql("select count(*), max(seq) from message_words"), "450|450");
    store(&office, &[message(ONE, 1, "new")]).await.unwrap();
    let mut busy = office.connection().await;
    busy.batch_execute("begin; select pg_advisory_xact_lock(hashtext('message_words'))").await.unwrap();
    assert!(!message_words::take_some(&mut connection, None).await.unwrap());
    assert_eq!(office.sql("select seq from word_progress"), "450", "somebody else is at it");
    busy.batch_execute("commit").await.unwrap();
    let since = DateTime::from_timestamp(1_796_000_000, 0).unwrap();
    assert!(!message_words::take_some(&mut connection, Some(since)).await.unwrap());
    assert_eq!(office.sql("select seq from word_progress"), "451");
    let error = connection
        .batch_execute("insert into word_progress values (gen_random_uuid(), 1)")
        .await
        .unwrap_err();
    assert!(matches!(Error::from(error), Error::Refused { .. }));
}

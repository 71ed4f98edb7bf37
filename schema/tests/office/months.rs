//! Old months of messages leave the table that is read and written, and stay as tables of their own.

use std::time::Instant;

use diesel_async::SimpleAsyncConnection;
use schema::messages::{self, Detached, Message, Stored};
use schema::{Error, conversations};

use super::store::{ONE, message, office_with_groups, store};
use super::*;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A year of partitions, and in January, February and March two messages each.
async fn office_of_a_year() -> Office {
    let office = office_with_groups().await;
    office.sql("select make_message_partitions('2026-01-01', 12)");
    office.sql(&format!(
        "insert into members values ('{}', '{}', 'member', 'chosen', 1, now())",
        ONE.0,
        person(1).0
    ));
    for (number, month) in [1, 1, 2, 2, 3, 3].into_iter().enumerate() {
        let created_at = time(&format!("2026-0{month}-15T12:00:00Z"));
        let said = Message { created_at, ..message(ONE, 1, &format!("{number}")) };
        store(&office, &[said]).await.unwrap();
    }
    office
}

async fn detach(office: &Office, kept_from: &str, at: &str) -> Result<Option<String>, Error> {
    let (kept_from, at) = (kept_from.parse().unwrap(), time(at));
    let found = messages::detach_oldest(&mut *office.connection().await, kept_from, at).await?;
    Ok(found.map(|Detached { name, .. }| name))
}

const NOW: &str = "2026-11-30T12:00:00Z";

#[tokio::test]
async fn history_begins_with_the_first_month_that_is_kept() {
    let office = office_of_a_year().await;
    assert_eq!(detach(&office, "2026-03-01", NOW).await.unwrap().as_deref(), Some("messages_2026_01"));
    assert_eq!(detach(&office, "2026-03-01", NOW).await.unwrap().as_deref(), Some("messages_2026_02"));
    assert_eq!(detach(&office, "2026-03-01", NOW).await.unwrap(), None, "nothing is left to do");
    assert_eq!(office.sql("select count(*) from messages_2026_01"), "2", "what left is kept");

    let mut connection = office.connection().await;
    let seqs = |found: Vec<Message>| found.iter().map(|message| message.seq).collect::<Vec<_>>();
    assert_eq!(seqs(messages::before(&mut connection, ONE, i64::MAX, 50).await.unwrap()), [5, 6]);
    assert!(messages::before(&mut connection, ONE, 5, 50).await.unwrap().is_empty(), "it ends cleanly");
    assert_eq!(seqs(messages::after(&mut connection, ONE, 0, 50).await.unwrap()), [5, 6]);
    assert_eq!(messages::find_by_seq(&mut connection, ONE, 1).await.unwrap(), None);
    assert_eq!(seqs(messages::at(&mut connection, &[(ONE, 2), (ONE, 6)]).await.unwrap()), [6]);

    // What was sent stays known, numbers go on, and an answer may point to what left.
    let repeated = store(&office, &[message(ONE, 1, "0")]).await.unwrap();
    assert_eq!(repeated, [Stored::Before(1)]);
    let left: Uuid = office.sql("select id from messages_2026_01 where seq = 1").parse().unwrap();
    let answer = Message { reply_to: Some(left.into()), created_at: time(NOW), ..message(ONE, 1, "new") };
    assert_eq!(store(&office, &[answer]).await.unwrap(), [Stored::New(7)]);
    let logged = "select string_agg(entry ->> 'table', ' ' order by seq) from audit_log where kind = 'messages.detached'";
    assert_eq!(office.sql(logged), "messages_2026_01 messages_2026_02");
}

/// A conversation of which everything left is still listed by when something last happened there.
#[tokio::test]
async fn a_conversation_keeps_its_place_in_the_list() {
    let office = office_of_a_year().await;
    while detach(&office, "2026-12-01", NOW).await.unwrap().is_some() {}
    let mut connection = office.connection().await;
    let listed = conversations::list_of(&mut connection, person(1), None, 50).await.unwrap();
    let found = listed.iter().find(|listed| listed.conversation_id == ONE).unwrap();
    assert_eq!((found.active_at, found.read_seq), (time("2026-03-15T12:00:00Z"), 6));
    assert!(messages::before(&mut connection, ONE, i64::MAX, 50).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_current_month_and_the_default_partition_stay() {
    let office = office_of_a_year().await;
    while detach(&office, "2030-01-01", "2026-03-31T23:00:00Z").await.unwrap().is_some() {}
    let months = "select string_agg(name, ' ') from message_months() where month < '2026-05-01'";
    assert_eq!(office.sql(months), "messages_2026_03 messages_2026_04");
    let default = "select count(*) from pg_inherits where inhrelid = 'messages_default'::regclass";
    assert_eq!(office.sql(default), "1");
    let tables = async |today: &str| {
        let kept_from = messages::kept_from(today.parse().unwrap(), 1);
        messages::tables(&mut *office.connection().await, Some(kept_from)).await.unwrap()
    };
    let found = tables("2026-04-10").await;
    let state: Vec<_> =
        found.iter().take(3).map(|table| (&*table.name, table.is_detached, table.is_due)).collect();
    let expected = [
        ("messages_2026_01", true, false),
        ("messages_2026_02", true, false),
        ("messages_2026_03", false, false),
    ];
    assert_eq!(state, expected);
    let found = tables("2026-06-10").await;
    let due: Vec<_> = found.iter().filter(|table| table.is_due).map(|table| &*table.name).collect();
    assert_eq!(due, ["messages_2026_03", "messages_2026_04"]);
    // What an operator dropped is no longer listed.
    office.sql("drop table messages_2026_01");
    assert_eq!(tables("2026-06-10").await.first().map(|table| &*table.name), Some("messages_2026_02"));
}

/// Whoever stores a message is not held up: detaching gives way and is tried again.
#[tokio::test]
async fn detaching_gives_way_to_sends() {
    let office = office_of_a_year().await;
    let mut sender = office.connection().await;
    sender.batch_execute("begin; update conversations set last_seq = last_seq").await.unwrap();
    let since = Instant::now();
    let error = detach(&office, "2026-03-01", NOW).await.unwrap_err();
    assert!(matches!(error, Error::TooSlow(_)), "{error:?}");
    assert!(since.elapsed().as_secs() < 3, "{:?}", since.elapsed());
    // It holds nothing any more, and nothing was changed.
    sender.batch_execute("commit").await.unwrap();
    assert_eq!(office.sql("select count(*) from detached_months"), "0");
    assert_eq!(store(&office, &[message(ONE, 2, "meanwhile")]).await.unwrap(), [Stored::New(7)]);
    assert!(detach(&office, "2026-03-01", NOW).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_detaches() {
    let office = office_of_a_year().await;
    let all = async || {
        let mut found = Vec::new();
        while let Some(name) = detach(&office, "2026-11-01", NOW).await.unwrap() {
            found.push(name);
        }
        found
    };
    let (one, other) = tokio::join!(all(), all());
    assert_eq!(one.len() + other.len(), 10, "{one:?} {other:?}");
    assert_eq!(office.sql("select count(*) from detached_months"), "10");
}

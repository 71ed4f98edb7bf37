//! Messages are stored together: numbered without gaps, at most once, all or nothing.

use std::time::Duration;

use schema::Transaction;
use schema::conversations::{self, Kind as ConversationKind};
use schema::ids::{ConversationId, MessageId};
use schema::messages::{self, Hat, Message, Sealed, Stored, ToStore};
use serde_json::{Value, json};

use super::*;

pub(super) const ONE: ConversationId = ConversationId(uuid!("00000000-0000-0000-0000-000000000401"));
const OTHER: ConversationId = ConversationId(uuid!("00000000-0000-0000-0000-000000000402"));

/// An office with two groups of `p1` and `p2`.
pub(super) async fn office_with_groups() -> Office {
    let office = Office::open().await;
    for group in [ONE, OTHER] {
        office.sql(&format!(
            "insert into conversations (id, kind, name, agency_id, created_by, created_at)
                values ('{}', 'group', 'G', '{}', '{}', now())",
            group.0,
            AGENCY.0,
            person(1).0
        ));
    }
    let mut connection = office.connection().await;
    let found = conversations::find(&mut connection, ONE).await.unwrap().unwrap();
    assert_eq!((found.kind, found.last_seq), (ConversationKind::Group, 0));
    office
}

pub(super) fn message(conversation: ConversationId, author: u8, client_id: &str) -> Message {
    Message {
        conversation_id: conversation,
        seq: 0,
        id: MessageId::new(),
        author_id: person(author),
        hat: Hat::Own,
        principal_id: None,
        client_id: client_id.to_owned(),
        body: format!("says {client_id}"),
        label_policy: None,
        label_level: 0,
        label_categories: Vec::new(),
        reply_to: None,
        rule: "A05".to_owned(),
        policy_version: 1,
        created_at: DateTime::from_timestamp(1_796_000_000, 0).unwrap(),
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

pub(super) async fn store(office: &Office, messages: &[Message]) -> Result<Vec<Stored>, schema::Error> {
    let sealed = Sealed { entry: json!({ "body_sha256": "00" }), salt: [7; 16] };
    let to_store: Vec<_> =
        messages.iter().map(|message| ToStore { message, label_version: 0, sealed: &sealed }).collect();
    messages::store_all(&mut *office.connection().await, &to_store).await
}

/// What is kept of a conversation: its count, its numbers, and those of its entries in the log.
fn kept(office: &Office, conversation: ConversationId) -> Value {
    let id = conversation.0;
    let text = office.sql(&format!(
        "select json_build_object(
            'last', (select last_seq from conversations where id = '{id}'),
            'said', (select coalesce(json_agg(client_id order by seq), '[]') from messages where conversation_id = '{id}'),
            'seqs', (select coalesce(json_agg(seq order by seq), '[]') from messages where conversation_id = '{id}'),
            'sends', (select coalesce(json_agg(seq order by seq), '[]') from sends where conversation_id = '{id}'),
            'logged', (select coalesce(json_agg(audit_log.entry -> 'seq' order by audit_log.seq), '[]') from audit_log
                join messages on messages.seq = (audit_log.entry ->> 'seq')::bigint and actor_id = author_id
                where kind = 'message.sent' and conversation_id = '{id}'),
            'read', (select coalesce(json_object_agg(login, seq), '{{}}') from read_pointers
                join people on people.id = person_id where conversation_id = '{id}'))"
    ));
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn each_gets_the_next_number_of_its_conversation() {
    let office = office_with_groups().await;
    let batch = [message(ONE, 1, "a"), message(OTHER, 2, "b"), message(ONE, 2, "c"), message(ONE, 1, "d")];
    let stored = store(&office, &batch).await.unwrap();
    assert_eq!(stored, [Stored::New(1), Stored::New(1), Stored::New(2), Stored::New(3)]);
    let one = kept(&office, ONE);
    assert_eq!(one["said"], json!(["a", "c", "d"]));
    assert_eq!((&one["last"], &one["sends"]), (&json!(3), &json!([1, 2, 3])));
    assert_eq!(one["read"], json!({ "p1": 3, "p2": 2 }), "who writes has read so far");
    assert_eq!(kept(&office, OTHER)["seqs"], json!([1]));
    let logged = office.sql("select count(*) from audit_log where kind = 'message.sent'");
    assert_eq!(logged, "4", "an entry each");
}

#[tokio::test]
async fn what_was_stored_before_is_not_stored_again_and_what_may_not_be_is_not() {
    let office = office_with_groups().await;
    store(&office, &[message(ONE, 1, "a")]).await.unwrap();
    office.sql(&format!("update conversations set archived_at = now() where id = '{}'", OTHER.0));
    let batch = [message(OTHER, 1, "x"), message(ONE, 2, "a"), message(ONE, 1, "a"), message(ONE, 1, "b")];
    let stored = store(&office, &batch).await.unwrap();
    assert_eq!(stored, [Stored::Not, Stored::New(2), Stored::Before(1), Stored::New(3)]);
    assert_eq!(kept(&office, ONE)["said"], json!(["a", "a", "b"]));
    office.sql(&format!("update conversations set label_version = 1 where id = '{}'", ONE.0));
    assert_eq!(store(&office, &[message(ONE, 1, "c")]).await.unwrap(), [Stored::Not]);
    let unknown = ConversationId(Uuid::from_u128(1));
    assert_eq!(store(&office, &[message(unknown, 1, "c")]).await.unwrap(), [Stored::Not]);
    assert_eq!(kept(&office, OTHER)["last"], json!(0));
}

#[tokio::test]
async fn an_error_stores_nothing_of_the_batch() {
    let office = office_with_groups().await;
    let nameless = Message { body: String::new(), ..message(OTHER, 1, "b") };
    let error = store(&office, &[message(ONE, 1, "a"), nameless]).await.unwrap_err();
    assert!(matches!(error, schema::Error::Refused { .. }), "{error:?}");
    assert_eq!(kept(&office, ONE)["last"], json!(0));
    assert_eq!(office.sql("select count(*) from messages"), "0");
}

/// A label with two categories, an answer and a notice arrive as they were given.
#[tokio::test]
async fn everything_of_a_message_is_kept() {
    let office = office_with_groups().await;
    let said = Message {
        label_policy: Some("urn:test".to_owned()),
        label_level: 2,
        label_categories: vec!["nato, \"quoted\"".to_owned(), "кадры".to_owned()],
        reply_to: Some(MessageId::new()),
        hat: Hat::Acting,
        principal_id: Some(person(2)),
        downgraded_from: Some(MessageId::new()),
        body: "кавычки ' и \\ и {фигурные, скобки}".to_owned(),
        ..message(ONE, 1, "a")
    };
    store(&office, std::slice::from_ref(&said)).await.unwrap();
    let found = messages::find_by_seq(&mut *office.connection().await, ONE, 1).await.unwrap().unwrap();
    let times = |message: &Message| message.created_at.timestamp_micros();
    assert_eq!(times(&found), times(&said));
    assert_eq!(Message { created_at: said.created_at, ..found }, Message { seq: 1, ..said });
}

/// Two that store into the same conversations, in opposite order, again and again: neither waits for the other in a circle, and
/// the numbers have no gaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_store_crosswise_do_not_stop_each_other() {
    let office = office_with_groups().await;
    let work = async |author: u8, order: [ConversationId; 2]| {
        for round in 0..100 {
            let batch = order.map(|conversation| message(conversation, author, &format!("{author}-{round}")));
            let stored = store(&office, &batch).await.unwrap();
            assert!(stored.iter().all(|stored| matches!(stored, Stored::New(_))), "{stored:?}");
        }
    };
    let both = async { tokio::join!(work(1, [ONE, OTHER]), work(2, [OTHER, ONE])) };
    tokio::time::timeout(Duration::from_mins(1), both).await.unwrap();
    for conversation in [ONE, OTHER] {
        assert_eq!(kept(&office, conversation)["seqs"], json!((1..=200).collect::<Vec<_>>()));
    }
}

/// A sync that renames units waits for their channels in the order of their ids, as whoever stores messages does: while it waits
/// for the lower one, it holds nothing that another who has that one could want.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_renames_units_waits_for_their_channels_in_the_order_of_their_ids() {
    let office = Office::open().await;
    let found = unit_channels::in_use(&mut *office.connection().await).await.unwrap();
    let [(low, _), (high, _)] = found.as_slice() else { panic!("{found:?}") };
    // Each gets the unit of the other, and the lower one lies behind: whoever takes them as they lie, or by their units, begins
    // with the higher.
    let unit = |channel: &ConversationId| {
        office.sql(&format!("select unit_id from conversations where id = '{}'", channel.0))
    };
    let (of_low, of_high) = (unit(low), unit(high));
    office.sql("drop index conversations_unit_channel");
    for (channel, unit) in [(high, &of_low), (low, &of_high)] {
        office.sql(&format!("update conversations set unit_id = '{unit}' where id = '{}'", channel.0));
    }
    office.sql(
        "create unique index conversations_unit_channel on conversations (unit_id) where channel_kind = 'unit'",
    );
    for unit in [&of_low, &of_high] {
        office.sql(&format!("update units set name = 'another' where id = '{unit}'"));
    }
    let (holder, connection) =
        tokio_postgres::connect(&SHARED.postgres.url(&office.name), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let hold = |id: &ConversationId| {
        format!("select 1 from conversations where id = '{}' for no key update nowait", id.0)
    };
    holder.batch_execute(&format!("begin; {}", hold(low))).await.unwrap();
    let renaming = async {
        let mut transaction = Transaction::begin_alone(&office.pool, 1).await.unwrap();
        unit_channels::reconcile(&mut transaction, SOURCE).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let storing = async {
        let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
        while office.sql(waits) != "1" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        holder.batch_execute(&hold(high)).await.expect("the higher one is free");
        holder.batch_execute("commit").await.unwrap();
    };
    tokio::time::timeout(Duration::from_mins(1), async { tokio::join!(renaming, storing) }).await.unwrap();
    let named = "select count(*) from conversations where channel_kind = 'unit' and name = 'another'";
    assert_eq!(office.sql(named), "2");
}

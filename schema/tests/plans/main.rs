//! No hot query reads a large table from end to end: the plans that Postgres makes of the real functions, in a database with a
//! million messages.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: what is not there fails the test, also in what tests share"
)]

mod explain;
mod hot;
mod large;

use explain::Watched;
use large::{conversation, day, person};
use schema::messages;

/// Every function that a request, a send, a reconnect or a node's own clock calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hot_query_finds_its_rows_by_an_index() {
    let mut watched = Watched::open().await;
    hot::reads(&mut watched).await;
    hot::writes(&mut watched).await;
    assert!(watched.seen() > 300, "{} plans were looked at", watched.seen());
    assert_eq!(watched.complaints(), "");
}

/// Where the month of a message is known, the partitions of the others are not opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_message_is_looked_for_in_its_month_alone() {
    let mut watched = Watched::open().await;
    watched
        .look("find_by_seq", async |connection| {
            messages::find_by_seq(connection, conversation(7), 9000).await
        })
        .await;
    assert_eq!(watched.partitions("find_by_seq"), ["messages_2026_07"]);
    let places = [(conversation(7), 20_000), (conversation(9000), 30), (conversation(9000), 31)];
    watched.look("at", async |connection| messages::at(connection, &places).await).await;
    assert_eq!(watched.partitions("at"), ["messages_2026_11"]);
}

/// The checks above would fail: a query that has no index, and a real one whose index was taken away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_without_an_index_is_found() {
    let mut watched = Watched::open().await;
    watched
        .look("by body", async |connection| {
            let query = "select id from messages where body = 'nothing'";
            diesel_async::RunQueryDsl::execute(diesel::sql_query(query), connection).await.map_err(Into::into)
        })
        .await;
    let found = watched.complaints();
    assert!(found.contains("by body: Seq Scan on messages_2026_04"), "{found}");
    watched.sql("begin; drop index read_pointers_person; alter table read_pointers drop constraint read_pointers_pkey").await;
    watched
        .look("list_of", async |connection| {
            schema::conversations::list_of(connection, person(700), Some((day(20), conversation(1))), 50)
                .await
        })
        .await;
    watched.sql("rollback").await;
    let found = watched.complaints();
    assert!(found.contains("list_of: Seq Scan on read_pointers"), "{found}");
}

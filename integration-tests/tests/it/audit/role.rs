//! The role that the server works under adds to the log and changes nothing of it.

use integration_tests::app::{App, connect};
use integration_tests::services;

use super::an_office;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_role_adds_and_changes_nothing_of_the_record() {
    let app = App::start().await;
    an_office(&app).await;
    let server = connect(&services::as_server(app.database_url())).await;
    let whom: String = server.query_one("select current_user::text", &[]).await.unwrap().get(0);
    assert_eq!(whom, "chancery_server");
    let refused = [
        "update audit_log set kind = 'a.b'",
        "delete from audit_log",
        "truncate audit_log",
        "alter table audit_log disable trigger all",
        "update messages set body = 'Nothing.'",
        "delete from messages",
        "update decisions set allow = true",
        "delete from decisions",
        "update people_history set roles = '{compliance}'",
        "insert into members_history select * from members_history limit 1",
        "delete from conversations_history",
        "delete from audit_checkpoints",
        "update audit_checkpoints set note = 'x'",
        "delete from sealed_tables",
        "delete from policy_signatures",
        "drop trigger seal_new on people_history",
        "set session_replication_role = replica",
        "create or replace function seal_rows() returns trigger language plpgsql as $$ begin return null; end $$",
    ];
    for sql in refused {
        let error = server.batch_execute(sql).await.expect_err(sql);
        let code = error.code().unwrap_or_else(|| panic!("{sql}: {error}")).code();
        assert_eq!(code, "42501", "{sql}: {error}");
    }
    server
        .batch_execute("insert into audit_log (at, kind, entry) values (now(), 'test.done', '{}')")
        .await
        .unwrap();
}

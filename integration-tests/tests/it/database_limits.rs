//! A database that takes too long is one that is not available: said so, soon, and over when it is over.

use integration_tests::app::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_is_answered_as_unavailable() {
    let app = App::start_with(|config| {
        config.database.statement_timeout_seconds = 2;
        config.database.lock_timeout_seconds = 1;
    })
    .await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "прочитано").await.expect(201);
    let database = app.database().await;
    // Held: a statement waits for what another has.
    database.batch_execute("begin; lock table read_pointers").await.unwrap();
    officer.get("/conversations").await.expect_error(503, "database_unavailable");
    database.batch_execute("rollback").await.unwrap();
    officer.get("/conversations").await.expect(200);
    // Slow: a statement works for too long.
    let slow = "alter table read_pointers rename to quick_pointers;
        create view read_pointers as select * from quick_pointers where pg_sleep(20) is not null;
        grant select on read_pointers to public";
    database.batch_execute(slow).await.unwrap();
    officer.get("/conversations").await.expect_error(503, "database_unavailable");
    database
        .batch_execute("drop view read_pointers; alter table quick_pointers rename to read_pointers")
        .await
        .unwrap();
    officer.get("/conversations").await.expect(200);
    let figures = reqwest::get(format!("{}/metrics", app.base())).await.unwrap().text().await.unwrap();
    assert!(
        figures.contains("chancery_database_wait_seconds_bucket{pool=\"all\""),
        "how long one waits is told"
    );
}

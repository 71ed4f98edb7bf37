//! A send touches no table for its decision.

use std::time::Duration;

use integration_tests::app::App;

/// The tables that a decision could be looked up in are locked against every reader; sends are decided, stored
/// and delivered all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sends_are_decided_while_every_table_of_the_decision_is_locked() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let minister = app.sign_in("minister").await;
    let peer = app.sign_in("peer").await;
    let open = officer.direct_with(&app.person("peer")).await;
    let closed = minister.direct_with(&app.person("officer")).await;
    let mut mine = officer.socket().await;
    let mut theirs = peer.socket().await;
    assert_eq!(mine.say(&open, "c-0", "first: loads the room").await["type"], "ack");
    assert_eq!(mine.say(&closed, "c-0", "refused").await["type"], "denied");
    theirs.event("message.created", &open).await;

    let locker = app.database().await;
    locker
        .batch_execute(
            "begin; lock table posts, units, ranks, clearances, members, exceptions, delegations, liaisons, \
             policy_versions, org_state in access exclusive mode",
        )
        .await
        .unwrap();
    let sends = async {
        for number in 1..=50 {
            assert_eq!(mine.say(&open, &format!("c-{number}"), "decided in memory").await["type"], "ack");
            theirs.event("message.created", &open).await;
        }
        assert_eq!(mine.say(&closed, "c-1", "still refused").await["type"], "denied");
    };
    tokio::time::timeout(Duration::from_secs(15), sends).await.expect("the sends do not wait for a table");
    locker.batch_execute("rollback").await.unwrap();
}

//! The log that shows tampering: what happens comes into its tree, what is signed of it is accepted, and what somebody changes
//! behind its back is found and named.

mod api;
mod offline;
mod role;
mod ship;
mod tampering;

use integration_tests::app::App;
use integration_tests::app::token_key;
use schema::Pool;
use server::audit::verify::report::Report;
use server::audit::{grow, verify};
use server::clock::Clock;

/// A server whose log is signed.
async fn signed_app() -> App {
    App::start_with(|config| config.audit.signing_key = Some(token_key().into())).await
}

/// A day in an office: conversations, messages, a label, a denial, a change of members.
async fn an_office(app: &App) {
    let officer = app.sign_in("officer").await;
    let peer = app.person("peer");
    let direct = officer.direct_with(&peer).await;
    let members = [peer, app.person("head")];
    let group = serde_json::json!({ "kind": "group", "name": "Project", "person_ids": members });
    let group = officer.post("/conversations", group).await.expect(201);
    let group = group["conversation"]["id"].as_str().unwrap().to_owned();
    for number in 0..12 {
        officer.say(&direct, &format!("said {number}")).await;
        officer.say(&group, &format!("told {number}")).await;
    }
    officer.send_file(&group, "With a file.", "plan.txt", b"what is planned").await;
    let minister = app.person("minister");
    let body = serde_json::json!({ "kind": "direct", "person_ids": [minister] });
    officer.post("/conversations", body).await.expect_error(403, "policy_denied");
    app.sign_in("compliance")
        .await
        .get(&format!("/compliance/access?conversation_id={group}"))
        .await
        .expect(200);
}

/// Lets the tree grow and signs it; the newest checkpoint.
async fn signed(app: &App, pool: &Pool) -> String {
    let mut connection = pool.get().await.unwrap();
    let now = Clock::system().now();
    // The server itself may be at it, and another test's transaction may hold it up.
    let missing = "select count(*) from audit_log, audit_tree where xid >= xid_until";
    let database = app.database().await;
    while database.query_one(missing, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        grow::grow(&mut connection, now).await.unwrap();
    }
    let notary = app.config().notary().unwrap().expect("the test's server has a key");
    notary.sign(&mut connection, now, true).await.unwrap().expect("something was signed").note
}

/// What a check finds.
async fn checked(app: &App, pool: &Pool, notes: &[String]) -> Report {
    let key = app.config().audit_verifier().unwrap();
    verify::verify(pool, key.as_ref(), notes, &|_| {}).await.unwrap()
}

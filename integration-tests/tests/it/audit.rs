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
use server::audit::verify;
use server::audit::verify::report::Report;

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

/// What a check finds.
async fn checked(app: &App, pool: &Pool, notes: &[String]) -> Report {
    let key = app.config().audit_verifier().unwrap();
    verify::verify(pool, key.as_ref(), notes, &|_| {}).await.unwrap()
}

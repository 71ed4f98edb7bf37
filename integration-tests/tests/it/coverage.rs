//! What holds for every operation of the API: strangers are refused, and no path goes round the gate.

use std::collections::BTreeSet;

use integration_tests::app::App;
use reqwest::Method;
use serde_json::{Value, json};

/// Operations that answer without a sign-in. Signing out ends whatever session the caller shows, and nothing where
/// none is shown. This list may only shrink.
const PUBLIC: &[&str] = &["post /session", "post /session/refresh", "delete /session", "get /openapi.json"];

/// Operations that show the caller nothing but themselves, their own devices, or names of the tree and of labels.
/// This list may only shrink.
const OWN: &[&str] = &[
    "get /me",
    "get /sessions",
    "delete /sessions/{id}",
    "get /labels",
    "get /units",
    "get /units/{id}",
    "get /units/{id}/children",
];

fn operations(openapi: &Value) -> Vec<(Method, String)> {
    let mut operations = Vec::new();
    for (path, item) in openapi["paths"].as_object().expect("paths") {
        for (method, _) in item.as_object().unwrap() {
            if let Ok(method) = method.to_uppercase().parse::<Method>()
                && ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str())
            {
                operations.push((method, path.trim_start_matches("/api/v1").to_owned()));
            }
        }
    }
    operations
}

fn name(method: &Method, path: &str) -> String {
    format!("{} {path}", method.as_str().to_lowercase())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_strangers() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let operations = operations(&officer.get("/openapi.json").await.expect(200));
    assert!(operations.len() >= 25, "the description lists the API: {operations:?}");
    let stranger = officer.with_token(None);
    let forged = officer.with_token(Some("e30.e30.e30"));
    let some_id = uuid::Uuid::now_v7().to_string();
    for (method, path) in &operations {
        if PUBLIC.contains(&name(method, path).as_str()) || !path.starts_with('/') || is_outside(path) {
            continue;
        }
        let url = fill(path, |_| some_id.clone());
        if path == "/socket" {
            continue; // The socket asks for the token in its first frame; realtime.rs looks.
        }
        let body = (method != Method::GET).then(|| "{}".to_owned());
        stranger.send(method.clone(), &url, body.clone()).await.expect_error(401, "token_missing");
        forged.send(method.clone(), &url, body).await.expect_error(401, "token_invalid");
    }
}

/// With a policy that forbids everything in force, no operation shows another person, a conversation or a message,
/// and none changes anything: so there is no operation that does not ask the gate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_goes_round_a_closed_gate() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer_id = app.person("peer");
    let conversation = officer.direct_with(&peer_id).await;
    let marker = "кодовое слово аметист";
    officer.say(&conversation, marker).await.expect(201);
    let sent = officer.send_file(&conversation, "", "code.txt", marker.as_bytes()).await;
    let file = sent["files"][0]["id"].as_str().unwrap().to_owned();
    let openapi = officer.get("/openapi.json").await.expect(200);
    let channel = officer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let peer_name =
        officer.get(&format!("/people/{peer_id}")).await.expect(200)["person"]["display_name"].clone();
    let mut socket = app.sign_in("peer").await.socket().await;

    app.forbid_everything().await;

    let mut asked = BTreeSet::new();
    for (method, path) in operations(&openapi) {
        let operation = name(&method, &path);
        if PUBLIC.contains(&operation.as_str())
            || OWN.contains(&operation.as_str())
            || is_outside(&path)
            || path == "/socket"
        {
            continue;
        }
        asked.insert(operation.clone());
        let url = fill(&path, |parameter| match (parameter, path.as_str()) {
            ("person_id", _) => peer_id.clone(),
            (_, path) if path.starts_with("/files") => file.clone(),
            (_, path) if path.starts_with("/people") => peer_id.clone(),
            (_, path) if path.starts_with("/units") => channel["id"].as_str().unwrap().to_owned(),
            _ => conversation.clone(),
        });
        let answer = officer.send(method.clone(), &url, bodies(&operation, &conversation, &peer_id)).await;
        assert!(answer.status.as_u16() < 500, "{operation}: {:#}", answer.body);
        let shown = answer.body.to_string();
        assert!(!shown.contains(marker), "{operation} shows a message behind the closed gate: {shown}");
        assert!(
            !shown.contains(peer_name.as_str().unwrap()),
            "{operation} shows a person behind the closed gate: {shown}"
        );
        if method != Method::GET {
            // A question may be answered with a decision; everything else is refused.
            let denied = answer.status.is_client_error() || answer.body["decision"]["allow"] == false;
            assert!(denied, "{operation} did something behind the closed gate: {} {shown}", answer.status);
        }
    }
    assert!(asked.len() >= 12, "too few operations were asked: {asked:?}");

    // Nor the socket: a send, typing, and what is delivered.
    let mut mine = officer.socket().await;
    mine.send(json!({ "type": "typing", "conversation_id": conversation })).await;
    let answer = mine.say(&conversation, "c", "through the socket").await;
    assert_ne!(answer["type"], "ack", "{answer}");
    let heard = socket.drain().await;
    assert!(
        heard.iter().all(|frame| frame["event"] != "message.created" && frame["event"] != "typing"),
        "the socket delivers behind the closed gate: {heard:?}"
    );
}

fn bodies(operation: &str, conversation: &str, person: &str) -> Option<String> {
    let body = match operation {
        "post /decisions" => json!({ "action": "dm.send", "person_id": person }),
        "post /conversations" => json!({ "kind": "direct", "person_ids": [person] }),
        "post /conversations/{id}/messages" => json!({ "client_id": "x", "body": "x" }),
        "post /conversations/{id}/members" => json!({ "person_ids": [person] }),
        "post /conversations/{id}/read" => json!({ "seq": 1 }),
        "post /exceptions/requests" => json!({ "person_id": person, "reason": "x", "days": 1 }),
        other if other.starts_with("get ") || other.starts_with("delete ") => return None,
        other if other.starts_with("patch ") => json!({ "name": format!("x{}", conversation.len()) }),
        _ => json!({}),
    };
    Some(body.to_string())
}

fn is_outside(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// Replaces `{parameter}` in a path.
fn fill(path: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (parameter, after) = after.split_once('}').expect("closed braces");
        filled.push_str(before);
        filled.push_str(&value(parameter));
        rest = after;
    }
    filled + rest
}

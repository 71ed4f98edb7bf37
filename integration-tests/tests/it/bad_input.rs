//! Whatever is sent, the answer is the documented error: never a 500, never a half-done thing.

use integration_tests::app::App;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_bodies_name_what_is_wrong() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let send = format!("/conversations/{conversation}/messages");
    let cases = faults(&app, &send);
    let mut wrong = Vec::new();
    for (path, body, status, code, field) in cases {
        let shown: String = body.chars().take(100).collect();
        let answer = officer.send(Method::POST, path, Some(body)).await;
        let error = &answer.body["error"];
        let named = error["field"].as_str().unwrap_or_default().to_owned();
        let as_expected = answer.status.as_u16() == status
            && error["code"] == code
            && field.is_none_or(|field| named.starts_with(field))
            && error["request_id"].is_string();
        if !as_expected {
            wrong.push(format!(
                "{path} {shown}\n  expected {status} {code} {field:?}, got {} {error}",
                answer.status
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing was half done.
    let history = officer.get(&send).await.expect(200);
    assert!(history["messages"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_megabyte_is_too_much() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let body = json!({ "client_id": "a", "body": "x".repeat(1_000_000) }).to_string();
    officer
        .send(Method::POST, &format!("/conversations/{conversation}/messages"), Some(body))
        .await
        .expect_error(413, "body_too_large");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_ids_and_queries_are_named() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    for path in
        ["/people/7", "/units/x", "/conversations/%00", "/conversations/none/messages", "/people/1/photo"]
    {
        officer.get(path).await.expect_error(400, "invalid_id");
    }
    for path in [
        "/people?limit=0",
        "/people?limit=100000",
        "/people?limit=many",
        "/people?unit=7",
        "/people?cursor=%2e%2e",
        "/people?colour=red",
        "/conversations?cursor=zzz",
    ] {
        let answer = officer.get(path).await;
        assert!((400..500).contains(&answer.status.as_u16()), "{path} → {} {:#}", answer.status, answer.body);
        assert!(answer.body["error"]["code"].is_string(), "{path} → {:#}", answer.body);
    }
    let conversation = officer.direct_with(&app.person("peer")).await;
    for query in
        ["before=x", "before=-1", "limit=0", "after=1&before=2&limit=99999", "after=99999999999999999999"]
    {
        let answer = officer.get(&format!("/conversations/{conversation}/messages?{query}")).await;
        assert!(
            (400..500).contains(&answer.status.as_u16()),
            "{query} → {} {:#}",
            answer.status,
            answer.body
        );
    }
}

/// Where to, what, and which refusal: path, body, status, code, field.
type Fault<'a> = (&'a str, String, u16, &'a str, Option<&'a str>);

#[expect(clippy::too_many_lines, reason = "a table, one fault a line")]
fn faults<'a>(app: &App, send: &'a str) -> Vec<Fault<'a>> {
    vec![
        (send, "{".into(), 400, "malformed_json", None),
        (send, "[]".into(), 400, "invalid_type", None),
        (
            send,
            json!({ "client_id": "a", "body": "x", "colour": 1 }).to_string(),
            400,
            "unknown_field",
            Some("colour"),
        ),
        (send, json!({ "client_id": "a", "body": 7 }).to_string(), 400, "invalid_type", Some("body")),
        (send, json!({ "body": "x" }).to_string(), 400, "missing_field", Some("client_id")),
        (send, json!({ "client_id": "a", "body": " \n " }).to_string(), 400, "invalid_value", Some("body")),
        (
            send,
            json!({ "client_id": "a".repeat(65), "body": "x" }).to_string(),
            400,
            "too_long",
            Some("client_id"),
        ),
        (
            send,
            json!({ "client_id": "a", "body": "y".repeat(20_001) }).to_string(),
            400,
            "too_long",
            Some("body"),
        ),
        (
            send,
            json!({ "client_id": "a", "body": "x", "hat": "king" }).to_string(),
            400,
            "invalid_value",
            Some("hat"),
        ),
        (
            send,
            json!({ "client_id": "a", "body": "x", "label": { "level": "cosmic", "categories": [] } })
                .to_string(),
            400,
            "unknown_label",
            Some("label"),
        ),
        (
            send,
            json!({ "client_id": "a", "body": "x", "reply_to": "not-a-uuid" }).to_string(),
            400,
            "invalid_id",
            Some("reply_to"),
        ),
        (
            send,
            json!({ "client_id": "a", "body": "x", "reply_to": uuid::Uuid::now_v7() }).to_string(),
            400,
            "unknown_message",
            Some("reply_to"),
        ),
        ("/conversations", json!({ "kind": "party" }).to_string(), 400, "invalid_value", Some("kind")),
        (
            "/conversations",
            json!({ "kind": "direct", "person_ids": [] }).to_string(),
            400,
            "invalid_value",
            Some("person_ids"),
        ),
        (
            "/conversations",
            json!({ "kind": "direct", "person_ids": [app.person("officer")] }).to_string(),
            400,
            "invalid_value",
            Some("person_ids"),
        ),
        (
            "/conversations",
            json!({ "kind": "group", "person_ids": [app.person("peer")] }).to_string(),
            400,
            "missing_field",
            Some("name"),
        ),
        (
            "/conversations",
            json!({ "kind": "direct", "person_ids": [uuid::Uuid::now_v7()] }).to_string(),
            404,
            "not_found",
            None,
        ),
        (
            "/decisions",
            json!({ "action": "dm.teleport", "person_id": app.person("peer") }).to_string(),
            400,
            "invalid_value",
            Some("action"),
        ),
        ("/decisions", json!({ "action": "dm.start" }).to_string(), 400, "missing_field", Some("person_id")),
        ("/session", json!({ "login": "officer" }).to_string(), 400, "missing_field", Some("password")),
        (
            "/session",
            json!({ "login": "officer", "password": ["x"] }).to_string(),
            400,
            "invalid_type",
            Some("password"),
        ),
    ]
}

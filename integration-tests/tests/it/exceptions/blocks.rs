//! Blocks: made and ended by the security office alone, both ways, for a time, and told to nobody.

use super::*;

async fn block(app: &App, client: &Client, one: &str, other: &str) -> Answer {
    let body = json!({
        "kind": "block", "person_id": app.person(one), "target_id": app.person(other),
        "until": after(app, MINUTE), "reason": "Служебная проверка.",
    });
    client.post("/exceptions", body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_stops_both_at_once_and_ends_by_itself() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let security = app.sign_in("security").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let (mut mine, mut theirs) = (officer.socket().await, peer.socket().await);
    assert_eq!(mine.say(&conversation, "c-1", "Привет.").await["type"], "ack");
    let made = block(&app, &security, "officer", "peer").await.expect(201)["exception"].clone();
    assert_eq!(
        (&made["kind"], &made["state"], &made["can"]),
        (&json!("block"), &json!("active"), &json!(["revoke"]))
    );
    for (client, other) in [(&officer, "peer"), (&peer, "officer")] {
        let refused = until_allowed(client, &app.person(other), false).await;
        assert_eq!((&refused["rule"], &refused["exception"]), (&json!("D04"), &Value::Null));
        ask(client, &app.person(other)).await.expect_error(409, "not_excepted");
        assert!(client.all("/exceptions", "exceptions").await.is_empty(), "nobody is told of a block");
        revoke(client, made["id"].as_str().unwrap()).await.expect_error(404, "not_found");
    }
    for (socket, client_id) in [(&mut mine, "c-2"), (&mut theirs, "c-3")] {
        let refused = socket.say(&conversation, client_id, "Слышно?").await;
        assert_eq!((&refused["type"], &refused["decision"]["rule"]), (&json!("denied"), &json!("D04")));
        assert_eq!(refused["decision"]["disclosure"], "generic");
        let heard = socket.drain().await;
        let is_told = |frame: &Value| frame["data"]["exception_id"] == made["id"];
        assert!(!heard.iter().any(is_told), "{heard:#?}");
    }
    app.advance(MINUTE);
    assert_eq!(mine.say(&conversation, "c-4", "Снова можно.").await["type"], "ack");
    let audited = audited(&app, "exception.blocked").await;
    assert_eq!((audited.len(), &audited[0].0), (1, &app.person("security")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_security_office_makes_and_ends_them_and_not_about_itself() {
    let app = App::start().await;
    for login in ["officer", "head", "minister", "admin", "hr", "compliance"] {
        block(&app, &app.sign_in(login).await, "officer", "peer").await.expect_error(403, "role_required");
    }
    let (security, second) = (app.sign_in("security").await, app.sign_in("security2").await);
    block(&app, &security, "security", "peer").await.expect_error(403, "decides_oneself");
    let made = block(&app, &second, "security", "peer").await.expect(201)["exception"].clone();
    let id = made["id"].as_str().unwrap();
    // All of them are the office's to read; ending what concerns oneself is not.
    let shown = security.all("/exceptions?which=all", "exceptions").await;
    assert_eq!((&shown[0]["id"], &shown[0]["can"]), (&json!(id), &json!([])));
    revoke(&security, id).await.expect_error(403, "decides_oneself");
    // A block holds both ways: there is no second one the other way round.
    block(&app, &second, "peer", "security").await.expect_error(409, "exception_clashes");
    revoke(&second, id).await.expect(200);
    revoke(&second, id).await.expect_error(409, "exception_over");
    assert_eq!(audited(&app, "exception.revoked").await[0].1["kind"], "block");
    block(&app, &second, "peer", "security").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_with_the_field() {
    let app = App::start().await;
    let security = app.sign_in("security").await;
    let whole = json!({
        "kind": "block", "person_id": app.person("officer"), "target_id": app.person("peer"),
        "until": after(&app, MINUTE), "reason": "Проверка.",
    });
    let with = |field: &str, value: Value| {
        let mut body = whole.clone();
        body[field] = value;
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        body
    };
    for (field, value, code) in [
        ("kind", json!("grant"), "invalid_value"),
        ("kind", Value::Null, "missing_field"),
        ("until", Value::Null, "missing_field"),
        ("until", json!(after(&app, Duration::ZERO)), "invalid_value"),
        ("until", json!(after(&app, Duration::from_hours(367 * 24))), "too_long_an_exception"),
        ("from", json!("2020-01-01T00:00:00Z"), "in_the_past"),
        ("reason", json!(" "), "invalid_value"),
        ("target_id", json!(app.person("officer")), "invalid_value"),
        ("rule", json!("D04"), "unknown_field"),
    ] {
        let error = security.post("/exceptions", with(field, value.clone())).await.expect_error(400, code);
        assert_eq!(error["field"], field, "{value}");
    }
    let nobody = with("target_id", json!(uuid::Uuid::now_v7()));
    security.post("/exceptions", nobody).await.expect_error(404, "not_found");
    let unknown = uuid::Uuid::now_v7().to_string();
    revoke(&security, &unknown).await.expect_error(404, "not_found");
    assert!(security.all("/exceptions?which=all", "exceptions").await.is_empty());
}

/// A block outweighs a grant, and makes it no easier to ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_outweighs_a_grant() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let security = app.sign_in("security").await;
    let minister = app.person("minister");
    let request = asked(&officer, &minister).await;
    block(&app, &security, "minister", "officer").await.expect(201);
    until_rule(&officer, &minister, "D04").await;
    grant(&app, &head, &request).await.expect_error(409, "not_excepted");
    assert_eq!(audited(&app, "exception.granted").await, []);
}

async fn until_rule(client: &Client, person: &str, rule: &str) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while decision(client, person).await["rule"] != rule {
        assert!(std::time::Instant::now() < deadline, "{rule} does not decide");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

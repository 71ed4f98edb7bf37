//! Lowering: somebody asks, somebody else decides, and a message that is lowered is a new one.

use std::time::Duration;

use integration_tests::app::App;
use integration_tests::client::{Answer, Client};
use serde_json::{Value, json};

use super::{audited, group, history, label, raise, say};

async fn ask(client: &Client, conversation: &str, label: &Value, message: Option<&str>) -> Answer {
    let mut body = json!({ "label": label, "reason": "Сведения опубликованы." });
    if let Some(message) = message {
        body["message_id"] = json!(message);
    }
    client.post(&format!("/conversations/{conversation}/label-requests"), body).await
}

async fn decide(client: &Client, request: &str, verb: &str) -> Answer {
    client.post(&format!("/label-requests/{request}/{verb}"), json!({ "reason": "Проверено." })).await
}

async fn waiting(client: &Client) -> Vec<String> {
    let all = client.all("/label-requests", "label_requests").await;
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn id(answer: &Value) -> String {
    answer["label_request"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_lowered_by_two() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let channel =
        head.get("/me/colleagues").await.expect(200)["unit"]["channel_id"].as_str().unwrap().to_owned();
    raise(&head, &channel, &label("confidential", &[])).await.expect(200);
    let peer = app.sign_in("peer").await;
    let mut socket = peer.socket().await;
    ask(&head, &channel, &label("confidential", &[]), None).await.expect_error(400, "label_not_lower");
    let asked = ask(&head, &channel, &label("official", &[]), None).await.expect(201);
    let request = id(&asked);
    assert_eq!(asked["label_request"]["can_decide"], false);
    ask(&head, &channel, &label("official", &[]), None).await.expect_error(409, "label_request_exists");
    // Neither who asked, nor whoever has no duty for it: to them there is no such wish.
    let refused = decide(&head, &request, "approve").await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D30");
    for login in ["officer", "director", "minister", "admin", "compliance", "hr", "outsider", "peer"] {
        let client = app.sign_in(login).await;
        decide(&client, &request, "approve").await.expect_error(404, "not_found");
        decide(&client, &request, "refuse").await.expect_error(404, "not_found");
        assert_eq!(waiting(&client).await, Vec::<String>::new(), "{login}");
        assert_eq!(client.get("/me").await.expect(200)["me"]["decides_on_labels"], false, "{login}");
    }
    let security = app.sign_in("security").await;
    assert_eq!(security.get("/me").await.expect(200)["me"]["decides_on_labels"], true);
    assert_eq!(waiting(&security).await, std::slice::from_ref(&request));
    decide(&security, &request, "approve").await.expect(204);
    decide(&security, &request, "approve").await.expect_error(409, "label_request_over");
    // The label is lower for everybody at once, and those whom it kept out are back.
    socket.event("conversation.created", &channel).await;
    let line = socket.event("message.created", &channel).await;
    assert_eq!(line["data"]["notice"]["kind"], "label_lowered");
    let shown = peer.get(&format!("/conversations/{channel}")).await.expect(200);
    assert_eq!(shown["conversation"]["label"]["level"], "official");
    let (_, entry) = audited(&app, "label.lowered").await;
    assert_eq!(entry["requested_by"], app.person("head"));
    assert_eq!(audited(&app, "label.lower_requested").await.0, 1);
    let own = head.all("/label-requests?own=true", "label_requests").await;
    assert_eq!(
        (&own[0]["outcome"], &own[0]["decided_by"]["id"]),
        (&json!("approved"), &json!(app.person("security")))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_said_again_lower_and_the_original_stays() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let security = app.sign_in("security").await;
    let second = app.sign_in("security2").await;
    let room = group(&app, &cleared, &["security", "security2"], &label("secret", &["security"])).await;
    let sent = say(&cleared, &room, "отчёт", &label("secret", &["security"])).await.expect(201);
    let original = sent["message"]["id"].as_str().unwrap().to_owned();
    // Whoever asks is its author and does not decide, whatever their duty.
    let asked = ask(&security, &room, &label("official", &[]), Some(&original)).await.expect(201);
    let request = id(&asked);
    assert_eq!(asked["label_request"]["message"]["body"], "отчёт");
    let refused = decide(&security, &request, "approve").await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D30");
    assert_eq!(waiting(&security).await, Vec::<String>::new());
    let mut socket = cleared.socket().await;
    decide(&second, &request, "approve").await.expect(204);
    let made = socket.event("message.created", &room).await["data"].clone();
    assert_eq!(made["downgraded_from"], original.as_str());
    assert_eq!((&made["body"], &made["label"]["level"]), (&json!("отчёт"), &json!("official")));
    assert_eq!((&made["author"]["id"], &made["rule"]), (&json!(app.person("security")), &json!("A53")));
    let page = cleared.get(&format!("/conversations/{room}/messages")).await.expect(200);
    assert_eq!(page["messages"][0]["id"], original.as_str());
    assert_eq!(page["messages"][0]["label"]["level"], "secret", "the original stays as it is");
    let (count, entry) = audited(&app, "message.downgraded").await;
    assert_eq!((count, &entry["made_id"]), (1, &made["id"]));
    assert_eq!(entry["message_id"], original.as_str());
    assert!(!entry.to_string().contains("отчёт"), "the log keeps no text");
    // A refusal is on record, and makes nothing.
    let request = id(&ask(&cleared, &room, &label("confidential", &[]), Some(&original)).await.expect(201));
    decide(&security, &request, "refuse").await.expect(204);
    assert_eq!(audited(&app, "label.lower_refused").await.0, 1);
    assert_eq!(history(&cleared, &room).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_goes_lower_only_where_it_may_be() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let second = app.sign_in("security2").await;
    let secret = group(&app, &cleared, &["security"], &label("secret", &["security"])).await;
    let open = group(&app, &cleared, &["security"], &label("open", &[])).await;
    let sent = say(&cleared, &secret, "сводка", &label("secret", &[])).await.expect(201);
    let original = sent["message"]["id"].as_str().unwrap();
    let to = |label: Value| json!({ "label": label, "reason": "Можно.", "message_id": original, "target_id": open });
    let path = format!("/conversations/{secret}/label-requests");
    let refused = cleared.post(&path, to(label("official", &[]))).await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D03");
    let asked = cleared.post(&path, to(label("open", &[]))).await.expect(201);
    // Meanwhile the place is gone for who asked: the wish is moot, and nothing is said there.
    let left = cleared.delete(&format!("/conversations/{open}/members/{}", cleared.person_id())).await;
    assert!(left.status.is_success(), "{:#}", left.body);
    decide(&second, &id(&asked), "approve").await.expect_error(409, "label_request_moot");
    let security = app.sign_in("security").await;
    assert_eq!(history(&security, &open).await, []);
    // An own target makes no sense for the label of the conversation itself; nor does somebody else's message.
    let body = json!({ "label": label("official", &[]), "reason": "x", "target_id": open });
    cleared.post(&path, body).await.expect_error(400, "invalid_value");
    let body = json!({ "label": label("official", &[]), "reason": "x", "message_id": uuid::Uuid::now_v7() });
    cleared.post(&path, body).await.expect_error(400, "unknown_message");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_cleared_learns_nothing_of_a_wish() {
    let app = App::start().await;
    // The minister and the deputy are cleared for budget, which the security office is not.
    let minister = app.sign_in("minister").await;
    let direct = json!({
        "kind": "direct", "person_ids": [app.person("deputy")], "label": label("official", &["budget"])
    });
    let made = minister.post("/conversations", direct).await.expect(201);
    let room = made["conversation"]["id"].as_str().unwrap().to_owned();
    let sent = say(&minister, &room, "смета", &label("official", &["budget"])).await.expect(201);
    let message = sent["message"]["id"].as_str().unwrap();
    let request = id(&ask(&minister, &room, &label("open", &[]), Some(message)).await.expect(201));
    let security = app.sign_in("security").await;
    let listed = security.get("/label-requests").await.expect(200);
    assert!(!listed.to_string().contains("смета") && !listed.to_string().contains(&request), "{listed:#}");
    decide(&security, &request, "approve").await.expect_error(404, "not_found");
    decide(&security, &request, "refuse").await.expect_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_ends_by_itself_and_may_be_made_again() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let security = app.sign_in("security").await;
    let room = group(&app, &cleared, &["security2"], &label("secret", &[])).await;
    let request = id(&ask(&cleared, &room, &label("official", &[]), None).await.expect(201));
    app.advance(Duration::from_secs(7 * 24 * 3600 + 1));
    let (cleared, security) = (app.sign_in("cleared").await, {
        drop(security);
        app.sign_in("security").await
    });
    assert_eq!(waiting(&security).await, Vec::<String>::new());
    decide(&security, &request, "approve").await.expect_error(409, "label_request_over");
    let own = cleared.all("/label-requests?own=true", "label_requests").await;
    assert_eq!(own[0]["outcome"], "expired");
    let again = id(&ask(&cleared, &room, &label("official", &[]), None).await.expect(201));
    // Two decide at once: one of them does.
    let second = app.sign_in("security2").await;
    let (one, other) = tokio::join!(decide(&security, &again, "approve"), decide(&second, &again, "refuse"));
    let statuses = [one.status.as_u16(), other.status.as_u16()];
    assert!(statuses == [204, 409] || statuses == [409, 204], "{statuses:?}");
}

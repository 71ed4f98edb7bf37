//! The socket: live delivery, refusals, resume, and the close codes of the contract.

use integration_tests::app::App;
use integration_tests::socket::{Frame, Socket};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_sends_the_other_receives() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let mut mine = officer.socket().await;
    let mut theirs = peer.socket().await;
    assert_eq!(mine.welcome["person_id"], app.person("officer").as_str());
    assert!(mine.welcome["org_version"].as_i64().unwrap() >= 1);
    assert_eq!(mine.welcome["policy_version"], 1);

    let conversation = officer.direct_with(&app.person("peer")).await;
    let ack = mine.say(&conversation, "c-1", "Здравствуйте!").await;
    assert_eq!((ack["type"].as_str(), ack["seq"].as_i64()), (Some("ack"), Some(1)));
    let event = theirs.event("message.created", &conversation).await;
    assert_eq!(event["seq"], 1);
    assert_eq!(event["data"]["body"], "Здравствуйте!");
    assert_eq!(event["data"]["id"], ack["message_id"]);

    // The same client id again: the same answer, and nobody hears it twice.
    let again = mine.say(&conversation, "c-1", "Здравствуйте!").await;
    assert_eq!(again["message_id"], ack["message_id"]);
    assert!(theirs.drain().await.iter().all(|frame| frame["event"] != "message.created"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_over_the_socket_is_that_of_rest() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let minister = app.sign_in("minister").await;
    let conversation = minister.direct_with(&app.person("officer")).await;
    let mut socket = officer.socket().await;
    let denied = socket.say(&conversation, "c-1", "May I?").await;
    assert_eq!(denied["type"], "denied");
    let rest = officer.say(&conversation, "May I?").await.expect_error(403, "policy_denied");
    assert_eq!(denied["decision"]["rule"], rest["decision"]["rule"]);
    assert_eq!(denied["decision"]["alternatives"], rest["decision"]["alternatives"]);

    let outsider = app.sign_in("outsider").await;
    let mut socket = outsider.socket().await;
    let hidden = socket.say(&conversation, "c-2", "hello").await;
    assert_eq!(
        (hidden["type"].as_str(), hidden["error"]["code"].as_str()),
        (Some("error"), Some("not_found"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resume_brings_exactly_what_was_missed() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "seen").await.expect(201);
    officer.say(&conversation, "missed 1").await.expect(201);
    officer.say(&conversation, "missed 2").await.expect(201);

    let mut socket = Socket::open(app.base()).await;
    socket.hello(peer.token(), Some(json!({ conversation.clone(): 1 }))).await;
    let first = socket.event("message.created", &conversation).await;
    let second = socket.event("message.created", &conversation).await;
    assert_eq!(
        (first["data"]["body"].as_str(), second["data"]["body"].as_str()),
        (Some("missed 1"), Some("missed 2"))
    );
    assert!(socket.drain().await.iter().all(|frame| frame["event"] != "message.created"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_too_long_is_left_to_http() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let mut writer = officer.socket().await;
    for number in 0..600 {
        let ack = writer.say(&conversation, &format!("c-{number}"), "x").await;
        assert_eq!(ack["type"], "ack", "{ack}");
    }
    let mut socket = Socket::open(app.base()).await;
    socket.hello(peer.token(), Some(json!({ conversation.clone(): 1 }))).await;
    socket
        .until("resync", |frame| {
            frame["type"] == "resync" && frame["conversation_id"] == conversation.as_str()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_reaches_only_those_in_the_conversation() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let head = app.sign_in("head").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let mut mine = officer.socket().await;
    let mut theirs = peer.socket().await;
    let mut others = head.socket().await;
    mine.send(json!({ "type": "typing", "conversation_id": conversation })).await;
    let typing = theirs.event("typing", &conversation).await;
    assert_eq!(typing["data"]["person_id"], app.person("officer").as_str());
    assert!(others.drain().await.iter().all(|frame| frame["event"] != "typing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_babblers_are_closed_with_their_codes() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;

    let mut forged = Socket::open(app.base()).await;
    forged.send(json!({ "type": "hello", "access_token": "x.y.z" })).await;
    assert_eq!(forged.closed().await, 4401);

    let mut silent = Socket::open(app.base()).await;
    assert_eq!(silent.closed().await, 4401, "no hello within five seconds");

    let mut impolite = Socket::open(app.base()).await;
    impolite.send(json!({ "type": "ping" })).await;
    assert_eq!(impolite.closed().await, 4401, "the first frame must be hello");

    let mut binary = officer.socket().await;
    binary.send_binary(&[1, 2, 3]).await;
    assert_eq!(binary.closed().await, 4409);

    let mut broken = officer.socket().await;
    broken.send_text("{not json").await;
    match broken.next().await {
        Frame::Json(frame) => assert_eq!(frame["type"], "error", "{frame}"),
        Frame::Closed(code) => assert_eq!(code, 4409),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_frames_get_an_error_that_names_the_field() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let mut socket = officer.socket().await;
    for (frame, code) in [
        (
            json!({ "type": "send", "conversation_id": conversation, "client_id": "a", "body": "" }),
            "invalid_value",
        ),
        (
            json!({ "type": "send", "conversation_id": conversation, "client_id": "", "body": "x" }),
            "invalid_value",
        ),
        (
            json!({ "type": "send", "conversation_id": uuid::Uuid::now_v7(), "client_id": "a", "body": "x" }),
            "not_found",
        ),
        (
            json!({ "type": "send", "conversation_id": conversation, "client_id": "a", "body": "x".repeat(20_001) }),
            "too_long",
        ),
    ] {
        socket.send(frame.clone()).await;
        let error = socket.until("an error", |frame| frame["type"] == "error").await;
        assert_eq!(error["error"]["code"], code, "for {} got {error}", frame["client_id"]);
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
    // The connection lives on.
    assert_eq!(socket.say(&conversation, "ok", "still alive").await["type"], "ack");
}

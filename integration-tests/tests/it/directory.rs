//! HR changes the directory and nothing else: the mirror, the sockets and the channels follow.

use integration_tests::app::App;
use integration_tests::client::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_person_is_out_at_once() {
    let app = App::start_with_own_directory().await;
    let peer = app.sign_in("peer").await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let mut socket = peer.socket().await;

    app.directory().replace("peer", "userAccountControl", &["514"]).await;
    app.sync().await;

    assert_eq!(socket.closed().await, 4403);
    let refused = peer.get("/me").await;
    assert_eq!(refused.status.as_u16(), 401, "{:#}", refused.body);
    let mut again = Client::new(app.base());
    again.try_sign_in("peer", "chancery").await.expect_error(401, "invalid_credentials");
    let denied = officer.say(&conversation, "still there?").await.expect_error(403, "policy_denied");
    assert_eq!(denied["decision"]["allow"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moved_person_changes_channels_at_once() {
    let app = App::start_with_own_directory().await;
    let peer = app.sign_in("peer").await;
    let old_channel =
        peer.get("/me/colleagues").await.expect(200)["unit"]["channel_id"].as_str().unwrap().to_owned();
    let officer = app.sign_in("officer").await;
    officer.say(&old_channel, "before the move").await.expect(201);
    let mut socket = peer.socket().await;

    let new_unit = app.directory().move_to_unit_of("peer", "acting").await;
    app.sync().await;

    socket.event("conversation.removed", &old_channel).await;
    peer.get(&format!("/conversations/{old_channel}/messages")).await.expect_error(404, "not_found");
    peer.say(&old_channel, "am I still here?").await.expect_error(404, "not_found");
    let colleagues = peer.get("/me/colleagues").await.expect(200);
    assert_eq!(colleagues["unit"]["name"], new_unit.as_str());
    let new_channel = colleagues["unit"]["channel_id"].as_str().unwrap().to_owned();
    peer.say(&new_channel, "Здравствуйте, я теперь с вами.").await.expect(201);
    officer.say(&old_channel, "after the move").await.expect(201);
    assert!(socket.drain().await.iter().all(|frame| frame["data"]["body"] != "after the move"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_person_stays_the_same_person() {
    let app = App::start_with_own_directory().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "hello").await.expect(201);
    let before = app.person("peer");
    app.directory().rename("peer", "Новофамильная Анна", "Новофамильная Анна Сергеевна").await;
    app.sync().await;
    let card = officer.get(&format!("/people/{before}")).await.expect(200);
    assert_eq!(card["person"]["display_name"], "Новофамильная Анна Сергеевна");
    let history = officer.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    assert_eq!(history["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_clearance_cuts_at_once() {
    let app = App::start_with_own_directory().await;
    let cleared = app.sign_in("cleared").await;
    let (other, other_login) = app.another_cleared_for_secret("cleared").await;
    let started = cleared
        .post(
            "/conversations",
            serde_json::json!({
                "kind": "direct", "person_ids": [other], "label": { "level": "secret", "categories": [] }
            }),
        )
        .await;
    let body = started.expect(201);
    let conversation = body["conversation"]["id"].as_str().unwrap().to_owned();
    let sent = cleared
        .post(
            &format!("/conversations/{conversation}/messages"),
            serde_json::json!({
                "client_id": "s", "body": "секретно", "label": { "level": "secret", "categories": [] }
            }),
        )
        .await;
    sent.expect(201);
    let reader = app.sign_in(&other_login).await;
    assert_eq!(
        reader.get(&format!("/conversations/{conversation}/messages")).await.expect(200)["messages"][0]["body"],
        "секретно"
    );

    app.directory().remove(&other_login, "govClearance").await;
    app.sync().await;
    let cut = reader.get(&format!("/conversations/{conversation}/messages")).await;
    assert!(!cut.body.to_string().contains("секретно"), "{:#}", cut.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_or_broken_directory_changes_nobody() {
    let app = App::start_with_own_directory().await;
    let officer = app.sign_in("officer").await;
    let before = officer.all("/people", "people").await.len();
    app.directory().hide_everybody();
    app.try_sync().await.expect_err("an emptied directory is refused");
    assert_eq!(officer.all("/people", "people").await.len(), before);
    officer.get("/me").await.expect(200);
}

//! How much one person may do. Whoever does more is told when to come back, and nobody else notices.

use std::time::Duration;

use integration_tests::app::App;
use integration_tests::services;
use serde_json::json;

/// Polls until it is so.
macro_rules! until {
    ($what:literal, $so:expr) => {
        tokio::time::timeout(Duration::from_secs(20), async {
            while !$so {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("in vain: {}", $what))
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_too_much_is_told_when_to_come_back() {
    let limited = |settings: &mut server::config::Config| {
        (settings.limits.messages_at_once, settings.limits.messages_per_minute) = (5, 1);
    };
    let app = App::start_with(limited).await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let conversation = officer.direct_with(&app.person("peer")).await;
    for number in 1..=5 {
        assert_eq!(officer.say(&conversation, "quick").await.expect(201)["message"]["seq"], number);
    }
    let error = officer.say(&conversation, "too quick").await.expect_error(429, "too_many_messages");
    assert!(error["retry_after_seconds"].as_u64().is_some_and(|wait| (1..=61).contains(&wait)), "{error:#}");
    // The socket is no way round, and says which message it was.
    let mut socket = officer.socket().await;
    let refused = socket.say(&conversation, "c-1", "too quick").await;
    assert_eq!((&refused["type"], &refused["client_id"]), (&json!("error"), &json!("c-1")));
    assert_eq!(refused["error"]["code"], "too_many_messages");
    assert!(refused["error"]["retry_after_seconds"].as_u64().is_some_and(|wait| wait >= 1), "{refused:#}");
    assert_eq!(peer.say(&conversation, "in peace").await.expect(201)["message"]["seq"], 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_takes_so_much_from_all_and_from_those_alone_who_may_write_there() {
    let limited = |settings: &mut server::config::Config| {
        let limits = &mut settings.limits;
        (limits.conversation_messages_at_once, limits.conversation_messages_per_minute) = (4, 1);
    };
    let app = App::start_with(limited).await;
    let (officer, peer, stranger) =
        (app.sign_in("officer").await, app.sign_in("peer").await, app.sign_in("outsider").await);
    let conversation = officer.direct_with(&app.person("peer")).await;
    for _ in 0..10 {
        stranger.say(&conversation, "noise").await.expect_error(404, "not_found");
    }
    for client in [&officer, &peer, &officer, &peer] {
        client.say(&conversation, "one of four").await.expect(201);
    }
    officer.say(&conversation, "the fifth").await.expect_error(429, "conversation_busy");
    let elsewhere = peer.direct_with(&app.person("head")).await;
    peer.say(&elsewhere, "another conversation").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_spent_on_one_node_counts_on_the_other() {
    let redis = services::redis();
    let limited = |settings: &mut server::config::Config| {
        settings.redis.url = Some(redis.url().into());
        (settings.limits.messages_at_once, settings.limits.messages_per_minute) = (20, 1);
    };
    let one = App::start_with(limited).await;
    let two = one.second_node(limited).await;
    let (here, there) = (one.sign_in("officer").await, two.sign_in("officer").await);
    let conversation = here.direct_with(&one.person("peer")).await;
    for _ in 0..19 {
        here.say(&conversation, "here").await.expect(201);
    }
    // The other node hears of it within a second; until then it lets some pass.
    let mut passed = 0;
    until!("the other node counts too", {
        let answer = there.say(&conversation, "there").await;
        passed += u32::from(answer.status.is_success());
        answer.status.as_u16() == 429
    });
    assert!(passed < 20, "{passed} passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guesser_has_the_same_attempts_on_all_nodes() {
    let redis = services::redis();
    let limited = |settings: &mut server::config::Config| {
        settings.redis.url = Some(redis.url().into());
        (settings.auth.login_attempts, settings.auth.login_window_seconds) = (4, 3600);
    };
    let one = App::start_with(limited).await;
    let two = one.second_node(limited).await;
    let guess = async |app: &App| {
        let mut client = integration_tests::client::Client::new(app.base());
        client.try_sign_in("minister", "a guess").await
    };
    for _ in 0..4 {
        guess(&one).await.expect_error(401, "invalid_credentials");
    }
    until!("the other node knows of the guesses", guess(&two).await.status.as_u16() == 429);
    // Whoever knows the password of another login is not concerned.
    two.sign_in("officer").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_socket_too_many_is_refused_and_says_why() {
    let app = App::start_with(|settings| settings.limits.sockets_per_person = 2).await;
    let officer = app.sign_in("officer").await;
    let (first, _second) = (officer.socket().await, officer.socket().await);
    let mut third = integration_tests::socket::Socket::open(app.base()).await;
    third.send(json!({ "type": "hello", "access_token": officer.token() })).await;
    let said = third.until("a refusal", |frame| frame["type"] == "error").await;
    assert_eq!(said["error"]["code"], "too_many_sockets");
    assert_eq!(third.closed().await, 1013);
    app.sign_in("peer").await.socket().await;
    drop(first);
    until!("there is room again", {
        let mut again = integration_tests::socket::Socket::open(app.base()).await;
        again.send(json!({ "type": "hello", "access_token": officer.token() })).await;
        again.until("an answer", |_| true).await["type"] == "welcome"
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_device_too_many_signs_out_the_one_that_was_used_least_lately() {
    let app = App::start_with(|settings| settings.limits.sessions_per_person = 2).await;
    let mut devices = Vec::new();
    for _ in 0..3 {
        app.advance(Duration::from_secs(1));
        devices.push(app.sign_in("officer").await);
    }
    devices[0].get("/me").await.expect_error(401, "session_ended");
    for device in &devices[1..] {
        device.get("/me").await.expect(200);
    }
    assert_eq!(devices[2].all("/sessions", "sessions").await.len(), 2);
    let ended = "select end_reason from sessions where ended_at is not null";
    let row = app.database().await.query_one(ended, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "crowded_out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_requests_and_of_frames_ends() {
    let limited = |settings: &mut server::config::Config| {
        (settings.limits.requests_at_once, settings.limits.requests_per_minute) = (30, 1);
    };
    let app = App::start_with(limited).await;
    let officer = app.sign_in("officer").await;
    let mut socket = officer.socket().await;
    for _ in 0..30 {
        officer.get("/me").await.expect(200);
    }
    let error = officer.get("/me").await.expect_error(429, "too_many_calls");
    assert!(error["retry_after_seconds"].as_u64().is_some_and(|wait| wait >= 1), "{error:#}");
    // A client that goes on regardless is sent away.
    for _ in 0..21 {
        socket.send(json!({ "type": "ping" })).await;
    }
    assert_eq!(socket.closed().await, 4409);
    app.sign_in("peer").await.get("/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_sends_people_away_in_waves() {
    const SOCKETS: usize = 250;
    let app = App::start_with(|settings| settings.server.drain_seconds = 5).await;
    let officer = app.sign_in("officer").await;
    let base = app.base().to_owned();
    let mut open = Vec::new();
    for _ in 0..SOCKETS {
        open.push(officer.socket().await);
    }
    let closings = open.into_iter().map(|mut socket| async move {
        let code = socket.closed().await;
        (code, tokio::time::Instant::now())
    });
    let asking = async {
        // It says that it goes, while it still answers.
        let mut said = Vec::new();
        while let Ok(answer) = reqwest::get(format!("{base}/readyz")).await {
            let status = answer.status().as_u16();
            said.push((status, answer.json::<serde_json::Value>().await.unwrap_or_default()));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        said
    };
    let (closed, said, ()) = tokio::join!(futures_util::future::join_all(closings), asking, app.stop());
    assert!(closed.iter().all(|(code, _)| *code == 1012), "{closed:?}");
    let (first, last) =
        (closed.iter().map(|(_, at)| *at).min().unwrap(), closed.iter().map(|(_, at)| *at).max().unwrap());
    assert!(last - first >= Duration::from_millis(100), "they went in one wave");
    let draining = |(status, body): &(u16, serde_json::Value)| {
        *status == 503 && body["reasons"].as_array().is_some_and(|all| all.contains(&json!("draining")))
    };
    assert!(said.iter().any(draining), "{said:?}");
}

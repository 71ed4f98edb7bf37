//! Signing in and out: the directory's password, tokens that age, refresh tokens that rotate.

use integration_tests::app::App;
use integration_tests::client::Client;
use reqwest::Method;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_unknown_disabled_and_empty_look_the_same() {
    let app = App::start().await;
    let disabled = app.disabled_login().await;
    for (login, password) in [
        ("officer", "wrong"),
        ("nobody-of-this-name", "chancery"),
        (disabled.as_str(), "chancery"),
        ("officer", ""),
        ("*", "chancery"),
        ("officer)(uid=*", "chancery"),
    ] {
        let mut client = Client::new(app.base());
        client.try_sign_in(login, password).await.expect_error(401, "invalid_credentials");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_is_found_whatever_its_case() {
    let app = App::start().await;
    let mut client = Client::new(app.base());
    client.try_sign_in("OFFICER", "chancery").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_rotates_and_reuse_ends_the_family() {
    let app = App::start().await;
    let first_cookie = app.refresh_cookie("officer").await;

    let (second_cookie, access_token) =
        app.refresh_with(&first_cookie).await.expect("the first exchange works");
    assert_ne!(first_cookie, second_cookie);
    let mut socket = app.socket_of(&access_token).await;

    assert!(app.refresh_with(&first_cookie).await.is_none(), "a token works once");
    assert!(app.refresh_with(&second_cookie).await.is_none(), "its reuse ends the whole family");
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_out_token_is_dead_at_once() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let mut socket = officer.socket().await;
    let gone = officer.delete("/session").await;
    assert!(gone.status.is_success(), "{:#}", gone.body);
    officer.get("/me").await.expect_error(401, "session_ended");
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_are_listed_and_ended() {
    let app = App::start().await;
    let here = app.sign_in("officer").await;
    let there = app.sign_in("officer").await;
    let sessions = here.get("/sessions").await.expect(200)["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|one| one["current"] == true).count(), 1);
    let other =
        sessions.iter().find(|one| one["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();

    let stranger = app.sign_in("peer").await;
    stranger.delete(&format!("/sessions/{other}")).await.expect_error(404, "not_found");
    let ended = here.delete(&format!("/sessions/{other}")).await;
    assert!(ended.status.is_success());
    there.get("/me").await.expect_error(401, "session_ended");
    here.get("/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_tokens_are_refused() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let mut parts: Vec<String> = officer.token().split('.').map(str::to_owned).collect();
    let none = integration_tests::tokens::unsigned(officer.token());
    let hs256 = integration_tests::tokens::signed_with_public_guess(officer.token());
    parts[2] = "A".repeat(parts[2].len());
    let broken = parts.join(".");
    for forged in [broken.as_str(), none.as_str(), hs256.as_str(), "x", "a.b.c"] {
        officer.with_token(Some(forged)).get("/me").await.expect_error(401, "token_invalid");
    }
    officer.with_token(None).get("/me").await.expect_error(401, "token_missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_token_ages() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    officer.get("/me").await.expect(200);
    app.advance(std::time::Duration::from_mins(11));
    officer.get("/me").await.expect_error(401, "token_expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_is_slowed_down_per_login() {
    let app = App::start_with(|settings| settings.auth.login_attempts = 5).await;
    let mut refused = None;
    for _ in 0..12 {
        let mut client = Client::new(app.base());
        let answer = client.try_sign_in("officer", "wrong").await;
        if answer.status.as_u16() == 429 {
            refused = Some(answer);
            break;
        }
        answer.expect_error(401, "invalid_credentials");
    }
    let error = refused.expect("the guessing is stopped").expect_error(429, "too_many_attempts");
    assert!(error["retry_after_seconds"].as_u64().unwrap() > 0);
    // Another login is not harmed.
    let mut client = Client::new(app.base());
    client.try_sign_in("peer", "chancery").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_down_is_said_to_be_down() {
    let app = App::start_with_own_directory().await;
    app.directory().kill();
    let mut client = Client::new(app.base());
    client.try_sign_in("officer", "chancery").await.expect_error(503, "directory_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_methods_and_paths_answer_in_the_documented_shape() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    officer.get("/no-such-thing").await.expect_error(404, "not_found");
    officer.send(Method::PUT, "/me", None).await.expect_error(405, "method_not_allowed");
}

//! What is granted is in force at once on every node, ends by itself on an open socket, and is over at once when it is
//! taken back.

use integration_tests::services;

use super::*;

/// Two nodes, as behind a load balancer.
async fn nodes() -> (App, App) {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    (one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_asked_granted_and_over_by_itself() {
    let (one, two) = nodes().await;
    let (officer, elsewhere) = (one.sign_in("officer").await, two.sign_in("officer").await);
    let (head, minister) = (two.sign_in("head").await, two.sign_in("minister").await);
    let target = one.person("minister");
    let mut superior = head.socket().await;
    let mut socket = officer.socket().await;
    let mut other_socket = elsewhere.socket().await;
    assert_eq!(decision(&officer, &target).await["rule"], "D05");

    let request = asked(&officer, &target).await;
    assert_eq!(news(&mut superior).await["request_id"], request.as_str(), "on another node");
    let granted = grant(&two, &head, &request).await.expect(200)["request"].clone();
    assert_eq!((&granted["state"], &granted["exception"]["state"]), (&json!("granted"), &json!("active")));
    for socket in [&mut socket, &mut other_socket] {
        let own = news(socket).await;
        assert_eq!(
            (&own["request_id"], &own["exception_id"]),
            (&json!(request), &Value::Null),
            "to all devices"
        );
        assert_eq!(news(socket).await["exception_id"], granted["exception"]["id"]);
    }
    // Whoever is told finds it in force: there is nothing to wait for.
    assert_eq!(decision(&officer, &target).await["rule"], "A13");
    assert_eq!(decision(&elsewhere, &target).await["rule"], "A13");

    let conversation = officer.direct_with(&target).await;
    assert_eq!(socket.say(&conversation, "c-1", "Вода поднялась на метр.").await["type"], "ack");
    assert_eq!(other_socket.say(&conversation, "c-2", "Пришлите катера.").await["type"], "ack");
    assert_eq!(decision(&minister, officer.person_id()).await["allow"], true, "the other one may answer");
    one.advance(MINUTE.checked_sub(Duration::from_micros(1)).unwrap());
    assert_eq!(socket.say(&conversation, "c-3", "Ещё успеваем.").await["type"], "ack");

    one.advance(Duration::from_micros(1));
    for (socket, client_id) in [(&mut socket, "c-4"), (&mut other_socket, "c-5")] {
        let refused = socket.say(&conversation, client_id, "Поздно.").await;
        assert_eq!((&refused["type"], &refused["decision"]["rule"]), (&json!("denied"), &json!("D05")));
        assert_eq!(refused["decision"]["exception"]["approver"], "superior", "it may be asked for again");
    }
    // The sockets are told, so that what they show is asked anew.
    socket.until("the end", |frame| frame["event"] == "org.changed").await;
    let view =
        officer.get(&format!("/conversations/{conversation}")).await.expect(200)["conversation"].clone();
    assert!(!view["can"].as_array().unwrap().contains(&json!("post")), "{view:#}");
    assert_eq!(view["denial"]["exception"]["approver"], "superior");
    assert_eq!(view["denial"]["rule"], "D05", "the same reason as where it is sent");
    assert_eq!(view["denial"]["rule"], "D05", "the same reason as where it is sent");
    let grants = officer.all("/exceptions", "exceptions").await;
    assert_eq!(
        (&grants[0]["state"], &grants[0]["ended"], &grants[0]["can"]),
        (&json!("past"), &Value::Null, &json!([]))
    );
    // What was said stays readable, and asking in the conversation is asking about it.
    officer.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    asked(&officer, &target).await;
    let entries = audited(&one, "exception.granted").await;
    assert_eq!((entries.len(), &entries[0].0), (1, &one.person("head")));
    assert_eq!(entries[0].1["exception_id"], granted["exception"]["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_strangers_write_to_each_other_and_the_holder_gives_it_up() {
    let (one, two) = nodes().await;
    let (officer, head) = (one.sign_in("officer").await, one.sign_in("head").await);
    let stranger = two.sign_in("hr").await;
    let target = one.person("hr");
    assert_eq!(decision(&officer, &target).await["rule"], "default");
    let request = asked(&officer, &target).await;
    let granted = grant(&one, &head, &request).await.expect(200)["request"]["exception"].clone();
    until_allowed(&officer, &target, true).await;
    let conversation = officer.direct_with(&target).await;
    officer.say(&conversation, "Прошу справку о стаже.").await.expect(201);
    stranger.say(&conversation, "Готовим.").await.expect(201);

    let exception = granted["id"].as_str().unwrap();
    let mine = officer.all("/exceptions?state=active", "exceptions").await;
    assert_eq!((&mine[0]["id"], &mine[0]["can"]), (&json!(exception), &json!(["give_up"])));
    assert!(stranger.all("/exceptions", "exceptions").await.is_empty(), "it is not the other one's");
    revoke(&stranger, exception).await.expect_error(404, "not_found");
    let mut socket = head.socket().await;
    let ended = revoke(&officer, exception).await.expect(200)["exception"].clone();
    assert_eq!((&ended["state"], &ended["ended"]["by"]["id"]), (&json!("past"), &json!(officer.person_id())));
    assert_eq!(news(&mut socket).await["exception_id"], exception);
    until_allowed(&officer, &target, false).await;
    revoke(&officer, exception).await.expect_error(409, "exception_over");
    let entries = audited(&one, "exception.revoked").await;
    assert_eq!((entries.len(), &entries[0].1["given_up"]), (1, &json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_approver_their_office_and_the_security_office_take_it_back_at_once() {
    let (one, two) = nodes().await;
    let officer = one.sign_in("officer").await;
    let elsewhere = two.sign_in("officer").await;
    let (head, security) = (one.sign_in("head").await, two.sign_in("security").await);
    let target = one.person("minister");
    let mut conversation = None;
    for (number, client) in [&head, &security].into_iter().enumerate() {
        let request = asked(&officer, &target).await;
        let granted = grant(&one, &head, &request).await.expect(200)["request"]["exception"].clone();
        let exception = granted["id"].as_str().unwrap();
        // Each node hears of it by itself.
        for client in [&officer, &elsewhere] {
            until_allowed(client, &target, true).await;
        }
        let id = match &conversation {
            Some(id) => String::clone(id),
            None => officer.direct_with(&target).await,
        };
        let mut socket = elsewhere.socket().await;
        assert_eq!(socket.say(&id, &format!("in-{number}"), "Пока можно.").await["type"], "ack");
        for login in ["peer", "minister", "director", "hr", "admin"] {
            revoke(&two.sign_in(login).await, exception).await.expect_error(404, "not_found");
        }
        let office = head.all("/exceptions?which=office&state=active", "exceptions").await;
        assert_eq!((&office[0]["id"], &office[0]["can"]), (&json!(exception), &json!(["revoke"])));
        revoke(client, exception).await.expect(200);
        assert_eq!(news(&mut socket).await["exception_id"], exception);
        let refused = socket.say(&id, &format!("late-{number}"), "Уже нельзя.").await;
        assert_eq!((&refused["type"], &refused["decision"]["rule"]), (&json!("denied"), &json!("D05")));
        conversation = Some(id);
    }
    let all = security.all("/exceptions?which=all", "exceptions").await;
    assert_eq!(all.len(), 2);
    for login in ["officer", "head", "admin"] {
        one.sign_in(login).await.get("/exceptions?which=all").await.expect_error(403, "role_required");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_yet_to_come_gives_nothing_and_begins_by_itself() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let target = app.person("minister");
    let request = asked(&officer, &target).await;
    let body = json!({ "from": after(&app, MINUTE), "until": after(&app, 2 * MINUTE), "reason": "С завтрашнего дня." });
    let path = format!("/exceptions/requests/{request}/grant");
    let granted = head.post(&path, body).await.expect(200)["request"]["exception"].clone();
    assert_eq!(granted["state"], "coming");
    assert_eq!(officer.all("/exceptions?state=coming", "exceptions").await.len(), 1);
    assert_eq!(decision(&officer, &target).await["allow"], false);
    // Asking again for the same time clashes when it is granted.
    let second = asked(&officer, &target).await;
    let body = json!({ "until": after(&app, 2 * MINUTE), "reason": "Уже сегодня." });
    let clash = head.post(&format!("/exceptions/requests/{second}/grant"), body).await;
    clash.expect_error(409, "exception_clashes");
    grant(&app, &head, &second).await.expect(200);
    app.advance(MINUTE);
    until_allowed(&officer, &target, true).await;
    app.advance(MINUTE);
    assert_eq!(decision(&officer, &target).await["rule"], "D05");
}

//! Authority ends by its date, with nobody there to end it: no sync runs, and no row says so.

use super::*;

/// What must be over when the time is: the hat on an open socket, the seat, and what `/me` tells.
async fn is_over(app: &App, client: &Client, socket: &mut Socket, upwards: &str, channel: &str) {
    // The hat is refused by the date alone, whether or not anybody has noticed yet.
    let refused = say_as_head(app, socket, upwards, "late").await;
    assert_eq!((&refused["type"], &refused["decision"]["allow"]), (&json!("denied"), &json!(false)));
    assert_eq!(force(app, client).await, (vec![], vec![]));
    socket.event("conversation.removed", channel).await;
    client.say(channel, "Я ещё здесь?").await.expect_error(404, "not_found");
    client.get(&format!("/conversations/{channel}/messages")).await.expect_error(404, "not_found");
    // Their own place is as it was, on the same socket.
    assert_eq!(socket.say(upwards, "own", "От себя.").await["type"], "ack");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deputy_is_one_until_the_day_is_over() {
    let app = App::start().await;
    let (hr, peer) = (app.sign_in("hr").await, app.sign_in("peer").await);
    let channel = channel(&app).await;
    let upwards = peer.direct_with(&app.superior_of(&app.person("absent"))).await;
    let mut socket = peer.socket().await;
    let made = appoint(&hr, deputy(&app, "peer")).await;
    until_force(&app, &peer, &["acting"], &[]).await;
    app.advance(MINUTE.checked_sub(Duration::from_micros(1)).unwrap());
    assert_eq!(say_as_head(&app, &mut socket, &upwards, "in-time").await["type"], "ack");

    app.advance(Duration::from_micros(1));
    is_over(&app, &peer, &mut socket, &upwards, &channel).await;
    assert_eq!(seat(&app, &channel, "peer").await, None);
    let listed = hr.all("/appointments?state=past", "appointments").await;
    assert_eq!((&listed[0]["id"], &listed[0]["ended"]), (&made["id"], &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_acts_by_the_directory_does_until_the_end_that_it_tells() {
    let app = App::start_with_own_directory().await;
    let channel = channel(&app).await;
    // The sample ministry's own acting head, and somebody who has no other place in the division.
    let until =
        chrono::DateTime::from_timestamp_micros(app.moment().now).unwrap() + chrono::TimeDelta::minutes(2);
    let until = until.format("%Y%m%d%H%M%SZ").to_string();
    let absent = app.directory().dn("absent").await;
    app.directory().replace("peer", "govActingFor", &[&absent]).await;
    for login in ["peer", "acting"] {
        app.directory().replace(login, "govActingUntil", &[&until]).await;
    }
    app.sync().await;
    // The sync dates what it writes by a clock that goes, and the server's stands.
    app.advance(MINUTE);
    let (peer, acting) = (app.sign_in("peer").await, app.sign_in("acting").await);
    let upwards = peer.direct_with(&app.superior_of(&app.person("absent"))).await;
    let mut socket = peer.socket().await;
    assert_eq!(force(&app, &peer).await.0, ["acting"]);
    assert_eq!(force(&app, &acting).await.0, ["acting"]);
    assert_eq!(seat(&app, &channel, "acting").await.unwrap().0, "moderator");
    assert_eq!(say_as_head(&app, &mut socket, &upwards, "in-time").await["type"], "ack");
    peer.say(&channel, "Исполняю обязанности.").await.expect(201);

    app.advance(MINUTE);
    is_over(&app, &peer, &mut socket, &upwards, &channel).await;
    // Whoever belongs to the division without that stays in it, and moderates no more.
    assert_eq!(force(&app, &acting).await, (vec![], vec![]));
    assert_eq!(seat(&app, &channel, "acting").await.unwrap().0, "member");
    acting.say(&channel, "Начальник вернулся.").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_while_no_server_runs_is_over_when_one_starts() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let channel = channel(&app).await;
    let made = appoint(&hr, deputy(&app, "peer")).await;
    assert!(seat(&app, &channel, "peer").await.is_some());
    // The one that runs has its clock; the new one starts when the time is over, and looks what was missed.
    app.advance(MINUTE);
    let two = app.second_node(|_| {}).await;
    let peer = two.sign_in("peer").await;
    assert_eq!(force(&two, &peer).await, (vec![], vec![]));
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while seat(&app, &channel, "peer").await.is_some() {
        assert!(std::time::Instant::now() < deadline, "the seat of {} stays", made["id"]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

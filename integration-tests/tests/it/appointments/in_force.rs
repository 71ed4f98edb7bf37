//! What an entry gives is there at once, on every node, and gone at once when it is ended.

use integration_tests::services;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stand_in_has_the_hat_and_the_seat_at_once_and_loses_both_at_once() {
    let app = App::start().await;
    let (hr, peer) = (app.sign_in("hr").await, app.sign_in("peer").await);
    let channel = channel(&app).await;
    let upwards = peer.direct_with(&app.superior_of(&app.person("absent"))).await;
    let mut socket = peer.socket().await;
    assert_eq!(say_as_head(&app, &mut socket, &upwards, "c-1").await["decision"]["allow"], false);
    peer.say(&channel, "до приказа").await.expect_error(404, "not_found");

    let made = appoint(&hr, deputy(&app, "peer")).await;
    assert_eq!((&made["state"], &made["from"]), (&json!("active"), &made["entered_at"]));
    let (role, _) = seat(&app, &channel, "peer").await.expect("the seat is of the same transaction");
    assert_eq!(role, "moderator", "who stands in for the head moderates");
    until_force(&app, &peer, &["acting"], &[]).await;
    let sent = say_as_head(&app, &mut socket, &upwards, "c-2").await;
    assert_eq!(sent["type"], "ack", "{sent:#}");
    peer.say(&channel, "Замещаю начальника отдела.").await.expect(201);

    app.advance(Duration::from_secs(10));
    end(&hr, &made).await.expect(200);
    assert_eq!(seat(&app, &channel, "peer").await, None);
    socket.event("conversation.removed", &channel).await;
    assert_eq!(say_as_head(&app, &mut socket, &upwards, "c-3").await["decision"]["allow"], false);
    assert_eq!(force(&app, &peer).await, (vec![], vec![]));
    peer.say(&channel, "после приказа").await.expect_error(404, "not_found");
    peer.get(&format!("/conversations/{channel}/messages")).await.expect_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_further_post_gives_the_seat_at_once_and_a_correction_keeps_it() {
    let app = App::start().await;
    let (hr, peer) = (app.sign_in("hr").await, app.sign_in("peer").await);
    let channel = channel(&app).await;
    let body = further(&app, "peer").await;
    let title = body["title"].as_str().unwrap().to_owned();
    let made = appoint(&hr, body.clone()).await;
    until_force(&app, &peer, &[], &[&title]).await;
    let seated = seat(&app, &channel, "peer").await.expect("the seat is of the same transaction");
    assert_eq!(seated.0, "member");
    let mut socket = peer.socket().await;
    peer.say(&channel, "Теперь и с вами.").await.expect(201);

    app.advance(Duration::from_secs(10));
    let correction = json!({
        "title": "Консультант на полставки", "from": made["from"], "until": after(&app, MINUTE),
        "reason": "Описка в приказе.", "replaces": made["id"],
    });
    let corrected = appoint(&hr, with(&body, &correction)).await;
    assert_eq!((&corrected["state"], &corrected["from"]), (&json!("active"), &corrected["entered_at"]));
    until_force(&app, &peer, &[], &["Консультант на полставки"]).await;
    assert_eq!(seat(&app, &channel, "peer").await, Some(seated), "it is the same seat");
    peer.say(&channel, "Я всё ещё здесь.").await.expect(201);
    let heard = socket.drain().await;
    assert!(heard.iter().all(|frame| frame["event"] != "conversation.removed"), "{heard:#?}");

    end(&hr, &corrected).await.expect(200);
    socket.event("conversation.removed", &channel).await;
    until_force(&app, &peer, &[], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_yet_to_come_gives_nothing_and_may_be_taken_back() {
    let app = App::start().await;
    let (hr, peer) = (app.sign_in("hr").await, app.sign_in("peer").await);
    let channel = channel(&app).await;
    let later = json!({ "from": after(&app, MINUTE), "until": after(&app, 2 * MINUTE) });
    let coming = appoint(&hr, with(&deputy(&app, "peer"), &later)).await;
    assert_eq!(coming["state"], "coming");
    assert_eq!(seat(&app, &channel, "peer").await, None);
    let mut socket = peer.socket().await;

    let taken_back = end(&hr, &coming).await.expect(200)["appointment"].clone();
    assert_eq!(taken_back["state"], "past");
    // Its day comes and goes; a second one, for another, tells that the day was looked at.
    appoint(&hr, with(&deputy(&app, "officer"), &later)).await;
    app.advance(MINUTE + Duration::from_secs(1));
    until_force(&app, &app.sign_in("officer").await, &["acting"], &[]).await;
    assert_eq!(force(&app, &peer).await, (vec![], vec![]));
    assert_eq!(seat(&app, &channel, "peer").await, None);
    assert!(socket.drain().await.iter().all(|frame| frame["conversation_id"] != channel.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_in_force_on_every_node() {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let (hr, peer) = (one.sign_in("hr").await, two.sign_in("peer").await);
    let channel = channel(&one).await;
    let upwards = peer.direct_with(&one.superior_of(&one.person("absent"))).await;
    let mut socket = peer.socket().await;

    let made = appoint(&hr, deputy(&one, "peer")).await;
    until_force(&two, &peer, &["acting"], &[]).await;
    assert_eq!(say_as_head(&two, &mut socket, &upwards, "c-1").await["type"], "ack");
    peer.say(&channel, "С другого узла.").await.expect(201);

    one.advance(Duration::from_secs(10));
    end(&hr, &made).await.expect(200);
    socket.event("conversation.removed", &channel).await;
    assert_eq!(say_as_head(&two, &mut socket, &upwards, "c-2").await["decision"]["allow"], false);
    peer.say(&channel, "и ещё").await.expect_error(404, "not_found");
    assert_eq!(force(&two, &peer).await, (vec![], vec![]));
}

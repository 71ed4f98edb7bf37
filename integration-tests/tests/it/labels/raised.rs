//! Raising the label of a conversation: in force at once, on every node.

use integration_tests::app::App;
use integration_tests::services;
use integration_tests::socket::{Frame, Socket};
use serde_json::{Value, json};

use super::{audited, group, history, label, raise, say};

fn of(frames: &[Value], conversation: &str) -> Vec<String> {
    let about = frames.iter().filter(|frame| frame["conversation_id"] == conversation);
    about.map(|frame| frame["event"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_uncleared_are_out_at_once_on_both_nodes() {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    // The head is cleared for confidential, the director for more, the peer for official.
    let head = one.sign_in("head").await;
    let project = group(&one, &head, &["director", "peer"], &label("open", &[])).await;
    say(&head, &project, "до", &label("open", &[])).await.expect(201);
    let mut here = one.sign_in("peer").await.socket().await;
    let mut there = two.sign_in("peer").await.socket().await;
    let mut kept = two.sign_in("director").await.socket().await;
    let peer = two.sign_in("peer").await;
    assert_eq!(history(&peer, &project).await.len(), 1, "the other node has read the conversation");

    let path = format!("/conversations/{project}/label-preview?level=confidential");
    let preview = head.get(&path).await.expect(200)["preview"].clone();
    assert_eq!((&preview["lose_access"], &preview["removed"]), (&json!(1), &json!(1)), "{preview:#}");
    assert_eq!(preview["people"][0]["id"], one.person("peer"));
    assert_eq!(preview["label"]["marking"]["en"], "CONFIDENTIAL");

    let raised = raise(&head, &project, &label("confidential", &[])).await.expect(200);
    assert_eq!(raised["conversation"]["label"]["level"], "confidential");
    assert_eq!(raised["conversation"]["label"]["marking"]["ru"], "КОНФИДЕНЦИАЛЬНО");
    here.event("conversation.removed", &project).await;
    there.event("conversation.removed", &project).await;
    let line = kept.event("message.created", &project).await;
    assert_eq!(line["data"]["notice"]["kind"], "label_raised");
    assert_eq!(line["data"]["notice"]["label"]["level"], "confidential");
    assert_eq!(line["data"]["author"]["id"], one.person("head"));

    // Also what has no label of its own does not reach whoever was taken out.
    say(&head, &project, "после", &label("open", &[])).await.expect(201);
    kept.event("message.created", &project).await;
    for socket in [&mut here, &mut there] {
        let after = socket.drain().await;
        assert_eq!(of(&after, &project), Vec::<String>::new(), "{after:#?}");
    }
    for node in [&one, &two] {
        let client = node.sign_in("peer").await;
        for path in ["", "/messages", "/members", "/labels"] {
            client.get(&format!("/conversations/{project}{path}")).await.expect_error(404, "not_found");
        }
        client.say(&project, "впустите").await.expect_error(404, "not_found");
    }
    // What was said keeps its own label.
    let director = two.sign_in("director").await;
    let page = director.get(&format!("/conversations/{project}/messages")).await.expect(200);
    assert_eq!(page["messages"][0]["label"]["level"], "open");
    assert_eq!(page["messages"].as_array().unwrap().len(), 3);
    let (count, entry) = audited(&one, "label.raised").await;
    assert_eq!((count, &entry["removed"]), (1, &json!([one.person("peer")])), "{entry:#}");
    assert_eq!(entry["to"], json!({ "policy": "urn:chancery:labels:1", "level": 2, "categories": [] }));
    assert_eq!(audited(&one, "member.removed").await.0, 1);
    // Nobody who is not cleared is brought in again.
    let back = json!({ "person_ids": [one.person("peer")] });
    head.post(&format!("/conversations/{project}/members"), back).await.expect_error(403, "policy_denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_unit_channel_the_tree_keeps_the_seat_and_the_label_the_door() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let channel =
        head.get("/me/colleagues").await.expect(200)["unit"]["channel_id"].as_str().unwrap().to_owned();
    let peer = app.sign_in("peer").await;
    let mut socket = peer.socket().await;
    raise(&peer, &channel, &label("official", &[])).await.expect_error(403, "policy_denied");
    raise(&head, &channel, &label("confidential", &[])).await.expect(200);
    socket.event("conversation.removed", &channel).await;
    peer.get(&format!("/conversations/{channel}/messages")).await.expect_error(404, "not_found");
    let row = app.database().await;
    let sql =
        "select count(*) from members where conversation_id = $1::text::uuid and person_id = $2::text::uuid";
    let seats: i64 = row.query_one(sql, &[&channel, &app.person("peer")]).await.unwrap().get(0);
    assert_eq!(seats, 1, "the directory alone takes a seat in a unit's channel away");
    head.say(&channel, "только для допущенных").await.expect(201);
    assert!(of(&socket.drain().await, &channel).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_is_raised_by_who_may_and_only_upwards() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let project = group(&app, &head, &["officer", "peer"], &label("open", &[])).await;
    let officer = app.sign_in("officer").await;
    let refused = raise(&officer, &project, &label("official", &[])).await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "default");
    let refused = raise(&head, &project, &label("secret", &[])).await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D02");
    raise(&head, &project, &label("open", &[])).await.expect_error(400, "label_not_higher");
    raise(&head, &project, &label("cosmic", &[])).await.expect_error(400, "unknown_label");
    raise(&head, &project, &label("", &[])).await.expect_error(400, "unknown_label");
    raise(&head, &project, &label("official", &[""])).await.expect_error(400, "unknown_label");
    raise(&head, &project, &label("confidential", &[])).await.expect(200);
    raise(&head, &project, &label("official", &[])).await.expect_error(400, "label_not_higher");
    let blank = json!({ "level": "secret", "reason": " " });
    head.post(&format!("/conversations/{project}/label"), blank).await.expect_error(400, "invalid_value");
    let outsider = app.sign_in("outsider").await;
    raise(&outsider, &project, &label("official", &[])).await.expect_error(404, "not_found");

    // Of two people neither shuts the other one out.
    let direct = head.direct_with(&app.person("officer")).await;
    let refused = raise(&head, &direct, &label("confidential", &[])).await.expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D03");
    raise(&officer, &direct, &label("official", &[])).await.expect(200);
    assert_eq!(audited(&app, "label.raised").await.0, 2);
}

/// Sends of somebody who stays and of somebody who goes race with the raise, on two nodes. Whatever was stored after the
/// line that tells of it never reaches whoever was taken out, and nobody who was taken out wrote after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_send_in_flight_reaches_whoever_was_taken_out() {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let head = one.sign_in("head").await;
    let (stays, goes) = (two.sign_in("director").await, two.sign_in("peer").await);
    for round in 0..6 {
        let project = group(&one, &head, &["director", "peer"], &label("open", &[])).await;
        let mut here = one.sign_in("peer").await.socket().await;
        let mut there = goes.socket().await;
        stays.say(&project, "прогрев").await.expect(201);
        let open = label("open", &[]);
        let higher = label("confidential", &[]);
        let writes = futures_util::future::join_all((0..12).map(|number| {
            let (client, project, open) = (if number % 3 == 2 { &goes } else { &stays }, &project, &open);
            async move { say(client, project, &format!("в полёте {number}"), open).await }
        }));
        let (raised, sent) = tokio::join!(raise(&head, &project, &higher), writes);
        raised.expect(200);
        let after = say(&stays, &project, "последнее", &open).await.expect(201);
        let sql = "select seq, author_id::text, notice is not null from messages where conversation_id = $1::text::uuid order by seq";
        let rows = one.database().await.query(sql, &[&project]).await.unwrap();
        let line: i64 = rows.iter().find(|row| row.get::<_, bool>(2)).unwrap().get(0);
        assert!(after["message"]["seq"].as_i64().unwrap() > line);
        let late = rows.iter().filter(|row| row.get::<_, i64>(0) > line);
        assert!(late.clone().all(|row| row.get::<_, String>(1) != one.person("peer")), "round {round}");
        for answer in sent {
            assert!(matches!(answer.status.as_u16(), 201 | 404), "{:#}", answer.body);
        }
        for socket in [&mut here, &mut there] {
            let frames = until_removed(socket, &project).await;
            let beyond = frames.iter().filter(|frame| {
                frame["conversation_id"] == project.as_str()
                    && frame["seq"].as_i64().is_some_and(|seq| seq >= line)
            });
            assert_eq!(beyond.count(), 0, "round {round}: {frames:#?}");
        }
    }
}

/// Everything that came until the conversation was taken away, and what is on its way after that.
async fn until_removed(socket: &mut Socket, conversation: &str) -> Vec<Value> {
    let mut frames = Vec::new();
    loop {
        let Frame::Json(frame) = socket.next().await else { panic!("closed") };
        let is_over = frame["event"] == "conversation.removed" && frame["conversation_id"] == conversation;
        frames.push(frame);
        if is_over {
            frames.extend(socket.drain().await);
            return frames;
        }
    }
}

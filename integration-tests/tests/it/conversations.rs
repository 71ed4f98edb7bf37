//! Starting, listing, joining and leaving conversations.

use integration_tests::app::App;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_conversation_exists_once() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let start = |other: String| json!({ "kind": "direct", "person_ids": [other] });

    let mine = officer.post("/conversations", start(app.person("peer"))).await.expect(201);
    let again = officer.post("/conversations", start(app.person("peer"))).await.expect(200);
    let theirs = peer.post("/conversations", start(app.person("officer"))).await.expect(200);
    assert_eq!(mine["conversation"]["id"], again["conversation"]["id"]);
    assert_eq!(mine["conversation"]["id"], theirs["conversation"]["id"]);
    assert_eq!(mine["conversation"]["partner"]["id"], app.person("peer").as_str());
    assert_eq!(theirs["conversation"]["partner"]["id"], app.person("officer").as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_start_at_once_and_find_one_conversation() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let (officer_id, peer_id) = (app.person("officer"), app.person("peer"));
    let starts = (0..10).map(|number| {
        let (who, other) = if number % 2 == 0 { (&officer, &peer_id) } else { (&peer, &officer_id) };
        who.direct_with(other)
    });
    let ids: std::collections::BTreeSet<_> =
        futures_util::future::join_all(starts).await.into_iter().collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_unit_channel_is_there_at_the_first_sign_in() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let colleagues = officer.get("/me/colleagues").await.expect(200);
    let channel = colleagues["unit"]["channel_id"].as_str().expect("the unit has a channel").to_owned();
    let mine = officer.all("/conversations", "conversations").await;
    assert!(mine.iter().any(|one| one["id"] == channel.as_str() && one["channel_kind"] == "unit"));

    officer.say(&channel, "Коллеги, доброе утро.").await.expect(201);
    let seen = peer.get(&format!("/conversations/{channel}/messages")).await.expect(200);
    assert_eq!(seen["messages"][0]["body"], "Коллеги, доброе утро.");

    // The tree keeps it: nobody makes one or leaves one by hand.
    officer
        .post("/conversations", json!({ "kind": "channel", "channel_kind": "unit", "name": "x", "unit_id": colleagues["unit"]["id"] }))
        .await
        .expect_error(400, "unit_channels_by_tree");
    let left = officer.delete(&format!("/conversations/{channel}/members/{}", app.person("officer"))).await;
    assert_eq!(left.status.as_u16(), 409, "{:#}", left.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_sees_no_conversation_of_others() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "between us").await.expect(201);
    for login in ["outsider", "contractor", "minister", "admin", "security", "compliance", "hr"] {
        let stranger = app.sign_in(login).await;
        for path in ["", "/messages", "/members"] {
            stranger
                .get(&format!("/conversations/{conversation}{path}"))
                .await
                .expect_error(404, "not_found");
        }
        stranger.say(&conversation, "let me in").await.expect_error(404, "not_found");
        stranger
            .post(&format!("/conversations/{conversation}/read"), json!({ "seq": 1 }))
            .await
            .expect_error(404, "not_found");
        stranger
            .post(&format!("/conversations/{conversation}/join"), json!({}))
            .await
            .expect_error(404, "not_found");
        let asked = json!({ "action": "ch.post", "conversation_id": conversation });
        stranger.post("/decisions", asked).await.expect_error(404, "not_found");
        assert!(
            stranger
                .all("/conversations", "conversations")
                .await
                .iter()
                .all(|one| one["id"] != conversation.as_str())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_made_of_people_one_may_write_to() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let made = head
        .post("/conversations", json!({
            "kind": "group", "name": "Подготовка доклада", "person_ids": [app.person("officer"), app.person("peer")]
        }))
        .await
        .expect(201);
    let group = made["conversation"]["id"].as_str().unwrap().to_owned();
    head.say(&group, "Начинаем.").await.expect(201);
    let officer = app.sign_in("officer").await;
    officer.say(&group, "Готов.").await.expect(201);
    let members = officer.get(&format!("/conversations/{group}/members")).await.expect(200);
    assert_eq!(members["members"].as_array().unwrap().len(), 3);

    // An officer cannot draw the minister into a group to get round the rule.
    officer
        .post("/conversations", json!({ "kind": "group", "name": "g", "person_ids": [app.person("peer"), app.person("minister")] }))
        .await
        .expect_error(403, "policy_denied");
    // Nor a plain member invite anybody.
    let invited = officer
        .post(&format!("/conversations/{group}/members"), json!({ "person_ids": [app.person("director")] }))
        .await;
    assert_eq!(invited.status.as_u16(), 403, "{:#}", invited.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_a_group_reads_no_more() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let officer = app.sign_in("officer").await;
    let made = head
        .post("/conversations", json!({ "kind": "group", "name": "Группа", "person_ids": [app.person("officer"), app.person("peer")] }))
        .await
        .expect(201);
    let group = made["conversation"]["id"].as_str().unwrap().to_owned();
    let mut socket = officer.socket().await;
    let removed = head.delete(&format!("/conversations/{group}/members/{}", app.person("officer"))).await;
    assert!(removed.status.is_success(), "{:#}", removed.body);
    socket.event("conversation.removed", &group).await;
    head.say(&group, "after").await.expect(201);
    assert!(socket.drain().await.iter().all(|frame| frame["conversation_id"] != group.as_str()));
    officer.get(&format!("/conversations/{group}/messages")).await.expect_error(404, "not_found");
    officer.say(&group, "still here?").await.expect_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_hides_and_stops() {
    let app = App::start().await;
    let (auditor, buyer) = app.walled_logins();
    let one = app.sign_in(&auditor).await;
    let other = app.person(&buyer);
    one.post("/conversations", json!({ "kind": "direct", "person_ids": [other] }))
        .await
        .expect_error(404, "not_found");
    one.get(&format!("/people/{other}")).await.expect_error(404, "not_found");
    one.post("/decisions", json!({ "action": "dm.start", "person_id": other }))
        .await
        .expect_error(404, "not_found");
    assert!(one.all("/people", "people").await.iter().all(|person| person["id"] != other.as_str()));
    // Whoever stands outside the wall cannot bring both into one group.
    let head = app.sign_in("director").await;
    let answer = head
        .post(
            "/conversations",
            json!({ "kind": "group", "name": "both", "person_ids": [app.person(&auditor), other] }),
        )
        .await;
    answer.expect_error(403, "policy_denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_are_opened_by_managers_and_joined_by_rank() {
    let app = App::start().await;
    let director = app.sign_in("director").await;
    let made = director
        .post(
            "/conversations",
            json!({ "kind": "channel", "channel_kind": "project", "name": "Реестр земель" }),
        )
        .await
        .expect(201);
    let project = made["conversation"]["id"].as_str().unwrap().to_owned();
    let officer = app.sign_in("officer").await;
    officer
        .post("/conversations", json!({ "kind": "channel", "channel_kind": "project", "name": "My own" }))
        .await
        .expect_error(403, "policy_denied");
    let deputy = app.sign_in("deputy").await;
    let joined = deputy.post(&format!("/conversations/{project}/join"), json!({})).await;
    assert!(joined.status.is_success(), "{:#}", joined.body);
    deputy.say(&project, "Слежу.").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_entered_by_invitation_alone() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let people = json!({ "kind": "group", "name": "Вдвоём", "person_ids": [app.person("peer")] });
    let made = officer.post("/conversations", people).await.expect(201);
    let group = made["conversation"]["id"].as_str().unwrap().to_owned();
    for login in ["minister", "head", "cleared", "admin", "security", "compliance", "contractor", "outsider"]
    {
        let stranger = app.sign_in(login).await;
        let join = format!("/conversations/{group}/join");
        stranger.post(&join, json!({})).await.expect_error(404, "not_found");
        let asked = json!({ "action": "ch.join", "conversation_id": group });
        stranger.post("/decisions", asked).await.expect_error(404, "not_found");
    }
    // Nor is it a way round the rules of direct contact: who may not be written to cannot be brought in later.
    for login in ["minister", "deputy", "hr", "security"] {
        let members = format!("/conversations/{group}/members");
        let brought = officer.post(&members, json!({ "person_ids": [app.person(login)] })).await;
        brought.expect_error(403, "policy_denied");
    }
    let seated = officer.get(&format!("/conversations/{group}/members")).await.expect(200);
    assert_eq!(seated["members"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_joins_past_a_wall() {
    let app = App::start().await;
    let (auditor, buyer) = app.walled_logins();
    let director = app.sign_in("director").await;
    let project = json!({ "kind": "channel", "channel_kind": "project", "name": "Проект" });
    let made = director.post("/conversations", project).await.expect(201);
    let id = made["conversation"]["id"].as_str().unwrap().to_owned();
    // The wall holds for whoever is second, whichever side that is.
    let (one, other) = (app.sign_in(&auditor).await, app.sign_in(&buyer).await);
    let first = one.post(&format!("/conversations/{id}/join"), json!({})).await;
    if first.status.is_success() {
        other.post(&format!("/conversations/{id}/join"), json!({})).await.expect_error(404, "not_found");
        let offered = other.all("/channels", "channels").await;
        assert!(offered.iter().all(|channel| channel["id"] != id.as_str()), "{offered:#?}");
    } else {
        panic!("the auditor may join a project of the agency: {:#}", first.body);
    }
    // Announcements may be read by the whole agency, which is no way into their list of members either.
    let announcements = json!({ "kind": "channel", "channel_kind": "announcement", "name": "Объявления" });
    let made = director.post("/conversations", announcements).await.expect(201);
    let join = format!("/conversations/{}/join", made["conversation"]["id"].as_str().unwrap());
    assert_eq!(one.post(&join, json!({})).await.status.as_u16(), 204);
    other.post(&join, json!({})).await.expect_error(409, "by_invitation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tree_alone_decides_who_is_in_a_unit_channel() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let channel =
        head.get("/me/colleagues").await.expect(200)["unit"]["channel_id"].as_str().unwrap().to_owned();
    let members = format!("/conversations/{channel}/members");
    let guest = json!({ "person_ids": [app.person("contractor")] });
    head.post(&members, guest).await.expect_error(409, "kept_by_tree");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_a_label_is_not_given_a_conversation_without_it() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let (other, _) = app.another_cleared_for_secret("cleared").await;
    cleared.direct_with(&other).await;
    let labelled = json!({
        "kind": "direct", "person_ids": [other], "label": { "level": "secret", "categories": [] }
    });
    cleared.post("/conversations", labelled).await.expect_error(409, "label_differs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_shows_nothing_is_no_message_and_what_misleads_no_name() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    for body in ["\u{200b}", "\u{feff} \u{2060}", "\u{202e}"] {
        officer.say(&conversation, body).await.expect_error(400, "invalid_value");
    }
    let people = json!({ "kind": "group", "name": "\u{202e}exe.tropeR", "person_ids": [app.person("peer")] });
    officer.post("/conversations", people).await.expect_error(400, "invalid_value");
}

/// A wall that closes between two members of a group stops writing there, for everybody, and names nobody. What was said stays
/// readable; when one of the two is taken out, the others go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_that_closes_within_a_group_stops_it_and_names_nobody() {
    let app = App::start_with_own_directory().await;
    app.sync().await;
    let head = app.sign_in("head").await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let people = [officer.person_id(), peer.person_id()];
    let body = json!({ "kind": "group", "name": "Рабочая группа", "person_ids": people });
    let group = head.post("/conversations", body).await.expect(201)["conversation"]["id"].clone();
    let group = group.as_str().unwrap();
    head.say(group, "Начинаем").await.expect(201);

    app.directory().replace("officer", "govSegment", &["audit"]).await;
    app.directory().replace("peer", "govSegment", &["procurement"]).await;
    app.sync().await;
    for client in [&head, &officer, &peer] {
        let denied = client.say(group, "Продолжаем").await.expect_error(403, "policy_denied");
        let decision = &denied["decision"];
        assert_eq!((&decision["rule"], &decision["disclosure"]), (&json!("D01"), &json!("generic")));
        assert_eq!((&decision["alternatives"], &decision["near"]), (&json!([]), &json!([])));
        let said = decision.to_string();
        for name in [&officer, &peer].map(|one| one.session["person"]["display_name"].as_str().unwrap()) {
            assert!(!said.contains(name), "{said}");
        }
    }
    let read = head.get(&format!("/conversations/{group}/messages")).await.expect(200);
    assert_eq!(read["messages"].as_array().unwrap().len(), 1);
    let shown = head.get(&format!("/conversations/{group}")).await.expect(200)["conversation"].clone();
    let can: Vec<&str> = shown["can"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(!can.contains(&"post") && !can.contains(&"add_members") && can.contains(&"rename"), "{can:?}");

    head.delete(&format!("/conversations/{group}/members/{}", peer.person_id())).await.expect(204);
    head.say(group, "Продолжаем").await.expect(201);
    officer.say(group, "Хорошо").await.expect(201);
}

/// Keeping a group in order is asked of the gate: a member does neither rename it nor take others out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_who_answer_for_a_group_keep_it_in_order() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let (officer, peer) = (app.sign_in("officer").await, app.person("peer"));
    let body =
        json!({ "kind": "group", "name": "Рабочая группа", "person_ids": [officer.person_id(), peer] });
    let group = head.post("/conversations", body).await.expect(201)["conversation"]["id"].clone();
    let path = format!("/conversations/{}", group.as_str().unwrap());
    let rename = r#"{"name":"Другое имя"}"#.to_owned();
    let denied = officer
        .send(reqwest::Method::PATCH, &path, Some(rename.clone()))
        .await
        .expect_error(403, "policy_denied");
    assert_eq!(denied["decision"]["rule"], "default");
    officer.delete(&format!("{path}/members/{peer}")).await.expect_error(403, "policy_denied");
    head.send(reqwest::Method::PATCH, &path, Some(rename)).await.expect(200);
    head.delete(&format!("{path}/members/{peer}")).await.expect(204);
    officer.delete(&format!("{path}/members/{}", officer.person_id())).await.expect(204);
}

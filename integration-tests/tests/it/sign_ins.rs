//! Every sign-in of the contract can do what its name says, and is refused what it may not: over REST and socket alike.

use integration_tests::app::App;
use serde_json::json;

/// Who may start a direct conversation with whom: actor, target, verdict.
const STARTS: &[(&str, &str, bool)] = &[
    ("officer", "minister", false),
    ("minister", "officer", true),
    ("minister", "deputy", true),
    ("deputy", "minister", true),
    ("director", "officer", true),
    ("director", "minister", true),
    ("head", "officer", true),
    ("head", "director", true),
    ("head", "deputy", true),
    ("officer", "peer", true),
    ("officer", "head", true),
    ("officer", "director", true),
    ("peer", "deputy", false),
    ("assistant", "minister", true),
    ("outsider", "officer", false),
    ("officer", "outsider", false),
    ("liaison", "outsider", true),
    ("contractor", "minister", false),
    ("contractor", "director", false),
    ("hr", "minister", false),
    ("admin", "minister", false),
    ("security", "minister", false),
    ("compliance", "minister", false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_signs_in_and_is_who_they_are() {
    let app = App::start().await;
    for login in sample_ministry::SIGN_INS.iter().map(|known| known.login) {
        let client = app.sign_in(login).await;
        assert_eq!(client.person_id(), app.person(login));
        let colleagues = client.get("/me/colleagues").await.expect(200);
        assert!(colleagues["unit"]["id"].is_string(), "{login} has no unit");
        let conversations = client.all("/conversations", "conversations").await;
        assert!(conversations.iter().any(|one| one["channel_kind"] == "unit"), "{login} has no unit channel");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_are_allowed_and_refused_as_the_rules_say() {
    let app = App::start().await;
    for (actor, target, allowed) in STARTS {
        let client = app.sign_in(actor).await;
        let answer = client
            .post("/conversations", json!({ "kind": "direct", "person_ids": [app.person(target)] }))
            .await;
        assert_eq!(answer.status.is_success(), *allowed, "{actor} → {target}: {:#}", answer.body);
        if !allowed {
            assert!(matches!(answer.status.as_u16(), 403 | 404), "{actor} → {target}: {:#}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hats_carry_the_principals_reach_and_only_for_who_wears_them() {
    let app = App::start().await;
    let assistant = app.sign_in("assistant").await;
    let minister = app.person("minister");
    let officer = app.person("officer");
    let as_minister =
        json!({ "action": "dm.start", "person_id": officer, "hat": format!("assistant:{minister}") });
    let worn = assistant.post("/decisions", as_minister.clone()).await.expect(200);
    assert_eq!(worn["decision"]["allow"], true, "{worn:#}");

    // Nobody else wears that hat.
    let peer = app.sign_in("peer").await;
    let refused = peer.post("/decisions", as_minister).await.expect(200);
    assert_eq!(refused["decision"]["allow"], false, "{refused:#}");

    let acting = app.sign_in("acting").await;
    let me = acting.get("/me").await.expect(200);
    let principal =
        me["me"]["hats"].as_array().unwrap().iter().find(|hat| hat["hat"] == "acting").unwrap()["principal"]
            ["id"]
            .clone();
    let principal = principal.as_str().unwrap();
    let conversation = acting.direct_with(&app.superior_of(principal)).await;
    let sent = acting
        .post(&format!("/conversations/{conversation}/messages"), json!({
            "client_id": "as-head", "body": "За начальника отдела: согласовано.", "hat": format!("acting:{principal}")
        }))
        .await
        .expect(201);
    assert_eq!(sent["message"]["hat"], "acting");
    assert_eq!(sent["message"]["principal"]["id"], principal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_give_no_way_round_the_gate() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "private").await.expect(201);
    for login in ["admin", "security", "security2", "compliance", "compliance2", "hr"] {
        let client = app.sign_in(login).await;
        client.get(&format!("/conversations/{conversation}/messages")).await.expect_error(404, "not_found");
        let mut socket = client.socket().await;
        let answer = socket.say(&conversation, "c", "x").await;
        assert_eq!(answer["error"]["code"], "not_found", "{login}: {answer}");
    }
}

//! Sending and reading: order, idempotency, pages, labels, and the reply right.

use integration_tests::app::App;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_writes_and_is_answered() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;

    let conversation = officer.direct_with(&app.person("peer")).await;
    let sent = officer.say(&conversation, "Добрый день! Когда совещание?").await.expect(201);
    assert_eq!(sent["message"]["seq"], 1);
    assert_eq!(sent["message"]["author"]["id"], app.person("officer").as_str());
    peer.say(&conversation, "В 15:00.").await.expect(201);

    let history = officer.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    let bodies: Vec<_> =
        history["messages"].as_array().unwrap().iter().map(|message| &message["body"]).collect();
    assert_eq!(bodies, ["Добрый день! Когда совещание?", "В 15:00."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_client_id_is_the_same_message() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let path = format!("/conversations/{conversation}/messages");
    let send = json!({ "client_id": "one-and-only", "body": "Once." });

    let first = officer.post(&path, send.clone()).await.expect(201);
    let again = officer.post(&path, send).await.expect(200);
    assert_eq!(first["message"], again["message"]);

    let history = officer.get(&path).await.expect(200);
    assert_eq!(history["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_make_a_gapless_sequence() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;

    let sends = (0..40).map(|number| {
        let writer = if number % 2 == 0 { officer.clone() } else { peer.clone() };
        let conversation = conversation.clone();
        async move {
            writer.say(&conversation, &format!("number {number}")).await.expect(201)["message"]["seq"]
                .as_i64()
        }
    });
    let mut seqs: Vec<_> =
        futures_util::future::join_all(sends).await.into_iter().map(Option::unwrap).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=40).collect::<Vec<i64>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_read_in_pages_both_ways() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    for number in 1..=25 {
        officer.say(&conversation, &format!("number {number}")).await.expect(201);
    }
    let seqs = |body: &serde_json::Value| -> Vec<i64> {
        body["messages"].as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
    };

    let newest = officer.get(&format!("/conversations/{conversation}/messages?limit=10")).await.expect(200);
    assert_eq!(seqs(&newest), (16..=25).collect::<Vec<_>>());
    assert_eq!(newest["has_more"], true);
    let older =
        officer.get(&format!("/conversations/{conversation}/messages?before=16&limit=10")).await.expect(200);
    assert_eq!(seqs(&older), (6..=15).collect::<Vec<_>>());
    let oldest =
        officer.get(&format!("/conversations/{conversation}/messages?before=6&limit=10")).await.expect(200);
    assert_eq!(seqs(&oldest), (1..=5).collect::<Vec<_>>());
    assert_eq!(oldest["has_more"], false);
    let after =
        officer.get(&format!("/conversations/{conversation}/messages?after=20&limit=100")).await.expect(200);
    assert_eq!(seqs(&after), (21..=25).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_reaches_the_minister_only_as_an_answer() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let minister = app.sign_in("minister").await;

    let refused = officer
        .post("/conversations", json!({ "kind": "direct", "person_ids": [app.person("minister")] }))
        .await
        .expect_error(403, "policy_denied");
    let decision = &refused["decision"];
    assert_eq!(decision["allow"], false);
    assert_eq!(decision["rule"], "D05");
    assert_eq!(decision["policy_version"], 1);
    let alternatives = decision["alternatives"].as_array().unwrap();
    assert!(
        alternatives.iter().any(|one| one["person"]["id"] == app.person("head").as_str()),
        "the officer's own superior is the first to ask: {decision:#}"
    );
    for alternative in alternatives {
        let person = alternative["person"]["id"].as_str().unwrap();
        let asked = officer
            .post("/decisions", json!({ "action": "dm.start", "person_id": person }))
            .await
            .expect(200);
        assert_eq!(asked["decision"]["allow"], true, "an alternative that is refused: {alternative:#}");
    }

    let conversation = minister.direct_with(&app.person("officer")).await;
    officer.say(&conversation, "Too early: nothing was said yet.").await.expect_error(403, "policy_denied");
    minister.say(&conversation, "Подготовьте справку к пятнице.").await.expect(201);
    let answer = officer.say(&conversation, "Будет сделано.").await.expect(201);
    assert_eq!(answer["message"]["rule"], "A04");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_is_on_record_without_the_text() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let minister = app.sign_in("minister").await;
    let conversation = minister.direct_with(&app.person("officer")).await;
    officer.say(&conversation, "a text that must not be kept").await.expect_error(403, "policy_denied");

    let database = app.database().await;
    let denials = database
        .query("select rule, allow from decisions where conversation_id = $1::text::uuid", &[&conversation])
        .await
        .unwrap();
    assert_eq!(denials.len(), 1);
    // No rule speaks of the answer, so the one against beginning is named: it says whom to ask.
    assert_eq!(denials[0].get::<_, String>("rule"), "D05");
    assert!(!denials[0].get::<_, bool>("allow"));
    let leaves =
        database.query("select entry::text from audit_log where kind = 'message.denied'", &[]).await.unwrap();
    assert_eq!(leaves.len(), 1);
    assert!(!leaves[0].get::<_, String>(0).contains("must not be kept"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_are_not_read_up_and_not_written_down() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;

    // The one who is cleared for secret cannot put a secret label on a conversation with one who is not.
    let partner = app.uncleared_colleague_of("cleared").await;
    cleared
        .post(
            "/conversations",
            json!({
                "kind": "direct", "person_ids": [partner], "label": { "level": "secret", "categories": [] }
            }),
        )
        .await
        .expect_error(403, "policy_denied");

    // Nor a secret message into an open conversation.
    let conversation = cleared.direct_with(&partner).await;
    let refused = cleared
        .post(
            &format!("/conversations/{conversation}/messages"),
            json!({
                "client_id": "s", "body": "secret text", "label": { "level": "secret", "categories": [] }
            }),
        )
        .await
        .expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D03");

    // And whoever is not cleared cannot even set the label.
    let officer = app.sign_in("officer").await;
    let mine = officer.direct_with(&app.person("peer")).await;
    let refused = officer
        .post(
            &format!("/conversations/{mine}/messages"),
            json!({
                "client_id": "s", "body": "text", "label": { "level": "secret", "categories": [] }
            }),
        )
        .await
        .expect_error(403, "policy_denied");
    assert_eq!(refused["decision"]["rule"], "D02");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_counts_follow_the_read_pointer() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.sign_in("peer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    for text in ["one", "two", "three"] {
        officer.say(&conversation, text).await.expect(201);
    }
    let path = format!("/conversations/{conversation}");
    assert_eq!(officer.get(&path).await.expect(200)["conversation"]["unread_count"], 0, "one's own are read");
    assert_eq!(peer.get(&path).await.expect(200)["conversation"]["unread_count"], 3);
    let read = peer.post(&format!("{path}/read"), json!({ "seq": 2 })).await;
    assert!(read.status.is_success(), "{:#}", read.body);
    assert_eq!(peer.get(&path).await.expect(200)["conversation"]["unread_count"], 1);
    // A pointer never goes back, and never past the end.
    peer.post(&format!("{path}/read"), json!({ "seq": 1 })).await;
    assert_eq!(peer.get(&path).await.expect(200)["conversation"]["unread_count"], 1);
}

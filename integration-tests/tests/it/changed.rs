//! Messages that are changed and taken back: who may, what others hear, what stays, and that the record tells of it.

use std::time::Duration;

use integration_tests::app::{App, token_key};
use integration_tests::client::Client;
use integration_tests::services;
use local_services::Redis;
use reqwest::Method;
use schema::Pool;
use serde_json::{Value, json};
use server::audit::verify;
use server::audit::verify::report::Finding;

const DAY: Duration = Duration::from_hours(24);

fn path(message: &Value) -> String {
    let (conversation, id) = (&message["conversation_id"], &message["id"]);
    format!("/conversations/{}/messages/{}", conversation.as_str().unwrap(), id.as_str().unwrap())
}

async fn edit(client: &Client, message: &Value, body: &str) -> integration_tests::client::Answer {
    client.send(Method::PATCH, &path(message), Some(json!({ "body": body }).to_string())).await
}

async fn said(client: &Client, conversation: &str, body: &str) -> Value {
    client.say(conversation, body).await.expect(201)["message"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_author_changes_what_they_said_and_everybody_sees_it_and_what_it_was() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let first = said(&officer, &pair, "Встреча в среду.").await;
    assert_eq!((&first["version"], &first["edited_at"]), (&json!(1), &Value::Null));
    let mut socket = peer.socket().await;
    let edited = edit(&officer, &first, "Встреча в четверг.").await.expect(200)["message"].clone();
    assert_eq!((&edited["body"], &edited["version"]), (&json!("Встреча в четверг."), &json!(2)));
    assert!(edited["edited_at"].is_string() && edited["seq"] == first["seq"]);
    let event = socket.event("message.edited", &pair).await;
    assert_eq!((&event["data"], &event["seq"]), (&edited, &first["seq"]));
    let listed = peer.get(&format!("/conversations/{pair}/messages")).await.expect(200);
    assert_eq!(listed["messages"], json!([edited]));
    // Saying the same again changes nothing.
    assert_eq!(edit(&officer, &edited, "Встреча в четверг.").await.expect(200)["message"], edited);
    edit(&officer, &edited, "Встреча в пятницу.").await.expect(200);
    let versions = peer.get(&format!("{}/versions", path(&first))).await.expect(200)["versions"].clone();
    let bodies: Vec<_> = versions.as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
    assert_eq!(bodies, ["Встреча в среду.", "Встреча в четверг."]);

    edit(&peer, &first, "Не я.").await.expect_error(403, "not_author");
    edit(&app.sign_in("outsider").await, &first, "Не я.").await.expect_error(404, "not_found");
    edit(&officer, &first, " ").await.expect_error(400, "invalid_value");
    edit(&officer, &first, &"ы".repeat(20_001)).await.expect_error(400, "too_long");
    let me = officer.get("/me").await.expect(200);
    assert_eq!(me["messages"], json!({ "edit_minutes": 1440, "delete_minutes": 1440 }));
    app.advance(DAY);
    let officer = app.sign_in("officer").await;
    edit(&officer, &first, "Поздно.").await.expect_error(409, "change_too_late");
    officer.delete(&path(&first)).await.expect_error(409, "change_too_late");
    let told = app.audited("message.edited").await;
    assert_eq!(told.iter().map(|entry| entry["version"].clone()).collect::<Vec<_>>(), [2, 3]);
    assert!(!json!(told).to_string().contains("Встреча"), "the record has no bodies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_says_nothing_and_its_place_stays() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let group = app.group(&officer, &["peer", "head"]).await;
    let with_file = officer.send_file(&group, "Вот смета.", "s.txt", b"1").await;
    let file = format!("/files/{}/content", with_file["files"][0]["id"].as_str().unwrap());
    let after = said(&peer, &group, "Спасибо.").await;
    let mut socket = peer.socket().await;
    let gone = officer.delete(&path(&with_file)).await.expect(200)["message"].clone();
    assert_eq!((&gone["body"], &gone["files"]), (&json!(""), &json!([])));
    assert_eq!(gone["deleted_by"]["id"], officer.person_id());
    assert_eq!(socket.event("message.deleted", &group).await["data"], gone);
    let listed = peer.get(&format!("/conversations/{group}/messages")).await.expect(200);
    assert_eq!(listed["messages"], json!([gone, after]), "no number is missing");
    assert_eq!(peer.fetch(&file).await.0, 404);
    let versions = peer.get(&format!("{}/versions", path(&gone))).await.expect(200);
    assert_eq!(versions["versions"], json!([]), "what it said is nobody's any more");
    officer.delete(&path(&gone)).await.expect_error(409, "message_gone");
    edit(&officer, &gone, "И всё же.").await.expect_error(409, "message_gone");

    // Who keeps the group in order takes back what others said, at any time; nobody else does, nor in a direct conversation.
    app.advance(2 * DAY);
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let own = said(&officer, &group, "Моё.").await;
    peer.delete(&path(&own)).await.expect_error(403, "policy_denied");
    officer.delete(&path(&after)).await.expect(200);
    let pair = officer.direct_with(peer.person_id()).await;
    let theirs = said(&peer, &pair, "Личное.").await;
    officer.delete(&path(&theirs)).await.expect_error(403, "not_author");
    let told = app.audited("message.deleted").await;
    assert_eq!(
        told.iter().map(|entry| entry["message_id"].clone()).collect::<Vec<_>>(),
        [gone["id"].clone(), after["id"].clone()]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_tells_its_own_people_also_without_redis() {
    let redis = Redis::start(&services::shared().directory("redis")).unwrap();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let officer = one.sign_in("officer").await;
    let pair = officer.direct_with(&one.person("peer")).await;
    let first = said(&officer, &pair, "Первое.").await;
    let mut socket = two.sign_in("peer").await.socket().await;
    edit(&officer, &first, "Второе.").await.expect(200);
    assert_eq!(socket.event("message.edited", &pair).await["data"]["body"], "Второе.");
    redis.stop().unwrap();
    edit(&officer, &first, "Третье.").await.expect(200);
    let heard =
        async { while socket.event("message.edited", &pair).await["data"]["body"] != "Третье." {} };
    tokio::time::timeout(Duration::from_secs(20), heard).await.expect("the other node looks into Postgres");
}

async fn findings(app: &App, pool: &Pool) -> Vec<(i64, Vec<&'static str>)> {
    let key = app.config().audit_verifier().unwrap();
    let report = verify::verify(pool, key.as_ref(), &[], &|_| {}).await.unwrap();
    let found = report.findings.into_iter().map(|finding| match finding {
        Finding::MessageAltered { seq, what, .. } => (seq, what),
        other => panic!("{other:?}"),
    });
    found.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_record_tells_of_every_version_and_finds_what_was_changed_behind_it() {
    let app = App::start_with(|config| config.audit.signing_key = Some(token_key().into())).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    for body in ["Первое.", "Второе.", "Третье.", "Четвёртое."] {
        said(&officer, &pair, body).await;
    }
    let listed =
        officer.get(&format!("/conversations/{pair}/messages")).await.expect(200)["messages"].clone();
    let message = |seq: usize| listed[seq - 1].clone();
    edit(&officer, &message(1), "Первое, иначе.").await.expect(200);
    edit(&officer, &message(2), "Второе, иначе.").await.expect(200);
    edit(&officer, &message(2), "Второе, ещё раз иначе.").await.expect(200);
    officer.delete(&path(&message(2))).await.expect(200);
    officer.delete(&path(&message(3))).await.expect(200);
    let pool = Pool::new(app.database_url(), 2).unwrap();
    app.signed_log(&pool).await;
    assert_eq!(findings(&app, &pool).await, []);

    let superuser = app.database().await;
    let tries = [
        // Another text, now or then.
        ("update messages set body = 'Не то.' where seq = 1", 1, "changes"),
        ("update message_versions set body = 'Не то.' where seq = 1", 1, "body"),
        ("update message_versions set body = 'Не то.' where seq = 2 and version = 2", 2, "changes"),
        // A change that never was, and one that was and is hidden.
        (
            "insert into message_versions select conversation_id, seq, 1, created_at, body, body_salt, files, now() from messages where seq = 4;
             update messages set version = 2, edited_at = now(), body = 'Подлог.' where seq = 4",
            4,
            "changes",
        ),
        (
            "update messages m set version = 1, edited_at = null, body = v.body, body_salt = v.body_salt from message_versions v
                where m.seq = 1 and v.seq = 1",
            1,
            "changes",
        ),
        (
            "update messages m set version = 1, deleted_at = null, deleted_by = null, body = v.body, body_salt = v.body_salt
                from message_versions v where m.seq = 3 and v.seq = 3",
            3,
            "changes",
        ),
        ("delete from message_versions where seq = 2 and version = 1", 2, "body"),
    ];
    superuser.batch_execute("set session_replication_role = replica").await.unwrap();
    superuser.batch_execute("create table kept_messages as table messages; create table kept_versions as table message_versions").await.unwrap();
    for (change, seq, what) in tries {
        superuser.batch_execute(change).await.unwrap();
        let found = findings(&app, &pool).await;
        assert_eq!(found.len(), 1, "{change}: {found:?}");
        assert!(found[0].0 == seq && found[0].1.contains(&what), "{change}: {found:?}");
        superuser
            .batch_execute(
                "truncate messages, message_versions; insert into messages table kept_messages;
                 insert into message_versions table kept_versions",
            )
            .await
            .unwrap();
    }
    assert_eq!(findings(&app, &pool).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_before_is_erased_with_the_message() {
    use server::config::{Config, RetentionRule};
    let rules = |settings: &mut Config| {
        settings.retention.rules =
            vec![RetentionRule { kind: None, label: None, days: Some(30), months: None }];
    };
    let app = App::start_with(rules).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    let first = said(&officer, &pair, "Первое.").await;
    edit(&officer, &first, "Второе.").await.expect(200);
    let second = said(&officer, &pair, "Отозвано.").await;
    officer.delete(&path(&second)).await.expect(200);
    app.advance(32 * DAY);
    app.retain().await;
    let left = "select count(*) from message_versions";
    assert_eq!(app.database().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
}

//! The record over the API: who reads it, what proves an entry, and a check that a layman can ask for.

use audit_log::checkpoint::Checkpoint;
use audit_log::note::Verifier;
use audit_log::proof::{is_consistent, is_included};
use audit_log::tree::{Hash, leaf_hash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use integration_tests::app::App;
use integration_tests::client::Client;
use schema::Pool;
use serde_json::Value;

use super::{an_office, signed_app};

fn hash(text: &Value) -> Hash {
    STANDARD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn hashes(texts: &Value) -> Vec<Hash> {
    texts.as_array().unwrap().iter().map(hash).collect()
}

/// A check to its end.
async fn check(client: &Client) -> Value {
    let begun = client.post("/audit/checks", serde_json::json!({})).await.expect(202);
    let id = begun["check"]["id"].as_str().unwrap().to_owned();
    loop {
        let found = client.get(&format!("/audit/checks/{id}")).await.expect(200);
        if found["check"]["state"] != "running" {
            return found["check"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compliance_and_security_officers_read_the_record_and_nobody_else() {
    let app = App::start().await;
    an_office(&app).await;
    let paths = ["/audit/entries", "/audit/checkpoint", "/audit/checks", "/audit/proofs/inclusion?seq=1"];
    for login in ["officer", "admin", "hr", "minister"] {
        let client = app.sign_in(login).await;
        for path in paths {
            client.get(path).await.expect_error(403, "role_required");
            client.with_token(None).get(path).await.expect_error(401, "token_missing");
        }
        client.post("/audit/checks", serde_json::json!({})).await.expect_error(403, "role_required");
    }
    for login in ["compliance", "security"] {
        let client = app.sign_in(login).await;
        let denied = client.get("/audit/entries?kind=message.denied,decision&limit=5").await.expect(200);
        assert!(!denied.to_string().contains("told "), "no body is in the record");
        let own = client.get(&format!("/audit/entries?actor_id={}&kind=audit", client.person_id())).await;
        let own = own.expect(200);
        assert_eq!(own["entries"][0]["kind"], "audit.viewed", "looking is on record: {own:#}");
        client.get("/audit/entries?kind=Все").await.expect_error(400, "invalid_value");
        client.get("/audit/entries?from=yesterday").await.expect_error(400, "invalid_value");
        client.get("/audit/entries?cursor=%25").await.expect_error(400, "invalid_cursor");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_the_record_meet() {
    let app = App::start().await;
    an_office(&app).await;
    let client = app.sign_in("compliance").await;
    let (mut all, mut path) =
        (Vec::new(), "/audit/entries?kind=message.sent,session.began&limit=7".to_owned());
    loop {
        let page = client.get(&path).await.expect(200);
        all.extend(page["entries"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next"].as_str() else { break };
        path = format!("/audit/entries?kind=message.sent,session.began&limit=7&cursor={cursor}");
    }
    let seqs: Vec<i64> = all.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|one, two| one > two), "newest first, each once: {seqs:?}");
    assert_eq!(all.iter().filter(|entry| entry["kind"] == "message.sent").count(), 25);
    let actor = &all.iter().find(|entry| entry["kind"] == "message.sent").unwrap()["actor"];
    assert_eq!(actor["id"], app.person("officer"), "people are named");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_proved_to_whoever_has_the_key() {
    let app = signed_app().await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    let before = app.signed_log(&pool).await;
    let client = app.sign_in("compliance").await;
    app.signed_log(&pool).await;
    let standing = client.get("/audit/checkpoint").await.expect(200);
    let key = Verifier::parse(standing["audit"]["verifier"].as_str().unwrap()).unwrap();
    let sent = client.get("/audit/entries?kind=message.sent&limit=1").await.expect(200);
    let seq = sent["entries"][0]["seq"].as_i64().unwrap();
    let inclusion = client.get(&format!("/audit/proofs/inclusion?seq={seq}")).await.expect(200);
    let inclusion = &inclusion["inclusion"];
    let note = key.open(inclusion["checkpoint"]["note"].as_str().unwrap()).unwrap();
    let checkpoint = Checkpoint::parse(note).unwrap();
    let leaf = leaf_hash(inclusion["line"].as_str().unwrap().as_bytes());
    let (place, size) = (inclusion["leaf"].as_u64().unwrap(), inclusion["size"].as_u64().unwrap());
    assert_eq!(size, checkpoint.size);
    assert!(is_included(&leaf, place, size, &hashes(&inclusion["proof"]), &checkpoint.root));

    let old = Checkpoint::parse(key.open(&before).unwrap()).unwrap();
    let path = format!("/audit/proofs/consistency?from={}&to={size}", old.size);
    let proof = client.get(&path).await.expect(200);
    let proof = hashes(&proof["consistency"]["proof"]);
    assert!(old.size < size, "something happened between the two");
    assert!(is_consistent(old.size, &old.root, size, &checkpoint.root, &proof));
    client
        .get(&format!("/audit/proofs/consistency?from={}", size + 1000))
        .await
        .expect_error(400, "invalid_value");
    client.get("/audit/proofs/inclusion?seq=999999").await.expect_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_says_what_it_came_to_and_stays() {
    let app = signed_app().await;
    an_office(&app).await;
    let client = app.sign_in("security").await;
    let done = check(&client).await;
    assert_eq!(done["state"], "whole", "{done:#}");
    assert_eq!(done["report"]["messages"], 25);
    assert!(
        done["report"]["is_signature_checked"] == true && done["report"]["checkpoints"].as_u64() > Some(0)
    );
    let superuser = app.database().await;
    superuser
        .batch_execute(
            "set session_replication_role = replica; update messages set body = 'Nothing.' where seq = 3",
        )
        .await
        .unwrap();
    let done = check(&client).await;
    assert_eq!(done["state"], "changed");
    let codes: Vec<&str> = done["report"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["message_altered", "message_altered"], "one of each conversation: {done:#}");
    let checks = client.get("/audit/checks").await.expect(200);
    assert_eq!(checks["checks"].as_array().unwrap().len(), 2, "both stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opens_what_is_labelled_is_on_record() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let (other, _) = app.another_cleared_for_secret("cleared").await;
    let group = |name: &str, label: Value| serde_json::json!({ "kind": "group", "name": name, "person_ids": [other], "label": label });
    let mut conversations = Vec::new();
    for (name, level) in [("Open", "open"), ("Secret", "secret")] {
        let label = serde_json::json!({ "level": level, "categories": [] });
        let made = cleared.post("/conversations", group(name, label)).await.expect(201);
        let id = made["conversation"]["id"].as_str().unwrap().to_owned();
        cleared.say(&id, "One.").await.expect(201);
        cleared.say(&id, "Two.").await.expect(201);
        cleared.get(&format!("/conversations/{id}/messages?limit=10")).await.expect(200);
        conversations.push(id);
    }
    let opened = "select actor_id::text, entry ->> 'conversation_id', (entry ->> 'from_seq')::bigint,
        (entry ->> 'until_seq')::bigint, entry ->> 'rule' from audit_log where kind = 'history.opened'";
    let rows = app.database().await.query(opened, &[]).await.unwrap();
    assert_eq!(rows.len(), 1, "what has no label is read without a word");
    let (actor, conversation): (String, String) = (rows[0].get(0), rows[0].get(1));
    assert_eq!((actor.as_str(), &conversation), (cleared.person_id(), &conversations[1]));
    assert_eq!((rows[0].get::<_, i64>(2), rows[0].get::<_, i64>(3)), (1, 2));
    assert!(!rows[0].get::<_, String>(4).is_empty());
}

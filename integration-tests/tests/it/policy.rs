//! The life of a policy version: written, refused, signed by two, built on every node, tried, in force, taken back. And who may
//! do what of it.

mod life;
mod refused;
mod signed;

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use integration_tests::app::App;
use integration_tests::client::{Answer, Client};
use serde_json::{Value, json};
use server::policy::statement::OfficersKey;

/// An officer who is signed in, with a key that another officer has confirmed.
struct Officer {
    client: Client,
    key: OfficersKey,
    key_id: String,
}

impl Officer {
    async fn new(app: &App, login: &str, confirmed_by: &str) -> Self {
        let client = app.sign_in(login).await;
        let key = OfficersKey::from_pem(&OfficersKey::generate().unwrap()).unwrap();
        let body = json!({ "name": "Служебный ноутбук", "public_key": STANDARD.encode(key.public_key()) });
        let kept = client.post("/policy/keys", body).await.expect(201)["key"].clone();
        let key_id = kept["id"].as_str().unwrap().to_owned();
        let other = app.sign_in(confirmed_by).await;
        other.post(&format!("/policy/keys/{key_id}/confirm"), json!({})).await.expect(204);
        Self { client, key, key_id }
    }

    /// What there is to sign under the version, signed.
    async fn signature(&self, number: i64) -> Value {
        let to_sign =
            self.client.get(&format!("/policy/versions/{number}")).await.expect(200)["to_sign"].clone();
        let statement = to_sign["statement"].as_str().expect("there is something to sign");
        json!({ "key_id": self.key_id, "signature": STANDARD.encode(self.key.sign_text(statement)) })
    }

    async fn sign(&self, number: i64) {
        let signature = self.signature(number).await;
        self.client.post(&format!("/policy/versions/{number}/signatures"), signature).await.expect(204);
    }

    async fn activate(&self, number: i64, body: Value) -> Answer {
        self.client.post(&format!("/policy/versions/{number}/activate"), body).await
    }
}

/// The rules in force, with A06 reaching nobody of a higher rank any more: from peers to superiors of other units of the
/// department only by way of one's own superior.
async fn narrower(officer: &Client) -> Vec<Value> {
    let mut rules = officer.get("/policy/versions/1").await.expect(200)["rules"].as_array().unwrap().clone();
    let rule = rules.iter_mut().find(|rule| rule["id"] == "A06").unwrap();
    rule["when"]["gap"] = json!(["m2", "m1", "0"]);
    rules
}

/// Drafts [`narrower`], with the golden cases that speak of it expecting what is decided now.
async fn draft(author: &Client) -> i64 {
    let mut body = json!({ "base": 1, "note": "Переписка с руководством — через своего.", "rules": narrower(author).await });
    let refused = author.post("/policy/versions", body.clone()).await.expect_error(400, "policy_invalid");
    let failing = refused["findings"].as_array().unwrap().clone();
    body["accept_cases"] =
        failing.iter().map(|one| json!({ "file": one["file"], "line": one["line"] })).collect();
    let answer = author.post("/policy/versions", body).await.expect(201);
    answer["version"]["number"].as_i64().unwrap()
}

/// A version that two officers signed, and that every node has built.
async fn approved(app: &App, author: &Officer, approver: &Officer) -> i64 {
    let number = draft(&author.client).await;
    author.sign(number).await;
    approver.sign(number).await;
    built(app, &author.client, number).await;
    number
}

async fn built(_: &App, officer: &Client, number: i64) {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let found = officer.get(&format!("/policy/versions/{number}")).await.expect(200);
        let nodes = found["nodes"].as_array().unwrap();
        if !nodes.is_empty() && nodes.iter().all(|node| node["table_sha256"].is_string()) {
            return;
        }
        assert!(Instant::now() < deadline, "not every node built version {number}: {nodes:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// By which policy version somebody is decided about.
async fn version_for(client: &Client, target: &str) -> i64 {
    let asked =
        client.post("/decisions", json!({ "action": "dm.start", "person_id": target })).await.expect(200);
    asked["decision"]["policy_version"].as_i64().unwrap()
}

fn everywhere() -> Value {
    json!({ "mode": "active", "reason": "Приказ 7." })
}

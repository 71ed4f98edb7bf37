//! Two officers who put a policy in force: one rule narrower than the first one.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::policy::statement::OfficersKey;

use super::cast::sign_in;
use crate::client::Client;

/// How long all nodes may take to build a policy, and to forget a node that was killed.
const BUILDING: Duration = Duration::from_mins(3);

/// Who wrote a version that both signed.
pub struct Officers {
    author: Client,
    /// The version that two signed.
    pub number: i64,
}

impl Officers {
    /// Has the version written and signed.
    pub async fn agree(base: &str) -> Self {
        let (author, approver) = (sign_in(base, "admin").await, sign_in(base, "security").await);
        let (authors_key, author_key_id) = enrol(&author, &approver).await;
        let (approvers_key, approver_key_id) = enrol(&approver, &author).await;
        let number = draft(&author).await;
        sign(&author, &authors_key, &author_key_id, number).await;
        sign(&approver, &approvers_key, &approver_key_id, number).await;
        Self { author, number }
    }

    /// Has the author signed in anew: a token is good for an hour at most.
    pub async fn sign_in(&mut self, base: &str) {
        self.author = sign_in(base, "admin").await;
    }

    /// Waits until every node has built it.
    pub async fn built(&self) {
        let began = Instant::now();
        loop {
            let found = self.author.get(&format!("/policy/versions/{}", self.number)).await.expect(200);
            let nodes = found["nodes"].as_array().unwrap();
            if nodes.len() == 2 && nodes.iter().all(|node| node["table_sha256"].is_string()) {
                return;
            }
            assert!(began.elapsed() < BUILDING, "not every node built version {}: {nodes:#?}", self.number);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Puts it in force; when this returns, every node has said that it decides by it.
    pub async fn activate(&self) {
        let path = format!("/policy/versions/{}/activate", self.number);
        let answer =
            self.author.post(&path, json!({ "mode": "active", "reason": "Проверка." })).await.expect(200);
        assert_eq!(answer["on_every_node"], true, "{answer:#}");
    }

    /// Takes it back.
    pub async fn roll_back(&self) {
        self.author.post("/policy/rollback", json!({ "reason": "Проверка окончена." })).await.expect(200);
    }
}

async fn enrol(officer: &Client, confirmed_by: &Client) -> (OfficersKey, String) {
    let key = OfficersKey::from_pem(&OfficersKey::generate().unwrap()).unwrap();
    let body = json!({ "name": "Служебный ноутбук", "public_key": STANDARD.encode(key.public_key()) });
    let kept = officer.post("/policy/keys", body).await.expect(201);
    let id = kept["key"]["id"].as_str().unwrap().to_owned();
    confirmed_by.post(&format!("/policy/keys/{id}/confirm"), json!({})).await.expect(204);
    (key, id)
}

/// The first policy, with A06 reaching nobody of a higher rank any more.
async fn draft(author: &Client) -> i64 {
    let mut rules = author.get("/policy/versions/1").await.expect(200)["rules"].as_array().unwrap().clone();
    let rule = rules.iter_mut().find(|rule| rule["id"] == "A06").unwrap();
    rule["when"]["gap"] = json!(["m2", "m1", "0"]);
    let mut body = json!({ "base": 1, "note": "Переписка с руководством — через своего.", "rules": rules });
    let refused = author.post("/policy/versions", body.clone()).await.expect_error(400, "policy_invalid");
    let failing = refused["findings"].as_array().unwrap().clone();
    body["accept_cases"] =
        failing.iter().map(|one| json!({ "file": one["file"], "line": one["line"] })).collect();
    let answer: Value = author.post("/policy/versions", body).await.expect(201);
    answer["version"]["number"].as_i64().unwrap()
}

async fn sign(officer: &Client, key: &OfficersKey, key_id: &str, number: i64) {
    let found = officer.get(&format!("/policy/versions/{number}")).await.expect(200);
    let statement = found["to_sign"]["statement"].as_str().expect("there is something to sign");
    let signature = json!({ "key_id": key_id, "signature": STANDARD.encode(key.sign_text(statement)) });
    officer.post(&format!("/policy/versions/{number}/signatures"), signature).await.expect(204);
}

//! Labels: no read up, no write down, what the catalogue offers, raising at once on every node, lowering by two.

mod catalogue;
mod lowered;
mod raised;

use integration_tests::app::App;
use integration_tests::client::Client;
use serde_json::{Value, json};

/// A label of the sample policy.
fn label(level: &str, categories: &[&str]) -> Value {
    json!({ "level": level, "categories": categories })
}

/// Every label that the policy of the sample ministry knows.
fn all_labels() -> Vec<Value> {
    let categories = ["budget", "personnel", "security", "foreign"];
    let mut labels = vec![label("open", &[])];
    for level in ["official", "confidential", "secret"] {
        for set in 0_usize..16 {
            let held: Vec<&str> =
                (0..4).filter(|bit| set & (1 << bit) != 0).map(|bit| categories[bit]).collect();
            labels.push(label(level, &held));
        }
    }
    labels
}

/// Sends a text under a label.
async fn say(
    client: &Client,
    conversation: &str,
    body: &str,
    label: &Value,
) -> integration_tests::client::Answer {
    let client_id = uuid::Uuid::now_v7().to_string();
    let message = json!({ "client_id": client_id, "body": body, "label": label });
    client.post(&format!("/conversations/{conversation}/messages"), message).await
}

/// A group of the founder and the people with these logins.
async fn group(app: &App, founder: &Client, logins: &[&str], label: &Value) -> String {
    let people: Vec<String> = logins.iter().map(|login| app.person(login)).collect();
    let group = json!({ "kind": "group", "name": "Рабочая группа", "person_ids": people, "label": label });
    let made = founder.post("/conversations", group).await.expect(201);
    made["conversation"]["id"].as_str().unwrap().to_owned()
}

async fn raise(client: &Client, conversation: &str, label: &Value) -> integration_tests::client::Answer {
    let mut body = label.clone();
    body["reason"] = json!("Появились закрытые сведения.");
    client.post(&format!("/conversations/{conversation}/label"), body).await
}

/// What the history shows somebody: number and text.
async fn history(client: &Client, conversation: &str) -> Vec<(i64, String)> {
    let page = client.get(&format!("/conversations/{conversation}/messages?limit=200")).await.expect(200);
    let messages = page["messages"].as_array().unwrap().iter();
    messages.map(|one| (one["seq"].as_i64().unwrap(), one["body"].as_str().unwrap().to_owned())).collect()
}

/// How many entries of the kind the audit log has, and the last one.
async fn audited(app: &App, kind: &str) -> (i64, Value) {
    let sql = "select count(*) over (), entry::text from audit_log where kind = $1 order by seq desc limit 1";
    match app.database().await.query_opt(sql, &[&kind]).await.unwrap() {
        Some(row) => (row.get(0), serde_json::from_str(row.get(1)).unwrap()),
        None => (0, Value::Null),
    }
}

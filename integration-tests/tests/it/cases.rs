//! Cases: who opens, approves, reads and reviews them, what is read and what is not, holds, and what is erased.

mod exported;
mod held;
mod matrix;
mod reading;
mod retained;
mod scoped;

use std::time::Duration;

use integration_tests::app::App;
use integration_tests::client::{Answer, Client};
use serde_json::{Value, json};

/// What is said in every conversation that nobody may read of, and the word that one would search for.
const SECRET: &str = "берилл";
const WORD: &str = "аметист";

const DAY: Duration = Duration::from_hours(24);

/// A moment so long after now, as the server has it.
fn after(app: &App, time: Duration) -> String {
    let moment = app.moment().now + i64::try_from(time.as_micros()).unwrap();
    chrono::DateTime::from_timestamp_micros(moment)
        .unwrap()
        .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn people(ids: &[&str]) -> Value {
    json!({ "person_ids": ids })
}

fn conversations(ids: &[&str]) -> Value {
    json!({ "conversation_ids": ids })
}

/// A case as it is sent.
fn body(number: &str, ends_at: &str, scope: &Value) -> Value {
    json!({
        "number": number, "reason": "Утечка из проектной группы.", "legal_basis": "Приказ министра № 7.",
        "ends_at": ends_at, "scope": scope,
    })
}

fn reason() -> Value {
    json!({ "reason": "Основания проверены." })
}

/// Opens a draft.
async fn draft(app: &App, officer: &Client, scope: &Value, lasts: Duration) -> String {
    let number = uuid::Uuid::now_v7().to_string();
    let made = officer.post("/compliance/cases", body(&number, &after(app, lasts), scope)).await.expect(201);
    made["case"]["id"].as_str().unwrap().to_owned()
}

async fn act(client: &Client, case: &str, verb: &str) -> Answer {
    client.post(&format!("/compliance/cases/{case}/{verb}"), reason()).await
}

async fn request(client: &Client, case: &str) -> Answer {
    client.send(reqwest::Method::POST, &format!("/compliance/cases/{case}/request"), None).await
}

/// Opens a case and has it approved.
async fn approved(app: &App, officer: &Client, approver: &Client, scope: &Value) -> String {
    let case = draft(app, officer, scope, 30 * DAY).await;
    request(officer, &case).await.expect(200);
    act(approver, &case, "approve").await.expect(200);
    case
}

/// Every item of a list, so many at a time.
async fn paged(client: &Client, path: &str, limit: usize, key: &str) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{joint}limit={limit}");
    let mut page = client.get(&path).await.expect(200);
    let mut items = page[key].as_array().unwrap().clone();
    while let Some(cursor) = page["next"].as_str() {
        page = client.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        items.extend(page[key].as_array().unwrap().iter().cloned());
    }
    items
}

/// The texts that a search in a case finds, the newest first.
async fn found(client: &Client, case: &str, query: &str) -> Vec<String> {
    let messages = paged(client, &format!("/compliance/cases/{case}/messages?{query}"), 2, "messages").await;
    messages.iter().map(|found| found["message"]["body"].as_str().unwrap().to_owned()).collect()
}

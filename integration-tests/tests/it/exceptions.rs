//! Exceptions: asked for by whoever was refused, decided by the office that the rule names, in force at once and no
//! longer than they last.

mod asked;
mod blocks;
mod decided;
mod in_force;
mod past;

use std::time::Duration;

use integration_tests::app::App;
use integration_tests::client::{Answer, Client};
use integration_tests::socket::Socket;
use serde_json::{Value, json};

/// How long a contact in these tests is granted for: shorter than an access token.
const MINUTE: Duration = Duration::from_mins(1);

/// A moment so long after now, as the server has it.
fn after(app: &App, time: Duration) -> String {
    let moment = app.moment().now + i64::try_from(time.as_micros()).unwrap();
    chrono::DateTime::from_timestamp_micros(moment)
        .unwrap()
        .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Asks for a week of contact.
async fn ask(client: &Client, person: &str) -> Answer {
    let body = json!({ "person_id": person, "reason": "Срочное поручение по паводку.", "days": 7 });
    client.post("/exceptions/requests", body).await
}

async fn asked(client: &Client, person: &str) -> String {
    let request = ask(client, person).await.expect(201)["request"].clone();
    request["id"].as_str().unwrap().to_owned()
}

/// Grants a minute of it.
async fn grant(app: &App, client: &Client, request: &str) -> Answer {
    let body = json!({ "until": after(app, MINUTE), "reason": "Разрешаю на время паводка." });
    client.post(&format!("/exceptions/requests/{request}/grant"), body).await
}

async fn refuse(client: &Client, request: &str) -> Answer {
    let body = json!({ "reason": "Обратитесь через меня." });
    client.post(&format!("/exceptions/requests/{request}/refuse"), body).await
}

async fn revoke(client: &Client, exception: &str) -> Answer {
    client.post(&format!("/exceptions/{exception}/revoke"), json!({ "reason": "Паводок прошёл." })).await
}

/// The requests that the client is shown.
async fn requests(client: &Client, which: &str) -> Vec<Value> {
    client.all(&format!("/exceptions/requests?which={which}"), "requests").await
}

/// What the gate says to beginning with `person`.
async fn decision(client: &Client, person: &str) -> Value {
    let asked = client.post("/decisions", json!({ "action": "dm.start", "person_id": person })).await;
    asked.expect(200)["decision"].clone()
}

/// Waits until the gate says that: every node hears of a change in a moment.
async fn until_allowed(client: &Client, person: &str, allowed: bool) -> Value {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let decision = decision(client, person).await;
        if decision["allow"] == allowed {
            return decision;
        }
        assert!(std::time::Instant::now() < deadline, "it stays as it was: {decision:#}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for the news of a request or an exception.
async fn news(socket: &mut Socket) -> Value {
    // What names nothing only says that something may have been missed.
    let names = |frame: &Value| {
        let data = &frame["data"];
        !(data["request_id"].is_null() && data["exception_id"].is_null())
    };
    let is_news = |frame: &Value| frame["event"] == "exception.changed" && names(frame);
    socket.until("news of an exception", is_news).await["data"].clone()
}

/// The audit entries of a kind, in order.
async fn audited(app: &App, kind: &str) -> Vec<(String, Value)> {
    let sql = "select actor_id::text, entry::text from audit_log where kind = $1 order by seq";
    let rows = app.database().await.query(sql, &[&kind]).await.unwrap();
    rows.iter().map(|row| (row.get(0), serde_json::from_str(row.get(1)).unwrap())).collect()
}

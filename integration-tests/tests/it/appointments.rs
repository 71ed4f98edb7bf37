//! The dated list of appointments: who keeps it, what it refuses, and what an entry gives, from when and until when.

mod in_force;
mod kept;
mod on_time;

use std::time::Duration;

use integration_tests::app::App;
use integration_tests::client::{Answer, Client};
use integration_tests::socket::Socket;
use serde_json::{Value, json};

/// How long an appointment in these tests lasts: shorter than an access token.
const MINUTE: Duration = Duration::from_mins(1);

/// A moment so long after now, as the server has it.
fn after(app: &App, time: Duration) -> String {
    let moment = app.moment().now + i64::try_from(time.as_micros()).unwrap();
    chrono::DateTime::from_timestamp_micros(moment)
        .unwrap()
        .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// `login` stands in for a minute for the head of the Irrigation Division, who is on leave.
fn deputy(app: &App, login: &str) -> Value {
    json!({
        "kind": "deputy",
        "person_id": app.person(login),
        "principal_id": app.person("absent"),
        "until": after(app, MINUTE),
        "reason": "На время отпуска.",
        "order_number": "14-к",
    })
}

/// `login` holds a further post in the Irrigation Division, with the rank that they have.
async fn further(app: &App, login: &str) -> Value {
    let sql = "select mine.rank_id::text, theirs.unit_id::text from posts mine, posts theirs \
               where mine.kind = 'primary' and mine.person_id = $1::text::uuid \
               and theirs.kind = 'primary' and theirs.person_id = $2::text::uuid";
    let values = (app.person(login), app.person("absent"));
    let row = app.database().await.query_one(sql, &[&values.0, &values.1]).await.unwrap();
    let (rank, unit): (String, String) = (row.get(0), row.get(1));
    json!({
        "kind": "further",
        "person_id": app.person(login),
        "unit_id": unit,
        "rank_id": rank,
        "title": "Консультант по совместительству",
        "reason": "Приказ о совместительстве.",
    })
}

/// `body` with other values of some fields.
fn with(body: &Value, others: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    body
}

async fn appoint(keeper: &Client, body: Value) -> Value {
    keeper.post("/appointments", body).await.expect(201)["appointment"].clone()
}

async fn end(keeper: &Client, appointment: &Value) -> Answer {
    let path = format!("/appointments/{}/end", appointment["id"].as_str().unwrap());
    keeper.post(&path, json!({ "reason": "Руководитель вернулся." })).await
}

/// The channel of the Irrigation Division.
async fn channel(app: &App) -> String {
    let colleagues = app.sign_in("acting").await.get("/me/colleagues").await.expect(200);
    colleagues["unit"]["channel_id"].as_str().unwrap().to_owned()
}

/// The seat in a channel: role and since when, as the database has it.
async fn seat(app: &App, channel: &str, login: &str) -> Option<(String, String)> {
    let sql = "select role, joined_at::text from members \
               where conversation_id = $1::text::uuid and person_id = $2::text::uuid";
    let rows = app.database().await.query(sql, &[&channel, &app.person(login)]).await.unwrap();
    rows.first().map(|row| (row.get(0), row.get(1)))
}

/// The hats that the client may wear for the head who is on leave, and the titles of further posts.
async fn force(app: &App, client: &Client) -> (Vec<String>, Vec<String>) {
    let me = client.get("/me").await.expect(200)["me"].clone();
    let absent = app.person("absent");
    let texts = |key: &str, field: &str, wanted: &dyn Fn(&Value) -> bool| -> Vec<String> {
        let all = me[key].as_array().unwrap().iter().filter(|one| wanted(one));
        all.map(|one| one[field].as_str().unwrap().to_owned()).collect()
    };
    (
        texts("hats", "hat", &|hat| hat["principal"]["id"] == absent.as_str()),
        texts("posts", "title", &|post| post["kind"] != "primary"),
    )
}

/// Waits until that is what the client may do: every node hears of a change in a moment, and none is asked to sync.
async fn until_force(app: &App, client: &Client, hats: &[&str], posts: &[&str]) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let found = force(app, client).await;
        if found.0 == hats && found.1 == posts {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "expected {hats:?} and {posts:?}, there are {found:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Says something in the name of the head who is on leave; the answer.
async fn say_as_head(app: &App, socket: &mut Socket, conversation: &str, client_id: &str) -> Value {
    let hat = format!("acting:{}", app.person("absent"));
    socket
        .send(json!({
            "type": "send", "conversation_id": conversation, "client_id": client_id,
            "body": "За начальника отдела: согласовано.", "hat": hat,
        }))
        .await;
    let answers = |frame: &Value| {
        matches!(frame["type"].as_str(), Some("ack" | "denied" | "error")) && frame["client_id"] == client_id
    };
    socket.until("the answer to a send", answers).await
}

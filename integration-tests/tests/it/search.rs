//! Searching what was said: what is found, and that nothing is that its reader could not read.

use integration_tests::app::App;
use integration_tests::client::Client;
use reqwest::Method;
use serde_json::{Value, json};

/// Has the words of everything that was said taken.
async fn indexed(app: &App) {
    server::words::complete(app.inside()).await.unwrap();
}

async fn search(client: &Client, query: &str) -> Value {
    client.get(&format!("/messages?{query}")).await.expect(200)
}

async fn bodies(client: &Client, query: &str) -> Vec<String> {
    let found = search(client, query).await;
    found["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"]["body"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_found_in_any_form_on_any_keyboard_and_from_their_beginning() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    for body in [
        "Срочные приказы министра подписаны.",
        "The reports were sent.",
        "Отпуск согласован, приказа не нужно.",
    ] {
        officer.say(&pair, body).await.expect(201);
    }
    officer.send_file(&pair, "Вот.", "Смета_расходов-2026.xlsx", b"1").await;
    indexed(&app).await;
    let both = ["Отпуск согласован, приказа не нужно.", "Срочные приказы министра подписаны."];
    for query in ["приказ", "приказами", "ghbrfp", "prikaz", "прик", "ПРИКАЗ"] {
        assert_eq!(bodies(&peer, &format!("query={query}")).await, both, "{query}");
    }
    for (query, expected) in [
        ("приказ%20-отпуск", "Срочные приказы министра подписаны."),
        ("\"срочный%20приказ\"", "Срочные приказы министра подписаны."),
        ("срочный%20мини", "Срочные приказы министра подписаны."),
        ("report", "The reports were sent."),
        ("смета", "Вот."),
    ] {
        assert_eq!(bodies(&peer, &format!("query={query}")).await, [expected], "{query}");
    }
    let found = search(&peer, "query=министр").await;
    let pieces = found["messages"][0]["excerpt"].as_array().unwrap();
    let hit: Vec<_> =
        pieces.iter().filter(|piece| piece["is_hit"] == true).map(|piece| &piece["text"]).collect();
    assert_eq!(hit, ["министра"]);
    let whole: String = pieces.iter().map(|piece| piece["text"].as_str().unwrap()).collect();
    assert!("Срочные приказы министра подписаны.".starts_with(whole.trim_end_matches('.')), "{whole}");
    assert_eq!(bodies(&peer, "query=расходов&with_files=true").await, ["Вот."]);
    assert_eq!(bodies(&peer, "query=приказ&with_files=true").await, [""; 0]);
    let by_peer = format!("query=приказ&person_id={}", peer.person_id());
    assert_eq!(bodies(&officer, &by_peer).await, [""; 0]);
    assert_eq!(bodies(&officer, &format!("query=приказ&conversation_id={pair}")).await, both);
    assert_eq!(bodies(&officer, "query=приказ&from=2999-01-01T00:00:00Z").await, [""; 0]);
    for (wrong, field) in [
        ("query=", "query"),
        ("query=x&from=yesterday", "from"),
        ("query=x&limit=0", "limit"),
        ("query=x&cursor=%25", "cursor"),
    ] {
        let error = officer.get(&format!("/messages?{wrong}")).await.expect(400);
        assert_eq!(error["error"]["field"], field, "{wrong}");
    }
    // What is no word at all finds nothing, and is no error.
    for odd in ["%27%29%3A*", "%26%7C%21", "%D0%B8", "the"] {
        assert_eq!(bodies(&officer, &format!("query={odd}")).await, [""; 0], "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_found_that_its_reader_could_not_read() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let open = app.group(&officer, &["peer"]).await;
    officer.say(&open, "Бирюза до прихода.").await.expect(201);
    let gone = officer.say(&open, "Бирюза отозвана.").await.expect(201)["message"].clone();
    let path =
        |message: &Value| format!("/conversations/{open}/messages/{}", message["id"].as_str().unwrap());
    officer.delete(&path(&gone)).await.expect(200);
    let edited = officer.say(&open, "Бирюза прежде.").await.expect(201)["message"].clone();
    let body = json!({ "body": "Иначе теперь." }).to_string();
    officer.send(Method::PATCH, &path(&edited), Some(body)).await.expect(200);
    indexed(&app).await;
    assert_eq!(bodies(&officer, "query=бирюза").await, ["Бирюза до прихода."]);
    assert_eq!(bodies(&officer, "query=иначе").await, ["Иначе теперь."]);
    // Somebody who is not there, who came later, and who left.
    let (outsider, peer) = (app.sign_in("outsider").await, app.sign_in("peer").await);
    assert_eq!(bodies(&outsider, "query=бирюза").await, [""; 0]);
    assert_eq!(bodies(&peer, "query=бирюза").await, ["Бирюза до прихода."]);
    officer.delete(&format!("/conversations/{open}/members/{}", peer.person_id())).await.expect(204);
    assert_eq!(bodies(&peer, "query=бирюза").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_hides_what_it_hides_and_what_was_shown_of_it_is_on_record() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let (other_id, other) = app.another_cleared_for_secret("cleared").await;
    let pair = cleared.direct_with(&other_id).await;
    let secret =
        json!({ "client_id": "s", "body": "Яшма тайно.", "label": { "level": "secret", "categories": [] } });
    cleared.post(&format!("/conversations/{pair}/messages"), secret).await.expect(201);
    let officer = app.sign_in("officer").await;
    let uncleared = app.uncleared_colleague_of("officer").await;
    let open = officer.direct_with(&uncleared).await;
    officer.say(&open, "Яшма открыто.").await.expect(201);
    indexed(&app).await;
    let reader = app.sign_in_as(uncleared.parse().unwrap()).await;
    assert_eq!(bodies(&reader, "query=яшма").await, ["Яшма открыто."]);
    // Whatever the row says: nobody reads what they are not cleared for.
    let database = app.database().await;
    let policy = app.gate().snapshot().labels().policy_id().to_owned();
    let raise = "update messages set label_level = 3, label_policy = $1 where body = 'Яшма открыто.'";
    assert_eq!(database.execute(raise, &[&policy]).await.unwrap(), 1);
    assert_eq!(bodies(&reader, "query=яшма").await, [""; 0]);
    let shown = "select coalesce(json_agg(entry -> 'messages'), '[]')::text from audit_log where kind = 'messages.found'";
    let shown = async || database.query_one(shown, &[]).await.unwrap().get::<_, String>(0);
    assert_eq!(shown().await, "[]");
    assert_eq!(bodies(&app.sign_in(&other).await, "query=яшма").await, ["Яшма тайно."]);
    let told: Value = serde_json::from_str(&shown().await).unwrap();
    assert_eq!(told, json!([[{ "conversation_id": pair, "seq": 1 }]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_meet_also_where_much_may_not_be_read() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    for number in 0..25 {
        officer.say(&pair, &format!("Опал {number}.")).await.expect(201);
    }
    indexed(&app).await;
    let policy = app.gate().snapshot().labels().policy_id().to_owned();
    let hide = "update messages set label_level = 9, label_policy = $1 where seq % 2 = 0";
    app.database().await.execute(hide, &[&policy]).await.unwrap();
    let mut all = Vec::new();
    let mut path = "query=опал&limit=4".to_owned();
    loop {
        let page = search(&officer, &path).await;
        let messages = page["messages"].as_array().unwrap();
        assert!(messages.len() <= 4);
        all.extend(messages.iter().map(|one| one["message"]["seq"].as_i64().unwrap()));
        let Some(cursor) = page["next"].as_str() else { break };
        path = format!("query=опал&limit=4&cursor={cursor}");
    }
    assert_eq!(all, (1..=25).rev().filter(|seq| seq % 2 == 1).collect::<Vec<i64>>());
}

//! The catalogue offers exactly what a send accepts, and nobody reads up or writes down.

use integration_tests::app::App;
use integration_tests::client::Client;
use serde_json::{Value, json};

use super::{all_labels, group, history, label, say};

/// Whether the catalogue of a place holds the label.
fn holds(catalogue: &Value, label: &Value) -> bool {
    let level = catalogue["levels"].as_array().unwrap().iter().find(|offer| offer["code"] == label["level"]);
    level.is_some_and(|offer| {
        let offered: Vec<&Value> =
            offer["categories"].as_array().unwrap().iter().map(|category| &category["code"]).collect();
        label["categories"].as_array().unwrap().iter().all(|category| offered.contains(&category))
    })
}

fn codes(shown: &Value) -> Value {
    json!({ "level": shown["level"], "categories": shown["categories"] })
}

async fn catalogue(client: &Client, conversation: &str) -> Value {
    client.get(&format!("/conversations/{conversation}/labels")).await.expect(200)["labels"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_offers_exactly_what_a_send_accepts() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let security = app.sign_in("security").await;
    let officer = app.sign_in("officer").await;
    let head = app.sign_in("head").await;
    let secret = label("secret", &["security"]);
    let rooms = [
        (cleared.clone(), cleared.direct_with(&app.person("security")).await),
        (security.clone(), security.direct_with(&app.person("cleared")).await),
        (cleared.clone(), group(&app, &cleared, &["security"], &secret).await),
        (security.clone(), group(&app, &security, &["cleared"], &label("official", &[])).await),
        (officer.clone(), officer.direct_with(&app.person("peer")).await),
        (head.clone(), head.direct_with(&app.person("officer")).await),
        (head.clone(), group(&app, &head, &["officer"], &label("open", &[])).await),
    ];
    let (mut accepted, mut refused) = (0, 0);
    for (client, room) in &rooms {
        let catalogue = catalogue(client, room).await;
        assert_eq!(catalogue["policy_id"], "urn:chancery:labels:1");
        for label in all_labels() {
            let sent = say(client, room, "x", &label).await;
            let offered = holds(&catalogue, &label);
            assert_eq!(sent.status.is_success(), offered, "{label} in {room}: {:#}", sent.body);
            if offered { accepted += 1 } else { refused += 1 }
        }
        let shown = client.get(&format!("/conversations/{room}")).await.expect(200)["conversation"].clone();
        assert_eq!(codes(&catalogue["default"]), codes(&shown["label"]), "the conversation's own is usual");
    }
    assert!(accepted > 15 && refused > 200, "{accepted} {refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_agrees_with_the_gate_for_everybody_and_everything() {
    let app = App::start().await;
    for login in sample_ministry::SIGN_INS.iter().map(|known| known.login) {
        let client = app.sign_in(login).await;
        let mut places = Vec::new();
        for conversation in client.all("/conversations", "conversations").await.iter().take(4) {
            let id = conversation["id"].as_str().unwrap();
            let action = if conversation["kind"] == "direct" { "dm.send" } else { "ch.post" };
            let found = catalogue(&client, id).await;
            places.push((found, json!({ "action": action, "conversation_id": id })));
        }
        let people = client.all("/people", "people").await;
        for person in people.iter().step_by(people.len().div_ceil(4).max(1)) {
            let id = person["id"].as_str().unwrap();
            let has =
                client.get(&format!("/people/{id}")).await.expect(200)["person"]["conversation_id"].clone();
            if id == client.person_id() || !has.is_null() {
                continue;
            }
            let found = client.get(&format!("/people/{id}/labels")).await.expect(200)["labels"].clone();
            let starts = person["can"].as_array().unwrap().iter().any(|can| can == "dm.start");
            if starts {
                places.push((found, json!({ "action": "dm.send", "person_id": id })));
            } else {
                assert_eq!((&found["levels"], &found["default"]), (&json!([]), &Value::Null), "{login}");
            }
        }
        for (found, question) in places {
            for label in all_labels().iter().step_by(3) {
                let mut asked = question.clone();
                asked["label"] = label.clone();
                let answer = client.post("/decisions", asked).await.expect(200);
                assert_eq!(
                    answer["decision"]["allow"],
                    holds(&found, label),
                    "{login} {question} {label}: {:#}",
                    answer["decision"]["rule"]
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_up_or_writes_down() {
    let app = App::start().await;
    let director = app.sign_in("director").await;
    let project = json!({ "kind": "channel", "channel_kind": "project", "name": "Проект" });
    let made = director.post("/conversations", project).await.expect(201);
    let open = made["conversation"]["id"].as_str().unwrap().to_owned();
    let mirror = app.mirror();
    for login in sample_ministry::SIGN_INS.iter().map(|known| known.login) {
        let client = app.sign_in(login).await;
        let place = mirror.org.person(client.person_id().parse().unwrap()).unwrap();
        let clearance = mirror.org.clearance(place);
        let policy = app.gate().snapshot();
        for asked in all_labels() {
            let level = asked["level"].as_str().unwrap();
            let categories: Vec<String> = serde_json::from_value(asked["categories"].clone()).unwrap();
            let parsed = policy.labels().parse(level, &categories).unwrap();
            let reads_up = !policies::label::dominates(clearance, parsed);
            let colleagues = client.get("/me/colleagues").await.expect(200);
            let Some(channel) = colleagues["unit"]["channel_id"].as_str() else { continue };
            let sent = say(&client, channel, "x", &asked).await;
            if asked["level"] == "open" {
                continue;
            }
            // A unit's channel is unlabelled: whatever has a label is refused, by the reason that comes first.
            let refused = sent.expect_error(403, "policy_denied");
            let rules: &[&str] = if reads_up { &["D02", "D13"] } else { &["D03", "D13"] };
            assert!(
                rules.contains(&refused["decision"]["rule"].as_str().unwrap()),
                "{login} {asked}: {refused:#}"
            );
        }
    }
    // What is above a reader is not there for them: neither in the list nor by its number.
    say(&director, &open, "для всех", &label("open", &[])).await.expect(201);
    say(&director, &open, "секрет", &label("secret", &[])).await.expect_error(403, "policy_denied");
    assert_eq!(history(&director, &open).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_or_of_another_policy_is_read_by_nobody() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let security = app.sign_in("security").await;
    let group = group(&app, &cleared, &["security"], &label("secret", &["security"])).await;
    say(&cleared, &group, "своей политики", &label("secret", &["security"])).await.expect(201);
    assert_eq!(history(&security, &group).await.len(), 1);
    let database = app.database().await;
    // Another policy's label, an unknown level and an unknown category, each in a message of its own.
    for (number, change) in [
        "label_policy = 'urn:other:labels'",
        "label_level = 8",
        "label_categories = '{gossip}'",
        "label_categories = '{\"\"}'",
    ]
    .iter()
    .enumerate()
    {
        let text = format!("неизвестной {number}");
        let sent = say(&cleared, &group, &text, &label("secret", &[])).await.expect(201);
        let id = sent["message"]["id"].as_str().unwrap();
        database.batch_execute(&format!("update messages set {change} where id = '{id}'")).await.unwrap();
        for client in [&cleared, &security] {
            let seen = history(client, &group).await;
            assert!(seen.iter().all(|(_, body)| *body != text), "{change}: {seen:?}");
        }
    }
    // The same of the conversation itself: to everybody it is not there.
    let other = app.second_node(|_| {}).await;
    database
        .batch_execute(&format!(
            "update conversations set label_policy = 'urn:other:labels' where id = '{group}'"
        ))
        .await
        .unwrap();
    for login in ["cleared", "security"] {
        let client = other.sign_in(login).await;
        client.get(&format!("/conversations/{group}/messages")).await.expect_error(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_of_somebody_hidden_is_that_of_nobody() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let outsider = app.person("outsider");
    officer.get(&format!("/people/{outsider}/labels")).await.expect_error(404, "not_found");
    let nobody = uuid::Uuid::now_v7();
    officer.get(&format!("/people/{nobody}/labels")).await.expect_error(404, "not_found");
    officer.get(&format!("/conversations/{nobody}/labels")).await.expect_error(404, "not_found");
    let own = officer.get(&format!("/people/{}/labels", officer.person_id())).await.expect(200);
    assert_eq!(own["labels"]["levels"], json!([]));
}

//! Looking back: who could read and write at a moment, by what rule, and that every look is on record.

mod activity;
mod changes;
mod decision;
mod places;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use integration_tests::app::App;
use integration_tests::client::Client;
use serde_json::{Value, json};

/// Every entry of the list, over all pages, and the answer's first page.
async fn entries(client: &Client, query: &str) -> (Value, Vec<Value>) {
    let path = format!("/compliance/access?{query}&limit=20");
    let first = client.get(&path).await.expect(200);
    let mut entries = first["access"]["entries"].as_array().unwrap().clone();
    let mut next = first["next"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let page = client.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        assert_eq!(page["access"]["at"], first["access"]["at"], "all pages are of one moment");
        entries.extend(page["access"]["entries"].as_array().unwrap().iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
    }
    (first["access"].clone(), entries)
}

fn of<'a>(entries: &'a [Value], person: &str) -> Option<&'a Value> {
    entries.iter().find(|entry| entry["person"]["id"] == person)
}

/// The database's time, as the API writes times: the histories are dated by it.
async fn database_now(app: &App) -> String {
    let row = app
        .database()
        .await
        .query_one(
            "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
            &[],
        )
        .await
        .unwrap();
    row.get(0)
}

async fn looks(app: &App, actor: &str) -> Vec<Value> {
    let rows = app
        .database()
        .await
        .query(
            "select entry::text from audit_log where kind = 'compliance.access_viewed' and actor_id = $1::text::uuid \
             order by seq",
            &[&actor],
        )
        .await
        .unwrap();
    rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_compliance_officers_look_and_every_look_is_on_record() {
    let app = App::start().await;
    let conversation = app.sign_in("officer").await.direct_with(&app.person("peer")).await;
    let path = format!("/compliance/access?conversation_id={conversation}");
    for login in ["officer", "admin", "hr", "security", "minister"] {
        let client = app.sign_in(login).await;
        client.get(&path).await.expect_error(403, "role_required");
        client.get("/compliance/access").await.expect_error(403, "role_required");
        client.with_token(None).get(&path).await.expect_error(401, "token_missing");
        assert!(looks(&app, client.person_id()).await.is_empty());
    }
    let compliance = app.sign_in("compliance").await;
    let shown = compliance.get(&path).await.expect(200);
    let looked = looks(&app, compliance.person_id()).await;
    assert_eq!(looked.len(), 1);
    assert_eq!(looked[0]["conversation_id"], conversation.as_str());
    assert_eq!(looked[0]["person_id"], Value::Null);
    assert_eq!(looked[0]["at"], shown["access"]["at"]);
    assert_eq!(looked[0]["policy_version"], shown["access"]["policy_version"]);
    assert_eq!(looked[0]["entries"], 2);
    assert_eq!(looked[0]["known_at"], looked[0]["at"]);

    // What was not there is an answer too, and on record.
    let nobody = uuid::Uuid::now_v7();
    compliance.get(&format!("/compliance/access?person_id={nobody}")).await.expect_error(404, "not_found");
    let looked = looks(&app, compliance.person_id()).await;
    assert_eq!((looked.len(), &looked[1]["person_id"]), (2, &json!(nobody)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_entry_in_the_log_a_look_shows_nothing() {
    let app = App::start().await;
    let conversation = app.sign_in("officer").await.direct_with(&app.person("peer")).await;
    let compliance = app.sign_in("compliance").await;
    let refusing = "create function refuse() returns trigger language plpgsql as \
                    $$ begin raise exception 'the disk is full'; end $$; \
                    create trigger refuse before insert on audit_log for each row execute function refuse()";
    app.database().await.batch_execute(refusing).await.unwrap();
    let path = format!("/compliance/access?conversation_id={conversation}");
    let refused = compliance.get(&path).await;
    assert!(refused.status.is_server_error(), "{:#}", refused.body);
    assert!(refused.body["access"].is_null() && !refused.body.to_string().contains(&conversation));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_conversation_is_for_its_two_people_by_name_of_the_rules() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let sent = officer.say(&conversation, "тайное слово яшма").await.expect(201);
    let compliance = app.sign_in("compliance").await;
    let (access, found) = entries(&compliance, &format!("conversation_id={conversation}")).await;
    assert_eq!(access["conversation"]["kind"], "direct");
    assert_eq!(access["conversation"]["label"], json!({ "level": "open", "categories": [] }));
    assert_eq!(access["policy_version"], sent["message"]["policy_version"]);
    assert_eq!(access["org_version"], app.mirror().version());
    let people: BTreeSet<&str> = found.iter().map(|entry| entry["person"]["id"].as_str().unwrap()).collect();
    assert_eq!(people, BTreeSet::from([app.person("officer").as_str(), app.person("peer").as_str()]));
    for entry in &found {
        assert_eq!((&entry["can_read"], &entry["can_write"]), (&json!(true), &json!(true)), "{entry:#}");
        assert_eq!(entry["conversation_id"], conversation.as_str());
        assert_eq!(entry["role"], "member");
        assert!(entry["since"].is_string());
    }
    // The rule that allowed the message is the one that is named.
    assert_eq!(of(&found, &app.person("officer")).unwrap()["write_rule"], sent["message"]["rule"]);
    assert_eq!(of(&found, &app.person("officer")).unwrap()["read_rule"], "A15");
    assert!(!access.to_string().contains("яшма"), "a look shows no message");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_a_move_it_is_as_it_was_before_the_move() {
    let app = App::start_with_own_directory().await;
    let peer_id = app.person("peer");
    let peer = app.sign_in("peer").await;
    let compliance = app.sign_in("compliance").await;
    let unit = peer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let channel = unit["channel_id"].as_str().unwrap().to_owned();
    let old_name = peer.get("/me").await.expect(200)["me"]["display_name"].clone();
    let old_version = app.mirror().version();
    let before = database_now(&app).await;

    app.directory().move_to_unit_of("peer", "acting").await;
    app.directory().replace("peer", "displayName", &["Новое Имя"]).await;
    app.sync().await;

    let of_channel = format!("conversation_id={channel}");
    let (then, found) = entries(&compliance, &format!("{of_channel}&at={before}")).await;
    let entry = of(&found, &peer_id).expect("peer was in the channel of the old unit");
    assert_eq!((&entry["can_read"], &entry["can_write"]), (&json!(true), &json!(true)), "{entry:#}");
    assert_eq!(entry["role"], "member");
    assert_eq!(entry["person"]["display_name"], old_name, "the name of then");
    assert_eq!(then["at"], before.as_str());
    assert!(then["org_version"].as_i64().unwrap() <= old_version);

    let (now, found) = entries(&compliance, &of_channel).await;
    assert!(of(&found, &peer_id).is_none(), "peer is gone from there: {found:#?}");
    assert_eq!(now["org_version"], app.mirror().version());
    assert!(of(&found, &app.person("officer")).is_some());

    // The same seen from the person.
    let reached = |found: &[Value]| -> BTreeSet<String> {
        let readable = found.iter().filter(|entry| entry["can_read"] == true);
        readable.map(|entry| entry["conversation_id"].as_str().unwrap().to_owned()).collect()
    };
    let of_person = format!("person_id={peer_id}");
    let (then, found) = entries(&compliance, &format!("{of_person}&at={before}")).await;
    assert_eq!(then["person"]["display_name"], old_name);
    assert!(reached(&found).contains(&channel));
    let (now, found) = entries(&compliance, &of_person).await;
    assert_eq!(now["person"]["display_name"], "Новое Имя");
    assert!(!reached(&found).contains(&channel));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policy_of_the_moment_decides_and_not_a_later_one() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let compliance = app.sign_in("compliance").await;
    let before = database_now(&app).await;
    let of_conversation = format!("conversation_id={conversation}");
    let (_, was) = entries(&compliance, &of_conversation).await;

    app.forbid_everything().await;

    let (now, found) = entries(&compliance, &of_conversation).await;
    assert_eq!(now["policy_version"], 2);
    assert_eq!(found.len(), 2, "members are named, also where the policy keeps them out");
    for entry in &found {
        assert_eq!((&entry["can_read"], &entry["can_write"]), (&json!(false), &json!(false)), "{entry:#}");
        assert_eq!(entry["read_rule"], "D99");
    }
    let (then, found) = entries(&compliance, &format!("{of_conversation}&at={before}")).await;
    assert_eq!((&then["policy_version"], &found), (&json!(1), &was));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn superiors_who_may_look_in_are_listed_though_they_are_no_members() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let unit = officer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let channel = unit["channel_id"].as_str().unwrap();
    let compliance = app.sign_in("compliance").await;
    let (_, found) = entries(&compliance, &format!("conversation_id={channel}")).await;
    let deputy = of(&found, &app.person("deputy")).expect("the deputy minister is above the unit");
    assert_eq!((&deputy["can_read"], &deputy["read_rule"]), (&json!(true), &json!("A20")), "{deputy:#}");
    assert_eq!((&deputy["role"], &deputy["since"]), (&Value::Null, &Value::Null));
    assert_eq!(deputy["can_write"], false, "{deputy:#}");
    assert!(of(&found, &app.person("outsider")).is_none());
    // For each of them it is what they meet themselves.
    for entry in &found {
        let client = app.sign_in_as(entry["person"]["id"].as_str().unwrap().parse().unwrap()).await;
        let status = client.get(&format!("/conversations/{channel}/messages")).await.status;
        assert_eq!(entry["can_read"], status.is_success(), "{entry:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn now_agrees_with_what_people_are_shown() {
    let app = App::start().await;
    app.sign_in("officer").await.direct_with(&app.person("peer")).await;
    let compliance = app.sign_in("compliance").await;
    for login in ["officer", "peer", "head", "director", "assistant", "contractor", "outsider", "liaison"] {
        let client = app.sign_in(login).await;
        let shown: BTreeMap<String, bool> = client
            .all("/conversations", "conversations")
            .await
            .iter()
            .map(|one| {
                let can_post = one["can"].as_array().unwrap().iter().any(|can| can == "post");
                (one["id"].as_str().unwrap().to_owned(), can_post)
            })
            .collect();
        let hats = client.get("/me").await.expect(200)["me"]["hats"].as_array().unwrap().len();
        let (_, found) = entries(&compliance, &format!("person_id={}", client.person_id())).await;
        let (mine, others): (Vec<&Value>, Vec<&Value>) =
            found.iter().partition(|entry| entry["role"].is_string());
        let readable: BTreeMap<String, &Value> = mine
            .into_iter()
            .filter(|entry| entry["can_read"] == true)
            .map(|entry| (entry["conversation_id"].as_str().unwrap().to_owned(), entry))
            .collect();
        assert!(!shown.is_empty(), "{login} is shown nothing");
        assert_eq!(readable.keys().collect::<Vec<_>>(), shown.keys().collect::<Vec<_>>(), "{login}");
        for (id, can_post) in &shown {
            let entry = readable[id];
            // The list knows one's own hat, an answer to "who could" all of them.
            assert!(entry["can_write"] == *can_post || (hats > 1 && !can_post), "{login}: {entry:#}");
        }
        for entry in others.iter().step_by(7) {
            let id = entry["conversation_id"].as_str().unwrap();
            client.get(&format!("/conversations/{id}")).await.expect(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_makes_no_sense_is_refused_with_its_field() {
    let app = App::start().await;
    let compliance = app.sign_in("compliance").await;
    let person = app.person("officer");
    let other = uuid::Uuid::now_v7();
    let by_person = format!("person_id={person}");
    for (query, code, field) in [
        (String::new(), "missing_field", "conversation_id"),
        (format!("{by_person}&conversation_id={other}"), "invalid_value", "person_id"),
        (format!("{by_person}&at=yesterday"), "invalid_value", "at"),
        (format!("{by_person}&at=2026-02-30T00:00:00Z"), "invalid_value", "at"),
        (format!("{by_person}&at=2999-01-01T00:00:00Z"), "invalid_value", "at"),
        (format!("{by_person}&limit=0"), "invalid_value", "limit"),
        (format!("{by_person}&cursor=x"), "invalid_cursor", "cursor"),
        (format!("{by_person}&who=me"), "unknown_field", "who"),
    ] {
        let refused = compliance.get(&format!("/compliance/access?{query}")).await;
        assert_eq!(refused.expect_error(400, code)["field"], field, "{query}");
    }
    compliance.get("/compliance/access?person_id=me").await.expect_error(400, "invalid_id");
    for id in ["person_id", "conversation_id"] {
        compliance.get(&format!("/compliance/access?{id}={other}")).await.expect_error(404, "not_found");
    }
    // A cursor belongs to its moment.
    let officer = app.sign_in("officer").await;
    let unit = officer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let path = format!("/compliance/access?conversation_id={}&limit=1", unit["channel_id"].as_str().unwrap());
    let page = compliance.get(&path).await.expect(200);
    let cursor = page["next"].as_str().expect("more than one reads the channel of a unit");
    let at = database_now(&app).await;
    let mixed = compliance.get(&format!("{path}&at={at}&cursor={cursor}")).await;
    assert_eq!(mixed.expect_error(400, "invalid_cursor")["field"], "cursor");
    let same = page["access"]["at"].as_str().unwrap();
    compliance.get(&format!("{path}&at={same}&cursor={cursor}")).await.expect(200);
}

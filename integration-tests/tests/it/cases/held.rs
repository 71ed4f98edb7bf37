//! Holds: what they are on stays, from the moment at which they are placed; releasing takes two people and a delay.

use integration_tests::app::connect;
use server::config::{Config, RetainedKind, RetentionRule};

use super::*;

/// Groups are kept for thirty days.
fn thirty_days(settings: &mut Config) {
    let kind = Some(RetainedKind::Group);
    settings.retention.rules = vec![RetentionRule { kind, label: None, days: Some(30), months: None }];
    settings.compliance.hold_release_hours = 48;
}

/// Two groups with an old message each.
async fn ground() -> (App, String, String) {
    let app = App::start_with(thirty_days).await;
    let officer = app.sign_in("officer").await;
    let mut groups = Vec::new();
    for said in ["Первая.", "Вторая."] {
        let group = app.group(&officer, &["peer"]).await;
        officer.say(&group, said).await.expect(201);
        groups.push(group);
    }
    (app, groups.remove(0), groups.remove(0))
}

/// What the conversation says.
async fn said(app: &App, conversation: &str) -> String {
    let sql = "select coalesce(string_agg(body, ' ' order by seq), '') from messages where conversation_id = $1::text::uuid";
    app.database().await.query_one(sql, &[&conversation]).await.unwrap().get(0)
}

fn alone(number: &str, scope: &Value) -> Value {
    json!({ "number": number, "scope": scope, "reason": "Запрос следствия." })
}

async fn place(client: &Client, new: Value) -> String {
    let placed = client.post("/compliance/holds", new).await.expect(201);
    assert_eq!(placed["hold"]["holds"], true);
    placed["hold"]["id"].as_str().unwrap().to_owned()
}

async fn release(client: &Client, hold: &str, step: &str) -> Answer {
    let body = (step == "request").then(|| reason().to_string());
    client.send(reqwest::Method::POST, &format!("/compliance/holds/{hold}/release-{step}"), body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_stays_and_what_is_not_goes() {
    let (app, one, other) = ground().await;
    let officer = app.sign_in("officer").await;
    let third = app.group(&officer, &["head"]).await;
    app.sign_in("head").await.say(&third, "Третья.").await.expect(201);
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    place(&compliance, alone("З-1", &conversations(&[&one]))).await;
    // By the person who was in it, and of a case.
    let case = approved(&app, &compliance, &second, &people(&[&app.person("head")])).await;
    place(&compliance, json!({ "case_id": case, "reason": "Сохранить." })).await;
    act(&compliance, &case, "close").await.expect(200);
    app.advance(31 * DAY);
    app.retain().await;
    assert_eq!(said(&app, &one).await, "Первая.");
    assert_eq!(said(&app, &other).await, "");
    assert_eq!(said(&app, &third).await, "Третья.", "a case that is closed releases no hold");
    let logged = app.audited("messages.erased").await;
    assert_eq!(logged.len(), 1);
    assert_eq!((logged[0]["messages"].as_array().unwrap().len(), &logged[0]["held"]), (1, &json!(2)));
    let preview = app.sign_in("security").await.get("/compliance/retention/preview").await.expect(200);
    assert_eq!((&preview["preview"]["due_count"], &preview["preview"]["held_count"]), (&json!(0), &json!(2)));
}

/// Whoever erases waits for a hold that is being placed, and sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_being_placed_while_messages_are_erased_holds() {
    let (app, one, other) = ground().await;
    let placing = connect(app.database_url()).await;
    let begun = format!(
        "begin;
         insert into scopes (id, period, made_by, made_at) values ('00000000-0000-0000-0000-000000000001', '(,)', '{by}', now());
         insert into scope_entries (scope_id, conversation_id) values ('00000000-0000-0000-0000-000000000001', '{one}');
         update scopes set sealed_at = now();
         insert into holds (id, number, scope_id, reason, placed_by, placed_at)
            values (gen_random_uuid(), 'З-1', '00000000-0000-0000-0000-000000000001', 'Р', '{by}', now())",
        by = app.person("compliance"),
    );
    placing.batch_execute(&begun).await.unwrap();
    app.advance(31 * DAY);
    let committed = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(said(&app, &other).await, "Вторая.", "whoever erases waits");
        placing.batch_execute("commit").await.unwrap();
    };
    tokio::join!(app.retain(), committed);
    assert_eq!((said(&app, &one).await, said(&app, &other).await), ("Первая.".to_owned(), String::new()));
}

/// And whoever places one waits for what is being erased: what is there when it is placed stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_waits_for_what_is_being_erased() {
    let (app, one, other) = ground().await;
    let compliance = app.sign_in("compliance").await;
    let erasing = connect(app.database_url()).await;
    let erased = format!(
        "begin; select count(*) from erase_messages(array['{other}'::uuid], array[1::bigint],
            array[(select created_at from messages where conversation_id = '{other}')], now())"
    );
    erasing.batch_execute(&erased).await.unwrap();
    let both = alone("З-1", &conversations(&[&one, &other]));
    let placing = place(&compliance, both);
    let committed = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let holds: i64 =
            app.database().await.query_one("select count(*) from holds", &[]).await.unwrap().get(0);
        assert_eq!(holds, 0, "it waits");
        erasing.batch_execute("commit").await.unwrap();
    };
    tokio::join!(placing, committed);
    app.advance(31 * DAY);
    app.retain().await;
    assert_eq!((said(&app, &one).await, said(&app, &other).await), ("Первая.".to_owned(), String::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn releasing_takes_two_and_a_delay() {
    let (app, one, _) = ground().await;
    let compliance = app.sign_in("compliance").await;
    let hold = place(&compliance, alone("З-1", &conversations(&[&one]))).await;
    compliance
        .post("/compliance/holds", alone("З-1", &conversations(&[&one])))
        .await
        .expect_error(409, "case_number_taken");
    let (second, security) = (app.sign_in("compliance2").await, app.sign_in("security").await);
    second.get(&format!("/compliance/holds/{hold}")).await.expect_error(404, "not_found");
    release(&second, &hold, "request").await.expect_error(404, "not_found");
    release(&compliance, &hold, "approve").await.expect_error(409, "hold_not_so");
    let asked = release(&compliance, &hold, "request").await.expect(200);
    assert_eq!(asked["hold"]["release"]["not_before"], after(&app, 2 * DAY));
    release(&compliance, &hold, "approve").await.expect_error(403, "decides_oneself");
    release(&compliance, &hold, "request").await.expect_error(409, "hold_not_so");
    // Who may decide sees it now.
    let shown = second.get("/compliance/holds").await.expect(200);
    assert_eq!(shown["holds"][0]["can"], json!(["approve_release", "cancel_release"]));
    let approved = release(&second, &hold, "approve").await.expect(200);
    assert_eq!(approved["hold"]["release"]["released_at"], after(&app, 2 * DAY));
    assert_eq!(approved["hold"]["holds"], true, "it holds until the delay is over");
    // Somebody objects in time.
    release(&security, &hold, "cancel").await.expect(200);
    app.advance(31 * DAY);
    app.retain().await;
    assert_eq!(said(&app, &one).await, "Первая.");

    let (compliance, security) = (app.sign_in("compliance").await, app.sign_in("security").await);
    release(&security, &hold, "request").await.expect(200);
    release(&compliance, &hold, "approve").await.expect(200);
    app.advance(DAY);
    app.retain().await;
    assert_eq!(said(&app, &one).await, "Первая.", "a day is not two");
    app.advance(DAY);
    app.retain().await;
    assert_eq!(said(&app, &one).await, "");
    let security = app.sign_in("security").await;
    release(&security, &hold, "cancel").await.expect_error(409, "hold_not_so");
    let over = security.get(&format!("/compliance/holds/{hold}")).await.expect(200);
    assert_eq!((&over["hold"]["holds"], &over["hold"]["can"]), (&json!(false), &json!([])));
    let kinds = ["hold.placed", "hold.release_asked", "hold.release_approved", "hold.release_cancelled"];
    for (kind, times) in kinds.into_iter().zip([1, 2, 2, 1]) {
        assert_eq!(app.audited(kind).await.len(), times, "{kind}");
    }
}

/// An officer does not learn of a hold on themselves, and a hold names something.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_hidden_from_whom_it_is_on() {
    let (app, ..) = ground().await;
    let compliance = app.sign_in("compliance").await;
    let hold = place(&compliance, alone("З-1", &people(&[&app.person("security")]))).await;
    let (security, other) = (app.sign_in("security").await, app.sign_in("security2").await);
    security.get(&format!("/compliance/holds/{hold}")).await.expect_error(404, "not_found");
    release(&security, &hold, "request").await.expect_error(404, "not_found");
    assert_eq!(security.get("/compliance/holds").await.expect(200)["holds"], json!([]));
    assert_eq!(other.get("/compliance/holds").await.expect(200)["holds"].as_array().unwrap().len(), 1);
    let own = alone("З-2", &people(&[compliance.person_id()]));
    compliance.post("/compliance/holds", own).await.expect_error(403, "decides_oneself");
    for (new, code, field) in [
        (json!({ "reason": "Р" }), "missing_field", "number"),
        (json!({ "reason": "Р", "number": "З-3" }), "missing_field", "scope"),
        (json!({ "reason": "Р", "number": "З-3", "scope": {} }), "invalid_value", "scope"),
        (
            json!({ "reason": "Р", "number": "З-3", "case_id": uuid::Uuid::now_v7() }),
            "invalid_value",
            "number",
        ),
    ] {
        let refused = compliance.post("/compliance/holds", new).await.expect_error(400, code);
        assert_eq!(refused["field"], field);
    }
    for client in [&compliance, &security] {
        let guessed = uuid::Uuid::now_v7().to_string();
        for step in ["request", "approve", "cancel"] {
            release(client, &guessed, step).await.expect_error(404, "not_found");
        }
        client
            .post("/compliance/holds", json!({ "case_id": guessed, "reason": "Р" }))
            .await
            .expect_error(404, "not_found");
    }
}

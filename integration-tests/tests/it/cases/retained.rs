//! What is erased: by kind and label and month, with its number and its entry in the log left.

use server::config::{Config, RetainedKind, RetentionRule};

use super::*;

fn rule(kind: Option<RetainedKind>, label: Option<&str>, days: u32) -> RetentionRule {
    RetentionRule { kind, label: label.map(str::to_owned), days: Some(days), months: None }
}

async fn history(client: &Client, conversation: &str) -> Vec<Value> {
    let page = client.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    page["messages"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_message_keeps_its_number_and_its_leaf_and_says_nothing() {
    let rules = |settings: &mut Config| {
        settings.retention.rules = vec![
            rule(Some(RetainedKind::Direct), Some("official"), 400),
            rule(Some(RetainedKind::Direct), None, 30),
        ];
    };
    let app = App::start_with(rules).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    let said = officer.say(&pair, "Слово аметист.").await.expect(201)["message"].clone();
    let path = format!("/conversations/{pair}/messages");
    let answer = json!({ "client_id": "r", "body": "Ответ.", "reply_to": said["id"] });
    officer.post(&path, answer).await.expect(201);
    let official =
        json!({ "client_id": "o", "body": "Служебное.", "label": { "level": "official", "categories": [] } });
    let is_labelled = officer.post(&path, official).await.status.is_success();
    let group = app.group(&officer, &["peer"]).await;
    officer.say(&group, "В группе.").await.expect(201);
    let leaf = "select entry->>'body_sha256' from audit_log where kind = 'message.sent' and entry->>'seq' = '1' \
                and entry->>'conversation_id' = $1";
    let hash: String = app.database().await.query_one(leaf, &[&pair]).await.unwrap().get(0);

    app.advance(31 * DAY);
    let security = app.sign_in("security").await;
    let preview = security.get("/compliance/retention/preview").await.expect(200)["preview"].clone();
    assert_eq!((&preview["due_count"], &preview["held_count"]), (&json!(2), &json!(0)), "{preview:#}");
    assert_eq!(preview["entries"][0]["term"], "direct: 30 days");
    assert_eq!(
        (&preview["entries"][0]["kind"], &preview["entries"][0]["label"]),
        (&json!("direct"), &json!("open"))
    );
    app.retain().await;

    let officer = app.sign_in("officer").await;
    officer.say(&pair, "Новое.").await.expect(201);
    let shown = history(&officer, &pair).await;
    let bodies: Vec<_> = shown.iter().map(|one| one["body"].as_str().unwrap()).collect();
    let expected: &[&str] =
        if is_labelled { &["", "", "Служебное.", "Новое."] } else { &["", "", "Новое."] };
    assert_eq!(bodies, expected);
    let numbers: Vec<_> = shown.iter().map(|one| one["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=expected.len() as u64).collect::<Vec<_>>(), "no number is missing");
    assert!(shown[0]["erased_at"].is_string() && shown.last().unwrap()["erased_at"].is_null());
    assert_eq!(shown[1]["reply_to"], said["id"]);
    assert_eq!(history(&officer, &group).await[0]["body"], "В группе.", "no rule is for groups");
    let kept: String = app.database().await.query_one(leaf, &[&pair]).await.unwrap().get(0);
    assert_eq!(kept, hash);
    let logged = app.audited("messages.erased").await;
    let ids: Vec<_> =
        logged[0]["messages"].as_array().unwrap().iter().map(|one| one["message_id"].clone()).collect();
    assert_eq!(ids, [shown[0]["id"].clone(), shown[1]["id"].clone()]);
    assert_eq!(
        (&logged[0]["reason"], &logged[0]["messages"][0]["rule"]),
        (&json!("retention"), &json!("direct: 30 days"))
    );
    // Nothing is left of it where one would search.
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&pair])).await;
    assert!(found(&compliance, &case, "query=аметист").await.is_empty());
    let words = "select count(*) from message_words where words @@ to_tsquery('russian', 'аметист')";
    let left: i64 = app.database().await.query_one(words, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
    // A day later there is nothing more to do, and a repeated send is known.
    app.advance(DAY);
    app.retain().await;
    assert_eq!(app.audited("messages.erased").await.len(), 1);
}

/// Where there is a rule for everything, a month goes as a whole; one that something is held of, message by message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_goes_as_a_whole_unless_something_of_it_is_held() {
    let app = App::start_with(|settings| settings.retention.rules = vec![rule(None, None, 40)]).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    let group = app.group(&officer, &["head"]).await;
    // Months after the current one have partitions, too.
    let first = app.moment().now;
    app.advance(35 * DAY);
    let officer = app.sign_in("officer").await;
    officer.say(&pair, "Держим.").await.expect(201);
    officer.say(&group, "Не держим.").await.expect(201);
    app.advance(35 * DAY);
    let officer = app.sign_in("officer").await;
    officer.say(&pair, "Через месяц.").await.expect(201);
    let compliance = app.sign_in("compliance").await;
    let mut scope = conversations(&[&pair]);
    scope["until"] = json!(after(&app, Duration::ZERO));
    let hold = json!({ "number": "З-1", "scope": scope, "reason": "Запрос." });
    compliance.post("/compliance/holds", hold).await.expect(201);
    let months = async || {
        let sql = "select coalesce(string_agg(name, ' ' order by name), '') from message_months() where month < $1::text::date";
        let now = chrono::DateTime::from_timestamp_micros(app.moment().now).unwrap().date_naive().to_string();
        app.database().await.query_one(sql, &[&now]).await.unwrap().get::<_, String>(0)
    };
    app.advance(90 * DAY);
    let before = months().await;
    app.retain().await;
    let month_of = |at: i64| {
        format!("messages_{}", chrono::DateTime::from_timestamp_micros(at).unwrap().format("%Y_%m"))
    };
    let stays = month_of(first + 35 * 24 * 3_600_000_000);
    let gone = month_of(first + 70 * 24 * 3_600_000_000);
    assert!(before.contains(&stays) && before.contains(&gone), "{before}");
    let left = months().await;
    assert!(left.contains(&stays), "a month of which something is held stays: {left}");
    assert!(!left.contains(&gone), "one of which nothing is goes: {left}");
    let sql = "select string_agg(body, ',' order by body) from messages where created_at > to_timestamp($1::float8)";
    let said: String = app.database().await.query_one(sql, &[&0.0_f64]).await.unwrap().get(0);
    assert_eq!(said, ",Держим.");
    let logged = app.audited("messages.month_erased").await;
    assert!(
        logged.iter().any(|entry| entry["table"] == gone.as_str() && entry["messages"] == 1),
        "{logged:#?}"
    );
    let erased = app.audited("messages.erased").await;
    assert_eq!(erased[0]["messages"].as_array().unwrap().len(), 1);
    // Numbers go on after what is gone.
    let officer = app.sign_in("officer").await;
    let next = officer.say(&pair, "Дальше.").await.expect(201);
    assert_eq!(next["message"]["seq"], 3);
}

/// A rule that names no label of the policy erases nothing, and none of the others does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_is_not_understood_erases_nothing() {
    let rules = |settings: &mut Config| {
        settings.retention.rules = vec![rule(None, Some("cosmic"), 1), rule(None, None, 1)];
    };
    let app = App::start_with(rules).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    officer.say(&pair, "Остаётся.").await.expect(201);
    app.advance(3 * DAY);
    let security = app.sign_in("security").await;
    security.get("/compliance/retention/preview").await.expect_error(409, "retention_unknown_label");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(history(&app.sign_in("officer").await, &pair).await[0]["body"], "Остаётся.");
}

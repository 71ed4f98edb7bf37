//! Looking back: what was granted then counted then, whatever has become of it.

use super::*;

async fn database_now(app: &App) -> String {
    let sql = "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    app.database().await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_could_write_then_is_told_with_the_exceptions_of_then() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let compliance = app.sign_in("compliance").await;
    let target = app.person("minister");
    let request = asked(&officer, &target).await;
    let body = json!({ "until": after(&app, Duration::from_hours(24)), "reason": "На сутки." });
    let path = format!("/exceptions/requests/{request}/grant");
    let granted = head.post(&path, body).await.expect(200)["request"]["exception"].clone();
    until_allowed(&officer, &target, true).await;
    let conversation = officer.direct_with(&target).await;
    let during = database_now(&app).await;
    // The clock of the server stands; what is ended now is ended at a moment that the database has left behind.
    app.advance(Duration::from_secs(5));
    revoke(&head, granted["id"].as_str().unwrap()).await.expect(200);
    until_allowed(&officer, &target, false).await;

    let at = |at: Option<&str>| {
        let at = at.map_or(String::new(), |at| format!("&at={at}"));
        format!("/compliance/access?conversation_id={conversation}{at}")
    };
    let of_officer = |answer: &Value| {
        let entries = answer["access"]["entries"].as_array().unwrap();
        entries.iter().find(|entry| entry["person"]["id"] == officer.person_id()).unwrap().clone()
    };
    let then = of_officer(&compliance.get(&at(Some(&during))).await.expect(200));
    assert_eq!((&then["can_write"], &then["write_rule"]), (&json!(true), &json!("A13")), "{then:#}");
    app.advance(Duration::from_secs(1));
    let now = of_officer(&compliance.get(&at(None)).await.expect(200));
    assert_eq!(now["can_write"], false, "{now:#}");
}

//! What of the configuration decides is on record since it was first so, and the past is decided by what held then.

use integration_tests::app::App;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crisis_is_one_only_while_it_was_one() {
    let app = App::start().await;
    let (officer, peer) = (app.person("officer"), app.person("peer"));
    let question = format!("/compliance/decision?person_id={officer}&to_person_id={peer}&action=dm.start");
    let conditions = async |app: &App, at: Option<&str>| -> Value {
        let at = at.map_or(String::new(), |at| format!("&at={at}"));
        let compliance = app.sign_in("compliance").await;
        compliance.get(&format!("{question}{at}")).await.expect(200)["decision"]["conditions"].clone()
    };
    let database = app.database().await;
    let now = "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let calm: String = database.query_one(now, &[]).await.unwrap().get(0);
    // The office is always open there, so that the day of the test does not matter.
    let second = app
        .second_node(|config| {
            config.policy.crisis = true;
            config.office.opens = "00:00:00".parse().unwrap();
            config.office.closes = "23:59:59.999999".parse().unwrap();
        })
        .await;
    let crisis: String = database.query_one(now, &[]).await.unwrap().get(0);
    for node in [&app, &second] {
        let then = conditions(node, Some(&calm)).await;
        assert_eq!((&then["crisis"], &then["recorded"]), (&json!(false), &json!(true)));
        let then = conditions(node, Some(&crisis)).await;
        assert_eq!((&then["crisis"], &then["recorded"]), (&json!(true), &json!(true)));
    }
    let sql = "select entry->>'crisis' from audit_log where kind = 'settings.noted' order by seq";
    let noted = database.query(sql, &[]).await.unwrap();
    let noted: Vec<String> = noted.iter().map(|row| row.get(0)).collect();
    assert_eq!(noted, ["false", "true"]);
}

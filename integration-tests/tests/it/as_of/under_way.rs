//! A long transaction: until it ends, the old decides, although what it writes carries the time at which it began.

use integration_tests::app::App;
use serde_json::json;

async fn now(client: &tokio_postgres::Client) -> String {
    let sql = "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_run_writes_decides_from_its_end_on() {
    let app = App::start().await;
    let (officer, peer) = (app.person("officer"), app.person("peer"));
    let compliance = app.sign_in("compliance").await;
    let run = app.database().await;
    let before = app.mirror().version();
    run.batch_execute("begin").await.unwrap();
    run.execute("update people set status = 'disabled' where id = $1::text::uuid", &[&peer]).await.unwrap();
    let during = now(&app.database().await).await;
    let live = app.sign_in("officer").await;
    let asked = json!({ "action": "dm.start", "person_id": peer });
    let said = live.post("/decisions", asked).await.expect(200)["decision"].clone();
    assert_eq!(said["allow"], true);
    run.batch_execute(
        "update org_state set version = version + 1;
         insert into org_changes (version, kind, id) select version, 'person', p.id from org_state, people p where login = 'peer';
         select pg_notify('org_changed', version::text) from org_state; commit",
    )
    .await
    .unwrap();
    let after = now(&run).await;
    let question = format!("/compliance/decision?person_id={officer}&to_person_id={peer}&action=dm.start");
    let of_then =
        async |at: &str| compliance.get(&format!("{question}&at={at}")).await.expect(200)["decision"].clone();
    let then = of_then(&during).await;
    assert_eq!((&then["allow"], &then["rule"]), (&json!(true), &said["rule"]), "{then:#}");
    assert_eq!((&then["org_version"], &then["to_person"]["status"]), (&json!(before), &json!("active")));
    let later = of_then(&after).await;
    assert_eq!((&later["allow"], &later["rule"]), (&json!(false), &json!("missing.target")), "{later:#}");
    assert_eq!(later["org_version"], before + 1);
}

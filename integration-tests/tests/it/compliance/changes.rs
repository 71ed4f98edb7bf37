//! What changed between two moments: who gained or lost what, and what made it so.

use super::*;

fn entry<'a>(changes: &'a Value, person: &str) -> Option<&'a Value> {
    changes["entries"].as_array().unwrap().iter().find(|entry| entry["person_id"] == person)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_tells_who_lost_what_and_why() {
    let app = App::start_with_own_directory().await;
    let peer = app.person("peer");
    let compliance = app.sign_in("compliance").await;
    let unit = app.sign_in("peer").await.get("/me/colleagues").await.expect(200)["unit"].clone();
    let channel = unit["channel_id"].as_str().unwrap().to_owned();
    let from = database_now(&app).await;
    app.directory().move_to_unit_of("peer", "acting").await;
    app.sync().await;
    let until = database_now(&app).await;
    let path = format!("/compliance/changes?conversation_id={channel}&from={from}&until={until}");
    for login in ["officer", "admin", "hr", "security"] {
        app.sign_in(login).await.get(&path).await.expect_error(403, "role_required");
    }
    let changes = compliance.get(&path).await.expect(200)["changes"].clone();
    let lost = entry(&changes, &peer).unwrap_or_else(|| panic!("{changes:#}"));
    assert_eq!((&lost["lost"], &lost["gained"]), (&json!(["read", "write"]), &json!([])), "{lost:#}");
    assert_eq!((&lost["before"]["can_read"], &lost["before"]["role"]), (&json!(true), &json!("member")));
    assert_eq!(lost["after"], Value::Null);
    let of: Vec<&str> =
        lost["causes"].as_array().unwrap().iter().map(|cause| cause["of"].as_str().unwrap()).collect();
    assert!(of.contains(&"posts") && of.contains(&"members"), "{lost:#}");
    for cause in lost["causes"].as_array().unwrap() {
        assert_eq!(cause["org_version"], changes["after"]["org_version"], "{cause:#}");
        assert_eq!(cause["audit_kind"], "directory.person_changed", "{cause:#}");
    }
    assert_eq!(changes["before"]["policy_version"], changes["after"]["policy_version"]);
    assert!(entry(&changes, &app.person("officer")).is_none(), "nothing changed for the others");

    // Seen from the person: what they reach now and what no more.
    let path = format!("/compliance/changes?person_id={peer}&from={from}&until={until}");
    let changes = compliance.get(&path).await.expect(200)["changes"].clone();
    let entries = changes["entries"].as_array().unwrap();
    let with = |what: &str| {
        entries.iter().filter(|entry| entry[what].as_array().unwrap().contains(&json!("read"))).count()
    };
    assert!(with("gained") >= 1 && with("lost") >= 1, "{changes:#}");
    let sql = "select count(*) from audit_log where kind = 'compliance.changes_viewed'";
    let looks: i64 = app.database().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(looks, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_and_a_label_that_changed_are_told_for_all() {
    let app = App::start().await;
    let head = app.sign_in("head").await;
    let compliance = app.sign_in("compliance").await;
    let body = json!({ "kind": "group", "name": "Группа", "person_ids": [app.person("director"), app.person("peer")] });
    let made = head.post("/conversations", body).await.expect(201)["conversation"].clone();
    let group = made["id"].as_str().unwrap().to_owned();
    let from = database_now(&app).await;
    let raise = json!({ "level": "confidential", "categories": [], "reason": "Сведения." });
    head.post(&format!("/conversations/{group}/label"), raise).await.expect(200);
    let labelled = database_now(&app).await;
    let path = |from: &str, until: &str| {
        format!("/compliance/changes?conversation_id={group}&from={from}&until={until}")
    };
    let changes = compliance.get(&path(&from, &labelled)).await.expect(200)["changes"].clone();
    let of = |changes: &Value| -> Vec<String> {
        let common = changes["common"].as_array().unwrap().iter();
        common.map(|cause| cause["of"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of(&changes), ["conversations"], "{changes:#}");
    assert_eq!(changes["common"][0]["after"]["label_level"], 2);
    assert_eq!(entry(&changes, &app.person("peer")).unwrap()["lost"], json!(["read", "write"]));
    assert!(entry(&changes, &app.person("director")).is_none());

    app.forbid_everything().await;
    let until = database_now(&app).await;
    let changes = compliance.get(&path(&labelled, &until)).await.expect(200)["changes"].clone();
    assert!(of(&changes).contains(&"policy_activations".to_owned()), "{changes:#}");
    assert_eq!(
        (&changes["before"]["policy_version"], &changes["after"]["policy_version"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(entry(&changes, &app.person("director")).unwrap()["lost"], json!(["read", "write"]));
    // Before there was the group, nobody had anything.
    let first = "2026-01-01T00:00:00Z";
    let changes = compliance.get(&path(first, &from)).await.expect(200)["changes"].clone();
    assert_eq!(changes["before"], Value::Null);
    assert_eq!(entry(&changes, &app.person("peer")).unwrap()["gained"], json!(["read", "write"]));
}

//! Could A write to B then: with the rule, its sentence, and the versions.

use super::*;

async fn viewed(app: &App, kind: &str) -> Vec<Value> {
    let sql = "select entry::text from audit_log where kind = $1 order by seq";
    let rows = app.database().await.query(sql, &[&kind]).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_names_its_rule_in_words_and_is_on_record() {
    let app = App::start().await;
    let (officer, minister) = (app.person("officer"), app.person("minister"));
    let compliance = app.sign_in("compliance").await;
    let path = format!("/compliance/decision?person_id={officer}&action=dm.start&to_person_id={minister}");
    for login in ["officer", "admin", "hr", "security"] {
        app.sign_in(login).await.get(&path).await.expect_error(403, "role_required");
    }
    assert!(viewed(&app, "compliance.decision_viewed").await.is_empty());
    let live = app.sign_in("officer").await;
    let said =
        live.post("/decisions", json!({ "action": "dm.start", "person_id": minister })).await.expect(200);
    let shown = compliance.get(&path).await.expect(200)["decision"].clone();
    for field in ["allow", "rule", "policy_version", "message_ru", "message_en"] {
        assert_eq!(shown[field], said["decision"][field], "{field}: {shown:#}");
    }
    assert_eq!((&shown["hat"], &shown["known"]), (&json!("own"), &json!(true)));
    assert_eq!(shown["label"], json!({ "level": "open", "categories": [] }));
    assert_eq!(shown["org_version"], app.mirror().version());
    assert_eq!(shown["message"], shown["message_ru"]);
    let looked = viewed(&app, "compliance.decision_viewed").await;
    assert_eq!(looked.len(), 1);
    assert_eq!((&looked[0]["asked"]["to_person_id"], &looked[0]["rule"]), (&json!(minister), &shown["rule"]));
    // What was not there is an answer too, and on record.
    let nobody = uuid::Uuid::now_v7();
    let path = format!("/compliance/decision?person_id={nobody}&action=dm.start&to_person_id={minister}");
    compliance.get(&path).await.expect_error(404, "not_found");
    assert_eq!(viewed(&app, "compliance.decision_viewed").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_is_told_of_the_wall_that_nobody_else_is_told_of() {
    let app = App::start().await;
    let (auditor, buyer) = app.walled_logins();
    let (one, other) = (app.person(&auditor), app.person(&buyer));
    let live = app.sign_in(&auditor).await;
    live.post("/decisions", json!({ "action": "dm.start", "person_id": other }))
        .await
        .expect_error(404, "not_found");
    let compliance = app.sign_in("compliance").await;
    let path = format!("/compliance/decision?person_id={one}&action=dm.start&to_person_id={other}");
    let shown = compliance.get(&path).await.expect(200)["decision"].clone();
    assert_eq!(
        (&shown["allow"], &shown["known"], &shown["rule"]),
        (&json!(false), &json!(false), &json!("D01"))
    );
    assert!(shown["message_en"].as_str().unwrap().contains("security office"), "{shown:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_makes_no_sense_names_its_field() {
    let app = App::start().await;
    let compliance = app.sign_in("compliance").await;
    let (one, other) = (app.person("officer"), app.person("peer"));
    let conversation = app.sign_in("officer").await.direct_with(&other).await;
    let base = format!("person_id={one}");
    for (query, code, field) in [
        (format!("{base}&action=dm.start"), "missing_field", "to_person_id"),
        (format!("{base}&action=fly&to_person_id={other}"), "invalid_value", "action"),
        (format!("{base}&action=ch.post&to_person_id={other}"), "missing_field", "conversation_id"),
        (
            format!("{base}&action=dm.start&conversation_id={conversation}"),
            "invalid_value",
            "conversation_id",
        ),
        (format!("{base}&action=dm.start&to_person_id={other}&hat=none"), "invalid_value", "hat"),
        (format!("{base}&action=dm.start&to_person_id={other}&label=loud"), "unknown_label", "label"),
        (format!("{base}&action=dm.start&to_person_id={other}&label=secret:"), "unknown_label", "label"),
        (
            format!("{base}&action=dm.start&to_person_id={other}&at=2999-01-01T00:00:00Z"),
            "invalid_value",
            "at",
        ),
        (format!("{base}&action=dm.start&to_person_id={other}&known_at=x"), "invalid_value", "known_at"),
        (format!("{base}&action=dm.start&to_person_id={other}&who=me"), "unknown_field", "who"),
    ] {
        let refused = compliance.get(&format!("/compliance/decision?{query}")).await;
        assert_eq!(refused.expect_error(400, code)["field"], field, "{query}");
    }
    // In the direct conversation of the two, and under a label that the officer is not cleared for.
    let path = format!("/compliance/decision?{base}&action=dm.send&to_person_id={other}&label=secret:budget");
    let shown = compliance.get(&path).await.expect(200)["decision"].clone();
    assert_eq!(
        (&shown["conversation"]["id"], &shown["rule"]),
        (&json!(conversation), &json!("D02")),
        "{shown:#}"
    );
    assert_eq!(shown["label"], json!({ "level": "secret", "categories": ["budget"] }));
}

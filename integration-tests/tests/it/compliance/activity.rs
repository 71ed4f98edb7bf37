//! Who actually did what: without a word of what was said.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_told_by_author_rule_and_number_and_without_bodies() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let compliance = app.sign_in("compliance").await;
    let before = database_now(&app).await;
    app.set_clock(before.parse().unwrap());
    let body = json!({ "kind": "group", "name": "Группа", "person_ids": [app.person("officer"), app.person("peer")] });
    let made = head.post("/conversations", body).await.expect(201)["conversation"].clone();
    let group = made["id"].as_str().unwrap().to_owned();
    let sent = officer.say(&group, "тайное слово агат").await.expect(201)["message"].clone();
    // Under a label that the group may not hold.
    let labelled =
        json!({ "client_id": "x", "body": "тоже агат", "label": { "level": "secret", "categories": [] } });
    officer
        .post(&format!("/conversations/{group}/messages"), labelled)
        .await
        .expect_error(403, "policy_denied");
    head.delete(&format!("/conversations/{group}/members/{}", app.person("peer"))).await;
    app.advance(std::time::Duration::from_secs(1));

    let path = format!("/compliance/activity?conversation_id={group}&from={before}");
    for login in ["officer", "head", "admin", "hr", "security"] {
        app.sign_in(login).await.get(&path).await.expect_error(403, "role_required");
    }
    let mut deeds = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = compliance.get(&format!("{path}&limit=2{cursor}")).await.expect(200);
        deeds.extend(page["activity"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(!json!(deeds).to_string().contains("агат"), "nothing that was said is shown");
    let of = |what: &str| -> Vec<&Value> { deeds.iter().filter(|deed| deed["what"] == what).collect() };
    let [message] = of("message.sent")[..] else { panic!("{deeds:#?}") };
    assert_eq!((&message["seq"], &message["rule"]), (&sent["seq"], &sent["rule"]));
    assert_eq!((&message["person"]["id"], &message["hat"]), (&json!(app.person("officer")), &json!("own")));
    assert_eq!(message["org_version"], app.mirror().version());
    let [denial] = of("action.denied")[..] else { panic!("{deeds:#?}") };
    assert_eq!((&denial["action"], &denial["rule"]), (&json!("ch.post"), &json!("D02")));
    let joined = of("member.joined");
    assert_eq!(joined.len(), 3, "{joined:#?}");
    for member in joined {
        assert_eq!(member["actor"]["id"], app.person("head"), "{member:#}");
        assert!(member["audit_seq"].is_i64());
    }
    let [left] = of("member.left")[..] else { panic!("{deeds:#?}") };
    assert_eq!(
        (&left["person"]["id"], &left["actor"]["id"]),
        (&json!(app.person("peer")), &json!(app.person("head")))
    );
    let order: Vec<&str> = deeds.iter().map(|deed| deed["at"].as_str().unwrap()).collect();
    assert!(order.is_sorted());

    // The same of a person, anywhere.
    let of_person = format!("/compliance/activity?person_id={}&from={before}", app.person("officer"));
    let own = compliance.get(&of_person).await.expect(200)["activity"].clone();
    let own: BTreeSet<&str> =
        own.as_array().unwrap().iter().map(|deed| deed["what"].as_str().unwrap()).collect();
    assert_eq!(own, BTreeSet::from(["message.sent", "action.denied", "member.joined"]));
    let sql = "select count(*) from audit_log where kind = 'compliance.activity_viewed'";
    let looks: i64 = app.database().await.query_one(sql, &[]).await.unwrap().get(0);
    assert!(looks >= 4);

    for (query, code, field) in [
        (format!("conversation_id={group}"), "missing_field", "from"),
        (format!("from={before}"), "missing_field", "conversation_id"),
        (format!("conversation_id={group}&person_id={group}&from={before}"), "invalid_value", "person_id"),
        (format!("conversation_id={group}&from={before}&until={before}"), "invalid_value", "from"),
        (
            format!("conversation_id={group}&from={before}&until=2999-01-01T00:00:00Z"),
            "invalid_value",
            "until",
        ),
        (format!("conversation_id={group}&from={before}&cursor=x"), "invalid_cursor", "cursor"),
    ] {
        let refused = compliance.get(&format!("/compliance/activity?{query}")).await;
        assert_eq!(refused.expect_error(400, code)["field"], field, "{query}");
    }
}

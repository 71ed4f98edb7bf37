//! Two officers, two keys: who signs what, and what a signature is worth.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sign_and_nobody_signs_alone() {
    let app = App::start().await;
    let author = Officer::new(&app, "admin", "security").await;
    let approver = Officer::new(&app, "security", "admin").await;
    let number = draft(&author.client).await;
    let path = format!("/policy/versions/{number}/signatures");

    // Before its author nobody signs, and nothing that is not signed comes into force.
    author.activate(number, everywhere()).await.expect_error(409, "policy_not_approved");
    let nothing = approver.client.get(&format!("/policy/versions/{number}")).await.expect(200);
    assert_eq!(nothing["to_sign"], Value::Null);
    let signature = author.signature(number).await;
    let early = json!({ "key_id": approver.key_id, "signature": signature["signature"] });
    approver.client.post(&path, early).await.expect_error(409, "policy_not_signed_by_author");

    // Somebody else's key, another text, no signature at all.
    let foreign = json!({ "key_id": approver.key_id, "signature": signature["signature"] });
    author.client.post(&path, foreign).await.expect_error(403, "key_not_yours");
    let other =
        json!({ "key_id": author.key_id, "signature": STANDARD.encode(author.key.sign_text("other")) });
    author.client.post(&path, other).await.expect_error(400, "signature_wrong");
    let none = json!({ "key_id": author.key_id, "signature": "" });
    author.client.post(&path, none).await.expect_error(400, "signature_wrong");

    author.client.post(&path, signature.clone()).await.expect(204);
    author.client.post(&path, signature).await.expect_error(403, "policy_own");
    author.activate(number, everywhere()).await.expect_error(409, "policy_not_approved");
    approver.sign(number).await;
    let again = Officer::new(&app, "security2", "admin").await;
    let late = json!({ "key_id": again.key_id, "signature": STANDARD.encode(again.key.sign_text("late")) });
    again.client.post(&path, late).await.expect_error(409, "policy_signed_already");
    built(&app, &author.client, number).await;
    author.activate(number, everywhere()).await.expect(200);

    // What was written from the version before would take back what this one brought.
    let stale = json!({ "base": 1, "note": "Опыт.", "rules": narrower(&author.client).await });
    author.client.post("/policy/versions", stale).await.expect_error(409, "policy_base_moved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_binds_everyone_needs_the_security_office() {
    let app = App::start().await;
    let admin = Officer::new(&app, "admin", "security").await;
    let rules = admin.client.get("/policy/versions/1").await.expect(200);
    let wall = json!({ "between": ["audit", "procurement"], "state": "open", "why": "Проверка закончена." });
    assert_eq!(rules["walls"][0]["state"], "closed");
    let body = json!({ "base": 1, "note": "Барьер открыт.", "walls": [wall] });
    let answer = admin.client.post("/policy/versions", body).await.expect(201);
    assert_eq!(
        (&answer["version"]["needs_security"], &answer["walls"][0]["state"]),
        (&json!(true), &json!("open"))
    );
    let number = answer["version"]["number"].as_i64().unwrap();
    admin.sign(number).await;

    // No other administrator could approve it: the database says so, too.
    let database = app.database().await;
    let sql = "insert into policy_signatures (number, role, person_id, duty, key_id, signature, signed_at)
               select $1, 'approver', $2::text::uuid, 'admin', $3::text::uuid, signature, now()
               from policy_signatures where number = $1";
    let values = (app.person("hr"), &admin.key_id);
    database.query(sql, &[&number, &values.0, values.1]).await.unwrap();
    admin.activate(number, everywhere()).await.expect_error(409, "policy_not_approved");
    database.query("delete from policy_signatures where role = 'approver'", &[]).await.unwrap();

    let security = Officer::new(&app, "security", "admin").await;
    security.sign(number).await;
    built(&app, &admin.client, number).await;

    // Walls are everybody's: not in the shadow, not in one agency, but everywhere at once.
    let shadow = json!({ "mode": "shadow", "reason": "На пробу." });
    security.activate(number, shadow).await.expect_error(409, "policy_other_ground");
    let (auditor, buyer) = app.walled_logins();
    let auditor = app.sign_in(&auditor).await;
    auditor.get(&format!("/people/{}", app.person(&buyer))).await.expect_error(404, "not_found");
    security.activate(number, everywhere()).await.expect(200);
    auditor.get(&format!("/people/{}", app.person(&buyer))).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_confirmed_by_another_and_ends_at_once() {
    let app = App::start().await;
    let author = Officer::new(&app, "admin", "security").await;
    let security = app.sign_in("security").await;
    let key = OfficersKey::from_pem(&OfficersKey::generate().unwrap()).unwrap();
    let body = json!({ "name": "Ноутбук", "public_key": STANDARD.encode(key.public_key()) });
    let kept = security.post("/policy/keys", body.clone()).await.expect(201)["key"].clone();
    let id = kept["id"].as_str().unwrap();
    author.client.post("/policy/keys", body).await.expect_error(409, "key_exists");
    security.post(&format!("/policy/keys/{id}/confirm"), json!({})).await.expect_error(403, "key_own");
    for bad in ["", "AAAA", "не base64"] {
        let body = json!({ "name": "Ноутбук", "public_key": bad });
        security.post("/policy/keys", body).await.expect_error(400, "invalid_value");
    }

    let number = draft(&author.client).await;
    author.sign(number).await;
    let unconfirmed = Officer { client: security, key, key_id: id.to_owned() };
    let path = format!("/policy/versions/{number}/signatures");
    let signature = unconfirmed.signature(number).await;
    unconfirmed.client.post(&path, signature.clone()).await.expect_error(409, "key_not_confirmed");
    author.client.post(&format!("/policy/keys/{id}/confirm"), json!({})).await.expect(204);
    author.client.post(&format!("/policy/keys/{id}/revoke"), json!({})).await.expect(204);
    unconfirmed.client.post(&path, signature).await.expect_error(409, "key_not_confirmed");
    author
        .client
        .post(&format!("/policy/keys/{id}/revoke"), json!({}))
        .await
        .expect_error(409, "key_settled");

    let back = json!({ "reason": "Передумали." });
    author.client.post(&format!("/policy/versions/{number}/withdraw"), back.clone()).await.expect(204);
    author
        .client
        .post(&format!("/policy/versions/{number}/withdraw"), back)
        .await
        .expect_error(409, "policy_in_force");
}

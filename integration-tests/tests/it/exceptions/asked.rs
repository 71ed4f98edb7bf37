//! Who may ask, of whom, and what asking tells nobody.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_whom_to_ask_and_the_request_goes_there() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let minister = app.person("minister");
    let refused = decision(&officer, &minister).await;
    assert_eq!((&refused["rule"], &refused["allow"]), (&json!("D05"), &json!(false)));
    assert_eq!(refused["exception"], json!({ "approver": "superior", "longest_days": 90 }));
    // So does the refusal itself, and the card.
    let started = officer.post("/conversations", json!({ "kind": "direct", "person_ids": [minister] })).await;
    let started = started.expect_error(403, "policy_denied");
    assert_eq!(started["decision"]["exception"], refused["exception"]);
    let card = officer.get(&format!("/people/{minister}")).await.expect(200)["person"].clone();
    assert_eq!(card["decision"]["exception"], refused["exception"]);
    let contractor = app.sign_in("contractor").await;
    let of_contractor = decision(&contractor, &minister).await;
    assert_eq!(
        of_contractor["exception"]["approver"], "security",
        "D05 and D06 forbid it: {of_contractor:#}"
    );

    let mut socket = head.socket().await;
    let request = asked(&officer, &minister).await;
    assert_eq!(news(&mut socket).await["request_id"], request.as_str(), "the superior is told at once");
    let mine = requests(&officer, "mine").await;
    let [mine] = mine.as_slice() else { panic!("{mine:#?}") };
    assert_eq!((&mine["state"], &mine["can"]), (&json!("open"), &json!(["withdraw"])));
    assert_eq!((&mine["target"]["id"], &mine["rule"]), (&json!(minister), &json!("D05")));
    assert_eq!(mine["waits_for"]["id"], app.superior_of(&app.person("officer")));
    let to_decide = requests(&head, "to_decide").await;
    let [to_decide] = to_decide.as_slice() else { panic!("{to_decide:#?}") };
    assert_eq!((&to_decide["id"], &to_decide["can"]), (&json!(request), &json!(["grant", "refuse"])));
    assert_eq!(to_decide["person"]["id"], app.person("officer"));
    for login in ["peer", "minister", "deputy", "director", "security", "admin", "hr"] {
        let other = app.sign_in(login).await;
        assert!(requests(&other, "to_decide").await.is_empty(), "{login}");
        assert!(requests(&other, "mine").await.is_empty(), "{login}");
        grant(&app, &other, &request).await.expect_error(404, "not_found");
        refuse(&other, &request).await.expect_error(404, "not_found");
        other
            .post(&format!("/exceptions/requests/{request}/withdraw"), json!({}))
            .await
            .expect_error(404, "not_found");
    }

    ask(&officer, &minister).await.expect_error(409, "asked_already");
    let path = format!("/exceptions/requests/{request}/withdraw");
    let withdrawn = officer.post(&path, json!({})).await.expect(200)["request"].clone();
    assert_eq!((&withdrawn["state"], &withdrawn["can"]), (&json!("withdrawn"), &json!([])));
    assert!(requests(&head, "to_decide").await.is_empty());
    officer.post(&path, json!({})).await.expect_error(409, "request_decided");
    grant(&app, &head, &request).await.expect_error(409, "request_decided");
    asked(&officer, &minister).await;

    let requested = audited(&app, "exception.requested").await;
    assert_eq!(requested.len(), 2);
    let (actor, entry) = &requested[0];
    assert_eq!((actor, &entry["request_id"]), (&app.person("officer"), &json!(request)));
    assert_eq!((&entry["target_id"], &entry["rule"]), (&json!(minister), &json!("D05")));
    let withdrawn = audited(&app, "exception.withdrawn").await;
    assert_eq!((withdrawn.len(), &withdrawn[0].0), (1, &app.person("officer")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_nothing_to_ask_for_where_it_is_permitted_or_has_no_exception() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    ask(&officer, &app.person("peer")).await.expect_error(409, "not_refused");
    assert_eq!(decision(&officer, &app.person("peer")).await["exception"], Value::Null);
    // A refusal of something else may have one.
    let call = json!({ "action": "dm.call", "person_id": app.person("minister") });
    let call = officer.post("/decisions", call).await.expect(200)["decision"].clone();
    assert_eq!(call["allow"], false, "{call:#}");
    assert_eq!(audited(&app, "exception.requested").await, []);
}

/// Whoever is hidden, behind a wall or in another agency, is nobody: the answers are the same to the letter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_does_not_tell_who_exists() {
    let app = App::start().await;
    let (auditor, buyer) = app.walled_logins();
    for (login, hidden) in [("officer", "outsider"), (auditor.as_str(), buyer.as_str())] {
        let client = app.sign_in(login).await;
        let answers = [app.person(hidden), uuid::Uuid::now_v7().to_string()].map(|person| {
            let client = client.clone();
            async move {
                let mut answer = ask(&client, &person).await.expect_error(404, "not_found");
                answer["request_id"] = Value::Null;
                answer
            }
        });
        let [hidden, nobody] = answers;
        assert_eq!(hidden.await, nobody.await, "{login}");
        assert!(requests(&client, "mine").await.is_empty());
    }
    assert_eq!(audited(&app, "exception.requested").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_with_the_field() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let minister = app.person("minister");
    let whole = json!({ "person_id": minister, "reason": "Нужно.", "days": 7 });
    let with = |others: Value| {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        body
    };
    for (others, code, field) in [
        (json!({ "days": null }), "missing_field", "days"),
        (json!({ "days": 0 }), "invalid_value", "days"),
        (json!({ "days": -3 }), "invalid_value", "days"),
        (json!({ "days": i64::MAX }), "invalid_value", "days"),
        (json!({ "days": 91 }), "too_long_an_exception", "days"),
        (json!({ "days": 1_000_000 }), "too_long_an_exception", "days"),
        (json!({ "until": after(&app, MINUTE) }), "invalid_value", "days"),
        (json!({ "days": null, "until": after(&app, Duration::ZERO) }), "invalid_value", "until"),
        (json!({ "days": null, "until": "9999-12-31T23:59:59Z" }), "too_long_an_exception", "until"),
        (json!({ "reason": null }), "missing_field", "reason"),
        (json!({ "reason": "  " }), "invalid_value", "reason"),
        (json!({ "reason": "x".repeat(2001) }), "too_long", "reason"),
        (json!({ "action": "ch.post" }), "invalid_value", "action"),
        (json!({ "action": "dm.teleport" }), "invalid_value", "action"),
        (json!({ "person_id": officer.person_id() }), "invalid_value", "person_id"),
        (json!({ "approver": "superior" }), "unknown_field", "approver"),
    ] {
        let answer = officer.post("/exceptions/requests", with(others.clone())).await;
        let error = answer.expect_error(400, code);
        assert_eq!(error["field"], field, "{others}");
    }
    for query in ["which=all", "which=to_decide&person=0190b6f2-0000-7000-8000-000000000001", "limit=0"] {
        officer.get(&format!("/exceptions/requests?{query}")).await.expect_error(400, "invalid_value");
    }
    let request = asked(&officer, &minister).await;
    let head = app.sign_in("head").await;
    let path = format!("/exceptions/requests/{request}/grant");
    for (body, code, field) in [
        (json!({ "until": after(&app, MINUTE) }), "missing_field", "reason"),
        (json!({ "reason": "Да." }), "missing_field", "until"),
        (json!({ "reason": "Да.", "until": after(&app, Duration::ZERO) }), "invalid_value", "until"),
        (
            json!({ "reason": "Да.", "until": after(&app, Duration::from_hours(91 * 24)) }),
            "too_long_an_exception",
            "until",
        ),
        (
            json!({ "reason": "Да.", "from": "2020-01-01T00:00:00Z", "until": after(&app, MINUTE) }),
            "in_the_past",
            "from",
        ),
        (
            json!({ "reason": "Да.", "from": after(&app, Duration::from_hours(91 * 24)),
                "until": after(&app, Duration::from_hours(92 * 24)) }),
            "too_long_an_exception",
            "from",
        ),
        (
            json!({ "reason": "Да.", "from": after(&app, 2 * MINUTE), "until": after(&app, MINUTE) }),
            "invalid_value",
            "until",
        ),
    ] {
        let error = head.post(&path, body.clone()).await.expect_error(400, code);
        assert_eq!(error["field"], field, "{body}");
    }
    let error = head
        .post(&format!("/exceptions/requests/{request}/refuse"), json!({ "reason": "\n" }))
        .await
        .expect_error(400, "invalid_value");
    assert_eq!(error["field"], "reason");
    assert_eq!(requests(&head, "to_decide").await.len(), 1, "nothing was decided");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_asks_without_end() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = app.person("peer");
    for _ in 0..20 {
        ask(&officer, &peer).await.expect_error(409, "not_refused");
    }
    let error = ask(&officer, &peer).await.expect_error(429, "too_many_requests");
    assert!(error["retry_after_seconds"].as_u64().unwrap() > 1);
    // Another one has their own.
    ask(&app.sign_in("peer").await, &app.person("officer")).await.expect_error(409, "not_refused");
}

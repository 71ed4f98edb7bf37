//! Who decides: the office that the rule names, whoever holds it then, and nobody about themselves.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_to_the_asker_with_its_reason() {
    let app = App::start().await;
    let (officer, head) = (app.sign_in("officer").await, app.sign_in("head").await);
    let minister = app.person("minister");
    let request = asked(&officer, &minister).await;
    let mut socket = officer.socket().await;
    let refused = refuse(&head, &request).await.expect(200)["request"].clone();
    assert_eq!((&refused["state"], &refused["can"]), (&json!("refused"), &json!([])));
    assert_eq!(news(&mut socket).await["request_id"], request.as_str());
    let mine = requests(&officer, "mine").await;
    assert_eq!(mine[0]["decided"]["by"]["id"], app.person("head"));
    assert_eq!(mine[0]["decided"]["answer"], "Обратитесь через меня.");
    refuse(&head, &request).await.expect_error(409, "request_decided");
    grant(&app, &head, &request).await.expect_error(409, "request_decided");
    assert_eq!(decision(&officer, &minister).await["allow"], false);
    let audited = audited(&app, "exception.refused").await;
    assert_eq!((audited.len(), &audited[0].0), (1, &app.person("head")));
    assert_eq!((&audited[0].1["request_id"], &audited[0].1["hat"]), (&json!(request), &json!("own")));
    // It may be asked for again.
    asked(&officer, &minister).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_what_they_asked_for() {
    let app = App::start().await;
    let minister = app.person("minister");
    // Whoever acts for the superior is asked instead of them, but not about their own.
    let hr = app.sign_in("hr").await;
    let officer = app.sign_in("officer").await;
    let deputy = json!({
        "kind": "deputy", "person_id": app.person("officer"), "principal_id": app.person("head"),
        "until": after(&app, MINUTE), "reason": "На время отпуска.",
    });
    hr.post("/appointments", deputy).await.expect(201);
    until_hat(&officer, "acting").await;
    let own = asked(&officer, &minister).await;
    grant(&app, &officer, &own).await.expect_error(403, "decides_oneself");
    refuse(&officer, &own).await.expect_error(403, "decides_oneself");
    assert!(requests(&officer, "to_decide").await.is_empty());
    // About others of the superior's they do, for the superior.
    let peer = app.sign_in("peer").await;
    let of_peer = asked(&peer, &minister).await;
    assert_eq!(requests(&officer, "to_decide").await.len(), 1);
    grant(&app, &officer, &of_peer).await.expect(200);
    let granted = audited(&app, "exception.granted").await;
    assert_eq!(granted[0].1["hat"], format!("acting:{}", app.person("head")));
    assert_eq!(granted[0].0, app.person("officer"));
    // When the stand-in is over, so is the office.
    let again = asked(&app.sign_in("liaison").await, &minister).await;
    app.advance(MINUTE);
    assert!(requests(&officer, "to_decide").await.is_empty());
    grant(&app, &officer, &again).await.expect_error(404, "not_found");
}

async fn until_hat(client: &Client, hat: &str) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let me = client.get("/me").await.expect(200)["me"].clone();
        if me["hats"].as_array().unwrap().iter().any(|one| one["hat"] == hat) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "no hat {hat}: {me:#}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_security_office_decides_no_superior_does() {
    let app = App::start().await;
    let contractor = app.sign_in("contractor").await;
    let (security, security2) = (app.sign_in("security").await, app.sign_in("security2").await);
    let minister = app.person("minister");
    let mut socket = security2.socket().await;
    let request = asked(&contractor, &minister).await;
    assert_eq!(news(&mut socket).await["request_id"], request.as_str(), "all of the office are told");
    let mine = requests(&contractor, "mine").await;
    assert_eq!((&mine[0]["approver"], &mine[0]["waits_for"]), (&json!("security"), &Value::Null));
    let superior = app.superior_of(&app.person("contractor"));
    let superior = app.sign_in_as(superior.parse().unwrap()).await;
    assert!(requests(&superior, "to_decide").await.is_empty());
    grant(&app, &superior, &request).await.expect_error(404, "not_found");
    grant(&app, &security, &request).await.expect(200);
    assert_eq!(news(&mut socket).await["request_id"], request.as_str(), "it is off their lists too");
    assert!(requests(&security2, "to_decide").await.is_empty());
    let allowed = until_allowed(&contractor, &minister, true).await;
    assert_eq!(allowed["rule"], "A13");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_follows_the_superior_who_changes() {
    let app = App::start_with_own_directory().await;
    let officer = app.sign_in("officer").await;
    let (head, director) = (app.sign_in("head").await, app.sign_in("director").await);
    let minister = app.person("minister");
    let request = asked(&officer, &minister).await;
    assert_eq!(requests(&head, "to_decide").await.len(), 1);
    let dn = app.directory().dn("acting").await;
    app.directory().replace("officer", "manager", &[&dn]).await;
    app.sync().await;
    let acting = app.sign_in("acting").await;
    assert!(requests(&head, "to_decide").await.is_empty());
    grant(&app, &head, &request).await.expect_error(404, "not_found");
    grant(&app, &director, &request).await.expect_error(404, "not_found");
    assert_eq!(requests(&officer, "mine").await[0]["waits_for"]["id"], app.person("acting"));
    assert_eq!(requests(&acting, "to_decide").await[0]["id"], request.as_str());
    grant(&app, &acting, &request).await.expect(200);
    until_allowed(&officer, &minister, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_permitted_meanwhile_needs_no_grant() {
    let app = App::start_with_own_directory().await;
    let officer = app.sign_in("officer").await;
    let stranger = app.person("hr");
    assert_eq!(decision(&officer, &stranger).await["rule"], "default");
    let request = asked(&officer, &stranger).await;
    app.directory().move_to_unit_of("officer", "hr").await;
    app.sync().await;
    until_allowed(&officer, &stranger, true).await;
    let superior = app.superior_of(officer.person_id());
    let superior = app.sign_in_as(superior.parse().unwrap()).await;
    assert_eq!(requests(&superior, "to_decide").await[0]["id"], request.as_str(), "it waits for an answer");
    grant(&app, &superior, &request).await.expect_error(409, "not_refused");
    refuse(&superior, &request).await.expect(200);
    assert_eq!(audited(&app, "exception.granted").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_ask_or_decide_at_once_one_does() {
    let app = App::start().await;
    let contractor = app.sign_in("contractor").await;
    let (one, other) = (app.sign_in("security").await, app.sign_in("security2").await);
    let minister = app.person("minister");
    let both = tokio::join!(ask(&contractor, &minister), ask(&contractor, &minister));
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let request = requests(&contractor, "mine").await[0]["id"].as_str().unwrap().to_owned();
    let decided = tokio::join!(grant(&app, &one, &request), refuse(&other, &request));
    let mut statuses = [decided.0.status.as_u16(), decided.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let written =
        audited(&app, "exception.granted").await.len() + audited(&app, "exception.refused").await.len();
    assert_eq!(written, 1);
}

//! The scope of a case: as it was asked for, changed only by two, with units as the tree had them; and whom it was about.

use server::config::SubjectNotice;

use super::*;

async fn texts(client: &Client, case: &str) -> Vec<String> {
    found(client, case, "").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_scope_takes_two_and_counts_from_the_approval_on() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let (one, other) =
        (officer.direct_with(&app.person("peer")).await, officer.direct_with(&app.person("head")).await);
    officer.say(&one, "Первая беседа.").await.expect(201);
    officer.say(&other, "Вторая беседа.").await.expect(201);
    let (compliance, second, security) =
        (app.sign_in("compliance").await, app.sign_in("compliance2").await, app.sign_in("security").await);
    let case = approved(&app, &compliance, &security, &conversations(&[&one])).await;
    assert_eq!(texts(&compliance, &case).await, ["Первая беседа."]);

    let path = format!("/compliance/cases/{case}/scope-changes");
    let change = json!({ "reason": "Новые сведения.", "ends_at": after(&app, 60 * DAY), "scope": conversations(&[&one, &other]) });
    let asked = compliance.post(&path, change.clone()).await.expect(201);
    let scope = asked["case"]["scope_change"]["id"].as_str().unwrap().to_owned();
    assert_eq!(asked["case"]["can"], json!(["close", "withdraw_scope", "read", "review", "place_hold"]));
    compliance.post(&path, change.clone()).await.expect_error(409, "scope_change_waiting");
    assert_eq!(texts(&compliance, &case).await, ["Первая беседа."], "it waits");
    let own = format!("{path}/{scope}");
    compliance.post(&format!("{own}/approve"), reason()).await.expect_error(403, "decides_oneself");
    compliance.post(&format!("{own}/reject"), reason()).await.expect_error(403, "decides_oneself");
    second
        .send(reqwest::Method::POST, &format!("{own}/withdraw"), None)
        .await
        .expect_error(403, "case_not_yours");
    // Who decides is shown what waits, and reads nothing.
    let shown = second.get(&format!("/compliance/cases/{case}")).await.expect(200);
    assert_eq!(shown["case"]["can"], json!(["approve_scope", "reject_scope"]));
    second.get(&format!("/compliance/cases/{case}/messages")).await.expect_error(403, "case_not_yours");
    second.post(&format!("{own}/approve"), reason()).await.expect(200);
    assert_eq!(texts(&compliance, &case).await, ["Вторая беседа.", "Первая беседа."]);
    let shown = compliance.get(&format!("/compliance/cases/{case}")).await.expect(200)["case"].clone();
    assert_eq!((shown["scope"]["id"].as_str(), &shown["scope_change"]), (Some(scope.as_str()), &Value::Null));
    assert_eq!(shown["former_scopes"].as_array().unwrap().len(), 1);
    second.post(&format!("{own}/approve"), reason()).await.expect_error(409, "scope_change_over");

    // One that is rejected, and one that is taken back, change nothing.
    let asked = compliance.post(&path, change.clone()).await.expect(201);
    let scope = asked["case"]["scope_change"]["id"].as_str().unwrap().to_owned();
    security.post(&format!("{path}/{scope}/reject"), reason()).await.expect(200);
    let asked = compliance.post(&path, change).await.expect(201);
    let scope = asked["case"]["scope_change"]["id"].as_str().unwrap().to_owned();
    compliance.send(reqwest::Method::POST, &format!("{path}/{scope}/withdraw"), None).await.expect(200);
    assert_eq!(texts(&compliance, &case).await.len(), 2);
    for kind in ["case.scope_asked", "case.scope_approved", "case.scope_rejected", "case.scope_withdrawn"] {
        assert!(!app.audited(kind).await.is_empty(), "{kind}");
    }
    // A new end date lets read again what was over.
    app.advance(61 * DAY);
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    compliance
        .get(&format!("/compliance/cases/{case}/messages"))
        .await
        .expect_error(409, "case_not_in_force");
    let longer =
        json!({ "reason": "Не окончено.", "ends_at": after(&app, DAY), "scope": conversations(&[&one]) });
    let asked = compliance.post(&path, longer).await.expect(201);
    compliance
        .get(&format!("/compliance/cases/{case}/messages"))
        .await
        .expect_error(409, "case_not_in_force");
    let scope = asked["case"]["scope_change"]["id"].as_str().unwrap().to_owned();
    second.post(&format!("{path}/{scope}/approve"), reason()).await.expect(200);
    assert_eq!(texts(&compliance, &case).await, ["Первая беседа."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_written_anew_until_it_is_asked_for() {
    let app = App::start().await;
    let compliance = app.sign_in("compliance").await;
    let case = draft(&app, &compliance, &people(&[&app.person("officer")]), 30 * DAY).await;
    let path = format!("/compliance/cases/{case}");
    let write = async |number: &str, scope: Value| {
        let new = body(number, &after(&app, DAY), &scope).to_string();
        compliance.send(reqwest::Method::PATCH, &path, Some(new)).await
    };
    let changed = write("Д-2", people(&[&app.person("peer")])).await.expect(200);
    assert_eq!(changed["case"]["number"], "Д-2");
    assert_eq!(changed["case"]["scope"]["people"][0]["id"], app.person("peer"));
    let other = draft(&app, &compliance, &people(&[&app.person("officer")]), DAY).await;
    let new = body("Д-2", &after(&app, DAY), &people(&[&app.person("peer")])).to_string();
    let taken =
        compliance.send(reqwest::Method::PATCH, &format!("/compliance/cases/{other}"), Some(new)).await;
    taken.expect_error(409, "case_number_taken");
    request(&compliance, &case).await.expect(200);
    write("Д-3", people(&[&app.person("peer")])).await.expect_error(409, "case_not_draft");

    let peer = app.person("peer");
    let nobody = uuid::Uuid::now_v7().to_string();
    let good = people(&[&peer]);
    for (new, code, field) in [
        (body("", &after(&app, DAY), &good), "invalid_value", "number"),
        (body(&"9".repeat(61), &after(&app, DAY), &good), "too_long", "number"),
        (body("Д-4", "2020-01-01T00:00:00Z", &good), "in_the_past", "ends_at"),
        (body("Д-4", &after(&app, 400 * DAY), &good), "invalid_value", "ends_at"),
        (body("Д-4", &after(&app, DAY), &json!({})), "invalid_value", "scope"),
        (body("Д-4", &after(&app, DAY), &people(&[&nobody])), "invalid_value", "scope"),
        (body("Д-4", &after(&app, DAY), &conversations(&[&nobody])), "invalid_value", "scope"),
        (
            body(
                "Д-4",
                &after(&app, DAY),
                &json!({ "person_ids": [peer], "from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z" }),
            ),
            "invalid_value",
            "scope",
        ),
        (
            body("Д-4", &after(&app, DAY), &json!({ "person_ids": [peer], "who": 1 })),
            "unknown_field",
            "scope.who",
        ),
    ] {
        let refused = compliance.post("/compliance/cases", new).await.expect_error(400, code);
        assert!(
            refused["field"].is_null() || refused["field"].as_str().unwrap().starts_with(field),
            "{refused:#}"
        );
    }
}

/// A unit brings those who had a post there when they wrote, and its channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_brings_its_people_while_they_were_there() {
    let app = App::start_with_own_directory().await;
    let peer = app.sign_in("peer").await;
    let unit = peer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let channel = unit["channel_id"].as_str().unwrap();
    let pair = peer.direct_with(&app.person("acting")).await;
    peer.say(&pair, "Ещё в старом отделе.").await.expect(201);
    app.sign_in("officer").await.say(channel, "В канале отдела.").await.expect(201);
    app.directory().move_to_unit_of("peer", "acting").await;
    app.sync().await;
    // The histories are dated by the database, and the clock stands.
    app.advance(Duration::from_mins(5));
    let peer = app.sign_in("peer").await;
    peer.say(&pair, "Уже в новом отделе.").await.expect(201);
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &json!({ "unit_ids": [unit["id"]] })).await;
    assert_eq!(texts(&compliance, &case).await, ["В канале отдела.", "Ещё в старом отделе."]);
    let shown = compliance.get(&format!("/compliance/cases/{case}")).await.expect(200);
    assert_eq!(shown["case"]["scope"]["units"][0]["name"], unit["name"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_it_was_about_is_told_when_it_is_over_and_never_before() {
    let told = |settings: &mut server::config::Config| {
        settings.compliance.subject_notice = SubjectNotice::AfterClose;
        settings.compliance.subject_notice_days = 30;
    };
    let app = App::start_with(told).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    officer.say(&pair, "Слово.").await.expect(201);
    let (compliance, second, security) =
        (app.sign_in("compliance").await, app.sign_in("compliance2").await, app.sign_in("security").await);
    let mut scope = people(&[&app.person("head")]);
    scope["conversation_ids"] = json!([pair]);
    let case = approved(&app, &compliance, &second, &scope).await;
    let path = format!("/compliance/cases/{case}/notices");
    let note = json!({ "note": "Письмом № 3." });
    let of = |login: &str| format!("{path}/{}", app.person(login));
    let listed = compliance.get(&path).await.expect(200);
    assert_eq!((listed["notices"].as_array().unwrap().len(), &listed["rule"]), (0, &json!("after_close")));
    compliance.post(&of("head"), note.clone()).await.expect_error(409, "notice_not_due");
    act(&compliance, &case, "close").await.expect(200);
    let notices = paged(&security, &path, 1, "notices").await;
    let people: std::collections::BTreeSet<_> =
        notices.iter().map(|one| one["person"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(people, [app.person("head"), app.person("officer")].into(), "peer wrote nothing");
    assert_eq!(notices[0]["due_at"], after(&app, 30 * DAY));
    let given = security.post(&of("head"), note.clone()).await.expect(201);
    assert_eq!(given["notice"]["given"]["by"]["id"], security.person_id());
    compliance.post(&of("head"), note.clone()).await.expect_error(409, "notice_given");
    compliance.post(&of("peer"), note.clone()).await.expect_error(404, "not_found");
    second.post(&of("officer"), note).await.expect_error(403, "case_not_yours");
    assert_eq!(app.audited("case.notice_given").await.len(), 1);
}

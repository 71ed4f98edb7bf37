//! Who keeps the list, what is refused, and what is on record.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personnel_and_administrators_keep_the_list_and_nobody_else() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let made = appoint(&hr, deputy(&app, "peer")).await;
    for login in ["officer", "head", "minister", "security", "compliance", "outsider"] {
        let client = app.sign_in(login).await;
        client.get("/appointments").await.expect_error(403, "role_required");
        client.post("/appointments", deputy(&app, "officer")).await.expect_error(403, "role_required");
        end(&client, &made).await.expect_error(403, "role_required");
    }
    let admin = app.sign_in("admin").await;
    let listed = admin.all("/appointments", "appointments").await;
    assert_eq!(listed.len(), 1, "{listed:#?}");
    assert_eq!(end(&admin, &made).await.expect(200)["appointment"]["state"], "past");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personnel_keep_the_list_of_their_agency_alone() {
    let app = App::start().await;
    let (hr, admin) = (app.sign_in("hr").await, app.sign_in("admin").await);
    let database = app.database().await;
    let sql = "select colleague.login from people me \
               join people colleague on colleague.source_id = me.source_id and colleague.status = 'active' \
               where me.login = 'outsider' and colleague.id <> me.id order by colleague.login limit 1";
    let colleague: String = database.query_one(sql, &[]).await.unwrap().get(0);
    let theirs = with(&deputy(&app, "outsider"), &json!({ "principal_id": app.person(&colleague) }));

    hr.post("/appointments", theirs.clone()).await.expect_error(404, "not_found");
    let made = appoint(&admin, theirs).await;
    assert!(hr.all("/appointments", "appointments").await.is_empty());
    end(&hr, &made).await.expect_error(404, "not_found");
    // Nor by way of a correction, which would tell that the entry is there.
    let correction = with(&deputy(&app, "peer"), &json!({ "replaces": made["id"] }));
    hr.post("/appointments", correction).await.expect_error(404, "not_found");
    // Nor is anybody of theirs one to stand in for, nor a unit of theirs one to work in.
    let across = with(&deputy(&app, "peer"), &json!({ "principal_id": app.person("outsider") }));
    let error = hr.post("/appointments", across).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "principal_id");
    let sql = "select unit_id::text from posts join people on people.id = person_id \
               where login = 'outsider' and posts.kind = 'primary'";
    let unit: String = database.query_one(sql, &[]).await.unwrap().get(0);
    let across = with(&further(&app, "peer").await, &json!({ "unit_id": unit }));
    let error = hr.post("/appointments", across).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "unit_id");
    assert!(hr.all("/appointments", "appointments").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_about_themselves() {
    let app = App::start().await;
    let (hr, admin) = (app.sign_in("hr").await, app.sign_in("admin").await);
    hr.post("/appointments", deputy(&app, "hr")).await.expect_error(403, "appoints_oneself");
    admin.post("/appointments", deputy(&app, "admin")).await.expect_error(403, "appoints_oneself");

    let of_hr = appoint(&admin, deputy(&app, "hr")).await;
    assert_eq!(of_hr["can"], json!(["end"]));
    let shown = hr.all("/appointments", "appointments").await;
    assert_eq!((&shown[0]["id"], &shown[0]["can"]), (&of_hr["id"], &json!([])));
    end(&hr, &of_hr).await.expect_error(403, "appoints_oneself");
    // Not by giving it to somebody else either, nor by making it last longer.
    for body in [deputy(&app, "peer"), deputy(&app, "hr")] {
        let correction = with(&body, &json!({ "replaces": of_hr["id"] }));
        hr.post("/appointments", correction).await.expect_error(403, "appoints_oneself");
    }
    assert_eq!(hr.all("/appointments?state=active", "appointments").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_clashes_is_named_and_changes_nothing() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    appoint(&hr, deputy(&app, "peer")).await;
    let channel = channel(&app).await;
    let seated = seat(&app, &channel, "peer").await;

    let error = hr.post("/appointments", deputy(&app, "peer")).await.expect_error(409, "appointment_clashes");
    assert!(error["message"].as_str().unwrap().contains("14-к"), "{error:#}");
    let acting = with(&deputy(&app, "peer"), &json!({ "kind": "acting" }));
    hr.post("/appointments", acting).await.expect_error(409, "appointment_clashes");
    // Next to each other they may stand, and two people may share the duty.
    let next = json!({ "from": after(&app, MINUTE), "until": after(&app, 2 * MINUTE) });
    assert_eq!(appoint(&hr, with(&deputy(&app, "peer"), &next)).await["state"], "coming");
    appoint(&hr, deputy(&app, "officer")).await;
    assert_eq!(seat(&app, &channel, "peer").await, seated);
    assert_eq!(hr.all("/appointments", "appointments").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_directory_holds_is_not_the_lists_to_change() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let database = app.database().await;
    let sql = "select title from posts where kind = 'primary' and person_id = $1::text::uuid";
    let title: String = database.query_one(sql, &[&app.person("acting")]).await.unwrap().get(0);
    let again = with(&further(&app, "acting").await, &json!({ "title": title }));
    hr.post("/appointments", again).await.expect_error(409, "held_by_directory");

    // That somebody acts by the directory is no entry: it is neither listed nor ended nor corrected.
    assert!(hr.all("/appointments", "appointments").await.is_empty());
    let sql = "select id::text from delegations where person_id = $1::text::uuid";
    let held: String = database.query_one(sql, &[&app.person("acting")]).await.unwrap().get(0);
    end(&hr, &json!({ "id": held })).await.expect_error(404, "not_found");
    let correction = with(&deputy(&app, "acting"), &json!({ "replaces": held }));
    hr.post("/appointments", correction).await.expect_error(404, "not_found");
    let acting = app.sign_in("acting").await;
    assert_eq!(force(&app, &acting).await.0, ["acting"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_appointed_backwards() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let began = after(&app, Duration::ZERO);
    app.advance(Duration::from_secs(10));
    let past = with(&deputy(&app, "peer"), &json!({ "from": began }));
    let error = hr.post("/appointments", past.clone()).await.expect_error(400, "in_the_past");
    assert_eq!(error["field"], "from");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("from = {began}")), "it says which moment it was: {message}");
    assert!(hr.all("/appointments", "appointments").await.is_empty());

    // Now is no past, and a correction may repeat the beginning of what it corrects: it takes over from that now.
    let made = appoint(&hr, with(&past, &json!({ "from": after(&app, Duration::ZERO) }))).await;
    app.advance(Duration::from_secs(10));
    let correction = |from: &Value| {
        with(&past, &json!({ "from": from, "replaces": made["id"], "until": after(&app, 2 * MINUTE) }))
    };
    hr.post("/appointments", correction(&json!(began))).await.expect_error(400, "in_the_past");
    let corrected = appoint(&hr, correction(&made["from"])).await;
    assert_eq!(corrected["from"], json!(after(&app, Duration::ZERO)));
    // The end comes after the beginning, and the beginning is never before now.
    let over = json!({ "from": made["from"], "replaces": corrected["id"], "until": began });
    hr.post("/appointments", with(&past, &over)).await.expect_error(400, "in_the_past");
    let over = with(&deputy(&app, "officer"), &json!({ "until": began }));
    let error = hr.post("/appointments", over).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "until");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_stays_in_the_list_as_it_was() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let (ended, expired) =
        (appoint(&hr, deputy(&app, "peer")).await, appoint(&hr, deputy(&app, "officer")).await);
    app.advance(Duration::from_secs(10));
    end(&hr, &ended).await.expect(200);
    app.advance(MINUTE);

    let past = hr.all("/appointments?state=past", "appointments").await;
    assert_eq!(past.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&expired["id"], &ended["id"]]);
    assert_eq!((&past[0]["ended"], &past[0]["can"]), (&Value::Null, &json!([])));
    assert_eq!(past[1]["ended"]["reason"], "Руководитель вернулся.");
    assert_eq!(past[1]["ended"]["by"]["id"], hr.person_id());
    assert_eq!(past[1]["until"], ended["until"], "what the order said stands");
    assert!(hr.all("/appointments?state=active", "appointments").await.is_empty());
    for over in [&ended, &expired] {
        end(&hr, over).await.expect_error(409, "appointment_over");
        let correction = with(&deputy(&app, "peer"), &json!({ "replaces": over["id"] }));
        hr.post("/appointments", correction).await.expect_error(409, "appointment_over");
    }
    assert_eq!(hr.all("/appointments", "appointments").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_an_entry_of_the_audit_log() {
    let app = App::start().await;
    let hr = app.sign_in("hr").await;
    let made = appoint(&hr, deputy(&app, "peer")).await;
    app.advance(Duration::from_secs(10));
    let correction = with(&deputy(&app, "officer"), &json!({ "replaces": made["id"] }));
    let corrected = appoint(&hr, correction).await;
    hr.post("/appointments", deputy(&app, "officer")).await.expect_error(409, "appointment_clashes");
    app.advance(Duration::from_secs(10));
    end(&hr, &corrected).await.expect(200);

    let sql = "select kind, entry::text, to_char(at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') \
               from audit_log where actor_id = $1::text::uuid and kind like 'appointment.%' order by seq";
    let rows = app.database().await.query(sql, &[&hr.person_id()]).await.unwrap();
    let entries: Vec<(String, Value, String)> =
        rows.iter().map(|row| (row.get(0), serde_json::from_str(row.get(1)).unwrap(), row.get(2))).collect();
    let kinds: Vec<&str> = entries.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["appointment.made", "appointment.ended", "appointment.made", "appointment.ended"],
        "what was refused is no act"
    );
    let [first, replaced, second, last] = <[_; 4]>::try_from(entries).unwrap();
    assert_eq!(
        (&first.1["appointment_id"], &first.1["person_id"]),
        (&made["id"], &json!(app.person("peer")))
    );
    assert_eq!((&first.1["reason"], &first.1["order_number"]), (&made["reason"], &json!("14-к")));
    assert_eq!(replaced.1["appointment_id"], made["id"]);
    assert_eq!((&replaced.1["replaced_by"], &second.1["replaces"]), (&corrected["id"], &made["id"]));
    assert_eq!((&last.1["appointment_id"], &last.1["replaced_by"]), (&corrected["id"], &Value::Null));
    // A correction is of one moment.
    let instant = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let of = |value: &Value| instant(value.as_str().unwrap());
    assert_eq!(instant(&first.2), of(&made["from"]));
    let listed = hr.all("/appointments", "appointments").await;
    let old = listed.iter().find(|one| one["id"] == made["id"]).unwrap();
    for moment in
        [of(&old["ended"]["at"]), of(&corrected["entered_at"]), instant(&replaced.2), instant(&second.2)]
    {
        assert_eq!(moment, of(&corrected["from"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_on_duty_is_so_for_nobody_in_particular_once_and_for_a_time() {
    let app = App::start().await;
    let (hr, peer) = (app.sign_in("hr").await, app.sign_in("peer").await);
    let body = json!({
        "kind": "duty", "person_id": app.person("peer"), "until": after(&app, MINUTE), "reason": "График дежурств.",
    });
    let named = with(&body, &json!({ "principal_id": app.person("absent") }));
    let error = hr.post("/appointments", named).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "principal_id");
    let endless = with(&body, &json!({ "until": null }));
    let error = hr.post("/appointments", endless).await.expect_error(400, "missing_field");
    assert_eq!(error["field"], "until");

    let made = appoint(&hr, body.clone()).await;
    assert_eq!((&made["kind"], &made["principal"]), (&json!("duty"), &Value::Null));
    until_on_duty(&peer, true).await;
    let error = hr.post("/appointments", body).await.expect_error(409, "appointment_clashes");
    assert!(error["message"].as_str().unwrap().contains("дежурство, с"), "{error:#}");
    end(&hr, &made).await.expect(200);
    until_on_duty(&peer, false).await;
}

async fn until_on_duty(client: &Client, expected: bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let me = client.get("/me").await.expect(200)["me"].clone();
        let hats = me["hats"].as_array().unwrap();
        if hats.iter().any(|hat| hat["hat"] == "duty" && hat["principal"].is_null()) == expected {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "expected {expected}, the hats are {hats:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

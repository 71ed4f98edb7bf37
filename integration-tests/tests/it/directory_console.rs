//! What personnel and administrators see of the directories, and what their acts leave behind. The sync is played by
//! rows: what it does with them has its own tests.

use futures_util::StreamExt;
use integration_tests::app::App;
use integration_tests::client::Client;
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const MINISTRY: &str = "lands";

/// The name of the source that this login comes from, and of the other one.
async fn sources_around(app: &App, login: &str) -> (String, String) {
    let sql = "select s.name, (select o.name from sources o where o.id <> s.id order by o.name limit 1) \
               from people p join sources s on s.id = p.source_id where p.login = $1";
    let row = app.database().await.query_one(sql, &[&login]).await.unwrap();
    (row.get(0), row.get(1))
}

async fn run_sql(app: &App, sql: &str, values: &[&(dyn ToSql + Sync)]) {
    app.database().await.execute(sql, values).await.unwrap();
}

/// Columns of a row, as JSON.
async fn row(app: &App, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Value {
    let sql = format!("select to_jsonb(r)::text from ({sql}) r");
    let row = app.database().await.query_one(&sql, values).await.unwrap();
    serde_json::from_str(row.get(0)).unwrap()
}

/// A run, `ago` seconds before now.
async fn run(app: &App, source: &str, state: &str, ago: f64) -> Uuid {
    let id = Uuid::now_v7();
    let sql = "insert into sync_runs (id, source_id, started_at, finished_at, state, cause, error, counts, changes, findings) \
               select $1::text::uuid, s.id, now() - make_interval(secs => $4), now() - make_interval(secs => $4), $3::text, 'live', \
                   case when $3::text = 'failed' then 'no answer' end, '{\"entries\": 300, \"people_gone\": 1}', \
                   '[{\"change\": \"person_gone\", \"name\": \"Иванов Иван\", \"dn\": \"uid=ivanov\"}]', \
                   '[{\"code\": \"missing_login\", \"message_en\": \"There is no login.\"}]' \
               from sources s where s.name = $2";
    run_sql(app, sql, &[&id.to_string(), &source, &state, &ago]).await;
    id
}

/// A plan that waits for a decision.
async fn plan(app: &App, source: &str, fill: u8) -> (Uuid, String) {
    let (id, made_by) = (Uuid::now_v7(), run(app, source, "refused", 60.0).await);
    let sql = "insert into directory_plans (id, source_id, run_id, sha256, state, made_at, refusals, counts, changes, \
                   changes_total, consequences) \
               select $1::text::uuid, s.id, $3::text::uuid, $4, 'waiting', now(), '[{\"code\": \"too_many_gone\", \"message_en\": \"Too many.\"}]', \
                   '{\"people_gone\": 40}', '[{\"change\": \"person_gone\", \"name\": \"Иванов Иван\"}]', 40, \
                   '{\"people\": {\"gone\": 40}}' from sources s where s.name = $2";
    run_sql(app, sql, &[&id.to_string(), &source, &made_by.to_string(), &vec![fill; 32]]).await;
    (id, format!("{fill:02x}").repeat(32))
}

/// Something that could not be used, about an entry or a person, so many seconds ago.
async fn finding(app: &App, source: &str, dn: &str, person: Option<&str>, code: &str, mended: bool) -> Uuid {
    let (id, found_by) = (Uuid::now_v7(), run(app, source, "applied", 600.0).await);
    let sql = "insert into directory_findings (id, source_id, directory_id, dn, person_id, code, effect, finding, since, \
                   until, found_by, ended_by) \
               select $1::text::uuid, s.id, p.directory_id, $3, p.id, $5::text, 'left_out', \
                   jsonb_build_object('code', $5::text, 'dn', $3::text, 'message_en', 'Correct it.'), now() - interval '1 day', \
                   case when $6 then now() end, $7::text::uuid, case when $6 then $7::text::uuid end \
               from sources s left join people p on p.id = $4::text::uuid where s.name = $2";
    run_sql(app, sql, &[&id.to_string(), &source, &dn, &person, &code, &mended, &found_by.to_string()]).await;
    id
}

async fn audited(app: &App, actor: &str) -> Vec<(String, Value)> {
    let sql = "select kind, entry::text from audit_log where actor_id = $1::text::uuid and kind like 'directory.%' order by seq";
    let rows = app.database().await.query(sql, &[&actor]).await.unwrap();
    rows.iter().map(|row| (row.get(0), serde_json::from_str(row.get(1)).unwrap())).collect()
}

/// What is told on the channel of the sync from now on.
async fn listen(app: &App) -> (tokio_postgres::Client, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (client, mut connection) =
        tokio_postgres::connect(app.database_url(), tokio_postgres::NoTls).await.unwrap();
    let (tell, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let tokio_postgres::AsyncMessage::Notification(told) = message {
                let _ = tell.send(told.payload().to_owned());
            }
        }
    });
    client.batch_execute("listen directory_requested").await.unwrap();
    (client, heard)
}

async fn source_id(app: &App, name: &str) -> String {
    row(app, "select id from sources where name = $1", &[&name]).await["id"].as_str().unwrap().to_owned()
}

fn of<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let sources = answer["sources"].as_array().unwrap();
    sources.iter().find(|source| source["name"] == name).unwrap_or_else(|| panic!("{name}: {answer:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personnel_and_administrators_look_and_nobody_else() {
    let app = App::start().await;
    let some = Uuid::now_v7();
    let looks = [
        "/directory/sources".to_owned(),
        "/directory/runs".to_owned(),
        format!("/directory/runs/{some}"),
        "/directory/plans".to_owned(),
        format!("/directory/plans/{some}"),
        format!("/directory/requests/{some}"),
        "/directory/findings".to_owned(),
        "/directory/findings/history?query=orlova".to_owned(),
    ];
    let verdict = json!({ "sha256": "ab".repeat(32), "reason": "Согласовано." });
    let acts = [
        (format!("/directory/plans/{some}/approve"), verdict.clone()),
        (format!("/directory/plans/{some}/reject"), verdict),
        ("/directory/requests".to_owned(), json!({ "source": MINISTRY, "kind": "read" })),
        (format!("/directory/sources/{MINISTRY}/hold"), json!({ "reason": "Проверка." })),
        (format!("/directory/sources/{MINISTRY}/release"), json!({ "reason": "Проверка." })),
    ];
    for login in ["officer", "compliance", "security", "minister", "outsider"] {
        let client = app.sign_in(login).await;
        for path in &looks {
            client.get(path).await.expect_error(403, "role_required");
        }
        for (path, body) in &acts {
            client.post(path, body.clone()).await.expect_error(403, "role_required");
        }
        assert!(audited(&app, client.person_id()).await.is_empty());
    }
    let asked = row(&app, "select count(*) from directory_requests", &[]).await;
    assert_eq!(asked["count"], 0);
    for login in ["hr", "admin"] {
        let client = app.sign_in(login).await;
        assert!(
            !client.get("/directory/sources").await.expect(200)["sources"].as_array().unwrap().is_empty()
        );
        client.get(&format!("/directory/plans/{some}")).await.expect_error(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personnel_keep_to_the_directory_of_their_agency() {
    let app = App::start().await;
    let (own, other) = sources_around(&app, "hr").await;
    let (hr, admin) = (app.sign_in("hr").await, app.sign_in("admin").await);
    let theirs = run(&app, &other, "applied", 5.0).await;
    let (their_plan, sha256) = plan(&app, &other, 7).await;
    finding(&app, &other, "uid=otherwise,ou=archives", None, "missing_login", false).await;

    let names = |answer: &Value| -> Vec<String> {
        let sources = answer["sources"].as_array().unwrap();
        sources.iter().map(|source| source["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&hr.get("/directory/sources").await.expect(200)), std::slice::from_ref(&own));
    assert_eq!(names(&admin.get("/directory/sources").await.expect(200)).len(), 2);

    hr.get(&format!("/directory/runs/{theirs}")).await.expect_error(404, "not_found");
    hr.get(&format!("/directory/runs?source={other}")).await.expect_error(404, "not_found");
    hr.get(&format!("/directory/plans/{their_plan}")).await.expect_error(404, "not_found");
    let verdict = json!({ "sha256": sha256, "reason": "Согласовано." });
    hr.post(&format!("/directory/plans/{their_plan}/approve"), verdict).await.expect_error(404, "not_found");
    let ask = json!({ "source": other, "kind": "read" });
    hr.post("/directory/requests", ask).await.expect_error(404, "not_found");
    let hold = json!({ "reason": "Чужое." });
    hr.post(&format!("/directory/sources/{other}/hold"), hold).await.expect_error(404, "not_found");
    for path in ["/directory/runs", "/directory/plans", "/directory/findings"] {
        let shown = hr.get(path).await.expect(200).to_string();
        assert!(
            !shown.contains(&format!("\"source\":\"{other}\"")),
            "{path} shows the other agency: {shown}"
        );
        assert!(admin.get(path).await.expect(200).to_string().contains(&other), "{path}");
    }
    let history = |client: Client| async move {
        client.get("/directory/findings/history?query=otherwise").await.expect(200)["entries"].clone()
    };
    assert!(history(hr.clone()).await.as_array().unwrap().is_empty());
    assert_eq!(history(admin.clone()).await.as_array().unwrap().len(), 1);
    let person = app.person("outsider");
    let found = hr.get(&format!("/directory/findings/history?query={person}")).await.expect(200);
    assert!(found["people"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_for_exactly_one_set_of_changes() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let (id, sha256) = plan(&app, &source, 0xab).await;
    let path = format!("/directory/plans/{id}/approve");
    let verdict = |sha256: &str, reason: &str| json!({ "sha256": sha256, "reason": reason });

    let shown = hr.get(&format!("/directory/plans/{id}")).await.expect(200)["plan"].clone();
    assert_eq!((&shown["sha256"], &shown["state"]), (&json!(sha256), &json!("waiting")));
    assert_eq!(shown["consequences"]["people"]["gone"], 40);
    assert_eq!(of(&hr.get("/directory/sources").await.expect(200), &source)["plan_id"], json!(id));

    let error =
        hr.post(&path, verdict(&sha256[..12], "Согласовано.")).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "sha256");
    let error = hr.post(&path, verdict(&sha256, " \n ")).await.expect_error(400, "invalid_value");
    assert_eq!(error["field"], "reason");
    hr.post(&path, verdict(&sha256, &"я".repeat(2001))).await.expect_error(400, "too_long");
    hr.post(&path, verdict(&"cd".repeat(32), "Согласовано.")).await.expect_error(409, "plan_differs");
    assert!(audited(&app, hr.person_id()).await.is_empty(), "what was refused is no act");

    let (_listening, mut heard) = listen(&app).await;
    let answer = hr.post(&path, verdict(&sha256, "Приказ 14: отдел закрыт.")).await.expect(200);
    assert_eq!(answer["plan"]["state"], "approved");
    assert_eq!(answer["plan"]["decision_reason"], "Приказ 14: отдел закрыт.");
    let request = answer["request_id"].as_str().unwrap();
    assert_eq!(heard.recv().await.unwrap(), source_id(&app, &source).await);

    let written = row(
        &app,
        "select state, decided_by, decided_as, decided_at is not null as dated from directory_plans where id = $1::text::uuid",
        &[&id.to_string()],
    )
    .await;
    assert_eq!(written["decided_by"], hr.person_id());
    assert_eq!((&written["state"], &written["dated"]), (&json!("approved"), &json!(true)));
    let asked = hr.get(&format!("/directory/requests/{request}")).await.expect(200)["request"].clone();
    assert_eq!((&asked["kind"], &asked["state"]), (&json!("read"), &json!("waiting")));
    let entries = audited(&app, hr.person_id()).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].0, "directory.plan_approved");
    assert_eq!(entries[0].1["plan_sha256"], json!(sha256));
    assert_eq!(entries[0].1["reason"], "Приказ 14: отдел закрыт.");

    hr.post(&path, verdict(&sha256, "Ещё раз.")).await.expect_error(409, "plan_not_waiting");
    let reject = format!("/directory/plans/{id}/reject");
    hr.post(&reject, verdict(&sha256, "Передумали.")).await.expect_error(409, "plan_not_waiting");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_was_superseded_or_is_held_back_is_not_approved() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let (old, sha256) = plan(&app, &source, 1).await;
    run_sql(
        &app,
        "update directory_plans set state = 'superseded' where id = $1::text::uuid",
        &[&old.to_string()],
    )
    .await;
    let verdict = json!({ "sha256": sha256, "reason": "Согласовано." });
    hr.post(&format!("/directory/plans/{old}/approve"), verdict).await.expect_error(409, "plan_not_waiting");

    let (id, sha256) = plan(&app, &source, 2).await;
    let verdict = json!({ "sha256": sha256, "reason": "Нет: это ошибка фильтра." });
    let hold = format!("/directory/sources/{source}/hold");
    hr.post(&hold, json!({ "reason": "Разбираемся." })).await.expect(200);
    hr.post(&format!("/directory/plans/{id}/approve"), verdict.clone())
        .await
        .expect_error(409, "source_held");
    let answer = hr.post(&format!("/directory/plans/{id}/reject"), verdict).await.expect(200);
    assert_eq!((&answer["plan"]["state"], &answer["request_id"]), (&json!("rejected"), &Value::Null));
    assert_eq!(row(&app, "select count(*) from directory_requests", &[]).await["count"], 0);
    let kinds: Vec<_> = audited(&app, hr.person_id()).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["directory.source_held", "directory.plan_rejected"]);

    // Both are in the list, the newest first.
    let plans = hr.all("/directory/plans", "plans").await;
    let states: Vec<_> = plans.iter().map(|plan| plan["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["rejected", "superseded"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_decide_at_once_decide_once() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let (hr, admin) = (app.sign_in("hr").await, app.sign_in("admin").await);
    let (id, sha256) = plan(&app, &source, 9).await;
    let (approve, reject) =
        (format!("/directory/plans/{id}/approve"), format!("/directory/plans/{id}/reject"));
    let verdict = |reason: &str| json!({ "sha256": sha256, "reason": reason });
    let (one, two) = tokio::join!(hr.post(&approve, verdict("Да.")), admin.post(&reject, verdict("Нет.")));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{:#} {:#}", one.body, two.body);
    let entries = audited(&app, hr.person_id()).await.len() + audited(&app, admin.person_id()).await.len();
    assert_eq!(entries, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_is_stopped_and_released_for_a_reason() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "admin").await;
    let admin = app.sign_in("admin").await;
    let act = |what: &str| format!("/directory/sources/{source}/{what}");
    let because = |reason: &str| json!({ "reason": reason });
    admin.post(&act("release"), because("Рано.")).await.expect_error(409, "source_not_held");
    admin
        .post("/directory/sources/nowhere/hold", because("Нет такого."))
        .await
        .expect_error(404, "not_found");
    admin.post(&act("hold"), because("Меняем фильтр.")).await.expect(200);
    admin.post(&act("hold"), because("Ещё раз.")).await.expect_error(409, "source_held");
    let shown = of(&admin.get("/directory/sources").await.expect(200), &source).clone();
    assert_eq!(shown["held_reason"], "Меняем фильтр.");
    assert!(shown["held_at"].is_string() && shown["held_by"].is_string());

    let (_listening, mut heard) = listen(&app).await;
    let released = admin.post(&act("release"), because("Фильтр исправлен.")).await.expect(200);
    assert_eq!(heard.recv().await.unwrap(), source_id(&app, &source).await);
    let shown = of(&admin.get("/directory/sources").await.expect(200), &source).clone();
    assert_eq!((&shown["held_at"], &shown["held_reason"]), (&Value::Null, &Value::Null));
    assert_eq!(shown["requests"][0]["id"], released["request_id"]);
    let entries = audited(&app, admin.person_id()).await;
    let told: Vec<_> =
        entries.iter().map(|(kind, entry)| (kind.as_str(), entry["reason"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [("directory.source_held", "Меняем фильтр."), ("directory.source_released", "Фильтр исправлен.")]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_takes_a_large_ldif_and_tells_what_came_of_it() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let entry = "dn: uid=новый,ou=lands,dc=gov\nobjectClass: person\ncn: Новый сотрудник\n\n";
    let ldif = entry.repeat(4 * 1024 * 1024 / entry.len());
    let ask = |ldif: &str| json!({ "source": source, "kind": "preview", "ldif": ldif });
    let (_listening, mut heard) = listen(&app).await;
    let asked = hr.post("/directory/requests", ask(&ldif)).await.expect(201)["request"].clone();
    assert_eq!((&asked["kind"], &asked["ldif_bytes"]), (&json!("preview"), &json!(ldif.len())));
    assert_eq!(heard.recv().await.unwrap(), source_id(&app, &source).await);
    let id: Uuid = asked["id"].as_str().unwrap().parse().unwrap();
    let sql = "select argument->>'ldif' = $2 as whole from directory_requests where id = $1::text::uuid";
    assert_eq!(row(&app, sql, &[&id.to_string(), &ldif]).await["whole"], true);
    let entries = audited(&app, hr.person_id()).await;
    assert_eq!(
        (entries[0].0.as_str(), &entries[0].1["ldif_bytes"]),
        ("directory.requested", &json!(ldif.len()))
    );
    assert!(entries[0].1.to_string().len() < 1000, "the LDIF is not copied into the log");

    let sql = "update directory_requests set state = 'done', finished_at = now(), \
               result = '{\"consequences\": {\"people\": {\"added\": 3}}}' where id = $1::text::uuid";
    run_sql(&app, sql, &[&id.to_string()]).await;
    let done = hr.get(&format!("/directory/requests/{id}")).await.expect(200)["request"].clone();
    assert_eq!(done["result"]["consequences"]["people"]["added"], 3);
    assert!(done.get("argument").is_none() && done.to_string().len() < 2000, "the LDIF is not sent back");

    let too_large = format!("dn: dc=gov\n{}", "x".repeat(5 * 1024 * 1024));
    hr.post("/directory/requests", ask(&too_large)).await.expect_error(400, "too_long");
    hr.post("/directory/requests", ask(&"x".repeat(9 * 1024 * 1024)))
        .await
        .expect_error(413, "body_too_large");
    for bad in ["", "no entry", "dn: a\0b"] {
        let error = hr.post("/directory/requests", ask(bad)).await.expect_error(400, "invalid_value");
        assert_eq!(error["field"], "ldif");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_make_sense_and_do_not_pile_up() {
    let app = App::start().await;
    let (source, other) = sources_around(&app, "admin").await;
    let admin = app.sign_in("admin").await;
    let ask = |body: Value| {
        let admin = admin.clone();
        async move { admin.post("/directory/requests", body).await }
    };
    ask(json!({ "source": source, "kind": "destroy" })).await.expect_error(400, "invalid_value");
    ask(json!({ "source": source })).await.expect_error(400, "missing_field");
    ask(json!({ "source": "nowhere", "kind": "read" })).await.expect_error(404, "not_found");
    let undo =
        |run: Uuid| json!({ "source": source, "kind": "undo", "run_id": run, "reason": "Ошибка кадров." });
    ask(json!({ "source": source, "kind": "undo", "reason": "x" })).await.expect_error(400, "missing_field");
    let (wrote, failed) = (run(&app, &source, "applied", 9.0).await, run(&app, &source, "failed", 8.0).await);
    let elsewhere = run(&app, &other, "applied", 7.0).await;
    ask(json!({ "source": source, "kind": "undo", "run_id": wrote }))
        .await
        .expect_error(400, "missing_field");
    for run in [failed, elsewhere, Uuid::now_v7()] {
        ask(undo(run)).await.expect_error(409, "nothing_to_undo");
    }
    let request = ask(undo(wrote)).await.expect(201)["request"].clone();
    assert_eq!((&request["kind"], &request["run_id"]), (&json!("undo"), &json!(wrote)));
    ask(undo(wrote)).await.expect_error(409, "nothing_to_undo");
    let shown = admin.get(&format!("/directory/runs/{wrote}")).await.expect(200);
    assert_eq!(shown["run"]["can_undo"], false, "it is being taken back");

    for _ in 0..7 {
        ask(json!({ "source": source, "kind": "read" })).await.expect(201);
    }
    ask(json!({ "source": source, "kind": "read" })).await.expect_error(409, "requests_waiting");
    ask(json!({ "source": other, "kind": "read" })).await.expect(201);
    assert_eq!(audited(&app, admin.person_id()).await.len(), 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_tell_how_they_are_and_how_soon_a_change_is_in_force() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let fresh = of(&hr.get("/directory/sources").await.expect(200), &source).clone();
    assert_eq!(fresh["health"], "unknown");
    assert_eq!(fresh["in_force"]["week"]["enforced"], Value::Null, "nothing was measured");

    let trouble = "{\"code\": \"tombstones_hidden\", \"message_en\": \"Grant it.\"}";
    let sql = "update sources set health = 'following', heard_at = now(), trouble = $2::text::jsonb where name = $1";
    run_sql(&app, sql, &[&source, &trouble]).await;
    // Versions far above those of the first sync: 100 changes, the n-th in force after n * 10 ms on the slower node.
    let sql = "with runs as (insert into sync_runs (id, source_id, started_at, detected_at, finished_at, state, cause, \
                   org_version, counts) \
               select gen_random_uuid(), s.id, at, at, at + interval '5 ms', 'applied', 'live', 1000 + n, '{\"entries\": 301}' \
               from sources s, generate_series(1, 100) n, \
                   lateral (select now() - interval '1 hour' + n * interval '10 s' as at) t \
               where s.name = $1 returning org_version, detected_at) \
               insert into org_enforcements (version, node_id, enforced_at) \
               select org_version, node::uuid, detected_at + (org_version - 1000) * took * interval '1 ms' \
               from runs, (values ('00000000-0000-0000-0000-00000000000a', 10), \
                   ('00000000-0000-0000-0000-00000000000b', 4)) node (node, took) \
               union all select 1000, node::uuid, now() - interval '2 hours' from (values \
                   ('00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000b')) node (node)";
    run_sql(&app, sql, &[&source]).await;
    finding(&app, &source, "uid=nobody,ou=lands", None, "missing_login", false).await;
    let shown = of(&hr.get("/directory/sources").await.expect(200), &source).clone();
    assert_eq!(
        (&shown["health"], &shown["trouble"]["message_en"]),
        (&json!("following"), &json!("Grant it."))
    );
    assert_eq!((&shown["open_findings"], &shown["left_out"]), (&json!(1), &json!(1)));
    assert!(shown["entries"].as_i64().unwrap() > 200, "of the first sync, which began after these");
    assert!(shown["people_active"].as_i64().unwrap() > 200);
    assert!(shown["agency"].is_string());
    assert_eq!(shown["runs"].as_array().unwrap().len(), 3);
    let day = &shown["in_force"]["day"];
    assert_eq!((&day["runs"], &day["measured"]), (&json!(100), &json!(100)), "{day:#}");
    assert_eq!(day["enforced"], json!({ "p50_ms": 500, "p95_ms": 950, "p99_ms": 990, "max_ms": 1000 }));
    assert_eq!(day["stored"]["max_ms"], 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_come_in_pages_without_gap_and_show_what_they_did() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let before = hr.all(&format!("/directory/runs?source={source}"), "runs").await.len();
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(run(&app, &source, "applied", f64::from(1000 - n)).await.to_string());
    }
    let mut shown = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = hr.get(&format!("/directory/runs?source={source}&limit=2{cursor}")).await.expect(200);
        shown.extend(
            page["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(shown.len(), before + 7);
    let ours: Vec<_> = shown.iter().filter(|id| made.contains(id)).cloned().collect();
    made.reverse();
    assert_eq!(ours, made, "the newest first");
    let card = hr.get(&format!("/directory/runs/{}", made[0])).await.expect(200)["run"].clone();
    assert_eq!(card["changes"][0]["name"], "Иванов Иван");
    assert_eq!(card["findings"][0]["code"], "missing_login");
    assert_eq!((&card["changes_kept"], &card["can_undo"]), (&json!(1), &json!(true)));
    for bad in ["/directory/runs?limit=0", "/directory/runs?cursor=zzz", "/directory/runs?colour=red"] {
        let answer = hr.get(bad).await;
        assert_eq!(answer.status.as_u16(), 400, "{bad}: {:#}", answer.body);
    }
    hr.get("/directory/runs/7").await.expect_error(400, "invalid_id");
    hr.get("/directory/runs?source=%00").await.expect_error(400, "invalid_value");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quarantine_is_searched_and_mended_findings_are_told_apart() {
    let app = App::start().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    // What the sample ministry's own runs found is none of this test.
    run_sql(&app, "delete from directory_findings", &[]).await;
    finding(&app, &source, "uid=petrova_a,ou=lands", None, "missing_login", false).await;
    finding(&app, &source, "uid=petrovaXa,ou=lands", None, "unknown_rank", false).await;
    finding(&app, &source, "uid=sidorov,ou=lands", None, "unknown_rank", true).await;
    let found = |query: &'static str| {
        let hr = hr.clone();
        async move { hr.all(&format!("/directory/findings?{query}"), "findings").await.len() }
    };
    assert_eq!(found("open=true").await, 2);
    assert_eq!(found("open=false").await, 1);
    assert_eq!(found("").await, 3);
    assert_eq!(found("code=unknown_rank").await, 2);
    assert_eq!(found("code=unknown_rank&open=true").await, 1);
    assert_eq!(found("query=PETROVA").await, 2);
    assert_eq!(found("query=petrova_a").await, 1, "an underscore is an underscore");
    assert_eq!(found("query=%25").await, 0, "a per cent sign is one too");
    let answer = hr.get("/directory/findings?query=nobody").await.expect(200);
    assert_eq!(
        answer["codes"],
        json!([{ "code": "missing_login", "count": 1 }, { "code": "unknown_rank", "count": 1 }])
    );
    hr.get("/directory/findings?open=perhaps").await.expect_error(400, "invalid_value");
    hr.get(&format!("/directory/findings?query={}", "x".repeat(201))).await.expect_error(400, "too_long");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_somebody_is_or_is_not_in_the_system() {
    let app = App::start_with_own_directory().await;
    let (source, _) = sources_around(&app, "hr").await;
    let hr = app.sign_in("hr").await;
    let peer = app.person("peer");
    let ask = |query: String| {
        let hr = hr.clone();
        async move { hr.get(&format!("/directory/findings/history?query={query}")).await.expect(200) }
    };
    let known = ask("peer".into()).await["people"][0].clone();
    assert_eq!(
        (&known["id"], &known["status"], &known["source"]),
        (&json!(peer), &json!("active"), &json!(source))
    );
    assert!(known["unit"].is_string() && known["since"].is_string() && known["changed_at"].is_string());
    assert!(known["findings"].as_array().unwrap().is_empty());
    let before = known["versions"].as_array().unwrap().len();

    app.directory().replace("peer", "userAccountControl", &["514"]).await;
    app.sync().await;
    finding(&app, &source, "uid=was-elsewhere,ou=lands", Some(&peer), "bad_mail", true).await;
    for query in [peer.clone(), known["directory_id"].as_str().unwrap().to_owned(), "peer".into()] {
        let answer = ask(query).await;
        let person = &answer["people"][0];
        assert_eq!((&person["id"], &person["status"]), (&json!(peer), &json!("disabled")));
        let versions = person["versions"].as_array().unwrap();
        assert_eq!(versions.len(), before + 1, "{versions:#?}");
        assert_eq!((&versions[0]["of"], &versions[0]["status"]), (&json!("person"), &json!("disabled")));
        assert_eq!(person["findings"][0]["code"], "bad_mail");
        assert!(answer["entries"].as_array().unwrap().is_empty(), "the finding is told with the person");
    }

    finding(&app, &source, "uid=newcomer,ou=lands", None, "outside_any_unit", false).await;
    let answer = ask("newcomer".into()).await;
    assert!(answer["people"].as_array().unwrap().is_empty());
    assert_eq!(answer["entries"][0]["dn"], "uid=newcomer,ou=lands");
    assert_eq!(answer["entries"][0]["findings"][0]["code"], "outside_any_unit");
    let nobody = ask("никого-такого-нет".into()).await;
    assert_eq!(nobody, json!({ "people": [], "entries": [], "more": false }));
    hr.get("/directory/findings/history?query=a").await.expect_error(400, "invalid_value");
    hr.get("/directory/findings/history").await.expect_error(400, "missing_field");
}

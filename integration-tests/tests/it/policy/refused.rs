//! What cannot come into force, by any path: it says why, with file, line and rule.

use policies::gate::PolicyFiles;

use super::*;

/// What each draft is refused for: the file and a part of what is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_machine_objects_to_is_not_even_kept() {
    let app = App::start().await;
    let admin = app.sign_in("admin").await;
    let rules = admin.get("/policy/versions/1").await.expect(200)["rules"].as_array().unwrap().clone();
    let changed = |id: &str, change: &dyn Fn(&mut Value)| {
        let mut rules = rules.clone();
        change(rules.iter_mut().find(|rule| rule["id"] == id).unwrap());
        rules
    };
    let without = |id: &str| rules.iter().filter(|rule| rule["id"] != id).cloned().collect::<Vec<_>>();
    for (rules, file, said) in [
        (changed("D05", &|rule| rule["when"]["rel"] = json!(["up4"])), "rules.toml", "`up4` is not one of"),
        (
            changed("D05", &|rule| rule["when"]["rell"] = json!(["up3"])),
            "rules.toml",
            "there is no such column",
        ),
        (
            changed("D05", &|rule| rule["effect"] = json!("Deny")),
            "rules.toml",
            "`Deny` is not one of allow, deny",
        ),
        (changed("D05", &|rule| rule["sentence_en"] = json!(" ")), "messages.en.toml", "has no sentence"),
        (changed("D05", &|rule| rule["review"] = json!("soon")), "rules.toml", ""),
        (without("D01"), "invariants.toml", "Nothing passes a closed wall"),
        (
            changed("A06", &|rule| rule["when"]["gap"] = json!(["m2"])),
            "tests/direct.toml",
            "expected allow by A06",
        ),
    ] {
        let body = json!({ "base": 1, "note": "Опыт.", "rules": rules });
        let refused = admin.post("/policy/versions", body).await.expect_error(400, "policy_invalid");
        let findings = refused["findings"].as_array().unwrap();
        let named = findings.iter().any(|one| {
            one["file"] == file && one["message"].as_str().unwrap().contains(said) && one["line"] != 0
        });
        assert!(named, "{file} {said}: {refused:#}");
    }
    let files = json!({ "base": 1, "note": "Опыт.", "files": { "rules.toml": "" } });
    admin.post("/policy/versions", files).await.expect_error(400, "policy_invalid");
    admin
        .post("/policy/versions", json!({ "base": 1, "note": "Опыт.", "rules": rules }))
        .await
        .expect_error(409, "policy_unchanged");
    admin
        .post("/policy/versions", json!({ "base": 7, "note": "Опыт.", "rules": without("A37") }))
        .await
        .expect_error(409, "policy_base_moved");
    let kept = admin.get("/policy/versions").await.expect(200);
    assert_eq!(kept["versions"].as_array().unwrap().len(), 1, "nothing was kept");
}

/// The database itself keeps a set without its signatures from coming into force, and a node does not take what a machine
/// objects to, whoever wrote it there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_into_the_database_does_not_come_into_force_either() {
    let app = App::start().await;
    let admin = app.sign_in("admin").await;
    let number = draft(&admin).await;
    let database = app.database().await;
    let activate = "insert into policy_activations (id, number, mode, valid, reason)
        values (gen_random_uuid(), $1, 'active', tstzrange(now(), null), 'forged')";
    let error = database.query(activate, &[&number]).await.unwrap_err();
    assert!(error.as_db_error().unwrap().message().contains("is not approved"), "{error:?}");
    let error = database.query("update policy_versions set files = '{}' where number = $1", &[&number]).await;
    assert!(error.unwrap_err().as_db_error().unwrap().message().contains("stay as they are"));

    // As if the program had come with it: hard rules gone, invariants broken.
    database
        .batch_execute(&format!(
            "insert into policy_versions (number, sha256, files, created_at)
             select 99, decode(repeat('00', 32), 'hex'), files, now() from policy_versions where number = {number}"
        ))
        .await
        .unwrap();
    put_in_force(&database, 99).await;
    built_or_refused(&app, 99).await;
    assert_eq!(app.gate().snapshot().version(), 1, "what is in force stays in force");
}

/// A node does not take what breaks an invariant, though its hash is right. It goes on with what it has for half a minute, then
/// decides nothing and is not ready, until something that it can take is in force.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_cannot_take_what_is_in_force_refuses_after_half_a_minute() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let open = officer.direct_with(&app.person("peer")).await;
    officer.say(&open, "before").await.expect(201);
    let database = app.database().await;
    forge(&database, 99, &without_walls()).await;
    put_in_force(&database, 99).await;
    let readiness = async |ready: bool| {
        let deadline = Instant::now() + Duration::from_mins(2);
        loop {
            let answer = officer.get("/readyz").await;
            if (answer.status.as_u16() == 200) == ready {
                return answer.body;
            }
            assert!(Instant::now() < deadline, "never came to be ready: {ready}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let found = readiness(false).await;
    assert_eq!(found["reasons"], json!(["policy_stale"]));
    assert_eq!(found["policy_version"], 1, "what was in force stays there, and decides nothing");
    officer.say(&open, "refused").await.expect_error(503, "org_stale");
    put_in_force(&database, 1).await;
    readiness(true).await;
    officer.say(&open, "after").await.expect(201);
}

/// The policy of the program with a first denial that denies nothing: walls stand no more.
fn without_walls() -> PolicyFiles {
    let mut files = PolicyFiles::embedded().map().clone();
    let rules = files.get_mut("rules.toml").unwrap();
    assert!(rules.contains("wall = [\"closed\"]"));
    *rules = rules.replacen("wall = [\"closed\"]", "wall = [\"closed\"]\ncrisis = [\"yes\"]", 1);
    PolicyFiles::from_map(files)
}

/// Writes a policy into the database as if the program had come with it.
async fn forge(database: &tokio_postgres::Client, number: i64, files: &PolicyFiles) {
    let written = serde_json::to_string(files.map()).unwrap();
    let insert = "insert into policy_versions (number, sha256, files, created_at) values ($1, $2, $3::text::jsonb, now())";
    database.execute(insert, &[&number, &files.sha256().to_vec(), &written]).await.unwrap();
}

/// Puts a policy in force behind the back of everybody.
async fn put_in_force(database: &tokio_postgres::Client, number: i64) {
    let end = "update policy_activations set valid = tstzrange(lower(valid), now()) where upper_inf(valid)";
    database.execute(end, &[]).await.unwrap();
    let activate = "insert into policy_activations (id, number, mode, valid, reason)
        values (gen_random_uuid(), $1, 'active', tstzrange(now(), null), 'forged')";
    database.execute(activate, &[&number]).await.unwrap();
    database.execute("select pg_notify('policy_changed', '')", &[]).await.unwrap();
}

/// Waits until the node has said what it came to with the version, which must be that it cannot use it.
async fn built_or_refused(app: &App, number: i64) {
    let database = app.database().await;
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let said =
            database.query("select error from policy_proofs where number = $1", &[&number]).await.unwrap();
        if let Some(row) = said.first() {
            let error: Option<String> = row.get(0);
            assert!(error.is_some_and(|error| error.contains("hash")), "the node took it");
            return;
        }
        assert!(Instant::now() < deadline, "the node said nothing of version {number}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_who_answer_for_it_look_and_act() {
    let app = App::start().await;
    for login in ["officer", "minister", "hr", "contractor"] {
        let client = app.sign_in(login).await;
        for path in
            ["/policy", "/policy/versions", "/policy/versions/1", "/policy/keys", "/policy/versions/1/matrix"]
        {
            client.get(path).await.expect_error(403, "role_required");
        }
        let body = json!({ "base": 1, "note": "Опыт." });
        client.post("/policy/versions", body).await.expect_error(403, "role_required");
    }
    let compliance = app.sign_in("compliance").await;
    assert_eq!(compliance.get("/policy").await.expect(200)["can_act"], false);
    compliance.get("/policy/versions/1").await.expect(200);
    for (path, body) in [
        ("/policy/versions", json!({ "base": 1, "note": "Опыт." })),
        ("/policy/rollback", json!({ "reason": "Опыт." })),
        ("/policy/versions/1/activate", everywhere()),
        ("/policy/versions/1/withdraw", json!({ "reason": "Опыт." })),
    ] {
        compliance.post(path, body).await.expect_error(403, "role_required");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_is_what_the_gate_says() {
    let app = App::start().await;
    let admin = app.sign_in("admin").await;
    let found = admin.get("/policy/versions/1/matrix?given=band:officer,gap:p3").await.expect(200);
    let (rows, columns) = (found["rows"].as_array().unwrap(), found["columns"].as_array().unwrap());
    let row = rows.iter().position(|row| row == "up3").unwrap();
    let column = columns.iter().position(|column| column == "dm.start").unwrap();
    assert_eq!(found["cells"][row][column], json!({ "allow": false, "rule": "D05" }));
    assert_eq!(found["given"]["band"], "officer");
    for bad in ["rows=nothing", "rows=act", "given=band", "given=band:king", "columns=rel"] {
        admin.get(&format!("/policy/versions/1/matrix?{bad}")).await.expect_error(400, "invalid_value");
    }
    admin.get("/policy/versions/9").await.expect_error(404, "not_found");
}

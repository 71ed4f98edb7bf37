//! Exports: what is in one, that others can read and check it, who may make and fetch it, and that it is gone when its time is.

use std::path::{Path, PathBuf};
use std::process::Command;

use integration_tests::app::token_key;
use integration_tests::services;
use reqwest::Method;
use reqwest::header::{CONTENT_RANGE, RANGE};

use super::*;

/// Asks for an export and waits until it is ready.
async fn exported(client: &Client, case: &str, body: Value) -> Value {
    let made = client.post(&format!("/compliance/cases/{case}/exports"), body).await.expect(202);
    ended(client, case, made["export"]["id"].as_str().unwrap()).await
}

/// The export once nobody works at it any more.
async fn ended(client: &Client, case: &str, export: &str) -> Value {
    loop {
        let listed = client.get(&format!("/compliance/cases/{case}/exports")).await.expect(200);
        let all = listed["exports"].as_array().unwrap();
        let found = all.iter().find(|one| one["id"] == export).unwrap();
        if !["choosing", "writing", "sealing"].contains(&found["stage"].as_str().unwrap()) {
            return found.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn file_of(case: &str, export: &Value) -> String {
    format!("/compliance/cases/{case}/exports/{}/file", export["id"].as_str().unwrap())
}

/// The octets of the archive that `range` names.
async fn octets(
    app: &App,
    client: &Client,
    path: &str,
    range: Option<&str>,
) -> (u16, Option<String>, Vec<u8>) {
    let mut asked =
        reqwest::Client::new().get(format!("{}/api/v1{path}", app.base())).bearer_auth(client.token());
    if let Some(range) = range {
        asked = asked.header(RANGE, range);
    }
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    let told = answer.headers().get(CONTENT_RANGE).map(|told| told.to_str().unwrap().to_owned());
    (status, told, answer.bytes().await.unwrap().to_vec())
}

/// Unpacks it with a program that is none of ours.
fn unpacked(directory: &Path, archive: &[u8]) -> PathBuf {
    let (file, out) = (directory.join("case.zip"), directory.join("case"));
    std::fs::write(&file, archive).unwrap();
    python(&["-m", "zipfile", "-t", file.to_str().unwrap()]);
    python(&["-m", "zipfile", "-e", file.to_str().unwrap(), out.to_str().unwrap()]);
    out
}

fn python(arguments: &[&str]) -> String {
    let done = Command::new("python3").args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// What `chancery audit verify` says of it.
fn verified(directory: &Path, key: &str) -> Value {
    let done = Command::new(services::program("chancery"))
        .args(["audit", "verify", "--json", "--key", key, "--export"])
        .arg(directory)
        .output()
        .unwrap();
    serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)))
}

fn lines(directory: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(directory.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Reads every mail as Python's `email` does, and says what is wrong with it and what it says.
const READ_MAILS: &str = r#"
import email, email.policy, hashlib, json, pathlib, sys
found = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.eml")):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = list(mail.walk())
    found.append({
        "defects": [str(defect) for part in parts for defect in part.defects],
        "from": str(mail["From"]), "to": [str(one.display_name) for one in mail["To"].addresses],
        "subject": str(mail["Subject"]), "id": str(mail["Message-ID"]), "references": str(mail["References"]),
        "date": mail["Date"].datetime.isoformat(),
        "body": mail.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n"),
        "attached": [part.get_filename() for part in mail.iter_attachments()],
        "label": str(mail["SIO-Label"] or ""),
    })
print(json.dumps(found))
"#;

/// A channel of which some was said, among it what looks like a formula, and a group with a label that the officer is cleared for.
async fn ground() -> (App, String, String) {
    let app = App::start_with(|config| config.audit.signing_key = Some(token_key().into())).await;
    let officer = app.sign_in("officer").await;
    let open = app.group(&officer, &["peer"]).await;
    for said in ["Договорились, аметист.", "=1+1", "Строка\nи ещё одна, \"в кавычках\"; и всё."]
    {
        officer.say(&open, said).await.expect(201);
    }
    let other = app.group(&officer, &["head"]).await;
    app.sign_in("head").await.say(&other, "Вот берилл.").await.expect(201);
    (app, open, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_messages_brought_is_found_opened_taken_out_and_checked() {
    let app = App::start_with(|config| config.audit.signing_key = Some(token_key().into())).await;
    let officer = app.sign_in("officer").await;
    let open = app.group(&officer, &["peer"]).await;
    officer.say(&open, "Без файлов.").await.expect(201);
    let contents = "смета;1\n".repeat(20_000);
    let sent = officer.send_file(&open, "Смета.", "Смета_2026.csv", contents.as_bytes()).await;
    let other = app.group(&officer, &["head"]).await;
    let hidden = officer.send_file(&other, "", "Чужая смета.csv", b"1").await;
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&open])).await;
    let path = format!("/compliance/cases/{case}/messages");
    for query in ["?with_files=true", "?query=сметы%202026", "?query=смета&with_files=true"] {
        let page = compliance.get(&format!("{path}{query}")).await.expect(200);
        let found: Vec<_> =
            page["messages"].as_array().unwrap().iter().map(|one| &one["message"]["id"]).collect();
        assert_eq!(found, [&sent["id"]], "{query}");
    }
    let content = |message: &Value| {
        format!("/compliance/cases/{case}/files/{}/content", message["files"][0]["id"].as_str().unwrap())
    };
    let (status, _, octets_of) = compliance.fetch(&content(&sent)).await;
    assert_eq!((status, octets_of.as_slice()), (200, contents.as_bytes()));
    assert_eq!(compliance.fetch(&content(&hidden)).await.0, 404, "out of its scope");
    assert_eq!(second.fetch(&content(&sent)).await.0, 403, "whoever opened it reads");
    let of_chat = format!("/files/{}/content", sent["files"][0]["id"].as_str().unwrap());
    assert_eq!(compliance.fetch(&of_chat).await.0, 404, "the chat opens nothing to an officer");
    let looks = app.audited("case.looked").await;
    let files: Vec<_> =
        looks.iter().filter(|look| look["look"] == "file").map(|look| &look["found"]).collect();
    assert_eq!(files, [&json!(1), &json!(0)]);

    let export = exported(&compliance, &case, json!({ "with_table": true, "with_mails": true })).await;
    assert_eq!(export["stage"], "ready", "{export}");
    let (_, _, archive) = octets(&app, &compliance, &file_of(&case, &export), None).await;
    let out = unpacked(&services::shared().directory("export"), &archive);
    let messages = lines(&out, "messages.jsonl");
    let line = messages.iter().find(|line| line["body"] == "Смета.").unwrap();
    assert_eq!(line["files"], sent["files"]);
    let file = out.join(line["file_paths"][0].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), contents);
    let mails: Vec<Value> =
        serde_json::from_str(&python(&["-c", READ_MAILS, out.join("mails").to_str().unwrap()])).unwrap();
    let mail = mails.iter().find(|mail| mail["body"] == "Смета.").unwrap();
    assert_eq!((&mail["attached"], &mail["defects"]), (&json!(["Смета_2026.csv"]), &json!([])));
    assert!(std::fs::read_to_string(out.join("messages.csv")).unwrap().contains("Смета_2026.csv"));

    let key = app.config().audit_verifier().unwrap().unwrap().to_string();
    assert_eq!(verified(&out, &key)["is_whole"], true, "{:#}", verified(&out, &key));
    std::fs::write(&file, contents.replacen('1', "2", 1)).unwrap();
    let report = verified(&out, &key).to_string();
    assert!(report.contains("file_contents") && report.contains("Смета_2026.csv"), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_read_and_check_what_is_taken_out_of_a_case() {
    let (app, open, other) = ground().await;
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&open, &other])).await;
    let export = exported(&compliance, &case, json!({ "with_table": true, "with_mails": true })).await;
    assert_eq!(
        (&export["stage"], &export["total"], &export["is_signed"]),
        (&json!("ready"), &json!(4), &json!(true))
    );
    let path = file_of(&case, &export);
    let (status, _, archive) = octets(&app, &compliance, &path, None).await;
    assert_eq!((status, json!(archive.len())), (200, export["size"].clone()));

    let directory = services::shared().directory("export");
    let out = unpacked(&directory, &archive);
    let messages = lines(&out, "messages.jsonl");
    assert_eq!(messages.len(), 4);
    let said = |body: &str| messages.iter().find(|message| message["body"] == body).unwrap();
    let first = said("Договорились, аметист.");
    let officer = app.sign_in("officer").await;
    assert_eq!(first["author"]["id"], officer.person_id());
    assert!(first["author"]["name"].is_string() && first["author"]["unit"].is_string(), "{first}");
    assert_eq!(lines(&out, "conversations.jsonl").len(), 2);
    let there = lines(&out, "participants.jsonl");
    assert!(there.iter().any(|stay| stay["person_id"] == app.person("peer")), "{there:?}");

    // The table, as a spreadsheet reads it.
    let table = std::fs::read_to_string(out.join("messages.csv")).unwrap();
    assert!(table.starts_with("\u{feff}\"sent_at\","), "{table}");
    assert!(table.contains(",\"'=1+1\","), "{table}");
    assert!(table.contains("\"Строка\nи ещё одна, \"\"в кавычках\"\"; и всё.\""), "{table}");

    // The mails, as a mail client reads them.
    let script = directory.join("read.py");
    std::fs::write(&script, READ_MAILS).unwrap();
    let mails = python(&[script.to_str().unwrap(), out.join("mails").to_str().unwrap()]);
    let mails: Vec<Value> = serde_json::from_str(&mails).unwrap();
    assert_eq!(mails.len(), 4);
    for (mail, message) in mails.iter().zip(&messages) {
        assert_eq!(mail["defects"], json!([]), "{mail}");
        assert_eq!(mail["body"], message["body"]);
        assert_eq!(mail["subject"], "Рабочая группа");
        assert!(mail["id"].as_str().unwrap().contains(message["message_id"].as_str().unwrap()));
        assert!(mail["references"].as_str().unwrap().contains(message["conversation_id"].as_str().unwrap()));
        assert_eq!(mail["to"].as_array().unwrap().len(), 2, "{mail}");
    }

    // The hashes, as `sha256sum` reads them; the signature and the proofs.
    let summed = Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&out).status();
    assert!(summed.unwrap().success());
    let key = compliance.get("/audit/checkpoint").await.expect(200)["audit"]["verifier"].clone();
    let key = key.as_str().unwrap();
    let whole = verified(&out, key);
    assert_eq!((&whole["is_whole"], &whole["messages"]), (&json!(true), &json!(4)), "{whole}");
    whatever_is_changed_is_found(&out, key);

    // The log tells of it.
    let told = app.audited("case.export_ready").await;
    assert_eq!(told[0]["manifest_sha256"], export["manifest_sha256"]);
    let looks: Vec<Value> = app.audited("case.looked").await;
    assert!(looks.iter().any(|look| look["look"] == "export" && look["found"] == 4), "{looks:?}");
    assert_eq!(app.audited("case.export_taken").await[0]["until"], export["size"]);
}

/// Each of these changes alone.
fn whatever_is_changed_is_found(out: &Path, key: &str) {
    let change = |name: &str, change: &dyn Fn(String) -> String| {
        let path = out.join(name);
        let was = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(was.clone())).unwrap();
        let found = verified(out, key);
        std::fs::write(&path, was).unwrap();
        assert_eq!(found["is_whole"], false, "{name}");
        found["findings"].as_array().unwrap().clone()
    };
    let codes = |found: &[Value]| -> Vec<String> {
        found.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let found = change("messages.jsonl", &|text| text.replace("берилл", "гранит"));
    assert_eq!(codes(&found), ["file_altered", "message_altered"]);
    assert_eq!(found[1]["what"], json!(["body"]));
    let found = change("proofs.jsonl", &|text| text.replacen("\"leaf\":", "\"leaf\":1", 1));
    assert_eq!(codes(&found), ["file_altered", "message_altered"]);
    assert_eq!(found[1]["what"], json!(["proof"]));
    for (name, from) in [("manifest.json", "Приказ"), ("SHA256SUMS", "a"), ("README.txt", "Chancery")] {
        let found = change(name, &|text| text.replacen(from, "b", 1));
        assert_eq!(codes(&found), ["file_altered"], "{name}");
    }
    let label = r#""label":{"policy":"x","number":1,"categories":[]}"#;
    let found = change("messages.jsonl", &|text| text.replacen("\"label\":null", label, 1));
    assert_eq!(found[1]["what"], json!(["label"]));
    let outside = change("SHA256SUMS", &|text| text.replacen("README.txt", "../x", 1));
    assert_eq!(codes(&outside), ["file_altered"], "nothing outside is looked at");
    assert_eq!(codes(&change("manifest.note", &|_| String::new())), ["checkpoint_invalid"]);
    let more = out.join("more.txt");
    std::fs::write(&more, "").unwrap();
    assert_eq!(codes(verified(out, key)["findings"].as_array().unwrap()), ["file_inserted"]);
    std::fs::remove_file(more).unwrap();
    assert_eq!(verified(out, key)["is_whole"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_interrupted_goes_on_where_they_were() {
    let (app, open, other) = ground().await;
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&open, &other])).await;
    let export = exported(&compliance, &case, json!({ "query": WORD })).await;
    assert_eq!(export["total"], 1, "by its words");
    let path = file_of(&case, &export);
    let (_, _, all) = octets(&app, &compliance, &path, None).await;
    let size = all.len();
    for (from, until) in [(0, 1), (0, size), (1, 100), (size / 2, size), (size - 1, size)] {
        let range = format!("bytes={from}-{}", until - 1);
        let (status, told, part) = octets(&app, &compliance, &path, Some(&range)).await;
        assert_eq!(part, all[from..until], "{range}");
        let is_all = (from, until) == (0, size);
        assert_eq!(status, if is_all { 200 } else { 206 });
        assert_eq!(told, (!is_all).then(|| format!("bytes {from}-{}/{size}", until - 1)));
    }
    let (status, told, _) = octets(&app, &compliance, &path, Some(&format!("bytes={size}-"))).await;
    assert_eq!((status, told), (416, Some(format!("bytes */{size}"))));

    // A browser, which has no other way to say who it is.
    let prepared = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let address = format!("{}/api/v1{path}", app.base());
    assert_eq!(prepared.get(&address).send().await.unwrap().status(), 401);
    let set = prepared.post(&address).bearer_auth(compliance.token()).send().await.unwrap();
    assert_eq!(set.status(), 204);
    let cookie = set.headers()["set-cookie"].to_str().unwrap().to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", &format!("Path=/api/v1{path}")] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_eq!(prepared.get(&address).send().await.unwrap().bytes().await.unwrap(), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_for_whoever_may_read_and_as_long_as_they_may() {
    let (app, open, other) = ground().await;
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let security = app.sign_in("security").await;
    let draft = draft(&app, &compliance, &conversations(&[&open]), 30 * DAY).await;
    let asked = json!({ "with_table": true });
    compliance
        .post(&format!("/compliance/cases/{draft}/exports"), asked.clone())
        .await
        .expect_error(409, "case_not_in_force");
    let case = approved(&app, &compliance, &second, &conversations(&[&open, &other])).await;
    let exports = format!("/compliance/cases/{case}/exports");
    for (client, status, code) in [
        (&second, 403, "case_not_yours"),
        (&security, 403, "case_not_yours"),
        (&app.sign_in("officer").await, 403, "role_required"),
    ] {
        client.post(&exports, asked.clone()).await.expect_error(status, code);
    }
    compliance.post(&exports, json!({ "from": "yesterday" })).await.expect_error(400, "invalid_value");
    compliance.post(&exports, json!({ "rows": 1 })).await.expect_error(400, "unknown_field");

    let export = exported(&compliance, &case, asked.clone()).await;
    let path = file_of(&case, &export);
    // The security office sees that there is one, and nothing of it.
    assert_eq!(security.get(&exports).await.expect(200)["exports"][0]["id"], export["id"]);
    for client in [&security, &second] {
        client.get(&path).await.expect_error(403, "case_not_yours");
    }
    let guessed = format!("{exports}/{}/file", uuid::Uuid::now_v7());
    compliance.get(&guessed).await.expect_error(404, "not_found");
    let elsewhere = approved(&app, &compliance, &second, &conversations(&[&open])).await;
    compliance.get(&file_of(&elsewhere, &export)).await.expect_error(404, "not_found");

    // A label that was raised since binds, too.
    let label =
        "update conversations set label_policy = $2, label_level = $3, label_version = label_version + 1
        where id = $1::text::uuid";
    let policy = app.gate().snapshot().labels().policy_id().to_owned();
    let database = app.database().await;
    database.execute(label, &[&other, &Some(policy), &9_i16]).await.unwrap();
    compliance.get(&path).await.expect_error(403, "export_not_cleared");
    database.execute(label, &[&other, &None::<String>, &0_i16]).await.unwrap();
    assert_eq!(octets(&app, &compliance, &path, None).await.0, 200);

    // Another one is made; a case that is closed has none any more.
    let again = exported(&compliance, &case, json!({ "conversation_id": other })).await;
    assert_eq!(again["total"], 1);
    compliance
        .send(Method::DELETE, &format!("{exports}/{}", again["id"].as_str().unwrap()), None)
        .await
        .expect(204);
    compliance.get(&file_of(&case, &again)).await.expect_error(409, "export_not_ready");
    let gone = format!("{exports}/{}", again["id"].as_str().unwrap());
    compliance.send(Method::DELETE, &gone, None).await.expect_error(409, "export_gone");
    act(&compliance, &case, "close").await.expect(200);
    compliance.get(&path).await.expect_error(409, "case_not_in_force");
    app.look_after_exports().await;
    let over = compliance.get(&exports).await.expect(200)["exports"][1].clone();
    assert_eq!((&over["stage"], &over["why"]), (&json!("gone"), &json!("over")));
    let parts = app.database().await.query_one("select count(*) from case_export_parts", &[]).await.unwrap();
    assert_eq!(parts.get::<_, i64>(0), 0, "nothing of it is kept");
}

/// A node that stopped in the middle: another one goes on, and what comes out is as whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_goes_on_with_what_one_has_left() {
    let (app, open, _) = ground().await;
    let officer = app.sign_in("officer").await;
    for number in 0..40 {
        officer.say(&open, &format!("Сообщение {number}.")).await.expect(201);
    }
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&open])).await;
    let whole = exported(&compliance, &case, json!({ "with_table": true, "with_mails": true })).await;
    // As it would be in the database: its messages chosen, and what of it was sealed half done.
    let database = app.database().await;
    database
        .batch_execute(
            "insert into case_exports (id, case_id, scope_id, asked_by, asked_at, with_table, with_mails, about, label_policy,
                label_level, label_categories, seen_at)
             select '00000000-0000-0000-0000-000000000001', case_id, scope_id, asked_by, asked_at, true, true, about,
                label_policy, label_level, label_categories, '-infinity' from case_exports",
        )
        .await
        .unwrap();
    app.look_after_exports().await;
    let left = ended(&compliance, &case, "00000000-0000-0000-0000-000000000001").await;
    assert_eq!((&left["stage"], &left["total"]), (&json!("ready"), &json!(43)));
    database
        .batch_execute(
            "update case_exports set stage = 'sealing', seen_at = '-infinity' where id = '00000000-0000-0000-0000-000000000001';
             insert into case_export_messages (export_id, place, conversation_id, seq, created_at, message_id)
             select '00000000-0000-0000-0000-000000000001', row_number() over (order by conversation_id, seq), conversation_id, seq,
                created_at, id from messages where conversation_id = (select conversation_id from messages where body = '=1+1')",
        )
        .await
        .unwrap();
    app.look_after_exports().await;
    let left = ended(&compliance, &case, "00000000-0000-0000-0000-000000000001").await;
    assert_eq!(left["stage"], "ready");
    let directory = services::shared().directory("exports");
    let mut contents = Vec::new();
    for (name, export) in [("one", &whole), ("other", &left)] {
        let (_, _, archive) = octets(&app, &compliance, &file_of(&case, export), None).await;
        let place = directory.join(name);
        std::fs::create_dir(&place).unwrap();
        contents.push(std::fs::read(unpacked(&place, &archive).join("messages.jsonl")).unwrap());
    }
    assert_eq!(contents[0], contents[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_and_taken_back_is_of_the_case() {
    let app = App::start_with(|config| config.audit.signing_key = Some(token_key().into())).await;
    let officer = app.sign_in("officer").await;
    let open = app.group(&officer, &["peer"]).await;
    let first = officer.say(&open, "Передай аметист Петру.").await.expect(201)["message"].clone();
    let second = officer.send_file(&open, "Вот рубин.", "рубин.txt", b"red").await;
    let message = |one: &Value| format!("/conversations/{open}/messages/{}", one["id"].as_str().unwrap());
    let body = json!({ "body": "Передай привет Петру." }).to_string();
    officer.send(Method::PATCH, &message(&first), Some(body)).await.expect(200);
    officer.delete(&message(&second)).await.expect(200);
    let (compliance, second_officer) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second_officer, &conversations(&[&open])).await;
    for (query, expected) in [("аметист", &first), ("привет", &first), ("рубин", &second)] {
        let page =
            compliance.get(&format!("/compliance/cases/{case}/messages?query={query}")).await.expect(200);
        let found: Vec<_> =
            page["messages"].as_array().unwrap().iter().map(|one| &one["message"]["id"]).collect();
        assert_eq!(found, [&expected["id"]], "{query}");
        assert_eq!(page["versions"][0]["seq"], expected["seq"], "what it said before comes along");
    }
    let content =
        format!("/compliance/cases/{case}/files/{}/content", second["files"][0]["id"].as_str().unwrap());
    assert_eq!(compliance.fetch(&content).await.2, b"red", "what was taken back is still of the case");

    let export = exported(&compliance, &case, json!({ "with_table": true, "with_mails": true })).await;
    assert_eq!(export["stage"], "ready", "{export}");
    let (_, _, archive) = octets(&app, &compliance, &file_of(&case, &export), None).await;
    let out = unpacked(&services::shared().directory("export"), &archive);
    let messages = lines(&out, "messages.jsonl");
    let line = |one: &Value| messages.iter().find(|line| line["message_id"] == one["id"]).unwrap();
    assert_eq!(line(&first)["versions"][0]["body"], "Передай аметист Петру.");
    let gone = line(&second);
    assert!(
        gone["deleted_at"].is_string() && gone["body"] == "" && gone["versions"][0]["body"] == "Вот рубин."
    );
    assert_eq!(std::fs::read(out.join(gone["file_paths"][0].as_str().unwrap())).unwrap(), b"red");
    let mails: Vec<Value> =
        serde_json::from_str(&python(&["-c", READ_MAILS, out.join("mails").to_str().unwrap()])).unwrap();
    assert!(
        mails.iter().any(|mail| mail["body"] == "Вот рубин." && mail["attached"] == json!(["рубин.txt"])),
        "{mails:?}"
    );
    let key = app.config().audit_verifier().unwrap().unwrap().to_string();
    assert_eq!(verified(&out, &key)["is_whole"], true, "{:#}", verified(&out, &key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_keeps_ten_archives_and_takes_another_where_one_was_removed() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let open = app.group(&officer, &["peer"]).await;
    officer.say(&open, "Одно.").await.expect(201);
    let (compliance, second) = (app.sign_in("compliance").await, app.sign_in("compliance2").await);
    let case = approved(&app, &compliance, &second, &conversations(&[&open])).await;
    let mut last = Value::Null;
    for _ in 0..10 {
        last = exported(&compliance, &case, json!({})).await;
        assert_eq!(last["stage"], "ready", "{last}");
    }
    let path = format!("/compliance/cases/{case}/exports");
    compliance.post(&path, json!({})).await.expect_error(409, "too_many_exports");
    compliance.delete(&format!("{path}/{}", last["id"].as_str().unwrap())).await.expect(204);
    compliance.post(&path, json!({})).await.expect(202);
}

//! What is given away arrives, in order and whole, also where the receiver was down for a while.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use integration_tests::app::{App, token_key};
use integration_tests::services;
use ldap_sync::mail::MailSettings;
use local_services::Smtp;
use schema::Pool;
use serde_json::Value;
use server::config::{AuditReceiver, AuditTakes, Config};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::an_office;

fn receiver(name: &str, takes: AuditTakes, to: String) -> AuditReceiver {
    AuditReceiver {
        name: name.to_owned(),
        takes,
        to,
        format: server::audit::ship::Format::Json,
        every_minutes: None,
        ca_file: None,
        token: None,
        token_file: None,
    }
}

fn with(receivers: Vec<AuditReceiver>) -> impl FnOnce(&mut Config) {
    |config| {
        config.audit.signing_key = Some(token_key().into());
        config.audit.receivers = receivers;
    }
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The entries that a receiver of entries must have, by number.
async fn wanted(app: &App, pool: &Pool) -> Vec<i64> {
    app.signed_log(pool).await;
    let rows = app.database().await;
    let rows =
        rows.query("select seq from audit_log where kind <> 'rows.changed' order by seq", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn seqs(lines: &str) -> Vec<i64> {
    let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_i64().unwrap();
    let mut seqs: Vec<i64> = lines.lines().map(seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    seqs
}

fn has_all(lines: &str, wanted: &[i64]) -> bool {
    let has = seqs(lines);
    wanted.iter().all(|seq| has.binary_search(seq).is_ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_get_every_entry_and_every_checkpoint() {
    let directory = services::shared().directory("given");
    let (entries, checkpoints) = (directory.join("entries.jsonl"), directory.join("checkpoints"));
    let to = |path: &Path| format!("file:{}", path.display());
    let receivers = vec![
        receiver("siem", AuditTakes::Entries, to(&entries)),
        receiver("drop", AuditTakes::Checkpoints, to(&checkpoints)),
    ];
    let app = App::start_with(with(receivers)).await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    let wanted = wanted(&app, &pool).await;
    until("the file has every entry", async || {
        fs::read_to_string(&entries).is_ok_and(|lines| has_all(&lines, &wanted))
    })
    .await;
    assert!(!fs::read_to_string(&entries).unwrap().contains("said 3"), "no body is given away");
    let key = app.config().audit_verifier().unwrap().unwrap();
    until("the newest checkpoint is there", async || {
        let Ok(files) = fs::read_dir(&checkpoints) else { return false };
        let notes = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let mut count = 0;
        for note in notes.filter(|note| !note.is_empty()) {
            key.open(&note).unwrap();
            count += 1;
        }
        count > 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_syslog_that_was_down_misses_nothing() {
    // A port that nobody listens on yet.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let receivers = vec![receiver("siem", AuditTakes::Entries, format!("syslog+tcp://{address}"))];
    let app = App::start_with(with(receivers)).await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    let wanted = wanted(&app, &pool).await;
    let database = app.database().await;
    until("it is known that nothing is taken", async || {
        let failing = "select count(*) from audit_receivers where failing_since is not null and error <> ''";
        database.query_one(failing, &[]).await.unwrap().get::<_, i64>(0) == 1
    })
    .await;

    let listener = TcpListener::bind(address).await.unwrap();
    let heard = Arc::new(Mutex::new(String::new()));
    let hearing = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut octets = Vec::new();
            stream.read_to_end(&mut octets).await.unwrap();
            let mut rest = octets.as_slice();
            let mut heard = hearing.lock().await;
            while let Some(space) = rest.iter().position(|octet| *octet == b' ') {
                let length: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().unwrap();
                let message = std::str::from_utf8(&rest[space + 1..space + 1 + length]).unwrap();
                assert!(message.starts_with("<109>1 20") || message.starts_with("<108>1 20"), "{message}");
                heard.push_str(message.split_once('\u{feff}').unwrap().1);
                heard.push('\n');
                rest = &rest[space + 1 + length..];
            }
        }
    });
    until("everything arrives after all", async || has_all(&heard.lock().await, &wanted)).await;
    let still = "select count(*) from audit_receivers where failing_since is not null";
    assert_eq!(database.query_one(still, &[]).await.unwrap().get::<_, i64>(0), 0);
}

/// The newest checkpoint, once an hour, as a mail of which the note can be taken as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_get_a_checkpoint_by_mail_and_not_each_minute() {
    let directory = services::shared().directory("mail");
    let smtp = Smtp::start(&directory, 1 << 20).unwrap();
    let settings = serde_json::json!({
        "host": "localhost", "port": smtp.port(), "ca_file": smtp.ca_pem_path(),
        "from": "Chancery <chancery@example.org>",
    });
    let settings: MailSettings = serde_json::from_value(settings).unwrap();
    let mailed = receiver("notary", AuditTakes::Checkpoints, "mailto:auditor@example.org".to_owned());
    let app = App::start_with(|config| {
        with(vec![mailed])(config);
        config.mail = Some(settings);
    })
    .await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    app.signed_log(&pool).await;
    until("no mail comes", async || !smtp.mails().unwrap().is_empty()).await;
    app.advance(Duration::from_mins(2));
    an_office(&app).await;
    app.signed_log(&pool).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(smtp.mails().unwrap().len(), 1, "not so soon again");
    app.advance(Duration::from_hours(1));
    until("no second mail comes", async || smtp.mails().unwrap().len() == 2).await;
    for mail in smtp.mails().unwrap() {
        assert!(mail.contains("auditor@example.org") && mail.contains("X-RcptTo"), "{mail}");
    }
    let known: String = app
        .database()
        .await
        .query_one("select note from audit_checkpoints order by size desc limit 1", &[])
        .await
        .unwrap()
        .get(0);
    let script = directory.join("note.py");
    fs::write(
        &script,
        "import email, email.policy, sys\n\
         mail = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)\n\
         print(mail.get_content().replace('\\r\\n', '\\n').split('-' * 40 + '\\n')[1], end='')\n",
    )
    .unwrap();
    let last = smtp.mails().unwrap().pop().unwrap();
    let mut reading = std::process::Command::new("python3")
        .arg(&script)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut reading.stdin.take().unwrap(), last.as_bytes()).unwrap();
    let read = reading.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(read.stdout).unwrap().replace("\r\n", "\n").trim_end(), known.trim_end());
}

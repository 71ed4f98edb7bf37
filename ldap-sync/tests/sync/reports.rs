//! HR is told by mail, through a real mail server.

use ldap_sync::mail::{MailSettings, Post, Recipients, report_once};
use local_services::{Scratch, Smtp};
use serde_json::json;

use crate::harness::Database;

struct Office {
    database: Database,
    smtp: Smtp,
    _scratch: Scratch,
}

impl Office {
    fn new(largest: usize) -> Self {
        let scratch = Scratch::new().unwrap();
        let smtp = Smtp::start(&scratch.path().join("smtp"), largest).unwrap();
        let database = Database::new();
        database.sql(
            "insert into sources (id, name, kind) values ('00000000-0000-0000-0000-00000000000a', 'lands', 'openldap');
             insert into sync_runs (id, source_id, started_at, finished_at, state)
             values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a', now(), now(), 'applied')",
        );
        Self { database, smtp, _scratch: scratch }
    }

    /// The digest's hour is half a day away: it does not come in the middle of a test.
    #[expect(clippy::disallowed_methods, reason = "the reporter goes by the clock of the database")]
    fn settings(&self) -> MailSettings {
        let digest_at = (chrono::Utc::now() + chrono::TimeDelta::hours(12)).format("%H:%M");
        toml::from_str(&format!(
            "host = \"localhost\"\nport = {}\nca_file = \"{}\"\nfrom = \"Chancery <chancery@gov.test>\"\nlanguage = \"en\"
            digest_at = \"{digest_at}\"\nutc_offset_minutes = 0",
            self.smtp.port(),
            self.smtp.ca_pem_path().display()
        ))
        .unwrap()
    }

    fn finding(&self, number: u8, dn: &str) {
        let finding =
            json!({"code": "unknown_rank", "message_en": "No such rank.", "message_ru": "Такого ранга нет."});
        self.database.sql(&format!(
            "insert into directory_findings (id, source_id, dn, code, effect, finding, since, found_by)
             values ('00000000-0000-0000-0000-0000000000{number:02x}', '00000000-0000-0000-0000-00000000000a', '{dn}',
                 'unknown_rank', 'left_out', '{finding}', now(), '00000000-0000-0000-0000-00000000000b')"
        ));
    }

    async fn report(&self) {
        let settings = self.settings();
        let to = vec!["HR <hr@gov.test>".to_owned(), "duty@gov.test".to_owned()];
        let recipients = [Recipients { source: "lands".to_owned(), to }];
        let post = Post::open(&settings).unwrap();
        report_once(&self.database.pool, &settings, &recipients, &post).await.unwrap();
    }

    /// Whatever failed is due at once, and what was told was told long ago.
    fn time_passes(&self) {
        self.database.sql("update mails set due_at = now(), made_at = made_at - interval '1 hour'");
    }

    /// The mails with this in the subject. Their lines are whole again (RFC 2045, 6.7), and an equals sign is one.
    fn mails(&self, subject: &str) -> Vec<String> {
        let whole = self.smtp.mails().unwrap().into_iter().map(|mail| mail.replace("\r\n", "\n"));
        let whole = whole.map(|mail| mail.replace("=\n", "").replace("=3D", "=").replace("\n ", " "));
        whole
            .filter(|mail| mail.lines().any(|line| line.starts_with("Subject: ") && line.contains(subject)))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_told_once_with_entry_and_reason() {
    let office = Office::new(1_000_000);
    office.finding(1, "uid=ann,dc=gov");
    office.report().await;
    office.report().await;
    let mails = office.mails("entries cannot be used");
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    for part in
        ["uid=ann,dc=gov", "No such rank.", "hr@gov.test", "duty@gov.test", "Auto-Submitted: auto-generated"]
    {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    // The next mistake is not told before the first mail is old; then it is, alone.
    office.finding(2, "uid=bob,dc=gov");
    office.report().await;
    assert_eq!(office.mails("entries cannot be used").len(), 1);
    office.time_passes();
    office.report().await;
    let mails = office.mails("entries cannot be used");
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().any(|mail| mail.contains("uid=bob") && !mail.contains("uid=ann")), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_waits_and_a_source_in_trouble_are_told_at_once_and_that_it_is_over() {
    let office = Office::new(1_000_000);
    office.finding(1, "uid=ann,dc=gov");
    office.report().await;
    let refusals = json!([{"code": "guard_many_gone", "effect": "refused", "value": "60 / 80",
        "message_en": "Too many people would be gone.", "message_ru": "Ушло бы слишком много людей."}]);
    let trouble = json!({"code": "unreachable", "message_en": "No answer.", "message_ru": "Нет ответа."});
    office.database.sql(&format!(
        "insert into directory_plans (id, source_id, run_id, sha256, state, made_at, refusals, counts, changes, changes_total,
             consequences)
         values ('00000000-0000-0000-0000-0000000000cc', '00000000-0000-0000-0000-00000000000a',
             '00000000-0000-0000-0000-00000000000b', sha256('x'), 'waiting', now(), '{refusals}', '{{\"people_gone\": 60}}',
             '[]', 60, '{{}}');
         update sources set trouble = '{trouble}'"
    ));
    office.report().await;
    let mails = office.mails("changes wait for approval");
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    for part in ["Too many people would be gone.", "people gone: 60", "No answer."] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    office.database.sql("update sources set trouble = null");
    office.report().await;
    office.report().await;
    assert_eq!(office.mails("all is well again").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_delays_mail_and_loses_none() {
    let mut office = Office::new(1_000_000);
    office.smtp.kill9().unwrap();
    office.finding(1, "uid=ann,dc=gov");
    office.report().await;
    let waiting =
        "select count(*) from mails where sent_at is null and last_error is not null and given_up_at is null";
    assert_ne!(office.database.sql(waiting), "0");
    office.smtp.restart().unwrap();
    office.time_passes();
    office.report().await;
    assert_eq!(office.mails("entries cannot be used").len(), 1);
    assert_eq!(office.database.sql("select count(*) from mails where sent_at is null"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_refused_for_good_is_not_sent_for_ever() {
    let office = Office::new(10);
    office.finding(1, "uid=ann,dc=gov");
    office.report().await;
    let given_up = "select count(*) from mails where given_up_at is not null and last_error like '%552%'";
    assert_ne!(office.database.sql(given_up), "0");
    assert_eq!(office.database.sql("select count(*) from mails where given_up_at is null"), "0");
    assert_eq!(office.smtp.mails().unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_day_has_one_digest() {
    let office = Office::new(1_000_000);
    office.report().await;
    office.report().await;
    assert_eq!(office.mails("Directory digest").len(), 1);
    // Another process, a day later.
    office.database.sql("update directory_reports set digest_of = digest_of - 1");
    office.report().await;
    assert_eq!(office.mails("Directory digest").len(), 2);
}

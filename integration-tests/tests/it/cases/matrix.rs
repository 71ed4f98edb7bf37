//! Every role by every operation on every state of a case: the own one, a foreign one, one that there is not. And nothing of what a case
//! is about by any of them that may not read it.

use std::collections::BTreeMap;
use std::time::Instant;

use reqwest::Method;

use super::*;

/// What an answer is called in the tables: its status and its code.
const ANSWERS: &[(&str, u16, &str)] = &[
    ("ok", 200, ""),
    ("made", 201, ""),
    ("begun", 202, ""),
    ("role", 403, "role_required"),
    ("self", 403, "decides_oneself"),
    ("yours", 403, "case_not_yours"),
    ("none", 404, "not_found"),
    ("draft", 409, "case_not_draft"),
    ("decided", 409, "case_decided"),
    ("over", 409, "case_over"),
    ("force", 409, "case_not_in_force"),
    ("scope", 409, "scope_change_over"),
    ("due", 409, "notice_not_due"),
];

const STATES: [&str; 6] = ["draft", "requested", "approved", "rejected", "closed", "ended"];

/// To whoever opened it.
const OWN: &str = "
    get             ok      ok      ok      ok      ok      ok
    change          ok      draft   draft   draft   draft   draft
    request         ok      draft   draft   draft   draft   draft
    approve         self    self    self    self    self    self
    reject          self    self    self    self    self    self
    close           ok      ok      ok      over    over    ok
    ask_scope       force   force   made    force   force   made
    approve_scope   scope   scope   scope   scope   scope   scope
    reject_scope    scope   scope   scope   scope   scope   scope
    withdraw_scope  scope   scope   scope   scope   scope   scope
    messages        force   force   ok      force   force   force
    words           force   force   ok      force   force   force
    denials         force   force   ok      force   force   force
    conversations   force   force   ok      force   force   force
    read            force   force   ok      force   force   force
    export          force   force   begun   force   force   force
    exports         ok      ok      ok      ok      ok      ok
    export_file     force   force   none    force   force   force
    prepare_file    force   force   none    force   force   force
    remove_export   none    none    none    none    none    none
    looks           ok      ok      ok      ok      ok      ok
    notices         ok      ok      ok      ok      ok      ok
    give_notice     due     due     due     due     due     due
    hold            force   force   made    force   force   made";

/// To another compliance officer: only what waits for a decision.
const FOREIGN: &str = "
    get             none    ok      none    none    none    none
    change          none    yours   none    none    none    none
    request         none    yours   none    none    none    none
    approve         none    ok      none    none    none    none
    reject          none    ok      none    none    none    none
    close           none    yours   none    none    none    none
    ask_scope       none    yours   none    none    none    none
    approve_scope   none    scope   none    none    none    none
    reject_scope    none    scope   none    none    none    none
    withdraw_scope  none    yours   none    none    none    none
    messages        none    yours   none    none    none    none
    words           none    yours   none    none    none    none
    denials         none    yours   none    none    none    none
    conversations   none    yours   none    none    none    none
    read            none    yours   none    none    none    none
    export          none    yours   none    none    none    none
    exports         none    yours   none    none    none    none
    export_file     none    yours   none    none    none    none
    prepare_file    none    yours   none    none    none    none
    remove_export   none    yours   none    none    none    none
    looks           none    yours   none    none    none    none
    notices         none    yours   none    none    none    none
    give_notice     none    yours   none    none    none    none
    hold            none    yours   none    none    none    none";

/// To the security office: every case, and of none what it is about.
const REVIEWED: &str = "
    get             ok      ok      ok      ok      ok      ok
    change          yours   yours   yours   yours   yours   yours
    request         yours   yours   yours   yours   yours   yours
    approve         decided ok      decided decided decided decided
    reject          decided ok      decided decided decided decided
    close           ok      ok      ok      over    over    ok
    ask_scope       yours   yours   yours   yours   yours   yours
    approve_scope   scope   scope   scope   scope   scope   scope
    reject_scope    scope   scope   scope   scope   scope   scope
    withdraw_scope  yours   yours   yours   yours   yours   yours
    messages        yours   yours   yours   yours   yours   yours
    words           yours   yours   yours   yours   yours   yours
    denials         yours   yours   yours   yours   yours   yours
    conversations   yours   yours   yours   yours   yours   yours
    read            yours   yours   yours   yours   yours   yours
    export          yours   yours   yours   yours   yours   yours
    exports         ok      ok      ok      ok      ok      ok
    export_file     yours   yours   yours   yours   yours   yours
    prepare_file    yours   yours   yours   yours   yours   yours
    remove_export   none    none    none    none    none    none
    looks           ok      ok      ok      ok      ok      ok
    notices         ok      ok      ok      ok      ok      ok
    give_notice     due     due     due     due     due     due
    hold            yours   yours   yours   yours   yours   yours";

/// The rows of a table: the operation, and what it answers by state.
fn rows(table: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let rows = table.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().unwrap(), words.collect::<Vec<_>>())
    });
    rows.collect()
}

/// Whom and what the cases here are about.
struct Subject {
    person: String,
    conversation: String,
}

impl Subject {
    /// Two people who talk, with one refusal on record.
    async fn new(app: &App) -> Self {
        let officer = app.sign_in("officer").await;
        let conversation = officer.direct_with(&app.person("peer")).await;
        officer.say(&conversation, &format!("Кодовое слово {WORD}, пароль {SECRET}.")).await.expect(201);
        let contractor = app.sign_in("contractor").await;
        let refused = json!({ "kind": "direct", "person_ids": [app.person("minister")] });
        assert!(contractor.post("/conversations", refused).await.status.is_client_error());
        Self { person: app.person("officer"), conversation }
    }

    fn scope(&self) -> Value {
        people(&[&self.person])
    }

    /// A case that `compliance` opened and `security` decided on.
    async fn case(&self, app: &App, state: &str) -> String {
        let officer = app.sign_in("compliance").await;
        let approver = app.sign_in("security").await;
        let lasts = if state == "ended" { Duration::from_mins(1) } else { 30 * DAY };
        let case = draft(app, &officer, &self.scope(), lasts).await;
        if state != "draft" {
            request(&officer, &case).await.expect(200);
        }
        match state {
            "rejected" => drop(act(&approver, &case, "reject").await.expect(200)),
            "approved" | "closed" | "ended" => drop(act(&approver, &case, "approve").await.expect(200)),
            _ => {}
        }
        if state == "closed" {
            act(&officer, &case, "close").await.expect(200);
        }
        if state == "ended" {
            app.advance(Duration::from_secs(61));
        }
        case
    }

    /// What the operation is as a request: method, path and body.
    fn call(&self, app: &App, operation: &str, case: &str, scope: &str) -> (Method, String, Option<Value>) {
        let new = body(&uuid::Uuid::now_v7().to_string(), &after(app, DAY), &self.scope());
        let change =
            json!({ "reason": "Новые сведения.", "ends_at": after(app, DAY), "scope": self.scope() });
        let (method, path, body) = match operation {
            "get" => (Method::GET, String::new(), None),
            "change" => (Method::PATCH, String::new(), Some(new)),
            "request" => (Method::POST, "/request".into(), None),
            "approve" | "reject" | "close" => (Method::POST, format!("/{operation}"), Some(reason())),
            "ask_scope" => (Method::POST, "/scope-changes".into(), Some(change)),
            "approve_scope" => (Method::POST, format!("/scope-changes/{scope}/approve"), Some(reason())),
            "reject_scope" => (Method::POST, format!("/scope-changes/{scope}/reject"), Some(reason())),
            "withdraw_scope" => (Method::POST, format!("/scope-changes/{scope}/withdraw"), None),
            "messages" => (Method::GET, "/messages".into(), None),
            "words" => (Method::GET, format!("/messages?query={WORD}"), None),
            "export" => (Method::POST, "/exports".into(), Some(json!({ "with_table": true }))),
            "exports" => (Method::GET, "/exports".into(), None),
            "export_file" => (Method::GET, format!("/exports/{scope}/file"), None),
            "prepare_file" => (Method::POST, format!("/exports/{scope}/file"), None),
            "remove_export" => (Method::DELETE, format!("/exports/{scope}"), None),
            "denials" | "conversations" | "looks" | "notices" => (Method::GET, format!("/{operation}"), None),
            "read" => (Method::GET, format!("/conversations/{}/messages", self.conversation), None),
            "give_notice" => {
                (Method::POST, format!("/notices/{}", self.person), Some(json!({ "note": "Письмом." })))
            }
            "hold" => {
                let hold = json!({ "case_id": case, "reason": "Сохранить." });
                return (Method::POST, "/compliance/holds".into(), Some(hold));
            }
            other => panic!("{other}"),
        };
        (method, format!("/compliance/cases/{case}{path}"), body)
    }

    async fn ask(&self, app: &App, client: &Client, operation: &str, case: &str, scope: &str) -> Answer {
        let (method, path, body) = self.call(app, operation, case, scope);
        client.send(method, &path, body.map(|body| body.to_string())).await
    }
}

/// The scope of a case that is settled or not asked for: nobody decides on it.
async fn scope_of(app: &App, case: &str) -> String {
    let sql = "select id::text from scopes where case_id = $1::text::uuid";
    app.database().await.query_one(sql, &[&case]).await.unwrap().get(0)
}

fn named(answer: &Answer) -> String {
    let (status, code) = (answer.status.as_u16(), answer.body["error"]["code"].as_str().unwrap_or_default());
    let known = ANSWERS.iter().find(|(_, of, named)| *of == status && *named == code);
    known.map_or_else(|| format!("{status} {code}"), |(name, ..)| (*name).to_owned())
}

/// Asks each operation of the table on a case in each state, and says what was answered otherwise.
async fn compare(app: &App, subject: &Subject, login: &str, table: &'static str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (place, state) in STATES.into_iter().enumerate() {
        let mut case = subject.case(app, state).await;
        let client = app.sign_in(login).await;
        for (operation, expected) in rows(table) {
            let scope = scope_of(app, &case).await;
            let answer = subject.ask(app, &client, operation, &case, &scope).await;
            let name = named(&answer);
            if name != expected[place] {
                wrong.push(format!("{login} {operation} {state}: expected {}, got {name}", expected[place]));
            }
            let reads = operation == "messages" || operation == "words" || operation == "read";
            let shown = answer.body.to_string();
            if !(reads && login == "compliance" && state == "approved") && shown.contains(SECRET) {
                wrong.push(format!("{login} {operation} {state} shows what was said: {shown}"));
            }
            let changes = subject.call(app, operation, &case, &scope).0 != Method::GET;
            if changes && answer.status.is_success() {
                case = subject.case(app, state).await;
            }
        }
    }
    // What there is not, and what is no case.
    let client = app.sign_in(login).await;
    for guessed in [uuid::Uuid::now_v7().to_string(), subject.conversation.clone()] {
        for (operation, _) in rows(table) {
            let name = named(&subject.ask(app, &client, operation, &guessed, &guessed).await);
            if name != "none" {
                wrong.push(format!("{login} {operation} of a guess: got {name}"));
            }
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opened_it_reads_only_while_it_is_in_force() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let wrong = compare(&app, &subject, "compliance", OWN).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_another_compliance_officer_there_is_what_waits_for_a_decision() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let wrong = compare(&app, &subject, "compliance2", FOREIGN).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_security_office_reviews_and_reads_nothing() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    for login in ["security", "security2"] {
        let wrong = compare(&app, &subject, login, REVIEWED).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    let refused = app.audited("case.look_refused").await;
    assert!(refused.iter().any(|entry| entry["code"] == "case_not_yours"), "what was refused is on record");
    assert!(refused.iter().any(|entry| entry["code"] == "not_found"), "and so are guesses");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_has_to_do_with_cases() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let mut cases = Vec::new();
    for state in STATES {
        cases.push(subject.case(&app, state).await);
    }
    cases.push(uuid::Uuid::now_v7().to_string());
    for login in ["officer", "peer", "minister", "hr", "admin", "contractor", "outsider"] {
        let client = app.sign_in(login).await;
        for case in &cases {
            for (operation, _) in rows(OWN) {
                let answer = subject.ask(&app, &client, operation, case, case).await;
                assert_eq!(named(&answer), "role", "{login} {operation}: {:#}", answer.body);
            }
        }
        let new = body("Д-1", &after(&app, DAY), &subject.scope());
        client.post("/compliance/cases", new).await.expect_error(403, "role_required");
        for path in ["/compliance/cases", "/compliance/holds", "/compliance/retention/preview"] {
            client.get(path).await.expect_error(403, "role_required");
        }
    }
    // The security office opens none.
    let new = body("Д-1", &after(&app, DAY), &subject.scope());
    app.sign_in("security").await.post("/compliance/cases", new).await.expect_error(403, "role_required");
}

/// Officers are people: of a case about themselves they do not learn, decide nothing about it, and open none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_case_is_about_does_not_learn_of_it() {
    let app = App::start().await;
    for login in ["compliance2", "security2"] {
        let subject = Subject { person: app.person(login), ..Subject::new(&app).await };
        for state in STATES {
            let case = subject.case(&app, state).await;
            let client = app.sign_in(login).await;
            let scope = scope_of(&app, &case).await;
            for (operation, _) in rows(OWN) {
                let answer = subject.ask(&app, &client, operation, &case, &scope).await;
                assert_eq!(named(&answer), "none", "{login} {operation} {state}: {:#}", answer.body);
            }
            let listed = client.all("/compliance/cases", "cases").await;
            assert!(
                listed.iter().all(|one| one["id"] != case.as_str()),
                "{login} is shown a case about them"
            );
        }
    }
    let compliance = app.sign_in("compliance").await;
    let own = compliance.person_id().to_owned();
    let new = body("Д-9", &after(&app, DAY), &people(&[&own]));
    compliance.post("/compliance/cases", new).await.expect_error(403, "decides_oneself");
    // By way of the unit, and by way of a conversation that they were in, too.
    let unit = compliance.get("/me/colleagues").await.expect(200)["unit"]["id"].clone();
    let new = body("Д-9", &after(&app, DAY), &json!({ "unit_ids": [unit] }));
    compliance.post("/compliance/cases", new).await.expect_error(403, "decides_oneself");
    let second = app.sign_in("compliance2").await;
    let between = second.direct_with(&own).await;
    let new = body("Д-9", &after(&app, DAY), &conversations(&[&between]));
    compliance.post("/compliance/cases", new.clone()).await.expect_error(403, "decides_oneself");
    let listed = compliance.get("/compliance/cases").await.expect(200);
    assert!(!listed.to_string().contains("Д-9"), "nothing is left of what was refused: {listed:#}");
}

/// Lists show what the single case does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_agree_with_what_one_may_know_of() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let mut cases = BTreeMap::new();
    for state in STATES {
        cases.insert(subject.case(&app, state).await, state);
    }
    for login in ["compliance", "compliance2", "security", "security2"] {
        let client = app.sign_in(login).await;
        let listed = paged(&client, "/compliance/cases", 2, "cases").await;
        for case in cases.keys() {
            let one = client.get(&format!("/compliance/cases/{case}")).await;
            let shown = listed.iter().find(|listed| listed["id"] == case.as_str());
            assert_eq!(one.status.is_success(), shown.is_some(), "{login} {}", cases[case]);
            if let Some(shown) = shown {
                assert_eq!(&one.body["case"], shown, "{login}");
            }
        }
    }
    let waiting = app.sign_in("compliance2").await.all("/compliance/cases?state=requested", "cases").await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["can"], json!(["approve", "reject"]));
    assert_eq!(waiting[0]["scope"]["people"][0]["id"], app.person("officer"));
}

/// Whether content may be read is decided before any of it is asked for: without the tables that it is in, every refusal is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_asks_for_no_content() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let mut cases = Vec::new();
    for state in STATES {
        cases.push((state, subject.case(&app, state).await));
    }
    cases.push(("guessed", uuid::Uuid::now_v7().to_string()));
    let asked = ["messages", "words", "denials", "conversations", "read"];
    let mut before = Vec::new();
    let clients = {
        let mut clients = Vec::new();
        for login in ["compliance", "compliance2", "security2"] {
            clients.push((login, app.sign_in(login).await));
        }
        clients
    };
    let refusals = async || {
        let mut answers = Vec::new();
        for (login, client) in &clients {
            for (state, case) in &cases {
                for operation in asked {
                    if !(*login == "compliance" && *state == "approved") {
                        let answer = subject.ask(&app, client, operation, case, case).await;
                        answers.push(format!("{login} {operation} {state}: {}", named(&answer)));
                    }
                }
            }
        }
        answers
    };
    before.extend(refusals().await);
    let hidden = "alter table messages rename to hidden_messages; alter table message_words rename to hidden_words; \
                  alter table decisions rename to hidden_decisions";
    app.database().await.batch_execute(hidden).await.unwrap();
    assert_eq!(refusals().await, before);
    // The check can tell: whoever may read finds that nothing is there.
    let case = &cases.iter().find(|(state, _)| *state == "approved").unwrap().1;
    let read = subject.ask(&app, &clients[0].1, "messages", case, case).await;
    assert_eq!(read.status.as_u16(), 500, "{:#}", read.body);
}

/// A foreign case and one that there is not take the same time, whatever the foreign one is about.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_case_and_none_take_the_same_time() {
    let app = App::start().await;
    let subject = Subject::new(&app).await;
    let foreign = subject.case(&app, "approved").await;
    let client = app.sign_in("compliance2").await;
    let mut times: BTreeMap<bool, Vec<u128>> = BTreeMap::new();
    for round in 0..60 {
        let is_foreign = round % 2 == 0;
        let guessed = uuid::Uuid::now_v7().to_string();
        let case = if is_foreign { &foreign } else { &guessed };
        let since = Instant::now();
        let answer = subject.ask(&app, &client, "words", case, case).await;
        times.entry(is_foreign).or_default().push(since.elapsed().as_micros());
        assert_eq!(named(&answer), "none");
    }
    let median = |times: &mut Vec<u128>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (foreign, guessed) = (median(times.get_mut(&true).unwrap()), median(times.get_mut(&false).unwrap()));
    let apart = foreign.abs_diff(guessed);
    // Far more than a query takes, and far less than a search: the machine may be busy.
    assert!(apart < 2_000 + guessed / 2, "{foreign} µs for a foreign case, {guessed} µs for none");
}

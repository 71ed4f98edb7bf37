//! From the shadow by way of one agency to everywhere, and back.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_tried_and_comes_into_force_and_goes_on_every_node() {
    let app = App::start().await;
    let second = app.second_node(|_| {}).await;
    let author = Officer::new(&app, "admin", "security").await;
    let approver = Officer::new(&app, "security", "admin").await;
    let number = approved(&app, &author, &approver).await;
    let state = author.client.get(&format!("/policy/versions/{number}")).await.expect(200);
    assert_eq!(
        (&state["version"]["phase"], state["nodes"].as_array().unwrap().len()),
        (&json!("approved"), 2)
    );
    let officer = app.sign_in("officer").await;
    let outsider = app.sign_in("outsider").await;
    let peer = app.person("peer");

    // In the shadow it decides nothing, and is counted where it would have decided otherwise.
    author.activate(number, json!({ "mode": "shadow", "reason": "На пробу." })).await.expect(200);
    let target = higher_of_the_department(&app, &officer).await;
    let asked =
        officer.post("/decisions", json!({ "action": "dm.start", "person_id": target })).await.expect(200);
    assert_eq!(
        (&asked["decision"]["rule"], &asked["decision"]["policy_version"]),
        (&json!("A06"), &json!(1))
    );
    let counted = differences(&author.client, number).await;
    let start = counted.iter().find(|one| one["action"] == "dm.start").expect("the start was compared");
    assert_eq!((&start["before_rule"], &start["is_allowed"]), (&json!("A06"), &json!(false)), "{counted:#?}");
    assert!(start["example"].as_str().unwrap().contains("rel"), "{start:#}");

    // In one agency: those who ask from there are decided about by it, on both nodes, and nobody else.
    let agencies = officer.get("/units").await.expect(200);
    let own = officer.get("/me/colleagues").await.expect(200)["unit"]["path"][0]["id"].clone();
    assert!(agencies["units"].as_array().unwrap().iter().any(|unit| unit["id"] == own), "{agencies:#}");
    let trial = json!({ "mode": "active", "agency_id": own, "reason": "Сначала в министерстве." });
    let answer = author.activate(number, trial).await.expect(200);
    assert_eq!(answer["on_every_node"], true);
    assert_eq!(version_for(&officer, &peer).await, number);
    assert_eq!(version_for(&second.sign_in("officer").await, &peer).await, number);
    let beside = outsider.get("/me/colleagues").await.expect(200)["superiors"][0]["id"].clone();
    assert_eq!(version_for(&outsider, beside.as_str().unwrap()).await, 1);
    let asked =
        officer.post("/decisions", json!({ "action": "dm.start", "person_id": target })).await.expect(200);
    assert_eq!((&asked["decision"]["allow"], &asked["decision"]["rule"]), (&json!(false), &json!("default")));

    // Everywhere: the trial is over, and so is the shadow.
    let mut socket = officer.socket().await;
    author.activate(number, everywhere()).await.expect(200);
    socket.until("the policy changed", |frame| frame["event"] == "policy.changed").await;
    let state = author.client.get("/policy").await.expect(200);
    assert_eq!(state["activations"].as_array().unwrap().len(), 1, "{state:#}");
    assert_eq!(state["active"]["number"], number);
    assert_eq!(version_for(&second.sign_in("officer").await, &peer).await, number);

    // And back.
    let answer = approver.client.post("/policy/rollback", json!({ "reason": "Не то." })).await.expect(200);
    assert_eq!((&answer["number"], &answer["on_every_node"]), (&json!(1), &json!(true)));
    assert_eq!(version_for(&officer, &peer).await, 1);
    let asked =
        officer.post("/decisions", json!({ "action": "dm.start", "person_id": target })).await.expect(200);
    assert_eq!(asked["decision"]["allow"], true);
    let acts = app.database().await;
    let kinds = acts
        .query(
            "select kind from audit_log where kind like 'policy.%' or kind like 'signing_key.%' order by seq",
            &[],
        )
        .await
        .unwrap();
    let kinds: Vec<String> = kinds.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        kinds,
        [
            "policy.founded",
            "signing_key.enrolled",
            "signing_key.confirmed",
            "signing_key.enrolled",
            "signing_key.confirmed",
            "policy.drafted",
            "policy.signed",
            "policy.signed",
            "policy.activated",
            "policy.activated",
            "policy.activated",
            "policy.rolled_back",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_policy_before_permitted_is_stored_before_another_one_is_said_to_be_in_force() {
    let app = App::start().await;
    let author = Officer::new(&app, "admin", "security").await;
    let approver = Officer::new(&app, "security", "admin").await;
    let number = approved(&app, &author, &approver).await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let (database, watching) = (app.database().await, app.database().await);
    database.batch_execute("begin; lock table messages in share mode").await.unwrap();
    let saying =
        tokio::spawn(async move { officer.say(&conversation, "by the first one").await.expect(201) });
    let waiting = "select 1 from pg_locks where relation = 'messages'::regclass and not granted";
    while watching.query_opt(waiting, &[]).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let mut activating = std::pin::pin!(author.activate(number, everywhere()));
    let early = tokio::time::timeout(Duration::from_secs(1), &mut activating).await;
    assert!(early.is_err(), "in force while the other one still stores: {early:?}");
    database.batch_execute("rollback").await.unwrap();
    assert_eq!(activating.await.expect(200)["on_every_node"], true);
    let said = saying.await.unwrap();
    assert_eq!(said["message"]["policy_version"], 1);
}

/// Somebody of the same department, one rank above, whom an officer may write to by A06 alone.
async fn higher_of_the_department(app: &App, officer: &Client) -> String {
    for person in officer.all("/people", "people").await {
        let id = person["id"].as_str().unwrap().to_owned();
        if id == officer.person_id() {
            continue;
        }
        let asked = officer.post("/decisions", json!({ "action": "dm.start", "person_id": id })).await;
        if asked.status == 429 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        }
        let decision = asked.expect(200)["decision"].clone();
        let facts = app.facts("officer", &id);
        if decision["rule"] == "A06" && facts.gap == policies::facts::Gap::P1 {
            return id;
        }
    }
    panic!("the ministry has nobody one rank above in the department of the officer");
}

async fn differences(officer: &Client, number: i64) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found = officer.get(&format!("/policy/versions/{number}/differences")).await.expect(200);
        let found = found["differences"].as_array().unwrap().clone();
        if found.iter().any(|one| one["action"] == "dm.start") {
            return found;
        }
        assert!(Instant::now() < deadline, "nothing was counted: {found:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_in_force_then_decides_what_is_asked_of_then() {
    let app = App::start().await;
    let author = Officer::new(&app, "admin", "security").await;
    let approver = Officer::new(&app, "security", "admin").await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let number = approved(&app, &author, &approver).await;
    author.activate(number, everywhere()).await.expect(200);
    let between: String =
        app.database().await.query_one("select to_json(clock_timestamp())#>>'{}'", &[]).await.unwrap().get(0);
    approver.client.post("/policy/rollback", json!({ "reason": "Не то." })).await.expect(200);
    let compliance = app.sign_in("compliance").await;
    let at = |moment: &str| format!("/compliance/access?conversation_id={conversation}{moment}");
    let now = compliance.get(&at("")).await.expect(200);
    let then = compliance.get(&at(&format!("&at={}", between.replace('+', "%2B")))).await.expect(200);
    assert_eq!(
        (&now["access"]["policy_version"], &then["access"]["policy_version"]),
        (&json!(1), &json!(number))
    );
}

/// What a version would mean is what the gate says of each pair, in any hat, before and after; for named people as for everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_would_mean_is_what_the_gate_would_say() {
    let app = App::start().await;
    let admin = app.sign_in("admin").await;
    let officer = app.sign_in("officer").await;
    let talk = officer.direct_with(&higher_of_the_department(&app, &officer).await).await;
    officer.say(&talk, "Добрый день").await.expect(201);
    let number = draft(&admin).await;
    let path = format!("/policy/versions/{number}/whatif");
    let everybody = admin.post(&path, json!({})).await.expect(200)["consequences"].clone();
    assert_eq!(everybody["contacts"]["sampled"], false);
    assert_eq!(everybody["contacts"]["now_forbidden"], forbidden(&app, number, None).await);
    assert_eq!(everybody["contacts"]["now_allowed"], 0);
    // Nobody has answered there yet, so nobody may go on; what was said stays readable.
    assert_eq!(
        (&everybody["conversations"]["writing_lost"], &everybody["conversations"]["lost"]),
        (&json!(1), &json!(0))
    );
    let own = officer.person_id().to_owned();
    let named = admin.post(&path, json!({ "person_ids": [own] })).await.expect(200)["consequences"].clone();
    assert_eq!(named["contacts"]["now_forbidden"], forbidden(&app, number, Some(&own)).await);
    admin.post(&path, json!({ "person_ids": [] })).await.expect_error(400, "invalid_value");
    admin.post("/policy/versions/99/whatif", json!({})).await.expect_error(404, "not_found");
    app.sign_in("compliance").await.post(&path, json!({})).await.expect_error(403, "role_required");
}

/// How many pairs may begin no longer: of everybody, or of one person with everybody else.
async fn forbidden(app: &App, number: i64, only: Option<&str>) -> usize {
    use policies::facts::{Action, Asker, Contact, toward_person};
    use policies::label::Label;
    let (before, after) = (app.gate().snapshot(), app.built(number).await);
    let (mirror, at) = (app.mirror(), app.moment());
    let org = &mirror.org;
    let only = only.map(|id| org.person(id.parse().unwrap()).unwrap());
    let may = |policy: &policies::gate::Snapshot, from, to| {
        org.hats(from, at.now).into_iter().any(|hat| {
            let (asker, open) = (Asker { person: from, hat }, Label::default());
            let facts = toward_person(org, &at, Action::DmStart, asker, to, Contact::None, open, open);
            policy.decide(facts).allow
        })
    };
    let pairs = org.people().flat_map(|from| org.people().map(move |to| (from, to)));
    pairs
        .filter(|(from, to)| from != to && only.is_none_or(|only| *from == only || *to == only))
        .filter(|(from, to)| may(&before, *from, *to) && !may(&after, *from, *to))
        .count()
}

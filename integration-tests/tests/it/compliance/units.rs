//! The tree as it was: who led what, and who held which post.

use super::*;

fn people(tree: &Value) -> BTreeSet<String> {
    let people = tree["people"].as_array().unwrap().iter();
    people.map(|person| person["id"].as_str().unwrap().to_owned()).collect()
}

async fn looks_at_the_tree(app: &App) -> Vec<Value> {
    let sql = "select entry::text from audit_log where kind = 'compliance.organisation_viewed' order by seq";
    let rows = app.database().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_is_shown_as_it_was_and_every_look_is_on_record() {
    let app = App::start_with_own_directory().await;
    let peer = app.person("peer");
    let unit_of = async |login: &str| {
        let unit = app.sign_in(login).await.get("/me/colleagues").await.expect(200)["unit"].clone();
        unit["id"].as_str().unwrap().to_owned()
    };
    let (old, new) = (unit_of("peer").await, unit_of("acting").await);
    let compliance = app.sign_in("compliance").await;
    let before = database_now(&app).await;
    app.directory().move_to_unit_of("peer", "acting").await;
    app.sync().await;
    let path = |unit: &str, rest: &str| format!("/compliance/units?unit_id={unit}{rest}");
    let then = compliance.get(&path(&old, &format!("&at={before}"))).await.expect(200)["tree"].clone();
    let today = compliance.get(&path(&old, "")).await.expect(200)["tree"].clone();
    assert!(people(&then).contains(&peer), "{then:#}");
    assert!(!people(&today).contains(&peer), "{today:#}");
    let there = compliance.get(&path(&new, "&limit=200")).await.expect(200)["tree"].clone();
    assert!(people(&there).contains(&peer), "{there:#}");
    // The move is a moment to go to, in both units.
    for tree in [&today, &there] {
        let changed: Vec<&str> =
            tree["changed_at"].as_array().unwrap().iter().map(|at| at.as_str().unwrap()).collect();
        assert!(changed.iter().any(|at| *at > before.as_str()), "{changed:?} and {before}");
    }
    // At every such moment the change has happened: the unit is there from the first of them on.
    for at in today["changed_at"].as_array().unwrap() {
        let path = path(&old, &format!("&at={}", at.as_str().unwrap()));
        let seen = compliance.get(&path).await.expect(200)["tree"].clone();
        assert!(!people(&seen).is_empty(), "{at}: {seen:#}");
    }
    // What is told of it is what the organisation says of itself.
    let own = app.sign_in("officer").await.get(&format!("/units/{new}")).await.expect(200)["unit"].clone();
    for field in ["id", "name", "kind"] {
        assert_eq!(there["unit"][field], own[field]);
    }
    assert_eq!(there["unit"]["head"]["id"], own["head"]["id"]);
    assert_eq!(there["path"], own["path"]);
    let looks = looks_at_the_tree(&app).await;
    assert_eq!(looks.len(), 3 + today["changed_at"].as_array().unwrap().len());
    assert_eq!((&looks[0]["unit_id"], &looks[0]["at"]), (&json!(old), &json!(before)));
    assert_eq!((&looks[0]["found"], &looks[2]["unit_id"]), (&json!(true), &json!(new)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tree_is_walked_from_the_agencies_down_by_compliance_officers_alone() {
    let app = App::start().await;
    for login in ["officer", "admin", "hr", "security"] {
        app.sign_in(login).await.get("/compliance/units").await.expect_error(403, "role_required");
    }
    assert!(looks_at_the_tree(&app).await.is_empty());
    let compliance = app.sign_in("compliance").await;
    let top = compliance.get("/compliance/units").await.expect(200)["tree"].clone();
    assert_eq!((&top["unit"], &top["people"], &top["path"]), (&Value::Null, &json!([]), &json!([])));
    let org = &app.mirror().org;
    assert_eq!(
        top["units"].as_array().unwrap().len(),
        org.units().filter(|unit| org.parent(*unit).is_none()).count()
    );
    // Everybody is met on the way, each in their unit, over pages of two.
    let (mut met, mut waiting) = (BTreeSet::new(), vec![top]);
    let mut seen_units = 0;
    while let Some(tree) = waiting.pop() {
        for unit in tree["units"].as_array().unwrap() {
            seen_units += 1;
            let path = format!("/compliance/units?unit_id={}&limit=100", unit["id"].as_str().unwrap());
            let mut answer = compliance.get(&path).await.expect(200);
            waiting.push(answer["tree"].clone());
            met.extend(people(&answer["tree"]));
            while let Some(cursor) = answer["next"].as_str() {
                answer = compliance.get(&format!("{path}&cursor={cursor}")).await.expect(200);
                met.extend(people(&answer["tree"]));
            }
            assert_eq!(answer["tree"]["unit"]["people_count"], unit["people_count"]);
        }
    }
    assert_eq!(seen_units, org.units().count());
    let everybody: BTreeSet<String> = org.people().map(|person| org.person_id(person).to_string()).collect();
    assert_eq!(met, everybody);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_and_what_was_not_there_is_on_record() {
    let app = App::start().await;
    let compliance = app.sign_in("compliance").await;
    let unit = compliance.get("/me/colleagues").await.expect(200)["unit"]["id"].as_str().unwrap().to_owned();
    let path = format!("/compliance/units?unit_id={unit}");
    compliance.get(&format!("{path}&at=2999-01-01T00:00:00Z")).await.expect_error(400, "invalid_value");
    compliance.get(&format!("{path}&limit=0")).await.expect_error(400, "invalid_value");
    let first = compliance.get(&format!("{path}&limit=1")).await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    let elsewhere = database_now(&app).await;
    compliance
        .get(&format!("{path}&limit=1&cursor={cursor}&at={elsewhere}"))
        .await
        .expect_error(400, "invalid_cursor");
    let second = compliance.get(&format!("{path}&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(second["tree"]["at"], first["tree"]["at"]);
    assert_ne!(people(&second["tree"]), people(&first["tree"]));
    let nothing = uuid::Uuid::now_v7();
    let path = format!("/compliance/units?unit_id={nothing}");
    compliance.get(&path).await.expect_error(404, "not_found");
    let looks = looks_at_the_tree(&app).await;
    assert_eq!(looks.last().unwrap()["found"], false);
    assert_eq!(looks.last().unwrap()["unit_id"], json!(nothing));
}

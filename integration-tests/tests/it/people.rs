//! Colleagues, people and the tree.

use integration_tests::app::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_page_already_holds_the_colleagues() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let colleagues = officer.get("/me/colleagues").await.expect(200);
    let ids = |key: &str| -> Vec<String> {
        colleagues[key].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let superiors = ids("superiors");
    let chain: Vec<String> = ["head", "director", "deputy", "minister"].map(|login| app.person(login)).into();
    assert_eq!(superiors, chain, "nearest first");
    assert!(ids("peers").contains(&app.person("peer")));
    assert!(!ids("peers").contains(&app.person("officer")), "nobody is their own peer");
    assert!(ids("reports").is_empty());
    assert!(colleagues["unit"]["name"].as_str().is_some());

    let head = app.sign_in("head").await;
    let reports = head.get("/me/colleagues").await.expect(200);
    let reports: Vec<_> =
        reports["reports"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert!(reports.contains(&app.person("officer").into()) && reports.contains(&app.person("peer").into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn me_tells_posts_hats_clearance_and_roles() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await.get("/me").await.expect(200);
    assert_eq!(cleared["me"]["clearance"]["level"], "secret");
    assert_eq!(cleared["me"]["clearance"]["categories"].as_array().unwrap().len(), 1);

    let acting = app.sign_in("acting").await.get("/me").await.expect(200);
    let hats = acting["me"]["hats"].as_array().unwrap().clone();
    assert!(hats.iter().any(|hat| hat["hat"] == "own"));
    assert!(hats.iter().any(|hat| hat["hat"] == "acting" && hat["principal"]["id"].is_string()), "{hats:?}");

    let assistant = app.sign_in("assistant").await.get("/me").await.expect(200);
    let hats = assistant["me"]["hats"].as_array().unwrap().clone();
    assert!(hats.iter().any(|hat| hat["hat"] == "assistant" && hat["principal"]["id"] == app.person("minister").as_str()));

    for (login, role) in
        [("hr", "hr"), ("compliance", "compliance"), ("security2", "security"), ("admin", "admin")]
    {
        let me = app.sign_in(login).await.get("/me").await.expect(200);
        assert_eq!(me["me"]["roles"], serde_json::json!([role]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tree_is_walked_from_the_roots() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let roots = officer.get("/units").await.expect(200);
    let roots = roots["units"].as_array().unwrap();
    assert!(!roots.is_empty());
    assert!(roots.iter().all(|unit| unit["kind"] == "agency" && unit["parent_id"].is_null()));

    let mut depth = 0;
    let mine = officer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let mut at = mine["agency_id"].as_str().unwrap().to_owned();
    for step in mine["path"].as_array().unwrap().iter().skip(1) {
        let children = officer.get(&format!("/units/{at}/children")).await.expect(200);
        let children = children["units"].as_array().unwrap();
        let next = children.iter().find(|unit| unit["id"] == step["id"]).expect("the path is walkable");
        at = next["id"].as_str().unwrap().to_owned();
        depth += 1;
    }
    assert!(depth >= 2);
    assert_eq!(at, mine["id"].as_str().unwrap());
    let people = officer.all(&format!("/units/{at}/people"), "people").await;
    assert!(people.iter().any(|person| person["id"] == app.person("officer").as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_found_by_any_part_of_the_name_in_any_case() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let peer = officer.get(&format!("/people/{}", app.person("peer"))).await.expect(200);
    let name = peer["person"]["display_name"].as_str().unwrap().to_owned();
    for word in name.split_whitespace() {
        let prefix: String = word.chars().take(4).collect::<String>().to_lowercase();
        let found = officer.all(&format!("/people?query={}", encode(&prefix)), "people").await;
        assert!(
            found.iter().any(|one| one["id"] == app.person("peer").as_str()),
            "{prefix} does not find {name}"
        );
    }
    assert!(officer.all("/people?query=zzzzzzzz", "people").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_for_those_who_see_the_person() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let everyone = officer.all("/people", "people").await;
    let pictured = everyone.iter().find(|one| one["photo_url"].is_string()).expect("some have photos");
    let path = pictured["photo_url"].as_str().unwrap();
    let answer = officer.get(path).await;
    assert_eq!(answer.status.as_u16(), 200);
    officer.with_token(None).get(path).await.expect_error(401, "token_missing");
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| ["%".to_owned(), format!("{byte:02X}")].concat()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_written_to_you_is_known_to_you() {
    let app = App::start().await;
    let liaison = app.sign_in("liaison").await;
    let outsider = app.sign_in("outsider").await;
    let card = format!("/people/{}", app.person("liaison"));
    outsider.get(&card).await.expect_error(404, "not_found");
    let conversation = liaison.direct_with(&app.person("outsider")).await;
    outsider.get(&card).await.expect_error(404, "not_found");
    liaison.say(&conversation, "Добрый день, коллега.").await.expect(201);
    let known = outsider.get(&card).await.expect(200);
    assert_eq!(known["person"]["id"], app.person("liaison").as_str());
    outsider.say(&conversation, "Добрый день!").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acting_head_sees_the_division_as_reports() {
    let app = App::start().await;
    let acting = app.sign_in("acting").await.get("/me/colleagues").await.expect(200);
    let ids = |key: &str| -> Vec<String> {
        acting[key].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids("reports").len() >= 3, "{acting:#}");
    assert!(ids("peers").iter().all(|peer| !ids("reports").contains(peer)));
}

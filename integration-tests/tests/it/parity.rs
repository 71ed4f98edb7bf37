//! What lists return is what the gate decides, for everybody in the sample ministry.

use std::collections::BTreeSet;

use integration_tests::app::App;
use policies::facts::{self, Action, Asker, Contact};
use policies::label::Label;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_people_one_is_shown_are_those_the_gate_lets_one_see() {
    let app = App::start().await;
    let mirror = app.mirror();
    let org = &mirror.org;
    let gate = app.gate();
    let moment = app.moment();
    let mut shown_to_all = 0;
    for actor in org.people() {
        let client = app.sign_in_as(org.person_id(actor)).await;
        let shown: BTreeSet<String> = client
            .all("/people", "people")
            .await
            .iter()
            .map(|person| person["id"].as_str().unwrap().to_owned())
            .collect();
        // Looking needs no hat to be named.
        let hats = org.hats(actor, moment.now);
        let allowed: BTreeSet<String> = org
            .people()
            .filter(|target| {
                let mut askers = hats.iter().map(|hat| Asker { person: actor, hat: *hat });
                askers.any(|asker| {
                    let facts = facts::toward_person(
                        org,
                        &moment,
                        Action::PersonSee,
                        asker,
                        *target,
                        Contact::None,
                        Label::default(),
                        Label::default(),
                    );
                    gate.snapshot().decide(facts).allow
                })
            })
            .map(|target| org.person_id(target).to_string())
            .collect();
        assert_eq!(shown, allowed, "the list of {} is not what the gate says", org.display_name(actor));
        shown_to_all += shown.len();
    }
    assert!(shown_to_all > 10_000, "the comparison saw hardly anybody: {shown_to_all}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_card_says_what_the_start_of_a_conversation_answers() {
    let app = App::start().await;
    for login in sample_ministry::SIGN_INS.iter().map(|known| known.login) {
        let client = app.sign_in(login).await;
        let people = client.all("/people", "people").await;
        for person in people.iter().step_by(9) {
            let id = person["id"].as_str().unwrap();
            if id == client.person_id() {
                continue;
            }
            let offered = person["can"].as_array().unwrap().iter().any(|can| can == "dm.start");
            let asked = client
                .post("/decisions", serde_json::json!({ "action": "dm.start", "person_id": id }))
                .await
                .expect(200);
            assert_eq!(asked["decision"]["allow"], offered, "{login} → {}", person["display_name"]);
            let started = client
                .post("/conversations", serde_json::json!({ "kind": "direct", "person_ids": [id] }))
                .await;
            assert_eq!(
                started.status.is_success(),
                offered,
                "{login} → {}: {:#}",
                person["display_name"],
                started.body
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_conversations_one_is_shown_are_those_one_may_read() {
    let app = App::start().await;
    for login in sample_ministry::SIGN_INS.iter().map(|known| known.login) {
        let client = app.sign_in(login).await;
        for conversation in client.all("/conversations", "conversations").await {
            let id = conversation["id"].as_str().unwrap();
            let read = client.get(&format!("/conversations/{id}/messages")).await;
            assert_eq!(read.status.as_u16(), 200, "{login} is shown {conversation:#} but may not read it");
            let may_post = conversation["can"].as_array().unwrap().iter().any(|can| can == "post");
            let asked = client
                .post("/decisions", serde_json::json!({ "action": "ch.post", "conversation_id": id }))
                .await
                .expect(200);
            if conversation["kind"] != "direct" {
                assert_eq!(asked["decision"]["allow"], may_post, "{login} in {}", conversation["name"]);
            }
            let sent = client.say(id, "parity").await;
            assert_eq!(
                sent.status.is_success(),
                may_post,
                "{login} in {}: {:#}",
                conversation["name"],
                sent.body
            );
        }
    }
}

//! What is read in a case: what is in its scope and its period, in any form of its words, as far as the officer is cleared; and that every
//! look is on record.

use super::*;

struct Ground {
    app: App,
    /// Of officer and peer.
    pair: String,
    /// Of head and officer.
    group: String,
    /// Of the unit, in which all three are.
    channel: String,
}

async fn ground() -> Ground {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let (peer, head) = (app.sign_in("peer").await, app.sign_in("head").await);
    let pair = officer.direct_with(&app.person("peer")).await;
    let group = app.group(&head, &["officer"]).await;
    let unit = officer.get("/me/colleagues").await.expect(200)["unit"].clone();
    let channel = unit["channel_id"].as_str().unwrap().to_owned();
    for (client, place, said) in [
        (&officer, &pair, "Смету согласовали вчера."),
        (&peer, &pair, "Сметы смотрел начальник."),
        (&head, &group, "В группе о сметах ни слова."),
        (&officer, &channel, "The budgets were approved, see the smeta."),
        (&peer, &channel, "Peer speaks of budgets in the channel."),
    ] {
        client.say(place, said).await.expect(201);
    }
    Ground { app, pair, group, channel }
}

async fn officers(app: &App) -> (Client, Client) {
    (app.sign_in("compliance").await, app.sign_in("compliance2").await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_brings_what_they_wrote_and_the_conversations_they_were_in() {
    let Ground { app, pair, group, channel } = ground().await;
    let (officer, second) = officers(&app).await;
    let case = approved(&app, &officer, &second, &people(&[&app.person("officer")])).await;
    let all = found(&officer, &case, "").await;
    let expected = [
        "The budgets were approved, see the smeta.",
        "В группе о сметах ни слова.",
        "Сметы смотрел начальник.",
        "Смету согласовали вчера.",
    ];
    assert_eq!(all, expected, "of the channel what they wrote alone");
    let places =
        paged(&officer, &format!("/compliance/cases/{case}/conversations"), 1, "conversations").await;
    let counted = |id: &str| {
        places.iter().find(|one| one["conversation"]["id"] == id).map(|one| one["messages_count"].clone())
    };
    assert_eq!(
        [counted(&pair), counted(&group), counted(&channel)],
        [Some(json!(2)), Some(json!(1)), Some(json!(1))]
    );
    let pair_of = places.iter().find(|one| one["conversation"]["id"] == pair.as_str()).unwrap();
    let names: Vec<_> = pair_of["conversation"]["people"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2, "a direct conversation is named by its people: {pair_of:#}");

    // Another case, of peer: what officer and head say among themselves is not in it.
    let other = approved(&app, &officer, &second, &people(&[&app.person("peer")])).await;
    let all = found(&officer, &other, "").await;
    assert_eq!(
        all,
        ["Peer speaks of budgets in the channel.", "Сметы смотрел начальник.", "Смету согласовали вчера."]
    );
    let path = format!("/compliance/cases/{other}/conversations/{group}/messages");
    officer.get(&path).await.expect_error(404, "not_found");
    let read =
        officer.get(&format!("/compliance/cases/{other}/conversations/{channel}/messages")).await.expect(200);
    let said: Vec<_> = read["messages"].as_array().unwrap().iter().map(|one| &one["body"]).collect();
    assert_eq!(said, ["Peer speaks of budgets in the channel."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_found_in_their_forms_in_both_languages_and_at_once() {
    let Ground { app, pair, .. } = ground().await;
    let (officer, second) = officers(&app).await;
    let case = approved(&app, &officer, &second, &people(&[&app.person("officer")])).await;
    let budget = ["The budgets were approved, see the smeta."];
    assert_eq!(found(&officer, &case, "query=budget").await, budget);
    assert_eq!(found(&officer, &case, "query=approving").await, budget);
    let smeta = ["В группе о сметах ни слова.", "Сметы смотрел начальник.", "Смету согласовали вчера."];
    assert_eq!(found(&officer, &case, "query=смета").await, smeta);
    assert_eq!(found(&officer, &case, "query=смета -начальник").await, [smeta[0], smeta[2]]);
    assert_eq!(found(&officer, &case, "query=\"согласовали вчера\"").await, [smeta[2]]);
    assert!(
        found(&officer, &case, "query=channel").await.is_empty(),
        "what is outside of the scope is not found"
    );
    // What was said this moment is found.
    let speaker = app.sign_in("officer").await;
    for number in 0..5 {
        speaker.say(&pair, &format!("Приложение {number} к смете.")).await.expect(201);
        let newest = found(&officer, &case, "query=приложения").await;
        assert_eq!(newest.len(), number + 1);
    }
    let page =
        officer.get(&format!("/compliance/cases/{case}/messages?query=сметой&limit=3")).await.expect(200);
    assert!(page["complete_at"].is_string() && page["next"].is_string(), "{page:#}");
    assert_eq!(page["messages"][0]["conversation"]["id"], pair.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_and_the_period_narrow_what_is_found() {
    let Ground { app, pair, group, channel } = ground().await;
    app.advance(Duration::from_hours(1));
    let speaker = app.sign_in("officer").await;
    let later = after(&app, Duration::ZERO);
    let late = speaker.say(&pair, "Позже о смете.").await.expect(201);
    let (officer, second) = officers(&app).await;
    let whole = approved(&app, &officer, &second, &conversations(&[&pair, &group, &channel])).await;
    let peer = app.person("peer");
    for (query, expected) in [
        (format!("person_id={peer}"), 2),
        (format!("conversation_id={group}"), 1),
        (format!("conversation_id={}", uuid::Uuid::now_v7()), 0),
        (format!("from={later}"), 1),
        (format!("until={later}"), 5),
        ("label=open".to_owned(), 6),
        ("label=secret".to_owned(), 0),
        ("rule=none".to_owned(), 0),
        (format!("query=смета&person_id={peer}"), 1),
    ] {
        assert_eq!(found(&officer, &whole, &query).await.len(), expected, "{query}");
    }
    let rule = late["message"]["rule"].as_str().unwrap();
    let ruled =
        paged(&officer, &format!("/compliance/cases/{whole}/messages?rule={rule}"), 2, "messages").await;
    assert!(!ruled.is_empty() && ruled.len() < 6, "{ruled:#?}");
    assert!(ruled.iter().all(|found| found["message"]["rule"] == rule));
    let unit = officer.get(&format!("/people/{peer}")).await;
    if unit.status.is_success() {
        let unit = unit.body["person"]["unit"]["id"].as_str().unwrap().to_owned();
        assert_eq!(found(&officer, &whole, &format!("unit_id={unit}")).await.len(), 6);
    }
    let strange = uuid::Uuid::now_v7();
    assert!(found(&officer, &whole, &format!("unit_id={strange}")).await.is_empty());

    let mut scope = conversations(&[&pair]);
    scope["from"] = json!(later);
    let part = approved(&app, &officer, &second, &scope).await;
    assert_eq!(found(&officer, &part, "").await, ["Позже о смете."]);
    assert_eq!(found(&officer, &part, "query=смета").await, ["Позже о смете."]);
    assert!(
        found(&officer, &part, &format!("until={later}")).await.is_empty(),
        "a filter does not widen the period"
    );
    let read =
        officer.get(&format!("/compliance/cases/{part}/conversations/{pair}/messages")).await.expect(200);
    assert_eq!((&read["first_seq"], &read["has_more"]), (&json!(3), &json!(false)));

    for (query, code, field) in [
        ("limit=0", "invalid_value", "limit"),
        ("cursor=x", "invalid_cursor", "cursor"),
        ("from=yesterday", "invalid_value", "from"),
        ("label=cosmic", "unknown_label", "label"),
        ("who=me", "unknown_field", "who"),
    ] {
        let refused = officer.get(&format!("/compliance/cases/{whole}/messages?{query}")).await;
        assert_eq!(refused.expect_error(400, code)["field"], field, "{query}");
    }
    let long = "а".repeat(201);
    officer
        .get(&format!("/compliance/cases/{whole}/messages?query={long}"))
        .await
        .expect_error(400, "too_long");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_read_by_number_both_ways() {
    let Ground { app, pair, .. } = ground().await;
    let speaker = app.sign_in("officer").await;
    for number in 3..=7 {
        speaker.say(&pair, &format!("Сообщение {number}.")).await.expect(201);
    }
    let (officer, second) = officers(&app).await;
    let case = approved(&app, &officer, &second, &conversations(&[&pair])).await;
    let path = format!("/compliance/cases/{case}/conversations/{pair}/messages");
    let seqs = |page: &Value| -> Vec<i64> {
        page["messages"].as_array().unwrap().iter().map(|one| one["seq"].as_i64().unwrap()).collect()
    };
    for (query, expected, has_more) in [
        ("limit=3", vec![5, 6, 7], true),
        ("limit=3&before=5", vec![2, 3, 4], true),
        ("limit=3&before=2", vec![1], false),
        ("limit=3&after=0", vec![1, 2, 3], true),
        ("limit=3&after=4", vec![5, 6, 7], false),
        ("limit=3&after=7", vec![], false),
    ] {
        let page = officer.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!((seqs(&page), &page["has_more"]), (expected, &json!(has_more)), "{query}");
    }
    for (query, field) in [("before=-1", "before"), ("after=-1", "after"), ("after=1&before=2", "after")] {
        let refused = officer.get(&format!("{path}?{query}")).await.expect_error(400, "invalid_value");
        assert_eq!(refused["field"], field);
    }
}

/// A case opens no label: what the officer is not cleared for is neither read, nor found, nor counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_bind_officers_too() {
    let app = App::start().await;
    let cleared = app.sign_in("cleared").await;
    let (other, _) = app.another_cleared_for_secret("cleared").await;
    let pair = cleared.direct_with(&other).await;
    let secret = json!({ "client_id": "s", "body": "Секретный аметист.", "label": { "level": "secret", "categories": [] } });
    cleared.post(&format!("/conversations/{pair}/messages"), secret).await.expect(201);
    cleared.say(&pair, "Открытый аметист.").await.expect(201);
    let label = json!({ "level": "secret", "categories": [] });
    let hidden =
        json!({ "kind": "group", "name": "Операция Аметист", "person_ids": [other], "label": label });
    let hidden = cleared.post("/conversations", hidden).await.expect(201);
    let hidden = hidden["conversation"]["id"].as_str().unwrap().to_owned();
    cleared.say(&hidden, "Закрытый аметист.").await.expect(201);

    let (officer, second) = officers(&app).await;
    let case = approved(&app, &officer, &second, &conversations(&[&pair, &hidden])).await;
    assert_eq!(found(&officer, &case, "").await, ["Открытый аметист."]);
    assert_eq!(found(&officer, &case, "query=аметист").await, ["Открытый аметист."]);
    assert!(found(&officer, &case, "label=secret").await.is_empty());
    let read =
        officer.get(&format!("/compliance/cases/{case}/conversations/{pair}/messages")).await.expect(200);
    assert_eq!((read["messages"].as_array().unwrap().len(), &read["withheld_count"]), (1, &json!(1)));
    let listed = officer.get(&format!("/compliance/cases/{case}/conversations")).await.expect(200);
    assert_eq!(
        (listed["conversations"].as_array().unwrap().len(), &listed["withheld_count"]),
        (1, &json!(1))
    );
    officer
        .get(&format!("/compliance/cases/{case}/conversations/{hidden}/messages"))
        .await
        .expect_error(404, "not_found");
    // Nor does the scope tell its name.
    let shown = officer.get(&format!("/compliance/cases/{case}")).await.expect(200);
    let place = shown["case"]["scope"]["conversations"].as_array().unwrap().iter();
    let place = place.clone().find(|place| place["id"] == hidden.as_str()).unwrap().clone();
    assert_eq!((&place["name"], &place["is_withheld"]), (&Value::Null, &json!(true)));
    assert!(!shown.to_string().contains("Операция"), "{shown:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_look_is_on_record_and_can_be_reviewed() {
    let Ground { app, pair, .. } = ground().await;
    let (officer, second) = officers(&app).await;
    let case = approved(&app, &officer, &second, &conversations(&[&pair])).await;
    let path = format!("/compliance/cases/{case}");
    let shown = officer.get(&format!("{path}/messages?query=смета")).await.expect(200);
    officer.get(&format!("{path}/denials")).await.expect(200);
    officer.get(&format!("{path}/conversations")).await.expect(200);
    officer.get(&format!("{path}/conversations/{pair}/messages")).await.expect(200);
    let nothing = uuid::Uuid::now_v7();
    officer.get(&format!("{path}/conversations/{nothing}/messages")).await.expect_error(404, "not_found");

    let looked = app.audited("case.looked").await;
    let kinds: Vec<_> = looked.iter().map(|entry| entry["look"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["messages", "denials", "conversations", "conversation", "conversation"]);
    assert_eq!(looked[0]["about"]["query"], "смета");
    let ids: Vec<_> =
        shown["messages"].as_array().unwrap().iter().map(|one| one["message"]["id"].clone()).collect();
    assert_eq!((&looked[0]["about"]["message_ids"], &looked[0]["found"]), (&json!(ids), &json!(2)));
    assert_eq!(
        looked[3]["about"],
        json!({ "conversation_id": pair, "first_seq": 1, "last_seq": 2, "withheld": 0 })
    );
    assert_eq!((&looked[4]["about"]["conversation_id"], &looked[4]["found"]), (&json!(nothing), &json!(0)));
    assert!(
        looked.iter().all(|entry| !entry.to_string().contains("Смет")),
        "what was read is not in the log"
    );

    let security = app.sign_in("security").await;
    for reviewer in [&officer, &second, &security] {
        let looks = paged(reviewer, &format!("{path}/looks"), 2, "looks").await;
        let content: Vec<_> = looks.iter().filter(|look| look["kind"] != "looks").collect();
        assert_eq!(content.len(), 5);
        assert!(content.iter().all(|look| look["person"]["id"] == officer.person_id()));
        assert_eq!(content[0]["kind"], "conversation", "the newest first");
    }
    let reviews =
        app.audited("case.looked").await.into_iter().filter(|entry| entry["look"] == "looks").count();
    assert!(reviews >= 3, "reviewing is a look, too");

    // Without its entry in the log a look shows nothing.
    let refusing = "create function refuse() returns trigger language plpgsql as \
                    $$ begin raise exception 'the disk is full'; end $$; \
                    create trigger refuse before insert on audit_log for each row execute function refuse()";
    app.database().await.batch_execute(refusing).await.unwrap();
    for operation in ["messages", "conversations", "denials", "looks"] {
        let refused = officer.get(&format!("{path}/{operation}")).await;
        assert!(
            refused.status.is_server_error() && refused.body[operation].is_null(),
            "{operation}: {:#}",
            refused.body
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn denials_in_the_scope_are_shown_with_their_rule() {
    let app = App::start().await;
    let speaker = app.sign_in("officer").await;
    let (asker, target) = (app.person("officer"), app.person("minister"));
    let wish = json!({ "kind": "direct", "person_ids": [target] });
    let denied = speaker.post("/conversations", wish).await.expect_error(403, "policy_denied");
    let (officer, second) = officers(&app).await;
    // Of whoever asked, and of whom they wanted to reach.
    for subject in [&asker, &target] {
        let case = approved(&app, &officer, &second, &people(&[subject])).await;
        let path = format!("/compliance/cases/{case}/denials");
        let denials = paged(&officer, &path, 1, "denials").await;
        assert_eq!(denials.len(), 1, "{denials:#?}");
        let (person, about) = (&denials[0]["person"], &denials[0]["target"]);
        assert_eq!((&person["id"], &about["id"]), (&json!(asker), &json!(target)));
        assert!(!person["display_name"].as_str().unwrap().is_empty());
        let rule = denied["decision"]["rule"].as_str().unwrap();
        assert_eq!((&denials[0]["rule"], &denials[0]["action"]), (&json!(rule), &json!("dm.start")));
        for (query, expected) in [
            (format!("rule={rule}"), 1),
            ("rule=none".to_owned(), 0),
            (format!("person_id={target}"), 1),
            (format!("conversation_id={}", uuid::Uuid::now_v7()), 0),
            (format!("until={}", after(&app, Duration::ZERO)), 0),
        ] {
            let found = officer.all(&format!("{path}?{query}"), "denials").await;
            assert_eq!(found.len(), expected, "{query}");
        }
    }
    let other = approved(&app, &officer, &second, &people(&[&app.person("peer")])).await;
    assert!(officer.all(&format!("/compliance/cases/{other}/denials"), "denials").await.is_empty());
}

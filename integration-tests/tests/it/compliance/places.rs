//! Channels by name, for officers who are not in them.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officers_find_channels_by_name_and_not_those_above_their_clearance() {
    let app = App::start().await;
    let unit = app.sign_in("officer").await.get("/me/colleagues").await.expect(200)["unit"].clone();
    let (channel, name) = (unit["channel_id"].as_str().unwrap(), unit["name"].as_str().unwrap());
    let part: String = name.chars().take(8).collect::<String>().to_uppercase();
    let path = |query: &str| format!("/compliance/conversations?query={query}&limit=200");
    let found = async |login: &str, query: &str| {
        let answer = app.sign_in(login).await.get(&path(query)).await.expect(200);
        answer["conversations"].as_array().unwrap().clone()
    };
    let is_there = |places: &[Value]| places.iter().any(|place| place["id"] == channel);
    for login in ["compliance", "compliance2", "security"] {
        let places = found(login, part.trim()).await;
        assert!(is_there(&places), "{login} finds {name} by {part}: {places:#?}");
        assert!(
            places.iter().all(|place| place["kind"] == "channel" && place["is_withheld"] == json!(false))
        );
    }
    assert!(found("compliance", "no channel is called so").await.is_empty());
    for login in ["officer", "head", "hr", "admin", "outsider"] {
        app.sign_in(login).await.get(&path(part.trim())).await.expect_error(403, "role_required");
    }

    // Nothing of it is told to whoever is not cleared.
    let database = app.database().await;
    database
        .execute(
            "update conversations set label_level = 3, label_policy = 'urn:chancery:labels:1' where id = $1::text::uuid",
            &[&channel],
        )
        .await
        .unwrap();
    assert!(!is_there(&found("compliance", part.trim()).await), "a channel above the clearance");

    let looks: i64 = database
        .query_one("select count(*) from audit_log where kind = 'compliance.places_viewed'", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(looks, 5, "every call is on record, and no refused one");
}

//! Valid time and time of knowledge: what was believed then, and what was known later about then.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use integration_tests::app::App;
use integration_tests::client::Client;
use schema::appointments::{self, Kind, NewAppointment};
use schema::ids::AppointmentId;
use serde_json::{Value, json};

use super::world::text;

async fn now(database: &tokio_postgres::Client) -> DateTime<Utc> {
    let sql = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
    DateTime::from_timestamp_micros(database.query_one(sql, &[]).await.unwrap().get(0)).unwrap()
}

async fn ask(client: &Client, question: &str, at: DateTime<Utc>, known_at: Option<DateTime<Utc>>) -> Value {
    let time = |at: DateTime<Utc>| text(at).as_str().unwrap().to_owned();
    let known = known_at.map_or(String::new(), |known| format!("&known_at={}", time(known)));
    let answer = client.get(&format!("{question}&at={}{known}", time(at))).await.expect(200);
    answer["decision"].clone()
}

/// `login` acts for the absent head from `from_at` on, entered now.
async fn entered(
    app: &App,
    login: &str,
    from_at: DateTime<Utc>,
    until_at: DateTime<Utc>,
    now: DateTime<Utc>,
) {
    let mut connection = app.inside().pool.get().await.unwrap();
    let mirror = app.mirror();
    let new = NewAppointment {
        id: AppointmentId::new(),
        source_id: mirror.by_login(login).unwrap().source,
        kind: Kind::Acting,
        person_id: app.person(login).parse().unwrap(),
        principal_id: Some(app.person("absent").parse().unwrap()),
        unit_id: None,
        rank_id: None,
        title: None,
        from_at,
        until_at: Some(until_at),
        reason: "Приказ, внесённый позже.".to_owned(),
        order_number: None,
        entered_by: app.person("hr").parse().unwrap(),
    };
    appointments::change(&mut connection, None, Some(&new), now, &[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_entered_late_is_known_from_then_on_of_the_time_before() {
    let app = App::start().await;
    let (peer, absent) = (app.person("peer"), app.person("absent"));
    let compliance = app.sign_in("compliance").await;
    let database = app.database().await;
    let third = now(&database).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let entered_at = now(&database).await;
    entered(&app, "peer", third - TimeDelta::milliseconds(1), entered_at + TimeDelta::days(1), entered_at)
        .await;
    let fifth = now(&database).await;
    app.set_clock(fifth);

    let officer = app.person("officer");
    let question = format!(
        "/compliance/decision?person_id={peer}&hat=acting:{absent}&action=dm.start&to_person_id={officer}"
    );
    // On the third the gate knew of nothing, and that is what it decided by.
    let then = ask(&compliance, &question, third, None).await;
    assert_eq!((&then["allow"], &then["rule"]), (&json!(false), &json!("missing.hat")), "{then:#}");
    assert_eq!(then["known_at"], then["at"]);
    // On the fifth it was known of the third.
    let known = ask(&compliance, &question, third, Some(fifth)).await;
    assert_ne!(known["rule"], "missing.hat", "{known:#}");
    assert_eq!(known["known_at"], text(fifth));
    // On the third nobody knew it of the fifth.
    let foreseen = ask(&compliance, &question, fifth, Some(third)).await;
    assert_eq!(foreseen["rule"], "missing.hat", "{foreseen:#}");
    let live = ask(&compliance, &question, fifth, None).await;
    assert_eq!((&live["rule"], &live["allow"]), (&known["rule"], &known["allow"]));

    // The same in the list of who could: acting moderates nothing, but reads what the absent head reads.
    let access = |known: &str| {
        format!("/compliance/access?person_id={peer}&at={}{known}", text(third).as_str().unwrap())
    };
    let plain = compliance.get(&access("")).await.expect(200);
    assert_eq!(plain["access"]["known_at"], plain["access"]["at"]);
    let known_at = format!("&known_at={}", text(fifth).as_str().unwrap());
    let later = compliance.get(&access(&known_at)).await.expect(200);
    assert_eq!(later["access"]["known_at"], text(fifth));
    let future = compliance.get(&access("&known_at=2999-01-01T00:00:00Z")).await;
    assert_eq!(future.expect_error(400, "invalid_value")["field"], "known_at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_the_directory_tells_later_is_known_later() {
    let app = App::start().await;
    let (officer, peer) = (app.person("officer"), app.person("peer"));
    let compliance = app.sign_in("compliance").await;
    let database = app.database().await;
    let third = now(&database).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    // The directory says afterwards that the post had ended before the third.
    let ended = third - TimeDelta::milliseconds(5);
    let ended = text(ended).as_str().unwrap().to_owned();
    let sql = "update posts set valid = tstzrange(lower(valid), $2::text::timestamptz)
        where person_id = $1::text::uuid and kind = 'primary'";
    database.execute(sql, &[&peer, &ended]).await.unwrap();
    let fifth = now(&database).await;
    app.set_clock(fifth);
    let question = format!("/compliance/decision?person_id={officer}&action=dm.start&to_person_id={peer}");
    let then = ask(&compliance, &question, third, None).await;
    assert_eq!(then["allow"], true, "{then:#}");
    let known = ask(&compliance, &question, third, Some(fifth)).await;
    assert_eq!((&known["allow"], &known["rule"]), (&json!(false), &json!("missing.target")), "{known:#}");
    // Of the time before the end it is known that the post was held.
    let second = third - TimeDelta::milliseconds(10);
    let before = ask(&compliance, &question, second, Some(fifth)).await;
    assert_eq!(before["allow"], true, "{before:#}");

    // A move is none of this: where somebody was before it is known afterwards as well.
    let sql = "update posts set valid = tstzrange(now(), null), unit_id = (select unit_id from posts
            where person_id = $2::text::uuid and kind = 'primary')
        where person_id = $1::text::uuid and kind = 'primary'";
    let acting = app.person("acting");
    database.execute(sql, &[&officer, &acting]).await.unwrap();
    let sixth = now(&database).await;
    app.set_clock(sixth);
    let before = ask(&compliance, &question, third, Some(sixth)).await;
    assert_ne!(before["rule"], "missing.asker", "{before:#}");
}

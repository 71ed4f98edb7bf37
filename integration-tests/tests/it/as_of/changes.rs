//! What happens: of each kind of change one at random, by the same ways that it takes in service.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::world::{World, text};
use super::{directory, policies};

/// Makes one change. Nothing: it was not possible, or not allowed.
pub(super) async fn play(world: &mut World) -> Option<&'static str> {
    world.tick().await;
    let kind = world.dice.below(100);
    let (change, done) = match kind {
        0..10 => ("membership", membership(world).await),
        10..20 => ("message", message(world).await),
        20..26 => ("appointment", appointment(world).await),
        26..29 => ("appointment ended", appointment_ended(world).await),
        29..33 => ("block", block(world).await),
        33..37 => ("grant", grant(world).await),
        37..40 => ("exception revoked", revoked(world).await),
        40..44 => ("label raised", label(world).await),
        44..47 => ("conversation", conversation(world).await),
        47..49 => ("policy", policy(world).await),
        49..55 => ("time", time(world).await),
        55..61 => {
            directory::person(world, |row| {
                let next = if row.status == "active" { "disabled" } else { "active" };
                next.clone_into(&mut row.status);
            })
            .await;
            world.settled().await;
            world.sign_in_again().await;
            ("person in or out", Some(()))
        }
        61..65 => {
            let segments = [vec![], vec!["audit"], vec!["procurement"], vec!["audit", "procurement"]];
            let segments = segments[world.dice.below(4)].iter().map(|&segment| segment.to_owned()).collect();
            let employment = world.dice.one(&["staff", "staff", "contractor", "external"]).to_owned();
            directory::person(world, |row| (row.segments, row.employment) = (segments, employment)).await;
            ("segments", Some(()))
        }
        65..75 => ("post", directory::moves(world).await),
        75..81 => ("further post", directory::further_post(world).await),
        81..87 => ("delegation", directory::delegation(world).await),
        87..93 => {
            directory::clearance(world).await;
            ("clearance", Some(()))
        }
        93..95 => {
            directory::liaison(world).await;
            ("liaison", Some(()))
        }
        95..98 => ("unit", directory::unit(world).await),
        _ => {
            directory::ladder(world).await;
            ("ladder", Some(()))
        }
    };
    done.map(|()| change)
}

async fn membership(world: &mut World) -> Option<()> {
    for _ in 0..12 {
        let (conversation, other) = (world.conversation(), world.person());
        let (person, client) = world.asker();
        let path = format!("/conversations/{conversation}");
        let answer = match world.dice.below(6) {
            0 => client.delete(&format!("{path}/members/{person}")).await,
            1 => client.delete(&format!("{path}/members/{other}")).await,
            2 | 3 => client.post(&format!("{path}/join"), json!({})).await,
            _ => client.post(&format!("{path}/members"), json!({ "person_ids": [other] })).await,
        };
        if answer.status.is_success() {
            return Some(());
        }
    }
    None
}

async fn message(world: &mut World) -> Option<()> {
    for _ in 0..12 {
        let conversation = world.conversation();
        let (_, client) = world.asker();
        if client.say(&conversation.to_string(), "Слово.").await.status.is_success() {
            return Some(());
        }
    }
    None
}

async fn appointment(world: &mut World) -> Option<()> {
    let (person, principal) = (world.person(), world.person());
    let now = world.tick().await;
    let from = now + world.dice.millis(100, 700);
    let until = from + world.dice.millis(50, 3000);
    let kind = world.dice.one(&["further", "secondment", "acting", "deputy", "assistant", "duty"]);
    let mut body = json!({
        "kind": kind, "person_id": person, "from": text(from), "until": text(until), "reason": "Приказ.",
    });
    match kind {
        "further" | "secondment" => {
            let sql = "select unit_id::text, rank_id::text from posts where person_id = $1::text::uuid and kind = 'primary' limit 1";
            let row = world.database.query_opt(sql, &[&principal.to_string()]).await.unwrap()?;
            body["unit_id"] = json!(row.get::<_, String>(0));
            body["rank_id"] = json!(row.get::<_, String>(1));
            body["title"] = json!("По совместительству");
        }
        "duty" => {}
        _ => body["principal_id"] = json!(principal),
    }
    world.hr.post("/appointments", body).await.status.is_success().then_some(())
}

async fn appointment_ended(world: &mut World) -> Option<()> {
    let sql = "select id::text from appointments where ended_at is null
        and (upper_inf(valid) or upper(valid) > clock_timestamp()) order by entered_at";
    let rows = world.database.query(sql, &[]).await.unwrap();
    let id: String = rows.get(world.dice.below(rows.len()))?.get(0);
    let path = format!("/appointments/{id}/end");
    world.hr.post(&path, json!({ "reason": "Вернулся." })).await.status.is_success().then_some(())
}

async fn block(world: &mut World) -> Option<()> {
    let (one, other) = (world.person(), world.person());
    let until = world.tick().await + world.dice.millis(100, 5000);
    let body = json!({
        "kind": "block", "person_id": one, "target_id": other, "until": text(until), "reason": "Проверка.",
    });
    world.security.post("/exceptions", body).await.status.is_success().then_some(())
}

/// Asks for an exception, and has it granted by whoever may.
async fn grant(world: &mut World) -> Option<()> {
    for _ in 0..8 {
        let (_, client) = world.asker();
        let target = world.person();
        let ask = json!({ "person_id": target, "reason": "Срочно.", "days": 1 });
        let asked = client.post("/exceptions/requests", ask).await;
        let Some(request) = asked.body["request"]["id"].as_str().filter(|_| asked.status.is_success()) else {
            continue;
        };
        let until = world.tick().await + world.dice.millis(100, 8000);
        let body = json!({ "until": text(until), "reason": "Разрешаю." });
        let offices: Vec<_> = world.askers.values().chain([&world.security]).cloned().collect();
        for office in offices {
            let path = format!("/exceptions/requests/{request}/grant");
            if office.post(&path, body.clone()).await.status.is_success() {
                return Some(());
            }
        }
        client.post(&format!("/exceptions/requests/{request}/withdraw"), json!({})).await;
    }
    None
}

async fn revoked(world: &mut World) -> Option<()> {
    let sql = "select id::text from exceptions where ended_at is null and upper(valid) > clock_timestamp() order by made_at";
    let rows = world.database.query(sql, &[]).await.unwrap();
    let id: String = rows.get(world.dice.below(rows.len()))?.get(0);
    let body = json!({ "reason": "Довольно." });
    let ended = world.security.post(&format!("/exceptions/{id}/revoke"), body).await;
    ended.status.is_success().then_some(())
}

async fn label(world: &mut World) -> Option<()> {
    for _ in 0..6 {
        let conversation = world.conversation();
        let (_, client) = world.asker();
        let level = world.dice.one(&["official", "official", "confidential", "secret"]);
        let categories: &[&str] = if world.dice.once_in(3) { &["budget"] } else { &[] };
        let body = json!({ "level": level, "categories": categories, "reason": "Сведения." });
        let raised = client.post(&format!("/conversations/{conversation}/label"), body).await;
        if raised.status.is_success() {
            return Some(());
        }
    }
    None
}

async fn conversation(world: &mut World) -> Option<()> {
    let (_, client) = world.asker();
    let (one, other) = (world.person(), world.person());
    let level = world.dice.one(&["open", "open", "official", "confidential"]);
    let label = json!({ "level": level, "categories": [] });
    let body = match world.dice.below(3) {
        0 => json!({ "kind": "group", "name": "Ещё группа", "person_ids": [one, other], "label": label }),
        1 => {
            json!({ "kind": "channel", "channel_kind": world.dice.one(&["project", "shared", "announcement", "crisis"]),
            "name": "Ещё канал", "person_ids": [one], "label": label })
        }
        _ => json!({ "kind": "direct", "person_ids": [one] }),
    };
    let made = client.post("/conversations", body).await;
    let id: Uuid = made.body["conversation"]["id"].as_str()?.parse().unwrap();
    if !world.conversations.contains(&id) {
        world.conversations.push(id);
    }
    made.status.is_success().then_some(())
}

async fn policy(world: &mut World) -> Option<()> {
    let at = world.tick().await;
    let everywhere = policies::in_force(&world.pool).await.everywhere;
    let number = world.dice.one(&world.policies.clone());
    if everywhere == Some(number) {
        return None;
    }
    // One that has other walls cannot stand beside the one in force.
    let may_be_beside = everywhere != Some(2) && number != 2;
    let agency = world.dice.one(&world.agencies.clone());
    let agency = Some(agency).filter(|_| may_be_beside && world.dice.once_in(2));
    policies::begin(&world.pool, number, agency, at).await;
    Some(())
}

async fn time(world: &mut World) -> Option<()> {
    let millis = u64::try_from(world.dice.millis(20, 400).num_milliseconds()).unwrap();
    tokio::time::sleep(Duration::from_millis(millis)).await;
    Some(())
}

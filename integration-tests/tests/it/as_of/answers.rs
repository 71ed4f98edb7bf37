//! Everything that was decided, asked again over the API as of then.

use std::collections::{BTreeMap, BTreeSet};

use schema::ids::PersonId;
use serde_json::Value;
use uuid::Uuid;

use super::questions::{Access, Moment};
use super::world::{World, text};

/// What comes out otherwise.
pub(super) async fn compare(world: &World, moments: &[Moment]) -> Vec<String> {
    let mut differences = Vec::new();
    for moment in moments {
        let at = text(moment.at);
        let at = at.as_str().unwrap();
        let mut differs = |what: &str, then: &dyn std::fmt::Debug, now: &dyn std::fmt::Debug| {
            differences
                .push(format!("{at}, after {}: {what}: then {then:?}, as of then {now:?}", moment.change));
        };
        for one in &moment.decisions {
            let query = one.asked.query();
            let answer = world.compliance.get(&format!("/compliance/decision?{query}&at={at}")).await;
            if answer.status.as_u16() == 404 {
                differs(&query, &one.by, &"not found");
                continue;
            }
            let decision = answer.expect(200)["decision"].clone();
            let by =
                (decision["rule"].as_str().unwrap().to_owned(), decision["policy_version"].as_i64().unwrap());
            if one.by.as_ref().is_some_and(|said| *said != by || decision["allow"] != one.allow) {
                differs(&query, &(&one.by, one.allow), &(by, &decision["allow"]));
            }
            if one.known.is_some_and(|known| decision["known"] != known) {
                differs(&format!("known: {query}"), &one.known, &decision["known"]);
            }
            if decision["org_version"] != moment.org_version {
                differs("the version of the mirror", &moment.org_version, &decision["org_version"]);
            }
        }
        let found = access(world, &format!("conversation_id={}", moment.of), at).await;
        let found: BTreeMap<PersonId, Access> = found
            .iter()
            .map(|entry| (entry["person"]["id"].as_str().unwrap().parse().unwrap(), Access::of(entry)))
            .collect();
        for person in found.keys().chain(moment.access.keys()).collect::<BTreeSet<_>>() {
            if found.get(person) != moment.access.get(person) {
                differs(
                    &format!("{person} in {}", moment.of),
                    &moment.access.get(person),
                    &found.get(person),
                );
            }
        }
        if let Some(reader) = moment.reader {
            let found = access(world, &format!("person_id={reader}"), at).await;
            let mine = found.iter().filter(|entry| entry["role"].is_string() && entry["can_read"] == true);
            let mine: BTreeSet<Uuid> =
                mine.map(|entry| entry["conversation_id"].as_str().unwrap().parse().unwrap()).collect();
            for id in mine.symmetric_difference(&moment.reached) {
                differs(&format!("{reader} is shown {id}"), &moment.reached.contains(id), &mine.contains(id));
            }
        }
    }
    differences
}

async fn access(world: &World, of: &str, at: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/compliance/access?{of}&at={at}&limit=200{cursor}");
        let page = world.compliance.get(&path).await.expect(200);
        entries.extend(page["access"]["entries"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return entries,
        }
    }
}

impl Access {
    fn of(entry: &Value) -> Self {
        let said =
            |can: &str, rule: &str| (entry[can].as_bool().unwrap(), entry[rule].as_str().unwrap().to_owned());
        Self {
            read: said("can_read", "read_rule"),
            write: said("can_write", "write_rule"),
            is_member: entry["role"].is_string(),
        }
    }
}

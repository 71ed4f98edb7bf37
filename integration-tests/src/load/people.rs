//! Who sends.

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;

use crate::client::Client;

/// How many sign in at the same time.
const AT_ONCE: usize = 8;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    /// Their client, for HTTP.
    pub client: Client,
    /// Their identifier.
    pub id: String,
}

/// Two people and their conversation: the first one writes, the other one reads.
#[derive(Clone)]
pub struct Pair {
    /// Who writes.
    pub from: Person,
    /// Who reads.
    pub to: Person,
    /// Where.
    pub conversation: String,
}

/// Signs everybody in.
pub async fn sign_in(base: &str, logins: &[String], password: &str) -> anyhow::Result<Vec<Person>> {
    let signing_in = logins.iter().map(async |login| {
        let mut client = Client::new(base);
        let answer = client.try_sign_in(login, password).await;
        if answer.status.as_u16() != 201 {
            bail!("{login} cannot sign in: {:#}", answer.body);
        }
        let id = client.session.pointer("/person/id").and_then(|id| id.as_str()).context("no id")?.to_owned();
        Ok(Person { client, id })
    });
    stream::iter(signing_in).buffered(AT_ONCE).try_collect().await
}

/// The conversations of the first with the second, the third with the fourth, and so on.
pub async fn pairs(people: &[Person]) -> anyhow::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for two in people.chunks_exact(2) {
        let [from, to] = two else { continue };
        let body = json!({ "kind": "direct", "person_ids": [to.id] });
        let answer = from.client.post("/conversations", body).await;
        let id = answer.body.pointer("/conversation/id").and_then(|id| id.as_str());
        let Some(id) = id else { bail!("no conversation of {} with {}: {:#}", from.id, to.id, answer.body) };
        pairs.push(Pair { from: from.clone(), to: to.clone(), conversation: id.to_owned() });
    }
    Ok(pairs)
}

impl Pair {
    /// The number of the newest message.
    pub async fn last_seq(&self) -> anyhow::Result<usize> {
        let path = format!("/conversations/{}", self.conversation);
        let found = self.from.client.get(&path).await;
        let last = found.body.pointer("/conversation/last_seq").and_then(serde_json::Value::as_u64);
        Ok(usize::try_from(last.with_context(|| format!("no last_seq: {:#}", found.body))?)?)
    }
}

/// How many messages all of them hold.
pub(super) async fn stored(pairs: &[Pair]) -> anyhow::Result<usize> {
    let mut stored = 0;
    for pair in pairs {
        stored += pair.last_seq().await?;
    }
    Ok(stored)
}

//! Who talks to whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;

use super::ground::Ground;
use crate::client::Client;

/// How many of the officer's division take part besides officer, peer and head.
const MORE: usize = 6;

/// Somebody of the ministry.
#[derive(Debug, Clone)]
pub struct Member {
    pub login: String,
    pub id: Uuid,
}

/// The people of a division in pairs and in one group, somebody above them, and somebody who has nothing to do with them.
pub struct Cast {
    pub people: Vec<Member>,
    /// Reads what the officer writes by a rule that a policy may take away.
    pub superior: Member,
    pub stranger: Member,
    /// Who may read each conversation.
    pub readers: BTreeMap<Uuid, BTreeSet<Uuid>>,
    /// Of the first and the second, the third and the fourth, and so on.
    pub pairs: Vec<Uuid>,
    pub group: Uuid,
    /// From the officer to the superior.
    pub upwards: Uuid,
}

impl Cast {
    /// Finds them, and begins their conversations.
    pub async fn gather(ground: &Ground) -> Self {
        let base = &ground.nodes[0].base;
        let mut people = Vec::new();
        for login in logins() {
            people.push(member(ground, &login).await);
        }
        let mut cast = Self {
            superior: higher(ground, &sign_in(base, "officer").await).await,
            stranger: member(ground, "outsider").await,
            people,
            readers: BTreeMap::new(),
            pairs: Vec::new(),
            group: Uuid::nil(),
            upwards: Uuid::nil(),
        };
        cast.converse(base).await;
        cast
    }

    async fn converse(&mut self, base: &str) {
        for two in self.people.clone().chunks_exact(2) {
            let pair = self.direct(base, &two[0], &two[1]).await;
            self.pairs.push(pair);
        }
        self.upwards = self.direct(base, &self.people[0].clone(), &self.superior.clone()).await;
        let head = sign_in(base, "head").await;
        let ids: Vec<Uuid> = self.people.iter().map(|person| person.id).collect();
        let asked = json!({ "kind": "group", "name": "Проверка", "person_ids": ids });
        self.group = id_of(&head.post("/conversations", asked).await.expect(201));
        let head = head.person_id().parse().unwrap();
        self.readers.insert(self.group, ids.into_iter().chain([head]).collect());
    }

    async fn direct(&mut self, base: &str, one: &Member, other: &Member) -> Uuid {
        let client = sign_in(base, &one.login).await;
        let id: Uuid = client.direct_with(&other.id.to_string()).await.parse().unwrap();
        self.readers.insert(id, BTreeSet::from([one.id, other.id]));
        id
    }

    /// In which conversations somebody is.
    pub fn conversations_of(&self, person: Uuid) -> Vec<Uuid> {
        self.readers.iter().filter(|(_, readers)| readers.contains(&person)).map(|(id, _)| *id).collect()
    }
}

/// Somebody, signed in.
pub async fn sign_in(base: &str, login: &str) -> Client {
    let mut client = Client::new(base);
    client.try_sign_in(login, sample_ministry::PASSWORD).await.expect(201);
    client
}

fn logins() -> Vec<String> {
    let division = &sample_ministry::person("officer").unwrap().unit_dn;
    let known = ["officer", "peer", "head"];
    let others = sample_ministry::ministry().people.iter().filter(|person| {
        person.unit_dn == *division
            && !person.disabled
            && person.employment == "staff"
            && !known.contains(&person.uid.as_str())
    });
    let others = others.take(MORE).map(|person| person.uid.clone());
    known[..2].iter().map(|&login| login.to_owned()).chain(others).collect()
}

async fn member(ground: &Ground, login: &str) -> Member {
    let sql = "select id::text from people where login = $1";
    let id: String = ground.database().await.query_one(sql, &[&login]).await.unwrap().get(0);
    Member { login: login.to_owned(), id: id.parse().unwrap() }
}

/// Somebody of the same department, one band above, whom an officer may write to by one rule alone.
async fn higher(ground: &Ground, officer: &Client) -> Member {
    let sql = "select distinct p.id::text, p.login from people p join posts o on o.person_id = p.id \
               join ranks r on r.id = o.rank_id where r.band = 'manager' and p.status = 'active' order by p.login";
    for row in ground.database().await.query(sql, &[]).await.unwrap() {
        let (id, login): (String, String) = (row.get(0), row.get(1));
        let asked = json!({ "action": "dm.start", "person_id": id });
        let answer = officer.post("/decisions", asked).await;
        if answer.body["decision"]["allow"] == true && answer.body["decision"]["rule"] == "A06" {
            return Member { login, id: id.parse().unwrap() };
        }
        if answer.status == 429 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }
    panic!("the officer may write to nobody by A06");
}

fn id_of(answer: &serde_json::Value) -> Uuid {
    answer["conversation"]["id"].as_str().unwrap().parse().unwrap()
}

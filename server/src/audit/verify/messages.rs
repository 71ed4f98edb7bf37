//! Whether messages are what the log tells of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use schema::audit_tree::{self, Entry};
use schema::ids::ConversationId;
use schema::message_versions::{self, MessageVersion};
use schema::messages::{self, Attachments, Witness};
use schema::transaction::Link;
use serde::Deserialize;
use uuid::Uuid;

use super::report::{Finding, Findings};
use crate::audit::told::Told;
use crate::error::Error;
use crate::text::salted_hash;

/// So many messages that no entry tells of are named.
const NAMED: i64 = 1_000;

/// An entry about a message, to be compared.
struct Said {
    told: Told,
    author: Option<Uuid>,
    at: DateTime<Utc>,
    seq: i64,
    is_sent: bool,
}

/// What entries tell of messages that lost what they said, and of months that went.
#[derive(Default)]
struct Gone {
    messages: HashSet<Uuid>,
    months: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What entries tell of messages that were changed or taken back: the hash of each later version, and which were taken back.
#[derive(Default)]
struct Changed {
    bodies: HashMap<(Uuid, i32), String>,
    deleted: HashMap<Uuid, i32>,
}

#[derive(Deserialize)]
struct ChangedMessage {
    message_id: Uuid,
    version: i32,
    body_sha256: Option<String>,
}

impl Changed {
    /// All that the log tells: few messages are ever changed.
    async fn of(connection: &mut Link) -> Result<Self, Error> {
        let mut changed = Self::default();
        for entry in audit_tree::entries_of_kind(connection, "message.edited").await? {
            if let Ok(ChangedMessage { message_id, version, body_sha256: Some(hash) }) =
                serde_json::from_str(&entry.entry)
            {
                changed.bodies.insert((message_id, version), hash);
            }
        }
        for entry in audit_tree::entries_of_kind(connection, "message.deleted").await? {
            if let Ok(ChangedMessage { message_id, version, .. }) = serde_json::from_str(&entry.entry) {
                changed.deleted.insert(message_id, version);
            }
        }
        Ok(changed)
    }

    /// Whether everything after what was sent is told of, and is what was told: that it was taken back as the last of all.
    fn tells(&self, witness: &Witness, versions: &[MessageVersion]) -> bool {
        let id = witness.id.0;
        let is_gone = witness.deleted_at.is_some();
        if self.deleted.get(&id) != is_gone.then_some(&witness.version) {
            return false;
        }
        let last = if is_gone { witness.version - 1 } else { witness.version };
        (2..=last).all(|version| {
            let Some(told) = self.bodies.get(&(id, version)) else { return false };
            let former = versions.iter().find(|former| former.version == version);
            let (body, salt) = match former {
                Some(former) => (former.body.as_str(), former.body_salt.as_deref()),
                None => (witness.body.as_str(), witness.body_salt.as_deref()),
            };
            salt.is_some_and(|salt| salted_hash(salt, body) == *told)
        }) && !self.bodies.contains_key(&(id, last + 1))
    }
}

#[derive(Deserialize)]
struct ErasedMessages {
    messages: Vec<ErasedMessage>,
}

#[derive(Deserialize)]
struct ErasedMessage {
    message_id: Uuid,
}

#[derive(Deserialize)]
struct ErasedMonth {
    from_at: DateTime<Utc>,
    until_at: DateTime<Utc>,
}

impl Gone {
    /// All that the log tells.
    async fn of(connection: &mut Link) -> Result<Self, Error> {
        let mut gone = Self { months: messages::detached(connection).await?, ..Self::default() };
        for entry in audit_tree::entries_of_kind(connection, "messages.erased").await? {
            let erased = serde_json::from_str::<ErasedMessages>(&entry.entry);
            gone.messages.extend(erased.iter().flat_map(|erased| &erased.messages).map(|one| one.message_id));
        }
        for entry in audit_tree::entries_of_kind(connection, "messages.month_erased").await? {
            let erased = serde_json::from_str::<ErasedMonth>(&entry.entry);
            gone.months.extend(erased.iter().map(|month| (month.from_at, month.until_at)));
        }
        Ok(gone)
    }

    fn is_month(&self, at: DateTime<Utc>) -> bool {
        self.months.iter().any(|(from, until)| *from <= at && at < *until)
    }
}

/// What entries tell of messages.
pub(super) struct Messages {
    waiting: Vec<Said>,
    gone: Gone,
    changed: Changed,
    compared: u64,
    there: u64,
}

impl Messages {
    /// Before anything was read.
    pub(super) async fn of(connection: &mut Link) -> Result<Self, Error> {
        let (gone, changed) = (Gone::of(connection).await?, Changed::of(connection).await?);
        Ok(Self { waiting: Vec::new(), gone, changed, compared: 0, there: 0 })
    }

    /// Takes what an entry tells; false where it cannot be understood.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        if !Told::is_told_by(&entry.kind) {
            return true;
        }
        let is_sent = entry.kind == "message.sent";
        let Ok(told) = serde_json::from_str::<Told>(&entry.entry) else { return false };
        let (author, at, seq) = (entry.actor_id, entry.at, entry.seq);
        self.waiting.push(Said { told, author, at, seq, is_sent });
        true
    }

    /// Compares what was taken with what there is.
    pub(super) async fn check(
        &mut self,
        connection: &mut Link,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let conversations: Vec<ConversationId> =
            waiting.iter().map(|said| said.told.conversation_id).collect();
        let seqs: Vec<i64> = waiting.iter().map(|said| said.told.seq).collect();
        let times: Vec<DateTime<Utc>> = waiting.iter().map(|said| said.at).collect();
        let found = messages::witnesses(connection, &conversations, &seqs, &times).await?;
        let found: HashMap<(ConversationId, i64), Witness> =
            found.into_iter().map(|witness| ((witness.conversation_id, witness.seq), witness)).collect();
        let altered: Vec<_> = found
            .values()
            .filter(|witness| witness.version > 1)
            .map(|one| (one.conversation_id, one.seq))
            .collect();
        let mut versions: HashMap<(ConversationId, i64), Vec<MessageVersion>> = HashMap::new();
        for version in message_versions::of_all(connection, &altered).await? {
            versions.entry((version.conversation_id, version.seq)).or_default().push(version);
        }
        for said in waiting {
            let told = &said.told;
            let (conversation_id, seq) = (told.conversation_id.0.to_string(), told.seq);
            let Some(witness) = found.get(&(told.conversation_id, told.seq)) else {
                if !self.gone.is_month(said.at) && said.is_sent {
                    findings.add(Finding::MessageMissing { conversation_id, seq, leaf_seq: said.seq });
                }
                continue;
            };
            self.compared += 1;
            self.there += u64::from(said.is_sent);
            let former = versions.get(&(told.conversation_id, told.seq)).map_or(&[][..], Vec::as_slice);
            let mut what = differences(&said, witness, former, &self.gone);
            if said.is_sent && !is_erased(witness, &self.gone) && !self.changed.tells(witness, former) {
                what.push("changes");
            }
            if !what.is_empty() {
                findings.add(Finding::MessageAltered { conversation_id, seq, what });
            }
        }
        Ok(())
    }

    /// When everything was read: whether there are messages that nothing tells of. Returns how many were compared.
    pub(super) async fn end(self, connection: &mut Link, findings: &mut Findings) -> Result<u64, Error> {
        let there = u64::try_from(messages::count(connection).await?).unwrap_or_default();
        if there > self.there {
            for message in messages::without_entry(connection, NAMED).await? {
                let (conversation_id, seq) = (message.conversation_id.0.to_string(), message.seq);
                findings.add(Finding::MessageInserted { conversation_id, seq });
            }
        }
        Ok(self.compared)
    }
}

/// What of the message is not what was told.
fn differences(said: &Said, witness: &Witness, former: &[MessageVersion], gone: &Gone) -> Vec<&'static str> {
    let told = &said.told;
    let label = (&told.label.policy, told.label.level, &told.label.categories);
    let compared = [
        ("id", told.message_id == witness.id),
        ("author", said.author == Some(witness.author_id.0)),
        ("hat", told.hat == witness.hat && told.principal_id == witness.principal_id.map(|id| id.0)),
        ("body", told_body(told, witness, former) || is_erased(witness, gone)),
        ("files", told_files(told, witness, former) || is_erased(witness, gone)),
        ("label", label == (&witness.label_policy, witness.label_level, &witness.label_categories)),
        ("rule", told.rule == witness.rule && told.policy_version == witness.policy_version),
    ];
    compared.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect()
}

/// What was sent, where it was changed or taken back since.
fn sent<'a>(witness: &Witness, former: &'a [MessageVersion]) -> Option<&'a MessageVersion> {
    former.first().filter(|first| first.version == 1 && witness.version > 1)
}

/// Whether what was sent is what was told.
fn told_body(told: &Told, witness: &Witness, former: &[MessageVersion]) -> bool {
    match sent(witness, former) {
        Some(sent) => told.says(&sent.body, sent.body_salt.as_deref()),
        None => witness.version == 1 && told.says(&witness.body, witness.body_salt.as_deref()),
    }
}

/// Whether what it brought is what was told; what cannot be read as files is not.
fn told_files(told: &Told, witness: &Witness, former: &[MessageVersion]) -> bool {
    if let Some(sent) = sent(witness, former) {
        // Files stay as they were sent, as long as the message says anything.
        let stays = witness.deleted_at.is_some()
            || serde_json::to_value(&sent.files).ok() == Some(witness.files.clone().unwrap_or_default());
        return stays && told.brings(sent.files.as_ref(), sent.body_salt.as_deref());
    }
    let files = witness.files.clone().map(serde_json::from_value::<Attachments>).transpose();
    files.is_ok_and(|files| told.brings(files.as_ref(), witness.body_salt.as_deref()))
}

/// Whether the message lost what it said, and the log tells of it.
fn is_erased(witness: &Witness, gone: &Gone) -> bool {
    witness.erased_at.is_some()
        && witness.body.is_empty()
        && witness.files.is_none()
        && gone.messages.contains(&witness.id.0)
}

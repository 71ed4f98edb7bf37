//! What changed entries are now.

use std::collections::BTreeSet;

use ldap3::{Ldap, Scope};
use uuid::Uuid;

use super::changes::ID;
use crate::directory::asking::{NOT_THERE, Question, ask, ended_well};
use crate::directory::id::with_ids;
use crate::directory::range::{complete, is_partial};
use crate::directory::{DirectoryError, RawEntry, Search, Server, id_of};

/// As many entries as are asked for at a time: a filter must not get too long.
pub(super) const AT_A_TIME: usize = 50;

/// Entries as they are now, and those that are none of ours any more.
#[derive(Default)]
pub(super) struct Now {
    pub(super) entries: Vec<RawEntry>,
    pub(super) elsewhere: Vec<Uuid>,
}

/// Reads the entries of these ids, each with all that `search` asks for.
///
/// One that fits the filter but lies elsewhere may have moved out of the base. One that does not fit never did, since
/// entries keep their class. One that is not there at all is left out: it was deleted after the change that we heard of,
/// and that will be told by itself, or it may no longer be seen, and that is no deletion.
pub(super) async fn read_now(
    server: &Server,
    ldap: &mut Ldap,
    search: &Search,
    ids: &[Uuid],
) -> Result<Now, DirectoryError> {
    let doing = format!("reading changed entries below {}", search.base);
    let filter = with_ids(&search.filter, ID, ids);
    let question = Question {
        doing: doing.clone(),
        base: &search.base,
        scope: Scope::Subtree,
        filter: &filter,
        attributes: &search.attributes,
        controls: Vec::new(),
    };
    let mut found = Vec::new();
    let result = ask(server, ldap, question, |entry| found.push(entry)).await?;
    ended_well(&doing, result, found.len())?;
    let mut missing: BTreeSet<Uuid> = ids.iter().copied().collect();
    let mut now = Now::default();
    for entry in found {
        if let Some(id) = id_of(&entry, ID) {
            missing.remove(&id);
        }
        let entry = if is_partial(&entry) { complete(server, ldap, entry).await? } else { entry };
        now.entries.push(entry);
    }
    for id in missing {
        if is_there(server, ldap, &search.filter, id).await? {
            now.elsewhere.push(id);
        }
    }
    Ok(now)
}

async fn is_there(server: &Server, ldap: &mut Ldap, filter: &str, id: Uuid) -> Result<bool, DirectoryError> {
    let doing = format!("looking for the entry {id}");
    let question = Question {
        doing: doing.clone(),
        base: &format!("<GUID={id}>"),
        scope: Scope::Base,
        filter,
        attributes: &[ID.to_owned()],
        controls: Vec::new(),
    };
    let mut found = false;
    let result = ask(server, ldap, question, |_| found = true).await?;
    if NOT_THERE.contains(&result.rc) {
        return Ok(false);
    }
    ended_well(&doing, result, 0).map(|_| found)
}

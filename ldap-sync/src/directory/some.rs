//! Reads some entries as they are now, by their immutable ids, on a connection that is kept for the next time.

use ldap3::{Ldap, Scope};
use secrecy::SecretString;
use uuid::Uuid;

use super::asking::{Question, ask, ended_well};
use super::id::with_ids;
use super::range::{complete, is_partial};
use super::{DirectoryError, RawEntry, Search, Server, guarded};

/// As many entries as are asked for at a time: a filter must not get too long.
const AT_A_TIME: usize = 50;

/// Reads single entries.
pub struct Reader {
    server: Server,
    bind_dn: String,
    password: SecretString,
    ldap: Option<Ldap>,
}

impl Reader {
    /// Connects to nothing yet.
    pub fn new(server: Server, bind_dn: &str, password: SecretString) -> Self {
        Self { server, bind_dn: bind_dn.to_owned(), password, ldap: None }
    }

    /// What `search` finds of the entries with these ids; of those that are not there, or are elsewhere, nothing.
    pub async fn entries(
        &mut self,
        search: &Search,
        id_attribute: &str,
        ids: &[Uuid],
    ) -> Result<Vec<RawEntry>, DirectoryError> {
        let kept = self.ldap.take();
        let was_kept = kept.is_some();
        match self.ask(kept, search, id_attribute, ids).await {
            // A server may have closed what was quiet for long; a new connection tells whether it is there.
            Err(DirectoryError::Lost { .. }) if was_kept => self.ask(None, search, id_attribute, ids).await,
            other => other,
        }
    }

    async fn ask(
        &mut self,
        ldap: Option<Ldap>,
        search: &Search,
        id_attribute: &str,
        ids: &[Uuid],
    ) -> Result<Vec<RawEntry>, DirectoryError> {
        let ldap = match ldap {
            Some(ldap) => ldap,
            None => self.server.connect(&self.bind_dn, &self.password).await?,
        };
        let (server, search, ids) = (self.server.clone(), search.clone(), ids.to_vec());
        let id_attribute = id_attribute.to_owned();
        let (ldap, found) = guarded(some(server, ldap, search, id_attribute, ids)).await?;
        self.ldap = Some(ldap);
        Ok(found)
    }
}

async fn some(
    server: Server,
    mut ldap: Ldap,
    search: Search,
    id_attribute: String,
    ids: Vec<Uuid>,
) -> Result<(Ldap, Vec<RawEntry>), DirectoryError> {
    let mut entries = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let doing = format!("reading changed entries below {}", search.base);
        let question = Question {
            doing: doing.clone(),
            base: &search.base,
            scope: Scope::Subtree,
            filter: &with_ids(&search.filter, &id_attribute, ids),
            attributes: &search.attributes,
            controls: Vec::new(),
        };
        let mut found = Vec::new();
        let result = ask(&server, &mut ldap, question, |entry| found.push(entry)).await?;
        ended_well(&doing, result, found.len())?;
        for entry in found {
            entries.push(if is_partial(&entry) { complete(&server, &mut ldap, entry).await? } else { entry });
        }
    }
    Ok((ldap, entries))
}

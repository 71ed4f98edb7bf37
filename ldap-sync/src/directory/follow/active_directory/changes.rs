//! Which entries have changed since a marker. What they are now is another question.

use std::collections::BTreeMap;

use ldap3::controls::{MakeCritical as _, PagedResults};
use ldap3::{Ldap, Scope};
use uuid::Uuid;

use super::control::{Synced, dir_sync, show_deleted, synced};
use super::marker::Marker;
use crate::directory::asking::{Question, ask, ended_well};
use crate::directory::read::next_cookie;
use crate::directory::{DirectoryError, RawEntry, Server, id_of};

/// The id of an entry.
pub(super) const ID: &str = "objectGUID";

/// What tells of a move and of a deletion, whatever else is asked for.
const ALWAYS: [&str; 5] = [ID, "isDeleted", "name", "objectClass", "parentGUID"];

/// Result codes by which servers say that they can do nothing with a cookie. None of them says that it is for now only.
const COOKIE_UNKNOWN: [u32; 4] = [
    1,  // operationsError
    2,  // protocolError
    12, // unavailableCriticalExtension
    53, // unwillingToPerform
];

/// How many entries of a list of changes the server sends at a time.
const PAGE: i32 = 500;

/// Finds nothing: what is wanted is where the server is.
const NOTHING: &str = "(!(objectClass=*))";

/// What has become of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Something about it is new.
    Changed,
    /// It was deleted.
    Gone,
}

/// What has changed, and from where to go on.
pub(super) struct Changes {
    pub(super) fates: BTreeMap<Uuid, Fate>,
    /// The marker's new cookie.
    pub(super) cookie: Option<Vec<u8>>,
    /// Whether there are more that did not fit.
    pub(super) more: bool,
}

/// Where the changes of a domain are to be looked for.
pub(super) struct Watched<'a> {
    /// The entry of the domain.
    pub(super) domain: &'a str,
    /// A change of any of these is one.
    pub(super) attributes: &'a [String],
}

/// The attributes of which `DirSync` is to tell, for who wants to know about `wanted`.
pub(super) fn watched_attributes(wanted: &[String]) -> Vec<String> {
    let plain = wanted.iter().filter_map(|name| name.split(';').next());
    let mut names: Vec<String> = plain.chain(ALWAYS).map(str::to_owned).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    names
}

/// Where `DirSync` is now, without what came before; none where the account may not use it.
pub(super) async fn cookie_of_now(
    server: &Server,
    ldap: &mut Ldap,
    domain: &str,
) -> Result<Option<Vec<u8>>, DirectoryError> {
    let watched = Watched { domain, attributes: &[ID.to_owned()] };
    let mut cookie = Vec::new();
    loop {
        match round(server, ldap, &watched, NOTHING, &cookie).await? {
            Err(refused) => {
                tracing::info!(code = refused.code, message = refused.message, "no DirSync for this account");
                return Ok(None);
            }
            Ok((_, synced)) if synced.more => cookie = synced.cookie,
            Ok((_, synced)) => return Ok(Some(synced.cookie)),
        }
    }
}

/// What has changed since `marker`; none if the server knows nothing of it.
pub(super) async fn changes(
    server: &Server,
    ldap: &mut Ldap,
    watched: &Watched<'_>,
    marker: &Marker,
) -> Result<Option<Changes>, DirectoryError> {
    let Some(cookie) = &marker.cookie else {
        let fates = by_number(server, ldap, watched.domain, marker.usn).await?;
        return Ok(Some(Changes { fates, cookie: None, more: false }));
    };
    match round(server, ldap, watched, "(objectClass=*)", cookie).await? {
        Ok((fates, synced)) => Ok(Some(Changes { fates, cookie: Some(synced.cookie), more: synced.more })),
        Err(refused) => {
            tracing::info!(
                code = refused.code,
                message = refused.message,
                "the domain does not know the cookie"
            );
            Ok(None)
        }
    }
}

/// The server does not do it.
struct NotDone {
    code: u32,
    message: String,
}

type Round = (BTreeMap<Uuid, Fate>, Synced);

/// One answer of `DirSync`.
async fn round(
    server: &Server,
    ldap: &mut Ldap,
    watched: &Watched<'_>,
    filter: &str,
    cookie: &[u8],
) -> Result<Result<Round, NotDone>, DirectoryError> {
    let doing = format!("reading the changes of {}", watched.domain);
    let question = Question {
        doing: doing.clone(),
        // It tells of whole domains only.
        base: watched.domain,
        scope: Scope::Subtree,
        filter,
        attributes: watched.attributes,
        controls: vec![dir_sync(cookie)],
    };
    let mut fates = Fates::default();
    let result = ask(server, ldap, question, |entry| fates.take(&entry)).await?;
    let may_not = cookie.is_empty() && result.rc == 50;
    if may_not || COOKIE_UNKNOWN.contains(&result.rc) {
        return Ok(Err(NotDone { code: result.rc, message: result.text }));
    }
    let result = ended_well(&doing, result, fates.read)?;
    let synced = synced(&result).filter(|synced| !synced.cookie.is_empty());
    let synced = synced.ok_or_else(|| DirectoryError::Malformed(format!("{doing}: no cookie came")))?;
    Ok(Ok((fates.told(&doing)?, synced)))
}

/// The same by the numbers that changes have, for accounts that may not use `DirSync`.
async fn by_number(
    server: &Server,
    ldap: &mut Ldap,
    domain: &str,
    usn: u64,
) -> Result<BTreeMap<Uuid, Fate>, DirectoryError> {
    let doing = format!("reading the changes of {domain} after number {usn}");
    let filter = format!("(uSNChanged>={})", usn.saturating_add(1));
    let attributes = [ID.to_owned(), "isDeleted".to_owned()];
    let mut fates = Fates::default();
    let mut cookie = Vec::new();
    loop {
        let page = PagedResults { size: PAGE, cookie };
        let question = Question {
            doing: doing.clone(),
            base: domain,
            scope: Scope::Subtree,
            filter: &filter,
            attributes: &attributes,
            controls: vec![page.critical().into(), show_deleted()],
        };
        let result = ask(server, ldap, question, |entry| fates.take(&entry)).await?;
        let result = ended_well(&doing, result, fates.read)?;
        cookie = next_cookie(&result, fates.read)?;
        if cookie.is_empty() {
            return fates.told(&doing);
        }
    }
}

/// Takes down what has become of entries, as their names pass by.
#[derive(Default)]
struct Fates {
    known: BTreeMap<Uuid, Fate>,
    read: usize,
    nameless: bool,
}

impl Fates {
    fn take(&mut self, entry: &RawEntry) {
        self.read += 1;
        let deleted =
            entry.values.get("isdeleted").is_some_and(|values| values.iter().any(|value| value == b"TRUE"));
        let fate = if deleted { Fate::Gone } else { Fate::Changed };
        match id_of(entry, ID) {
            Some(id) => drop(self.known.insert(id, fate)),
            None => self.nameless = true,
        }
    }

    /// An entry of which it is not known which one it is cannot be passed over.
    fn told(self, doing: &str) -> Result<BTreeMap<Uuid, Fate>, DirectoryError> {
        if self.nameless {
            return Err(DirectoryError::Malformed(format!("{doing}: an entry without {ID}")));
        }
        Ok(self.known)
    }
}

//! Where a server is with its changes, as it says itself: read before it is followed, because it would not refuse a
//! marker that it cannot go on from.

use ldap3::{Ldap, Scope, SearchOptions};
use secrecy::SecretString;
use uuid::Uuid;

use super::marker::Marker;
use crate::directory::error::meaning;
use crate::directory::read::raw;
use crate::directory::{DirectoryError, Server, guarded};
use crate::dn::Dn;

/// Nothing there, or nothing to be seen.
const HIDDEN: [u32; 2] = [32, 50];

/// How far the server's changes go, as a marker from which following can start; none where the server does not tell.
pub async fn read_marker(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    base: &str,
) -> Result<Option<String>, DirectoryError> {
    let mut ldap = server.connect(bind_dn, password).await?;
    let (server, base) = (server.clone(), base.to_owned());
    guarded(async move {
        let marker = standing(&server, &mut ldap, &base).await?;
        drop(ldap.unbind().await);
        Ok(marker.map(|marker| marker.to_string()))
    })
    .await
}

/// The same on a connection that is there.
pub(super) async fn standing(
    server: &Server,
    ldap: &mut Ldap,
    base: &str,
) -> Result<Option<Marker>, DirectoryError> {
    let contexts = read_one(server, ldap, "", "namingContexts").await?;
    // Where one tree hangs below another, the nearest above is the one that holds the base.
    let Some(context) = contexts.iter().filter(|context| within(base, context)).max_by_key(|dn| dn.len())
    else {
        return Ok(None);
    };
    let numbers = read_one(server, ldap, context, "contextCSN").await?;
    let ids = read_one(server, ldap, base, "entryUUID").await?;
    let id = ids.first().and_then(|id| Uuid::try_parse(id).ok());
    Ok(id.and_then(|id| Marker::of(&numbers, id)))
}

/// Whether the server can tell what changed since the change `number`: it can while some entry is as old as that.
///
/// Where none is, it takes our marker for none and sends everything as if it were new, and nothing of what has gone.
/// It looks at its whole tree and we only below our base, so that a doubt is a no.
pub(super) async fn remembers(
    server: &Server,
    ldap: &mut Ldap,
    base: &str,
    number: &str,
) -> Result<bool, DirectoryError> {
    let doing = || "looking for an entry older than the marker".to_owned();
    let filter = format!("(entryCSN<={})", ldap3::ldap_escape(number));
    let (found, result) = {
        let answer = ldap
            .with_timeout(server.timeout())
            .with_search_options(SearchOptions::new().sizelimit(1))
            .search(base, Scope::Subtree, &filter, ["1.1"])
            .await
            .map_err(|source| DirectoryError::lost(doing(), source))?;
        (answer.0, answer.1)
    };
    match result.rc {
        // One is all that was asked for; that there are more is no fault.
        0 | 4 => Ok(found.iter().any(|entry| !entry.is_ref() && !entry.is_intermediate())),
        code => Err(refused(doing(), code, result.text)),
    }
}

fn within(base: &str, context: &str) -> bool {
    match (Dn::parse(base), Dn::parse(context)) {
        (Ok(base), Ok(context)) => base.is_within(&context),
        _ => false,
    }
}

async fn read_one(
    server: &Server,
    ldap: &mut Ldap,
    dn: &str,
    attribute: &str,
) -> Result<Vec<String>, DirectoryError> {
    let doing = || format!("reading {attribute}");
    let found = ldap
        .with_timeout(server.timeout())
        .search(dn, Scope::Base, "(objectClass=*)", [attribute])
        .await
        .map_err(|source| DirectoryError::lost(doing(), source))?;
    match found.1.rc {
        0 => {}
        code if HIDDEN.contains(&code) => return Ok(Vec::new()),
        10 => return Err(DirectoryError::Referral { url: found.1.refs.join(" ") }),
        code => return Err(refused(doing(), code, found.1.text)),
    }
    let mut values = Vec::new();
    for entry in found.0.into_iter().filter(|entry| !entry.is_ref()) {
        let mut entry = raw(entry)?;
        for value in entry.values.remove(&attribute.to_lowercase()).unwrap_or_default() {
            values.push(String::from_utf8(value).map_err(|_| DirectoryError::Malformed(doing()))?);
        }
    }
    Ok(values)
}

fn refused(doing: String, code: u32, message: String) -> DirectoryError {
    DirectoryError::Refused { doing, code, meaning: meaning(code), message, read: 0 }
}

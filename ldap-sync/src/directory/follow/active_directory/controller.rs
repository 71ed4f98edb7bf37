//! What a domain controller says of itself.

use ldap3::Ldap;

use super::control::show_deleted;
use super::marker::Identity;
use crate::directory::asking::look_up;
use crate::directory::{DirectoryError, RawEntry, Server, entry_id};
use crate::dn::Dn;

/// A domain controller, as far as following it needs to know.
#[derive(Debug)]
pub(super) struct Controller {
    /// Which one it is.
    pub(super) identity: Identity,
    /// The entry of the domain that the base is in: changes are told of whole domains only.
    pub(super) domain: String,
    /// The number of its last change.
    pub(super) usn: u64,
}

impl Controller {
    /// Asks it. None where it does not say what a domain controller says.
    pub(super) async fn ask(
        server: &Server,
        ldap: &mut Ldap,
        base: &str,
    ) -> Result<Option<Self>, DirectoryError> {
        let names = ["dnsHostName", "dsServiceName", "namingContexts", "highestCommittedUSN"];
        let Some(own) = look_up(server, ldap, "", &names, Vec::new()).await? else { return Ok(None) };
        let domain =
            texts(&own, "namingContexts").filter(|context| within(base, context)).max_by_key(|dn| dn.len());
        let (Some(host), Some(settings), Some(domain), Some(usn)) =
            (texts(&own, "dnsHostName").next(), texts(&own, "dsServiceName").next(), domain, usn(&own))
        else {
            return Ok(None);
        };
        let found = look_up(server, ldap, settings, &["invocationId"], Vec::new()).await?;
        let invocation = found.and_then(|found| entry_id(found.values.get("invocationid")?.first()?));
        Ok(invocation.map(|invocation| Self {
            identity: Identity { host: host.to_lowercase(), invocation },
            domain: domain.to_owned(),
            usn,
        }))
    }
}

/// The number of the server's last change.
pub(super) async fn last_change(server: &Server, ldap: &mut Ldap) -> Result<u64, DirectoryError> {
    let own = look_up(server, ldap, "", &["highestCommittedUSN"], Vec::new()).await?;
    own.and_then(|own| usn(&own))
        .ok_or_else(|| DirectoryError::Malformed("the server no longer numbers its changes".to_owned()))
}

/// Whether the account may see what was deleted: without the right to, a server answers as if nothing ever were.
pub(super) async fn shows_deleted(
    server: &Server,
    ldap: &mut Ldap,
    domain: &str,
) -> Result<bool, DirectoryError> {
    let container = format!("CN=Deleted Objects,{domain}");
    let found = look_up(server, ldap, &container, &["objectClass"], vec![show_deleted()]).await?;
    Ok(found.is_some_and(|found| found.values.contains_key("objectclass")))
}

fn usn(own: &RawEntry) -> Option<u64> {
    texts(own, "highestCommittedUSN").next()?.parse().ok()
}

fn texts<'a>(entry: &'a RawEntry, attribute: &str) -> impl Iterator<Item = &'a str> {
    let values = entry.values.get(&attribute.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(|value| std::str::from_utf8(value).ok())
}

pub(super) fn within(base: &str, above: &str) -> bool {
    match (Dn::parse(base), Dn::parse(above)) {
        (Ok(base), Ok(above)) => base.is_within(&above),
        _ => false,
    }
}

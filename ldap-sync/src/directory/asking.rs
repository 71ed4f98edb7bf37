//! One search, from its question to its end.

use ldap3::controls::RawControl;
use ldap3::{Ldap, LdapResult, Scope, parse_refs};

use super::error::meaning;
use super::read::raw;
use super::reference::concerns;
use super::{DirectoryError, RawEntry, Server};

/// Nothing there, or nothing to be seen.
pub(super) const NOT_THERE: [u32; 2] = [32, 50];

/// What is asked for.
pub(super) struct Question<'a> {
    /// What messages call it: "reading …".
    pub(super) doing: String,
    /// Where.
    pub(super) base: &'a str,
    /// How far below.
    pub(super) scope: Scope,
    /// Which entries.
    pub(super) filter: &'a str,
    /// Which attributes of them.
    pub(super) attributes: &'a [String],
    /// In which way.
    pub(super) controls: Vec<RawControl>,
}

/// Hands each entry to `take` and gives back how the search ended, in error or not. The lost connection, silence and a
/// part of the tree that is elsewhere are errors by themselves.
pub(super) async fn ask(
    server: &Server,
    ldap: &mut Ldap,
    question: Question<'_>,
    mut take: impl FnMut(RawEntry),
) -> Result<LdapResult, DirectoryError> {
    let Question { doing, base, scope, filter, attributes, controls } = question;
    let limit = server.timeout();
    let mut stream = ldap
        .with_timeout(limit)
        .with_controls(controls)
        .streaming_search(base, scope, filter, attributes)
        .await
        .map_err(|source| DirectoryError::lost(&doing, source))?;
    loop {
        let next = tokio::time::timeout(limit, stream.next())
            .await
            .map_err(|_| DirectoryError::TimedOut { doing: doing.clone() })?
            .map_err(|source| DirectoryError::lost(&doing, source))?;
        let Some(found) = next else { break };
        if found.is_ref() {
            // A server that does not hold the whole tree cannot say who has left it.
            let urls = parse_refs(found.0);
            if urls.iter().any(|url| concerns(base, url)) {
                return Err(DirectoryError::Referral { url: urls.join(" ") });
            }
        } else if !found.is_intermediate() {
            take(raw(found)?);
        }
    }
    let result = stream.finish().await;
    if result.rc == 10 {
        return Err(DirectoryError::Referral { url: result.refs.join(" ") });
    }
    Ok(result)
}

/// The end of a search that has to end well, after `read` entries.
pub(super) fn ended_well(doing: &str, result: LdapResult, read: usize) -> Result<LdapResult, DirectoryError> {
    if result.rc == 0 {
        return Ok(result);
    }
    Err(DirectoryError::Refused {
        doing: doing.to_owned(),
        code: result.rc,
        meaning: meaning(result.rc),
        message: result.text,
        read,
    })
}

/// What `dn` itself shows of `attributes`; none where it does not exist or may not be seen.
pub(super) async fn look_up(
    server: &Server,
    ldap: &mut Ldap,
    dn: &str,
    attributes: &[&str],
    controls: Vec<RawControl>,
) -> Result<Option<RawEntry>, DirectoryError> {
    let doing = format!("reading {}", if dn.is_empty() { "the server's own entry" } else { dn });
    let attributes: Vec<String> = attributes.iter().map(|&name| name.to_owned()).collect();
    let question = Question {
        doing: doing.clone(),
        base: dn,
        scope: Scope::Base,
        filter: "(objectClass=*)",
        attributes: &attributes,
        controls,
    };
    let mut found = None;
    let result = ask(server, ldap, question, |entry| found = Some(entry)).await?;
    match result.rc {
        code if NOT_THERE.contains(&code) => Ok(None),
        _ => ended_well(&doing, result, 0).map(|_| found),
    }
}

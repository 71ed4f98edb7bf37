//! Reads a subtree page by page, to its end or not at all.

use std::collections::HashMap;

use ldap3::controls::{Control, ControlType, MakeCritical, PagedResults};
use ldap3::{Ldap, LdapResult, ResultEntry, Scope};
use secrecy::SecretString;

use super::asking::{Question, ask, ended_well};
use super::range::{complete, is_partial};
use super::{DirectoryError, Server, guarded};

/// The number of the message that carries an entry (RFC 4511, section 4.5.2).
const SEARCH_RESULT_ENTRY: u64 = 4;

/// What to read.
#[derive(Debug, Clone)]
pub struct Search {
    /// Where the tree begins.
    pub base: String,
    /// Which entries of it.
    pub filter: String,
    /// Which attributes of them; nothing else is asked for.
    pub attributes: Vec<String>,
    /// How many entries the server sends at a time.
    pub page_size: u16,
}

/// An entry as it came, with text and bytes alike as bytes: the library sorts values by whether they happen to
/// be UTF-8, which says nothing about what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// Where it is, in the server's spelling.
    pub dn: String,
    /// Attribute name in lower case, to its values.
    pub values: HashMap<String, Vec<Vec<u8>>>,
}

/// What takes the entries, one by one.
pub trait Sink: Send + 'static {
    /// Takes one.
    fn take(&mut self, entry: RawEntry);
}

/// What a read that went well has to say about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How many entries came.
    pub entries: usize,
    /// In how many pages.
    pub pages: usize,
}

/// Reads the tree into `sink`, and gives it back only if the whole tree was read.
///
/// The library panics on malformed answers, so the read has a task of its own.
pub async fn read_tree<S: Sink>(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    search: Search,
    mut sink: S,
) -> Result<(S, Summary), DirectoryError> {
    let mut ldap = server.connect(bind_dn, password).await?;
    let server = server.clone();
    guarded(async move {
        let summary = read_pages(&server, &mut ldap, &search, &mut sink).await?;
        // All was read; whether the goodbye arrives changes nothing.
        drop(ldap.unbind().await);
        Ok((sink, summary))
    })
    .await
}

/// The same on a connection that is there.
pub(super) async fn read_pages<S: Sink>(
    server: &Server,
    ldap: &mut Ldap,
    search: &Search,
    sink: &mut S,
) -> Result<Summary, DirectoryError> {
    let mut summary = Summary { entries: 0, pages: 0 };
    let mut cookie = Vec::new();
    loop {
        let page = PagedResults { size: i32::from(search.page_size), cookie };
        let result = read_page(server, ldap, search, page, &mut summary.entries, sink).await?;
        summary.pages += 1;
        cookie = next_cookie(&result, summary.entries)?;
        if cookie.is_empty() {
            return Ok(summary);
        }
    }
}

/// Each page is a search of its own, so that its end is its own end: an adapter that hides the pages answers a lost
/// connection with the success of the page before.
async fn read_page<S: Sink>(
    server: &Server,
    ldap: &mut Ldap,
    search: &Search,
    page: PagedResults,
    read: &mut usize,
    sink: &mut S,
) -> Result<LdapResult, DirectoryError> {
    let doing = format!("reading below {}", search.base);
    let question = Question {
        doing: doing.clone(),
        base: &search.base,
        scope: Scope::Subtree,
        filter: &search.filter,
        attributes: &search.attributes,
        // Not critical, a server may ignore it and send what it likes.
        controls: vec![page.critical().into()],
    };
    let mut in_parts = Vec::new();
    let result = ask(server, ldap, question, |entry| {
        *read += 1;
        if is_partial(&entry) {
            in_parts.push(entry);
        } else {
            sink.take(entry);
        }
    });
    let result = ended_well(&doing, result.await?, *read)?;
    for entry in in_parts {
        sink.take(complete(server, ldap, entry).await?);
    }
    Ok(result)
}

pub(super) fn next_cookie(result: &LdapResult, read: usize) -> Result<Vec<u8>, DirectoryError> {
    let control =
        result.ctrls.iter().find(|Control(kind, _)| matches!(kind, Some(ControlType::PagedResults)));
    let Some(Control(_, raw)) = control else {
        return Err(DirectoryError::NotPaged { read, message: "the control is missing" });
    };
    if raw.val.is_none() {
        return Err(DirectoryError::NotPaged { read, message: "the control is empty" });
    }
    Ok(raw.parse::<PagedResults>().cookie)
}

/// An entry as the server sent it: `SearchResultEntry` of RFC 4511, section 4.5.2. The library's own reading of it panics
/// where it is malformed, and sorts values by whether they are UTF-8.
pub(super) fn raw(found: ResultEntry) -> Result<RawEntry, DirectoryError> {
    let malformed =
        || DirectoryError::Malformed("the directory sent an entry that cannot be read".to_owned());
    parse(found).ok_or_else(malformed)
}

fn parse(found: ResultEntry) -> Option<RawEntry> {
    let mut parts = found.0.match_id(SEARCH_RESULT_ENTRY)?.expect_constructed()?.into_iter();
    let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
    let attributes = parts.next()?.expect_constructed()?;
    let mut values: HashMap<String, Vec<Vec<u8>>> = HashMap::with_capacity(attributes.len());
    for attribute in attributes {
        let mut parts = attribute.expect_constructed()?.into_iter();
        let mut name = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        name.make_ascii_lowercase();
        let found = parts.next()?.expect_constructed()?.into_iter();
        let here = values.entry(name).or_default();
        for value in found {
            here.push(value.expect_primitive()?);
        }
    }
    Some(RawEntry { dn, values })
}

//! Parts of a tree that a server says are on another one.

use crate::dn::Dn;

/// The parts of an Active Directory that lie below the domain in name only: settings and addresses, and nobody in them.
/// A domain controller points to them from the domain's entry although it holds them itself (MS-ADTS, section
/// 3.1.1.1.9).
const NOBODY_IN_THEM: [&str; 3] = ["CN=Configuration", "DC=DomainDnsZones", "DC=ForestDnsZones"];

/// Whether `url` (RFC 4516), to which a server pointed in a search below `base`, is about entries that were asked for.
///
/// What cannot be read is taken as such: a server that does not hold the whole tree cannot say who has left it.
pub(super) fn concerns(base: &str, url: &str) -> bool {
    let (Some(there), Ok(base)) = (name_in(url), Dn::parse(base)) else { return true };
    let Ok(there) = Dn::parse(&there) else { return true };
    let by_name_only = NOBODY_IN_THEM.iter().any(|part| {
        let Ok(part) = Dn::parse(part) else { return false };
        there.parent().is_some_and(|domain| {
            format!("{},{}", part.key(), domain.key()) == there.key() && domain.key() == base.key()
        })
    });
    there.is_within(&base) && !by_name_only
}

/// The distinguished name of `ldap://host/name??scope`.
fn name_in(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let (_, rest) = rest.split_once('/')?;
    let name = rest.split('?').next().filter(|name| !name.is_empty())?;
    let mut bytes = Vec::with_capacity(name.len());
    let mut left = name.bytes();
    while let Some(byte) = left.next() {
        if byte == b'%' {
            let digits = [left.next()?, left.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_domain_concern_nobody() {
        for (base, url) in [
            ("DC=gov,DC=example", "ldap://gov.example/CN=Configuration,DC=gov,DC=example"),
            ("dc=GOV,dc=example", "ldap://gov.example/DC=DomainDnsZones,DC=gov,DC=example??base"),
            ("OU=Архив,DC=gov,DC=example", "ldap://gov.example/CN=Configuration,DC=gov,DC=example"),
            ("OU=A,DC=gov,DC=example", "ldap://gov.example/OU=B,DC=gov,DC=example"),
        ] {
            assert!(!concerns(base, url), "{base} {url}");
        }
    }

    #[test]
    fn a_part_of_the_tree_elsewhere_does() {
        for (base, url) in [
            ("DC=gov,DC=example", "ldap://north.gov.example/DC=north,DC=gov,DC=example"),
            ("OU=A,DC=gov,DC=example", "ldap://other/OU=%D0%9E%20%D1%82,OU=A,DC=gov,DC=example??sub"),
            ("DC=gov,DC=example", "ldap://other/CN=Configuration,OU=A,DC=gov,DC=example"),
            ("DC=gov,DC=example", "ldap://other"),
            ("DC=gov,DC=example", "ldap://other/"),
            ("DC=gov,DC=example", "ldap://other/OU=%zz,DC=gov,DC=example"),
            ("DC=gov,DC=example", "nonsense"),
        ] {
            assert!(concerns(base, url), "{base} {url}");
        }
    }
}

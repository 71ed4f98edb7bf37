//! When two attributes and two values are the same: what `caseIgnoreMatch` says (RFC 4518), as far as servers do it.
//!
//! The rule must never be coarser than the directory's own where that matters: two entries with one key would be
//! one. And where it is finer, a link in an unusual spelling leads nowhere, which is reported. So:
//!
//! - Compatibility forms are one (NFKC): RFC 4518 says so, OpenLDAP keeps no two entries that differ in nothing
//!   else, Active Directory neither. `й` written as two characters, full-width Latin and the no-break space occur.
//! - Case is folded letter by letter, as OpenLDAP does: `ß` stays apart from `ss`, and `ς` from `σ`.
//! - Spaces at the ends do not count, and several within are one. Tabs and line ends are letters like others; soft
//!   hyphens and other things nobody sees stay, against RFC 4518, since OpenLDAP keeps entries apart by them.
//!
//! `tests/sync/names.rs` asks OpenLDAP, which is of another opinion about letters that only exist in upper case and
//! have a compatibility form (`™` and `TM`, `Ⅷ` and `VIII`): it folds case first and knows an old Unicode. RFC 4518
//! is followed there; whoever has both as neighbours has two entries of one key.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The short name, then what else the attribute is called: the number first.
const NAMES: [(&str, &[&str]); 13] = [
    ("c", &["2.5.4.6", "countryname"]),
    ("cn", &["2.5.4.3", "commonname"]),
    ("dc", &["0.9.2342.19200300.100.1.25", "domaincomponent"]),
    ("employeenumber", &["2.16.840.1.113730.3.1.3"]),
    ("givenname", &["2.5.4.42", "gn"]),
    ("l", &["2.5.4.7", "localityname"]),
    ("mail", &["0.9.2342.19200300.100.1.3", "rfc822mailbox"]),
    ("o", &["2.5.4.10", "organizationname"]),
    ("ou", &["2.5.4.11", "organizationalunitname"]),
    ("sn", &["2.5.4.4", "surname"]),
    ("st", &["2.5.4.8", "stateorprovincename"]),
    ("street", &["2.5.4.9", "streetaddress"]),
    ("uid", &["0.9.2342.19200300.100.1.1", "userid"]),
];

/// The one name of an attribute that may be called by several, or by number.
pub(super) fn known_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_prefix("oid.").unwrap_or(&name);
    match NAMES.iter().find(|(_, others)| others.contains(&bare)) {
        Some((short, _)) => (*short).to_owned(),
        None => bare.to_owned(),
    }
}

/// What all spellings of a value have in common.
pub(super) fn folded(value: &str) -> String {
    let lower: String = normal(value).chars().map(lower).collect();
    // Lower case can undo the normal form, but only where accents are.
    let normal = normal(&lower);
    let mut folded = String::with_capacity(normal.len());
    for word in normal.split(' ').filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    if folded.is_empty() && !normal.is_empty() {
        // Nothing but spaces is not nothing.
        folded.push(' ');
    }
    folded
}

fn normal(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

/// One letter for one: the `İ` of Turkish is the only one whose lower case has two.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

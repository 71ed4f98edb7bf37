//! The controls of Active Directory, as bytes (X.690). The library knows none of them.

use ldap3::LdapResult;
use ldap3::controls::{Control, RawControl};

/// Shows entries that were deleted, and the container they are in (MS-ADTS, section 3.1.1.3.4.1.14).
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";

/// Makes a search that never ends and answers with what changes (section 3.1.1.3.4.1.9).
const NOTIFICATION: &str = "1.2.840.113556.1.4.528";

/// Finds what has changed since a cookie (section 3.1.1.3.4.1.3).
const DIR_SYNC: &str = "1.2.840.113556.1.4.841";

/// Only what the account may see is shown, and no further right is needed.
const OBJECT_SECURITY: i64 = 1;

/// Of a group of many, only the members that came and went are sent. The highest bit of 32, hence negative.
const INCREMENTAL_VALUES: i64 = -0x8000_0000;

/// As many bytes of changes as are wanted in one answer.
const ANSWER_BYTES: i64 = 1 << 20;

/// How a round of changes ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Synced {
    /// Whether there are more that did not fit.
    pub(super) more: bool,
    /// From where to go on.
    pub(super) cookie: Vec<u8>,
}

pub(super) fn show_deleted() -> RawControl {
    RawControl { ctype: SHOW_DELETED.to_owned(), crit: true, val: None }
}

pub(super) fn notification() -> RawControl {
    RawControl { ctype: NOTIFICATION.to_owned(), crit: true, val: None }
}

/// For what has changed since `cookie`; an empty one asks for everything.
pub(super) fn dir_sync(cookie: &[u8]) -> RawControl {
    let mut value = integer(OBJECT_SECURITY | INCREMENTAL_VALUES);
    value.extend(integer(ANSWER_BYTES));
    value.extend(tagged(OCTET_STRING, cookie));
    RawControl { ctype: DIR_SYNC.to_owned(), crit: true, val: Some(tagged(SEQUENCE, &value)) }
}

/// What the server said at the end of a round; none where it did not, or not so that it can be read.
pub(super) fn synced(result: &LdapResult) -> Option<Synced> {
    let control = result.ctrls.iter().find(|Control(_, raw)| raw.ctype == DIR_SYNC);
    control.and_then(|Control(_, raw)| read(raw.val.as_deref()?))
}

fn read(value: &[u8]) -> Option<Synced> {
    let (inner, _) = part(SEQUENCE, value)?;
    let (more, rest) = part(INTEGER, inner)?;
    let (_, rest) = part(INTEGER, rest)?;
    let (cookie, _) = part(OCTET_STRING, rest)?;
    Some(Synced { more: more.iter().any(|byte| *byte != 0), cookie: cookie.to_vec() })
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut bytes = vec![tag];
    match (u8::try_from(value.len()), u8::try_from(length.len())) {
        (Ok(short), _) if short < 0x80 => bytes.push(short),
        // A length has at most eight bytes.
        (_, digits) => {
            bytes.push(0x80 | digits.unwrap_or_default());
            bytes.extend(length);
        }
    }
    bytes.extend(value);
    bytes
}

fn integer(number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    // The first byte that is kept must still show the sign.
    let is_needless = |pair: &[u8]| {
        matches!(pair, [0, second, ..] if *second < 0x80)
            || matches!(pair, [0xff, second, ..] if *second >= 0x80)
    };
    let needless = bytes.windows(2).take_while(|pair| is_needless(pair)).count();
    tagged(INTEGER, bytes.get(needless..).unwrap_or(&bytes))
}

/// The value of the part at the beginning of `bytes`, which must have this tag, and what comes after it.
fn part(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
        (digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (number, bytes) in [
            (0, &[2, 1, 0][..]),
            (127, &[2, 1, 127]),
            (128, &[2, 2, 0, 128]),
            (-128, &[2, 1, 128]),
            (OBJECT_SECURITY | INCREMENTAL_VALUES, &[2, 4, 0x80, 0, 0, 1]),
            (ANSWER_BYTES, &[2, 3, 0x10, 0, 0]),
        ] {
            assert_eq!(integer(number), bytes, "{number}");
        }
    }

    #[test]
    fn what_a_server_says_is_read() {
        for length in [0, 1, 127, 128, 300] {
            let cookie = vec![7; length];
            let inner = [integer(1), integer(0), tagged(OCTET_STRING, &cookie)].concat();
            assert_eq!(read(&tagged(SEQUENCE, &inner)), Some(Synced { more: true, cookie }), "{length}");
        }
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        let whole = tagged(SEQUENCE, &[integer(0), integer(0), tagged(OCTET_STRING, &[1; 200])].concat());
        assert!(read(&whole).is_some_and(|read| !read.more));
        for length in 0..whole.len() {
            assert_eq!(read(whole.get(..length).unwrap()), None, "{length}");
        }
        assert_eq!(read(&[0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1]), None);
    }
}

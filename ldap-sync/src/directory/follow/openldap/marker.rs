//! How far a server's changes were heard: a change number per server, and the database they belong to.

use std::collections::BTreeMap;
use std::fmt;

use uuid::Uuid;

use crate::directory::follow::SnapshotReason;

/// The number of a server, as it writes it into change numbers: three hexadecimal digits.
type ServerId = String;

/// Written `rid=000,csn=<number>;<number>…,base=<id>`: what the server calls a cookie, and after it the immutable id
/// of the entry at the base, by which another database is known. The server never sees the last part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    numbers: BTreeMap<ServerId, String>,
    base: Uuid,
}

impl Marker {
    /// From the values of `contextCSN`. None where there are none, or one is no change number.
    pub(crate) fn of(numbers: &[String], base: Uuid) -> Option<Self> {
        let numbers: Option<BTreeMap<_, _>> =
            numbers.iter().map(|number| Some((server_of(number)?, number.clone()))).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| Self { numbers, base })
    }

    /// Reads what `Display` wrote. None for anything else: the server would take it for no marker at all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (cookie, base) = text.rsplit_once(",base=")?;
        Self::of(&numbers_of(cookie)?, Uuid::try_parse(base).ok()?)
    }

    /// The id of the entry at the base.
    pub(crate) fn base(&self) -> Uuid {
        self.base
    }

    /// What the server is to be sent.
    pub(crate) fn cookie(&self) -> String {
        let numbers: Vec<&str> = self.numbers.values().map(String::as_str).collect();
        format!("rid=000,csn={}", numbers.join(";"))
    }

    /// Takes in a cookie of the server. Where several servers write, it names only the one whose change it follows.
    /// False, and nothing is taken, if it is no cookie that could be sent back.
    pub(crate) fn advance(&mut self, cookie: &[u8]) -> bool {
        let heard = std::str::from_utf8(cookie).ok().and_then(numbers_of);
        let Some(heard) = heard.and_then(|numbers| Self::of(&numbers, self.base)) else { return false };
        for (server, number) in heard.numbers {
            let known = self.numbers.entry(server).or_default();
            // All numbers have one width, so that their order is that of their text.
            if number > *known {
                *known = number;
            }
        }
        true
    }

    /// Whether a server that is as far as `server` can tell everything since this marker.
    ///
    /// The server itself would not say: from a marker whose servers are not exactly its own it sends all it has, as if
    /// that were all changes, and one of a stranger it takes for its own.
    pub(crate) fn usable_at(&self, server: &Self) -> Result<(), SnapshotReason> {
        if self.base != server.base || self.numbers.keys().any(|id| !server.numbers.contains_key(id)) {
            return Err(SnapshotReason::AnotherServer);
        }
        if self.numbers.iter().any(|(id, number)| server.numbers.get(id) < Some(number)) {
            return Err(SnapshotReason::ServerOlder);
        }
        if server.numbers.len() != self.numbers.len() {
            return Err(SnapshotReason::MarkerUnknown);
        }
        Ok(())
    }

    /// From which number on the server has to tell; none if it has nothing to tell.
    pub(crate) fn oldest_behind(&self, server: &Self) -> Option<&str> {
        let behind = self.numbers.iter().filter(|(id, number)| server.numbers.get(*id) > Some(*number));
        behind.map(|(_, number)| number.as_str()).min()
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},base={}", self.cookie(), self.base)
    }
}

/// The change numbers of a cookie.
fn numbers_of(cookie: &str) -> Option<Vec<String>> {
    let numbers = cookie.split(',').find_map(|part| part.strip_prefix("csn="))?;
    Some(numbers.split(';').map(str::to_owned).collect())
}

/// The server in a change number, `20261123235959.123456Z#000000#001#000000`. None if it is not one.
fn server_of(number: &str) -> Option<ServerId> {
    let all =
        |part: &str, length: usize, fits: fn(char) -> bool| part.len() == length && part.chars().all(fits);
    let mut parts = number.split('#');
    let (time, count, server, change) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (seconds, fraction) = time.strip_suffix('Z')?.split_once('.')?;
    let digit = |letter: char| letter.is_ascii_digit();
    let hexadecimal = |letter: char| letter.is_ascii_hexdigit();
    let good = parts.next().is_none()
        && all(seconds, 14, digit)
        && all(fraction, 6, digit)
        && all(count, 6, hexadecimal)
        && all(server, 3, hexadecimal)
        && all(change, 6, hexadecimal);
    good.then(|| server.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(seconds: u32, server: u32) -> String {
        format!("202611232359{seconds:02}.123456Z#000000#{server:03x}#000000")
    }

    fn marker(numbers: &[(u32, u32)]) -> Marker {
        let numbers: Vec<String> =
            numbers.iter().map(|(seconds, server)| number(*seconds, *server)).collect();
        Marker::of(&numbers, Uuid::nil()).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let two = marker(&[(5, 2), (7, 1)]);
        let cookie = format!("rid=000,csn={};{}", number(7, 1), number(5, 2));
        assert_eq!(two.cookie(), cookie);
        assert_eq!(two.to_string(), format!("{cookie},base={}", Uuid::nil()));
        assert_eq!(Marker::parse(&two.to_string()), Some(two));
    }

    #[test]
    fn what_the_server_would_take_for_nothing_is_no_marker() {
        let base = Uuid::nil();
        let good = number(1, 0);
        for bad in [
            String::new(),
            "garbage".to_owned(),
            format!("rid=000,csn={good}"),
            format!("rid=000,base={base}"),
            format!("rid=000,csn=,base={base}"),
            format!("rid=000,csn={good};,base={base}"),
            format!("rid=000,csn={good}#000000,base={base}"),
            format!("rid=000,csn={},base={base}", good.replace('Z', "")),
            format!("rid=000,csn={},base={base}", good.replace("123456", "12345")),
            format!("rid=000,csn={},base={base}", good.replace("2026", "2O26")),
            format!("rid=000,csn={good},base=somewhere"),
        ] {
            assert_eq!(Marker::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cookie_moves_only_what_it_names_and_only_forward() {
        let mut heard = marker(&[(5, 1), (5, 2)]);
        assert!(heard.advance(format!("rid=000,sid=002,csn={}", number(6, 2)).as_bytes()));
        assert_eq!(heard, marker(&[(5, 1), (6, 2)]));
        assert!(heard.advance(format!("rid=000,csn={};{}", number(4, 1), number(9, 2)).as_bytes()));
        assert_eq!(heard, marker(&[(5, 1), (9, 2)]));
        for bad in [&b""[..], b"rid=000", b"rid=000,csn=", b"\xff\xfe"] {
            assert!(!heard.advance(bad));
        }
        assert_eq!(heard, marker(&[(5, 1), (9, 2)]));
    }

    #[test]
    fn a_server_that_cannot_go_on_from_here_is_known() {
        let ours = marker(&[(5, 1)]);
        let usable = |server: &Marker| ours.usable_at(server);
        assert_eq!(usable(&ours), Ok(()));
        assert_eq!(usable(&marker(&[(6, 1)])), Ok(()));
        assert_eq!(usable(&marker(&[(4, 1)])), Err(SnapshotReason::ServerOlder));
        assert_eq!(usable(&marker(&[(9, 2)])), Err(SnapshotReason::AnotherServer));
        assert_eq!(usable(&marker(&[(9, 1), (1, 2)])), Err(SnapshotReason::MarkerUnknown));
        let elsewhere = Marker { base: Uuid::max(), ..ours.clone() };
        assert_eq!(usable(&elsewhere), Err(SnapshotReason::AnotherServer));
    }

    #[test]
    fn the_server_tells_from_the_oldest_number_that_is_behind() {
        let ours = marker(&[(3, 1), (5, 2), (4, 3)]);
        assert_eq!(ours.oldest_behind(&ours), None);
        assert_eq!(ours.oldest_behind(&marker(&[(3, 1), (6, 2), (7, 3)])), Some(number(4, 3).as_str()));
    }
}

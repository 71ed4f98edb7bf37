//! Pages by keyset: a cursor is the key of the last item, so that nothing is skipped or shown twice when rows come and go.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::{Error, codes};

const LIMIT: usize = 50;
const LARGEST: usize = 200;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// How many items the page has.
pub fn limit(asked: Option<usize>) -> Result<usize, Error> {
    match asked {
        None => Ok(LIMIT),
        Some(limit) if (1..=LARGEST).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::invalid(codes::INVALID_VALUE, "limit")),
    }
}

/// The key in a cursor.
pub fn key<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Error> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let key = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    key.map(Some).ok_or_else(|| Error::invalid(codes::INVALID_CURSOR, "cursor"))
}

/// A cursor that holds `key`.
pub fn cursor<K: Serialize>(key: &K) -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).map_err(Error::internal)?))
}

/// The first `limit` of `items`, which come with their keys in order, and the cursor to the rest.
pub fn cut<K: Serialize, T>(
    items: impl Iterator<Item = (K, T)>,
    limit: usize,
) -> Result<(Vec<T>, Option<String>), Error> {
    let mut items = items.peekable();
    let mut page = Vec::new();
    let mut last = None;
    while page.len() < limit {
        let Some((key, item)) = items.next() else { return Ok((page, None)) };
        page.push(item);
        last = Some(key);
    }
    let next = if items.peek().is_some() { last.as_ref().map(cursor).transpose()? } else { None };
    Ok((page, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let all = 1..=7_u32;
        let after = |key: Option<u32>| {
            let rest = all.clone().filter(move |n| key.is_none_or(|key| *n > key)).map(|n| (n, n));
            cut(rest, 3).unwrap()
        };
        let mut seen = Vec::new();
        let mut at = None;
        loop {
            let (page, next) = after(key(at.as_deref()).unwrap());
            seen.extend(page);
            at = next;
            if at.is_none() {
                break;
            }
        }
        assert_eq!(seen, all.collect::<Vec<_>>());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(key::<u32>(Some("%%")).is_err());
        assert!(key::<u32>(Some(&cursor(&"text").unwrap())).is_err());
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err());
        assert_eq!(limit(None).unwrap(), 50);
    }
}

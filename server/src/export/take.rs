//! Fetching an archive: any part of it, so that who was interrupted goes on where they were. No more than one part is in memory, and
//! every few seconds it is decided anew whether it may be fetched.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use schema::case_exports::{self, Place};
use schema::ids::ExportId;

use crate::app::App;
use crate::error::Error;

/// Which octets, the last one not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Octets {
    /// The first.
    pub from: u64,
    /// The one behind the last.
    pub until: u64,
}

/// What is at these places that is of `wanted`: the place, and which of its octets.
fn cut(places: Vec<Place>, wanted: Octets) -> impl Iterator<Item = (Place, std::ops::Range<usize>)> {
    let mut before = 0;
    places.into_iter().filter_map(move |place| {
        let size = u64::try_from(place.size).unwrap_or_default();
        let (from, until) = (wanted.from.max(before), wanted.until.min(before + size));
        let start = before;
        before += size;
        let within = |octet: u64| usize::try_from(octet - start).unwrap_or(usize::MAX);
        (from < until).then(|| (place, within(from)..within(until)))
    })
}

/// How long a decision that it may be fetched is good for.
const DECIDED: Duration = Duration::from_secs(3);

/// The octets `wanted` of the archive, as long as `decide` says so.
pub async fn octets<Decision: Future<Output = Result<(), Error>>, Decide: Fn() -> Decision>(
    app: &App,
    export: ExportId,
    wanted: Octets,
    decide: Decide,
) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<Decision, Decide>, Error> {
    let places = case_exports::places(&mut *app.pool.get().await?, export).await?;
    let begun = (app.clone(), cut(places, wanted), decide, Instant::now());
    Ok(stream::try_unfold(begun, move |(app, mut parts, decide, mut decided_at)| async move {
        let Some((place, range)) = parts.next() else { return Ok(None) };
        if decided_at.elapsed() > DECIDED {
            decide().await?;
            decided_at = Instant::now();
        }
        let mut connection = app.pool.get().await?;
        let part = case_exports::part(&mut connection, export, &place).await?.ok_or(Error::NotFound)?;
        drop(connection);
        let octets = Bytes::from(part);
        if range.end > octets.len() {
            return Err(Error::internal("a part of an export is not as long as it is said to be"));
        }
        Ok(Some((octets.slice(range), (app, parts, decide, decided_at))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_octets_are_cut_out_of_the_parts() {
        let sizes = [3, 0, 5, 1];
        let places = || -> Vec<Place> {
            sizes
                .iter()
                .zip(0..)
                .map(|(size, number)| Place { file: 0, number, size: *size, has_entries: false })
                .collect()
        };
        for from in 0..=9_u64 {
            for until in from..=9 {
                let found: u64 = cut(places(), Octets { from, until })
                    .map(|(_, range)| u64::try_from(range.len()).unwrap())
                    .sum();
                assert_eq!(found, until - from, "{from}..{until}");
            }
        }
        let found: Vec<_> = cut(places(), Octets { from: 2, until: 9 }).collect();
        let ranges: Vec<_> = found.iter().map(|(place, range)| (place.number, range.clone())).collect();
        assert_eq!(ranges, [(0, 2..3), (2, 0..5), (3, 0..1)]);
    }
}

//! Brings the groups that the database knows up to what was read, and says what they give to whom.

use std::collections::{BTreeMap, BTreeSet};

use schema::directory_groups::{self, Group};
use schema::ids::SourceId;
use schema::transaction::Link;
use uuid::Uuid;

use crate::config::{Grants, Source};
use crate::entry::{Extent, Reading};
use crate::mirror::Held;

/// Writes the groups of `reading`. The entries that have to be looked at because of it: of people who came into groups or
/// left them, and of groups that hold a renamed one.
pub(crate) async fn write(
    connection: &mut Link,
    source: &Source,
    id: SourceId,
    reading: &Reading,
) -> Result<BTreeSet<Uuid>, schema::Error> {
    if source.groups.is_empty() {
        return Ok(BTreeSet::new());
    }
    let groups: Vec<Group> = reading
        .groups
        .iter()
        .filter_map(|group| {
            Some(Group {
                directory_id: group.place.id?,
                dn: group.place.dn.clone(),
                dn_key: group.place.key.clone(),
                members: group.members.clone(),
            })
        })
        .collect();
    let mut touched = directory_groups::write(connection, id, &groups).await?;
    match &reading.extent {
        Extent::Whole => {
            let there: Vec<Uuid> = groups.iter().map(|group| group.directory_id).collect();
            directory_groups::keep_only(connection, id, &there).await?;
            // Everybody is looked at in any case.
            return Ok(BTreeSet::new());
        }
        Extent::Part { gone } => {
            let gone: Vec<Uuid> = gone.iter().copied().collect();
            touched.members.extend(directory_groups::remove(connection, id, &gone).await?);
        }
    }
    let people = directory_groups::people_among(connection, id, &touched.members).await?;
    Ok(people.into_iter().chain(touched.around).collect())
}

/// Adds to `held` what groups give to the people of `reading`, and which groups are not there.
pub(crate) async fn grant(
    connection: &mut Link,
    source: &Source,
    id: SourceId,
    reading: &Reading,
    held: &mut Held,
) -> Result<(), schema::Error> {
    let grants = source.grants();
    if grants.is_empty() {
        return Ok(());
    }
    let groups: Vec<String> = grants.keys().cloned().collect();
    let known = directory_groups::known(connection, id, &groups).await?;
    let missing = source
        .groups
        .iter()
        .filter(|group| crate::dn::Dn::parse(&group.dn).is_ok_and(|dn| !known.contains(&dn.key())));
    held.mirror.missing_groups = missing.map(|group| group.dn.clone()).collect();
    let mut names: Vec<String> = reading.people.iter().map(|entry| entry.place.key.clone()).collect();

    names.sort_unstable();
    names.dedup();
    let mut granted: BTreeMap<String, Grants> = BTreeMap::new();
    for inside in directory_groups::inside(connection, id, &names, &groups).await? {
        if let Some(grants) = grants.get(&inside.group_key) {
            granted.entry(inside.member_key).or_default().join(grants);
        }
    }
    held.mirror.granted = granted;
    Ok(())
}

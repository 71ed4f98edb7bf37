//! OpenLDAP is followed: what happens is told once, in order and to the end, and what cannot be told is never guessed.

mod markers;
mod provider;
mod restarts;
mod silence;

use ldap_sync::directory::follow::Event;
use ldap_sync::directory::id_of;
use local_services::Changes;
use sample_ministry::{ARCHIVES, LANDS};

use provider::{Provider, entries, gone, next, one_entry, person, text, until_marker};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_is_told_as_it_is_made() {
    let provider = Provider::start(Changes::UntilStop);
    let (peer, peer_id) = person("peer");
    let marker = provider.marker().await;
    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    assert_eq!(next(&mut follower).await, Event::Marker(marker.clone()), "nothing has happened");

    provider.replace(&peer, "title", "Архивариус").await;
    let (entry, changed) = one_entry(&mut follower).await;
    assert_eq!((id_of(&entry, "entryUUID"), text(&entry, "title")), (Some(peer_id), "Архивариус".to_owned()));
    assert!(changed > marker, "{changed} follows {marker}");
    let mut names: Vec<_> = entry.values.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["cn", "entryuuid", "title", "uid"], "only what was asked for");

    let unit = sample_ministry::person("peer").unwrap().unit_dn.clone();
    let new = provider.add("newcomer", &unit).await;
    let (entry, added) = one_entry(&mut follower).await;
    assert_eq!((entry.dn.as_str(), added > changed), (new.as_str(), true));
    let new_id = id_of(&entry, "entryUUID").unwrap();

    provider.rename(&new, "cn=Newcomer Once", None).await;
    let (entry, renamed) = one_entry(&mut follower).await;
    assert_eq!((id_of(&entry, "entryUUID"), renamed > added), (Some(new_id), true));
    assert_eq!(entry.dn, format!("cn=Newcomer Once,{unit}"));

    provider.delete(&entry.dn).await;
    let (events, deleted) = until_marker(&mut follower).await;
    assert_eq!((events, deleted > renamed), (vec![Event::Gone(vec![new_id])], true));

    let mut again = provider.follow(Some(&deleted)).await.unwrap();
    assert_eq!(next(&mut again).await, Event::Marker(deleted), "all that was covered by it had been told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_unit_that_is_renamed_or_moved_only_the_unit_is_told() {
    let provider = Provider::start(Changes::UntilStop);
    let mut follower = provider.follow_from_now().await;
    until_marker(&mut follower).await;
    let unit = sample_ministry::person("peer").unwrap().unit_dn.clone();
    let unit_id = sample_ministry::ministry().units.iter().find(|found| found.dn == unit).unwrap().entry_uuid;

    provider.rename(&unit, "ou=Renamed", None).await;
    let (entry, _) = one_entry(&mut follower).await;
    assert_eq!(id_of(&entry, "entryUUID"), Some(unit_id));
    let (rdn, above) = entry.dn.split_once(',').unwrap();
    assert_eq!(rdn, "ou=Renamed");

    provider.rename(&entry.dn, "ou=Renamed", Some(ARCHIVES.dn)).await;
    let (events, _) = until_marker(&mut follower).await;
    assert_eq!(events, [Event::Gone(vec![unit_id])], "it left with all below it");

    provider.rename(&format!("ou=Renamed,{}", ARCHIVES.dn), "ou=Renamed", Some(above)).await;
    let (back, _) = one_entry(&mut follower).await;
    assert_eq!((id_of(&back, "entryUUID"), back.dn), (Some(unit_id), entry.dn.clone()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_while_nobody_listened_is_told_and_nothing_else() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let ((peer, peer_id), (contractor, contractor_id)) = (person("peer"), person("contractor"));
    provider.replace(&peer, "title", "first").await;
    provider.replace(&peer, "title", "second").await;
    provider.delete(&contractor).await;
    let new = provider.add("newcomer", LANDS.dn).await;
    provider.add("elsewhere", ARCHIVES.dn).await;

    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    let (events, caught_up) = until_marker(&mut follower).await;
    assert_eq!(gone(&events), [contractor_id]);
    let changed: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Entry(entry) => Some((entry.dn.clone(), entry.values.get("title").cloned())),
            _ => None,
        })
        .collect();
    assert_eq!(changed.len(), 2, "{events:?}");
    assert!(changed.contains(&(peer, Some(vec![b"second".to_vec()]))), "{changed:?}");
    assert!(changed.contains(&(new, None)), "{changed:?}");
    assert_eq!(events.len(), 3, "{events:?}");
    assert!(entries(&events).contains(&peer_id));

    let mut again = provider.follow(Some(&caught_up)).await.unwrap();
    assert_eq!(next(&mut again).await, Event::Marker(caught_up));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_slow_makes_the_directory_wait_and_misses_nothing() {
    const CHANGES: usize = 3000;
    let provider = Provider::start(Changes::UntilStop);
    let (peer, peer_id) = person("peer");
    let marker = provider.marker().await;
    let short = std::time::Duration::from_secs(1);
    let mut follower = provider.follow_as(sample_ministry::SYNC_DN, Some(&marker), short).await.unwrap();
    let mut admin = provider.admin().await;
    for number in 0..CHANGES {
        let title = number.to_string();
        let change = ldap3::Mod::Replace("title", std::collections::HashSet::from([title.as_str()]));
        admin.modify(&peer, vec![change]).await.unwrap().success().unwrap();
    }
    // Longer than a sign of life may take: nobody could hear it, so that it is not missed.
    tokio::time::sleep(short * 3).await;
    until_marker(&mut follower).await;
    let mut last = None;
    for _ in 0..CHANGES {
        let (entry, _) = one_entry(&mut follower).await;
        assert_eq!(id_of(&entry, "entryUUID"), Some(peer_id));
        // Changes that wait at the server are told with the values that the entry has by then.
        let title: usize = text(&entry, "title").parse().unwrap();
        assert!(last <= Some(title), "{last:?} before {title}");
        last = Some(title);
    }
    assert_eq!(last, Some(CHANGES - 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_ends_with_the_follower() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let pid = provider.slapd.id();
    let connections = || {
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let sockets = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        sockets.filter(|file| file.to_string_lossy().starts_with("socket:")).count()
    };
    // The server closes the connection that read the marker when it comes to it.
    let mut before = connections();
    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    until_marker(&mut follower).await;
    before = before.min(connections() - 1);
    drop(follower);
    let begin = std::time::Instant::now();
    while connections() > before {
        assert!(begin.elapsed().as_secs() < 30, "the connection stays");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

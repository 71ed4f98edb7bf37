//! Markers from which nothing can be told: each asks for a full read, and none is taken for a new beginning.

use ldap_sync::directory::DirectoryError;
use ldap_sync::directory::follow::{Event, SnapshotReason};
use local_services::Changes;
use sample_ministry::ARCHIVES;

use super::provider::{Provider, next, person, try_next, until_marker};

/// What is told of following from `marker`: one event, and then the end.
async fn refused(provider: &Provider, marker: Option<&str>) -> SnapshotReason {
    let mut follower = provider.follow(marker).await.unwrap();
    let reason = match next(&mut follower).await {
        Event::SnapshotNeeded(reason) => reason,
        event => panic!("{marker:?} was believed: {event:?}"),
    };
    let after = try_next(&mut follower).await;
    assert!(matches!(after, Err(DirectoryError::Malformed(_))), "the last event: {after:?}");
    reason
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_marker_is_never_sent() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let cookie = marker.split(",base=").next().unwrap();
    for bad in [None, Some(""), Some("garbage"), Some("rid=000"), Some("rid=000,csn="), Some(cookie)] {
        assert_eq!(refused(&provider, bad).await, SnapshotReason::NoMarker, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_or_database_is_known() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let other_server = marker.replace("#000#", "#00a#");
    assert_ne!(other_server, marker);
    assert_eq!(refused(&provider, Some(&other_server)).await, SnapshotReason::AnotherServer);
    let (cookie, _) = marker.rsplit_once(",base=").unwrap();
    let other_base = format!("{cookie},base=00000000-0000-4000-8000-000000000001");
    assert_eq!(refused(&provider, Some(&other_base)).await, SnapshotReason::AnotherServer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_loaded_anew_knows_no_older_marker() {
    let first = Provider::start(Changes::UntilStop);
    let marker = first.marker().await;
    // The same entries with the same ids, all of them newer than the marker.
    let second = Provider::start(Changes::UntilStop);
    assert_eq!(refused(&second, Some(&marker)).await, SnapshotReason::MarkerUnknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_restored_from_an_older_copy_is_known() {
    for changes in [Changes::UntilStop, Changes::Logged] {
        let mut provider = Provider::start(changes);
        provider.slapd.save("copy").unwrap();
        let mut follower = provider.follow_from_now().await;
        let (_, before) = until_marker(&mut follower).await;
        provider.replace(&person("peer").0, "title", "lost").await;
        let (_, marker) = until_marker(&mut follower).await;
        drop(follower);

        provider.slapd.restore("copy").unwrap();
        assert_eq!(refused(&provider, Some(&marker)).await, SnapshotReason::ServerOlder);
        let mut follower = provider.follow(Some(&before)).await.unwrap();
        assert_eq!(next(&mut follower).await, Event::Marker(before), "that is where it is now");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_tell_is_an_error_and_not_silence() {
    let mut provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    provider.slapd.restart_with(|options| options.changes = Changes::Untold).unwrap();
    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    let told = try_next(&mut follower).await;
    assert!(matches!(told, Err(DirectoryError::Refused { code: 12, .. })), "{told:?}");

    // Where it may not be seen how far the server is, a restored one could not be known.
    provider
        .slapd
        .restart_with(|options| {
            options.changes = Changes::UntilStop;
            options.access.push("access to attrs=contextCSN by * none".to_owned());
        })
        .unwrap();
    let hidden = provider.follow(Some(&marker)).await;
    assert!(matches!(hidden, Err(DirectoryError::ChangesHidden { .. })), "{hidden:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_base_itself_is_moved_away_a_full_read_is_asked_for() {
    let provider = Provider::start(Changes::UntilStop);
    let mut follower = provider.follow_from_now().await;
    until_marker(&mut follower).await;
    provider.rename(sample_ministry::LANDS.dn, "ou=Moved", Some(ARCHIVES.dn)).await;
    let told = next(&mut follower).await;
    assert_eq!(told, Event::SnapshotNeeded(SnapshotReason::MarkerUnknown), "not that the agency is gone");
}

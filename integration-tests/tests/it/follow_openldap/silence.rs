//! A server that says nothing, or not all, is never taken for one where nothing happens.

use std::time::Duration;

use ldap_sync::directory::DirectoryError;
use local_services::Changes;

use super::provider::{Provider, try_next, until_marker};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_is_noticed() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let short = Duration::from_millis(500);
    let account = sample_ministry::SYNC_DN;
    let mut follower = provider.follow_as(account, Some(&marker), short).await.unwrap();
    until_marker(&mut follower).await;
    provider.slapd.pause().unwrap();
    let told = try_next(&mut follower).await;
    assert!(matches!(told, Err(DirectoryError::TimedOut { .. })), "{told:?}");
    let refused = provider.follow_as(account, Some(&marker), short).await;
    assert!(matches!(refused, Err(DirectoryError::TimedOut { .. })), "{refused:?}");
    provider.slapd.resume().unwrap();
    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    until_marker(&mut follower).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_cuts_the_changes_is_an_error() {
    let provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let people = sample_ministry::ministry().people.iter();
    for person in people.filter(|person| person.agency.dn == sample_ministry::LANDS.dn).take(120) {
        provider.replace(&person.dn, "description", "changed").await;
    }
    let span = Duration::from_secs(10);
    let mut follower = provider.follow_as(sample_ministry::WEAK_DN, Some(&marker), span).await.unwrap();
    let ended = loop {
        match try_next(&mut follower).await {
            Ok(event) => assert!(
                matches!(event, ldap_sync::directory::follow::Event::Entry(_)),
                "no marker and no comparison after a part: {event:?}"
            ),
            Err(error) => break error,
        }
    };
    assert!(matches!(ended, DirectoryError::Refused { code: 4, .. }), "{ended:?}");
}

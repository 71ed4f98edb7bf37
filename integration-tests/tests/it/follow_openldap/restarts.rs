//! Restarts: with a log that survives them and without one, after a crash, and under a new access rule.

use std::collections::HashSet;

use ldap_sync::directory::DirectoryError;
use ldap_sync::directory::follow::Event;
use local_services::Changes;
use sample_ministry::{ARCHIVES, LANDS};
use uuid::Uuid;

use super::provider::{Provider, entries, gone, one_entry, person, try_next, until_marker};

/// The ids of the one comparison among the events, which nothing follows.
fn remaining(events: &[Event]) -> &HashSet<Uuid> {
    match events {
        [before @ .., Event::Remaining(ids)]
            if !before.iter().any(|event| matches!(event, Event::Remaining(_))) =>
        {
            ids
        }
        other => panic!("a comparison was expected at the end: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_log_everybody_who_is_left_is_named() {
    let mut provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let ((peer, peer_id), (contractor, contractor_id)) = (person("peer"), person("contractor"));
    provider.replace(&peer, "title", "changed").await;
    provider.delete(&contractor).await;
    provider.slapd.restart().unwrap();

    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    let (events, caught_up) = until_marker(&mut follower).await;
    assert_eq!(entries(&events), [peer_id]);
    assert!(gone(&events).is_empty(), "it does not know any more who that was");
    let left = provider.ids().await;
    assert!(!left.contains(&contractor_id) && left.contains(&peer_id));
    assert_eq!(remaining(&events), &left);

    let mut again = provider.follow(Some(&caught_up)).await.unwrap();
    let (events, _) = until_marker(&mut again).await;
    assert_eq!(events, [], "nothing has happened since");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_log_who_has_gone_is_named() {
    let mut provider = Provider::start(Changes::Logged);
    let ((peer, peer_id), (contractor, contractor_id)) = (person("peer"), person("contractor"));
    // The log begins with the first change, and knows nothing of markers that are older.
    provider.replace(&peer, "title", "before").await;
    let marker = provider.marker().await;
    provider.replace(&peer, "title", "changed").await;
    provider.delete(&contractor).await;
    provider.slapd.restart().unwrap();

    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    let (events, _) = until_marker(&mut follower).await;
    assert_eq!(gone(&events), [contractor_id], "{events:?}");
    assert_eq!(entries(&events), [peer_id]);
    assert_eq!(events.len(), 2, "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_it_goes_on_from_the_last_marker() {
    for changes in [Changes::UntilStop, Changes::Logged] {
        let mut provider = Provider::start(changes);
        let mut follower = provider.follow_from_now().await;
        until_marker(&mut follower).await;
        let ((peer, peer_id), (officer, officer_id)) = (person("peer"), person("officer"));
        provider.replace(&peer, "title", "before the crash").await;
        let (_, marker) = one_entry(&mut follower).await;

        provider.slapd.kill9().unwrap();
        let lost = try_next(&mut follower).await;
        assert!(matches!(lost, Err(DirectoryError::Lost { .. })), "{lost:?}");
        let refused = provider.follow(Some(&marker)).await;
        assert!(matches!(refused, Err(DirectoryError::Connect { .. })), "{refused:?}");

        provider.slapd.restart().unwrap();
        provider.replace(&officer, "title", "after the crash").await;
        let mut follower = provider.follow(Some(&marker)).await.unwrap();
        let (events, _) = until_marker(&mut follower).await;
        assert_eq!(entries(&events), [officer_id], "{changes:?}");
        assert!(gone(&events).is_empty());
        provider.replace(&peer, "title", "live again").await;
        let (events, _) = until_marker(&mut follower).await;
        assert_eq!(entries(&events), [peer_id]);
    }
}

/// The protocol cannot tell a rule that hides entries from their deletion, and says that all went well: whoever takes
/// the comparison must not believe that so many are gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_hides_a_unit_looks_like_its_deletion() {
    let mut provider = Provider::start(Changes::UntilStop);
    let marker = provider.marker().await;
    let unit = sample_ministry::person("peer").unwrap().unit_dn.clone();
    // Something must have happened of which it no longer knows, or nothing is compared.
    provider.replace(&person("director").0, "title", "changed").await;
    let rule = format!(
        "access to dn.subtree=\"{unit}\" by dn.exact=\"{}\" none by * read",
        sample_ministry::SYNC_DN
    );
    provider.slapd.restart_with(|options| options.access.push(rule)).unwrap();
    let (officer, officer_id) = person("officer");
    assert!(officer.ends_with(&unit), "of the same unit");

    let mut follower = provider.follow(Some(&marker)).await.unwrap();
    let (events, _) = until_marker(&mut follower).await;
    let all = provider.ids().await;
    let named = remaining(&events);
    assert!(all.contains(&officer_id) && !named.contains(&officer_id));
    assert!(named.is_subset(&all));
    let hidden: HashSet<Uuid> = all.difference(named).copied().collect();
    let people = &sample_ministry::ministry().people;
    let below =
        people.iter().filter(|person| person.unit_dn.ends_with(&unit)).map(|person| person.entry_uuid);
    assert!(below.into_iter().all(|id| hidden.contains(&id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_for_another_agency_meanwhile_has_gone_and_who_came_is_there() {
    for (changes, restart) in
        [(Changes::UntilStop, false), (Changes::UntilStop, true), (Changes::Logged, true)]
    {
        let mut provider = Provider::start(changes);
        let ((peer, peer_id), (outsider, outsider_id)) = (person("peer"), person("outsider"));
        provider.replace(&peer, "title", "before").await;
        let marker = provider.marker().await;
        let rdn = |dn: &str| dn.split_once(',').unwrap().0.to_owned();
        provider.rename(&peer, &rdn(&peer), Some(ARCHIVES.dn)).await;
        provider.rename(&outsider, &rdn(&outsider), Some(LANDS.dn)).await;
        if restart {
            provider.slapd.restart().unwrap();
        }

        let mut follower = provider.follow(Some(&marker)).await.unwrap();
        let (events, _) = until_marker(&mut follower).await;
        assert_eq!(entries(&events), [outsider_id], "{changes:?} {restart}");
        if gone(&events).is_empty() {
            assert!(!remaining(&events).contains(&peer_id), "{changes:?} {restart}");
        } else {
            assert_eq!(gone(&events), [peer_id], "{changes:?} {restart}");
        }
        // And while somebody listens.
        provider
            .rename(&format!("{},{}", rdn(&outsider), LANDS.dn), &rdn(&outsider), Some(ARCHIVES.dn))
            .await;
        let (events, _) = until_marker(&mut follower).await;
        assert_eq!(events, [Event::Gone(vec![outsider_id])]);
    }
}

//! What people may do changes while they do it.

use std::time::Duration;

use tokio::time::sleep;

use super::history::Entry;
use super::trial::Trial;

/// How long a node may take to follow a change of the organisation.
const FOLLOWING: Duration = Duration::from_secs(10);
/// How long every line may take to pass a mark.
const PASSING: Duration = Duration::from_secs(20);

/// A policy comes into force that no longer lets the officer write upwards.
pub(super) async fn policy_switched(trial: &mut Trial<'_>) {
    let number = trial.officers.number;
    trial.officers.activate().await;
    let mark = trial.load.next_mark();
    let conversation = trial.cast.upwards;
    trial.load.history.note(Entry::Switched { conversation, policy: number, mark });
    trial.load.mark();
    trial.load.until(PASSING, |_, figures| figures.mark >= mark).await.expect("every line passes the mark");
    sleep(trial.length).await;
    let denied =
        trial.load.history.entries().iter().filter(|entry| matches!(entry, Entry::Denied { .. })).count();
    assert!(denied > 0, "nobody was denied anything by the new policy");
    trial.say(format!("{denied} denied by version {number}"));
}

/// Somebody of a pair and of the group leaves, and is out on both nodes.
pub(super) async fn person_disabled(trial: &mut Trial<'_>) {
    let leaver = trial.leaver();
    trial.ground.directory.replace(&leaver.login, "userAccountControl", &["514"]).await;
    trial.ground.sync();
    let row = trial.ground.database().await.query_one("select version from org_state", &[]).await.unwrap();
    let version: i64 = row.get(0);
    let began = std::time::Instant::now();
    for node in &trial.ground.nodes {
        while node.readiness().await.is_none_or(|said| said["org_version"].as_i64() < Some(version)) {
            assert!(began.elapsed() < FOLLOWING, "a node does not follow version {version}");
            sleep(Duration::from_millis(20)).await;
        }
    }
    trial.load.history.note(Entry::Barred { person: leaver.id });
    trial.barred.insert(leaver.id);
    sleep(trial.length).await;
}

/// They come back.
pub(super) async fn person_enabled(trial: &mut Trial<'_>) {
    let leaver = trial.leaver();
    trial.ground.directory.replace(&leaver.login, "userAccountControl", &["512"]).await;
    trial.ground.sync();
}

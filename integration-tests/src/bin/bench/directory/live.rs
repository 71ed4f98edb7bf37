//! One change after the other, as HR makes them: until it is in force for somebody who is there.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use integration_tests::client::Client;
use ldap3::{Ldap, Mod};
use sample_ministry::PASSWORD;
use serde::Serialize;
use serde_json::Value;

use crate::programs::Running;
use crate::say;
use crate::socket::Socket;
use integration_tests::figures::{Spread, spread};

/// Who is changed, and how.
pub(super) struct Cast {
    /// Six changes to each but the first, who only listens. They come again when there are more changes.
    pub(super) people: Vec<Subject>,
    /// The units to which they may go.
    pub(super) places: Vec<String>,
    /// The attribute with a person's clearance.
    pub(super) clearance: &'static str,
}

/// Somebody who is changed.
pub(super) struct Subject {
    pub(super) login: String,
    /// What the entry is called within its unit.
    pub(super) own: String,
    pub(super) unit: String,
}

impl Subject {
    fn within(&self, unit: &str) -> String {
        format!("{},{unit}", self.own)
    }
}

/// How the changes are spread, in milliseconds.
#[derive(Debug, Serialize)]
pub(super) struct Live {
    /// From the directory's answer to HR until it is in force.
    pub(super) enforced: Spread,
    /// The same of each kind of change.
    pub(super) by_kind: BTreeMap<&'static str, Spread>,
    /// From the directory's answer until it is in the mirror, where the sync tells.
    pub(super) answered_to_committed: Option<Spread>,
    /// The parts of the way, where the sync tells them: from the directory's answer to detection, ...
    pub(super) detected: Option<Spread>,
    /// ... from detection to commit, ...
    pub(super) committed: Option<Spread>,
    /// ... and from commit to force.
    pub(super) after_commit: Option<Spread>,
    /// How long the directory took to answer HR, which is not in the others.
    pub(super) directory: Spread,
    /// All changes, one after the other, with the signing in and the looking.
    pub(super) seconds: f64,
}

/// One change.
struct Change {
    kind: &'static str,
    sent: SystemTime,
    answered: SystemTime,
    enforced: SystemTime,
    /// What the run that wrote it says.
    detected: Option<SystemTime>,
    committed: Option<SystemTime>,
}

/// How many people so many changes take, with the one who listens.
pub(super) fn people_for(changes: usize) -> usize {
    changes.div_ceil(6) + 1
}

/// Makes so many changes, six to each person: cleared higher, moved, disabled, enabled, cleared lower, moved back.
pub(super) async fn measure(
    ldap: Ldap,
    running: &Running,
    cast: &Cast,
    wanted: usize,
    patience: Duration,
) -> anyhow::Result<Live> {
    say(&format!("   {wanted} live changes"));
    let mut hr = Hr { ldap, clearance: cast.clearance, running, patience, changes: Vec::new() };
    let began = Instant::now();
    // Somebody who only listens, for the moments in which the one concerned cannot.
    let (listener, people) = cast.people.split_first().context("there is nobody")?;
    let (_client, mut watcher) = sign_in(running, &listener.login).await?;
    for (number, person) in people.iter().cycle().enumerate() {
        if hr.changes.len() >= wanted {
            break;
        }
        let places = cast.places.iter().cycle().skip(number % cast.places.len().max(1));
        let to = places.take(cast.places.len()).find(|place| **place != person.unit);
        let to = to.context("there is nowhere to go")?;
        hr.cycle(person, to, &mut watcher)
            .await
            .with_context(|| format!("after {} changes", hr.changes.len()))?;
    }
    let seconds = began.elapsed().as_secs_f64();
    hr.changes.truncate(wanted);
    summary(&hr.changes, seconds).context("nothing was changed")
}

/// Somebody at work: what they may ask, and what they are told.
pub(super) async fn sign_in(running: &Running, login: &str) -> anyhow::Result<(Client, Socket)> {
    let mut client = Client::new(&running.base);
    let answer = client.try_sign_in(login, PASSWORD).await;
    if !answer.status.is_success() {
        bail!("{login} cannot sign in: {} {}", answer.status, answer.body);
    }
    let socket = Socket::open(&running.base, client.token()).await?;
    Ok((client, socket))
}

/// When somebody was told that the organisation has changed.
pub(super) async fn org_changed(socket: &mut Socket, patience: Duration) -> anyhow::Result<SystemTime> {
    socket.until(patience, |frame| is_event(frame, "org.changed")).await
}

/// The personnel department, and those who look whether it is obeyed.
struct Hr<'a> {
    ldap: Ldap,
    clearance: &'static str,
    running: &'a Running,
    patience: Duration,
    changes: Vec<Change>,
}

impl Hr<'_> {
    /// All six changes of one person.
    async fn cycle(&mut self, person: &Subject, to: &str, watcher: &mut Socket) -> anyhow::Result<()> {
        let (client, mut socket) = sign_in(self.running, &person.login).await?;
        let (home, elsewhere) = (person.within(&person.unit), person.within(to));

        self.clear(&home, "confidential", "raised", &client, &mut socket).await?;
        self.move_to(&home, person, to, &mut socket).await?;

        let (sent, answered) = self.set(&elsewhere, "userAccountControl", "514").await?;
        let (closed, code) = socket.closed(self.patience).await.context("disabled")?;
        if code != 4403 {
            bail!("the socket of a disabled person was closed with {code}");
        }
        self.note("disabled", sent, answered, closed).await?;

        watcher.forget();
        let (sent, answered) = self.set(&elsewhere, "userAccountControl", "512").await?;
        let (client, mut socket) = loop {
            let heard = org_changed(watcher, self.patience).await.context("enabled")?;
            // Another change may have been announced; then the next one is awaited.
            if let Ok(signed_in) = sign_in(self.running, &person.login).await {
                self.note("enabled", sent, answered, heard).await?;
                break signed_in;
            }
        };

        self.clear(&elsewhere, "official", "lowered", &client, &mut socket).await?;
        self.move_to(&elsewhere, person, &person.unit, &mut socket).await
    }

    /// Another clearance, until the person is told of a change and sees it.
    async fn clear(
        &mut self,
        dn: &str,
        level: &str,
        kind: &'static str,
        client: &Client,
        socket: &mut Socket,
    ) -> anyhow::Result<()> {
        socket.forget();
        let (sent, answered) = self.set(dn, self.clearance, level).await?;
        loop {
            let heard = org_changed(socket, self.patience).await.context(kind)?;
            let me = client.get("/me").await;
            if me.body.pointer("/me/clearance/level").is_some_and(|held| held == level) {
                return self.note(kind, sent, answered, heard).await;
            }
        }
    }

    /// Another unit, until the channel of the old one is gone from the person's list.
    async fn move_to(
        &mut self,
        dn: &str,
        person: &Subject,
        unit: &str,
        socket: &mut Socket,
    ) -> anyhow::Result<()> {
        socket.forget();
        let sent = SystemTime::now();
        self.ldap.modifydn(dn, &person.own, true, Some(unit)).await?.success()?;
        let answered = SystemTime::now();
        let removed = socket.until(self.patience, |frame| is_event(frame, "conversation.removed"));
        let removed = removed.await.context("moved")?;
        self.note("moved", sent, answered, removed).await?;
        // The rest of the same news, so that nobody takes it for the next.
        org_changed(socket, self.patience).await.map(drop)
    }

    async fn set(
        &mut self,
        dn: &str,
        attribute: &str,
        value: &str,
    ) -> anyhow::Result<(SystemTime, SystemTime)> {
        let change = Mod::Replace(attribute, HashSet::from([value]));
        let sent = SystemTime::now();
        self.ldap.modify(dn, vec![change]).await?.success()?;
        Ok((sent, SystemTime::now()))
    }

    /// Notes a change, with what the run that wrote it says of itself.
    async fn note(
        &mut self,
        kind: &'static str,
        sent: SystemTime,
        answered: SystemTime,
        enforced: SystemTime,
    ) -> anyhow::Result<()> {
        let run = self.running.database.query_opt(
            "select detected_at, finished_at from sync_runs where state = 'applied' order by org_version desc limit 1",
            &[],
        );
        let run = run.await?.context("the sync tells of no run that changed anything")?;
        let (detected, committed) = (run.get(0), run.get(1));
        self.changes.push(Change { kind, sent, answered, enforced, detected, committed });
        Ok(())
    }
}

fn is_event(frame: &Value, kind: &str) -> bool {
    frame.get("event").is_some_and(|event| event == kind)
}

fn summary(changes: &[Change], seconds: f64) -> Option<Live> {
    let way = |change: &Change| between(change.answered, change.enforced);
    let kinds: HashSet<_> = changes.iter().map(|change| change.kind).collect();
    let of_kind = |kind| Some((kind, spread(changes.iter().filter(|change| change.kind == kind).map(way))?));
    Some(Live {
        enforced: spread(changes.iter().map(way))?,
        by_kind: kinds.into_iter().filter_map(of_kind).collect(),
        answered_to_committed: spread(
            changes.iter().filter_map(|change| Some(between(change.answered, change.committed?))),
        ),
        detected: spread(
            changes.iter().filter_map(|change| Some(between(change.answered, change.detected?))),
        ),
        committed: spread(
            changes.iter().filter_map(|change| Some(between(change.detected?, change.committed?))),
        ),
        after_commit: spread(
            changes.iter().filter_map(|change| Some(between(change.committed?, change.enforced))),
        ),
        directory: spread(changes.iter().map(|change| between(change.sent, change.answered)))?,
        seconds,
    })
}

/// In milliseconds. What was heard before the directory had answered counts from zero down.
pub(super) fn between(one: SystemTime, other: SystemTime) -> f64 {
    let at = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    (at(other) - at(one)) * 1_000.0
}

//! The life of a source while it is led: read in full where it must be, followed the rest of the time, and never
//! written from when an operator holds it.

use std::convert::Infallible;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schema::source_health::{self, Health};
use schema::sync_runs::Cause;
use schema::{Error, sources};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::bell::{Bell, Ear};
use super::desk::{Desk, refused};
use super::follow::{Heard, connect, gather, is_followed};
use super::health::HEARD;
use super::schedule;
use super::trouble::{Code, Trouble};
use crate::directory::DirectoryError;
use crate::directory::follow::{Event, Follower, SnapshotReason, Told};
use crate::report::{Report, State};
use crate::run::{RunError, Thoroughness};

/// One source, led.
pub(super) struct Life {
    desk: Desk,
    asked: Arc<Notify>,
    bell: Bell,
    ear: Ear,
    /// Why all must be read before anything else is done.
    must_read: Option<Cause>,
    /// Nothing is done before.
    not_before: Instant,
    /// When the next full read is due.
    due: Instant,
    pause: Backoff,
    /// What operators must know although it works.
    notice: Option<Trouble>,
    /// When all was last read and believed.
    read_at: Option<Instant>,
    /// Something points to an agency that another source may yet bring.
    awaits_another: bool,
}

impl Life {
    pub(super) fn new(desk: Desk, asked: Arc<Notify>, bell: Bell) -> Self {
        let ear = bell.ear();
        let now = Instant::now();
        Self {
            // What is not followed is read at once. What is followed goes on from where it was.
            must_read: (!is_followed(&desk.source)).then_some(Cause::Schedule),
            due: now + schedule::until_next(&desk.source, wall_clock()),
            not_before: now,
            pause: Backoff::default(),
            notice: None,
            read_at: None,
            awaits_another: false,
            desk,
            asked,
            bell,
            ear,
        }
    }

    /// Lives until the database is lost.
    pub(super) async fn live(mut self) -> Result<Infallible, Error> {
        loop {
            let answered = self.desk.answer().await?;
            if let Some(report) = answered.read {
                self.was_read(report, Cause::Operator).await?;
            }
            if self.is_held().await? {
                continue;
            }
            if self.not_before > Instant::now() {
                self.rest().await;
                continue;
            }
            match self.must_read.or_else(|| (self.due <= Instant::now()).then_some(Cause::Schedule)) {
                Some(cause) => self.read(cause).await?,
                None if is_followed(&self.desk.source) => self.follow().await?,
                None => {
                    self.not_before = self.due;
                    self.desk.health.say(Health::Waiting, self.notice.clone()).await?;
                }
            }
        }
    }

    /// Waits as long as it must, or until something is asked.
    async fn rest(&mut self) {
        tokio::select! {
            () = sleep_until(self.not_before) => {}
            () = self.asked.notified() => {}
            () = self.ear.rung(), if self.awaits_another => {
                self.must_read = Some(Cause::Schedule);
                self.not_before = Instant::now();
            }
        }
    }

    /// Where an operator holds the source, waits a while; whoever releases it wakes us.
    async fn is_held(&mut self) -> Result<bool, Error> {
        let held = source_health::held(&mut *self.desk.pool.get().await?, self.desk.id).await?;
        let Some(held) = held else { return Ok(false) };
        let trouble = Trouble::new(Code::SourceHeld).detail(held.reason);
        self.desk.health.say(Health::Waiting, Some(trouble)).await?;
        // What has happened until the release is found by reading everything.
        self.must_read = Some(Cause::Operator);
        self.not_before = Instant::now();
        tokio::select! {
            () = tokio::time::sleep(HEARD) => {}
            () = self.asked.notified() => {}
        }
        Ok(true)
    }

    async fn read(&mut self, cause: Cause) -> Result<(), Error> {
        let how = match cause {
            Cause::Schedule => Thoroughness::Turn,
            _ => Thoroughness::Changed,
        };
        let report = self.desk.read(cause, how).await?;
        self.was_read(report, cause).await
    }

    /// What follows from a full read.
    async fn was_read(&mut self, report: Report, cause: Cause) -> Result<(), Error> {
        let now = Instant::now();
        match report.state {
            State::Failed => {
                self.must_read = Some(cause);
                self.not_before = now + self.pause.next();
                let detail = report.error.unwrap_or_default();
                let trouble = Trouble::new(Code::ReadFailed).detail(detail);
                return self.desk.health.say(Health::Failing, Some(trouble)).await;
            }
            State::Refused => {
                self.must_read = Some(Cause::Schedule);
                self.not_before = now + schedule::until_retry(&self.desk.source);
                return self.desk.health.say(Health::Waiting, Some(refused(&report))).await;
            }
            State::Applied | State::Unchanged | State::Planned => {}
        }
        self.must_read = None;
        self.read_at = Some(now);
        self.not_before = now;
        self.due = now + schedule::until_next(&self.desk.source, wall_clock());
        self.awaits_another = report.awaits_another_source;
        if cause != Cause::Snapshot {
            self.notice = None;
        }
        if report.state == State::Applied && report.counts.units_added > 0 {
            self.bell.ring();
        }
        Ok(())
    }

    /// Follows until something else is to be done.
    async fn follow(&mut self) -> Result<(), Error> {
        let row = sources::find(&mut *self.desk.pool.get().await?, &self.desk.source.name).await?;
        let marker = row.and_then(|row| row.marker);
        let mut follower = match connect(&self.desk.source, marker.as_deref()).await {
            Ok(follower) => follower,
            Err(RunError::Directory(error)) => return self.lost(&error).await,
            Err(RunError::Database(error)) => return Err(error),
            Err(error) => {
                let trouble = Trouble::new(Code::DirectoryRefuses).detail(error.to_string());
                return self.failing(trouble).await;
            }
        };
        let mut heartbeat = tokio::time::interval(HEARD);
        loop {
            let first = tokio::select! {
                biased;
                () = self.asked.notified() => return Ok(()),
                () = self.ear.rung(), if self.awaits_another => {
                    self.must_read = Some(Cause::Schedule);
                    return Ok(());
                }
                () = sleep_until(self.due) => return Ok(()),
                first = follower.next() => first,
                // Whoever follows has heard the server since, or there would be an error.
                _ = heartbeat.tick() => {
                    self.desk.health.heard().await?;
                    continue;
                }
            };
            if !self.take(&mut follower, first).await? {
                return Ok(());
            }
        }
    }

    /// Takes what was heard; whether it can go on.
    async fn take(
        &mut self,
        follower: &mut Follower,
        first: Result<Told, DirectoryError>,
    ) -> Result<bool, Error> {
        let Heard { batch, then } = gather(follower, first).await;
        if !batch.is_empty() {
            let marker = batch.iter().rev().find_map(|told| match &told.event {
                Event::Marker(marker) => Some(marker.clone()),
                _ => None,
            });
            if batch.iter().all(|told| matches!(told.event, Event::Marker(_))) {
                // Nothing happened up to there: there is nothing to read.
                self.desk.reached(marker.as_deref()).await?;
            } else {
                let report = self.desk.engine.take(batch, &mut self.desk.recent).await;
                if !self.was_taken(report).await? {
                    return Ok(false);
                }
            }
            if marker.is_some() {
                self.pause.reset();
                self.desk.health.say(Health::Following, self.notice.clone()).await?;
            }
            self.desk.health.heard().await?;
        }
        match then {
            None | Some(Ok(Told { event: Event::Entry(_) | Event::Gone(_) | Event::Marker(_), .. })) => {
                Ok(true)
            }
            Some(Err(error)) => self.lost(&error).await.map(|()| false),
            Some(Ok(Told { event: Event::Remaining(_), heard_at })) => {
                let judge = &mut self.desk.recent;
                let report = self.desk.engine.remaining(heard_at, judge).await;
                self.was_taken(report).await
            }
            // Changes go on to come; what is deleted is found by the full reads alone.
            Some(Ok(Told { event: Event::DeletionsHidden, .. })) => {
                self.notice = Some(Trouble::new(Code::DeletionsHidden));
                tracing::warn!(
                    source = self.desk.source.name,
                    "deletions are hidden from the sync's account"
                );
                self.desk.health.say(Health::Following, self.notice.clone()).await?;
                Ok(true)
            }
            Some(Ok(Told { event: Event::SnapshotNeeded(reason), .. })) => {
                self.snapshot(reason).await.map(|()| false)
            }
        }
    }

    /// What follows from a batch; whether it can go on.
    async fn was_taken(&mut self, report: Report) -> Result<bool, Error> {
        match report.state {
            State::Failed => {
                let trouble = Trouble::new(Code::ReadFailed).detail(report.error.unwrap_or_default());
                self.failing(trouble).await.map(|()| false)
            }
            State::Refused => {
                // The plan that waits is that of a full read: an operator approves what the directory says, and not
                // the steps on which it got there.
                tracing::error!(
                    source = self.desk.source.name,
                    "the guard stopped changes as they came; all is read"
                );
                self.must_read = Some(Cause::Live);
                self.desk.health.say(Health::Waiting, Some(refused(&report))).await?;
                Ok(false)
            }
            _ => {
                self.awaits_another |= report.awaits_another_source;
                if report.state == State::Applied && report.counts.units_added > 0 {
                    self.bell.ring();
                }
                Ok(true)
            }
        }
    }

    /// Following cannot begin where it ended.
    async fn snapshot(&mut self, reason: SnapshotReason) -> Result<(), Error> {
        let code = Code::from(reason);
        let (sentence, _) = code.sentences();
        self.must_read = Some(Cause::Snapshot);
        if reason == SnapshotReason::NoMarker {
            tracing::info!(source = self.desk.source.name, "the directory is read for the first time");
            return Ok(());
        }
        tracing::warn!(source = self.desk.source.name, code = code.as_text(), sentence);
        // The first time at once; where that did not help, later and later.
        if self.notice.as_ref().is_some_and(|notice| notice.code == code) {
            let least = schedule::until_retry(&self.desk.source);
            self.not_before = Instant::now() + self.pause.next().max(least);
        }
        self.notice = Some(Trouble::new(code));
        self.desk.health.say(Health::Waiting, self.notice.clone()).await
    }

    /// The directory is there no more, or says what cannot be believed.
    async fn lost(&mut self, error: &DirectoryError) -> Result<(), Error> {
        tracing::warn!(source = self.desk.source.name, %error, "the directory is not followed for now");
        self.failing(Trouble::from(error)).await
    }

    async fn failing(&mut self, trouble: Trouble) -> Result<(), Error> {
        // A directory that cannot be followed may still be read: its changes come late and not never.
        let retry = schedule::until_retry(&self.desk.source);
        if self.read_at.is_none_or(|read| read.elapsed() >= retry) {
            self.must_read = Some(Cause::Schedule);
        }
        self.not_before = Instant::now() + self.pause.next();
        self.desk.health.say(Health::Failing, Some(trouble)).await
    }
}

fn wall_clock() -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "the program's own clock: it only chooses when to read")]
    let now = Utc::now();
    now
}

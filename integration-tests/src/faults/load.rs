//! Everybody's devices, and what they are told to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::device::{Device, Figures, Orders, Setting, Shown};
use super::history::History;
use crate::client::Client;

/// How often somebody who writes says something.
const PACE: Duration = Duration::from_millis(100);
const LOOK: Duration = Duration::from_millis(20);

/// See the module.
pub struct Load {
    pub history: History,
    orders: watch::Sender<Orders>,
    devices: Vec<(Uuid, Arc<Shown>, JoinHandle<()>)>,
}

/// Whose device it is, and where they write and listen.
pub struct Part {
    pub person: Uuid,
    pub client: Client,
    pub writes: Vec<Uuid>,
    /// Up to where they know each of their conversations.
    pub has: BTreeMap<Uuid, i64>,
}

impl Load {
    /// Has nobody yet.
    pub fn new() -> Self {
        Self { history: History::default(), orders: watch::channel(Orders::default()).0, devices: Vec::new() }
    }

    /// Somebody takes part, on the nodes at `bases`.
    pub fn join(&mut self, bases: &[String], part: Part) {
        let device = Device::new(Setting {
            person: part.person,
            client: part.client,
            bases: bases.to_owned(),
            first: self.devices.len(),
            writes: part.writes,
            pace: PACE,
            has: part.has,
            history: self.history.clone(),
            orders: self.orders.subscribe(),
        });
        self.devices.push((part.person, Arc::clone(&device.shown), tokio::spawn(device.live())));
    }

    pub fn send(&self, sending: bool) {
        self.orders.send_modify(|orders| orders.sending = sending);
    }

    /// Everybody says one thing in each of their conversations.
    pub fn say_once(&self) {
        self.orders.send_modify(|orders| orders.rounds += 1);
    }

    /// The mark that will be set next.
    pub fn next_mark(&self) -> u64 {
        self.orders.borrow().mark + 1
    }

    /// A mark that lines pass once whatever was on its way has come.
    pub fn mark(&self) -> u64 {
        self.orders.send_modify(|orders| orders.mark += 1);
        self.orders.borrow().mark
    }

    pub fn figures(&self) -> Vec<(Uuid, Figures)> {
        self.devices.iter().map(|(person, shown, _)| (*person, shown.get())).collect()
    }

    /// Waits until something is so for every device. Who it is not so for, where it takes too long.
    pub async fn until(
        &self,
        longest: Duration,
        is_so: impl Fn(Uuid, &Figures) -> bool,
    ) -> Result<Duration, Vec<(Uuid, Figures)>> {
        let began = Instant::now();
        loop {
            let mut left = self.figures();
            left.retain(|(person, figures)| !is_so(*person, figures));
            if left.is_empty() {
                return Ok(began.elapsed());
            }
            if began.elapsed() > longest {
                return Err(left);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How many sends have been acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.figures().iter().map(|(_, figures)| figures.took.len()).sum()
    }

    /// How many errors and ended connections there were.
    pub fn felt(&self) -> usize {
        self.figures().iter().map(|(_, figures)| figures.errors + figures.lost).sum()
    }

    /// Ends every device.
    pub async fn end(self) {
        self.orders.send_modify(|orders| orders.over = true);
        for (_, _, living) in self.devices {
            drop(tokio::time::timeout(Duration::from_secs(10), living).await);
        }
    }
}

impl Default for Load {
    fn default() -> Self {
        Self::new()
    }
}

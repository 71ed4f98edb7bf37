//! Who listens on this node. Each open socket has a bounded queue; one that does not empty it is closed, not waited
//! for. The hub delivers what it is told and decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytestring::ByteString;
use dashmap::DashMap;
use schema::ids::{ConversationId, PersonId, SessionId};
use tokio::sync::{mpsc, watch};

/// How many frames wait for a slow client before it is given up.
const QUEUE: usize = 1024;

/// One text frame, encoded once for all who get it.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The JSON text, which all of them share.
    pub text: ByteString,
    /// The message it brings, so that a resuming client gets none twice.
    pub place: Option<(ConversationId, i64)>,
}

/// Why the server closes a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Not signed in, or signed out.
    SignedOut,
    /// The account was disabled.
    Disabled,
    /// The queue overflowed, or a ping was not answered.
    TooSlow,
    /// The client does not speak the protocol.
    ProtocolError,
    /// This node stops.
    Restart,
    /// The person has too many sockets here, or too many come at once.
    TryAgainLater,
}

impl Closing {
    /// The close code of the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::SignedOut => 4401,
            Self::Disabled => 4403,
            Self::TooSlow => 4408,
            Self::ProtocolError => 4409,
            Self::Restart => 1012,
            Self::TryAgainLater => 1013,
        }
    }

    /// What the code means.
    pub fn reason(self) -> &'static str {
        match self {
            Self::SignedOut => "not signed in",
            Self::Disabled => "account disabled",
            Self::TooSlow => "too slow",
            Self::ProtocolError => "protocol error",
            Self::Restart => "restart",
            Self::TryAgainLater => "try again later",
        }
    }
}

/// All open sockets of this node. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Lines>);

#[derive(Debug, Default)]
struct Lines {
    people: DashMap<PersonId, Vec<Line>>,
    next: AtomicU64,
    open: AtomicUsize,
}

#[derive(Debug)]
struct Line {
    number: u64,
    session: SessionId,
    queue: mpsc::Sender<Frame>,
    closing: watch::Sender<Option<Closing>>,
}

/// The receiving end of one socket; the hub forgets it when it is dropped.
#[derive(Debug)]
pub struct Listener {
    /// Distinguishes the sockets of one person.
    pub number: u64,
    /// What is to be sent.
    pub queue: mpsc::Receiver<Frame>,
    /// Set once when the socket has to go.
    pub closing: watch::Receiver<Option<Closing>>,
    person: PersonId,
    hub: Hub,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let lines = &self.hub.0;
        if let Some(mut open) = lines.people.get_mut(&self.person) {
            open.retain(|line| line.number != self.number);
        }
        lines.people.remove_if(&self.person, |_, open| open.is_empty());
        lines.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hub {
    /// Opens a queue for a socket of `person`, unless there are `most` already.
    pub fn listen(&self, person: PersonId, session: SessionId, most: usize) -> Option<Listener> {
        let mut open = self.0.people.entry(person).or_default();
        if open.len() >= most {
            return None;
        }
        let (queue, frames) = mpsc::channel(QUEUE);
        let (closing, closed) = watch::channel(None);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        open.push(Line { number, session, queue, closing });
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Some(Listener { number, queue: frames, closing: closed, person, hub: self.clone() })
    }

    /// Whether `person` has an open socket here.
    pub fn hears(&self, person: PersonId) -> bool {
        self.0.people.contains_key(&person)
    }

    /// Queues `frame` on every socket of `person`.
    pub fn send(&self, person: PersonId, frame: &Frame) {
        self.send_except(person, None, frame);
    }

    /// Queues `frame` on every socket of `person` but the one with that number.
    pub fn send_except(&self, person: PersonId, except: Option<u64>, frame: &Frame) {
        let Some(open) = self.0.people.get(&person) else { return };
        for line in open.iter().filter(|line| Some(line.number) != except) {
            if matches!(line.queue.try_send(frame.clone()), Err(mpsc::error::TrySendError::Full(_))) {
                line.close(Closing::TooSlow);
            }
        }
    }

    /// Queues `frame` on every socket.
    pub fn send_to_all(&self, frame: &Frame) {
        for person in self.people() {
            self.send(person, frame);
        }
    }

    /// Closes every socket of `person`.
    pub fn close_person(&self, person: PersonId, why: Closing) {
        if let Some(open) = self.0.people.get(&person) {
            open.iter().for_each(|line| line.close(why));
        }
    }

    /// Closes the sockets of one session.
    pub fn close_session(&self, session: SessionId, why: Closing) {
        for open in &self.0.people {
            open.iter().filter(|line| line.session == session).for_each(|line| line.close(why));
        }
    }

    /// Closes so many of those sockets that nobody has closed yet, if there are.
    pub fn close_some(&self, count: usize, why: Closing) {
        let mut left = count;
        for open in &self.0.people {
            for line in open.iter().filter(|line| line.closing.borrow().is_none()) {
                if left == 0 {
                    return;
                }
                line.close(why);
                left -= 1;
            }
        }
    }

    /// Closes every socket.
    pub fn close_all(&self, why: Closing) {
        for open in &self.0.people {
            open.iter().for_each(|line| line.close(why));
        }
    }

    /// Everybody who has an open socket here.
    pub fn people(&self) -> Vec<PersonId> {
        self.0.people.iter().map(|open| *open.key()).collect()
    }

    /// The sessions with an open socket here.
    pub fn sessions(&self) -> Vec<SessionId> {
        self.0
            .people
            .iter()
            .flat_map(|open| open.iter().map(|line| line.session).collect::<Vec<_>>())
            .collect()
    }

    /// How many sockets are open.
    pub fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }
}

impl Line {
    fn close(&self, why: Closing) {
        // The first reason stands.
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(why);
            first
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Frame {
        Frame { text: text.into(), place: None }
    }

    #[test]
    fn reaches_every_socket_of_a_person_and_nobody_else() {
        let hub = Hub::default();
        let (one, other) = (PersonId::new(), PersonId::new());
        let mut phone = hub.listen(one, SessionId::new(), 9).unwrap();
        let mut desk = hub.listen(one, SessionId::new(), 9).unwrap();
        let mut stranger = hub.listen(other, SessionId::new(), 9).unwrap();
        hub.send(one, &frame("hello"));
        hub.send_except(one, Some(phone.number), &frame("desk only"));
        assert_eq!(&*phone.queue.try_recv().unwrap().text, "hello");
        assert!(phone.queue.try_recv().is_err());
        assert_eq!(&*desk.queue.try_recv().unwrap().text, "hello");
        assert_eq!(&*desk.queue.try_recv().unwrap().text, "desk only");
        assert!(stranger.queue.try_recv().is_err());
    }

    #[test]
    fn gives_up_a_client_that_does_not_read() {
        let hub = Hub::default();
        let (slow, quick) = (PersonId::new(), PersonId::new());
        let stuck = hub.listen(slow, SessionId::new(), 9).unwrap();
        let reading = hub.listen(quick, SessionId::new(), 9).unwrap();
        for _ in 0..=QUEUE {
            hub.send(slow, &frame("x"));
        }
        assert_eq!(*stuck.closing.borrow(), Some(Closing::TooSlow));
        hub.close_person(slow, Closing::Disabled);
        assert_eq!(*stuck.closing.borrow(), Some(Closing::TooSlow), "the first reason stands");
        assert_eq!(*reading.closing.borrow(), None);
    }

    #[test]
    fn closes_one_session_and_forgets_what_is_dropped() {
        let hub = Hub::default();
        let person = PersonId::new();
        let (ended, going_on) = (SessionId::new(), SessionId::new());
        let first = hub.listen(person, ended, 9).unwrap();
        let second = hub.listen(person, going_on, 9).unwrap();
        hub.close_session(ended, Closing::SignedOut);
        assert_eq!(*first.closing.borrow(), Some(Closing::SignedOut));
        assert_eq!(*second.closing.borrow(), None);
        drop((first, second));
        assert!(!hub.hears(person));
        assert_eq!(hub.open(), 0);
    }

    #[test]
    fn has_so_many_sockets_for_one_person_and_no_more() {
        let hub = Hub::default();
        let (one, other) = (PersonId::new(), PersonId::new());
        let open: Vec<_> = (0..3).filter_map(|_| hub.listen(one, SessionId::new(), 2)).collect();
        assert_eq!((open.len(), hub.open()), (2, 2));
        assert!(hub.listen(other, SessionId::new(), 2).is_some());
        drop(open);
        assert!(hub.listen(one, SessionId::new(), 2).is_some());
    }

    #[test]
    fn closes_in_waves_and_nobody_twice() {
        let hub = Hub::default();
        let open: Vec<_> =
            (0..10).map(|_| hub.listen(PersonId::new(), SessionId::new(), 9).unwrap()).collect();
        let closed = || open.iter().filter(|one| one.closing.borrow().is_some()).count();
        hub.close_some(4, Closing::Restart);
        assert_eq!(closed(), 4);
        hub.close_some(4, Closing::Restart);
        assert_eq!(closed(), 8);
        hub.close_some(4, Closing::Restart);
        assert_eq!(closed(), 10);
    }
}

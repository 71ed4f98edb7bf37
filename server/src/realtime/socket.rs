//! One client's socket: a single loop that reads, writes, pings, and ends when the session does. It asks the same gate
//! and sends the same way as HTTP.

use std::collections::HashMap;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, MessageStream, Session};
use bytestring::ByteString;
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use schema::ids::ConversationId;
use tokio::sync::watch;
use tokio::time::Instant;

use super::event::encode;
use super::hub::{Closing, Frame, Listener};
use super::resume;
use crate::app::App;
use crate::auth::{Actor, actor};
use crate::error::{Error, codes, describe};
use crate::language::{self, Language};

mod frames;

use frames::{Hello, Incoming, Outgoing};

/// The largest frame, and the largest message of several frames.
const FRAME_MAX: usize = 64 * 1024;
/// How long a client may take to say who it is.
const HELLO: Duration = Duration::from_secs(5);
/// How often the server pings.
const PING: Duration = Duration::from_secs(20);
/// After how much silence a client is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// How long a client may take to accept a frame.
const WRITE: Duration = Duration::from_secs(10);
/// How long to wait before asking again whether the session lasts, when the database did not answer.
const RETRY: Duration = Duration::from_secs(30);
/// When somebody who has too many sockets may try again.
const LATER: Duration = Duration::from_secs(30);
/// How many frames that make no sense, or are too many, a client may send.
const FAULTS: u32 = 20;
/// How often a client may say that somebody types.
const TYPING: Duration = Duration::from_secs(2);

/// Serves one socket to its end.
pub async fn serve(app: App, session: Session, stream: MessageStream, language: Language) {
    let mut stream =
        stream.max_frame_size(FRAME_MAX).aggregate_continuations().max_continuation_size(FRAME_MAX);
    let said = tokio::time::timeout(HELLO, hello(&app, &mut stream)).await;
    let (actor, hello) = match said {
        Ok(Ok(said)) => said,
        Ok(Err(why)) => return close(session, why).await,
        Err(_) => return close(session, Closing::SignedOut).await,
    };
    let language = hello.language.as_deref().and_then(language::of_code).unwrap_or(language);
    if app.is_draining() {
        return close(session, Closing::Restart).await;
    }
    // The queue is opened first: what happens from here on waits in it.
    let most = app.config.limits.sockets_per_person;
    let Some(listener) = app.hub.listen(actor.person, actor.session, most) else {
        return refuse(session, language).await;
    };
    let mut client = Client { app, actor, language, session, listener, delivered: HashMap::new() };
    let why = client.run(&mut stream, hello.resume).await;
    let Client { session, listener, .. } = client;
    drop(listener);
    if let Some(why) = why {
        close(session, why).await;
    } else {
        let _ = session.close(None).await;
    }
}

/// The first frame, and who it proves to be there.
async fn hello(app: &App, stream: &mut AggregatedMessageStream) -> Result<(Actor, Hello), Closing> {
    loop {
        match stream.next().await {
            Some(Ok(AggregatedMessage::Text(text))) => {
                let hello = Hello::parse(text.as_bytes()).map_err(|_| Closing::SignedOut)?;
                let actor = actor::authenticate(app, &hello.access_token).map_err(|error| match error {
                    Error::Unauthorized(code) if code == codes::ACCOUNT_DISABLED => Closing::Disabled,
                    _ => Closing::SignedOut,
                })?;
                return Ok((actor, hello));
            }
            Some(Ok(AggregatedMessage::Ping(_) | AggregatedMessage::Pong(_))) => {}
            _ => return Err(Closing::SignedOut),
        }
    }
}

/// Says that there are too many sockets, and closes this one.
async fn refuse(mut session: Session, language: Language) {
    let error = Error::TooMany { code: codes::TOO_MANY_SOCKETS, retry_after: LATER };
    let said = encode(&Outgoing::error(None, &error, language));
    if let Ok(Ok(())) = tokio::time::timeout(WRITE, session.text(said)).await {
        close(session, Closing::TryAgainLater).await;
    }
}

async fn close(session: Session, why: Closing) {
    let reason =
        CloseReason { code: CloseCode::from(why.code()), description: Some(why.reason().to_owned()) };
    let _ = tokio::time::timeout(WRITE, session.close(Some(reason))).await;
}

/// Why the socket has to go: said by the hub, or the hub is gone.
fn why(closing: &watch::Receiver<Option<Closing>>) -> Closing {
    closing.borrow().unwrap_or(Closing::Restart)
}

/// What a command answers to its own client.
type Work = LocalBoxFuture<'static, Option<String>>;

struct Client {
    app: App,
    actor: Actor,
    language: Language,
    session: Session,
    listener: Listener,
    /// Up to where each conversation was resumed: what the queue brings of it up to there is known.
    delivered: HashMap<ConversationId, i64>,
}

impl Client {
    /// Runs until somebody ends it. `None`: the client went.
    async fn run(
        &mut self,
        stream: &mut AggregatedMessageStream,
        resume: HashMap<ConversationId, i64>,
    ) -> Option<Closing> {
        match self.begin(resume).await {
            Ok(()) => {}
            Err(why) => return Some(why),
        }
        let mut ping = tokio::time::interval(PING);
        let mut heard_at = Instant::now();
        let mut typed_at: Option<Instant> = None;
        let mut faults = 0;
        let mut work: Option<Work> = None;
        let left = self.actor.expires_at - self.app.clock.now();
        let check = tokio::time::sleep(left.to_std().unwrap_or_default());
        tokio::pin!(check);
        // Waits once for the whole life, and not anew for every frame.
        let mut closing = self.listener.closing.clone();
        let closed = closing.changed();
        tokio::pin!(closed);
        loop {
            let step = tokio::select! {
                biased;
                () = &mut check => match self.session_lasts().await {
                    Ok(next) => { check.as_mut().reset(Instant::now() + next); Ok(()) }
                    Err(why) => Err(why),
                },
                frame = self.listener.queue.recv() => match frame {
                    Some(frame) if self.is_news(&frame) => self.write(frame.text).await,
                    Some(_) => Ok(()),
                    None => Err(why(&self.listener.closing)),
                },
                _ = &mut closed => Err(why(&self.listener.closing)),
                answer = async { match work.as_mut() { Some(work) => work.await, None => std::future::pending().await } } => {
                    work = None;
                    match answer {
                        Some(text) => self.write(text).await,
                        None => Ok(()),
                    }
                }
                _ = ping.tick() => self.ping(heard_at).await,
                // One command after the other: what is typed first is stored first.
                incoming = stream.next(), if work.is_none() => {
                    heard_at = Instant::now();
                    let text = match incoming {
                        Some(Ok(AggregatedMessage::Text(text))) => text,
                        Some(Ok(AggregatedMessage::Ping(payload))) => {
                            let _ = self.session.pong(&payload).await;
                            continue;
                        }
                        Some(Ok(AggregatedMessage::Pong(_))) => continue,
                        Some(Ok(AggregatedMessage::Binary(_)) | Err(_)) => return Some(Closing::ProtocolError),
                        Some(Ok(AggregatedMessage::Close(_))) | None => return None,
                    };
                    match self.command(text.as_bytes(), &mut typed_at) {
                        Ok(next) => { work = next; Ok(()) }
                        Err(answer) => {
                            faults += 1;
                            if faults > FAULTS { Err(Closing::ProtocolError) } else { self.write(answer).await }
                        }
                    }
                }
            };
            if let Err(why) = step {
                return Some(why);
            }
        }
    }

    /// Welcomes the client and gives it what it missed.
    async fn begin(&mut self, resume: HashMap<ConversationId, i64>) -> Result<(), Closing> {
        // The session may have ended before the queue was there to hear of it.
        self.recheck()?;
        let turn = self.app.chat.admission.turn().await?;
        let seated = self.app.chat.tree_seats.remember(&self.app, self.actor.person).await;
        drop(turn);
        if let Err(error) = seated {
            tracing::warn!(error = %describe::chain(&error), "a socket could not begin");
            return Err(Closing::Restart);
        }
        let welcome = Outgoing::Welcome {
            person_id: self.actor.person,
            org_version: self.app.org.current().version(),
            policy_version: self.app.gate.snapshot().version(),
        };
        self.write(encode(&welcome)).await?;
        let mut left = resume::MESSAGES_MAX;
        for (conversation, seq) in resume {
            // Not while the client reads: one that reads slowly shall not take the turn of others.
            let turn = self.app.chat.admission.turn().await?;
            let missed =
                resume::missed(&self.app, self.actor, self.language, conversation, seq, &mut left).await;
            drop(turn);
            self.delivered.insert(conversation, missed.up_to);
            for frame in missed.frames {
                self.write(frame.text).await?;
            }
        }
        Ok(())
    }

    fn recheck(&self) -> Result<(), Closing> {
        actor::recheck(&self.app, &self.actor).map_err(|error| match error {
            Error::Unauthorized(code) if code == codes::ACCOUNT_DISABLED => Closing::Disabled,
            _ => Closing::SignedOut,
        })
    }

    /// Whether the queue brings something that resuming did not bring already.
    fn is_news(&self, frame: &Frame) -> bool {
        let Some((conversation, seq)) = frame.place else { return true };
        self.delivered.get(&conversation).is_none_or(|last| seq > *last)
    }

    async fn write(&mut self, text: impl Into<ByteString>) -> Result<(), Closing> {
        if self.listener.closing.has_changed().unwrap_or(true) {
            return Err(why(&self.listener.closing));
        }
        let writing = self.session.text(text);
        tokio::pin!(writing);
        // Nearly always there is room, and nothing to wait for.
        let written = if let Some(written) = writing.as_mut().now_or_never() {
            Ok(written)
        } else {
            tokio::select! {
                biased;
                _ = self.listener.closing.changed() => return Err(why(&self.listener.closing)),
                written = tokio::time::timeout(WRITE, writing) => written,
            }
        };
        match written {
            Ok(Ok(())) => Ok(()),
            _ => Err(Closing::TooSlow),
        }
    }

    async fn ping(&mut self, heard_at: Instant) -> Result<(), Closing> {
        if heard_at.elapsed() > SILENCE {
            return Err(Closing::TooSlow);
        }
        match tokio::time::timeout(WRITE, self.session.ping(b"")).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Closing::TooSlow),
        }
    }

    /// The token was good when the socket opened; the socket lives as long as the session that it was given to. Says
    /// when to look again.
    async fn session_lasts(&self) -> Result<Duration, Closing> {
        self.recheck()?;
        let asked = async {
            let mut connection = self.app.pool.get().await?;
            schema::sessions::lasts(&mut connection, self.actor.session, self.app.clock.now()).await
        };
        match asked.await {
            Ok(true) => Ok(self.app.tokens.lifetime().to_std().unwrap_or(RETRY)),
            Ok(false) => Err(Closing::SignedOut),
            Err(error) => {
                tracing::warn!(error = %describe::chain(&error), "a session could not be looked up");
                Ok(RETRY)
            }
        }
    }

    /// What to do for a frame of the client; or the answer to one that makes no sense.
    fn command(&self, text: &[u8], typed_at: &mut Option<Instant>) -> Result<Option<Work>, String> {
        let refused = |client_id, error| encode(&Outgoing::error(client_id, &error, self.language));
        let incoming = match Incoming::parse(text) {
            Ok(incoming) => incoming,
            Err((client_id, error)) => return Err(refused(client_id, error)),
        };
        if let Err(error) = self.app.limits.request(self.actor.person) {
            let client_id = match incoming {
                Incoming::Send(_, draft) => Some(draft.client_id),
                Incoming::Ping | Incoming::Typing(_) => None,
            };
            return Err(refused(client_id, error));
        }
        let (app, actor, language) = (self.app.clone(), self.actor, self.language);
        Ok(match incoming {
            Incoming::Ping => Some(Box::pin(async { Some(encode(&Outgoing::Pong)) })),
            Incoming::Typing(conversation) => {
                if typed_at.is_some_and(|at| at.elapsed() < TYPING) {
                    return Ok(None);
                }
                *typed_at = Some(Instant::now());
                Some(Box::pin(frames::typing(app, actor, language, conversation)))
            }
            Incoming::Send(conversation, draft) => {
                Some(Box::pin(frames::send(app, actor, language, conversation, draft)))
            }
        })
    }
}

//! Sends what waits in the database to the mail server, as often as it takes.

use std::time::Duration;

use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use schema::Pool;
use schema::mails::{self, DueMail};
use secrecy::ExposeSecret as _;

use super::settings::{MailSettings, Security, mailbox};
use crate::config::ConfigError;

/// How long the mail server may take for any one answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// So often a mail is tried before it is given up: with the pauses below, for about three days.
const ATTEMPTS: i32 = 40;

/// Why mail cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No connection can be made with the settings.
    #[error("the mail server's settings cannot be used: {0}")]
    Settings(#[from] lettre::transport::smtp::Error),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] schema::Error),
}

/// The way out: a mail server, and who writes.
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Post {
    /// Reads certificates and password. Connects to nothing yet.
    pub fn open(settings: &MailSettings) -> Result<Self, PostError> {
        let tls = || -> Result<TlsParameters, PostError> {
            let mut parameters = TlsParameters::builder(settings.host.clone());
            if let Some(path) = &settings.ca_file {
                let wrong = |rule: String| ConfigError::new("mail.ca_file", path.display().to_string(), rule);
                let bytes = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
                let certificate = Certificate::from_pem(&bytes)
                    .map_err(|error| wrong(format!("is no certificate: {error}")))?;
                parameters = parameters.add_root_certificate(certificate);
            }
            Ok(parameters.build_rustls()?)
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port())
            .timeout(Some(PATIENCE))
            .tls(match settings.security {
                Security::StartTls => Tls::Required(tls()?),
                Security::Tls => Tls::Wrapper(tls()?),
                Security::None => Tls::None,
            });
        if let Some((username, password)) = settings.credentials()? {
            builder = builder.credentials(Credentials::new(username, password.expose_secret().to_owned()));
        }
        let from =
            mailbox(&settings.from).map_err(|rule| ConfigError::new("mail.from", &settings.from, rule))?;
        Ok(Self { transport: builder.build(), from })
    }

    /// Sends everything that is due. Returns how many mails the server took.
    pub async fn send_due(&self, pool: &Pool) -> Result<usize, PostError> {
        let mut taken = 0;
        loop {
            let mut connection = pool.get().await?;
            let Some(mail) = mails::take_due(&mut connection).await? else { return Ok(taken) };
            // The mail server may be slow; the database's connection is not kept waiting for it.
            drop(connection);
            let result = self.send(&mail).await;
            let mut connection = pool.get().await?;
            match result {
                Ok(()) => {
                    mails::sent(&mut connection, mail.id).await?;
                    tracing::info!(mail = %mail.id, "a mail was sent");
                    taken += 1;
                }
                Err(failure) => {
                    let again = (failure.may_pass && mail.attempts < ATTEMPTS).then(|| pause(mail.attempts));
                    let (mail, error) = (mail.id, &failure.message);
                    tracing::error!(%mail, error, again_in_seconds = again, "a mail was not sent");
                    mails::failed(&mut connection, mail, error, again).await?;
                }
            }
        }
    }

    /// Sends a mail of text alone, which nobody keeps for another attempt: whoever calls tries again. `id` is its own, and the same
    /// at every attempt.
    pub async fn send_text(
        &self,
        id: &str,
        recipient: &str,
        subject: &str,
        text: String,
    ) -> Result<(), String> {
        let sending = async {
            let head = self.head(id, subject, [recipient])?;
            let message = head.singlepart(SinglePart::plain(text));
            self.hand_over(message.map_err(|error| Failure::lasting(error.to_string()))?).await
        };
        sending.await.map_err(|failure: Failure| failure.message)
    }

    async fn send(&self, mail: &DueMail) -> Result<(), Failure> {
        let recipients = mail.recipients.iter().map(String::as_str);
        let head = self.head(&mail.id.to_string(), &mail.subject, recipients)?;
        let body = MultiPart::alternative_plain_html(mail.body_text.clone(), mail.body_html.clone());
        let message = head.multipart(body).map_err(|error| Failure::lasting(error.to_string()))?;
        self.hand_over(message).await
    }

    fn head<'a>(
        &self,
        id: &str,
        subject: &str,
        recipients: impl IntoIterator<Item = &'a str>,
    ) -> Result<MessageBuilder, Failure> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(subject)
            // The same at every attempt: whoever gets it twice sees one.
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // RFC 3834: nobody's absence is to answer.
            .raw_header(lettre::message::header::HeaderValue::new(
                lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for recipient in recipients {
            let to = mailbox(recipient).map_err(|rule| Failure::lasting(format!("{recipient}: {rule}")))?;
            message = message.to(to);
        }
        Ok(message)
    }

    async fn hand_over(&self, message: Message) -> Result<(), Failure> {
        self.transport.send(message).await.map(drop).map_err(|error| Failure {
            // The server said no for good (RFC 5321, 4.2.1): trying again would annoy it only.
            may_pass: !error.is_permanent(),
            message: chain(&error),
        })
    }
}

struct Failure {
    may_pass: bool,
    message: String,
}

impl Failure {
    fn lasting(message: String) -> Self {
        Self { may_pass: false, message }
    }
}

/// Seconds until the next attempt: half a minute, then longer, two hours at most.
fn pause(attempts: i32) -> i32 {
    let doublings = u32::try_from(attempts.clamp(1, 9) - 1).unwrap_or_default();
    (30 * 2_i32.pow(doublings)).min(7200)
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_two_hours_and_the_attempts_last_for_days() {
        let pauses: Vec<i32> = (1..ATTEMPTS).map(pause).collect();
        assert_eq!(pauses.first(), Some(&30));
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&7200));
        let hours = pauses.iter().sum::<i32>() / 3600;
        assert!((60..90).contains(&hours), "{hours} hours");
    }
}

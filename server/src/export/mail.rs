//! Messages as mails (RFC 5322), one each, for whoever reads them with a mail client: threads are conversations, and the recipients
//! are those who were there when it was sent.

use std::collections::HashMap;
use std::time::SystemTime;

use chrono::SecondsFormat;
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use schema::case_exports::Participant;
use schema::ids::{FileId, PersonId};
use uuid::Uuid;

use super::record::Exported;

/// The domain of addresses that there are not (RFC 2606).
const NOWHERE: &str = "chancery.invalid";
/// So many recipients are named; of more, `participants.jsonl` tells.
pub(super) const MOST_NAMED: usize = 50;

/// The mail that a message is, with up to one more than [`MOST_NAMED`] of those who were there.
pub(super) fn of(
    exported: &Exported<'_>,
    there: &[&Participant],
    brought: &HashMap<FileId, Vec<u8>>,
) -> Result<Vec<u8>, lettre::error::Error> {
    let record = exported.record;
    let author = mailbox(record.author_id, record.author_name.as_deref(), record.author_mail.as_deref())?;
    let id = |id: Uuid| format!("<{id}@{NOWHERE}>");
    let root = id(record.conversation_id.0);
    let answered = record.reply_to.map(|answered| id(answered.0));
    let mut mail = Message::builder()
        .envelope(Envelope::new(None, vec![author.email.clone()])?)
        .date(SystemTime::from(record.created_at))
        .from(author)
        .subject(subject(exported))
        .message_id(Some(id(record.id.0)))
        .in_reply_to(answered.clone().unwrap_or_else(|| root.clone()))
        .references(answered.map_or_else(|| root.clone(), |answered| format!("{root} {answered}")));
    for participant in there.iter().take(MOST_NAMED) {
        mail = mail.to(mailbox(
            participant.person_id,
            participant.name.as_deref(),
            participant.mail.as_deref(),
        )?);
    }
    mail = described(mail, exported, there.len() > MOST_NAMED);
    let body = match record.erased_at {
        Some(at) => format!("[erased {}]", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        None => exported.said().to_owned(),
    };
    let mut attached: Vec<SinglePart> = Vec::new();
    if let Some(marked) = &exported.marked {
        attached.push(Attachment::new("label.xml".to_owned()).body(marked.xml.clone(), xml()));
    }
    for (file, _) in exported.files() {
        if let Some(data) = brought.get(&file.id) {
            let of_type = ContentType::parse(&file.media_type).unwrap_or_else(|_| octets());
            attached.push(Attachment::new(file.name.clone()).body(data.clone(), of_type));
        }
    }
    let body = SinglePart::plain(body);
    let mail = if attached.is_empty() {
        mail.singlepart(body)?
    } else {
        mail.multipart(attached.into_iter().fold(MultiPart::mixed().singlepart(body), MultiPart::singlepart))?
    };
    Ok(mail.formatted())
}

fn octets() -> ContentType {
    ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN)
}

fn xml() -> ContentType {
    ContentType::parse("application/xml; charset=utf-8").unwrap_or(ContentType::TEXT_PLAIN)
}

fn subject(exported: &Exported<'_>) -> String {
    let record = exported.record;
    let what = record.conversation_name.as_deref().unwrap_or(&record.conversation_kind);
    match &exported.marked {
        Some(marked) => format!("[{}] {what}", marked.text),
        None => what.to_owned(),
    }
}

/// What of a message no mail has a place for.
fn described(mut mail: MessageBuilder, exported: &Exported<'_>, are_more: bool) -> MessageBuilder {
    let record = exported.record;
    let mut add = |name: &'static str, value: String| {
        let header = HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        mail = std::mem::replace(&mut mail, Message::builder()).raw_header(header);
    };
    add("X-Chancery-Conversation", record.conversation_id.to_string());
    add("X-Chancery-Seq", record.seq.to_string());
    add("X-Chancery-Hat", record.hat.as_str().to_owned());
    add("X-Chancery-Rule", record.rule.clone());
    add("X-Chancery-Policy-Version", record.policy_version.to_string());
    if let Some(principal) = record.principal_id {
        add("X-Chancery-Principal", principal.to_string());
    }
    if are_more {
        add("X-Chancery-Participants", format!("more than {MOST_NAMED}: see participants.jsonl"));
    }
    if let Some(at) = record.edited_at {
        add("X-Chancery-Edited", at.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    if let Some(at) = record.deleted_at {
        add("X-Chancery-Deleted", at.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    if let Some(at) = record.erased_at {
        add("X-Chancery-Erased", at.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    if let Some(marked) = &exported.marked {
        add("SIO-Label", marked.header.clone());
    }
    mail
}

/// Whoever it is, under their own address if they have one.
fn mailbox(
    person: PersonId,
    name: Option<&str>,
    mail: Option<&str>,
) -> Result<Mailbox, lettre::error::Error> {
    let own = mail.and_then(|mail| mail.parse::<Address>().ok());
    let email = match own {
        Some(email) => email,
        None => Address::new(person.to_string(), NOWHERE).map_err(|_| lettre::error::Error::MissingFrom)?,
    };
    Ok(Mailbox::new(name.map(str::to_owned), email))
}

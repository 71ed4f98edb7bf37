//! By mail, of checkpoints alone: the newest one, for people who keep it where nobody of ours gets to.

use std::time::Duration;

use ldap_sync::mail::{MailSettings, Post};
use schema::audit_checkpoints::SignedCheckpoint;

use super::ShipError;
use super::format::Item;

/// How long the mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends the newest of them: it is about all that the others are.
pub(super) async fn send(
    settings: Option<&MailSettings>,
    recipient: &str,
    items: &[&Item],
) -> Result<(), ShipError> {
    let newest = items.iter().rev().find_map(|item| match item {
        Item::Checkpoint(signed) => Some(signed),
        Item::Entry { .. } => None,
    });
    let refused = |why: String| ShipError::Refused(why);
    let settings = settings.ok_or_else(|| refused("[mail] is not configured".to_owned()))?;
    let Some(signed) = newest else { return Ok(()) };
    let post = Post::open(settings).map_err(|error| refused(error.to_string()))?;
    let (size, id) = (signed.size, format!("checkpoint-{}", signed.size));
    let subject = format!("Chancery: журнал, {size} записей / the record, {size} entries");
    let sending = post.send_text(&id, recipient, &subject, text(signed));
    tokio::time::timeout(PATIENCE, sending).await.map_err(|_| ShipError::TooSlow)?.map_err(refused)
}

fn text(signed: &SignedCheckpoint) -> String {
    format!(
        "Сохраните это письмо там, куда у администраторов системы нет доступа. Кто изменит или отрежет что-либо из этих записей, \
         будет обнаружен: сохраните текст под чертой в файл и выполните\n\n\
             chancery audit verify --checkpoint ФАЙЛ\n\n\
         Keep this mail where no administrator of the system gets to. Whoever changes or cuts off any of these entries is found: save the \
         text below the line as a file and run\n\n\
             chancery audit verify --checkpoint FILE\n\n\
         ----------------------------------------\n{}",
        signed.note
    )
}

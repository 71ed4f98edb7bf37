//! Puts on record that somebody opened what is labelled. Nothing of it may be shown before this has succeeded.

use schema::audit::{self, NewEntry};
use schema::messages::Message;
use serde_json::json;

use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::Error;
use crate::views::Reader;

/// Records that the reader is shown these messages, in their order, if they or their conversation have a label.
pub async fn record(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    shown: &[Message],
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return Ok(()) };
    let is_labelled =
        place.room.conversation.label_level > 0 || shown.iter().any(|message| message.label_level > 0);
    if !is_labelled {
        return Ok(());
    }
    let verdict = place.verdict();
    let entry = json!({
        "conversation_id": place.room.id(), "from_seq": first.seq, "until_seq": last.seq,
        "rule": reader.scene.rule_code(verdict), "policy_version": verdict.policy_version,
        "org_version": reader.scene.mirror.version(),
    });
    let by = Some(reader.actor.person);
    let entry = NewEntry { at: app.clock.now(), kind: "history.opened", actor_id: by, entry };
    Ok(audit::append(&mut *app.pool.get().await?, &entry).await?)
}

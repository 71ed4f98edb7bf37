//! Asks whoever leads a source; where nobody does, answers itself.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use ldap_sync::config::Source;
use ldap_sync::lead::answer_once;
use schema::{Pool, directory_requests};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{account, row};

/// How often it is looked whether the answer is there.
const LOOK: Duration = Duration::from_millis(100);

/// After how many looks it is asked whether anybody leads at all.
const DOUBT: u32 = 20;

/// What came of a request.
pub(super) struct Answer {
    source: String,
    result: Option<Value>,
    error: Option<Value>,
}

impl Answer {
    /// For programs.
    pub(super) fn document(&self) -> Value {
        match (&self.result, &self.error) {
            (Some(result), _) => {
                let mut document = result.clone();
                if let Some(fields) = document.as_object_mut() {
                    fields.insert("source".to_owned(), json!(self.source));
                }
                document
            }
            (None, error) => json!({ "source": self.source, "state": "failed", "error": error }),
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _: Result<(), _> = match (&self.result, &self.error) {
            (Some(result), _) => writeln!(text, "{}: {}", self.source, pretty(result)),
            (None, Some(error)) => {
                let message = error.get("message_en").and_then(Value::as_str).unwrap_or_default();
                writeln!(text, "{}: {message}", self.source)
            }
            (None, None) => Ok(()),
        };
        text
    }

    /// 1 where the directory could not be read, 3 where the request could not be met, otherwise what the run ended with.
    pub(super) fn exit_code(&self) -> u8 {
        let Some(result) = &self.result else {
            let code = self.error.as_ref().and_then(|error| error.get("code")).and_then(Value::as_str);
            return if code == Some("read_failed") { 1 } else { 3 };
        };
        let code = result.get("exit_code").and_then(Value::as_u64).and_then(|code| u8::try_from(code).ok());
        code.unwrap_or_default()
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Asks, and waits for the answer.
pub(super) async fn ask(
    pool: &Pool,
    source: &Arc<Source>,
    kind: &str,
    argument: &Value,
    reason: Option<&str>,
) -> anyhow::Result<Answer> {
    let id = row(pool, source).await?;
    let by = account::name();
    let request = directory_requests::ask(&mut *pool.get().await?, id, kind, argument, reason, &by).await?;
    wait(pool, source, request).await
}

/// Waits for the answer to `request`.
pub(super) async fn wait(pool: &Pool, source: &Arc<Source>, request: Uuid) -> anyhow::Result<Answer> {
    // Whoever leads was woken. Where nobody does, or whoever did is gone meanwhile, we do it.
    for looks in 0_u32.. {
        let found = directory_requests::answer(&mut *pool.get().await?, request).await?;
        match found.state.as_str() {
            "waiting" | "running" if looks % DOUBT == 0 => {
                Box::pin(answer_once(pool, source)).await?;
            }
            "waiting" | "running" => tokio::time::sleep(LOOK).await,
            _ => {
                return Ok(Answer { source: source.name.clone(), result: found.result, error: found.error });
            }
        }
    }
    anyhow::bail!("nobody answered")
}

//! By HTTP: one POST a batch, a line each. Whatever answers with 2xx has taken it.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::ShipError;
use super::format::{Format, Item};
use crate::config::{AuditReceiver, AuditTakes};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts them.
pub(super) async fn post(receiver: &AuditReceiver, items: &[&Item]) -> Result<(), ShipError> {
    let told = |error: reqwest::Error| ShipError::Refused(error.without_url().to_string());
    let mut client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if let Some(path) = &receiver.ca_file {
        let pem = tokio::fs::read(path).await?;
        client = client.add_root_certificate(reqwest::Certificate::from_pem(&pem).map_err(told)?);
    }
    let kind = match (receiver.takes, receiver.format) {
        (AuditTakes::Entries, Format::Cef) => "text/plain; charset=utf-8",
        _ => "application/x-ndjson",
    };
    let lines: String = items.iter().map(|item| item.line(receiver.format) + "\n").collect();
    let mut request =
        client.build().map_err(told)?.post(&receiver.to).header("content-type", kind).body(lines);
    if let Some(token) = receiver.token().map_err(|error| ShipError::Refused(error.to_string()))? {
        request = request.bearer_auth(token.expose_secret());
    }
    let answer = request.send().await.map_err(told)?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(ShipError::Refused(format!("it answered {}", answer.status())))
    }
}

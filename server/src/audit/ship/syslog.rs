//! By syslog (RFC 5424) over TLS (RFC 5425), or over TCP within a machine. Nothing in syslog says that a message has arrived: so
//! each batch has a connection of its own, and counts as taken when the receiver, having read to its end, ends it too.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::ShipError;
use super::format::Item;
use crate::config::AuditReceiver;

/// How long a batch may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The facility of audit logs.
const FACILITY: u8 = 13;

/// Sends them.
pub(super) async fn send(receiver: &AuditReceiver, items: &[&Item]) -> Result<(), ShipError> {
    let frames: Vec<u8> = items.iter().flat_map(|item| frame(item, receiver)).collect();
    let sending = async {
        if let Some(address) = receiver.to.strip_prefix("syslog+tls://") {
            let name = address.rsplit_once(':').map_or(address, |(name, _)| name).trim_matches(['[', ']']);
            let name = ServerName::try_from(name.to_owned()).map_err(std::io::Error::other)?;
            let stream = TcpStream::connect(address).await?;
            let connector = TlsConnector::from(Arc::new(tls(receiver)?));
            deliver(connector.connect(name, stream).await?, &frames).await
        } else {
            let address = receiver.to.trim_start_matches("syslog+tcp://");
            deliver(TcpStream::connect(address).await?, &frames).await
        }
    };
    tokio::time::timeout(PATIENCE, sending).await.map_err(|_| ShipError::TooSlow)?
}

async fn deliver(mut stream: impl AsyncRead + AsyncWrite + Unpin, frames: &[u8]) -> Result<(), ShipError> {
    stream.write_all(frames).await?;
    stream.shutdown().await?;
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest).await {
        Ok(_) => Ok(()),
        // Many end a connection of TLS without saying so.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn tls(receiver: &AuditReceiver) -> Result<ClientConfig, ShipError> {
    let mut roots = RootCertStore::empty();
    match &receiver.ca_file {
        Some(path) => {
            let wrong = |error| ShipError::Refused(format!("{}: {error}", path.display()));
            for certificate in
                CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?
            {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A message behind its length in octets (RFC 5425, 4.3.1).
fn frame(item: &Item, receiver: &AuditReceiver) -> Vec<u8> {
    let priority = FACILITY * 8 + item.severity();
    let (at, kind, said) = (item.at(), item.kind(), item.line(receiver.format));
    // MSGID has at most 32 characters.
    let kind: String = kind.chars().take(32).collect();
    // The octets at its beginning say that it is UTF-8.
    let message = format!("<{priority}>1 {at} - chancery - {kind} - \u{feff}{said}");
    let mut frame = format!("{} ", message.len()).into_bytes();
    frame.extend_from_slice(message.as_bytes());
    frame
}

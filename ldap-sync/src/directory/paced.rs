//! A connection that is read only while somebody waits for what it brings.
//!
//! The library queues without limit what a server sends. Read at our own pace, a server that tells faster than we take
//! is made to wait by TCP instead.

use std::future::pending;
use std::pin::Pin;

use ldap3::LdapConnAsync;

/// The reading and writing half of a connection.
pub(super) struct Paced {
    /// None once the connection has ended. What waits for an answer learns of that by itself.
    drive: Option<Pin<Box<dyn Future<Output = ldap3::result::Result<()>> + Send>>>,
}

impl Paced {
    pub(super) fn new(connection: LdapConnAsync) -> Self {
        Self { drive: Some(Box::pin(connection.drive())) }
    }

    /// Carries what is to be sent and received, for as long as it is polled. Ends once, with the connection.
    pub(super) async fn carry(&mut self) {
        let Some(drive) = &mut self.drive else { return pending().await };
        if let Err(error) = drive.await {
            tracing::debug!(%error, "the connection to the directory ended");
        }
        self.drive = None;
    }

    /// Does `work`, which needs the connection.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                // What has arrived is taken before more is read.
                biased;
                done = &mut work => return done,
                () = self.carry() => {}
            }
        }
    }
}

//! Asks again and again whether the server is there: one that has stopped without a word would else be waited for
//! for ever.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use ldap3::{Ldap, Scope};

use crate::directory::{DirectoryError, Server};

/// Ends when an answer is missing, never else.
pub(super) struct Heartbeat {
    ldap: Ldap,
    base: String,
    every: Duration,
    limit: Duration,
    beating: Pin<Box<dyn Future<Output = DirectoryError> + Send>>,
}

impl Heartbeat {
    pub(super) fn new(server: &Server, ldap: &Ldap, base: &str) -> Self {
        let (ldap, base) = (ldap.clone(), base.to_owned());
        let (every, limit) = (server.heartbeat(), server.timeout());
        let beating = Box::pin(beat(ldap.clone(), base.clone(), every, limit));
        Self { ldap, base, every, limit, beating }
    }

    /// Begins anew, after a time in which nobody could hear the answer.
    pub(super) fn restart(&mut self) {
        self.beating = Box::pin(beat(self.ldap.clone(), self.base.clone(), self.every, self.limit));
    }

    pub(super) async fn missed(&mut self) -> DirectoryError {
        self.beating.as_mut().await
    }
}

async fn beat(mut ldap: Ldap, base: String, every: Duration, limit: Duration) -> DirectoryError {
    let asked = async {
        loop {
            tokio::time::sleep(every).await;
            // Any answer is one: the entry itself is of no interest.
            ldap.with_timeout(limit).search(&base, Scope::Base, "(objectClass=*)", ["1.1"]).await?;
        }
    };
    let result: Result<Infallible, ldap3::LdapError> = asked.await;
    match result {
        Err(source) => DirectoryError::lost("waiting for a sign of life", source),
    }
}

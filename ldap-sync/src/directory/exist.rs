//! Asks whether entries are there at all, whatever they are.

use secrecy::SecretString;

use super::asking::look_up;
use super::{DirectoryError, Server, guarded};

/// Those of `names` that the directory has, in their order.
pub(crate) async fn exist(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    names: Vec<String>,
) -> Result<Vec<String>, DirectoryError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut ldap = server.connect(bind_dn, password).await?;
    let server = server.clone();
    guarded(async move {
        let mut there = Vec::new();
        for name in names {
            // Attribute 1.1: none of them (RFC 4511, section 4.5.1.8).
            if look_up(&server, &mut ldap, &name, &["1.1"], Vec::new()).await?.is_some() {
                there.push(name);
            }
        }
        Ok(there)
    })
    .await
}

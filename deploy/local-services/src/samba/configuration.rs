//! What smb.conf says.

use std::net::Ipv4Addr;
use std::path::Path;

/// The text of smb.conf of the domain of `realm` in `directory`, for a server at `address`.
///
/// Only LDAP is served. Passwords are taken over TLS alone, as Windows does when it is told to be strict.
pub(crate) fn configuration(directory: &Path, realm: &str, address: Ipv4Addr) -> String {
    let at = directory.display();
    format!(
        "[global]\n\
         netbios name = {host}\n\
         workgroup = {workgroup}\n\
         realm = {realm}\n\
         server role = active directory domain controller\n\
         server services = ldap\n\
         interfaces = {address}/8\n\
         bind interfaces only = yes\n\
         private dir = {at}/private\n\
         lock directory = {at}\n\
         state directory = {at}/state\n\
         cache directory = {at}/cache\n\
         pid directory = {at}/run\n\
         ncalrpc dir = {at}/ncalrpc\n\
         winbindd socket directory = {at}/winbindd\n\
         binddns dir = {at}/bind-dns\n\
         tls enabled = yes\n\
         tls keyfile = {at}/server.key\n\
         tls certfile = {at}/server.pem\n\
         tls cafile = {at}/ca.pem\n\
         ldap server require strong auth = yes\n\
         ldb:nosync = true\n",
        host = HOST.to_uppercase(),
        workgroup = workgroup(realm),
        realm = realm.to_uppercase(),
    )
}

/// What the machine is called within the domain.
pub(crate) const HOST: &str = "dc1";

/// What the domain is called where names are short.
pub(crate) fn workgroup(realm: &str) -> String {
    realm.split('.').next().unwrap_or(realm).to_uppercase()
}

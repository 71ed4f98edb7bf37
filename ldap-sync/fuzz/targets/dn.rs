//! `cargo fuzz run dn seeds/dn`: no text makes the reader of names panic, hang or contradict itself.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// The one module, and not the crate around it: that would build a database client and TLS for nothing.
#[path = "../../src"]
mod ldap_sync {
    #[expect(dead_code, reason = "the limits are for others")]
    pub(crate) mod dn;
}

#[path = "../laws.rs"]
mod laws;

use ldap_sync::dn::Dn;

fuzz_target!(|bytes: &[u8]| {
    laws::hold(bytes);
});

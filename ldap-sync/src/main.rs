//! The program `chancery-ldap-sync`.
fn main() {}

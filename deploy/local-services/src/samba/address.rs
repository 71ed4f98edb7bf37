//! A loopback address of one's own: a domain controller's ports are fixed, so two of them need two addresses.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Error;

/// LDAP, LDAPS and the two of the global catalogue.
const PORTS: [u16; 4] = [389, 636, 3268, 3269];

/// How many addresses are tried.
const ATTEMPTS: u32 = 50;

/// An address of 127.64.0.0/10 on which nobody listens on any of the ports.
pub(crate) fn free() -> Result<Ipv4Addr, Error> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that start at the same moment begin at different places.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let begin = std::process::id().wrapping_mul(0x9e37_79b1) ^ now;
    let mut refused = io::Error::other("none was tried");
    for _ in 0..ATTEMPTS {
        let number = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x0001_0003));
        let address = Ipv4Addr::from(0x7f40_0000 | (number & 0x003f_fffe) | 1);
        match PORTS.iter().try_for_each(|&port| TcpListener::bind((address, port)).map(drop)) {
            Ok(()) => return Ok(address),
            Err(error) => refused = error,
        }
    }
    Err(Error::NoAddress { tried: ATTEMPTS, source: refused })
}

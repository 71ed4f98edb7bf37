//! Private Postgres, Redis, slapd, Samba and clamd as child processes: what the demo and every test run on.
//!
//! They need the distribution's packages and nothing else: no root (but for Samba), no containers, no system service.
//! Each listens on a socket or a free loopback port of its own, keeps everything below one directory, stops when its handle is
//! dropped, and dies with the process that started it, however that one ends.

mod account;
mod ca;
mod clamd;
mod companion;
mod error;
mod postgres;
mod probe;
mod process;
mod redis;
mod redis_group;
mod samba;
mod scratch;
mod slapd;
mod smtp;
mod tools;

pub use account::Account;
pub use ca::Ca;
pub use clamd::Clamd;
pub use companion::Companion;
pub use error::Error;
pub use postgres::Postgres;
pub use redis::Redis;
pub use redis_group::RedisGroup;
pub use samba::{Samba, SambaOptions};
pub use scratch::Scratch;
pub use slapd::{Changes, Slapd, SlapdOptions};
pub use smtp::Smtp;

/// What a service promises about a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What was acknowledged is on the disk.
    Durable,
    /// Fast and lost with the power: for data that no one will miss, such as a test's.
    Relaxed,
}

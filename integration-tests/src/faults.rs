//! Breaks what the send path stands on, under load, and checks that it kept its promises: what was acknowledged is stored, once,
//! without gaps and in order, reaches those whom the gate allows and nobody else, and is all there after a resumption.
//!
//! Two nodes run as processes of their own over one Postgres and one Redis, behind proxies that can be cut. Whatever the people
//! of the load send, hear and are answered is a [`history::History`]; [`checker::check`] compares it with what is stored.

pub mod breaking;
pub mod cast;
pub mod checker;
pub mod crowd;
pub mod device;
pub mod ground;
pub mod history;
pub mod kinds;
pub mod load;
pub mod node;
pub mod officers;
pub mod proxy;
pub mod rules;
pub mod signals;
pub mod trial;

//! Who is asking: signing in against the directory, access tokens, sessions that can be ended at once.

pub mod actor;
pub mod attempts;
pub mod origin;
pub mod registry;
pub mod session;
pub mod token;

pub use actor::{Actor, authenticate};
pub use registry::SessionRegistry;
pub use token::Tokens;

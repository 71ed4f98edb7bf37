//! What the system does. A change and its audit entry are one transaction, what others are told comes after the commit,
//! and none of it stops half-way because the one who asked hung up.

pub mod appoint;
pub mod cases;
pub mod change_message;
pub mod except;
pub mod hold;
pub mod look;
pub mod look_into;
pub mod members;
pub mod notify_subject;
pub mod open;
pub mod open_history;
pub mod read;
pub mod relabel;
pub mod rename;
pub mod typing;

use crate::error::Error;

/// Does `work` to its end, even if nobody waits for the answer any more: a commit without its event would leave other
/// readers, and what is remembered, behind.
pub async fn to_the_end<T: 'static>(
    work: impl Future<Output = Result<T, Error>> + 'static,
) -> Result<T, Error> {
    actix_web::rt::spawn(work).await.map_err(Error::internal)?
}

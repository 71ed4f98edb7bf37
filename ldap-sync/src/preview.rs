//! Tells what a change of the directory would mean, before anybody makes it: from an LDIF of a planned reorganisation,
//! or from what the directory says by now.

pub mod ldif;
pub(crate) mod meaning;
pub mod overlay;
pub mod weigh;

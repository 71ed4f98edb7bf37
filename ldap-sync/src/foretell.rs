//! Reads what an LDIF of a planned reorganisation would make of the directory.

use std::sync::Arc;

use crate::config::Source;
use crate::directory::{RawEntry, Server, Sink, read_tree};
use crate::engine::Planned;
use crate::preview::ldif::{self, LdifError};
use crate::preview::overlay::Overlay;
use crate::run::{RunError, search};

/// Why an LDIF cannot be foretold.
#[derive(Debug, thiserror::Error)]
pub enum ForetellError {
    /// It cannot be read, or does not fit the directory.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Ldif(Vec<LdifError>),
    /// The directory was not read.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// The entries of the directory that would be others afterwards, as they would be.
pub async fn entries(source: &Arc<Source>, text: &str) -> Result<Vec<Planned>, ForetellError> {
    let records = ldif::parse(text).map_err(|error| ForetellError::Ldif(vec![error]))?;
    let overlay = Overlay::new(records, &source.attributes.id);
    let server = Server::open(&source.server()).map_err(RunError::from)?;
    let password = source.password().map_err(RunError::from)?;
    let layer = Layer { overlay, planned: Vec::new() };
    let read = read_tree(&server, &source.bind_dn, &password, search(source), layer).await;
    let (layer, _) = read.map_err(RunError::from)?;
    let Layer { overlay, mut planned } = layer;
    let added = overlay.finish().map_err(ForetellError::Ldif)?;
    planned.extend(added.into_iter().map(Planned::Entry));
    Ok(planned)
}

/// Keeps what is not as it was.
struct Layer {
    overlay: Overlay,
    planned: Vec<Planned>,
}

impl Sink for Layer {
    fn take(&mut self, entry: RawEntry) {
        match self.overlay.apply(entry.clone()) {
            Some(after) if after == entry => {}
            Some(after) => self.planned.push(Planned::Entry(after)),
            None => self.planned.push(Planned::Removed(entry.dn)),
        }
    }
}

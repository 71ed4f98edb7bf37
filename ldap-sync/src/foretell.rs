//! Says what would come of a directory as it is by now, or as an LDIF of a planned reorganisation would make it.

use std::sync::Arc;
use std::time::Instant;

use schema::Pool;
use serde_json::Value;

use crate::config::Source;
use crate::directory::{RawEntry, Server, Sink, exist, read_tree};
use crate::engine::Planned;
use crate::finding::Finding;
use crate::plan::Plan;
use crate::preview::ldif::{self, LdifError};
use crate::preview::meaning;
use crate::preview::overlay::Overlay;
use crate::report::{Report, State};
use crate::run::{Foreseen, RunError, foresee, search};

/// What would come of it.
pub struct Foretold {
    /// The changes.
    pub plan: Plan,
    /// Why the guard would stop them; empty where it would not.
    pub refusals: Vec<Finding>,
    /// What they would mean for people.
    pub meaning: Value,
    /// Entries of the LDIF that the directory has and that are neither people nor units, nor groups that give anything:
    /// whatever becomes of them, nothing follows.
    pub without_effect: Vec<String>,
}

/// Why it cannot be foretold.
#[derive(Debug, thiserror::Error)]
pub enum ForetellError {
    /// The LDIF cannot be read, or does not fit the directory.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Ldif(Vec<LdifError>),
    /// The directory was not read, or the database did not answer.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl ForetellError {
    /// The same in Russian, as far as it is ours.
    pub fn russian(&self) -> String {
        match self {
            Self::Ldif(faults) => {
                let lines = faults.iter().map(|fault| format!("строка {}: {}", fault.line, fault.message_ru));
                lines.collect::<Vec<_>>().join("; ")
            }
            Self::Run(error) => error.to_string(),
        }
    }
}

/// Foretells. Nothing is written, not even that it was asked.
pub async fn foretell(
    pool: &Pool,
    source: &Arc<Source>,
    ldif: Option<&str>,
) -> Result<Foretold, ForetellError> {
    let (planned, without_effect) = match ldif {
        Some(text) => planned(source, text).await?,
        None => (Vec::new(), Vec::new()),
    };
    let Foreseen { id, plan, refusals, is_first } = foresee(pool, source, planned).await?;
    let meaning = match id {
        Some(id) if !is_first => meaning::of(pool, source, id, &plan).await,
        _ => meaning::of_first(&plan.counts),
    };
    Ok(Foretold { plan, refusals, meaning, without_effect })
}

/// The same as a report. What cannot be read of an LDIF is an error, and no report.
pub async fn report(pool: &Pool, source: &Arc<Source>, ldif: Option<&str>) -> Result<Report, Vec<LdifError>> {
    let began = Instant::now();
    let mut report = match foretell(pool, source, ldif).await {
        Err(ForetellError::Ldif(faults)) => return Err(faults),
        Err(ForetellError::Run(error)) => Report::failed(&source.name, error.to_string()),
        Ok(foretold) => {
            let mut report = Report::of(&source.name, State::Planned, &foretold.plan);
            report.findings.splice(0..0, foretold.refusals);
            report.changes = foretold.plan.changes;
            report.consequences = Some(foretold.meaning);
            report.without_effect = foretold.without_effect;
            report
        }
    };
    report.milliseconds = began.elapsed().as_millis();
    Ok(report)
}

/// The entries of the directory that would be others afterwards, as they would be; and those that mean nothing here.
async fn planned(source: &Arc<Source>, text: &str) -> Result<(Vec<Planned>, Vec<String>), ForetellError> {
    let records = ldif::parse(text).map_err(|error| ForetellError::Ldif(vec![error]))?;
    let overlay = Overlay::new(records, source);
    let server = Server::open(&source.server()).map_err(RunError::from)?;
    let password = source.password().map_err(RunError::from)?;
    let layer = Layer { overlay, planned: Vec::new() };
    let read = read_tree(&server, &source.bind_dn, &password, search(source), layer).await;
    let (layer, _) = read.map_err(RunError::from)?;
    let Layer { mut overlay, mut planned } = layer;
    // Most directories hold more than what is read of them.
    let unmet = overlay.unmet();
    let there = exist(&server, &source.bind_dn, &password, unmet).await.map_err(RunError::from)?;
    overlay.leave_out(&there);
    let added = overlay.finish().map_err(ForetellError::Ldif)?;
    planned.extend(added.into_iter().map(Planned::Entry));
    Ok((planned, there))
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

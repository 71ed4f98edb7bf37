//! Which policies decide at present: one everywhere, perhaps another one in some agencies, and one in the shadow that
//! decides nothing and is compared. All are swapped as one.

use std::sync::Arc;

use arc_swap::ArcSwap;
use uuid::Uuid;

use crate::gate::Snapshot;
use crate::org::{Org, PersonIx};

/// The policies that decide, as they are at one moment.
#[derive(Debug, Clone)]
pub struct InForce {
    everywhere: Arc<Snapshot>,
    /// By the agency of whoever asks.
    agencies: Vec<(Uuid, Arc<Snapshot>)>,
    shadow: Option<Arc<Snapshot>>,
}

impl InForce {
    /// One policy, everywhere.
    pub fn only(everywhere: Arc<Snapshot>) -> Self {
        Self { everywhere, agencies: Vec::new(), shadow: None }
    }

    /// `everywhere`, but other policies for those who ask from these agencies; `shadow` is only compared. A policy that
    /// does not share labels and walls with the one that is in force everywhere cannot stand beside it: its number is
    /// given back.
    pub fn new(
        everywhere: Arc<Snapshot>,
        agencies: Vec<(Uuid, Arc<Snapshot>)>,
        shadow: Option<Arc<Snapshot>>,
    ) -> Result<Self, i64> {
        let beside = agencies.iter().map(|(_, policy)| policy).chain(&shadow);
        match beside.into_iter().find(|policy| !policy.shares_ground_with(&everywhere)) {
            Some(stranger) => Err(stranger.version()),
            None => Ok(Self { everywhere, agencies, shadow }),
        }
    }

    /// The policy of every agency that has none of its own.
    pub fn everywhere(&self) -> &Arc<Snapshot> {
        &self.everywhere
    }

    /// The policy for whoever asks from this agency.
    pub fn of(&self, agency: Uuid) -> &Arc<Snapshot> {
        self.agencies
            .iter()
            .find(|(known, _)| *known == agency)
            .map_or(&self.everywhere, |(_, policy)| policy)
    }

    /// The policy for whoever asks: that of their agency.
    pub fn of_asker(&self, org: &Org, asker: PersonIx) -> &Arc<Snapshot> {
        // Mostly no agency has one of its own; then nobody's agency is looked up.
        if self.agencies.is_empty() { &self.everywhere } else { self.of(org.unit_id(org.agency_of(asker))) }
    }

    /// The policy with this number, if it decides anywhere.
    pub fn numbered(&self, number: i64) -> Option<&Arc<Snapshot>> {
        self.deciding().find(|policy| policy.version() == number)
    }

    /// The policies that decide, the one of everywhere first.
    pub fn deciding(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        std::iter::once(&self.everywhere).chain(self.agencies.iter().map(|(_, policy)| policy))
    }

    /// The agencies that have a policy of their own.
    pub fn agencies(&self) -> impl Iterator<Item = (Uuid, &Arc<Snapshot>)> {
        self.agencies.iter().map(|(agency, policy)| (*agency, policy))
    }

    /// The policy that is only compared.
    pub fn shadow(&self) -> Option<&Arc<Snapshot>> {
        self.shadow.as_ref()
    }
}

/// The gate that everything asks. Cloning shares it; other policies are in force for all with one store of a pointer.
#[derive(Debug, Clone)]
pub struct Gate(Arc<ArcSwap<InForce>>);

impl Gate {
    /// A gate with these policies in force.
    pub fn new(policies: InForce) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(policies)))
    }

    /// Puts others in force.
    pub fn install(&self, policies: InForce) {
        self.0.store(Arc::new(policies));
    }

    /// What is in force.
    pub fn in_force(&self) -> Arc<InForce> {
        self.0.load_full()
    }

    /// The policy that is in force everywhere.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(self.0.load().everywhere())
    }
}

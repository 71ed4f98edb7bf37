//! Which parts of a policy a change touches that only the security office may answer for.

use std::collections::{BTreeMap, BTreeSet};

use crate::exceptions::Approver;
use crate::files::INVARIANTS;
use crate::gate::{PolicyFiles, Snapshot};
use crate::rules::Rule;

/// A part of a policy that binds everyone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Touch {
    /// Rules that bind superiors and administrators too.
    HardRules,
    /// Segments, and the walls between them.
    Walls,
    /// Levels and categories.
    Labels,
    /// What must hold whatever the rules become.
    Invariants,
    /// To which rules the security office makes exceptions.
    Exceptions,
}

impl Touch {
    /// What the API calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HardRules => "hard_rules",
            Self::Walls => "walls",
            Self::Labels => "labels",
            Self::Invariants => "invariants",
            Self::Exceptions => "exceptions",
        }
    }
}

/// What of that differs between two policies, each loaded from its files.
pub fn touched(before: (&Snapshot, &PolicyFiles), after: (&Snapshot, &PolicyFiles)) -> Vec<Touch> {
    let differs = [
        (Touch::HardRules, hard(before.0) != hard(after.0)),
        (Touch::Walls, before.0.walls() != after.0.walls()),
        (Touch::Labels, before.0.labels() != after.0.labels()),
        (Touch::Invariants, before.1.map().get(INVARIANTS) != after.1.map().get(INVARIANTS)),
        (Touch::Exceptions, excepted(before.0) != excepted(after.0)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(touch, _)| touch).collect()
}

/// Where the security office makes exceptions: by default, and to which rules.
fn excepted(policy: &Snapshot) -> (Option<Approver>, BTreeSet<&str>) {
    let of_security = |approver: &Approver| *approver == Approver::Security;
    let rules = policy.rules().iter().filter(|rule| rule.exception.as_ref().is_some_and(of_security));
    (policy.exceptions().default.filter(of_security), rules.map(|rule| rule.id.as_str()).collect())
}

fn hard(policy: &Snapshot) -> BTreeMap<&str, &Rule> {
    policy.rules().iter().filter(|rule| rule.hard).map(|rule| (rule.id.as_str(), rule)).collect()
}
